"""`granular_instrument`: idiosyncratic shocks of large holders as an instrument for aggregate flows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array
from econ.border import checked
from econ.data.dataset import complete_frame
from econ.data.dates import place
from econ.data.index import dates
from econ.errors import FrequencyError, NotIdentified, SchemaError, SpecificationError
from econ.frozen import guarded
from econ.tables.shown import Facts, Shown, listed, period

WEIGHTS = ("precision", "equal")
SIGNS = {"+": 1.0, "-": -1.0}


@guarded
@dataclass(frozen=True, eq=False)
class GranularInstrument(Shown):
    """Size-weighted less reference-weighted idiosyncratic shocks.

    Parameters
    ----------
    series : Series (T,)
        The instrument, in the units of the flows; positive: large holders bought more than their exposure to common
        factors explains.
    shocks : DataFrame (T, N)
        Idiosyncratic shocks of each holder: flows less holder mean, reference-weighted mean and factors.
    contributions : DataFrame (T, N)
        (size weight - reference weight) times shock; rows add to ``series``.
    size_weights : DataFrame (T, N)
        Shares in last period's holdings.
    reference_weights : Series (N,)
        Precision or equal weights; they add to one.
    factors : DataFrame (T, K)
        Common factors, unit variance.
    loadings : DataFrame (N, K)
        Loadings of each holder.
    explained : float
        Share of the variance of standardised flows, after the reference-weighted mean, that the factors take.
    parent : tuple
        The flows and sizes it was made from.
    """

    series: pd.Series
    shocks: pd.DataFrame = field(repr=False)
    contributions: pd.DataFrame = field(repr=False)
    size_weights: pd.DataFrame = field(repr=False)
    reference_weights: pd.Series = field(repr=False)
    factors: pd.DataFrame = field(repr=False)
    loadings: pd.DataFrame = field(repr=False)
    explained: float
    weights: str
    parent: tuple[pd.DataFrame, pd.DataFrame | pd.Series] = field(repr=False)

    def _facts(self) -> Facts:
        return {
            "sample": period(self.series.index),
            "observations": len(self.series),
            "holders": listed([*self.shocks.columns]),
            "factors": self.factors.shape[1],
            "weights": self.weights,
            "standard deviation": float(self.series.std()),
        }

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        return self.diagnostics

    def to_frame(self, level: float = 0.90) -> pd.DataFrame:
        """One row a date and holder: ``shock``, ``contribution``, ``size_weight``, ``reference_weight``.

        Contributions of a date add to the instrument, ``series``; shocks have no interval, so ``level`` has no use.
        """
        index = pd.MultiIndex.from_product([self.shocks.index, self.shocks.columns], names=["date", "holder"])
        tables = {"shock": self.shocks, "contribution": self.contributions, "size_weight": self.size_weights}
        columns = {name: table.to_numpy().reshape(-1) for name, table in tables.items()}
        columns["reference_weight"] = np.tile(self.reference_weights.to_numpy(), len(self.shocks))
        return pd.DataFrame(columns, index=index)

    @cached_property
    def diagnostics(self) -> pd.DataFrame:
        """What the instrument rests on: one row a statistic, columns ``value`` and ``detail``.

        ``effective_holders``: one over the Herfindahl index of mean sizes. ``excess_herfindahl``: sqrt(sum S^2 - 1/N),
        the strength that granularity can lend. ``largest_share``: share of the largest holder in the variance of the
        instrument (covariance with its contribution). ``autocorrelation``: of the instrument. ``explained``: variance
        taken by factors.
        """
        mean = self.size_weights.mean()
        herfindahl = float((mean**2).sum())
        z = self.series.to_numpy() - self.series.mean()
        shares = self.contributions.mul(z, axis=0).sum() / float(z @ z)
        top = str(shares.idxmax())
        rows = {
            "holders": (float(len(mean)), ", ".join(map(str, mean.index))),
            "effective_holders": (1.0 / herfindahl, f"largest by size: {mean.idxmax()}"),
            "excess_herfindahl": (float(np.sqrt(max(herfindahl - 1.0 / len(mean), 0.0))), "sqrt(sum S^2 - 1/N)"),
            "largest_share": (float(shares.max()), f"of the variance, by {top}"),
            "autocorrelation": (float(z[1:] @ z[:-1]) / float(z @ z), "first order"),
            "explained": (self.explained, f"by {self.factors.shape[1]} factors"),
        }
        return pd.DataFrame.from_dict(rows, orient="index", columns=["value", "detail"])

    def largest(self, count: int = 20) -> pd.DataFrame:
        """Return the largest contributions, to be read against the news: date, holder, shock, contribution."""
        count = checks.count("count", count)
        values = self.contributions.to_numpy()
        order = np.argsort(-np.abs(values), axis=None, kind="stable")[:count]
        when, who = np.unravel_index(order, values.shape)
        return pd.DataFrame(
            {
                "date": self.contributions.index[when],
                "holder": self.contributions.columns[who],
                "shock": self.shocks.to_numpy()[when, who],
                "contribution": values[when, who],
            }
        )

    def sign_check(self, expected: Mapping[tuple[str, str], str]) -> pd.DataFrame:
        """Compare shocks with the signs that the record of events gives them.

        Parameters
        ----------
        expected : mapping
            ``{("2015-08", "china"): "-"}``: period, holder, and ``"+"`` (bought) or ``"-"`` (sold).

        Returns
        -------
        DataFrame
            Columns date, holder, expected, shock, agrees.

        Raises
        ------
        SpecificationError
            For another sign or a date outside the sample; `UnknownName` for an unknown holder.
        """
        rows = []
        for key in expected:
            if not isinstance(key, tuple) or len(key) != 2:
                raise SpecificationError(f"expected maps (date, holder) to a sign; found the key {key!r}.")
        for (date, holder), sign in expected.items():
            checks.position("holder", holder, list(self.shocks.columns))
            if sign not in SIGNS:
                raise SpecificationError(f"signs are '+' and '-'; found {sign!r} for {holder!r} at {date}.")
            place = self._position(date)
            period = self.shocks.index[place]
            shock = float(self.shocks[holder].to_numpy()[place])
            row = {
                "date": period,
                "holder": holder,
                "expected": sign,
                "shock": shock,
                "agrees": shock * SIGNS[sign] > 0.0,
            }
            rows.append(row)
        return pd.DataFrame(rows, columns=["date", "holder", "expected", "shock", "agrees"])

    def leave_one_out(self) -> pd.DataFrame:
        """Rebuild the instrument without each holder: (T, N), column = the holder left out."""
        flows, sizes = self.parent
        names = list(flows.columns)
        series = {
            name: granular_instrument(
                flows.drop(columns=name),
                sizes.drop(name) if isinstance(sizes, pd.Series) else sizes.drop(columns=name),
                factors=self.factors.shape[1],
                weights=self.weights,
            ).series
            for name in names
        }
        return pd.DataFrame(series)

    def group(self, *holders: str) -> pd.Series:
        """Build an instrument from the shocks of some holders only, weights renormalised among them.

        Factors and precision stay those of all holders. Sub-groups give over-identifying restrictions.
        """
        names = list(checks.names("the group", holders))
        for name in names:
            checks.position("holder", name, list(self.shocks.columns))
        if len(names) < 2:
            raise SpecificationError("a group needs at least two holders: size and reference weights differ within it.")
        sizes, reference = self.size_weights[names], self.reference_weights[names]
        gap = sizes.div(sizes.sum(axis=1), axis=0) - reference / reference.sum()
        return (gap * self.shocks[names]).sum(axis=1).rename("granular")

    def _position(self, date: str) -> int:
        """Row of a period."""
        index = self.shocks.index
        found = place(date, index)
        if found is None:
            raise SpecificationError(f"no shock at {date}; the instrument spans {index[0]} to {index[-1]}.")
        return found


@checked
def granular_instrument(
    flows: pd.DataFrame,
    sizes: pd.DataFrame | pd.Series,
    *,
    factors: int = 1,
    weights: str = "precision",
    exclude: Sequence[str] = (),
) -> GranularInstrument:
    """Build a granular instrument from the flows of many holders.

    Flows ``f_it = a_i + l_i'F_t + u_it`` respond to common news through factors. With S the size weights and E the
    reference weights, (1) means are taken out by holder and, with weights E, by period; (2) K principal components of
    the standardised rest, with holder-specific loadings, are taken out; (3) the instrument is
    ``z_t = sum_i S_{i,t-1} u_it - sum_i E_i u_it``.

    Parameters
    ----------
    flows : DataFrame (T, N)
        Net purchases of each holder in percent of its own holdings; no missing values.
    sizes : DataFrame (., N) or Series (N,)
        Holdings. A table is at the end of the period and enters with one lag, so that no shock weighs itself; the
        first period goes unless sizes reach further back. A Series is used for all periods.
    factors : int, default 1
        K, common factors beyond the mean; 0 for none.
    weights : {"precision", "equal"}
        E: one over the variance of the shocks, or 1 / N. Precision weights make z as strong as it can be; equal
        weights let small noisy holders drown it.
    exclude : sequence of str
        Holders left out altogether, such as custody hubs.

    Returns
    -------
    GranularInstrument

    Raises
    ------
    SpecificationError
        With fewer than factors + 3 holders, an unknown ``weights``, or periods without sizes.
    UnknownName
        If a holder has no sizes or an excluded one no flows.
    SchemaError
        For missing values, or sizes that are negative or all zero.
    NotIdentified
        If size and reference weights coincide.

    References
    ----------
    Gabaix, X. and R. S. J. Koijen (2024), Granular Instrumental Variables, Journal of Political Economy 132(7).

    Examples
    --------
    >>> generator = np.random.default_rng(1)
    >>> flows = pd.DataFrame(generator.standard_normal((120, 6)), columns=list("abcdef"))
    >>> giv = granular_instrument(flows, pd.Series([50.0, 20, 10, 8, 7, 5], index=list("abcdef")))
    >>> giv.diagnostics.loc["largest_share", "detail"]
    'of the variance, by a'
    """
    flows, shares = aligned(flows, sizes, exclude)
    names = flows.columns
    weights, most = checks.choice("weights", weights, WEIGHTS), len(names) - 3
    factors = checks.count("factors", factors, least=0, most=most, of=f"for {len(names)} holders")
    reference, (rest, common, loadings, explained) = _shocks(flows.to_numpy(), weights, factors)
    shocks = pd.DataFrame(rest, index=flows.index, columns=names)
    contributions = (shares - reference) * shocks
    if np.abs(contributions.to_numpy().sum(axis=1)).max() < 1e-12 * np.abs(rest).max():
        raise NotIdentified(
            "size and reference weights coincide, so the instrument is zero; holders differ too little."
        )
    labels = [f"factor_{j + 1}" for j in range(factors)]
    return GranularInstrument(
        series=contributions.sum(axis=1).rename("granular"),
        shocks=shocks,
        contributions=contributions,
        size_weights=shares,
        reference_weights=pd.Series(reference, index=names, name="reference_weight"),
        factors=pd.DataFrame(common, index=flows.index, columns=labels),
        loadings=pd.DataFrame(loadings, index=names, columns=labels),
        explained=explained,
        weights=weights,
        parent=(flows, sizes[list(names)]),
    )


def granular_series(flows: Array, shares: Array) -> Array:
    """The instrument (T,) of `granular_instrument` without factors, from flows (T, N) and shares (N,)."""
    reference, (rest, *_) = _shocks(flows, "precision", 0)
    series: Array = rest @ (shares - reference)
    return series


def _shocks(flows: Array, weights: str, factors: int) -> tuple[Array, tuple[Array, Array, Array, float]]:
    """Reference weights (N,), and what `_idiosyncratic` finds with them."""
    centred, count = flows - flows.mean(axis=0), flows.shape[1]
    reference = np.full(count, 1.0 / count)
    found = _idiosyncratic(centred, reference, factors)
    if weights == "precision":
        precision = 1.0 / found[0].var(axis=0)
        reference = precision / precision.sum()
        found = _idiosyncratic(centred, reference, factors)
    return reference, found


def _idiosyncratic(centred: Array, reference: Array, factors: int) -> tuple[Array, Array, Array, float]:
    """Shocks (T, N), factors (T, K), loadings (N, K) and the share of variance that the factors explain."""
    demeaned = centred - (centred @ reference)[:, None]
    if not factors:
        return demeaned, np.empty((len(centred), 0)), np.empty((centred.shape[1], 0)), 0.0
    scale = demeaned.std(axis=0)
    u, values, _ = np.linalg.svd(demeaned / scale, full_matrices=False)
    common = u[:, :factors] * np.sqrt(len(u))
    loadings = demeaned.T @ common / len(u)
    explained = float((values[:factors] ** 2).sum() / (values**2).sum())
    return demeaned - common @ loadings.T, common, loadings, explained


def aligned(
    flows: pd.DataFrame, sizes: pd.DataFrame | pd.Series, exclude: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Flows without the excluded and the size shares of the period before, on common periods."""
    left_out = list(checks.names("exclude", exclude))
    for name in left_out:
        checks.position("flows of holder", name, list(flows.columns), of="to exclude")
    frame = complete_frame(flows.drop(columns=left_out), what="a granular instrument")
    labels = sizes.index if isinstance(sizes, pd.Series) else sizes.columns
    if not labels.is_unique:
        raise SchemaError(f"sizes name {labels[labels.duplicated()][0]!r} twice; give each holder one size.")
    known = sizes.index if isinstance(sizes, pd.Series) else sizes.columns
    for name in frame.columns:
        checks.position("sizes of holder", name, list(known), of="whose flows are given")
    if isinstance(sizes, pd.Series):
        values = np.tile(sizes[list(frame.columns)].to_numpy(dtype=float), (len(frame), 1))
        table = pd.DataFrame(values, index=frame.index, columns=frame.columns)
    else:
        frame, table = _weighed(frame, sizes)
    bad = ~np.isfinite(table.to_numpy()) | (table.to_numpy() < 0.0)
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise SchemaError(
            f"size of {table.columns[column]!r} must be a number of at least 0; found {table.to_numpy()[row, column]} "
            f"for {table.index[row]}."
        )
    total = table.sum(axis=1)
    if (total == 0.0).any():
        raise SchemaError(f"all sizes are zero for {total.index[int((total == 0.0).argmax())]}.")
    return frame, table.div(total, axis=0)


def _weighed(frame: pd.DataFrame, sizes: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Flows, and sizes a period before: nothing is lost but the first period, where sizes reach no further back."""
    before = _later(sizes[list(frame.columns)], frame.index)
    if not frame.index.isin(before.index).any():
        raise SpecificationError("sizes and flows have no periods in common after sizes are lagged by one.")
    frame = frame.iloc[0 if frame.index[0] in before.index else 1 :]
    absent = frame.index.difference(before.index)
    if len(absent):
        raise SpecificationError(
            f"flows of {absent[0]} have no sizes at the end of the period before: flows run from {frame.index[0]} to "
            f"{frame.index[-1]}, sizes from {sizes.index[0]} to {sizes.index[-1]}; cut the flows, or extend the sizes."
        )
    return frame, before.loc[frame.index].astype(float)


def _later(sizes: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    """Sizes on the dates one period on, those of the flows."""
    when = dates(sizes.index)
    if type(when) is not type(index) or getattr(when, "freqstr", None) != getattr(index, "freqstr", None):
        raise FrequencyError(
            f"flows and sizes must have one frequency; found {_frequency(index)} and {_frequency(when)}; convert one."
        )
    if isinstance(when, pd.DatetimeIndex):
        return sizes.set_axis(when).shift(1).iloc[1:]
    return sizes.set_axis(when + 1)


def _frequency(index: pd.Index) -> str:
    return f"periods {index.freqstr}" if isinstance(index, pd.PeriodIndex) else f"an index of {index.dtype}"
