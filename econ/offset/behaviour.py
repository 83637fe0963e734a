"""Who bought and who sold in an episode, and what moves a holder's purchases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from econ import checks
from econ.border import checked
from econ.data.archive import EMBEDDED
from econ.data.dataset import Dataset, as_dataset, complete_frame
from econ.data.dates import months as read_months
from econ.data.flows import flows
from econ.data.reported import codes_of
from econ.errors import SampleTooShort, SchemaError, SpecificationError
from econ.estimate import Unavailable
from econ.frozen import FrozenMapping, guarded
from econ.infer.covariance import KINDS
from econ.infer.joint import joint_test
from econ.infer.regression import Regression, regress
from econ.tables.shown import Facts, Shown

EPISODES = FrozenMapping(
    {
        "March 2020": ("2020-03", "2020-03"),
        "September-October 2022": ("2022-09", "2022-10"),
        "April 2025": ("2025-04", "2025-04"),
        "January 2026": ("2026-01", "2026-01"),
        "May 2026": ("2026-05", "2026-05"),
    }
)
"""Months of stress in the Treasury market that the tables show."""


@checked
def episodes(
    holders: Sequence[str],
    months: Mapping[str, tuple[str, str]] | None = None,
    *,
    imputed: bool = True,
    concept: str = "spliced",
    as_of: str = EMBEDDED,
) -> pd.DataFrame:
    """What each holder bought or sold between two months.

    Parameters
    ----------
    holders : sequence of str
        Codes, slugs, names or aggregates, as in :func:`econ.data.flows`.
    months : mapping of str to (str, str), optional
        First and last month of each episode in ISO form, as in "2015-06"; default ``EPISODES``.
    imputed : bool, default True
        Whether imputed months count; otherwise an episode with one is `Unavailable`.
    concept : str, default "spliced"
        Whose purchases, as in `econ.data.flows`; only "position" and "imputed" have imputed months.
    as_of : str
        Vintage.

    Returns
    -------
    DataFrame
        Rows (episode, holder); columns ``usd_bn`` and ``percent_of_debt`` (net purchases summed, positive = bought),
        ``imputed`` (months estimated, not published) and ``months``.
        Cells that the data cannot fill are `Unavailable`.

    Raises
    ------
    SpecificationError
        For months in the wrong order or not in ISO form, or a holder named twice.
    SeriesNotFound
        For a holder that the package does not know.

    Examples
    --------
    >>> table = episodes(["china", "japan"], {"April 2025": ("2025-04", "2025-04")})
    >>> [round(value, 1) for value in table["usd_bn"]]
    [-20.9, -2.9]
    """
    named = _checked_holders(holders)
    spans = EPISODES if months is None else months
    rows = {}
    for name, ends in spans.items():
        span = _months(name, ends)
        first, last = ends
        if len(span) == 0:
            raise SpecificationError(f"episode {name!r} ends in {last} before it starts in {first}.")
        for holder in named:
            rows[name, holder] = _summed(holder, span, imputed=imputed, concept=concept, as_of=as_of)
    table = pd.DataFrame.from_dict(rows, orient="index", dtype=object)
    table.index = pd.MultiIndex.from_tuples(list(rows), names=["episode", "holder"])
    return table


def _checked_holders(holders: Sequence[str]) -> tuple[str, ...]:
    named = checks.names("holders", holders, least=1)
    codes = [codes_of(holder) for holder in named]
    if len(set(codes)) < len(codes):
        raise SpecificationError(f"name each holder once; found {list(named)}.")
    return named


def _months(name: str, ends: tuple[str, str]) -> pd.PeriodIndex:
    """Months from the first to the last of an episode, in ISO form: of "03/04/2015" nobody knows which it is."""
    try:
        first, last = ends
        start, end = read_months(pd.Series([first, last], dtype=object), f"episode {name!r}")
        return pd.period_range(start, end, freq="M")
    except (SchemaError, TypeError, ValueError) as error:
        raise SpecificationError(
            f"episode {name!r} runs from a first to a last month in ISO form, ('2015-01', '2015-06'); found {ends!r}."
        ) from error


def _summed(holder: str, span: pd.PeriodIndex, *, imputed: bool, concept: str, as_of: str) -> dict[str, object]:
    row: dict[str, object] = {}
    for column, scale in (("usd_bn", "usd_bn"), ("percent_of_debt", "debt")):
        table = flows(holder, scale=scale, imputed=imputed, concept=concept, as_of=as_of).reindex(span)
        missing = table.index[table["value"].isna()]
        row[column] = (
            Unavailable(f"purchases of this holder in {missing[0]} are not published (vintage {as_of})")
            if len(missing)
            else float(table["value"].sum())
        )
        row["imputed"] = int(table["imputed"].eq(True).sum())
    row["months"] = len(span)
    return row


@guarded
@dataclass(frozen=True, eq=False)
class Reaction(Shown):
    """How a holder's purchases react.

    Parameters
    ----------
    regression : Regression
        Purchases on the terms.
    tests : DataFrame
        One row a group of terms and one for all: statistic (Wald / terms), p_value, distribution, null.
    parent : Dataset
        The data.
    """

    regression: Regression
    tests: pd.DataFrame = field(repr=False)
    parent: Dataset = field(repr=False)

    def _facts(self) -> Facts:
        """Those of the regression, and how certain it is that each group of terms moves the purchases."""
        tests = {f"p-value of no reaction to {name}": p_value for name, p_value in self.tests["p_value"].items()}
        return {**self.regression._facts(), **tests}

    def to_frame(self, level: float = 0.90) -> pd.DataFrame:
        """The coefficients; see :class:`econ.infer.Regression`."""
        return self.regression.to_frame(level)


@checked
def reaction_function(
    data: Dataset | pd.DataFrame,
    purchases: str,
    terms: Sequence[str] | Mapping[str, Sequence[str]],
    *,
    lags: int = 1,
    own_lags: int = 1,
    contemporaneous: Sequence[str] = (),
    cov: str = "hc3",
    bandwidth: int | None = None,
) -> Reaction:
    """Regress a holder's purchases on what it may react to, known the period before.

    Terms may come from anywhere: :func:`econ.load`, a fetcher, or a user's own series joined to the frame.
    :func:`econ.offset.hedged_pickup`, :func:`econ.offset.realised_volatility` and :func:`econ.offset.event_months` make
    the usual ones.

    Parameters
    ----------
    data : Dataset or DataFrame
        Purchases and terms, no gaps.
    purchases : str
        Net purchases of the holder.
    terms : sequence of str, or mapping of str to sequence of str
        Columns, or named groups of them (such as yields, exchange rate, volatility, geopolitics), each tested.
    lags : int, default 1
        Lags 1, ..., ``lags`` of every term.
    own_lags : int, default 1
        Lags of the purchases.
    contemporaneous : sequence of str
        Terms that also enter at t; only what the holder cannot move within the period belongs here.
    cov : str, default "hc3"
        Of the errors and of the tests, as in :func:`econ.infer.joint_test`: White's family by turning the residuals
        round the sample, "hac" and "ewc" by the F that their error calls for. Of true nulls at a nominal 10% (500
        samples of 177 months, seven terms with three lags, one of them five months of events) "hc3" rejects 14% for the
        events, 10% for another term and 9% for all together, "hc1" 14, 10 and 13%, "hac" 11, 10 and 1%. A chi-square
        for Newey-West rejects 38, 17 to 28 and 83%.
    bandwidth : int, optional
        Bartlett lags ("hac") or cosines ("ewc").

    Returns
    -------
    Reaction
        Coefficients are named ``L1.<term>``. Tests of more terms than the covariance has degrees of freedom ("ewc")
        are `Unavailable`.

    Raises
    ------
    SpecificationError
        If a term is the purchases themselves, stands in two groups, or lags are negative or all zero.

    Examples
    --------
    >>> import numpy as np
    >>> draws = np.random.default_rng(1).standard_normal((200, 2))
    >>> frame = pd.DataFrame({"volatility": draws[:, 0]}, index=pd.period_range("2000-01", periods=200, freq="M"))
    >>> frame["bought"] = 0.5 * frame["volatility"].shift(fill_value=0.0) + draws[:, 1]
    >>> fit = reaction_function(frame, "bought", ["volatility"])
    >>> bool(fit.tests.loc["volatility", "p_value"] < 0.01)
    True
    """
    lags, own_lags = checks.count("lags", lags, least=0), checks.count("own_lags", own_lags, least=0)
    contemporaneous = checks.names("contemporaneous", contemporaneous)
    groups = dict(terms) if isinstance(terms, Mapping) else {name: (name,) for name in checks.names("terms", terms)}
    columns = [name for names in groups.values() for name in names] if isinstance(terms, Mapping) else list(groups)
    if purchases in columns or len(set(columns)) < len(columns) or not columns:
        raise SpecificationError(
            f"name each term once, and not the purchases {purchases!r} themselves; found {columns}."
        )
    if lags == 0 and not set(columns) <= set(contemporaneous):
        raise SpecificationError(f"every term needs a lag or a place at t; found lags={lags}, own_lags={own_lags}.")
    table = as_dataset(data).select(purchases, *columns)
    frame = complete_frame(table, what="the reaction function")
    design = {f"L{lag}.{purchases}": frame[purchases].shift(lag) for lag in range(1, own_lags + 1)}
    own: dict[str, list[str]] = {}
    for name in columns:
        steps = [*([0] if name in contemporaneous else []), *range(1, lags + 1)]
        own[name] = [f"L{lag}.{name}" if lag else name for lag in steps]
        design |= {word: frame[name].shift(lag) for word, lag in zip(own[name], steps, strict=True)}
    first = max(lags, own_lags)
    if len(frame) <= first + checks.SPARE:
        raise SampleTooShort(f"{first} lags need more than {first + checks.SPARE} periods; found {len(frame)}.")
    bought, known = frame[purchases].iloc[first:], pd.DataFrame(design).iloc[first:]
    fit = regress(bought, known, cov=cov, bandwidth=bandwidth, parent=table)
    wanted = {group: [word for name in names for word in own[name]] for group, names in groups.items()}
    wanted["all terms"] = [word for words in own.values() for word in words]
    rows = {group: _joint(bought, known, words, cov=cov, bandwidth=bandwidth) for group, words in wanted.items()}
    tests = pd.DataFrame.from_dict(rows, orient="index")
    return Reaction(fit, tests, table)


def _joint(
    bought: pd.Series, known: pd.DataFrame, words: list[str], *, cov: str, bandwidth: int | None
) -> dict[str, object]:
    """Wald test that the terms ``words`` have no coefficient.

    White's family against the residuals turned round the sample, for many terms or months of events leave its error
    too few degrees of freedom for an F; the others against the F that their error calls for.
    """
    null = f"no reaction to {', '.join(words)}"
    others = known.drop(columns=words)
    reference = "shift" if cov in KINDS else "f"
    held = others if len(others.columns) else None
    test = joint_test(bought, known[words], controls=held, reference=reference, cov=cov, bandwidth=bandwidth)
    return {str(name): value for name, value in test.items()} | {"null": null}
