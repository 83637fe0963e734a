"""`JointResponses`: whatever gives several responses with their joint covariance, whoever estimated them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias, runtime_checkable

import numpy as np

from econ import checks
from econ.arrays import Array, Seed
from econ.errors import SpecificationError
from econ.frozen import guarded

if TYPE_CHECKING:
    from econ.estimate import ConfidenceSet
    from econ.responses.irf import IRF
    from econ.responses.resampling import Bootstrap

MINIMUM_DRAWS = 20


class Cell(NamedTuple):
    """One number among responses; a plain ``(horizon, response, shock)`` serves where one is read as it stands.

    Parameters
    ----------
    horizon : int
        When it is read.
    response, shock : str
        Names.
    summed : bool, default False
        Whether it is the sum over horizons 0, ..., ``horizon``; of responses that are sums already, that sum itself.

    Examples
    --------
    >>> Cell(6, "yield_10y", "china").summed
    False
    """

    horizon: int
    response: str
    shock: str
    summed: bool = False


CellLike: TypeAlias = Cell | tuple[int, str, str]


def as_cell(given: CellLike) -> Cell:
    """A `Cell`, or the three or four values of one."""
    if isinstance(given, tuple) and len(given) in (3, 4):
        return Cell(*given)
    raise SpecificationError(f"a response is read at Cell(horizon, response, shock); found {given!r}.")


@guarded
@dataclass(frozen=True, eq=False)
class Reading:
    """Several numbers and their joint uncertainty.

    Parameters
    ----------
    point : array (k,)
        The numbers, in the units of the responses.
    covariance : array (k, k)
        Their covariance.
    draws : array (B, k), optional
        Joint draws, where there are any; ``covariance`` is then theirs.
    nobs : int
        Observations behind them.
    df : float, optional
        Degrees of freedom of Student's t; None means the normal.
    parent : object
        What was read.

    Raises
    ------
    SpecificationError
        For numbers that are not finite, or a covariance that is none.
    """

    point: Array
    covariance: Array
    draws: Array | None
    nobs: int
    df: float | None
    parent: object = field(repr=False)

    def __post_init__(self) -> None:
        checks.finite("point of a reading", self.point)
        checks.covariance("covariance of a reading", self.covariance)

    def turned(self, turn: Array) -> Reading:
        """Linear functions of the numbers, ``turn`` (r, k).

        Examples
        --------
        >>> pair = Reading(np.array([2.0, 1.0]), np.eye(2), None, 100, None, None)
        >>> pair.turned(np.array([[1.0, -1.0]])).covariance.tolist()
        [[2.0]]
        """
        if turn.ndim != 2 or turn.shape[1] != len(self.point):
            raise SpecificationError(f"turn must be (r, {len(self.point)}); found shape {turn.shape}.")
        checks.finite("turn", turn)
        draws = None if self.draws is None else self.draws @ turn.T
        return replace(self, point=turn @ self.point, covariance=turn @ self.covariance @ turn.T, draws=draws)


@runtime_checkable
class JointResponses(Protocol):
    """Responses of several variables to shocks that can be read jointly: an `IRF`, or the results of a projection."""

    @property
    def responses(self) -> tuple[str, ...]:
        """Names of the variables that respond."""
        ...

    @property
    def shocks(self) -> tuple[str, ...]:
        """Names of the shocks."""
        ...

    @property
    def point(self) -> Array:
        """Estimates (H + 1, n, s): response of variable i to shock j at horizon h."""
        ...

    @property
    def nobs(self) -> int:
        """Effective observations."""
        ...

    def read(self, cells: Sequence[Cell]) -> Reading:
        """Read ``cells`` with their joint covariance.

        Draws give the covariance where there are at least 20; estimators that know it without draws give their own.

        Raises
        ------
        SpecificationError
            Without draws or joint covariance, for a horizon beyond the responses, for a cell that is not a sum where
            all responses are, or for one-step multipliers.
        UnknownName
            For an unknown response or shock.
        """
        ...


@runtime_checkable
class Linear(Protocol):
    """Estimates with influence rows: their cross-product is the joint covariance of all responses."""

    @property
    def point(self) -> Array:
        """Estimates (H + 1, n, s)."""
        ...

    @property
    def spread(self) -> Array:
        """Influence rows (R, (H + 1) n s)."""
        ...


@runtime_checkable
class Instrumented(Protocol):
    """Results that may rest on instruments, whose errors and draws say nothing of how weak these are."""

    @property
    def instrumented(self) -> bool:
        """Whether they do."""
        ...

    def robust_region(self, response: str, horizon: int, *, level: float) -> ConfidenceSet | None:
        """The set of one response, as estimated, that holds however weak they are; None where none is defined."""
        ...


@runtime_checkable
class Identified(Protocol):
    """Shocks of an identified VAR, whose responses are drawn on request: `econ.var.StructuralResults`."""

    @property
    def shock_names(self) -> tuple[str, ...]:
        """Names of the shocks."""
        ...

    def irf(self, horizon: int, bootstrap: Bootstrap | None, rng: Seed, *, n_jobs: int) -> IRF:
        """Responses up to ``horizon``."""
        ...


def weights(source: JointResponses, cells: Sequence[Cell], *, cumulated: bool | tuple[str, ...]) -> Array:
    """Matrix that takes responses (H + 1, n, s), up to the last horizon among ``cells`` and flattened, to ``cells``.

    ``cumulated`` says whether the responses are sums already, or which are.
    """
    steps, n, s = source.point.shape
    if len(cells) == 0:
        raise SpecificationError("no cell is asked for; name at least one, Cell(horizon, response, shock).")
    last = max(checks.horizon(cell.horizon, steps - 1) for cell in cells)
    found = np.zeros((len(cells), last + 1, n, s))
    for row, cell in enumerate(cells):
        j = checks.position("shock", cell.shock, source.shocks)
        i = checks.position("response", cell.response, source.responses)
        is_sum = cumulated if isinstance(cumulated, bool) else cell.response in cumulated
        if is_sum and not cell.summed:
            raise SpecificationError(
                f"every response is a sum here, but {cell.response!r} is wanted as it stands; enter it in "
                "changes, or pass responses that are not cumulated."
            )
        found[row, slice(cell.horizon + 1) if cell.summed and not is_sum else cell.horizon, i, j] = 1.0
    return found.reshape(len(cells), -1)


def weighted(source: JointResponses, w: Array) -> Array:
    """The numbers that the matrix ``w`` of :func:`weights` picks from the point estimates."""
    return np.asarray(w @ source.point[: w.shape[1] // source.point[0].size].reshape(-1))


def from_draws(source: JointResponses, draws: Array | None, w: Array) -> Reading | None:
    """The same numbers with the covariance of their draws (B, H + 1, n, s); None if there are fewer than 20."""
    if draws is None or len(draws) < MINIMUM_DRAWS:
        return None
    drawn = draws[:, : w.shape[1] // source.point[0].size].reshape(len(draws), -1) @ w.T
    covariance = np.atleast_2d(np.cov(drawn, rowvar=False))
    return Reading(weighted(source, w), covariance, drawn, source.nobs, None, source)


def from_rows(
    source: JointResponses, rows: Array, cells: Sequence[Cell], *, cumulated: bool | tuple[str, ...]
) -> Reading:
    """The same numbers with the covariance of influence rows (R, H + 1, n, s)."""
    w = weights(source, cells, cumulated=cumulated)
    spread = rows.reshape(len(rows), -1)[:, : w.shape[1]] @ w.T
    return Reading(weighted(source, w), spread.T @ spread, None, source.nobs, None, source)


def check_additive(multiplier: bool) -> None:
    """Refuse one-step multipliers, which are ratios already and cannot be summed or divided once more."""
    if multiplier:
        raise SpecificationError(
            "these projections are one-step multipliers already; use econ.offset.instrumented_offset, or project with "
            "cumulative=True."
        )


def no_joint_draws(draws: Array | None) -> SpecificationError:
    """The refusal of responses without enough draws."""
    return SpecificationError(
        f"a joint set needs joint draws of the responses, at least {MINIMUM_DRAWS}; found "
        f"{0 if draws is None else len(draws)}; call irf(..., bootstrap=MovingBlock(draws=1999), rng=...)."
    )
