"""Who takes the other side of a sale: shares of all holder groups, which add to one, and the pro-rata benchmark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import scipy

from econ import checks
from econ.arrays import Array, Seed
from econ.border import checked
from econ.data.reported import codes_of
from econ.errors import NotIdentified, SeriesNotFound, SpecificationError
from econ.estimate import Estimate, Unavailable
from econ.frozen import guarded
from econ.offset._proxy import Moments, is_proxy, proxy_moments
from econ.offset._ratio import Ratio, ratio_estimate
from econ.offset._responses import Source, check_unit, joint, shock_of
from econ.responses import Bootstrap, Cell, Reading
from econ.tables.shown import Shown

WHOLE = {"OFF", "TOT"}  # lines of the tables that contain other lines
ROUNDING = 1e-9
SUPPLY = "less net supply"


@guarded
@dataclass(frozen=True, eq=False)
class AddingUp(Shown):
    """Shares of a sale by who takes them.

    Parameters
    ----------
    shares : mapping of str to Estimate
        Share of the seller's cumulated sale that each group buys, and ``"less net supply"``: what lower issuance takes.
        They add to one.
    excess : mapping of str to Estimate or Unavailable
        Shares less the pro-rata benchmark.
    benchmark : mapping of str to float
        Shares of the float that the seller does not hold; empty if not given.
    tests : DataFrame
        Rows ``holders add to one`` (net supply does not respond) and, with a benchmark, ``pro rata`` (every group takes
        its share of the float); columns statistic, p_value, distribution, null.
    parent : object
        The responses.
    """

    shares: Mapping[str, Estimate] = field(repr=False)
    excess: Mapping[str, Estimate | Unavailable] = field(repr=False)
    benchmark: Mapping[str, float]
    tests: pd.DataFrame = field(repr=False)
    parent: object = field(repr=False)

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        """Shares and excess as they were asked for, at their own level."""
        parts = {"share": self.shares, "excess": self.excess}
        found = {(part, name): value for part, values in parts.items() for name, value in values.items()}
        return pd.DataFrame({"value": pd.Series(found, dtype=object)})

    @property
    def total(self) -> float:
        """Sum of the shares: one."""
        return float(sum(share.value for share in self.shares.values()))


@checked
def adding_up(
    source: Source,
    seller: str,
    groups: Sequence[str] | Mapping[str, Sequence[str]],
    *,
    supply: str | None = None,
    residual: str = "domestic_private",
    horizon: int = 6,
    benchmark: Mapping[str, float] | None = None,
    shock: str | None = None,
    level: float = 0.90,
    bootstrap: Bootstrap | None = None,
    rng: Seed = None,
    n_jobs: int = 1,
) -> AddingUp:
    """Split a seller's cumulated sale among everybody who takes the other side.

    Purchases of all holders add to net supply: C + sum_g G_g = S. The share of group g is ``-G_g / C`` in cumulated
    responses to the seller's shock, that of net supply ``S / C``, so shares add to one by accounting.

    Parameters
    ----------
    source : JointResponses or StructuralResults
        Joint responses of all flows, in one unit, as in :func:`econ.offset.quantity_offset`; those of a proxy VAR with
        one instrument need no draws, and their sets are Anderson-Rubin's.
    seller : str
        Net purchases of the seller.
    groups : sequence of str, or mapping of str to sequence of str
        Reading that are holder groups, or names of groups and the responses that make them up.
    supply : str, optional
        Response: net issuance. With it a group ``residual`` = issuance less all others is added; without it the groups
        must be everybody else, and net supply is their sum with the seller.
    residual : str, default "domestic_private"
        Its name.
    horizon : int, default 6
        Last period summed, included.
    benchmark : mapping of str to float, optional
        Share of every group in the float that the seller does not hold, from :func:`pro_rata`.
    shock : str, optional
        The seller's shock.
    level : float, default 0.90
        Coverage of the Fieller sets.
    bootstrap, rng, n_jobs
        For an identified VAR.

    Returns
    -------
    AddingUp

    Raises
    ------
    SpecificationError
        If groups overlap, contain the seller or net supply, or the benchmark does not cover them and add to one; if
        flows are known to be in different units.
    NotIdentified
        If the seller's cumulated response is exactly zero.

    Notes
    -----
    Sizes at a nominal 5% are 3.8-8.2%. Measured in :doc:`/coverage`.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR, Cholesky, MovingBlock
    >>> impact = [[1.0, 0.0, 0.0], [-0.3, 0.5, 0.0], [0.0, 0.0, 1.0]]
    >>> data = simulated_var(300, rng=1, lags=[0.2 * np.eye(3)], impact=impact, names=("cn", "jp", "issuance"))
    >>> svar = VAR(data, lags=1).fit().identify(Cholesky("cn", "jp", "issuance"))
    >>> split = adding_up(svar, "cn", ["jp"], supply="issuance", bootstrap=MovingBlock(draws=99), rng=1, horizon=2)
    >>> list(split.shares), round(split.total, 12)
    (['jp', 'domestic_private', 'less net supply'], 1.0)
    """
    level, horizon = checks.level(level), checks.horizon(horizon)
    members = _members(seller, groups, supply, residual)
    name = shock_of(source, seller, shock)
    flat = [part for parts in members.values() for part in parts]
    flows = (seller, *flat, *([supply] if supply else []))
    check_unit(source, flows)
    cells = [Cell(horizon, part, name, summed=True) for part in flows]
    if bootstrap is None and is_proxy(source):
        read = _by_proxy(proxy_moments(source, cells))
    else:
        read = joint(source, horizon, bootstrap, rng, n_jobs=n_jobs).read(cells)
    if read.point[0] == 0.0:
        raise NotIdentified(f"{seller!r} does not respond to the shock within {horizon} periods; nothing to share out.")
    turn, names = _accounts(members, len(read.point), residual if supply else None)
    taken = read.turned(turn)
    floats = _checked(benchmark, names[:-1])
    label = f"share of the sale by {seller} within {horizon} periods"
    shares = {
        each: ratio_estimate(_pair(taken, row), method="fieller", level=level, label=f"{label}: {each}")
        for row, each in enumerate(names, start=1)
    }
    return AddingUp(shares, _excess(shares, floats), floats, _tests(taken, names, floats), read.parent)


def _by_proxy(found: Moments) -> Reading:
    if len(found.weights) > 1:
        raise SpecificationError(
            f"shares need one instrument, so that all sets are of one shock; found {len(found.weights)}; keep one, or "
            "pass bootstrap= and rng=."
        )
    return found.read()


@checked
def pro_rata(
    stocks: Mapping[str, float], *, total: float | None = None, residual: str = "domestic_private"
) -> dict[str, float]:
    """Shares of the float not held by the seller.

    Parameters
    ----------
    stocks : mapping of str to float
        Position of every group but the seller, in one unit.
    total : float, optional
        Debt not held by the seller; what the groups leave of it belongs to ``residual``. Default: their sum.
    residual : str, default "domestic_private"
        Name of the rest.

    Returns
    -------
    dict
        Shares that add to one.

    Raises
    ------
    SpecificationError
        For negative positions, or positions above the float.

    Examples
    --------
    >>> pro_rata({"jp": 1.0, "uk": 1.0}, total=10.0)
    {'jp': 0.1, 'uk': 0.1, 'domestic_private': 0.8}
    """
    stocks = {name: checks.real(f"position of {name!r}", stock, least=0.0) for name, stock in stocks.items()}
    whole = sum(stocks.values()) if total is None else checks.real("total", total, above=0.0)
    values = {**stocks} if total is None else {**stocks, residual: whole - sum(stocks.values())}
    if not all(np.isfinite(value) and value >= 0.0 for value in values.values()) or not whole > 0.0:
        raise SpecificationError(f"positions must be at least 0 and within the float; found {values} of {whole}.")
    return {name: value / whole for name, value in values.items()}


def _members(
    seller: str, groups: Sequence[str] | Mapping[str, Sequence[str]], supply: str | None, residual: str
) -> dict[str, tuple[str, ...]]:
    """Groups and the responses behind them, after checking that no bond is counted twice."""
    if isinstance(groups, str):
        raise SpecificationError(f"groups is a list of responses or a mapping to lists; found {groups!r}.")
    named = groups if isinstance(groups, Mapping) else {name: (name,) for name in groups}
    checks.names("groups", list(named))
    members = {name: checks.names(f"group {name!r}", parts) for name, parts in named.items()}
    if isinstance(groups, Sequence) and len(members) < len(groups):
        raise SpecificationError(f"groups overlap: name each once; found {list(groups)}.")
    if not members or not all(members.values()) or {residual, SUPPLY} & set(members):
        raise SpecificationError(f"name at least one group, none empty or called {residual!r}; found {list(members)}.")
    owner: dict[str, str] = {}
    for name, parts in [("the seller", (seller,)), *members.items()]:
        for part in parts:
            if part == supply:
                raise SpecificationError(f"{part!r} is net supply and stands in group {name!r} too; take it out.")
            for code in _codes(part):
                clash = next((other for other in owner if code == other or _contains(code, other)), None)
                if clash is not None:
                    raise SpecificationError(
                        f"groups overlap: {part!r} of {name!r} shares bonds with {owner[clash]}; make them disjoint."
                    )
            owner |= dict.fromkeys(_codes(part), f"{part!r} of {name!r}")
    return members


def _codes(response: str) -> tuple[str, ...]:
    """Holders behind a response, as far as its name tells."""
    try:
        return codes_of(response.removesuffix("_net_purchases"))
    except SeriesNotFound:
        return (response,)


def _contains(first: str, second: str) -> bool:
    """Whether one of two codes is a line that holds the other: all foreigners, or all foreign officials."""
    known = all(len(code) == 3 and code.isupper() for code in (first, second))
    return known and bool({first, second} & WHOLE)


def _accounts(members: Mapping[str, Sequence[str]], size: int, residual: str | None) -> tuple[Array, list[str]]:
    """Matrix from (seller, parts, [supply]) to (seller, minus each group, net supply), and the names of the shares."""
    rows = [np.eye(size)[0]]
    start = 1
    for parts in members.values():
        row = np.zeros(size)
        row[start : start + len(parts)] = -1.0
        rows.append(row)
        start += len(parts)
    names = list(members)
    if residual is not None:
        rest = np.ones(size)
        rest[-1] = -1.0
        rows += [rest, np.eye(size)[-1]]
        names.append(residual)
    else:
        rows.append(np.ones(size))
    return np.array(rows), [*names, SUPPLY]


def _pair(taken: Reading, row: int) -> Reading:
    turn = np.zeros((2, len(taken.point)))
    turn[0, row] = turn[1, 0] = 1.0
    return taken.turned(turn)


def _checked(benchmark: Mapping[str, float] | None, holders: list[str]) -> dict[str, float]:
    if benchmark is None:
        return {}
    if set(benchmark) != set(holders) or abs(sum(benchmark.values()) - 1.0) > ROUNDING or min(benchmark.values()) < 0.0:
        raise SpecificationError(
            f"the benchmark gives each of {holders} its share of the float, adding to 1; found {dict(benchmark)}."
        )
    return {name: float(benchmark[name]) for name in holders}


def _excess(shares: Mapping[str, Ratio], floats: Mapping[str, float]) -> dict[str, Estimate | Unavailable]:
    return {
        name: _less(share, floats[name]) if name in floats else Unavailable("no benchmark")
        for name, share in shares.items()
    }


def _less(share: Ratio, number: float) -> Estimate:
    region = share.confidence_set().shifted(-number)
    return replace(
        share, value=share.value - number, lower=region.lower, upper=region.upper, region=region,
        label=f"{share.label}, less its share of the float",
    )  # fmt: skip


def _tests(taken: Reading, names: list[str], floats: Mapping[str, float]) -> pd.DataFrame:
    size = len(taken.point)
    rows = {"holders add to one": _wald(taken, np.eye(size)[-1:], "net supply does not respond to the sale")}
    if floats:
        turn = np.hstack([-np.array(list(floats.values()))[:, None], np.eye(size - 2), np.zeros((size - 2, 1))])
        rows["pro rata"] = _wald(taken, turn, "every group takes its share of the float")
    return pd.DataFrame.from_dict(rows, orient="index")


def _wald(taken: Reading, turn: Array, null: str) -> dict[str, object]:
    """Wald test that ``turn`` times the responses is zero; linear, so valid when the seller's response is weak."""
    value, covariance = turn @ taken.point, turn @ taken.covariance @ turn.T
    scale = np.sqrt(np.diag(covariance))
    if not scale.all() or np.linalg.matrix_rank(covariance / np.outer(scale, scale)) < len(value):
        reason = Unavailable("the responses tested do not vary independently")
        return {"statistic": reason, "p_value": reason, "distribution": "none", "null": null}
    statistic = float(value @ np.linalg.solve(covariance, value))
    count = len(value)
    return {
        "statistic": statistic, "p_value": float(scipy.special.chdtrc(count, statistic)),
        "distribution": f"chi-square({count})", "null": null,
    }  # fmt: skip
