"""From data and names to the arrays of a projection: controls, impulses, instruments, leads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from econ import checks
from econ.arrays import Array
from econ.checks import SPARE
from econ.data.dataset import as_dataset, complete_frame
from econ.errors import SampleTooShort, SpecificationError
from econ.frozen import guarded
from econ.infer._kernels import full_rank_qr
from econ.projection._kernels import orthonormal

if TYPE_CHECKING:
    import pandas as pd

    from econ.projection.model import LocalProjection

STATES = ("low", "high")


@guarded
@dataclass(frozen=True, eq=False)
class Design:
    """Arrays of one projection; T rows are the periods usable at horizon 0.

    Parameters
    ----------
    controls : array (T, k)
        Constant, lags and contemporaneous controls, by state if there is one.
    impulses : array (T, s)
        The impulse at t, by state.
    instruments : array (T, m) or None
        Instruments at t, by state.
    weights : array (T, s)
        Weight of each state; a column of ones without states; one and the modifier with one.
    responses, impulse : array (T + p, n), (T + p,)
        Whole columns, for leads.
    first : int
        p: rows lost to lags.
    control_names, shocks, instrument_names : tuple of str
        Names of the columns.
    modified : bool
        Whether the second impulse is the first times a modifier, not that of another state.
    """

    controls: Array = field(repr=False)
    impulses: Array = field(repr=False)
    instruments: Array | None = field(repr=False)
    weights: Array = field(repr=False)
    responses: Array = field(repr=False)
    impulse: Array = field(repr=False)
    first: int
    control_names: tuple[str, ...]
    shocks: tuple[str, ...]
    instrument_names: tuple[str, ...]
    modified: bool = False

    @property
    def size(self) -> int:
        """Rows at horizon 0."""
        return len(self.controls)

    @property
    def columns(self) -> int:
        """Coefficients of one projection."""
        return int(self.controls.shape[1] + self.impulses.shape[1])

    def leads(self, horizon: int, *, cumulative: bool, difference: bool) -> Array:
        """Outcomes (H + 1, T, n): y_{t+h}, its sum from t, each less y_{t-1} if differenced; zero beyond T - h."""
        values = self.responses
        base = values[self.first - 1 : -1] if difference else np.zeros_like(values[self.first :])
        return _leads(values, base, self.first, horizon, cumulative=cumulative)

    def cumulated_impulse(self, horizon: int) -> Array:
        """Impulse summed from t to t + h, by state: (H + 1, T, s)."""
        values = self.impulse[:, None]
        base = np.zeros_like(values[self.first :])
        return _leads(values, base, self.first, horizon, cumulative=True) * self.weights

    def basis(self) -> Array:
        """Orthonormal basis (T, k) of the controls, after checking that impulse and instruments add to them."""
        names = list(self.control_names)
        if self.instruments is not None:
            both = np.column_stack([self.controls, self.instruments])
            full_rank_qr(both, [*names, *self.instrument_names], "the first stage")
        both = np.column_stack([self.controls, self.impulses])
        q = orthonormal(both)
        if q is None:
            q = full_rank_qr(both, [*names, *self.shocks], "the projection")[0]
        return q[:, : len(names)]

    def last_horizon(self, horizon: int) -> int:
        """The last horizon, unless it leaves fewer rows than coefficients + 10, in all or in one state."""
        whole = self.size + self.first
        of = f"for {whole} periods of which {self.first} go to lags"
        horizon = checks.count("horizon", horizon, least=0, most=self.size - 1, of=of)
        rows = self.size - horizon
        if rows < self.columns + SPARE:
            raise SampleTooShort(
                f"at horizon {horizon} there are {rows} rows ({whole} periods, {self.first} lost to lags) for "
                f"{self.columns} coefficients + {SPARE}; shorten the horizon, use fewer lags or controls."
            )
        states = 1 if self.modified else self.weights.shape[1]
        needed = self.columns // states + SPARE
        for j, effective in enumerate(self.weights[:rows].sum(axis=0)):
            if states > 1 and effective < needed:
                raise SampleTooShort(
                    f"state {STATES[j]!r} holds {effective:.1f} of {rows} rows at horizon {horizon}, but "
                    f"{self.columns // states} coefficients + {SPARE} need {needed}; use fewer lags or controls."
                )
        return horizon


def _leads(values: Array, base: Array, first: int, horizon: int, *, cumulative: bool) -> Array:
    size = len(values) - first
    leads = np.zeros((horizon + 1, size, values.shape[1]))
    for h in range(horizon + 1):
        rows = size - h
        leads[h, :rows] = values[first + h :] - base[:rows]
        if cumulative and h:
            leads[h, :rows] += leads[h - 1, :rows]
    return leads


def build(model: LocalProjection) -> Design:
    """Select, check and lag the columns that ``model`` names."""
    lagged = list(dict.fromkeys([*model.responses, model.impulse, *model.controls]))
    beside = [name for name in (model.state, model.modifier) if name is not None]
    further = [*model.contemporaneous, *model.instruments, *beside]
    frame = complete_frame(as_dataset(model.data).select(*dict.fromkeys([*lagged, *further])), what="a projection")
    lags = model.lags + int(model.lag_augmented)
    first = max(lags, int(model.difference), 0 if model.state is None else model.state_lag)
    first = max(first, 0 if model.modifier is None else model.modifier_lag)
    if len(frame) <= first + SPARE:
        raise SampleTooShort(f"{lags} lags need more than {first + SPARE} periods; found {len(frame)}; use fewer lags.")
    columns = {name: frame[name].to_numpy() for name in frame.columns}
    names, table = _controls(model, frame, lagged, first)
    if model.modifier is not None:
        return _modified(model, columns, (names, table), first=first)
    weights = _weights(model, columns, first)
    states = [""] if model.state is None else [f"|{state}" for state in STATES]
    instruments = np.column_stack([columns[name][first:] for name in model.instruments]) if model.instruments else None
    shared = [j for j, name in enumerate(names) if name in model.common]
    kept = [j for j, name in enumerate(names) if name not in model.common]
    if shared:
        table = np.hstack([table[:, shared], _by_state(table[:, kept], weights)])
    return Design(
        controls=table if shared else _by_state(table, weights),
        impulses=_by_state(columns[model.impulse][first:, None], weights),
        instruments=None if instruments is None else _by_state(instruments, weights),
        weights=weights,
        responses=frame[list(model.responses)].to_numpy(),
        impulse=columns[model.impulse],
        first=first,
        control_names=(*(names[j] for j in shared), *(names[j] + state for state in states for j in kept)),
        shocks=tuple(model.impulse + state for state in states),
        instrument_names=tuple(name + state for state in states for name in model.instruments),
    )


def _modified(
    model: LocalProjection, columns: dict[str, Array], controls: tuple[list[str], Array], *, first: int
) -> Design:
    """The design with the impulse (and the instruments) by itself and times the modifier before it."""
    (names, table), modifier = controls, str(model.modifier)
    size, lag = len(columns[model.impulse]), model.modifier_lag
    values = columns[modifier][first - lag : size - lag]
    own = f"L{lag}.{modifier}" if lag else modifier
    if own not in names:
        names, table = [*names, own], np.column_stack([table, values])
    weights = np.column_stack([np.ones(size - first), values])
    instruments = np.column_stack([columns[name][first:] for name in model.instruments]) if model.instruments else None
    products = ("", f"*{modifier}")
    return Design(
        controls=table,
        impulses=_by_state(columns[model.impulse][first:, None], weights),
        instruments=None if instruments is None else _by_state(instruments, weights),
        weights=weights,
        responses=np.column_stack([columns[name] for name in model.responses]),
        impulse=columns[model.impulse],
        first=first,
        control_names=tuple(names),
        shocks=tuple(model.impulse + word for word in products),
        instrument_names=tuple(name + word for word in products for name in model.instruments),
        modified=True,
    )


def _controls(model: LocalProjection, frame: pd.DataFrame, lagged: list[str], first: int) -> tuple[list[str], Array]:
    """Constant, lags and contemporaneous controls with their names, before states."""
    lags, size, n = model.lags + int(model.lag_augmented), len(frame) - first, len(lagged)
    values, now = frame[lagged].to_numpy(), list(model.contemporaneous)
    table = np.ones((size, 1 + lags * n + len(now)))
    for lag in range(1, lags + 1):
        table[:, 1 + (lag - 1) * n : 1 + lag * n] = values[first - lag : len(frame) - lag]
    table[:, 1 + lags * n :] = frame[now].to_numpy()[first:]
    return ["const", *(f"L{lag}.{name}" for lag in range(1, lags + 1) for name in lagged), *now], table


def _by_state(values: Array, weights: Array) -> Array:
    if weights.shape[1] == 1:
        return values
    return np.hstack([values * weights[:, j : j + 1] for j in range(weights.shape[1])])


def _weights(model: LocalProjection, columns: dict[str, Array], first: int) -> Array:
    """Weights of the low and the high state at t, from the state variable ``state_lag`` periods before."""
    size = len(columns[model.impulse])
    if model.state is None:
        return np.ones((size - first, 1))
    state = columns[model.state]
    if model.transition is not None:
        scaled = model.transition * (state - state.mean()) / state.std(ddof=1)
        state = 1.0 / (1.0 + np.exp(-np.clip(scaled, -700.0, 700.0)))
    elif state.min() < 0.0 or state.max() > 1.0:
        raise SpecificationError(
            f"state {model.state!r} runs from {state.min():g} to {state.max():g}; give a dummy or weights between 0 "
            "and 1, or transition= for a logistic weight of the standardised variable."
        )
    high = state[first - model.state_lag : size - model.state_lag]
    return np.column_stack([1.0 - high, high])
