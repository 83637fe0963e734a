"""What changed between two vintages: every revised, added and withdrawn figure, largest revision first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from econ.border import checked
from econ.data.archive import manifest, read_table
from econ.data.flows import flows
from econ.errors import DataError, VintageMissing
from econ.frozen import guarded
from econ.tables.shown import Shown

_KEYS = ("date", "holder", "printed", "series", "item", "unit", "notes")


@guarded
@dataclass(frozen=True, eq=False)
class Difference(Shown):
    """Two vintages compared on every table they share.

    Parameters
    ----------
    old, new : str
        As-of dates.
    revised : DataFrame
        One row a figure that changed: ``table``, ``date``, ``holder``, ``column``, ``old``, ``new``, ``change``,
        ``relative`` (change in percent of the old figure), largest relative change of its column's scale first.
    added, withdrawn : DataFrame
        Figures that only one vintage has: ``table``, ``date``, ``holder``, ``column``, ``value``.
    purchases : DataFrame
        Cumulated net purchases of China, Japan and the UK, USD billions, over the common months, in both vintages.
    headline : DataFrame or None
        What the paper's headline numbers are in both vintages: ``label``, ``old``, ``new``, ``difference``,
        ``std_error``, ``moves``; None if nobody was asked to compute them.
    """

    old: str
    new: str
    revised: pd.DataFrame = field(repr=False)
    added: pd.DataFrame = field(repr=False)
    withdrawn: pd.DataFrame = field(repr=False)
    purchases: pd.DataFrame = field(repr=False)
    headline: pd.DataFrame | None = field(default=None, repr=False)

    def to_frame(self, level: float = 0.90) -> pd.DataFrame:
        """One row a revised figure, see ``revised``; ``level`` has no use."""
        return self.revised.rename_axis("revision")

    def __str__(self) -> str:
        counts = f"{len(self.revised)} revised, {len(self.added)} added, {len(self.withdrawn)} withdrawn"
        parts = [f"{self.old} -> {self.new}: {counts}."]
        if len(self.revised):
            shown = self.revised.head(20).to_string(index=False, float_format=lambda value: f"{value:,.4g}")
            parts.append(f"Largest revisions:\n{shown}")
        parts.append(f"Cumulated net purchases over common months, USD bn:\n{self.purchases.to_string()}")
        if self.headline is not None:
            moves = int(self.headline["moves"].sum())
            word = "does not move" if moves == 0 else f"moves in {moves} of {len(self.headline)} numbers"
            shown = self.headline.to_string(float_format=lambda value: f"{value:,.4g}")
            parts.append(f"The paper's headline {word}:\n{shown}")
        return "\n".join(parts)


def _long(table: str, as_of: str) -> pd.Series:
    frame, _ = read_table(table, as_of)
    keys = [name for name in _KEYS if name in frame]
    out = frame.melt(id_vars=keys, var_name="column", value_name="figure")
    out["holder"] = _who(out)
    return out.set_index(["date", "holder", "column"])["figure"]


def _who(frame: pd.DataFrame) -> pd.Series:
    """Holder, or the printed line with its survey series, or the name and item of a series."""
    parts = [frame[name].fillna("").astype(str) for name in _KEYS[1:] if name in frame]
    if "printed" in frame and "holder" in frame:
        parts = [
            frame["printed"],
            *(frame[name].fillna("").astype(str) for name in ("series", "item") if name in frame),
        ]
    if not parts:
        return pd.Series("", index=frame.index)
    return pd.Series([" ".join(word for word in words if word) for words in zip(*parts, strict=True)], frame.index)


def _table(table: str, old: str, new: str) -> pd.DataFrame:
    left, right = _long(table, old), _long(table, new)
    for as_of, frame in ((old, left), (new, right)):
        if not frame.index.is_unique:
            raise DataError(
                f"table {table!r} of vintage {as_of} prints {frame.index[frame.index.duplicated()][0]} twice."
            )
    both = pd.concat({"old": left, "new": right}, axis=1)
    scale = float(np.nanstd(left)) if left.notna().any() else 0.0
    both = both[~(both["old"].isna() & both["new"].isna())].reset_index()
    both.insert(0, "table", table)
    both["scale"] = scale or 1.0
    return both


def is_revised(old: pd.Series, new: pd.Series) -> pd.Series:
    """Whether figures of the same rows differ by more than a last digit; False where one of them is missing."""
    return (new - old).abs() > 1e-9 * old.abs().clip(lower=1e-3)


@checked
def diff(old: str, new: str, *, headline: Callable[[str, str], pd.DataFrame] | None = None) -> Difference:
    """Compare two vintages.

    Parameters
    ----------
    old, new : str
        As-of dates.
    headline : callable, optional
        Computes the paper's headline numbers on both: ``econ.report.headline`` in a clone of the repository. The
        data do not know what the paper makes of them, so the paper is asked.

    Returns
    -------
    Difference

    Raises
    ------
    VintageMissing
        If one of them is not on disk, or they share no table.

    Examples
    --------
    >>> from econ.data.archive import EMBEDDED
    >>> len(diff(EMBEDDED, EMBEDDED).revised)
    0
    """
    shared = sorted(set(manifest(old)) & set(manifest(new)))
    if not shared:
        raise VintageMissing(f"vintages {old} and {new} share no table.")
    every = pd.concat([_table(table, old, new) for table in shared], ignore_index=True)
    known = every["old"].notna() & every["new"].notna()
    both = every[known].assign(change=every["new"] - every["old"])
    revised = both[is_revised(both["old"], both["new"])]
    revised = revised.assign(relative=100 * revised["change"] / revised["old"].abs().replace(0.0, np.nan))
    order = (revised["change"].abs() / revised["scale"]).sort_values(ascending=False).index
    names = ["table", "date", "holder", "column"]
    added, withdrawn = every[every["old"].isna()], every[every["new"].isna()]
    return Difference(
        old, new,
        revised.loc[order, [*names, "old", "new", "change", "relative"]].reset_index(drop=True),
        added[[*names, "new"]].rename(columns={"new": "value"}).reset_index(drop=True),
        withdrawn[[*names, "old"]].rename(columns={"old": "value"}).reset_index(drop=True),
        purchases(old, new),
        None if headline is None else headline(old, new),
    )  # fmt: skip


def purchases(old: str, new: str) -> pd.DataFrame:
    """Cumulated net purchases of the paper's holders in both vintages over their common months, USD billions."""
    rows = {}
    for name in ("china", "japan", "uk"):
        left, right = (flows(name, scale="usd_bn", as_of=as_of)["value"].dropna() for as_of in (old, new))
        common = left.index.intersection(right.index)
        rows[name] = (left[common].sum(), right[common].sum(), (right[common] - left[common]).abs().max())
    out = pd.DataFrame(rows, index=["old", "new", "largest monthly change"]).T
    return out.round(3)
