"""`SpecificationCurve`: estimate every defensible specification, and keep count of those that could not be."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from econ.arrays import Seed
from econ.blocks import Store, described
from econ.checks import keep
from econ.errors import SpecificationError
from econ.frozen import guarded
from econ.multiverse.choices import Labels, Plan, Rule, Same, check_known, clean_axes, planned, seed_words
from econ.multiverse.results import SpecificationCurveResults, assembled
from econ.multiverse.work import BLOCK, ROW, How, Task, computed, estimated, rows_of, worded
from econ.parallel import seed_sequence


@guarded
@dataclass(frozen=True, eq=False)
class SpecificationCurve:
    """All combinations of choices that somebody could have made, and the function that estimates one.

    Parameters
    ----------
    base : callable
        ``base(**values)``, one argument an axis, gives an `Estimate`; `Unavailable`, or an error of the package, where
        the choices admit none; or a `LinearSpecification` (anything `Batched`), which `joint` tests need. Data go in by
        ``functools.partial(function, data)``. A function with an argument ``rng`` gets a seed of its own for every
        specification. It must be importable, or defined in a notebook, to run in other processes.
    choices : mapping of str to (mapping of str to object, or sequence)
        By axis, the argument of ``base``: ``{label: value}``, or values that label themselves.
    exclude : sequence of Rule
        Combinations that nobody would defend.
    same : sequence of Same
        Axes that do not matter under some choice on another one.

    Raises
    ------
    SpecificationError
        For an axis with no option or one, labels that stand twice, rules of unknown labels or that leave out nothing or
        everything, or a function that does not take the axes.

    References
    ----------
    Simonsohn, U., J. P. Simmons and L. D. Nelson (2020), Specification Curve Analysis, Nature Human Behaviour 4.
    Steegen, S., F. Tuerlinckx, A. Gelman and W. Vanpaemel (2016), Increasing Transparency Through a Multiverse
    Analysis, Perspectives on Psychological Science 11(5).

    Examples
    --------
    >>> from econ import Estimate
    >>> def base(lags, sample):
    ...     return Estimate(float(lags), 1.0, lags - 1.6, lags + 1.6, nobs=sample)
    >>> curve = SpecificationCurve(base, {"lags": [1, 2, 4], "sample": {"short": 100, "long": 200}},
    ...                            exclude=[Rule("degrees of freedom", {"lags": "4", "sample": "short"})])
    >>> result = curve.run()
    >>> result.summary()["median"], len(result.table)
    (2.0, 5)
    """

    base: Callable[..., Any]
    choices: Mapping[str, Any]
    exclude: Sequence[Rule] = ()
    same: Sequence[Same] = ()
    plan: Plan = field(init=False, repr=False)

    def __post_init__(self) -> None:
        axes = clean_axes(self.choices)
        rules, same = tuple(self.exclude), tuple(self.same)
        check_known((*rules, *same), axes)
        try:
            names = [*axes, *(["rng"] if _draws(self.base) else [])]
            inspect.signature(self.base).bind(**dict.fromkeys(names))
        except TypeError as error:
            raise SpecificationError(
                f"base must take the axes {', '.join(axes)} as arguments, and nothing else without a default ({error})."
            ) from error
        except ValueError as error:
            raise SpecificationError(f"base has no signature to read ({error}); wrap it in a def.") from error
        keep(self, choices=axes, exclude=rules, same=same, plan=planned(axes, rules, same))

    @property
    def axes(self) -> tuple[str, ...]:
        """Names of the axes, in the order given."""
        return tuple(self.choices)

    def run(
        self,
        *,
        rng: Seed = None,
        n_jobs: int = 1,
        backend: str | None = None,
        scheduler: str | None = None,
        folder: str | Path | None = None,
    ) -> SpecificationCurveResults:
        """Estimate every specification.

        Parameters
        ----------
        rng : int or SeedSequence, optional
            Seed of a ``base`` that draws; each specification has its own, whatever the others and their order.
        n_jobs : int, default 1
            Workers of this machine; the results have the same bits for any number.
        backend, scheduler : str, optional
            As in :func:`econ.parallel.stream`: "dask" with the address of a scheduler runs on a cluster.
        folder : path, optional
            Where finished blocks are kept: a run that was killed goes on with the rest, to the same bytes. A folder of
            other choices or another function is refused; what a function reads by itself it cannot know.

        Returns
        -------
        SpecificationCurveResults

        Raises
        ------
        SpecificationError
            If ``base`` draws and there is no ``rng``, the folder belongs to something else, or units differ.
        EstimationError
            If ``base`` raised something that is no error of the package, gave no `Estimate`, or no specification could
            be estimated; says which and where.
        """
        labels = self.plan.kept
        blocks = [labels[start : start + BLOCK] for start in range(0, len(labels), BLOCK)]
        tasks = [Task(self.base, tuple(self._given(block, rng))) for block in blocks]
        store = self._store(folder, rng, {"does": "run"}, ROW)
        records = computed(estimated, tasks, store, How(n_jobs, backend, scheduler), self._words)
        return assembled(self, [row for record in records for row in rows_of(record)], rng)

    @cached_property
    def _seeded(self) -> bool:
        return _draws(self.base)

    def _given(self, block: Sequence[Labels], rng: Seed) -> list[dict[str, Any]]:
        """Arguments of ``base`` for each specification of a block."""
        axes = self.plan.axes
        options = [dict(self.choices[axis]) for axis in axes]
        given = [
            {axis: values[label] for axis, values, label in zip(axes, options, labels, strict=True)} for labels in block
        ]
        if self._seeded:
            seed = seed_sequence(rng)
            for each, labels in zip(given, block, strict=True):
                key = (*seed.spawn_key, *seed_words(axes, labels))
                each["rng"] = np.random.SeedSequence(seed.entropy, spawn_key=key)
        return given

    def _store(self, folder: str | Path | None, rng: Seed, more: Mapping[str, Any], columns: tuple[str, ...]) -> Store:
        """Where blocks are kept, opened."""
        what: dict[str, Any] = {}
        if folder is not None:
            seed = None if rng is None else seed_sequence(rng)
            what = {
                "base": described(self.base),
                "choices": described({axis: dict(sorted(self.choices[axis].items())) for axis in self.plan.axes}),
                "specifications": described(self.plan.kept),
                "seed": None if seed is None else [str(seed.entropy), [int(part) for part in seed.spawn_key]],
                "block": BLOCK,
                **more,
            }
            try:
                json.dumps(what)
            except TypeError as error:
                raise SpecificationError(
                    f"a folder needs choices and data that can be written down ({error}): numbers, words, tables, "
                    "frozen dataclasses; give labels for them and look the values up in base."
                ) from error
        store = Store(None if folder is None else Path(folder), what, "specification curve", columns)
        store.open()
        return store

    def _words(self, number: int) -> str:
        """Choices of the first specification of a block."""
        return worded(self.plan.axes, self.plan.kept[number * BLOCK])


def _draws(base: Callable[..., Any]) -> bool:
    """Whether a function wants a seed."""
    try:
        return "rng" in inspect.signature(base).parameters
    except ValueError:
        return False
