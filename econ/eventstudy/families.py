"""Several series at the same events: maturities tested together, and many classes at once."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np
import pandas as pd
import scipy

from econ import checks
from econ.arrays import Array, Seed
from econ.border import checked
from econ.errors import SpecificationError
from econ.estimate import Unavailable
from econ.eventstudy import parametric
from econ.eventstudy._kernels import summed_correlation
from econ.eventstudy.calendar import clusters
from econ.eventstudy.outcome import NO_MEAN, Outcome, normal_outcome, outcome_table, unavailable
from econ.eventstudy.resampling import sign_flips
from econ.eventstudy.results import EventStudyResults
from econ.eventstudy.series import innovations
from econ.infer import romano_wolf

LARGEST = 37.0  # normal scores beyond this have no floating-point tail left


@checked
def joint_tests(results: Mapping[str, EventStudyResults], kind: str | None = None) -> pd.DataFrame:
    """Test events on several series (maturities) together, adjusted for their correlation.

    The observations are the SCARs of every event and series, n m of them. Two observations are correlated
    because the series move together and because the events share days: corr = R[series, series'] x
    calendar correlation[event, event'], with R from the residuals of the normal model outside event windows.
    Kolari and Pynnönen's (2010) adjustment uses the average of these over all pairs. With one series the
    rows equal those of ``EventStudyResults.tests``.

    Parameters
    ----------
    results : mapping of str to EventStudyResults
        One fitted study a series, with the same events.
    kind : str, optional
        Class of events; all when absent.

    Returns
    -------
    DataFrame
        Rows "Patell", "BMP" (both unadjusted), "Kolari-Pynnonen Patell", "Kolari-Pynnonen"; columns
        ``statistic``, ``p_value``, ``distribution``, ``null``.

    Raises
    ------
    SpecificationError
        If the studies do not share their events.

    References
    ----------
    Kolari, J. W. and S. Pynnönen (2010), Event study testing with cross-sectional correlation of abnormal
    returns, RFS 23(11).

    Examples
    --------
    >>> from econ.eventstudy import EventStudy
    >>> days = pd.bdate_range("2020-01-01", periods=400, name="date")
    >>> levels = np.random.default_rng(1).normal(size=(400, 2)).cumsum(axis=0)
    >>> frame = pd.DataFrame(levels, index=days, columns=["yield_2y", "yield_10y"])
    >>> news = pd.DataFrame({"date": days[[200, 250, 300]], "kind": "sale", "label": ["a", "b", "c"]})
    >>> study = EventStudy(frame, news, response="yield_2y")
    >>> fits = {name: study.with_response(name).fit() for name in frame}
    >>> joint_tests(fits).index.tolist()
    ['Patell', 'BMP', 'Kolari-Pynnonen Patell', 'Kolari-Pynnonen']
    """
    studies = _same_events(results)
    windows = [study.select(kind) for study in studies]
    values = np.concatenate([window.standardised for window in windows])
    df = np.concatenate([window.df for window in windows])
    count = len(values)
    z = float(values.sum() / np.sqrt((df / (df - 2.0)).sum()))
    outcomes: dict[str, Outcome] = {"Patell": normal_outcome(z, NO_MEAN), "BMP": parametric.mean_test(values)}
    if count < 2:
        outcomes["Kolari-Pynnonen Patell"] = unavailable(parametric.ONE_EVENT, "N(0, 1)", NO_MEAN)
        outcomes["Kolari-Pynnonen"] = unavailable(parametric.ONE_EVENT, "t(n - 1)", NO_MEAN)
        return outcome_table(outcomes)
    r = float(residual_correlation(studies).sum() * summed_correlation(windows[0]) - count)
    r /= count * (count - 1)
    inflation = 1.0 + (count - 1) * r
    outcomes["Kolari-Pynnonen Patell"] = normal_outcome(z / np.sqrt(inflation), NO_MEAN)
    outcomes["Kolari-Pynnonen"] = parametric.mean_test(values, float(np.sqrt(max(1.0 - r, 0.0) / inflation)))
    return outcome_table(outcomes)


def residual_correlation(studies: list[EventStudyResults]) -> Array:
    """(m, m) correlation of the series' normal-model residuals on the days outside event windows."""
    columns = [innovations(study.series.y, study.series.x, study.usable) for study in studies]
    common = np.logical_and.reduce([study.usable for study in studies])
    return np.atleast_2d(np.corrcoef(np.column_stack(columns)[common], rowvar=False))


@checked
def romano_wolf_table(
    results: Mapping[str, EventStudyResults],
    *,
    by: str = "kind",
    draws: int = 9999,
    rng: Seed = 1,
    n_jobs: int = 1,
) -> pd.DataFrame:
    """Test every class of events on every series, with p-values that allow for having looked at all.

    The null draws flip the signs of all SCARs of a cluster of overlapping events together, in every class
    and series at once, so the dependence between maturities and classes is that of the data. Statistics are
    BMP's t, made comparable across classes of different size by turning each into the normal score of its
    t(n - 1) tail; then Romano and Wolf's stepdown.

    Parameters
    ----------
    results : mapping of str to EventStudyResults
        One fitted study a series, with the same events.
    by : str
        Column of the events that makes the classes.
    draws : int
        Draws of the signs.
    rng : int or SeedSequence
        Seed.
    n_jobs : int
        Workers; the result does not depend on them.

    Returns
    -------
    DataFrame
        Index (series, class); ``events``, ``mean`` (cumulative abnormal change), ``statistic`` (BMP),
        ``p_value`` (t(n - 1)), ``adjusted`` (Romano-Wolf). Classes of one event are `Unavailable` and outside
        the family.

    Raises
    ------
    SpecificationError
        If the studies do not share their events, or no class has two events.

    References
    ----------
    Romano, J. P. and M. Wolf (2005), Exact and approximate stepdown methods for multiple hypothesis testing,
    JASA 100(469).

    Examples
    --------
    >>> from econ.eventstudy import EventStudy
    >>> days = pd.bdate_range("2020-01-01", periods=400, name="date")
    >>> levels = np.random.default_rng(1).normal(size=(400, 2)).cumsum(axis=0)
    >>> frame = pd.DataFrame(levels, index=days, columns=["yield_2y", "yield_10y"])
    >>> news = pd.DataFrame({"date": days[[200, 250, 300]], "kind": "sale", "label": ["a", "b", "c"]})
    >>> study = EventStudy(frame, news, response="yield_2y")
    >>> fits = {name: study.with_response(name).fit() for name in frame}
    >>> table = romano_wolf_table(fits, draws=99, rng=1)
    >>> table.index.tolist()
    [('yield_2y', 'sale'), ('yield_10y', 'sale')]
    """
    studies = _same_events(results)
    events = studies[0].events
    checks.position("column", by, list(events.columns), of="of the events")
    groups = {name: np.flatnonzero((events[by] == name).to_numpy()) for name in dict.fromkeys(events[by])}
    windows = studies[0].windows
    flips = sign_flips(clusters(windows.positions, windows.length), draws, rng, n_jobs=n_jobs)
    family, scores, nulls, table = [], [], [], {}
    for (series, study), (name, rows) in product(results.items(), groups.items()):
        scar = study.windows.standardised[rows]
        test = parametric.mean_test(scar)
        table[series, name] = {
            "events": len(rows),
            "mean": float(study.windows.cumulative[rows].mean()),
            "statistic": test.statistic,
            "p_value": test.p_value,
            "adjusted": test.p_value,
        }
        if not isinstance(test.statistic, Unavailable):
            family.append((series, name))
            scores.append(_scores(np.array([test.statistic]), len(rows)))
            nulls.append(_scores(parametric.row_statistics(scar * flips[:, rows]), len(rows)))
    if not family:
        raise SpecificationError(f"no class of {by!r} has two events; there is no family of tests to adjust.")
    adjusted = romano_wolf(np.concatenate(scores), np.column_stack(nulls))
    for pair, p_value in zip(family, adjusted, strict=True):
        table[pair]["adjusted"] = float(p_value)
    return pd.DataFrame.from_dict(table, orient="index").rename_axis(["series", by])


def _scores(t: Array, n: int) -> Array:
    """Normal scores of |t| under t(n - 1)."""
    return np.asarray(np.minimum(-scipy.special.ndtri(scipy.special.stdtr(n - 1, -np.abs(t))), LARGEST))


def _same_events(results: Mapping[str, EventStudyResults]) -> list[EventStudyResults]:
    if not results:
        raise SpecificationError("no study was given; pass a mapping of series to fitted studies.")
    studies = list(results.values())
    first = studies[0]
    for name, study in results.items():
        same = len(study.events) == len(first.events) and bool(
            (study.events["day"].to_numpy() == first.events["day"].to_numpy()).all()
            and (study.series.index.equals(first.series.index))
            and study.parent.window == first.parent.window
        )
        if not same:
            raise SpecificationError(
                f"study {name!r} has other events, days or window than {next(iter(results))!r}; "
                "fit the same events on the same trading days (EventStudy.with_response)."
            )
    return studies
