"""Every public callable of the package with arguments that suit it."""

import importlib
import inspect
from functools import cache
from types import SimpleNamespace

import numpy as np
import pandas as pd
from surface.instances import MONTHS, Chosen, designs, drawn, instances, market, monthly, noise, reduced, specified

import econ
from econ import (
    VAR,
    BayesianVAR,
    Cholesky,
    EventStudy,
    Heteroskedasticity,
    LocalProjection,
    Minnesota,
    MovingBlock,
    PanelProjection,
    Proxy,
    Residual,
    eventstudy,
    infer,
    multiverse,
    offset,
    projection,
    report,
    responses,
    simulate,
)
from econ import data as datahouse
from econ import var as varroom
from econ.projection import PlugIn
from econ.report import Row
from econ.responses import Cell
from econ.simulate import TreasuryMarket
from econ.testing import event_table, simulated_levels

ROOMS = ("data", "eventstudy", "infer", "multiverse", "offset", "projection", "report", "responses", "simulate", "var")

MADE = {
    "Instrumental",
    "DiDResults",
    "Average", "BayesianVARResults", "Benchmark", "BiasCorrection", "Breaks", "ChangingVolatilityResults",
    "Counterfactual", "Credentials", "Decision", "Difference", "EffectiveF", "Equivalence", "EventStudyResults",
    "FactorAugmentedResults", "FactorAugmentedStructural", "FetchReport", "GranularElasticities", "GranularInstrument",
    "HeteroskedasticityResults", "NonGaussianResults",
    "PanelResults", "Placebo", "ProjectionResults", "ProxyResults", "Reaction", "Reading", "Regression",
    "RobustBounds", "Run", "Sample", "Samples", "Scenario", "SetIdentified", "ShutOff", "SmoothResults", "StateOffset",
    "StructuralResults", "Symmetry", "Tournament", "Trace", "Truth", "VARResults", "ValuationModel", "VarianceShift",
    "AddingUp", "Bounds", "CalendarCovariance", "DailySample", "DailySamples", "LeaningCurve", "MinimumDistance",
    "NewsLeaning", "OperationResults", "OperationSample", "Outcome", "Randomisation", "Reallocation", "RegimeLeaning",
    "PooledEvents", "StackedMoments",
    "SupplyDemandDraws", "SupplyDemandResults", "CointegratedVARResults", "RankTests", "RestrictionTest", "SVECResults",
    "VECMResults",
    "KernelVARResults", "PathResults", "TimeVaryingVARResults", "VaryingStructural",
    "LatentValues", "MixedFrequencyResults", "Nowcast", "NowcastEvaluation",
    "BayesFactor", "ChoiceTree", "JointInference", "Node", "SpecificationCurveResults", "Verdict",
}  # fmt: skip
"""Types that the package makes and nobody else: their constructors take what an estimator computed, no user's input."""

ELSEWHERE = {
    "fetch": "asks publishers: tests/unit/data/test_fetch_*",
    "fetch_file": "asks publishers: tests/unit/data/test_fetch_*",
    "verify": "builds the paper: tests/unit/report/test_verification.py",
    "main": "is a program: tests/unit/report/test_exhibit.py",
    "exhibits": "reads a project: tests/unit/report/test_verification.py",
    "headline": "builds a project: tests/unit/report/test_vintages.py",
    "diff": "reads two vintages of a store: tests/unit/data/test_refresh.py",
    "Run.last": "reads a project: tests/unit/report/test_exhibit.py",
    "Exhibit.open": "reads a project: tests/unit/report/test_exhibit.py",
    "SetIdentified.from_draws": "takes what SignRestrictions drew: tests/unit/var/sets/test_sign_restrictions.py",
    "Exhibit.save": "writes files: tests/unit/report/test_exhibit.py",
    "save": "writes files: tests/unit/saved/test_saved.py",
    "load_result": "reads files: tests/unit/saved/test_saved.py",
    "Table.to_excel": "writes a file: tests/unit/tables/test_table_forms.py",
    "quiet": "is a context: tests/unit/test_parallel.py",
}
"""Callables whose input is no argument but a network, a folder or a program, and where they are tested."""


REFUSED = {
    "BayesianVARResults.bias_corrected",
    "BayesianVARResults.bootstrap",
    "BayesianVARResults.granger",
    "CointegratedVARResults.bias_corrected",
    "CointegratedVARResults.granger",
    "MixedFrequencyResults.diagnostics",
    "MixedFrequencyResults.volatility",
}
"""What a posterior and a cointegrated VAR inherit and cannot do: every call is refused."""


class Call(SimpleNamespace):
    """What to call and with what; ``*names`` are positional, ``**how`` are named."""

    def __init__(self, target, /, **arguments):
        super().__init__(target=target, arguments=arguments)

    def __call__(self, **other):
        plain, positional = {}, []
        for name, value in {**self.arguments, **other}.items():
            if name.startswith("star_"):
                positional = list(value) if isinstance(value, (tuple, list)) else [value]
            elif name.startswith("named_"):
                plain |= value if isinstance(value, dict) else {"x": value}
            else:
                plain[name] = value
        return self.target(*positional, **plain)

    def parameters(self):
        """Name and parameter of everything that can be given."""
        try:
            signature = inspect.signature(self.target)
        except ValueError:
            return {}
        words = {inspect.Parameter.VAR_POSITIONAL: "star_", inspect.Parameter.VAR_KEYWORD: "named_"}
        return {words.get(each.kind, "") + name: each for name, each in signature.parameters.items()}


def surface():
    """Name of every public callable: functions, classes, and public methods by the class that defines them."""
    found = {}
    for room in [econ, *(importlib.import_module(f"econ.{name}") for name in ROOMS)]:
        for name in room.__all__:
            value = getattr(room, name)
            if inspect.isclass(value) and not getattr(value, "_is_protocol", False):
                found[name] = value
                found |= dict(methods(value))
            elif callable(value) and not inspect.isclass(value):
                found[name] = value
    return found


def methods(cls):
    for name in dir(cls):
        member = inspect.getattr_static(cls, name)
        if name.startswith("_") or not (inspect.isfunction(member) or isinstance(member, (classmethod, staticmethod))):
            continue
        owner = next(each for each in cls.__mro__ if name in vars(each))
        if owner.__module__.startswith("econ"):
            yield f"{owner.__name__}.{name}", getattr(cls, name)


def data_room():
    data, *_ = reduced()
    level = np.sin(np.arange(120.0))
    yields = monthly(yield_2y=level, yield_10y=level**2 + 0.1 * noise(120, seed=10))
    change = pd.Series(noise(120, seed=11), MONTHS)
    table = pd.DataFrame({"date": MONTHS[:3], "holder": "GBR", "series": "s", "item": "total", "value": 1.0})
    table = table.assign(unit="usd_bn", printed="UK", notes="")
    prints = first_prints()
    revised = datahouse.revisions(prints)
    d, model, bench = datahouse, instances()["ValuationModel"], instances()["Benchmark"]
    return {
        "Dataset": Call(d.Dataset, frame=data.frame, variables=dict(data.variables)),
        "Dataset.complete": Call(data.complete),
        "Dataset.convert": Call(instances_in_percent().convert, named_units={"x": "basis points"}),
        "Dataset.describe": Call(data.describe),
        "Dataset.from_frame": Call(d.Dataset.from_frame, frame=data.frame, units={"x": "bp"}, labels={"x": "X"}),
        "Dataset.join": Call(data.join, other=d.Dataset.from_frame(data.frame.add_prefix("z"))),
        "Dataset.sample": Call(data.sample, start="1991-01", end="1995-12"),
        "Dataset.select": Call(data.select, star_names=("x",)),
        "Dataset.transform": Call(data.transform, named_how={"x": "diff"}),
        "Variable": Call(d.Variable, name="y", label="Y", units="bp"),
        "Vintage": Call(d.Vintage, as_of="2026-01-01", publisher="p", table="t", url="u", file="f", sha256="0" * 64,
                        licence="l"),
        "ValuationModel.returns": Call(model.returns, yields=yields),
        "Benchmark.interval": Call(bench.interval, level=0.9, of="holdings"),
        "against_surveys": Call(d.against_surveys),
        "as_of_dates": Call(d.as_of_dates),
        "benchmark": Call(d.benchmark, change=change, surveys=pd.Series(100.0 + change.cumsum(), MONTHS).iloc[::12],
                          hubs=monthly(uk=noise(120, seed=12)), survey_error=0.0),
        "calendar": Call(d.calendar, name="fomc", start="2019-01-01", end="2020-01-01"),
        "calendars": Call(d.calendars),
        "catalogue": Call(d.catalogue),
        "custody_adjusted": Call(d.custody_adjusted, name="china", hubs=("uk",), survey_error=0.0),
        "debt_scale": Call(d.debt_scale, index=pd.period_range("2010-01", periods=12, freq="M")),
        "events": Call(d.events, kind=None),
        "facts": Call(d.facts, key="us_debt", known_by="2025-10-09"),
        "first_prints": Call(d.first_prints, source=prints_file()),
        "fit_valuation": Call(d.fit_valuation, returns=-5.0 * yields["yield_10y"].diff() + 0.1 * change, yields=yields,
                              rates=("yield_2y", "yield_10y")),
        "flows": Call(d.flows, holder="japan", measure="net_purchases", scale="debt", imputed=True,
                      concept="spliced"),
        "holder": Call(d.holder, name="japan"),
        "holders": Call(d.holders),
        "listing": Call(d.listing),
        "load": Call(d.load, star_names=("yield_10y",), frequency="M"),
        "misplaced": Call(d.misplaced, table=d.against_surveys()),
        "operations": Call(d.operations, start="2003-01-01", end="2003-12-31"),
        "parse": Call(d.parse, layout="fred_csv", source=b"observation_date,GS10\n2020-01-01,1.5\n2020-02-01,1.6\n",
                      series="GS10"),
        "reallocated_purchases": Call(d.reallocated_purchases, name="china", hubs=("uk",), survey_error=0.0),
        "revision_statistics": Call(d.revision_statistics, table=revised),
        "revisions": Call(d.revisions, prints=prints),
        "valuation_model": Call(d.valuation_model, name="japan"),
        "verify_archive": Call(d.verify_archive),
        "verify_vintage": Call(d.verify_vintage, as_of=d.as_of_dates()[0]),
        "vintage_revisions": Call(d.vintage_revisions, old=table, new=table.assign(value=2.0)),
    }  # fmt: skip


def instances_in_percent():
    data, *_ = reduced()
    return datahouse.Dataset.from_frame(data.frame, units={"x": "percent", "y": "percent"})


@cache
def prints_file():
    from econ.data.realtime import _HEADER

    rows = [_HEADER]
    for number, month in enumerate(pd.period_range("2015-01", periods=60, freq="M")):
        released = (month + 2).to_timestamp() + pd.Timedelta(days=15)
        cells = {"release_date": f"{released:%Y-%m-%d}", "ref_month": str(month)}
        cells |= {name: f"{np.sin(number) * (1 + place):.3f}" for place, name in enumerate(_HEADER[2:])}
        rows.append([cells[name] for name in _HEADER])
    return ("\n".join(",".join(row) for row in rows) + "\n").encode()


@cache
def first_prints():
    return datahouse.first_prints(prints_file())


def event_room():
    levels = simulated_levels(600)
    table = event_table(levels.index, range(150, 590, 20))
    timed = table.assign(time="14:00", tz="America/New_York")
    results = instances()["EventStudyResults"]
    e = eventstudy
    released = first_prints().frame
    return {
        "EventStudy": Call(EventStudy, daily=levels, events=table, response="yield_10y", window=(0, 1),
                           estimation=(-130, -11)),
        "EventStudy.fit": Call(instances()["EventStudy"].fit),
        "EventStudy.pooled": Call(instances()["EventStudy"].pooled, responses=["yield_10y"]),
        "PooledEvents.mean": Call(instances()["PooledEvents"].mean, kind="sale", level=0.9),
        "PooledEvents.tests": Call(instances()["PooledEvents"].tests, kind="sale"),
        "PooledEvents.to_frame": Call(instances()["PooledEvents"].to_frame, level=0.9),
        "EventStudy.with_response": Call(instances()["EventStudy"].with_response, response="yield_10y"),
        "EventStudyResults.detectability": Call(results.detectability, by="kind", bound=5.0, power=0.8, size=0.05),
        "EventStudyResults.leave_one_out": Call(results.leave_one_out, kind="sale"),
        "EventStudyResults.mean": Call(results.mean, kind="sale", level=0.9),
        "EventStudyResults.path": Call(results.path, kind="sale", level=0.9, draws=19),
        "EventStudyResults.placebo": Call(results.placebo, kind="sale", draws=19, rng=1, match=("weekday",)),
        "EventStudyResults.select": Call(results.select, kind="sale"),
        "EventStudyResults.slope": Call(slopes().slope, column="size", level=0.9),
        "EventStudyResults.summary": Call(results.summary, by="kind", level=0.9),
        "EventStudyResults.tests": Call(results.tests, kind="sale", draws=19, rng=1),
        "EventStudyResults.variance_shift": Call(results.variance_shift, kind="sale", level=0.9, size=0.05),
        "joint_tests": Call(e.joint_tests, results={"a": results, "b": slopes()}, kind="sale"),
        "place_events": Call(e.place_events, events=timed, index=levels.index, close="15:30",
                             zone="America/New_York"),
        "release_surprises": Call(e.release_surprises, prints=released, holder="OFF", lags=3),
        "romano_wolf_table": Call(e.romano_wolf_table, results={"a": results, "b": slopes()}, draws=19, rng=1),
        **operated(),
        "size_table": Call(e.size_table, events=10, days=400, effect=0.75, replications=2, size=0.05, draws=9,
                           scenarios=("normal",), rng=1),
    }  # fmt: skip


def operated():
    """Dated amounts and what is made of them."""
    have, sample = instances(), instances()["OperationSample"]
    fit, eras = have["OperationResults"], {"one": ("1991-01-01", "1991-09-30"), "two": ("1991-10-01", "1992-12-31")}
    return {
        "Operations": Call(eventstudy.Operations, daily=sample.daily, amounts=sample.amounts, response="yield",
                           units="bn", horizons=(-2, 3), eras=eras, exclude={"news": ["1991-03-05"]}, around=(0, 0),
                           rule="next"),
        "Operations.fit": Call(have["Operations"].fit, cov="hac", bandwidth=3, draws=19, rng=1, scheme="shift"),
        "OperationResults.at": Call(fit.at, horizon=1, level=0.9),
        "OperationResults.influence": Call(fit.influence, horizon=1),
        "OperationResults.by_sign": Call(fit.by_sign),
        "OperationResults.joint_test": Call(fit.joint_test, first=0, last=2),
        "OperationResults.leave_one_era_out": Call(fit.leave_one_era_out, horizon=1),
        "OperationResults.leave_one_out": Call(fit.leave_one_out, horizon=1),
        "OperationResults.plot": Call(fit.plot, levels=0.9, ax=one_axis()),
        "EventStudyResults.plot": Call(have["EventStudyResults"].plot, levels=0.9, ax=one_axis()),
        "Placebo.plot": Call(have["Placebo"].plot, bins=5, ax=one_axis()),
        "OperationResults.summary": Call(fit.summary, level=0.9),
    }  # fmt: skip


@cache
def slopes():
    levels = simulated_levels(600, rng=2)
    table = event_table(levels.index, range(150, 590, 20))
    table["size"] = noise(len(table), seed=3)
    return EventStudy(levels, table, response="yield_10y").fit()


def iv_of(z):
    """Two instruments, one of them noise."""
    return np.column_stack([z[:, 2], noise(len(z), seed=13)])


def _instrumental():
    have = instances()
    values = noise(120, 5, seed=7)
    z = pd.DataFrame(values[:, :3], columns=list("abc"), index=MONTHS)
    x = pd.DataFrame({"p": z["a"] + values[:, 3], "q": z["b"] + values[:, 4]})
    y = (x["p"] - x["q"] + values[:, 3]).rename("y")
    w = pd.DataFrame({"w": noise(120, seed=8)}, index=MONTHS)
    fit = have["Instrumental"]
    return {
        "instrumental": Call(infer.instrumental, y=y, endogenous=x, instruments=z, exog=w, method="2sls", cov="cluster",
                             groups=np.arange(120) % 20),
        "Instrumental.estimate": Call(fit.estimate, name="p", level=0.9, units="", label="effect"),
        "Instrumental.robust_set": Call(fit.robust_set, name="p", level=0.9),
    }  # fmt: skip


def infer_room():
    i, z = infer, noise(100, 4, seed=8)
    y, x = z[:, 0] + z[:, 3], np.column_stack([np.ones(100), z[:, 1]])
    frame = pd.DataFrame(z, columns=list("yabc"))
    form, fit = instances()["ReducedForm"], instances()["Regression"]
    iv = {"outcome": y, "endogenous": z[:, 0] + z[:, 1] + z[:, 2], "instruments": iv_of(z), "controls": z[:, 1],
          "cov": "hc1"}  # fmt: skip
    groups = np.arange(100) // 4
    return {
        "ReducedForm": Call(
            i.ReducedForm,
            outcome=np.ones(2),
            first=np.ones(2),
            covariance=np.eye(4),
            moments=np.eye(2),
            nobs=100,
            df=90.0,
            factor=1.0,
            plain_df=90.0,
        ),
        "ReducedForm.inflated": Call(form.inflated, level=0.9),
        "ReducedForm.rotate": Call(form.rotate, angle=0.3),
        "ReducedForm.standardised": Call(form.standardised),
        "Regression.estimate": Call(fit.estimate, name="a", level=0.9, units="bp", label="a"),
        "anderson_rubin": Call(i.anderson_rubin, level=0.9, **iv),
        "conditional_lr": Call(i.conditional_lr, level=0.9, **iv | {"instruments": z[:, 2]}),
        "kleibergen": Call(i.kleibergen, level=0.9, **iv),
        "reduced_form": Call(i.reduced_form, **iv),
        "effective_f": Call(
            i.effective_f,
            endogenous=iv["endogenous"],
            instruments=iv["instruments"],
            controls=iv["controls"],
            cov="hc1",
            bias=0.1,
            size=0.05,
        ),
        "bai_perron": Call(
            i.bai_perron,
            y=frame["y"],
            X=frame[["a"]],
            max_breaks=1,
            draws=9,
            rng=1,
            trim=0.15,
            select="sequential",
            size=0.05,
            level=0.9,
        ),
        **_designs(i),
        "cluster": Call(i.cluster, x=x, u=y, groups=groups),
        **_instrumental(),
        "two_way_cluster": Call(i.two_way_cluster, x=x, u=y, groups=groups, others=np.arange(len(y)) % 7),
        "driscoll_kraay": Call(i.driscoll_kraay, x=x, u=y, periods=groups, lags=2),
        "Claim": Call(
            i.Claim, quantity="impact", stated=2.0, comparison="at least", decimals=1, tolerance=0.1, units="bp"
        ),
        "Claim.allowance": Call(instances()["Claim"].allowance, found=2.0),
        "verdict": Call(i.verdict, claim=instances()["Claim"], found=2.0, first=2.5, power=0.8),
        "bayes_factor": Call(
            i.bayes_factor, estimate=econ.Estimate(1.0, 0.5, 0.2, 1.8), prior_mean=0.5, prior_sd=1.0, null=0.0
        ),
        "replication_bayes_factor": Call(
            i.replication_bayes_factor,
            original=econ.Estimate(1.0, 0.5, 0.2, 1.8),
            replication=econ.Estimate(0.5, 0.5, -0.3, 1.3),
        ),
        "benjamini_yekutieli": Call(i.benjamini_yekutieli, p_values=np.array([0.01, 0.5])),
        "equivalence": Call(i.equivalence, value=0.1, std_error=0.2, bound=1.0, df=20.0, size=0.05),
        "LeaningCurve.at": Call(instances()["LeaningCurve"].at, leaning=0.5, level=0.9),
        "LeaningCurve.needed": Call(instances()["LeaningCurve"].needed, impact=0.5, level=0.9, units="k"),
        "LeaningCurve.table": Call(instances()["LeaningCurve"].table, leanings=[0.0, 0.5], level=0.9),
        "Randomisation.confidence_set": Call(instances()["Randomisation"].confidence_set, level=0.9),
        "Randomisation.p_value_of": Call(instances()["Randomisation"].p_value_of, effect=0.5),
        "imbens_manski": Call(
            i.imbens_manski,
            ends=(0.0, 1.0),
            std_errors=(1.0, 0.5),
            correlation=0.2,
            level=0.9,
            method="stoye",
            threshold=2.0,
        ),
        "joint_test": Call(
            i.joint_test,
            y=frame["y"],
            X=frame[["a", "b"]],
            controls=frame[["c"]],
            reference="wild",
            cov="hc3",
            draws=99,
            rng=1,
            skip=0,
        ),
        "leaning_curve": Call(i.leaning_curve, change=z[:, 0], flow=z[:, 1], controls=z[:, 2], cov="hac", bandwidth=2),
        "regime_leaning": Call(
            i.regime_leaning,
            change=z[:, 0],
            flow=z[:, 1],
            regimes=np.arange(len(z)) * 3 // len(z),
            controls=z[:, 3],
            cov="hc1",
            level=0.9,
        ),
        "news_leaning": Call(
            i.news_leaning,
            change=z[:, 0],
            flow=z[:, 1],
            news=z[:, 2],
            share=0.1,
            controls=z[:, 3],
            cov="hc1",
            level=0.9,
        ),
        "opposite_bias": Call(
            i.opposite_bias,
            low=econ.Estimate(1.0, 0.5, 0.2, 1.8),
            high=econ.Estimate(3.0, 0.4, 2.3, 3.7),
            correlation=0.1,
            level=0.9,
            method="stoye",
            threshold=2.0,
        ),
        "randomise": Call(
            i.randomise,
            statistic=lambda a: a @ y,
            assignment=z[:, 1],
            eras=groups,
            scheme="shift",
            draws=19,
            rng=1,
            alternative="two-sided",
        ),
        "randomise_slope": Call(
            i.randomise_slope,
            outcome=y,
            amounts=z[:, 1],
            eras=groups,
            scheme="shift",
            draws=19,
            rng=1,
            alternative="two-sided",
        ),
        "smallest_bound": Call(i.smallest_bound, effect=econ.Estimate(1.0, 0.5, 0.2, 1.8)),
        "ewc": Call(i.ewc, x=x, u=y, terms=4),
        "ewc_critical": Call(i.ewc_critical, level=0.9, terms=8, restrictions=1),
        "ewc_terms": Call(i.ewc_terms, nobs=100),
        "fieller": Call(i.fieller, numerator=1.0, denominator=2.0, covariance=0.01 * np.eye(2), level=0.9, df=20.0),
        "minimum_detectable_effect": Call(i.minimum_detectable_effect, std_error=0.2, power=0.8, size=0.05, df=20.0),
        "newey_west": Call(i.newey_west, x=x, u=y, lags=2),
        "regress": Call(i.regress, y=frame["y"], X=frame[["a", "b"]], cov="hac", bandwidth=2, intercept=True),
        "romano_wolf": Call(i.romano_wolf, statistics=np.array([1.0, 2.0]), null_draws=np.abs(noise(50, 2))),
        "sup_t": Call(i.sup_t, draws=noise(50, 3), level=0.9, point=np.zeros(3)),
        "unit_root": Call(i.unit_root, data=simulated_levels(60), trend="c", lags=1, size=0.05),
        "tf_interval": Call(i.tf_interval, value=1.0, std_error=0.2, f=20.0, size=0.05),
        "white": Call(i.white, x=x, u=y, kind="hc1"),
    }


def _designs(i):
    influence, moments = designs()
    have, names = instances(), list(influence)
    daily = moments["daily"]
    return {
        "CalendarCovariance.draws": Call(have["CalendarCovariance"].draws, count=9, rng=1),
        "LinearMoment": Call(i.LinearMoment, outcome=daily.outcome, endogenous=daily.endogenous,
                             instrument=daily.instrument, controls=np.sin(daily.outcome).to_frame("w")),
        "LinearMoment.reduced": Call(daily.reduced),
        "StackedMoments.confidence_set": Call(have["StackedMoments"].confidence_set, level=0.9, kind="K"),
        "StackedMoments.estimate": Call(have["StackedMoments"].estimate, level=0.9, kind="S"),
        "calendar_covariance": Call(i.calendar_covariance, influence=influence, blocks="M", bandwidth=2),
        "minimum_distance": Call(
            i.minimum_distance, estimates=pd.Series([1.0, 2.0], names), weight="diagonal", dependence="joint", df=20.0,
            covariance=pd.DataFrame([[2.0, 0.5], [0.5, 1.0]], names, names), level=0.9, units="bp",
            loadings=pd.DataFrame({"theta": [1.0, 2.0]}, names),
        ),
        "stacked_moments": Call(i.stacked_moments, designs=moments, blocks="M", bandwidth=1, units="bp"),
    }  # fmt: skip


@cache
def sold():
    """Responses of a market with three variables."""
    fit = VAR(market()[["cn", "jp", "y"]], lags=1).fit()
    return fit.identify(Cholesky("cn", "jp", "y")).irf(2, MovingBlock(draws=40), rng=1)


def offset_room():
    o, frame, irf = offset, market(), sold()
    both = frame.assign(v=frame["w"] + noise(120, seed=14))
    days = pd.bdate_range("2020-01-01", periods=120)
    own = instances()["OwnShocks"]
    iv = {"lags": 1, "horizon": 1, "cov": "hc1", "level": 0.9}
    return {
        "OwnShocks": Call(o.OwnShocks, star_schemes=(Cholesky("x", "y"),)),
        "OwnShocks.identify": Call(own.identify, fit=instances()["VARResults"]),
        "adding_up": Call(o.adding_up, source=irf, seller="cn", groups=["jp"], horizon=2, level=0.9,
                          residual="domestic_private"),
        "decide": Call(o.decide, estimate=instances()["quantity"], label="x", none=0.25, full=0.75, power=0.8),
        "decisions": Call(o.decisions, estimates={("a", "b"): instances()["quantity"]}, none=0.25, full=0.75),
        "episodes": Call(o.episodes, holders=("japan",), months={"e": ("2015-01", "2015-06")}, imputed=True),
        "event_months": Call(o.event_months, index=MONTHS, kinds=("tariff",), known=("2000-01", "2009-12")),
        "hedged_pickup": Call(o.hedged_pickup, us_long=frame["cn"], own_long=frame["jp"], us_short=frame["y"],
                              own_short=frame["z"], basis=frame["w"]),
        "instrumented_offset": Call(o.instrumented_offset, data=frame, seller="cn", ally="jp", instrument="z",
                                    controls=("y",), **iv),
        "instrumented_symmetry": Call(o.instrumented_symmetry, data=both, seller="cn", ally="jp",
                                      response="y", instruments=("z", "v"), **iv),
        "price_offset": Call(o.price_offset, svar=irf, seller="cn", ally="jp", response="y", horizon=2, level=0.9,
                             method="sims-zha", size=1.0),
        "pro_rata": Call(o.pro_rata, stocks={"a": 1.0, "b": 2.0}, total=5.0, residual="rest"),
        "quantity_offset": Call(o.quantity_offset, irf=irf, seller="cn", ally="jp", horizon=2, level=0.9),
        "reaction_function": Call(o.reaction_function, data=frame, purchases="jp", terms=["y"], lags=1, own_lags=1),
        "realised_volatility": Call(o.realised_volatility, daily=pd.Series(noise(120), days), minimum=5),
        "state_offset": Call(o.state_offset, data=frame, seller="cn", ally="jp", instrument="z", state="war",
                             **iv | {"horizon": 0}),
        "symmetry": Call(o.symmetry, source=irf, seller="cn", ally="jp", response="y", horizon=2, level=0.9),
    }  # fmt: skip


def projection_room():
    p, have = projection, instances()
    data, _, _, irf = reduced()
    panel = have["PanelProjection"].data
    frame = market()
    flows = have["GranularInstrument"].parent[0]
    model = have["LocalProjection"]
    both = LocalProjection(data, ["x", "y"], "x", lags=1).fit(4).irf
    instrument, demand = have["Instrument"], have["GranularElasticities"]
    endogenous = instrument.series + pd.Series(noise(119), instrument.series.index)
    iv = LocalProjection(frame, "y", "cn", lags=1, instrument="z").fit(2)
    moved = LocalProjection(frame, "y", "cn", lags=1, instrument="z", modifier="w").fit(0)
    by_date = have["PathResults"]
    early, late = [by_date.dates[2], by_date.dates[5]], by_date.dates[50]
    panel_iv = PanelProjection(panel.assign(z=panel["x"] + noise(240, seed=9)), "y", "x", lags=1, instrument="z").fit(1)
    quantities, price, sizes = demand_of()
    cells = [Cell(0, "y", "x")]
    months = pd.period_range("2010-01", periods=60, freq="M")
    stock = pd.Series(3000.0 + noise(60).cumsum(), months)
    weeks = pd.Series(3000.0 + noise(60).cumsum(), pd.date_range("2014-01-01", periods=60, freq="W-WED"))
    level = pd.Series(noise(60).cumsum(), weeks.index)
    custody = p.custody_instrument(weeks, 12_000.0)
    return {
        "LocalProjection": Call(LocalProjection, data=frame, response="y", impulse="cn", controls=("jp",),
                                contemporaneous=("w",), lags=1, modifier="z", modifier_lag=1),
        "LocalProjection.fit": Call(model.fit, horizon=2, cov="hac", bandwidth=2),
        "PanelProjection": Call(PanelProjection, data=panel, response="y", impulse="x", lags=1),
        "PanelProjection.fit": Call(have["PanelProjection"].fit, horizon=1, cov="cluster"),
        "PanelProjection.cross_section": Call(have["PanelProjection"].cross_section, horizon=1),
        "LocalProjectionDiD": Call(p.LocalProjectionDiD, data=have["LocalProjectionDiD"].data, outcome="y",
                                   treatment="d", controls=("w",), weights="equal", base=1, stabilises=1),
        "LocalProjectionDiD.fit": Call(have["LocalProjectionDiD"].fit, horizon=1, pre=2, bootstrap=p.PlugIn(draws=9),
                                       rng=1),
        "LocalProjectionDiD.section": Call(have["LocalProjectionDiD"].section, first=0, last=1),
        "DiDResults.drawn": Call(have["DiDResults"].drawn, bootstrap=p.PlugIn(draws=9), rng=1),
        "DiDResults.plot": Call(have["DiDResults"].plot, levels=0.9, ax=one_axis()),
        "DiDResults.pooled": Call(have["DiDResults"].pooled, first=0, last=1, level=0.9),
        "DiDResults.pretrends": Call(have["DiDResults"].pretrends),
        "DiDResults.summary": Call(have["DiDResults"].summary, level=0.9),
        "PlugIn": Call(p.PlugIn, draws=20),
        "Instrument": Call(p.Instrument, series=instrument.series, units="u", measures="m", assumption="a", fails="f",
                           source="s", episodes={"e": (instrument.series.index[3],)}),
        "Instrument.group": Call(instrument.group, star_names=(next(iter(instrument.episodes)),)),
        "Instrument.leave_one_out": Call(instrument.leave_one_out),
        "Instrument.placebo": Call(custody.placebo, outcome=level, at=[weeks.index[10]], horizons=(0, 1)),
        "Instrument.residual": Call(instrument.residual, drivers=monthly(d=noise(120, seed=15)), lags=1),
        "GranularElasticities.aggregate": Call(demand.aggregate, level=0.9),
        "GranularElasticities.multiplier": Call(demand.multiplier, level=0.9),
        "GranularInstrument.group": Call(have["GranularInstrument"].group, star_holders=("u", "v")),
        "GranularInstrument.largest": Call(have["GranularInstrument"].largest, count=5),
        "GranularInstrument.leave_one_out": Call(have["GranularInstrument"].leave_one_out),
        "GranularInstrument.sign_check": Call(have["GranularInstrument"].sign_check,
                                              expected={(str(MONTHS[3]), "u"): "+"}),
        "PanelResults.drawn": Call(have["PanelResults"].drawn, bootstrap=PlugIn(draws=9), rng=1),
        "PanelResults.first_stage": Call(panel_iv.first_stage, horizon=0),
        "PanelResults.read": Call(have["PanelResults"].read, cells=cells),
        "PanelResults.reduced_form": Call(panel_iv.reduced_form, horizon=0),
        "PanelResults.robust_region": Call(panel_iv.robust_region, response="y", horizon=0, level=0.9),
        "PanelResults.robust_set": Call(panel_iv.robust_set, horizon=0, level=0.9),
        "PanelResults.summary": Call(have["PanelResults"].summary, level=0.9),
        "PanelResults.weak_iv_set": Call(panel_iv.weak_iv_set, response="y", horizon=1, level=0.9),
        "PanelResults.plot": Call(have["PanelResults"].plot, levels=0.9, ax=one_axis()),
        "PanelResults.plot_weak_iv_set": Call(panel_iv.plot_weak_iv_set, response="y", horizon=1, levels=0.9,
                                              ax=one_axis()),
        "PanelResults.wild_cluster": Call(have["PanelResults"].wild_cluster, horizon=0, null=0.0, draws=19, rng=1),
        "PanelResults.wild_cluster_set": Call(have["PanelResults"].wild_cluster_set, horizon=0, level=0.5, draws=19,
                                              rng=1),
        "PathProjection": Call(p.PathProjection, model=model, method="kernel", bandwidth=20.0, controls="local"),
        "PathProjection.fit": Call(have["PathProjection"].fit, horizon=1, cov="hac", bandwidth=1),
        "PathResults.at": Call(by_date.at, date=late, response="y", shock="x", horizon=1, level=0.9),
        "PathResults.contrast": Call(by_date.contrast, first=early, second=late, response="y", shock="x", horizon=1),
        "PathResults.contrast_p_value": Call(by_date.contrast_p_value, first=early, second=late, response="y",
                                             shock="x", horizon=1),
        "PathResults.irf": Call(by_date.irf, date=late),
        "PathResults.path": Call(by_date.path, horizon=1, response="y", shock="x", level=0.9),
        "PathResults.stability": Call(by_date.stability),
        "PathResults.variation": Call(by_date.variation),
        "ProjectionResults.at_modifier": Call(moved.at_modifier, value=1.0),
        "ProjectionResults.modified_set": Call(moved.modified_set, response="y", horizon=0, value=1.0, level=0.9),
        "ProjectionResults.first_stage": Call(iv.first_stage, horizon=0, bias=0.1, size=0.05),
        "ProjectionResults.read": Call(have["ProjectionResults"].read, cells=cells),
        "ProjectionResults.reduced_form": Call(iv.reduced_form, response="y", horizon=0),
        "ProjectionResults.robust_region": Call(iv.robust_region, response="y", horizon=0, level=0.9),
        "ProjectionResults.robust_set": Call(iv.robust_set, response="y", horizon=0, level=0.9),
        "ProjectionResults.summary": Call(have["ProjectionResults"].summary, level=0.9),
        "ProjectionResults.weak_iv_set": Call(iv.weak_iv_set, response="y", horizon=1, level=0.9),
        "ProjectionResults.plot": Call(have["ProjectionResults"].plot, levels=0.9, response="y", shock="x",
                                       ax=one_axis()),
        "ProjectionResults.plot_weak_iv_set": Call(iv.plot_weak_iv_set, response="y", horizon=1, levels=0.9,
                                                   ax=one_axis()),
        "average": Call(p.average, projection=both, autoregression=irf.shock("x").scale(1.0, response="x"), weight=0.5),
        "balance": Call(p.balance, instrument=instrument.series, past=monthly(d=noise(120, seed=15)), lags=1),
        "bias_corrected": Call(p.bias_corrected, results=model.fit(2)),
        "credentials": Call(p.credentials, instrument=instrument, outcome=frame["y"].iloc[1:], endogenous=endogenous,
                            lags=1, cov="hc1"),
        "custody_instrument": Call(p.custody_instrument, custody=weeks, debt=12_000.0, scale=100.0),
        "granular_elasticities": Call(p.granular_elasticities, quantities=quantities, price=price, sizes=sizes,
                                      start=1.0),
        "granular_instrument": Call(p.granular_instrument, flows=flows, sizes=flows.abs() + 1.0, factors=1),
        "intervention_instrument": Call(p.intervention_instrument, index=MONTHS,
                                        amounts=pd.Series([1.0, 2.0], MONTHS[[3, 50]].to_timestamp()), scale=1.0),
        "overidentification": Call(p.overidentification, form=infer_room()["reduced_form"]()),
        "reaction_controls": Call(p.reaction_controls, series=frame["cn"], drivers=frame[["y"]], lags=1),
        "reserve_losses": Call(p.reserve_losses, reserves=stock, dollar=pd.Series(np.exp(0.1 * noise(60)), months),
                               other_currencies=0.3),
        "smooth": Call(p.smooth, results=have["ProjectionResults"], penalty=1.0, polynomial=2),
    }  # fmt: skip


def demand_of():
    from surface.instances import _clearing

    return _clearing()


def report_room():
    r, have = report, instances()
    table, figure, exhibit, irf = have["Table"], have["Figure"], have["Exhibit"], reduced()[3]
    return {
        "Choices": Call(Chosen, lags=3),
        "Choices.changed": Call(Chosen().changed, field="lags", value=3),
        "Choices.check": Call(Chosen().check),
        "Exhibit": Call(r.Exhibit, key="claims", title="t", numbers={"n": 1.0}, tables={"a": table},
                        figures={"f": figure}),
        "Exhibit.compare": Call(exhibit.compare, other=exhibit),
        "Exhibit.stem": Call(exhibit.stem, name="a"),
        "Exhibit.to_json": Call(exhibit.to_json),
        "Exhibit.trace": Call(exhibit.trace, number="n"),
        "Figure": Call(r.Figure, data=pd.DataFrame({"y": [1.0, 2.0]}), draw=drawn, width=6.5, height=3.4),
        "Figure.both": Call(figure.both),
        "Figure.pdf": Call(figure.pdf),
        "Figure.plot": Call(figure.plot),
        "Figure.svg": Call(figure.svg),
        "Figure.to_csv": Call(figure.to_csv),
        "Panel": Call(r.Panel, title="p"),
        "Row": Call(r.Row, label="r", cells=[1.0, 2.0], decimals=2),
        "Run.table": Call(have["Run"].table),
        "Table": Call(r.Table, columns=["a"], rows=[Row("r", [1.0])], notes=("n",), decimals=2),
        "Table.all_notes": Call(table.all_notes),
        "Table.decimals_of": Call(table.decimals_of, row=table.body[0]),
        "Table.from_frame": Call(r.Table.from_frame, frame=pd.DataFrame({"a": [1.0]}), stub="s", decimals=2),
        "Table.lines": Call(table.lines),
        "Table.records": Call(table.records),
        "Table.to_csv": Call(table.to_csv),
        "Table.to_html": Call(table.to_html),
        "Table.to_frame": Call(table.to_frame),
        "Table.to_latex": Call(table.to_latex),
        "Table.to_markdown": Call(table.to_markdown),
        "Table.to_typst": Call(table.to_typst),
        "choices_of": Call(r.choices_of, spec=Chosen()),
        "recorded": Call(r.recorded, result=lambda spec: exhibit),
        "render": Call(r.render, value=1.5, fmt="value"),
        "trace": Call(r.trace, value=irf),
        "ConfidenceSet": Call(econ.ConfidenceSet, intervals=((0.0, 1.0), (2.0, 3.0)), level=0.9),
        "Estimate.confidence_set": Call(have["Bounds"].parents[0].confidence_set),
        "Estimate.deciding_set": Call(have["Bounds"].parents[0].deciding_set),
        "ConfidenceSet.scaled": Call(have["ConfidenceSet"].scaled, by=-2.0),
        "Estimate.scaled": Call(have["Bounds"].parents[0].scaled, by=-2.0, units="bp"),
        "ConfidenceSet.shifted": Call(have["ConfidenceSet"].shifted, by=1.0),
        "Estimate": Call(econ.Estimate, value=1.0, std_error=0.5, lower=0.0, upper=2.0, level=0.9, units="bp",
                         label="x", nobs=10),
        "Unavailable": Call(econ.Unavailable, reason="no draws"),
    }  # fmt: skip


@cache
def one_axis():
    """Axes to draw on: a page of its own costs more than what is drawn."""
    from matplotlib.figure import Figure

    return Figure().subplots()


def responses_room():
    irf, boot = reduced()[3], {"generator": np.random.default_rng(1), "size": 3, "periods": 30}
    cells, q = [Cell(0, "y", "x"), Cell(1, "y", "x")], responses
    return {
        "IRF": Call(econ.IRF, point=np.ones((3, 1, 1)), responses=("y",), shocks=("x",), draws=np.ones((5, 3, 1, 1)),
                    std_errors=np.ones((3, 1, 1)), units={"y": "bp"}, nobs=100),
        "IRF.at": Call(irf.at, horizon=2, response="y", shock="x", level=0.9),
        "IRF.band": Call(irf.band, level=0.9, kind="pointwise"),
        "IRF.cumulate": Call(irf.cumulate, only=("y",)),
        "IRF.flip": Call(irf.flip, shock="x"),
        "IRF.rename_shocks": Call(irf.rename_shocks, names={"x": "sale"}),
        "IRF.difference": Call(irf.difference, first=(0, "y", "x"), second=(1, "y", "x"), level=0.9),
        "IRF.joint_draws": Call(irf.joint_draws, what="x"),
        "IRF.peak": Call(irf.peak, response="y", shock="x", level=0.9),
        "IRF.plot": Call(irf.plot, levels=0.9, response="y", shock="x"),
        "IRF.summary": Call(irf.summary, level=0.9),
        "Shown.summary": Call(reduced()[1].summary, level=0.9),
        "compare": Call(econ.compare, star_results=(reduced()[1], reduced()[1]), names=("a", "b"), level=0.9,
                        below="se"),
        "plot_responses": Call(econ.plot_responses, results={"a": irf, "b": irf}, levels=0.9, response="y", shock="x",
                               ax=one_axis()),
        "IRF.ratio": Call(irf.ratio, numerator=(1, "y", "x"), denominator=(0, "x", "x"), level=0.9),
        "IRF.read": Call(irf.read, cells=cells),
        "IRF.scale": Call(irf.scale, to=1.0, response="x", horizon=0, shock="x"),
        "IRF.shock": Call(irf.shock, name="x"),
        "IRF.to_frame": Call(irf.to_frame, level=0.9, kind="pointwise"),
        "Cell": Call(q.Cell, horizon=0, response="y", shock="x"),
        "Reading.turned": Call(irf.read(cells).turned, turn=np.eye(2)),
        "MovingBlock": Call(q.MovingBlock, draws=20, length=3, unstable="redraw"),
        "MovingBlock.block_length": Call(MovingBlock().block_length, periods=100),
        "MovingBlock.resample": Call(MovingBlock().resample, **boot),
        "Residual": Call(q.Residual, draws=20, unstable="redraw"),
        "Residual.resample": Call(q.Residual().resample, **boot),
        "Wild": Call(q.Wild, draws=20, unstable="redraw"),
        "Wild.resample": Call(q.Wild().resample, **boot),
    }  # fmt: skip


def multiverse_room():
    m, have = multiverse, instances()
    curve, results, linear = have["SpecificationCurve"], have["SpecificationCurveResults"], have["LinearSpecification"]
    shift, null = have["NullPlan"], noise(30, 4, seed=16)
    theirs = {"theirs": econ.Estimate(1.0, 1.0, 0.0, 2.0)}
    axes = {"lags": [0, 1, 2], "sample": ["all", "late"]}
    months = pd.period_range("2000-01", periods=120, freq="M").asi8
    return {
        "Rule": Call(m.Rule, name="r", when={"lags": "1"}, reason="why"),
        "Rule.covers": Call(have["Rule"].covers, labels={"lags": "1", "sample": "all"}),
        "Same": Call(m.Same, axis="lags", when={"sample": "all"}, reason="why"),
        "Same.covers": Call(have["Same"].covers, labels={"lags": "1", "sample": "all"}),
        "SpecificationCurve": Call(m.SpecificationCurve, base=specified, choices=axes,
                                   exclude=[have["Rule"]], same=[]),
        "SpecificationCurve.run": Call(curve.run, rng=1),
        "SpecificationCurveResults.beside": Call(results.beside, literature=theirs),
        "SpecificationCurveResults.decompose": Call(results.decompose),
        "SpecificationCurveResults.joint": Call(results.joint, draws=9, rng=1, scheme="blocks", length=6, size=0.05),
        "SpecificationCurveResults.plot": Call(results.plot, literature=theirs),
        "SpecificationCurveResults.summary": Call(results.summary),
        "SpecificationCurveResults.to_frame": Call(results.to_frame),
        "SpecificationCurveResults.tree": Call(results.tree, depth=2, least=1),
        "ChoiceTree.to_frame": Call(have["ChoiceTree"].to_frame),
        "LinearSpecification": Call(m.LinearSpecification, outcome=linear.outcome, regressor=linear.regressor,
                                    controls=linear.controls, lags=1, sample=("2001-01", "2009-12"),
                                    weights=linear.regressor.abs() + 1.0, instrument=linear.regressor, cov="hac",
                                    bandwidth=3, level=0.9, units="bp", label="impact"),
        "LinearSpecification.estimate": Call(linear.estimate),
        "LinearSpecification.null_draws": Call(linear.null_draws, plan=shift),
        "NullPlan": Call(m.NullPlan, scheme="blocks", first=0, last=99, draws=9, length=4,
                         seed=np.random.SeedSequence(1)),
        "NullPlan.within": Call(shift.within, positions=months),
        "joint_inference": Call(m.joint_inference, values=null[0], scores=null[1], null_values=null, null_scores=null,
                                size=0.05, scheme="mine"),
    }  # fmt: skip


def simulate_room():
    s, have = simulate, instances()
    design = TreasuryMarket()
    return {
        "Holder": Call(s.Holder, name="china", share=0.1, elasticity=0.001, habitat=(0.6, 0.3, 0.1), surprise=1.0),
        "Shock": Call(s.Shock, name="s", std=1.0, persistence=0.5, loads={"yield_10y": 1.0}),
        "Regime": Call(s.Regime, share=0.5, scale={"s": 2.0}),
        "Faults": Call(s.Faults, custody=0.1, custody_noise=0.01, publication_lag=1),
        "Faults.archive": Call(s.Faults.archive),
        "Faults.imputed_months": Call(s.Faults(imputed=0.2).imputed_months, periods=20),
        "TreasuryMarket": Call(TreasuryMarket, impact=-15.0, offset=0.3),
        "TreasuryMarket.covariance": Call(design.covariance, lag=1),
        "TreasuryMarket.holder": Call(design.holder, name="china"),
        "TreasuryMarket.only": Call(design.only, star_names=(design.shock_names[0],)),
        "TreasuryMarket.samples": Call(design.samples, size=2, periods=30, rng=1, frequency="M"),
        "TreasuryMarket.shock_number": Call(design.shock_number, name=design.shock_names[0]),
        "OperationMarket": Call(s.OperationMarket, impact=2.0, lasting=0.5, decay=0.8, lean=0.1, load=1.0, share=0.1,
                                campaign=5.0, noise=4.0),
        "OperationMarket.response": Call(have["OperationMarket"].response, horizon=3),
        "OperationMarket.simulate": Call(have["OperationMarket"].simulate, days=200, rng=1),
        "OperationSample.truth": Call(have["OperationSample"].truth, horizon=3),
        "DailyFaults": Call(s.DailyFaults, answer=0.01, yen=0.5, crowded=0.5, unlike=0.3, risk=0.2, misplaced=0.1,
                            direct=0.001),
        "DailyMarket": Call(s.DailyMarket, impact=20.0, leaning=0.002, lasting=0.5, decay=0.8, noise=5.0,
                            news_factor=2.0, flow=0.2, common=0.4, holders=6, squares=3.0, campaigns=20, length=5,
                            spread=0.5, yen_correlation=0.3, faults=s.DailyFaults()),
        "DailySample.operation": Call(have["DailySample"].operation, horizon=2),
        "DailySamples.impacts": Call(have["DailySamples"].impacts, level=0.90),
        "DailyMarket.response": Call(have["DailyMarket"].response, horizon=3),
        "DailyMarket.samples": Call(have["DailyMarket"].samples, size=2, months=24, rng=1),
        "DailyMarket.scheduled": Call(have["DailyMarket"].scheduled, months=24),
        "daily_truths": Call(s.daily_truths, impacts=(15.0,), periods=(60,), faults={"none": s.DailyFaults()}),
        "TreasuryMarket.simulate": Call(design.simulate, periods=30, rng=1, frequency="M"),
        "Truth.impact_of": Call(have["Truth"].impact_of, shock=design.shock_names[0]),
        "Truth.irf": Call(have["Truth"].irf, horizon=3),
        "Truths": Call(s.Truths, market=design, impacts=(0.0, -5.0), offsets=(0.5,), periods=(60,),
                       faults={"none": s.Faults()}),
        "Estimator": Call(s.Estimator, name="mine", estimate=s.ESTIMATORS["ols_flows"].estimate, target="impact"),
        "Estimator.check": Call(have["Estimator"].check, market=design),
        "Estimator.truth": Call(have["Estimator"].truth, market=design),
        "Sample.multiplier": Call(have["Sample"].multiplier, response="yield_change", impulse="china_net_purchases",
                                  instrument="china_net_purchases", further=("seller_news",)),
        "Sample.recursive": Call(have["Sample"].recursive, first="china_net_purchases"),
        "Samples.column": Call(have["Samples"].column, name=design.columns[0]),
        "Samples.columns": Call(have["Samples"].columns, number=1),
        "Samples.country_flows": Call(have["Samples"].country_flows),
        "Samples.dataset": Call(have["Samples"].dataset, number=1),
        "Samples.truth": Call(have["Samples"].truth, number=1),
        "Tournament.broken": Call(have["Tournament"].broken, tolerance=0.05),
        "Tournament.believable": Call(have["Tournament"].believable, tolerance=0.05),
        "Tournament.power": Call(have["Tournament"].power, estimator="oracle", offset=0.3),
        "moments_table": Call(s.moments_table, market=design),
        "offset_truths": Call(s.offset_truths, impacts=(-15.0,), periods=(60,), faults={"none": s.Faults()}),
        "recursive_bias": Call(s.recursive_bias, market=design, horizon=2),
        "tournament": Call(s.tournament, design=design, estimators=["oracle"], replications=2, rng=1, draws=9,
                           level=0.9, block=2),
        "with_supply_shocks": Call(s.with_supply_shocks, market=design, size=3.0, reaction=-0.1),
    }  # fmt: skip


def var_room():
    return {**_reduced_forms(), **_factors(), **_schemes(), **_structures(), **_varying()}


def _elasticities():
    """Supply and demand with priors."""
    have, (data, *_) = instances(), reduced()
    prior, fit, draws = have["ElasticityPrior"], have["SupplyDemandResults"], have["SupplyDemandDraws"]
    extra = data.frame.assign(z=noise(len(data.frame)))
    return {
        "ElasticityPrior": Call(varroom.ElasticityPrior, family="t", location=1.0, scale=0.5, df=4.0, lower=0.0,
                                upper=9.0),
        "ElasticityPrior.draw": Call(prior.draw, size=5, rng=1),
        "ElasticityPrior.logpdf": Call(prior.logpdf, values=np.array([0.5, 1.0])),
        "ElasticityPrior.probability": Call(prior.probability, lower=np.array([0.5, 1.0]), upper=np.array([2.0, 3.0])),
        "ElasticityPrior.quantile": Call(prior.quantile, probabilities=np.array([0.1, 0.5])),
        "SupplyDemand": Call(varroom.SupplyDemand, data=extra, change="x", flow="y", impact=prior, leaning=prior,
                             lags=1, controls=("z",), tightness=0.5, shape=2.0, scales=(1.0, 1.0), news=(0.5, 0.2)),
        "SupplyDemand.fit": Call(have["SupplyDemand"].fit),
        "SupplyDemand.sample": Call(have["SupplyDemand"].sample, draws=9, rng=1),
        "SupplyDemandResults.density": Call(fit.density, name="impact"),
        "SupplyDemandResults.impact": Call(fit.impact, level=0.9, kind="highest-density"),
        "SupplyDemandResults.leaning": Call(fit.leaning, level=0.9, kind="equal-tailed"),
        "SupplyDemandResults.learning": Call(fit.learning),
        "SupplyDemandResults.plot": Call(fit.plot),
        "SupplyDemandResults.probability": Call(fit.probability, name="impact", above=0.5),
        "SupplyDemandResults.ridge": Call(fit.ridge, leaning=0.5),
        "SupplyDemandResults.summary": Call(fit.summary, level=0.9),
        "SupplyDemandDraws.probability": Call(draws.probability, name="impact", above=0.5),
        "SupplyDemandDraws.summary": Call(draws.summary, level=0.9),
    }  # fmt: skip


def _varying():
    """VARs that change over time."""
    v, have = varroom, instances()
    fit, svar, data = have["TimeVaryingVARResults"], have["VaryingStructural"], have["KernelVAR"].var.parent
    early, late = fit.dates[2], [fit.dates[5]]
    outside = pd.DataFrame({"z": noise(len(data.frame), seed=8)}, index=data.frame.index)
    cells = {"response": "y", "shock": "x", "per": "x", "level": 0.9}
    return {
        "DriftPrior": Call(v.DriftPrior, k_q=0.01, k_s=0.1, k_w=0.01, spread=4.0),
        "KernelVAR": Call(v.KernelVAR, data=data, lags=1, trend="c", exog=outside, bandwidth=20.0),
        "KernelVAR.fit": Call(have["KernelVAR"].fit, draws=5, rng=1),
        "TimeVaryingVAR": Call(v.TimeVaryingVAR, data=data, lags=1, trend="c", exog=outside, training=20,
                               prior=have["DriftPrior"], form="structural", explosive="reject"),
        "TimeVaryingVAR.fit": Call(have["TimeVaryingVAR"].fit, draws=2, rng=1, burn=0, thin=1, chains=1,
                                   backend="threading"),
        "TimeVaryingVARResults.convergence": Call(fit.convergence),
        "TimeVaryingVARResults.drift": Call(fit.drift, level=0.9),
        "VaryingResults.coefficient": Call(fit.coefficient, equation="y", name="L1.x", level=0.9),
        "VaryingResults.coefficients": Call(fit.coefficients, date=early),
        "VaryingResults.covariance": Call(fit.covariance, date=early),
        "VaryingResults.identify": Call(fit.identify, scheme=Cholesky("x", "y"), rng=1),
        "VaryingResults.volatility": Call(fit.volatility, variable="y", level=0.9),
        "VaryingStructural.contrast": Call(svar.contrast, first=early, second=late, horizon=1, **cells),
        "VaryingStructural.impact": Call(svar.impact, date=early),
        "VaryingStructural.irf": Call(svar.irf, horizon=1, date=early),
        "VaryingStructural.path": Call(svar.path, horizon=1, dates=late, cumulated=True, **cells),
    }  # fmt: skip


def _frequencies():
    """Series of unlike frequency."""
    v, have = varroom, instances()
    model, fit, values = (have[name] for name in ("MixedFrequencyVAR", "MixedFrequencyResults", "LatentValues"))
    made, scored = have["Nowcast"], have["NowcastEvaluation"]
    tables = {table.frequency: table.frame for table in model.tables}
    return {
        "MixedFrequencyVAR": Call(v.MixedFrequencyVAR, data=tables, lags=1, trend="c", aggregation={"y": "sum"},
                                  prior=Minnesota(0.2)),
        "MixedFrequencyVAR.fit": Call(model.fit, draws=8, burn=1, rng=1),
        "MixedFrequencyResults.latent": Call(fit.latent, variable="y", own=True),
        "MixedFrequencyResults.missing": Call(fit.missing, level=0.9),
        "MixedFrequencyResults.nowcast": Call(fit.nowcast, variable="y", date="1998Q2", as_of="1998-05-20",
                                              delays={"y": 45}, rng=1),
        "MixedFrequencyResults.diagnostics": Call(fit.diagnostics, lags=2),
        "MixedFrequencyResults.volatility": Call(fit.volatility, level=0.9),
        "LatentValues.at": Call(values.at, date="1995Q2", level=0.9),
        "LatentValues.quantile": Call(values.quantile, probability=0.5),
        "LatentValues.summary": Call(values.summary, level=0.9),
        "Nowcast.estimate": Call(made.estimate, level=0.9),
        "Nowcast.score": Call(made.score, actual=0.5, level=0.9),
        "NowcastEvaluation.summary": Call(scored.summary, relative_to="mean"),
        "pseudo_real_time": Call(v.pseudo_real_time, model=model, variable="y", start="1999Q4", end="1999Q4",
                                 delays={"y": 45}, prints=pd.Series([1.0], pd.PeriodIndex(["1999Q4"], freq="Q")),
                                 ahead=1, refit=1, draws=10, burn=1, level=0.9, rng=1),
    }  # fmt: skip


def _reduced_forms():
    v, have, (data, fit, _, _) = varroom, instances(), reduced()
    model, posterior = VAR(data, lags=1), have["BayesianVARResults"]
    return {
        "VAR": Call(VAR, data=data.frame, lags="bic", trend="c", max_lags=3, seasonal=True, outliers=("1995-01",)),
        "VAR.known_terms": Call(model.known_terms, index=data.frame.index[1:], first=2),
        "VAR.design": Call(model.design, lags=1),
        "VAR.fit": Call(model.fit),
        "VAR.free": Call(model.free, lags=1),
        "VAR.on_common_sample": Call(model.on_common_sample, max_lags=2),
        "VAR.regressors": Call(model.regressors, lags=1),
        "VAR.term_values": Call(model.term_values, lags=1),
        "VARResults.bias_corrected": Call(fit.bias_corrected),
        "VARResults.bootstrap": Call(fit.bootstrap, bootstrap=MovingBlock(draws=9), rng=1),
        "VARResults.diagnostics": Call(fit.diagnostics, lags=4, bootstrap=Residual(draws=9), rng=1),
        "VARResults.forecast": Call(fit.forecast, steps=2, level=0.9, conditions={"y": [0.5, 0.5]},
                                    uncertainty={"y": [0.1, 0.0]}),
        "VARResults.predictive": Call(fit.predictive, steps=2, draws=9, rng=1,
                                      bounds={"x": np.array([[-1.0, -9.0], [9.0, 9.0]])}),
        "VARResults.granger": Call(fit.granger, caused="y", causing="x"),
        "VARResults.identify": Call(fit.identify, scheme=Cholesky("x", "y")),
        "BayesianVAR": Call(BayesianVAR, data=data.frame, lags=1, prior=Minnesota(0.2), outliers=("1995-01",)),
        "BayesianVAR.fit": Call(have["BayesianVAR"].fit, draws=9, rng=1),
        "BayesianVARResults.bias_corrected": Call(posterior.bias_corrected),
        "BayesianVARResults.bootstrap": Call(posterior.bootstrap, bootstrap=MovingBlock(draws=9), rng=1),
        "BayesianVARResults.granger": Call(posterior.granger, caused="y", causing="x"),
        "BayesianVARResults.plot": Call(BayesianVAR(data, lags=1).fit(draws=20, rng=1).plot),
        "BayesianVARResults.summary": Call(posterior.summary, level=0.9),
        "BayesianVARResults.volatility": Call(have["common volatility"].volatility, level=0.9),
        "AsymmetricMinnesota": Call(v.AsymmetricMinnesota, own=0.3, cross=None, decay=1.0, choose="maximum",
                                    own_lag=1.0),
        "AsymmetricMinnesota.observations": Call(have["AsymmetricMinnesota"].observations, model=model, lags=1),
        "Minnesota": Call(Minnesota, tightness=0.2, decay=1.0, sum_of_coefficients=1.0, initial_observation=1.0,
                          own_lag=1.0),
        "Minnesota.observations": Call(Minnesota(0.2).observations, model=model, lags=1),
        "CommonVolatility": Call(v.CommonVolatility, burn_in=5, thin=1),
        "OutlierScaling": Call(v.OutlierScaling, start="1995-01"),
        "OutlierScaling.position": Call(v.OutlierScaling("1995-01").position, index=data.frame.index),
        "OutlierScaling.weights": Call(v.OutlierScaling.weights, values=np.array([[2.0, 2.0, 2.0, 0.5]]), periods=8),
        **_elasticities(),
        **_cointegrated(),
        **_frequencies(),
        "lag_order": Call(v.lag_order, data=data.frame, max_lags=3, trend="c", seasonal=True, outliers=("1995-01",)),
        "sup_f": Call(v.sup_f, fit=fit, equation="x", rng=1, draws=9, trim=0.15),
        "instantaneous": Call(v.instantaneous, fit=fit, causing="x"),
        "generalised_irf": Call(v.generalised_irf, fit=fit, horizon=2),
    }  # fmt: skip


def _cointegrated():
    v, have = varroom, instances()
    model, fit, var, tests = (have[each] for each in ("VECM", "VECMResults", "CointegratedVARResults", "RankTests"))
    lasting, zeros = have["PermanentTransitory"], have["SVEC"]
    frame = model.parent.frame
    spread = fit.vectors({"spread": {"x": 1.0, "y": -1.0}})
    return {
        "VECM": Call(v.VECM, data=frame, lags="bic", rank="trace", deterministic="constant", normalise=["x"],
                     max_lags=3, size=0.5),
        "VECM.cointegration_tests": Call(model.cointegration_tests, correction="reinsel-ahn"),
        "VECM.fit": Call(model.fit),
        "VECM.layout": Call(model.layout, lags=1),
        "VECM.outside": Call(model.outside, lags=2),
        "VECMResults.diagnostics": Call(fit.diagnostics, lags=4, bootstrap=Residual(draws=9), rng=1),
        "VECMResults.forecast": Call(fit.forecast, steps=2, level=0.9),
        "VECMResults.identify": Call(fit.identify, scheme=Cholesky("x", "y")),
        "VECMResults.restrict": Call(fit.restrict, known=spread, exogenous="y"),
        "VECMResults.to_var": Call(fit.to_var),
        "VECMResults.vectors": Call(fit.vectors, vectors={"spread": {"x": 1.0, "y": -1.0}}),
        "CointegratedVARResults.bias_corrected": Call(var.bias_corrected),
        "CointegratedVARResults.granger": Call(var.granger, caused="y", causing="x"),
        "RankTests.bootstrap": Call(tests.bootstrap, bootstrap=Residual(draws=9), rng=1),
        "RankTests.rank": Call(tests.rank, test="trace", size=0.05),
        "PermanentTransitory": Call(v.PermanentTransitory, permanent="x", transitory="y"),
        "PermanentTransitory.identify": Call(lasting.identify, fit=var),
        "PermanentTransitory.impact_batch": Call(lasting.impact_batch, draws=var.as_draws),
        "SVEC": Call(v.SVEC, long_run={"y": ["x", "y"]}, shocks=["x", "y"]),
        "SVEC.excess": Call(zeros.excess, fit=var),
        "SVEC.identify": Call(zeros.identify, fit=var),
        "SVEC.impact_batch": Call(zeros.impact_batch, draws=var.as_draws),
        "SVEC.names": Call(zeros.names, fit=var),
    }  # fmt: skip


def _schemes():
    v, have, (data, fit, _, _) = varroom, instances(), reduced()
    fat, draws = have["by NonGaussian"].parent, fit.as_draws
    rows = np.arange(fit.nobs)
    garch, mixed = have["by ChangingVolatility"], have["Heteroskedasticity"]
    proxy, signs = have["Proxy"], have["SignRestrictions"]
    dates = data.frame.index
    calls = {
        "Cholesky": Call(Cholesky, star_order=("x", "y")),
        "LongRun": Call(v.LongRun, star_order=("x", "y")),
        "MaxShare": Call(v.MaxShare, target="y", horizon=(0, 4)),
        "Proxy": Call(Proxy, instruments=proxy.instruments, shock="x", normalise="x"),
        "Proxy.aligned": Call(proxy.aligned, fit=fit),
        "Proxy.redrawn": Call(proxy.redrawn, fit=fit, rows=rows),
        "Proxy.target": Call(proxy.target, fit=fit),
        "Heteroskedasticity": Call(Heteroskedasticity, regimes=mixed.regimes, method="moments"),
        "Heteroskedasticity.codes": Call(mixed.codes, fit=fat),
        "Heteroskedasticity.estimate": Call(mixed.estimate, draws=fat.as_draws),
        "NonGaussian": Call(v.NonGaussian, method="ica", size=0.05),
        "ChangingVolatility": Call(v.ChangingVolatility, model="garch"),
        "ChangingVolatility.explanation": Call(garch.scheme.explanation, fit=fat, squares=garch.shocks.to_numpy() ** 2),
        "ChangingVolatility.redrawn": Call(garch.scheme.redrawn, fit=fat, rows=np.arange(fat.nobs)),
        "ChangingVolatility.variances": Call(garch.scheme.variances, fit=fat, shocks=garch.shocks.to_numpy()),
        "SignRestrictions": Call(v.SignRestrictions, restrictions={"x": {"x": "+"}}, draws=5),
        "SignRestrictions.identify": Call(signs.identify, fit=fit, rng=1),
        "SignRestrictions.placed": Call(signs.placed, fit=fit),
        "SignRestrictions.robust_bounds": Call(signs.robust_bounds, fit=fit, horizon=1, rng=1, draws=2),
        "ShockSign": Call(v.ShockSign, shock="x", date="1995-01", sign="+"),
        "ShockContribution": Call(v.ShockContribution, shock="x", variable="y", start="1995-01", end="1995-03"),
        "OwnShocks.impact_batch": Call(have["OwnShocks"].impact_batch, draws=draws),
        "OwnShocks.redrawn": Call(have["OwnShocks"].redrawn, fit=fit, rows=rows),
    }  # fmt: skip
    for name in ("Cholesky", "LongRun", "MaxShare", "Proxy", "Heteroskedasticity", "NonGaussian", "ChangingVolatility"):
        own = fat if name in ("Heteroskedasticity", "NonGaussian", "ChangingVolatility") else fit
        calls[f"{name}.identify"] = Call(have[name].identify, fit=own)
        calls[f"{name}.impact_batch"] = Call(have[name].impact_batch, draws=own.as_draws)
    assert len(dates) == 120
    return calls


def _factors():
    """A VAR with the factors of a panel."""
    have = instances()
    model, fit, svar = (have[f"FactorAugmented{name}"] for name in ("VAR", "Results", "Structural"))
    return {
        "factor_number": Call(varroom.factor_number, panel=model.used, max_factors=3),
        "FactorAugmentedVAR": Call(varroom.FactorAugmentedVAR, data=model.parent.frame, panel=model.used, factors="ic1",
                                   lags=1, trend="c", slow=("p1", "p2"), max_factors=1),
        "FactorAugmentedVAR.fit": Call(model.fit),
        "FactorAugmentedVAR.number": Call(model.number),
        "FactorAugmentedResults.forecast": Call(fit.forecast, steps=2, level=0.9),
        "FactorAugmentedResults.identify": Call(fit.identify, scheme=Cholesky("factor_1", "y")),
        "FactorAugmentedStructural.flip": Call(svar.flip, shock="y"),
        "FactorAugmentedStructural.rename_shocks": Call(svar.rename_shocks, names={"y": "policy"}),
        "FactorAugmentedStructural.fevd": Call(svar.fevd, horizon=2),
        "FactorAugmentedStructural.irf": Call(svar.irf, horizon=2, bootstrap=MovingBlock(draws=9), rng=1,
                                              responses=("p1", "y")),
    }  # fmt: skip


def _structures():
    v, have, (_, fit, svar, irf) = varroom, instances(), reduced()
    boot = {"bootstrap": MovingBlock(draws=9), "rng": 1}
    signed, bounds = have["by SignRestrictions"], have["RobustBounds"]
    labelled = have["by NonGaussian"]
    return {
        "ChangingVolatilityResults.tests": Call(have["by ChangingVolatility"].tests),
        "HeteroskedasticityResults.tests": Call(have["by Heteroskedasticity"].tests, draws=19, rng=1),
        "NonGaussianResults.tests": Call(labelled.tests),
        "LabelledResults.label_stability": Call(labelled.label_stability, **boot),
        "ProxyResults.robust_region": Call(have["by Proxy"].robust_region, response="y", horizon=0, level=0.9),
        "ProxyResults.weak_iv_set": Call(have["by Proxy"].weak_iv_set, response="y", horizon=1, level=0.9),
        "StructuralResults.flip": Call(svar.flip, shock="x"),
        "StructuralResults.rename_shocks": Call(svar.rename_shocks, names={"x": "sale"}),
        "StructuralResults.fevd": Call(svar.fevd, horizon=2, level=0.9, kind="pointwise", **boot),
        "StructuralResults.forecast": Call(svar.forecast, steps=2, conditions={"y": [0.5, 0.5]}, level=0.9),
        "StructuralResults.from_point": Call(v.StructuralResults.from_point, fit=fit, scheme=Cholesky("x", "y"),
                                             shock_names=("x", "y")),
        "StructuralResults.historical_decomposition": Call(svar.historical_decomposition, level=0.9, **boot),
        "StructuralResults.irf": Call(svar.irf, horizon=2, **boot),
        "StructuralResults.read_draws": Call(svar.read_draws, read=lambda draws, impact: impact, **boot),
        "StructuralResults.read_own": Call(svar.read_own, read=lambda draws, impact: impact),
        "SetIdentified.fevd_draws": Call(signed.fevd_draws, horizon=2),
        "SetIdentified.historical_decomposition_draws": Call(signed.historical_decomposition_draws),
        "RobustBounds.credible_region": Call(bounds.credible_region, level=0.9),
        "RobustBounds.to_frame": Call(bounds.to_frame, level=0.9),
        "RobustBounds.plot": Call(bounds.plot, levels=0.9, response="y", ax=one_axis()),
        "SetIdentified.robust_bounds": Call(signed.robust_bounds, horizon=1, rng=1, draws=2),
        "Scenario.plot": Call(have["Scenario"].plot, variable="y", history=9, ax=one_axis()),
        "ProxyResults.plot_weak_iv_set": Call(have["by Proxy"].plot_weak_iv_set, response="y", horizon=1, levels=0.9,
                                              ax=one_axis()),
        "VARResults.plot_forecast": Call(fit.plot_forecast, steps=2, levels=0.9, variable="y", history=9,
                                         ax=one_axis()),
        "StructuralResults.plot_forecast": Call(svar.plot_forecast, steps=2, levels=0.9, variable="y", history=9,
                                                ax=one_axis()),
        "StructuralResults.plot_fevd": Call(svar.plot_fevd, horizon=2, variable="y", ax=one_axis()),
        "StructuralResults.plot_historical_decomposition": Call(svar.plot_historical_decomposition, variable="y",
                                                                ax=one_axis()),
        "counterfactual": Call(v.counterfactual, irf=irf, shock="x", silence="y", using="y", method="sims-zha"),
        "scenario": Call(v.scenario, svar=svar, steps=2, conditions={"y": [0.5, 0.5]}, level=0.9),
    }  # fmt: skip


FRAMES = (
    "CalendarCovariance", "Counterfactual", "Dataset", "Difference", "GranularInstrument", "Instrument", "LeaningCurve",
    "PathResults", "Reaction", "ReducedForm", "RestrictionTest", "ShutOff", "StackedMoments",
)  # fmt: skip
"""Results that write their tidy frame themselves."""


def frames_room():
    """Tidy frames of the results that have one of their own."""
    have = instances()
    own = {f"{name}.to_frame": Call(have[name].to_frame, level=0.9) for name in FRAMES}
    return {"Shown.to_frame": Call(have["Equivalence"].to_frame, level=0.9), **own}


@cache
def calls():
    """A call that works for every public callable, by name."""
    rooms = (data_room, event_room, infer_room, offset_room, projection_room, report_room, responses_room)
    return {
        name: call
        for room in (*rooms, multiverse_room, simulate_room, var_room, frames_room)
        for name, call in room().items()
    }
