"""The statistics once more in plain Python: loops, ``math`` and ``fsum``, no arrays, no code of the package."""

import math
import sys

import pytest


@pytest.fixture(scope="session")
def plain():
    """The functions below, by name: ``plain.patell(events)``."""
    return sys.modules[__name__]


def mean(values):
    return math.fsum(values) / len(values)


def sd(values):
    centre = mean(values)
    return math.sqrt(math.fsum((value - centre) ** 2 for value in values) / (len(values) - 1))


def solve(matrix, right):
    """Gaussian elimination with partial pivoting."""
    n = len(right)
    rows = [[*list(row), value] for row, value in zip(matrix, right, strict=True)]
    for column in range(n):
        pivot = max(range(column, n), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for row in range(column + 1, n):
            factor = rows[row][column] / rows[column][column]
            for place in range(column, n + 1):
                rows[row][place] -= factor * rows[column][place]
    out = [0.0] * n
    for row in reversed(range(n)):
        rest = math.fsum(rows[row][place] * out[place] for place in range(row + 1, n))
        out[row] = (rows[row][n] - rest) / rows[row][row]
    return out


def study(changes, regressors, positions, window, estimation, skip):
    """One dict an event: abnormal, spread, s, df, residuals by relative day, loadings by calendar day.

    ``regressors[t]`` is the list of regressors of day t (empty for the zero model).
    """
    skip = set(skip)
    out = []
    for position in positions:
        days = [position + step for step in range(estimation[0], estimation[1] + 1)]
        days = [day for day in days if 0 <= day < len(changes) and day not in skip and not math.isnan(changes[day])]
        k = len(regressors[0])
        gram = [[math.fsum(regressors[t][i] * regressors[t][j] for t in days) for j in range(k)] for i in range(k)]
        beta = solve(gram, [math.fsum(regressors[t][i] * changes[t] for t in days) for i in range(k)]) if k else []

        def fitted(t, beta=beta):
            return math.fsum(b * value for b, value in zip(beta, regressors[t], strict=True))

        def hat(s, t, gram=gram):
            half = solve(gram, regressors[t]) if regressors[t] else []
            return math.fsum(a * b for a, b in zip(regressors[s], half, strict=True))

        residuals = {t: changes[t] - fitted(t) for t in days}
        df = len(days) - k
        event_days = [position + step for step in range(window[0], window[1] + 1)]
        spread = [[hat(s, t) + (1.0 if s == t else 0.0) for t in event_days] for s in event_days]
        s = math.sqrt(math.fsum(e * e for e in residuals.values()) / df)
        abnormal = [changes[t] - fitted(t) for t in event_days]
        car = math.fsum(abnormal)
        error = s * math.sqrt(math.fsum(math.fsum(row) for row in spread))
        loadings = {t: -math.fsum(hat(t, d) for d in event_days) for t in days}
        for t in event_days:
            loadings[t] = loadings.get(t, 0.0) + 1.0
        out.append(
            {
                "abnormal": abnormal,
                "spread": spread,
                "s": s,
                "df": df,
                "car": car,
                "scar": car / error,
                "sar": [a / (s * math.sqrt(spread[d][d])) for d, a in enumerate(abnormal)],
                "residuals": {t - position: e for t, e in residuals.items()},
                "studentised": {t - position: e / (s * math.sqrt(1.0 - hat(t, t))) for t, e in residuals.items()},
                "loadings": loadings,
            }
        )
    return out


def t_statistic(values):
    return math.sqrt(len(values)) * mean(values) / sd(values)


def patell(events):
    return math.fsum(event["scar"] for event in events) / math.sqrt(
        math.fsum(event["df"] / (event["df"] - 2) for event in events)
    )


def average_correlation(events):
    def dot(one, two):
        both = [day for day in one["loadings"] if day in two["loadings"]]
        return math.fsum(one["loadings"][day] * two["loadings"][day] for day in both)

    n = len(events)
    pairs = [
        dot(events[i], events[j]) / math.sqrt(dot(events[i], events[i]) * dot(events[j], events[j]))
        for i in range(n)
        for j in range(n)
        if i != j
    ]
    return mean(pairs)


def mean_ranks(values):
    """Average rank of each entry of a dict of values; equal up to rounding is equal."""
    near = 1e-9 * max(abs(value) for value in values.values())
    ordered = sorted(values.values())
    return {
        key: mean([place for place, other in enumerate(ordered, start=1) if abs(other - value) <= near])
        for key, value in values.items()
    }


def rank_sum(tables, window):
    """Corrado-Zivney statistic for dicts of values by relative day, summed over the window."""
    scaled = []
    for table in tables:
        ranks = mean_ranks(table)
        scaled.append({day: rank / (1 + len(table)) - 0.5 for day, rank in ranks.items()})
    days = sorted({day for table in scaled for day in table})
    z = {}
    for day in days:
        here = [table[day] for table in scaled if day in table]
        z[day] = math.fsum(here) / math.sqrt(len(here))
    m = len(days)
    variance = math.fsum(value**2 for value in z.values()) / m
    length = window[1] - window[0] + 1
    total = math.fsum(z[day] for day in range(window[0], window[1] + 1))
    return total / math.sqrt(variance * length * (m - length) / (m - 1))


def corrado(events, window):
    """Ranks of the changes themselves."""
    days = range(window[0], window[1] + 1)
    return rank_sum(
        [{**event["residuals"], **dict(zip(days, event["abnormal"], strict=True))} for event in events], window
    )


def corrado_zivney(events, window):
    """Ranks of standardised changes, event days over their cross-sectional standard deviation."""
    days = list(range(window[0], window[1] + 1))
    spread = [sd([event["sar"][place] for event in events]) for place in range(len(days))]
    tables = [
        {**event["studentised"], **{day: event["sar"][place] / spread[place] for place, day in enumerate(days)}}
        for event in events
    ]
    return rank_sum(tables, window)


def grank(events):
    """GRANK-T and GRANK-Z; the window counts as one day, called 10**6."""
    spread = sd([event["scar"] for event in events])
    tables = [{**event["studentised"], 10**6: event["scar"] / spread} for event in events]
    scaled = []
    for table in tables:
        ranks = mean_ranks(table)
        scaled.append({day: rank / (len(table) + 1) - 0.5 for day, rank in ranks.items()})
    days = sorted({day for table in scaled for day in table})
    n = len(events)
    squares = []
    for day in days:
        here = [table[day] for table in scaled if day in table]
        squares.append(len(here) / n * mean(here) ** 2)
    last = [table[10**6] for table in scaled]
    z = mean(last) / math.sqrt(mean(squares))
    t = z * math.sqrt((len(days) - 2) / (len(days) - 1 - z * z))
    variance = math.fsum((len(table) - 1) / (12 * (len(table) + 1)) for table in tables)
    return t, math.fsum(last) / math.sqrt(variance)


def sign(values):
    kept = [value for value in values if value != 0.0]
    w = sum(value > 0.0 for value in kept)
    n = len(kept)
    tails = [
        sum(math.comb(n, k) for k in range(w + 1)) / 2**n,
        sum(math.comb(n, k) for k in range(w, n + 1)) / 2**n,
    ]
    return (w - n / 2) / math.sqrt(n / 4), min(1.0, 2 * min(tails))


def generalised_sign(events):
    n = len(events)
    share = mean([mean([float(e > 0.0) for e in event["residuals"].values()]) for event in events])
    w = sum(event["car"] > 0.0 for event in events)
    return (w - n * share) / math.sqrt(n * share * (1 - share))


def wilcoxon(values):
    kept = {place: value for place, value in enumerate(values) if value != 0.0}
    ranks = mean_ranks({place: abs(value) for place, value in kept.items()})
    m = len(kept)
    w = math.fsum(ranks[place] for place, value in kept.items() if value > 0.0)
    groups = {}
    for rank in ranks.values():
        groups[rank] = groups.get(rank, 0) + 1
    variance = m * (m + 1) * (2 * m + 1) / 24 - sum(t**3 - t for t in groups.values()) / 48
    return (w - m * (m + 1) / 4) / math.sqrt(variance)


def cusum(events):
    """Forward substitution for the recursive residuals."""
    d, n = len(events[0]["abnormal"]), len(events)
    whitened = []
    for event in events:
        c = event["spread"]
        low = [[0.0] * d for _ in range(d)]
        for i in range(d):
            for j in range(i + 1):
                rest = c[i][j] - math.fsum(low[i][k] * low[j][k] for k in range(j))
                low[i][j] = math.sqrt(rest) if i == j else rest / low[j][j]
        e = []
        for i in range(d):
            known = math.fsum(low[i][k] * e[k] for k in range(i))
            e.append((event["abnormal"][i] / event["s"] - known) / low[i][i])
        whitened.append(e)
    centre = [mean([e[day] for e in whitened]) for day in range(d)]
    v = math.fsum((e[day] - centre[day]) ** 2 for e in whitened for day in range(d)) / (d * (n - 1))
    path = [abs(math.fsum(centre[: day + 1])) for day in range(d)]
    return max(path) * math.sqrt(n / (d * v))
