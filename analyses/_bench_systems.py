"""Published estimates once more, by systems: cointegration, signs, recursive orders, regimes of variance."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
from scipy.special import ndtri

from analyses._bench import OFFICIAL, SALE, VALUED, Entry, positions
from analyses._measurement import BUND
from analyses._samples import loaded, with_changes
from analyses._units import cell
from analyses.specification import FED, Specification, estimated
from econ import Cholesky, Dataset, Estimate, Heteroskedasticity, MovingBlock, SignRestrictions
from econ.data import Variable, flows
from econ.data.use import using
from econ.var import IRF, StructuralResults, VARResults
from econ.var.cointegration.model import VECM

SHARE, NOW = "share", "in the month of the sale, as published"
IMF, BELTRAN = "IMF, Working Paper 17/174", "Beltran, Kretchmer, Marquez and Thomas (2013)"


def cointegrated(spec: Specification) -> list[Entry]:
    """Term premia and the official share of the debt, in the long run."""
    choices = spec.literature
    months = spec.sample.long
    made = {
        "beltran_long": (BELTRAN, "term_premium_5y", choices.beltran, choices.beltran_lags, (8.0, 8.0)),
        "imf": (IMF, "term_premium_2y", choices.imf, choices.imf_lags, (2.0, 2.4)),
    }
    return [
        Entry(key, paper, f"{premium.split('_')[-1].removesuffix('y')}-year term premium, cointegrated VAR, long run", SALE, published, True, long_run(spec, premium, sample, lags),
              {"months from 1985 to 2020": long_run(spec, premium, months, lags),
               "the constant inside the relation": long_run(spec, premium, sample, lags, "restricted constant")})
        for key, (paper, premium, sample, lags, published) in made.items()
    ]  # fmt: skip


def unrelated(spec: Specification) -> dict[str, float]:
    """p-values of the trace test that a premium and the official share have no long-run relation, by paper."""
    choices = spec.literature
    made = {
        "beltran_long": model(spec, "term_premium_5y", choices.beltran, choices.beltran_lags),
        "imf": model(spec, "term_premium_2y", choices.imf, choices.imf_lags),
    }
    return {key: cell(each.cointegration_tests().table, "trace: rank 0", "p_value") for key, each in made.items()}


def model(
    spec: Specification, premium: str, sample: tuple[str, str], lags: int, deterministic: str = "constant"
) -> VECM:
    """A VECM of rank one of a term premium (bp) and the official position (percent of debt)."""
    data = loaded(spec, premium).convert(**{premium: "basis points"})
    with using() as files:
        share = flows("official", "position", as_of=spec.as_of)["value"]
    first, last = sample
    frame = data.frame.assign(**{SHARE: share}).loc[first:last].dropna()
    made = {SHARE: Variable(SHARE, "official position", "percent of debt")}
    return VECM(
        Dataset(frame, {**data.variables, **made}, (*data.vintages, *files), parent=data),
        lags,
        1,
        deterministic=deterministic,
    )


def long_run(
    spec: Specification, premium: str, sample: tuple[str, str], lags: int, deterministic: str = "constant"
) -> Estimate:
    """Rise of the premium in the long run when officials hold 1% of debt less: the other element of the vector."""
    fit = model(spec, premium, sample, lags, deterministic).fit()
    beta, error = cell(fit.beta, SHARE, "ec1"), cell(fit.beta_std_errors, SHARE, "ec1")
    half = float(ndtri(0.5 + spec.level / 2.0)) * error
    return Estimate(
        beta, error, beta - half, beta + half, spec.level, SALE, f"{premium}, long run", fit.nobs, parent=fit
    )


def martin(spec: Specification) -> Entry:
    """A purchase that lowers yields, by signs, after a year; and by the order that puts purchases first."""
    choices = spec.literature
    names = (OFFICIAL, "yield_2y", spec.primary.maturity)
    fit = _fit(spec, names, choices.martin, choices.martin_lags)
    signs = {OFFICIAL: "+", "yield_2y": "-", spec.primary.maturity: "-"}
    scheme = SignRestrictions({OFFICIAL: signs}, draws=choices.martin_draws)
    ours = _sale(fit.identify(scheme, rng=spec.rng), choices.martin_horizon, spec)
    moved = _sale(fit.identify(Cholesky(*names)), choices.martin_horizon, spec)
    return Entry(
        "martin", "Martin (2014)", "Signs, after a year", SALE, (21.0, 21.0), True, ours,
        {"purchases first for signs": moved},
    )  # fmt: skip


def ahmed(spec: Specification) -> list[Entry]:
    """Recursive with and without what else moves yields, and by regimes of variance."""
    choices, name, paper = spec.literature, spec.primary.maturity, "Ahmed and Rebucci (2022)"
    alone = _fit(spec, (OFFICIAL, name), choices.ahmed, choices.ahmed_lags)
    controls = (OFFICIAL, FED, BUND, name)
    held = _fit(spec, controls, choices.ahmed, choices.ahmed_lags)
    bare, controlled = (
        _sale(fit.identify(Cholesky(*fit.variables)), spec.primary.horizon, spec) for fit in (alone, held)
    )
    now = _sale(alone.identify(Cholesky(*alone.variables)), 0, spec)
    return [
        Entry("ahmed_recursive", paper, "Recursive, without controls", SALE, (17.0, 40.0), True, bare,
              {"the Fed and German yields held fixed": controlled, VALUED: _valued(spec), NOW: now}),
        Entry("ahmed_variance", paper, "Regimes of variance", SALE, (90.0, math.inf), True, _by_variance(held, spec),
              {"purchases first for regimes": controlled, NOW: _by_variance(held, spec, 0)}),
    ]  # fmt: skip


def _valued(spec: Specification) -> Estimate:
    """The recursive response when a change in position stands for purchases."""
    choices, name = spec.literature, spec.primary.maturity
    data = with_changes(spec, OFFICIAL, name)
    frame = data.frame.assign(**{OFFICIAL: positions(spec)})
    made = replace(data, frame=frame, parent=data).sample(*choices.ahmed).complete()
    fit = estimated(made, choices.ahmed_lags, spec)
    return _sale(fit.identify(Cholesky(OFFICIAL, name)), spec.primary.horizon, spec)


def _by_variance(fit: VARResults, spec: Specification, horizon: int | None = None) -> Estimate:
    index = pd.PeriodIndex(fit.data.frame.index)
    labels = pd.Series([int(month > pd.Period(spec.literature.ahmed_break, freq="M")) for month in index], index=index)
    return _sale(
        Heteroskedasticity(labels, method="moments").identify(fit),
        spec.primary.horizon if horizon is None else horizon,
        spec,
    )


def wolcott(spec: Specification) -> Entry:
    """Whether short yields answer more than long ones: the response of the 2-year less that of the 10-year."""
    (long, short), horizon = spec.yields.slope, spec.primary.horizon
    names = (OFFICIAL, short, long)
    fit = _fit(spec, names, spec.literature.wolcott, spec.literature.martin_lags)
    ours, moved = (
        _responses(fit.identify(Cholesky(*order)), horizon, spec).difference(
            (horizon, short, OFFICIAL), (horizon, long, OFFICIAL), level=spec.level
        )
        for order in (names, (short, long, OFFICIAL))
    )
    return Entry(
        "wolcott", "Wolcott (2020)", "2-year less 10-year yield, purchases first", SALE, None, True, ours,
        {"yields first": moved},
    )  # fmt: skip


def _fit(spec: Specification, names: tuple[str, ...], sample: tuple[str, str], lags: int) -> VARResults:
    return estimated(with_changes(spec, *names).sample(*sample).complete(), lags, spec)


def _responses(svar: StructuralResults, horizon: int, spec: Specification) -> IRF:
    """Yields, cumulated, after an official sale of 1% of debt in the month of the sale."""
    draws = spec.literature.ahmed_draws
    drawn = svar.draws is not None
    irf = svar.irf(horizon, bootstrap=None if drawn else MovingBlock(draws=draws), rng=None if drawn else spec.rng)
    return irf.shock(OFFICIAL).scale(to=-1.0, response=OFFICIAL, horizon=0).cumulate()


def _sale(svar: StructuralResults, horizon: int, spec: Specification) -> Estimate:
    irf = _responses(svar, horizon, spec)
    return replace(irf.at(horizon, response=spec.primary.maturity, level=spec.level), units=SALE)
