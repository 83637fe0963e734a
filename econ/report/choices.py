"""`Choices`: a specification that checks its fields, says which were read, and warns of a change that nobody reads."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields, replace
from functools import cache, wraps
from typing import Any, ClassVar, Self, TypeVar, get_type_hints

from econ.border import checked, warn
from econ.data.use import using
from econ.errors import SpecificationError, UnusedChoice, suggestion
from econ.report.exhibit import Exhibit, resting_on

Spec = TypeVar("Spec", bound="Choices")

_READ: ContextVar[set[str] | None] = ContextVar("read", default=None)
"""Fields read by the exhibit that is being made; None when none is, or while the package itself looks."""


class Choices:
    """Base of a frozen dataclass of choices; parts of it are dataclasses of choices in their turn.

    A field whose type is ``Annotated[type, check]`` is checked when the object is made: ``check(name, value)`` returns
    the clean value or raises `SpecificationError`; ``name`` is dotted, such as ``"events.window"``. A class that is a
    part names the field that holds it: ``class Events(Choices, part="events")``.

    Raises
    ------
    SpecificationError
        For a field that does not exist, or a part that is not of its class.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Spec(Choices):
    ...     lags: int = 6
    >>> Spec().changed("lags", 3).lags
    3
    >>> Spec().changed("lag", 3)
    Traceback (most recent call last):
    econ.errors.SpecificationError: the specification has no field 'lag'; did you mean 'lags'?
    """

    _part: ClassVar[str] = ""

    def __init_subclass__(cls, part: str = "", **options: object) -> None:
        super().__init_subclass__(**options)
        cls._part = part

    def __new__(cls, *values: object, **named: object) -> Self:  # noqa: D102
        known = [part.name for part in fields(cls)]  # type: ignore[arg-type]
        for name in named:
            if name not in known:
                _refuse(_dotted(cls, name), [_dotted(cls, each) for each in known])
        return super().__new__(cls)

    def __post_init__(self) -> None:
        with _unread():
            for name, check in _checks(type(self)).items():  # type: ignore[arg-type]
                object.__setattr__(self, name, check(_dotted(type(self), name), getattr(self, name)))
            self.check()

    def check(self) -> None:
        """Refuse fields that contradict each other; each by itself is checked already."""

    def __getattribute__(self, name: str) -> Any:
        value = object.__getattribute__(self, name)
        read = _READ.get()
        if read is not None and not isinstance(value, Choices) and name in type(self).__dict__["__dataclass_fields__"]:
            read.add(_dotted(type(self), name))
        return value

    @checked
    def changed(self, field: str | Mapping[str, object], value: object = None) -> Self:
        """The same choices but for one field, or several.

        Parameters
        ----------
        field : str or mapping of str to object
            Dotted name of a field, or new values by dotted names.
        value : object
            New value of the one field.

        Raises
        ------
        SpecificationError
            For a field that does not exist, with the nearest names, or a value that its field refuses.
        """
        with _unread():
            news = {field: value} if isinstance(field, str) else dict(field)
            own: dict[str, object] = {}
            nested: dict[str, dict[str, object]] = {}
            for name, new in news.items():
                if name not in choices_of(self) and not isinstance(getattr(self, name, None), Choices):
                    _refuse(name, choices_of(self))
                part, dot, rest = name.partition(".")
                if dot:
                    nested.setdefault(part, {})[rest] = new
                else:
                    own[name] = new
            parts = {part: replace(getattr(self, part), **inner) for part, inner in nested.items()}
            return replace(self, **own, **parts)  # type: ignore[type-var]


def _refuse(name: str, known: Iterator[str] | list[str] | Mapping[str, object]) -> None:
    raise SpecificationError(f"the specification has no field {name!r}; {suggestion(name, known)}")


def _dotted(cls: type[Choices], name: str) -> str:
    return f"{cls._part}.{name}" if cls._part else name


@cache
def _checks(cls: type[Choices]) -> dict[str, Callable[[str, object], object]]:
    """From field to its check: that of its type, or that a part is of its class."""
    found: dict[str, Callable[[str, object], object]] = {}
    for name, kind in get_type_hints(cls, include_extras=True).items():
        for check in getattr(kind, "__metadata__", ()):
            found[name] = check
        if isinstance(kind, type) and issubclass(kind, Choices):
            found[name] = _part_of(kind)
    return found


def _part_of(kind: type[Choices]) -> Callable[[str, object], object]:
    def check(name: str, value: object) -> object:
        if not isinstance(value, kind):
            words = f"baseline.changed('{name}.<field>', value) or replace(baseline.{name}, <field>=value)"
            raise SpecificationError(f"{name} takes a {kind.__name__}; found {value!r}; write {words}.")
        return value

    return check


@contextmanager
def _unread() -> Iterator[None]:
    """What the package looks at itself does not count as read."""
    token = _READ.set(None)
    try:
        yield
    finally:
        _READ.reset(token)


@checked
def choices_of(spec: Choices) -> dict[str, object]:
    """Every field by its dotted name, with its value.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Spec(Choices):
    ...     lags: int = 6
    >>> choices_of(Spec())
    {'lags': 6}
    """
    found: dict[str, object] = {}
    with _unread():
        for each in fields(spec):  # type: ignore[arg-type]
            value = getattr(spec, each.name)
            found |= choices_of(value) if isinstance(value, Choices) else {_dotted(type(spec), each.name): value}
    return found


@contextmanager
def reading() -> Iterator[set[str]]:
    """Collect the dotted names of the fields that are read inside; an outer collection gets them too.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Spec(Choices):
    ...     lags: int = 6
    ...     draws: int = 99
    >>> with reading() as read:
    ...     _ = Spec().lags
    >>> read
    {'lags'}
    """
    outer, read = _READ.get(), set[str]()
    token = _READ.set(read)
    try:
        yield read
    finally:
        _READ.reset(token)
        if outer is not None:
            outer |= read


@checked
def recorded(result: Callable[[Spec], Exhibit]) -> Callable[..., Exhibit]:
    """Let the ``result`` of a program note in its exhibit which fields and which files it read.

    The fields are in `Exhibit.choices`. The files of any vintage that were read while the program ran, also those that
    an earlier call had read and the package remembers, are in `Exhibit.vintages`, beside those that the program named.
    A function of your own that remembers what it has read (`functools.cache`) hides the files from its second call on:
    name them, or give its `Dataset`, which has them, to the models.

    Parameters
    ----------
    result : callable
        Takes a specification, whose default value is the paper's.

    Returns
    -------
    callable
        The same; warns with `UnusedChoice` if a field differs from the paper's that the exhibit does not read.
    """
    paper = next(iter(inspect.signature(result).parameters.values())).default

    @wraps(result)
    def with_choices(spec: Spec = paper) -> Exhibit:
        if not isinstance(spec, type(paper)):
            raise SpecificationError(f"result takes a {type(paper).__name__}; found {spec!r}.")
        with reading() as read, using() as files:
            exhibit = result(spec)
        theirs, ours = choices_of(spec), choices_of(paper)
        unused = [name for name in ours if theirs[name] != ours[name] and name not in read]
        if unused:
            words = " and ".join(repr(name) for name in unused)
            told = (
                f"exhibit {exhibit.key!r} does not read {words}, which you changed; its numbers are the paper's there."
            )
            warn(f"{told} Its choices are in Exhibit.choices.", UnusedChoice)
        return replace(resting_on(exhibit, files), choices=tuple(sorted(read)))

    return with_choices
