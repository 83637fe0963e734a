"""What could have been chosen: named axes, combinations left out by stated rules, and those that are the same."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Mask
from econ.errors import SpecificationError, suggestion
from econ.frozen import FrozenMapping, guarded

MOST = 1_000_000
"""Combinations that are looked at; more fit no table."""

RESERVED = {
    "value", "std_error", "lower", "upper", "z_score", "p_value", "significant", "nobs", "copies", "failure",
    "interactions", "same_as", "specification", "rng",
}  # fmt: skip
"""Names of columns and rows of the results, and the seed of base."""

Labels: TypeAlias = tuple[str, ...]
When: TypeAlias = Mapping[str, Any]


@guarded
@dataclass(frozen=True)
class Rule:
    """Combinations that are left out, and why.

    Parameters
    ----------
    name : str
        Of the rule, under which its combinations are counted.
    when : mapping of str to str or sequence of str
        Labels by axis: a combination is left out if it has, on each axis named, one of them.
    reason : str
        One sentence for the reader.

    Raises
    ------
    SpecificationError
        Without a name, or if ``when`` names no axis or no label.

    Examples
    --------
    >>> Rule("no zero lower bound", {"sample": "before 2008", "control": ["shadow rate"]}).covers(
    ...     {"sample": "before 2008", "control": "shadow rate", "lags": "3"})
    True
    """

    name: str
    when: Mapping[str, Any]
    reason: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise SpecificationError("a rule needs a name, under which what it leaves out is counted.")
        checks.keep(self, when=FrozenMapping(_conditions(f"rule {self.name!r}", self.when)))

    def covers(self, labels: Mapping[str, str]) -> bool:
        """Whether it speaks of the combination with these labels by axis."""
        return _meets(self.when, labels)


@guarded
@dataclass(frozen=True)
class Same:
    """Combinations that differ on one axis only and are the same specification.

    Parameters
    ----------
    axis : str
        The axis that does not matter.
    when : mapping of str to str or sequence of str
        Where it does not: labels of other axes, as in a `Rule`.
    reason : str
        One sentence for the reader.

    Raises
    ------
    SpecificationError
        If ``when`` names no axis, no label, or ``axis`` itself.

    Examples
    --------
    >>> Same("lags of controls", {"controls": "none"}).covers({"controls": "none", "lags of controls": "3"})
    True
    """

    axis: str
    when: Mapping[str, Any]
    reason: str = ""

    def __post_init__(self) -> None:
        clean = _conditions(f"what makes {self.axis!r} the same", self.when)
        if self.axis in clean:
            raise SpecificationError(f"where {self.axis!r} does not matter is said by other axes; found {list(clean)}.")
        checks.keep(self, when=FrozenMapping(clean))

    def covers(self, labels: Mapping[str, str]) -> bool:
        """Whether the axis does not matter in the combination with these labels."""
        return _meets(self.when, labels)


def _meets(when: When, labels: Mapping[str, str]) -> bool:
    return all(labels.get(axis) in chosen for axis, chosen in when.items())


def _conditions(what: str, when: When) -> dict[str, Labels]:
    found: dict[str, Labels] = {}
    for axis, labels in when.items():
        listed = [labels] if isinstance(labels, (str, int, float)) else labels
        if not isinstance(listed, Iterable) or isinstance(listed, bytes):
            raise SpecificationError(f"{what} takes a label or a list of labels for {axis!r}; found {labels!r}.")
        found[axis] = tuple(str(each) for each in listed)
        if not found[axis]:
            raise SpecificationError(f"{what} names no label of {axis!r}; name one, or leave the axis out.")
    if not found:
        raise SpecificationError(f"{what} needs labels of an axis at least, such as {{'sample': 'short'}}.")
    return found


def clean_axes(choices: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Values by axis and label; a sequence labels its values by themselves.

    Raises
    ------
    SpecificationError
        For no axis, an axis without options or with one, or a label that stands twice.
    """
    axes: dict[str, dict[str, Any]] = {}
    for axis, options in choices.items():
        if not isinstance(axis, str) or not axis.isidentifier():
            raise SpecificationError(f"an axis is an argument of base, such as 'sample'; found {axis!r}.")
        if axis in RESERVED:
            raise SpecificationError(f"an axis cannot be called {axis!r}, a name of the results; rename the argument.")
        if isinstance(options, Mapping):
            named = [(str(label), value) for label, value in options.items()]
        elif isinstance(options, Sequence) and not isinstance(options, (str, bytes)):
            named = [(str(value), value) for value in options]
        else:
            raise SpecificationError(f"axis {axis!r} needs {{label: value}} or a list of values; found {options!r}.")
        labels = [label for label, _ in named]
        if not labels:
            raise SpecificationError(f"axis {axis!r} is empty; name its options, or leave it out.")
        twice = [label for label in labels if labels.count(label) > 1]
        if twice:
            raise SpecificationError(f"axis {axis!r} has the label {twice[0]!r} twice; each option needs its own.")
        if len(labels) == 1:
            raise SpecificationError(
                f"axis {axis!r} has one option, {labels[0]!r}: nothing is chosen there; give base that value itself, "
                "as functools.partial does."
            )
        axes[axis] = dict(named)
    if not axes:
        raise SpecificationError("choices needs an axis at least, such as {'lags': [3, 6, 12]}.")
    if (size := math.prod(map(len, axes.values()))) > MOST:
        raise SpecificationError(f"{size:,} combinations are more than {MOST:,}; drop an axis or options.")
    return axes


def check_known(rules: Iterable[Rule | Same], axes: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse rules that speak of axes or labels that there are not, and names that stand twice."""
    names = [rule.name for rule in rules if isinstance(rule, Rule)]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise SpecificationError(f"two rules are called {twice[0]!r}; each is counted under its own name.")
    for rule in rules:
        for axis in (*rule.when, *([rule.axis] if isinstance(rule, Same) else [])):
            if axis not in axes:
                raise SpecificationError(f"a rule speaks of the axis {axis!r}; {suggestion(axis, axes)}")
        for axis, labels in rule.when.items():
            for label in labels:
                if label not in axes[axis]:
                    raise SpecificationError(f"no option {label!r} of axis {axis!r}; {suggestion(label, axes[axis])}")


@guarded
@dataclass(frozen=True, eq=False)
class Plan:
    """Combinations in an order that does not depend on how the axes were written down.

    Parameters
    ----------
    axes : tuple of str
        In the order of the labels.
    kept : tuple of labels
        To be estimated.
    copies : tuple of int
        Combinations that each stands for, itself among them, by declaration.
    excluded : DataFrame
        By rule: ``reason``, ``combinations`` that it covers, ``alone`` that it alone does.
    """

    axes: tuple[str, ...]
    kept: tuple[Labels, ...]
    copies: tuple[int, ...]
    excluded: pd.DataFrame


def planned(axes: Mapping[str, Mapping[str, Any]], exclude: Sequence[Rule], same: Sequence[Same]) -> Plan:
    """Leave out and put together what the rules say.

    Raises
    ------
    SpecificationError
        If a rule leaves out nothing, or nothing is left.
    """
    names = tuple(sorted(axes))
    labels = [np.array(sorted(axes[name]), dtype=object) for name in names]
    codes = np.indices([len(each) for each in labels], dtype=np.int32).reshape(len(names), -1)
    place = {name: number for number, name in enumerate(names)}

    def met(when: When) -> Mask:
        """Combinations of which a rule speaks."""
        each = [np.isin(labels[place[axis]], list(chosen))[codes[place[axis]]] for axis, chosen in when.items()]
        return np.asarray(np.logical_and.reduce(each))

    against = np.array([met(rule.when) for rule in exclude], dtype=bool).reshape(-1, codes.shape[1])
    times = against.sum(axis=0)
    for rule, covers in zip(exclude, against, strict=True):
        if not covers.any():
            raise SpecificationError(
                f"rule {rule.name!r} leaves out nothing; its labels never meet: drop or correct it."
            )
    if times.all():
        raise SpecificationError("the rules leave out every combination; drop one of them.")
    keys = codes.copy()
    for alike in same:
        keys[place[alike.axis], met(alike.when)] = -1
    _, first, copies = np.unique(keys[:, times == 0], axis=1, return_index=True, return_counts=True)
    kept = codes[:, times == 0][:, np.sort(first)]
    excluded = pd.DataFrame(
        [
            (rule.reason, int(covers.sum()), int((times[covers] == 1).sum()))
            for rule, covers in zip(exclude, against, strict=True)
        ],
        index=pd.Index([rule.name for rule in exclude], name="rule", dtype=object),
        columns=["reason", "combinations", "alone"],
    )
    stands = tuple(zip(*(each[code].tolist() for each, code in zip(labels, kept, strict=True)), strict=True))
    return Plan(names, stands, tuple(copies[np.argsort(first)].tolist()), excluded)


def seed_words(axes: Sequence[str], labels: Labels) -> tuple[int, ...]:
    """Four words that stand for a specification, whatever the order of the axes and whatever others there are."""
    text = json.dumps(sorted(zip(axes, labels, strict=True)))
    digest = hashlib.sha256(text.encode()).digest()
    return tuple(int.from_bytes(digest[start : start + 4], "big") for start in range(0, 16, 4))
