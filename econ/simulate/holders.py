"""Who holds Treasuries in the model and what shakes the market: holders, shocks, regimes and their calibration."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from econ import checks
from econ.errors import SpecificationError, Unstable
from econ.frozen import guarded

MATURITIES = (2, 10, 30)
DURATIONS = (1.9, 8.2, 17.0)  # years, of par bonds of these maturities at yields of 3 to 4 percent
SELLER, ALLY = "china", "japan"


@guarded
@dataclass(frozen=True)
class Holder:
    """One group of holders.

    Parameters
    ----------
    name : str
        Prefix of its columns, ``<name>_net_purchases``.
    share : float
        Of the debt held by the public, between 0 and 1.
    elasticity : float
        Purchases, percent of debt, when the 10-year yield rises by 1 bp; positive leans against the wind.
    habitat : tuple of float
        Shares of its holdings at 2, 10 and 30 years; add to one.
    surprise : float
        Share of its purchases that moves prices when made; the rest was priced when announced.

    Examples
    --------
    >>> round(Holder("china", 0.06, habitat=(0.72, 0.20, 0.08)).duration, 2)
    4.37
    """

    name: str
    share: float
    elasticity: float = 0.0
    habitat: tuple[float, float, float] = (0.6, 0.3, 0.1)
    surprise: float = 1.0

    def __post_init__(self) -> None:
        share, surprise = (
            checks.real(f"{word} of {self.name!r}", getattr(self, word), least=0.0, most=1.0)
            for word in ("share", "surprise")
        )
        elasticity = checks.real(f"elasticity of {self.name!r}", self.elasticity)
        if len(self.habitat) != len(MATURITIES):
            raise SpecificationError(f"habitat of {self.name!r} needs 3 shares of at least 0; found {self.habitat}.")
        habitat = tuple(checks.real(f"habitat of {self.name!r}", part, least=0.0) for part in self.habitat)
        checks.keep(self, share=share, surprise=surprise, elasticity=elasticity, habitat=habitat)
        check_sum(self.habitat, f"habitat shares of {self.name!r}")

    @property
    def duration(self) -> float:
        """Years, of its holdings."""
        return float(np.dot(self.habitat, DURATIONS))


@guarded
@dataclass(frozen=True)
class Shock:
    """One source of movement: an AR(1) state with a standard deviation and loadings on variables.

    Parameters
    ----------
    name : str
        Name of the shock.
    std : float
        Standard deviation of the state, in units of the loadings' variables.
    persistence : float
        Monthly autocorrelation of the state, above -1 and below 1.
    loads : mapping of str to float
        Effect of one unit of the state: on a holder's demand (percent of debt), ``"issuance"`` (percent of debt),
        ``"risk"`` (index points), ``"yield_2y"``, ``"yield_10y"`` or ``"yield_30y"`` (bp of news).
    """

    name: str
    std: float
    persistence: float = 0.0
    loads: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        std = checks.real(f"standard deviation of shock {self.name!r}", self.std, least=0.0)
        persistence = checks.real(f"persistence of shock {self.name!r}", self.persistence)
        checks.keep(self, std=std, persistence=persistence)
        if not abs(self.persistence) < 1.0:
            raise Unstable(f"shock {self.name!r} has persistence {self.persistence}; take one between -1 and 1.")
        loads = {
            name: checks.real(f"load of shock {self.name!r} on {name!r}", load) for name, load in self.loads.items()
        }
        checks.keep(self, loads=loads)


@guarded
@dataclass(frozen=True)
class Regime:
    """A stretch of the sample with its own standard deviations.

    Parameters
    ----------
    share : float
        Of the sample; regimes follow one another and their shares add to one.
    scale : mapping of str to float
        Factors on the standard deviations of shocks; the average variance over regimes is kept.
    """

    share: float
    scale: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        scale = {
            name: checks.real(f"scale of {name!r} in a regime", factor, least=0.0)
            for name, factor in self.scale.items()
        }
        checks.keep(self, share=checks.real("share of a regime", self.share, above=0.0, most=1.0), scale=scale)


def check_sum(shares: tuple[float, ...], what: str) -> None:
    """Refuse shares that do not add to one."""
    total = math.fsum(shares)
    if not abs(total - 1.0) < 1e-9:
        raise SpecificationError(f"{what} must add to 1; found {total:.6g}.")


def regime_scales(regimes: tuple[Regime, ...], shocks: tuple[Shock, ...]) -> np.ndarray:
    """Factor of every shock in every regime, (regimes, shocks), mean square one over the sample."""
    shares = np.array([regime.share for regime in regimes])
    raw = np.array([[regime.scale.get(shock.name, 1.0) for shock in shocks] for regime in regimes])
    power = shares @ raw**2
    if not (power > 0.0).all():
        silent = [shock.name for shock, value in zip(shocks, power, strict=True) if value == 0.0]
        raise SpecificationError(f"shocks {silent} have scale 0 in every regime; set their std to 0 instead.")
    scaled: np.ndarray = raw / np.sqrt(power)
    return scaled


def regime_of(regimes: tuple[Regime, ...], periods: int) -> np.ndarray:
    """Number of the regime of every period."""
    ends = np.rint(np.cumsum([regime.share for regime in regimes])[:-1] * periods)
    return np.searchsorted(ends, np.arange(periods), side="right")
