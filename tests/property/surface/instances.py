"""One real instance, or more, of every public type: for the tests that ask something of all of them."""

from dataclasses import dataclass
from functools import cache
from typing import Annotated

import numpy as np
import pandas as pd

import econ
from econ import (
    AsymmetricMinnesota,
    BayesianVAR,
    Cholesky,
    CommonVolatility,
    ConfidenceSet,
    EventStudy,
    Heteroskedasticity,
    LocalProjection,
    LocalProjectionDiD,
    LongRun,
    MaxShare,
    Minnesota,
    MovingBlock,
    OutlierScaling,
    PanelProjection,
    Proxy,
    Residual,
    ShockContribution,
    ShockSign,
    SignRestrictions,
    Unavailable,
    Wild,
    granular_instrument,
)
from econ.checks import count
from econ.data import Difference, FetchReport, Variable, Vintage, benchmark, fit_valuation, reallocated_purchases
from econ.eventstudy import Operations
from econ.infer import (
    Claim,
    LinearMoment,
    anderson_rubin,
    bai_perron,
    bayes_factor,
    calendar_covariance,
    effective_f,
    equivalence,
    instrumental,
    minimum_distance,
    news_leaning,
    opposite_bias,
    randomise_slope,
    reduced_form,
    regime_leaning,
    regress,
    stacked_moments,
    verdict,
)
from econ.multiverse import LinearSpecification, NullPlan, Rule, Same, SpecificationCurve
from econ.offset import (
    OwnShocks,
    adding_up,
    decide,
    price_offset,
    quantity_offset,
    reaction_function,
    state_offset,
    symmetry,
)
from econ.projection import (
    PathProjection,
    PlugIn,
    bias_corrected,
    credentials,
    custody_instrument,
    granular_elasticities,
    smooth,
)
from econ.projection import average as averaged
from econ.report import Choices, Exhibit, Figure, Panel, Row, Run, Table, trace
from econ.responses import Cell
from econ.simulate import (
    ESTIMATORS,
    DailyFaults,
    DailyMarket,
    DailySample,
    Faults,
    Holder,
    OperationMarket,
    Regime,
    Sample,
    Shock,
    TreasuryMarket,
    Truths,
    tournament,
)
from econ.testing import event_table, simulated_levels, simulated_var
from econ.var import (
    SVEC,
    VAR,
    VECM,
    ChangingVolatility,
    DriftPrior,
    ElasticityPrior,
    FactorAugmentedVAR,
    KernelVAR,
    MixedFrequencyVAR,
    NonGaussian,
    PermanentTransitory,
    SupplyDemand,
    TimeVaryingVAR,
    counterfactual,
    pseudo_real_time,
    scenario,
    sup_f,
)

MONTHS = pd.period_range("2000-01", periods=120, freq="M")


def noise(*shape, seed=1):
    return np.random.default_rng(seed).standard_normal(shape)


def monthly(**columns):
    """A table on the same months."""
    return pd.DataFrame(columns, index=MONTHS)


def market():
    """Sales of cn, purchases of jp and a yield, with an instrument z and a state war."""
    draws = noise(120, 5)
    cn = draws[:, 0] + 0.5 * draws[:, 1]
    jp = -0.4 * cn + 0.5 * draws[:, 2]
    war = (draws[:, 4] > 0.0).astype(float)
    return monthly(cn=cn, jp=jp, y=-5.0 * (cn + jp) + draws[:, 3], z=draws[:, 0], w=draws[:, 2], war=war)


def vintage():
    return Vintage("2026-01-01", "Treasury", "table", "https://example.org", "t.csv", "0" * 64, "public domain")


@cache
def reduced():
    """Data, a fitted VAR, its recursive form and responses with draws."""
    data = simulated_var(120, rng=1)
    fit = VAR(data, lags=1).fit()
    svar = fit.identify(Cholesky("x", "y"))
    return data, fit, svar, svar.irf(4, MovingBlock(draws=40), rng=1)


@cache
def factor_augmented():
    """A VAR of one variable and a factor of ten."""
    data = reduced()[0].frame
    panel = data[["x"]].to_numpy() + noise(120, 10, seed=6)
    panel = pd.DataFrame(panel, index=data.index, columns=[f"p{number}" for number in range(10)])
    model = FactorAugmentedVAR(data[["y"]], panel, 1, lags=1, slow=["p1", "p2", "p3"])
    fit = model.fit()
    structural = fit.identify(Cholesky("factor_1", "y"))
    return {"FactorAugmentedVAR": model, "FactorAugmentedResults": fit, "FactorAugmentedStructural": structural}


@cache
def of_var():
    """Schemes, their results and the posterior."""
    data, fit, svar, irf = reduced()
    z = monthly(z=0.0).iloc[:0].reindex(data.frame.index[1:])
    z["z"] = fit.residuals["x"] + noise(fit.nobs, seed=2)
    errors = np.random.default_rng(4).standard_t(3, (400, 2)) @ np.array([[1.0, 0.5], [0.0, 1.0]])
    errors *= np.repeat([1.0, 3.0, 0.5, 2.0], 100)[:, None] ** [1.0, -1.0]
    fat = VAR(pd.DataFrame(errors, columns=["x", "y"]), lags=1).fit()
    regimes = pd.Series(np.where(np.arange(400) // 100 % 2, "b", "a"))
    signs = SignRestrictions({"x": {"x": "+"}}, draws=20)
    volatile = BayesianVAR(data, lags=1, prior=Minnesota(0.2), volatility=CommonVolatility(burn_in=5, thin=1))
    schemes = {
        "Cholesky": Cholesky("x", "y"),
        "LongRun": LongRun("x", "y"),
        "MaxShare": MaxShare("y"),
        "Proxy": Proxy(z, shock="x", normalise="x"),
        "Heteroskedasticity": Heteroskedasticity(regimes=regimes, method="moments"),
        "SignRestrictions": signs,
        "NonGaussian": NonGaussian(),
        "ChangingVolatility": ChangingVolatility(),
        "OwnShocks": OwnShocks(Proxy(z, shock="x"), Proxy(z, shock="y")),
    }
    told_apart = ("NonGaussian", "ChangingVolatility", "Heteroskedasticity")
    fits = {name: fat if name in told_apart else fit for name in schemes}
    return {
        "Dataset": data,
        "VAR": VAR(data, lags="aic", max_lags=3),
        "VARResults": fit,
        **schemes,
        **{f"by {name}": fits[name].identify(scheme, rng=1) for name, scheme in schemes.items()},
        "IRF": irf,
        "Estimate": irf.at(2, response="y", shock="x"),
        "Minnesota": Minnesota(own_lag={"x": 1.0}),
        "AsymmetricMinnesota": AsymmetricMinnesota(0.3, 0.1, own_lag={"x": 1.0}),
        "CommonVolatility": CommonVolatility(),
        "OutlierScaling": OutlierScaling(),
        **factor_augmented(),
        "BayesianVAR": BayesianVAR(data, lags=1, prior=Minnesota(tightness=0.2)),
        "BayesianVARResults": BayesianVAR(data, lags=1, prior=Minnesota(tightness=0.2)).fit(draws=20, rng=1),
        "common volatility": volatile.fit(draws=20, rng=1),
        **_elasticities(),
        **_varying(),
        **_frequencies(),
        "RobustBounds": SignRestrictions({"x": {"x": "+"}}).robust_bounds(fit, 2, rng=1, draws=2),
        "Scenario": scenario(svar, 2, {"y": [0.5, 0.5]}),
        "Counterfactual": counterfactual(irf, "x", silence="y", using="y"),
        "sup F": sup_f(fit, "x", draws=19, rng=1),
        "ShockSign": ShockSign("x", "1995-01"),
        "ShockContribution": ShockContribution("x", "y", "1995-01"),
        "MovingBlock": MovingBlock(),
        "Residual": Residual(),
        "Wild": Wild(),
        "Cell": Cell(0, "x", "x"),
        "Reading": irf.read([Cell(0, "x", "x")]),
    }


@cache
def of_cointegration():
    """Two variables that share a trend, and what is made of them."""
    data = simulated_var(120, rng=1, lags=[[[0.8, 0.2], [0.2, 0.8]]])
    model = VECM(data, 1, 1)
    fit = model.fit()
    return {
        "VECM": model,
        "VECMResults": fit,
        "CointegratedVARResults": fit.to_var(),
        "RankTests": model.cointegration_tests(),
        "RestrictionTest": fit.restrict(exogenous="y"),
        "PermanentTransitory": PermanentTransitory("x", "y"),
        "SVEC": SVEC(long_run={"y": ["x", "y"]}),
        "SVECResults": fit.identify(SVEC(long_run={"y": ["x", "y"]})),
    }


def _elasticities():
    """Supply and demand, by grid and by chains."""
    prior = ElasticityPrior("t", 0.5, 1.0, lower=0.0)
    model = SupplyDemand(reduced()[0], "x", "y", impact=prior, leaning=ElasticityPrior("normal", 0.0, 1.0), lags=1)
    return {
        "ElasticityPrior": prior,
        "SupplyDemand": model,
        "SupplyDemandResults": model.fit(),
        "SupplyDemandDraws": model.sample(40, rng=1),
    }


def _varying():
    """VARs that change over time, and what they do at a date."""
    short = simulated_var(60, rng=1)
    drifting, kernel = TimeVaryingVAR(short, lags=1, training=20), KernelVAR(short, lags=1)
    fit = drifting.fit(draws=8, rng=1, burn=1, thin=1, chains=1)
    return {
        "DriftPrior": DriftPrior(),
        "TimeVaryingVAR": drifting,
        "TimeVaryingVARResults": fit,
        "KernelVAR": kernel,
        "KernelVARResults": kernel.fit(draws=8, rng=1),
        "VaryingStructural": fit.identify(Cholesky("x", "y")),
    }


def _frequencies():
    """A monthly series with a hole and quarterly sums of another."""
    frame = reduced()[0].frame
    quarterly = frame[["y"]].groupby(frame.index.asfreq("Q")).sum()
    monthly = frame[["x"]].copy()
    monthly.iloc[40] = np.nan
    tables = {"M": monthly, "Q": quarterly}
    model = MixedFrequencyVAR(tables, 1, aggregation={"y": "sum"}, prior=Minnesota(0.2, own_lag=0.5))
    fit = model.fit(draws=12, burn=2, rng=1)
    return {
        "MixedFrequencyVAR": model,
        "MixedFrequencyResults": fit,
        "LatentValues": fit.latent("y", own=True),
        "Nowcast": fit.nowcast("y", "2000-02", rng=1),
        "NowcastEvaluation": pseudo_real_time(model, "y", "1999Q3", draws=10, burn=1, rng=1),
    }


@cache
def of_projection():
    """Projections, panels and instruments."""
    data, _, _, irf = reduced()
    units = pd.MultiIndex.from_product([list("abcd"), MONTHS[:60]])
    panel = pd.DataFrame(noise(240, 2, seed=3), index=units, columns=["y", "x"])
    flows = pd.DataFrame(noise(60, 6, seed=5), index=MONTHS[:60], columns=list("uvwxyz"))
    model = LocalProjection(data, "y", "x", lags=1)
    both = LocalProjection(data, ["x", "y"], "x", lags=1)
    projection = model.fit(3, bootstrap=PlugIn(draws=30), rng=1)
    stock = pd.Series(3000.0 + noise(120).cumsum(), MONTHS, name="custody")
    instrument = custody_instrument(stock, 12_000.0)
    outcome, flow = monthly(o=noise(120, seed=6))["o"].iloc[1:], monthly(f=noise(120, seed=7))["f"].iloc[1:]
    return {
        "LocalProjection": model,
        "ProjectionResults": projection,
        "SmoothResults": smooth(projection).parent,
        "BiasCorrection": bias_corrected(model.fit(3)).parent,
        "Average": averaged(both.fit(4).irf, irf.shock("x").scale(1.0, response="x")).parent,
        "PlugIn": PlugIn(),
        "PathProjection": PathProjection(model),
        "PathResults": PathProjection(model).fit(1),
        "modified": LocalProjection(data, "y", "x", lags=1, modifier="y").fit(1),
        "PanelProjection": PanelProjection(panel, response="y", impulse="x", lags=1),
        **_adoption(),
        "PanelResults": PanelProjection(panel, response="y", impulse="x", lags=1).fit(2),
        "GranularInstrument": granular_instrument(flows, flows.abs() + 1.0, factors=1),
        "GranularElasticities": granular_elasticities(*_clearing()),
        "Instrument": instrument,
        "Credentials": credentials(instrument, outcome, instrument.series + flow, lags=1),
    }


def _adoption():
    """A treatment that eight of twelve units adopt."""
    index = pd.MultiIndex.from_product([range(12), range(10)], names=["unit", "year"])
    unit, year = (np.asarray(index.get_level_values(level)) for level in (0, 1))
    treated = ((unit < 8) & (year >= 4 + unit % 3)).astype(float)
    frame = pd.DataFrame({"y": treated + noise(120), "d": treated, "w": noise(120, seed=3)}, index=index)
    model = LocalProjectionDiD(frame, "y", "d")
    return {"LocalProjectionDiD": model, "DiDResults": model.fit(2, pre=3)}


def _system():
    """Two endogenous variables and three instruments."""
    z = pd.DataFrame(noise(120, 5, seed=7), columns=list("abcuv"))
    x = pd.DataFrame({"p": z["a"] + z["u"], "q": z["b"] + z["v"]})
    return instrumental(x["p"] - x["q"] + z["u"], x, z[["a", "b", "c"]])


def _clearing():
    """Demand of five holders whose price clears the market, and their sizes."""
    sizes = pd.Series([0.35, 0.25, 0.2, 0.12, 0.08], index=list("abcde"))
    truth = np.array([1.0, 2.0, 3.0, 1.5, 2.5])
    demand = noise(120, 5) * [1.0, 0.8, 1.2, 2.0, 1.5]
    price = pd.Series(demand @ sizes / (truth @ sizes), name="price", index=MONTHS)
    return pd.DataFrame(demand - np.outer(price, truth), columns=list("abcde"), index=MONTHS), price, sizes


@cache
def of_events():
    """An event study, its results, and tests by themselves."""
    levels = simulated_levels(600)
    places = range(150, 590, 20)
    levels.iloc[places] += np.where(np.arange(22) % 2, 0.2, -0.2)[:, None]  # days of news move more than others
    study = EventStudy(levels, event_table(levels.index, places), response="yield_10y")
    results = study.fit()
    market_ = OperationMarket()
    sample = market_.simulate(days=400, rng=1)
    eras = {"one": ("1991-01-01", "1991-09-30"), "two": ("1991-10-01", "1992-12-31")}
    operations = Operations(sample.daily, sample.amounts, response="yield", units="bn", horizons=(-2, 3), eras=eras)
    return {
        "OperationMarket": market_,
        "OperationSample": sample,
        "Operations": operations,
        "OperationResults": operations.fit(draws=99, rng=1),
        "EventStudy": study,
        "EventStudyResults": results,
        "PooledEvents": _firms(study),
        "Placebo": results.placebo(draws=49, rng=1),
        "VarianceShift": results.variance_shift(),
        "Outcome": results.variance_shift().brown_forsythe,
    }


def _firms(study):
    """The same events for two series."""
    daily = study.data.frame
    daily = daily.assign(other=0.5 * daily["yield_10y"] + noise(len(daily), seed=18).cumsum())
    return EventStudy(daily, study.events, response="yield_10y").pooled()


@cache
def of_offset():
    """Offsets of the market."""
    frame = market()
    fit = VAR(frame[["cn", "jp", "y"]], lags=1).fit()
    irf = fit.identify(Cholesky("cn", "jp", "y")).irf(2, MovingBlock(draws=40), rng=1)
    price = price_offset(irf, "cn", "jp", response="y", horizon=2)
    quantity = quantity_offset(irf, "cn", "jp", horizon=2)
    return {
        "quantity": quantity,
        "price": price,
        "ShutOff": price.parent,
        "AddingUp": adding_up(irf, "cn", ["jp"], horizon=2),
        "Symmetry": symmetry(irf, "cn", "jp", response="y", horizon=2),
        "StateOffset": state_offset(frame, "cn", "jp", instrument="z", state="war", lags=1, horizon=0, cov="hc1"),
        "Reaction": reaction_function(frame, "jp", ["y"]),
        "Decision": decide(quantity),
    }


@cache
def designs():
    """Influence of a daily and a monthly estimate, and moments of two such designs."""
    days = pd.bdate_range("2010-01-01", periods=520)
    daily = pd.DataFrame(noise(520, 3, seed=15), days, list("zuv"))
    both = [daily.iloc[:300], daily.groupby(days.to_period("M")).sum()]
    moments = [
        LinearMoment(4.0 * each["z"] + each["u"] + each["v"], 2.0 * each["z"] + each["u"], each["z"]) for each in both
    ]
    names = ("daily", "monthly")
    influence = {name: (each["u"] - each["u"].mean()) / len(each) for name, each in zip(names, both, strict=True)}
    return influence, dict(zip(names, moments, strict=True))


@cache
def of_infer():
    """Regressions, sets and breaks."""
    z = noise(100, 3, seed=8)
    shifted = pd.Series(np.repeat([0.0, 1.0], 60) + 0.1 * noise(120, seed=9))
    regressors = pd.DataFrame(z[:, 1:], columns=["a", "b"])
    influence, moments = designs()
    calendar = calendar_covariance(influence)
    return {
        "CalendarCovariance": calendar,
        "MinimumDistance": minimum_distance(pd.Series([1.0, 2.0], ["daily", "monthly"]), calendar),
        "LinearMoment": moments["daily"],
        "StackedMoments": stacked_moments(moments),
        "ConfidenceSet": anderson_rubin(z[:, 0], z[:, 0] + z[:, 1], z[:, 2], cov="hc1"),
        "open set": ConfidenceSet(((-np.inf, 1.0), (2.0, np.inf)), 0.9),
        "ReducedForm": reduced_form(z[:, 0], z[:, 0] + z[:, 1], z[:, 2], cov="hc1"),
        "Instrumental": _system(),
        "EffectiveF": effective_f(z[:, 0] + z[:, 1], z[:, 1:], cov="hc1"),
        "Equivalence": equivalence(0.1, 0.2, 1.0),
        "BayesFactor": bayes_factor(econ.Estimate(1.0, 0.5, 0.2, 1.8), 0.5, 1.0),
        "Claim": Claim("impact", 2.0),
        "Verdict": verdict(Claim("impact", 2.0), econ.Estimate(1.0, 0.5, 0.2, 1.8)),
        "Randomisation": randomise_slope(z[:, 0], z[:, 1], draws=None)[0],
        "Bounds": opposite_bias(econ.Estimate(1.0, 0.5, 0.2, 1.8), econ.Estimate(3.0, 0.4, 2.3, 3.7)),
        "RegimeLeaning": regime_leaning(z[:, 0], z[:, 1], np.arange(len(z)) * 3 // len(z), cov="hc1"),
        "NewsLeaning": news_leaning(z[:, 0], z[:, 1], z[:, 2], cov="hc1"),
        "LeaningCurve": news_leaning(z[:, 0], z[:, 1], z[:, 2], cov="hc1").curve,
        "Regression": regress(pd.Series(z[:, 0]), regressors, cov="hc1", parent=regressors),
        "Breaks": bai_perron(shifted, max_breaks=1, rng=1),
        "Unavailable": Unavailable("no draws"),
    }


@cache
def of_data():
    """Descriptions, comparisons of vintages, models of positions."""
    table = pd.DataFrame({"table": ["t"], "date": ["2020-01"], "value": [1.0]})
    level = np.sin(np.arange(120.0))
    yields = monthly(yield_2y=level, yield_10y=level**2 + 0.1 * noise(120, seed=10))
    change = pd.Series(noise(120, seed=11), MONTHS)
    surveys = pd.Series(100.0 + change.cumsum(), MONTHS).iloc[::12]
    hubs = monthly(uk=noise(120, seed=12))
    return {
        "Variable": Variable("y"),
        "Vintage": vintage(),
        "parsed vintage": Vintage(*("x",) * 7, frame=table),
        "Difference": Difference("2026-01-01", "2026-02-01", table, table, table, table, table),
        "FetchReport": FetchReport("2026-01-01", (vintage(),), (), True, table),
        "ValuationModel": fit_valuation(-5.0 * yields["yield_10y"].diff() + 0.1 * change, yields),
        "Benchmark": benchmark(change, surveys, hubs),
        "Reallocation": reallocated_purchases("china"),
    }


@dataclass(frozen=True)
class Chosen(Choices):
    """A specification of one field."""

    lags: Annotated[int, count] = 6


def drawn(page, data):
    page.subplots().plot(data["y"])


@cache
def of_report():
    """Tables, figures, exhibits and their origins."""
    data, *_ = reduced()
    body = Table(["a"], [Row("r", [1.0])])
    record = {"key": "claims", "program": "analyses/claims.py", "seconds": 1.0, "commit": "0" * 40, "dirty": False}
    record |= {"changed": [], "vintages": ["2026-01-01"]}
    figure = Figure(pd.DataFrame({"y": [1.0, 2.0]}), drawn)
    return {
        "Row": Row("r", [1.0, 2.0]),
        "Panel": Panel("p"),
        "Table": Table.from_frame(data.frame.head(3).reset_index(drop=True)),
        "Figure": figure,
        "Exhibit": Exhibit("claims", "t", {"n": 1.0}, {"a": body}, {"f": figure}),
        "Trace": trace(data),
        "Run": Run((record,)),
        "Choices": Chosen(),
    }


@cache
def of_simulate():
    """A market, samples of it and a small tournament."""
    design = TreasuryMarket()
    samples, daily = design.samples(2, 60, 1), DailyMarket().samples(2, 60, 1)
    _, truth = design.simulate(60, rng=1)
    return {
        "DailyFaults": DailyFaults(answer=0.01),
        "DailyMarket": DailyMarket(),
        "DailySamples": daily,
        "DailySample": DailySample(daily, 0, np.random.SeedSequence(1), draws=39),
        "Holder": Holder("china", 0.1),
        "Shock": Shock("s", 1.0, loads={"yield_10y": 1.0}),
        "Regime": Regime(0.5, {"s": 2.0}),
        "TreasuryMarket": design,
        "Faults": Faults(custody=0.1),
        "Truths": Truths(periods=(60,)),
        "Samples": samples,
        "Sample": Sample(samples, 0, np.random.SeedSequence(1), draws=20),
        "Truth": truth,
        "Estimator": ESTIMATORS["ols_flows"],
        "Tournament": tournament(design, ["oracle"], 2, rng=1),
    }


def specified(lags, sample):
    """A specification of a curve."""
    table = monthly(**dict(zip("yxa", noise(120, 3, seed=17).T, strict=True)))
    window = ("2003-01", "2009-12") if sample == "late" else None
    return LinearSpecification(table["y"], table["x"], table[["a"]], lags=lags, sample=window)


@cache
def of_multiverse():
    """A specification curve and what is made of it."""
    rule = Rule("short", {"lags": "1", "sample": "late"})
    curve = SpecificationCurve(specified, {"lags": [0, 1, 2], "sample": ["all", "late"]}, exclude=[rule])
    results = curve.run()
    tree = results.tree(least=1)
    return {
        "Rule": rule,
        "Same": Same("lags", {"sample": "all"}),
        "SpecificationCurve": curve,
        "SpecificationCurveResults": results,
        "LinearSpecification": specified(1, "all"),
        "NullPlan": NullPlan("shift", 360, 479, 19, np.random.SeedSequence(1)),
        "JointInference": results.joint(19, rng=1),
        "ChoiceTree": tree,
        "Node": tree.nodes[0],
    }


ROOMS = (
    of_var, of_cointegration, of_projection, of_events, of_offset, of_infer, of_data, of_multiverse, of_report,
    of_simulate,
)  # fmt: skip


@cache
def instances():
    """By name; every public type is the type of one of them."""
    return {name: value for room in ROOMS for name, value in room().items()}
