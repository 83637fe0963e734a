"""`Dataset`: a table of time series that knows what its columns mean and where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ import checks
from econ.data.dates import Bound, span
from econ.data.index import dates, is_weekly
from econ.data.values import check_column_names, check_values
from econ.errors import FrequencyError, SchemaError, SpecificationError
from econ.frozen import FrozenMapping, guarded
from econ.tables.shown import Facts, Shown, listed, period

if TYPE_CHECKING:
    from econ.data.vintage import Vintage

TRANSFORMS = ("level", "diff", "log", "log_diff", "cumulate", "standardise")
FACTORS = {
    ("percent", "basis points"): 100.0,
    ("basis points", "percent"): 0.01,
    ("usd_mn", "usd_bn"): 0.001,
    ("usd_bn", "usd_mn"): 1000.0,
}


@guarded
@dataclass(frozen=True)
class Variable:
    """What one column means.

    Parameters
    ----------
    name : str
        Column name, ``holder_action`` style, positive in the sense of the name.
    label : str
        Words for tables and axes.
    units : str
        Units of the values.
    sign : str
        What a positive value means.
    transform : str
        What was done to the published series.
    source : str
        Publisher and official table.
    licence : str
        Terms under which the values may be passed on.
    imputed : frozenset of str
        Periods whose value was estimated by us, not published.
    breaks : tuple of (str, str)
        Periods from which the values mean something else, and what changes there.
    """

    name: str
    label: str = ""
    units: str = ""
    sign: str = ""
    transform: str = "level"
    source: str = ""
    licence: str = ""
    imputed: frozenset[str] = frozenset()
    breaks: tuple[tuple[str, str], ...] = ()


@guarded
@dataclass(frozen=True, eq=False)
class Dataset(Shown):
    """A frozen table of time series with meaning and provenance.

    Parameters
    ----------
    frame : DataFrame
        ``PeriodIndex`` (months or quarters) or normalised daily ``DatetimeIndex``; columns = variable
        names; float values, NaN where nothing was published (models refuse NaN, tables show it).
    variables : mapping of str to Variable
        One entry a column.
    vintages : tuple of Vintage
        The files behind the columns.

    Raises
    ------
    SchemaError
        On duplicated or unordered dates, duplicated columns, text or infinite values.
    FrequencyError
        On gaps in the periods.

    Examples
    --------
    >>> import pandas as pd
    >>> dates = pd.period_range("2020-01", periods=3, freq="M")
    >>> data = Dataset.from_frame(pd.DataFrame({"y": [1.0, 2.0, 4.0]}, index=dates), units={"y": "percent"})
    >>> data.transform(y="diff").frame["y"].tolist()
    [nan, 1.0, 2.0]
    """

    frame: pd.DataFrame
    variables: Mapping[str, Variable]
    vintages: tuple[Vintage, ...] = ()
    parent: object = field(default=None, repr=False)

    def __post_init__(self) -> None:
        frame = self.frame.set_axis(dates(self.frame.index), axis=0)
        check_values(frame, allow_missing=True)
        object.__setattr__(self, "frame", frame.astype(float))  # a copy
        given = self.variables
        missing = [name for name in frame.columns if name not in given]
        if missing:
            raise SchemaError(f"columns {missing} have no description; give each column a Variable.")
        own = {name: given[name] for name in frame.columns}
        object.__setattr__(self, "variables", FrozenMapping(own))
        object.__setattr__(self, "vintages", tuple(dict.fromkeys(self.vintages)))

    def _facts(self) -> Facts:
        return {
            "variables": listed([str(name) for name in self.frame.columns]),
            "frequency": self.frequency,
            "sample": period(self.frame.index) if len(self.frame) else "empty",
            "observations": len(self.frame),
            "missing": int(self.frame.isna().to_numpy().sum()),
            "files": len(self.vintages),
        }

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        """Units, observations and moments of each variable; ``level`` has no use here."""
        return self.describe()[["units", "nobs", "missing", "mean", "std", "min", "max"]]

    def to_frame(self, level: float = 0.90) -> pd.DataFrame:
        """The observations: one row a date, one column a variable, as in ``frame``; ``level`` has no use."""
        return self.frame.rename_axis(index="date")

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        *,
        units: Mapping[str, str] | str | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> Dataset:
        """Describe anybody's own table.

        Parameters
        ----------
        frame : DataFrame
            Monthly, quarterly or annual dates (``PeriodIndex`` or regular ``DatetimeIndex``), business
            days, or a plain 0, 1, 2, ... index.
        units : mapping or str, optional
            Words per column, or one word for all, such as ``units="percent"``. Without units every number is what the
            table says and nothing is printed after it; what needs to know refuses or leaves be: `convert` finds no
            factor, a size in billions no percent of debt, and an event study of a level takes changes in the
            column's own units instead of turning percent into basis points. Models take a bare DataFrame as a table
            without units.
        labels : mapping, optional
            Words per column, for tables and axes.

        Returns
        -------
        Dataset

        Raises
        ------
        SchemaError, FrequencyError
            As for the class; `UnknownName` if ``units`` or ``labels`` name no column.

        Examples
        --------
        >>> import pandas as pd
        >>> dates = pd.period_range("2020-01", periods=2, freq="M")
        >>> table = pd.DataFrame({"y2": [4.0, 4.5], "y10": [4.2, 4.1]}, index=dates)
        >>> Dataset.from_frame(table, units="percent").convert(y2="basis points").frame["y2"].tolist()
        [400.0, 450.0]
        """
        if frame.columns.empty:
            raise SchemaError(f"the table has no columns, only {len(frame)} rows; give each variable one.")
        check_column_names(frame.columns)
        units = dict.fromkeys(frame.columns, units) if isinstance(units, str) else units
        for words in (units or {}, labels or {}):
            for name in words:
                checks.position("column", name, list(frame.columns))
        variables = {
            name: Variable(name=str(name), label=(labels or {}).get(name, str(name)), units=(units or {}).get(name, ""))
            for name in frame.columns
        }
        return cls(frame=frame, variables=variables)

    @property
    def frequency(self) -> str:
        """``"M"``, ``"Q"``, ``"Y"``, ``"W"``, ``"D"`` (business days) or ``"U"`` (undated)."""
        index = self.frame.index
        if isinstance(index, pd.PeriodIndex):
            return str(index.freqstr)[0]
        if isinstance(index, pd.DatetimeIndex):
            return "W" if is_weekly(index) else "D"
        return "U"

    def select(self, *names: str) -> Dataset:
        """Keep the columns named, in that order; `UnknownName` names the nearest when one is absent."""
        frame = self.frame
        columns = list(frame.columns)
        for name in names:
            checks.position("variable", name, columns)
        return replace(self, frame=frame.loc[:, list(names)], parent=self)

    def sample(self, start: Bound = None, end: Bound = None) -> Dataset:
        """Keep the periods from ``start`` to ``end``, both included; ``None`` leaves that end open.

        Parameters
        ----------
        start, end : str, date, Timestamp, Period, int or None
            Text in ISO form, such as "2020-03", "2020Q1" or "2020" (the whole year); integers where the index is.

        Raises
        ------
        SpecificationError
            If an end is no date, or nothing is left; says what the data span.
        """
        frame = self.frame.loc[span(start, end, self.frame.index)]
        if frame.empty:
            first, last = self.frame.index[0], self.frame.index[-1]
            raise SpecificationError(f"no data from {start} to {end}; the data span {first} to {last}.")
        return replace(self, frame=frame, parent=self)

    def complete(self) -> Dataset:
        """Keep the longest stretch of periods at which every column has a value.

        Leading and trailing periods with a missing value go; a hole inside raises `SchemaError`,
        because dropping it would glue distant periods together.
        """
        full = self.frame.notna().all(axis=1).to_numpy()
        if not full.any():
            raise SchemaError(f"columns {list(self.frame.columns)} have no period in common.")
        first, last = int(np.argmax(full)), len(full) - int(np.argmax(full[::-1]))
        frame = self.frame.iloc[first:last]
        check_values(frame, allow_missing=False)
        return replace(self, frame=frame, parent=self)

    def join(self, other: Dataset) -> Dataset:
        """Put two tables of one frequency side by side, on the union of their periods.

        Raises
        ------
        FrequencyError
            If the frequencies differ.
        SchemaError
            If a column stands in both.
        """
        other = as_dataset(other)
        if self.frequency != other.frequency:
            raise FrequencyError(
                f"frequencies {self.frequency!r} and {other.frequency!r} cannot be joined; convert one first."
            )
        twice = [name for name in other.frame.columns if name in self.frame.columns]
        if twice:
            raise SchemaError(f"columns {twice} stand in both tables; select or rename first.")
        frame = self.frame.join(other.frame, how="outer").sort_index()
        if isinstance(frame.index, pd.PeriodIndex):  # two spans may leave a hole between them
            frame = frame.reindex(pd.period_range(frame.index[0], frame.index[-1], freq=frame.index.freq))
        vintages = (*self.vintages, *other.vintages)
        return Dataset(frame, {**self.variables, **other.variables}, vintages, parent=(self, other))

    def transform(self, **how: str) -> Dataset:
        """Transform columns by name.

        Parameters
        ----------
        **how : str
            ``column="diff"``, ``"log"``, ``"log_diff"``, ``"cumulate"``, ``"standardise"`` or ``"level"``.

        Returns
        -------
        Dataset
            Same periods; NaN where a difference has no predecessor.

        Raises
        ------
        SpecificationError
            For an unknown transform, or logs of values that are not positive.
        """
        self.select(*how)
        frame, variables = self.frame.copy(), dict(self.variables)
        for name, word in how.items():
            frame[name] = _transformed(frame[name], word)
            before = variables[name].transform
            words = word if before == "level" else f"{word} of {before}"
            variables[name] = replace(variables[name], transform=words)
        return replace(self, frame=frame, variables=variables, parent=self)

    def convert(self, **units: str) -> Dataset:
        """Change the units of columns by name, such as ``convert(yield_10y="basis points")``.

        Raises
        ------
        SpecificationError
            If no factor leads from a column's units to those asked for.

        Examples
        --------
        >>> import pandas as pd
        >>> y = pd.DataFrame({"y": [4.0, 4.5]}, index=pd.period_range("2020-01", periods=2, freq="M"))
        >>> Dataset.from_frame(y, units={"y": "percent"}).convert(y="basis points").frame["y"].tolist()
        [400.0, 450.0]
        """
        self.select(*units)
        frame, variables = self.frame.copy(), dict(self.variables)
        for name, wanted in units.items():
            pair = (variables[name].units, wanted)
            if pair not in FACTORS:
                raise SpecificationError(
                    f"no factor from {pair[0]!r} to {wanted!r} for {name!r}; known: {list(FACTORS)}."
                )
            frame[name] *= FACTORS[pair]
            variables[name] = replace(variables[name], units=wanted)
        return replace(self, frame=frame, variables=variables, parent=self)

    def describe(self) -> pd.DataFrame:
        """One row a variable: label, units, sign, source, span, missing and imputed counts, breaks inside, moments."""
        rows = {}
        for name, variable in self.variables.items():
            column = self.frame[name].dropna()
            inside = {str(period) for period in column.index[1:]}
            rows[name] = {
                "label": variable.label,
                "units": variable.units,
                "sign": variable.sign,
                "transform": variable.transform,
                "source": variable.source,
                "licence": variable.licence,
                "first": str(column.index[0]) if len(column) else "",
                "last": str(column.index[-1]) if len(column) else "",
                "nobs": len(column),
                "missing": int(self.frame[name].isna().sum()),
                "imputed": len(variable.imputed & {str(period) for period in column.index}),
                "breaks": "; ".join(f"{period}: {words}" for period, words in variable.breaks if period in inside),
                "mean": column.mean(),
                "std": column.std(),
                "min": column.min(),
                "max": column.max(),
            }
        return pd.DataFrame.from_dict(rows, orient="index")


def _transformed(column: pd.Series, word: str) -> pd.Series:
    word = checks.choice("transform", word, TRANSFORMS, of=f"for {column.name!r}")
    if word.startswith("log"):
        if (column <= 0).any():
            bad = column[column <= 0].index[0]
            raise SpecificationError(f"log of {column.name!r} asked for, but it is {column[bad]} at {bad}.")
        column = np.log(column)
    if word in ("diff", "log_diff"):
        return column.diff()
    if word == "cumulate":
        return column.cumsum(skipna=False)  # a hole is no zero
    if word == "standardise":
        return (column - column.mean()) / column.std()
    return column


def as_dataset(data: Dataset | pd.DataFrame) -> Dataset:
    """Take a `Dataset` or a bare DataFrame and return a `Dataset`; anything else raises `SpecificationError`."""
    if isinstance(data, Dataset):
        return data
    if isinstance(data, pd.DataFrame):
        return Dataset.from_frame(data)
    raise SpecificationError(f"data must be a Dataset or a DataFrame; found {type(data).__name__}.")


def complete_frame(data: Dataset | pd.DataFrame, *, what: str = "the model") -> pd.DataFrame:
    """Return the frame of ``data`` if a model can use it as it stands.

    Raises
    ------
    SchemaError
        On missing values or a constant column, naming the column and the first offending date.
    """
    frame = as_dataset(data).frame
    check_values(frame, allow_missing=False)
    values = frame.to_numpy()
    constant = np.flatnonzero(np.ptp(values, axis=0) == 0.0) if len(values) > 1 else ()
    for place in map(int, constant):
        raise SchemaError(
            f"column {frame.columns[place]!r} is constant ({values[0, place]}) from {frame.index[0]} on; {what} cannot "
            "use it, drop it."
        )
    return frame
