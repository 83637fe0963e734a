"""What the statistics do to the flows: the observation layer, with the faults of the real data."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from econ import checks
from econ.arrays import Array
from econ.frozen import guarded


@guarded
@dataclass(frozen=True)
class Faults:
    """Faults of published flows; all zero means that the truth is published.

    Parameters
    ----------
    custody : float
        Share of the seller's purchases that is booked at custody hubs.
    custody_noise : float
        Standard deviation of flows wrongly moved between seller and hubs, percent of debt.
    leakage : float
        Share of the valuation change of holdings that stays inside measured flows, 0 to 1.
    survey_break : float
        Standard deviation of the reclassification that enters reported positions every twelfth month, and, at a
        tenth, every other month, percent of debt.
    revision : float
        First prints differ from final figures by this share of each flow's standard deviation.
    imputed : float
        Share of months (a stretch ending at 80% of the sample) in which net purchases were not published and stand
        for the change in position minus a fitted valuation, so that break and a tenth of valuation stay in.
    publication_lag : int
        Latest periods for which flows are not yet published.

    Examples
    --------
    >>> Faults.archive().custody
    0.2
    """

    custody: float = 0.0
    custody_noise: float = 0.0
    leakage: float = 0.0
    survey_break: float = 0.0
    revision: float = 0.0
    imputed: float = 0.0
    publication_lag: int = 0

    def __post_init__(self) -> None:
        for name in ("custody", "leakage", "imputed"):
            checks.keep(self, **{name: checks.real(name, getattr(self, name), least=0.0, most=1.0)})
        for name in ("custody_noise", "survey_break", "revision"):
            checks.keep(self, **{name: checks.real(name, getattr(self, name), least=0.0)})
        checks.keep(self, publication_lag=checks.count("publication_lag", self.publication_lag, least=0))

    @classmethod
    def archive(cls) -> Faults:
        """Faults of the size in the archive: flows booked at custody hubs, two months of lag, gaps of 0.06% of debt."""
        return cls(
            custody=0.2,
            custody_noise=0.03,
            survey_break=0.2,
            revision=0.2,
            publication_lag=2,
        )

    @property
    def none(self) -> bool:
        """Whether what is published is the truth."""
        return all(getattr(self, item.name) == 0 for item in fields(self))

    def imputed_months(self, periods: int) -> NDArray[np.bool_]:
        """Which periods are imputed."""
        periods = checks.count("periods", periods)
        end = round(0.8 * periods)
        months = np.zeros(periods, dtype=bool)
        months[max(0, end - round(self.imputed * periods)) : end] = True
        return months


@guarded
@dataclass(frozen=True, eq=False)
class Published:
    """Published flows and positions, each (B, T, holders)."""

    flows: Array
    position_changes: Array
    valuation: Array


def publish(
    faults: Faults, flows: Array, valuation: Array, places: tuple[int, int], generator: np.random.Generator
) -> Published:
    """Turn true flows and valuation changes (B, T, holders) into what is published.

    ``places`` are the columns of seller and hubs. Positions carry custody errors and breaks; revisions hit flows only.
    """
    size, periods = flows.shape[:2]
    seller, hubs = places
    flows = flows.copy()
    if faults.custody or faults.custody_noise:
        moved = faults.custody * flows[..., seller]
        moved = moved + faults.custody_noise * generator.standard_normal((size, periods))
        flows[..., seller] -= moved
        flows[..., hubs] += moved
    gap = np.zeros_like(flows)
    if faults.survey_break:
        weight = np.where(np.arange(periods) % 12 == 5, 1.0, 0.1)
        gap = faults.survey_break * weight[:, None] * generator.standard_normal(flows.shape)
    positions = flows + valuation + gap
    spread = flows.std(axis=1, keepdims=True)
    if faults.leakage:
        flows = flows + faults.leakage * valuation
    if faults.imputed:
        months = faults.imputed_months(periods)
        flows[:, months] = positions[:, months] - 0.9 * valuation[:, months]
    if faults.revision:
        flows = flows + faults.revision * spread * generator.standard_normal(flows.shape)
    return Published(flows, positions, valuation)
