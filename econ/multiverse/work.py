"""What workers do: blocks of specifications, kept as they are done."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from econ.blocks import Record, Store
from econ.errors import EconError, EstimationError
from econ.estimate import Estimate, Unavailable
from econ.multiverse.choices import Labels
from econ.multiverse.nulls import is_batched
from econ.parallel import Failed, stream

BLOCK = 20
"""Specifications that one worker takes at once; no number depends on it."""
COUNTED = (EconError, ArithmeticError, np.linalg.LinAlgError)
"""What a specification may fail with: it is kept, with its reason; anything else is a mistake in the program."""
ROW = (
    "value", "std_error", "lower", "upper", "level", "units", "nobs", "z_score", "p_value", "significant", "first",
    "last", "failure",
)  # fmt: skip
"""What is kept of a specification."""


@dataclass(frozen=True)
class Task:
    """What one worker does at once: ``base`` for some specifications."""

    base: Callable[..., Any]
    given: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class How:
    """Who computes."""

    n_jobs: int
    backend: str | None
    scheduler: str | None


def worded(axes: Sequence[str], labels: Labels) -> str:
    """Choices in words of a message."""
    return ", ".join(f"{axis}={label!r}" for axis, label in zip(axes, labels, strict=True))


def computed(
    work: Callable[[Any], Record], tasks: Sequence[Any], store: Store, how: How, words: Callable[[int], str]
) -> list[Record]:
    """Records of all blocks in order; those that the store has are not computed again.

    Raises
    ------
    EstimationError
        If a block raised; the others are kept.
    """
    keys = [(0, number) for number in range(len(tasks))]
    todo = store.missing(keys)
    broken: list[tuple[int, Failed]] = []
    results = stream(
        work, [tasks[number] for _, number in todo], n_jobs=how.n_jobs, backend=how.backend, scheduler=how.scheduler,
        label="specification curve",
    )  # fmt: skip
    for place, record in results:
        if isinstance(record, Failed):
            broken.append((todo[place][1], record))
        else:
            store.put(todo[place], record)
    if broken:
        number, failure = min(broken, key=lambda item: item[0])
        raise EstimationError(
            f"{len(broken)} of {len(todo)} blocks raised, the first from {words(number)} on: {failure.error} "
            f"({failure.where}); mend base and run again{' to go on' if store.folder else ''}."
        )
    return [store.take(key) for key in keys]


def estimated(task: Task) -> Record:
    """Rows of a block, by the number of the specification in it."""
    return {f"{number:02d}": row_of(task.base, given) for number, given in enumerate(task.given)}


def row_of(base: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, list[Any]]:
    """One specification as the fields of `ROW`, in plain numbers and words."""
    try:
        found = base(**given)
        batched = found if is_batched(found) else None
        estimate = found if batched is None else batched.estimate()
        score = batched.z_score if batched else None
        calendar = (None, None) if batched is None else batched.calendar
    except COUNTED as error:
        return _row(failure=f"{type(error).__name__}: {error}")
    if isinstance(estimate, Unavailable):
        return _row(failure=estimate.reason)
    if not isinstance(estimate, Estimate):
        raise EstimationError(f"base must give an Estimate; found {estimate!r}.")
    if not math.isfinite(estimate.value):
        return _row(failure=f"the estimate is {estimate.value}")
    score = _score(estimate) if batched is None else score
    parts = {name: _plain(getattr(estimate, name)) for name in ("std_error", "lower", "upper")}
    return _row(
        **parts, value=estimate.value, level=estimate.level, units=estimate.units, nobs=estimate.nobs, z_score=score,
        p_value=None if score is None else float(2.0 * scipy.special.ndtr(-abs(score))),
        significant=_significant(estimate),
        first=calendar[0], last=calendar[1],
    )  # fmt: skip


def _row(**known: Any) -> dict[str, list[Any]]:
    return {name: [known.get(name)] for name in ROW}


def rows_of(record: Record) -> list[dict[str, Any]]:
    """Rows of a block in order, each by its fields."""
    return [{name: values[0] for name, values in record[number].items()} for number in sorted(record)]


def _plain(part: float | Unavailable) -> float | str:
    """A number; a word for infinity; the reason for what there is not."""
    if isinstance(part, Unavailable):
        return part.reason
    return part if math.isfinite(part) else str(part)


def _score(estimate: Estimate) -> float | None:
    """Estimate over standard error; None where a set decides or there is no standard error."""
    error = estimate.std_error
    if isinstance(error, Unavailable) or estimate.region is not None or not 0.0 < error < math.inf:
        return None
    return estimate.value / error


def _significant(estimate: Estimate) -> bool | None:
    """Whether the reported set leaves out zero; None where there is no set."""
    if estimate.region is not None:
        return 0.0 not in estimate.region
    if isinstance(estimate.lower, Unavailable) or isinstance(estimate.upper, Unavailable):
        return None
    return not estimate.lower <= 0.0 <= estimate.upper
