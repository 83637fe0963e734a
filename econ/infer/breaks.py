"""Dates at which a regression changes: several breaks at once, their number and their confidence intervals."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import scipy

from econ import checks
from econ.arrays import Array, Seed
from econ.border import checked
from econ.checks import SPARE
from econ.data.index import dates
from econ.data.values import check_values
from econ.errors import SampleTooShort, SchemaError, SingularDesign, SpecificationError
from econ.frozen import guarded
from econ.infer import _kernels as k
from econ.infer.regression import default_lags
from econ.parallel import map_blocks, seed_sequence
from econ.rows import same_rows
from econ.tables.shown import Facts, Shown

RULES = ("sequential", "bic", "lwz")


@guarded
@dataclass(frozen=True, eq=False)
class Breaks(Shown):
    """Break dates of a regression.

    Parameters
    ----------
    dates : DataFrame
        One row a break: ``date`` (first period of the new regime), ``lower``, ``upper`` (ends of its interval).
    coefficients : DataFrame (k, breaks + 1)
        By regime, columns named ``first to last``.
    criteria : DataFrame
        One row a number of breaks: ``ssr``, ``bic``, ``lwz``, and the dates that go with it.
    tests : DataFrame
        Sup-F tests of one break more, row ``l | l + 1``: statistic, p_value, distribution, null.
    nobs : int
        Observations.
    level : float
        Coverage of the intervals.
    parent : object, optional
        Data the series came from.
    """

    dates: pd.DataFrame
    coefficients: pd.DataFrame = field(repr=False)
    criteria: pd.DataFrame = field(repr=False)
    tests: pd.DataFrame = field(repr=False)
    nobs: int
    level: float
    parent: object = field(default=None, repr=False)

    def _facts(self) -> Facts:
        return {"breaks": len(self.dates), "observations": self.nobs, "level": self.level}

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        """Coefficients of each regime, as rows (regime, coefficient)."""
        stacked = pd.concat({str(name): self.coefficients[name] for name in self.coefficients})
        frame: pd.DataFrame = stacked.rename_axis(["regime", "coefficient"]).to_frame("estimate")
        return frame


@checked
def bai_perron(
    y: pd.Series,
    X: pd.DataFrame | pd.Series | None = None,
    *,
    max_breaks: int = 5,
    trim: float = 0.15,
    select: str = "sequential",
    size: float = 0.05,
    level: float = 0.90,
    bandwidth: int | None = None,
    block: int | None = None,
    draws: int = 499,
    rng: Seed,
    n_jobs: int = 1,
    parent: object = None,
) -> Breaks:
    """Find the dates at which all coefficients of a regression change.

    For every number of breaks the dates minimise the sum of squared residuals over all partitions with at least
    ``trim`` of the sample in each regime (dynamic programming). Breaks are added while the largest sup-F over the
    regimes is significant (sequential), or as a criterion says.

    Parameters
    ----------
    y : Series (T,)
        Dependent variable.
    X : DataFrame (T, k - 1) or Series, optional
        Regressors; a constant is added, and is alone by default (shifts of the mean).
    max_breaks : int, default 5
        Most breaks looked for.
    trim : float, default 0.15
        Smallest regime as a share of the sample.
    select : {"sequential", "bic", "lwz"}
        Rule for the number.
    size : float, default 0.05
        Size of each sequential test.
    level : float, default 0.90
        Coverage of the intervals.
    bandwidth : int, optional
        Bartlett lags of the variance behind the intervals, default ``0.75 n^(1/3)`` in a regime of n.
    block : int, optional
        Periods of a block of the bootstrap, default ``0.75 n^(1/3) + 1`` in a regime of n; take more where errors are
        persistent.
    draws : int, default 499
        Bootstrap samples of each sup-F: block-wild, regressors fixed, so that it holds for heteroskedastic and
        autocorrelated errors and for any regressors.
    rng : int or SeedSequence
        Seed.
    n_jobs : int, default 1
        Workers.
    parent : object, optional
        Kept in the result.

    Returns
    -------
    Breaks
        Intervals are those of Bai (1997) with variances of regressors and errors by regime; they assume shifts that are
        small next to the noise and are cut at the ends of the sample.

    Raises
    ------
    SpecificationError
        For options that make no sense.
    SampleTooShort
        If a regime would have fewer observations than coefficients + 10 and no break could be looked for.

    Notes
    -----
    Sizes at a nominal 5% are 2-11%; take a longer ``block`` where errors are persistent. Measured in :doc:`/coverage`.

    References
    ----------
    Bai, J. and P. Perron (1998), Estimating and Testing Linear Models with Multiple Structural Changes, Econometrica
    66(1); (2003), Computation and Analysis of Multiple Structural Change Models, Journal of Applied Econometrics 18(1).
    Bai, J. (1997), Estimation of a Change Point in Multiple Regression Models, Review of Economics and Statistics
    79(4). Hansen, B. E. (2000), Testing for Structural Change in Conditional Models, Journal of Econometrics 97(1).
    Liu, J., S. Wu and J. V. Zidek (1997), On Segmented Multivariate Regression, Statistica Sinica 7, for "lwz".

    Examples
    --------
    >>> months = pd.period_range("2010-01", periods=120, freq="M")
    >>> noise = np.random.default_rng(1).standard_normal(120)
    >>> sold = pd.Series(noise + np.where(np.arange(120) < 60, 0.0, 3.0), index=months, name="sales")
    >>> print(bai_perron(sold, rng=1, draws=99).dates["date"].astype(str).tolist())
    ['2015-01']
    """
    level, size = checks.level(level), checks.real("size", size, above=0.0, below=1.0)
    select, draws = checks.choice("rule", select, RULES), checks.count("draws", draws)
    bandwidth = None if bandwidth is None else checks.count("bandwidth", bandwidth, least=0)
    block = None if block is None else checks.count("block", block, most=len(y), of=f"for {len(y)} observations")
    x, outcome, names = _arrays(y, X)
    shortest = _shortest(trim, *x.shape)
    most = min(checks.count("max_breaks", max_breaks), len(outcome) // shortest - 1)
    ssr = segment_ssr(x, outcome, shortest)
    partitions = best_partitions(ssr, most)
    criteria = _criteria(partitions, ssr, x.shape[1], y.index)
    tests, number = _sequential(
        x, outcome, partitions, (shortest, block), size=size, draws=draws, rng=rng, n_jobs=n_jobs
    )
    if select != "sequential":
        number = int(criteria[select].to_numpy(dtype=float).argmin())
    ends = [0, *partitions[number], len(outcome)]
    betas, residuals = _regimes(x, outcome, ends)
    rows = [_interval(x, residuals, betas, ends, j, level=level, bandwidth=bandwidth) for j in range(1, number + 1)]
    dates = pd.DataFrame([[y.index[at] for at in row] for row in rows], columns=["date", "lower", "upper"])
    labels = [f"{y.index[first]} to {y.index[last - 1]}" for first, last in itertools.pairwise(ends)]
    table = pd.DataFrame(betas.T, index=names, columns=labels)
    return Breaks(dates, table, criteria, tests, len(outcome), level, parent)


def segment_ssr(x: Array, y: Array, shortest: int) -> Array:
    """Sum of squared residuals of every stretch [i, j), (T + 1, T + 1); infinite below ``shortest``."""
    size, columns = x.shape
    shift = x.mean(axis=0) * (np.ptp(x, axis=0) > 0.0)  # with a constant among x, centring changes no residual
    centred = (x - shift) / np.abs(x - shift).max(axis=0)
    outcome = y - y.mean()
    total = np.zeros((size + 1, columns + 1, columns + 1))
    both = np.column_stack([centred, outcome])
    np.cumsum(both[:, :, None] * both[:, None, :], axis=0, out=total[1:])
    ssr = np.full((size + 1, size + 1), np.inf)
    for first in range(size - shortest + 1):
        part = total[first + shortest :] - total[first]
        try:
            beta = np.linalg.solve(part[:, :-1, :-1], part[:, :-1, -1:])[..., 0]
        except np.linalg.LinAlgError as error:
            raise SingularDesign(
                f"regressors are collinear in a stretch of {shortest} observations or more, where no regime can be "
                "estimated; drop one or raise trim."
            ) from error
        ssr[first, first + shortest :] = np.maximum(part[:, -1, -1] - (beta * part[:, :-1, -1]).sum(axis=1), 0.0)
    return ssr


def best_partitions(ssr: Array, most: int) -> list[tuple[int, ...]]:
    """For 0, ..., ``most`` breaks, the starts of the new regimes that make the total sum smallest."""
    last = len(ssr) - 1
    cost, found = ssr[0], [[() for _ in range(last + 1)]]
    for _ in range(most):
        through = cost[:, None] + ssr
        where = through.argmin(axis=0)
        found.append([(*found[-1][where[end]], int(where[end])) for end in range(last + 1)])
        cost = through.min(axis=0)
    return [paths[last] for paths in found]


def argmax_tail(x: float, left: tuple[float, float], right: tuple[float, float]) -> float:
    """P(argmax < -x) of a two-sided Brownian motion with drift down, x >= 0.

    ``left`` and ``right`` are (mu, sigma) of ``sigma W(s) - mu s`` on either side. The side's maximum m is exponential
    with rate lambda = 2 mu / sigma^2 and is reached when m is first passed, so the probability is the integral over m
    of lambda_1 P(x < tau_m < inf) P(other maximum < m).
    """
    (mu, sigma), (mu_2, sigma_2) = left, right
    rate, rate_2 = 2.0 * mu / sigma**2, 2.0 * mu_2 / sigma_2**2
    root = sigma * math.sqrt(x)

    def density(u: float) -> float:
        m = u / rate
        late = math.exp(-u)
        if x > 0.0:
            late -= scipy.special.ndtr(-(m + mu * x) / root) + math.exp(-u) * scipy.special.ndtr(-(m - mu * x) / root)
        return max(float(late), 0.0) * -math.expm1(-rate_2 * m)

    return float(scipy.integrate.quad(density, 0.0, 60.0, limit=200)[0])


def _quantile(p: float, left: tuple[float, float], right: tuple[float, float]) -> float:
    """The x >= 0 with P(argmax < -x) = p; 0 if the whole side has less."""
    if argmax_tail(0.0, left, right) <= p:
        return 0.0
    far = (left[1] / left[0]) ** 2
    while argmax_tail(far, left, right) > p:
        far *= 2.0
    return float(scipy.optimize.brentq(lambda x: argmax_tail(x, left, right) - p, 0.0, far, xtol=1e-12))


def _interval(
    x: Array, residuals: Array, betas: Array, ends: list[int], j: int, *, level: float, bandwidth: int | None
) -> tuple[int, int, int]:
    """Places of break ``j`` and of the ends of its interval."""
    shift = betas[j] - betas[j - 1]
    sides = []
    for first, last in ((ends[j - 1], ends[j]), (ends[j], ends[j + 1])):
        part, count = x[first:last], last - first
        lags = default_lags(count) if bandwidth is None else min(bandwidth, count - 1)
        spread = k.bartlett(part * residuals[first:last, None], lags) / count
        sides.append((float(((part @ shift) ** 2).mean()) / 2.0, math.sqrt(float(shift @ spread @ shift))))
    if not all(mu > 0.0 and sigma > 0.0 for mu, sigma in sides):
        return ends[j], ends[j], ends[j]  # no noise: the date is certain
    p = (1.0 - level) / 2.0
    after, before = _quantile(p, sides[0], sides[1]), _quantile(p, sides[1], sides[0])
    return ends[j], max(math.floor(ends[j] - before), 0), min(math.ceil(ends[j] + after), len(x) - 1)


def _sequential(
    x: Array,
    y: Array,
    partitions: list[tuple[int, ...]],
    lengths: tuple[int, int | None],
    *,
    size: float,
    draws: int,
    rng: Seed,
    n_jobs: int,
) -> tuple[pd.DataFrame, int]:
    """Test one break more until none is significant: the tests and the number of breaks.

    ``lengths`` are those of the shortest regime and of the blocks of the bootstrap.
    """
    rows, number, least = {}, 0, 2 * lengths[0]
    seeds = seed_sequence(rng).spawn(len(partitions))
    for breaks, starts in enumerate(partitions[:-1]):
        ends = [0, *starts, len(y)]
        stretches = [_Stretch(x[a:b], y[a:b], *lengths) for a, b in itertools.pairwise(ends) if b - a >= least]
        if not stretches or number < breaks:
            break
        statistic = max(float(one.sup_f(one.y[:, None])[0]) for one in stretches)

        def work(count: int, generator: np.random.Generator, found: list[_Stretch] = stretches) -> Array:
            return np.asarray(np.max([one.sup_f(one.drawn(count, generator)) for one in found], axis=0))

        drawn = np.concatenate(map_blocks(work, draws, rng=seeds[breaks], n_jobs=n_jobs, label="breaks"))
        p_value = (1 + int((drawn >= statistic).sum())) / (1 + draws)
        number += int(p_value <= size)
        rows[f"{breaks} | {breaks + 1}"] = {
            "statistic": statistic,
            "p_value": p_value,
            "distribution": f"fixed-regressor block-wild bootstrap, {draws} draws",
            "null": f"{breaks} break{'s' * (breaks != 1)}, not one more",
        }
    columns = ["statistic", "p_value", "distribution", "null"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns), number


class _Stretch:
    """One regime and the Chow tests of a break inside it."""

    def __init__(self, x: Array, y: Array, shortest: int, block: int | None) -> None:
        self.y, self.columns = y, x.shape[1]
        self.whole = np.linalg.qr(x)[0]
        dates = range(shortest, len(y) - shortest + 1)
        self.bases = [(np.linalg.qr(x[:date])[0], np.linalg.qr(x[date:])[0]) for date in dates]
        self.residuals = y - self.whole @ (self.whole.T @ y)
        self.block = default_lags(len(y)) + 1 if block is None else block

    def drawn(self, count: int, generator: np.random.Generator) -> Array:
        """Samples without a break, (n, count): residuals times one normal a block."""
        weights = generator.standard_normal((-(-len(self.y) // self.block), count))
        return np.asarray(self.residuals[:, None] * np.repeat(weights, self.block, axis=0)[: len(self.y)])

    def sup_f(self, samples: Array) -> Array:
        """Largest Chow F over the dates of every column of ``samples``."""
        total = (samples**2).sum(axis=0)
        restricted = total - ((self.whole.T @ samples) ** 2).sum(axis=0)
        best = np.zeros(samples.shape[1])
        for first, second in self.bases:
            split = len(first)
            parts = ((first.T @ samples[:split]) ** 2).sum(axis=0) + ((second.T @ samples[split:]) ** 2).sum(axis=0)
            free = np.maximum(total - parts, np.finfo(float).tiny)
            best = np.maximum(best, (restricted - free) / self.columns / (free / (len(samples) - 2 * self.columns)))
        return best


def _criteria(partitions: list[tuple[int, ...]], ssr: Array, columns: int, index: pd.Index) -> pd.DataFrame:
    """Criteria of Yao (1988) and of Liu, Wu and Zidek (1997); dates count as parameters."""
    size = len(ssr) - 1
    rows = []
    for breaks, starts in enumerate(partitions):
        ends = [0, *starts, size]
        total = max(float(sum(ssr[a, b] for a, b in itertools.pairwise(ends))), np.finfo(float).tiny)
        count = (breaks + 1) * columns + breaks
        bic = math.log(total / size) + count * math.log(size) / size
        lwz = math.log(total / (size - count)) + count / size * 0.299 * math.log(size) ** 2.1
        rows.append({"ssr": total, "bic": bic, "lwz": lwz, "dates": ", ".join(str(index[at]) for at in starts)})
    return pd.DataFrame(rows)


def _regimes(x: Array, y: Array, ends: list[int]) -> tuple[Array, Array]:
    """Coefficients (regimes, k) and residuals (T,)."""
    spans = list(itertools.pairwise(ends))
    betas = np.array([np.linalg.lstsq(x[a:b], y[a:b], rcond=None)[0] for a, b in spans])
    fitted = np.concatenate([x[a:b] @ beta for (a, b), beta in zip(spans, betas, strict=True)])
    return betas, y - fitted


def _arrays(y: pd.Series, X: pd.DataFrame | pd.Series | None) -> tuple[Array, Array, list[str]]:
    """Regressors with a constant first, outcome and names, checked."""
    frame = pd.DataFrame(index=y.index) if X is None else X.to_frame() if isinstance(X, pd.Series) else X
    same_rows(y=y, X=frame)
    if "const" in frame.columns:
        raise SpecificationError("a regressor is called 'const', the name of the constant that is added; rename it.")
    dates(y.index)
    check_values(frame.assign(**{"dependent variable": y}), allow_missing=False)
    for name, column in (("dependent variable", y), *frame.items()):
        if len(column) and np.ptp(column.to_numpy(dtype=float)) == 0.0:
            raise SchemaError(
                f"{name!r} is constant ({column.iloc[0]}); a constant is added anyway, nothing can break."
            )
    names = ["const", *(str(name) for name in frame.columns)]
    x = np.column_stack([np.ones(len(y)), frame.to_numpy(dtype=float)])
    k.full_rank_qr(x, names, "the regression with breaks")
    return x, y.to_numpy(dtype=float), names


def _shortest(trim: float, size: int, columns: int) -> int:
    """Observations of the shortest regime."""
    trim = checks.real("trim", trim, above=0.0, below=0.5)
    shortest = max(math.ceil(trim * size), columns + SPARE)
    if size < 2 * shortest:
        raise SampleTooShort(
            f"two regimes of at least {shortest} observations need {2 * shortest}; found {size}; use fewer regressors."
        )
    return shortest
