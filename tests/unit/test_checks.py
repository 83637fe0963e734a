"""Every check returns the clean value and refuses the rest; every room uses them."""

import importlib
import inspect
import math
import pkgutil
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import econ
from econ import checks
from econ.errors import EconError, SeriesNotFound, SpecificationError, UnknownName
from econ.eventstudy import EventStudy, release_surprises
from econ.infer import anderson_rubin, bai_perron, effective_f, ewc, fieller, newey_west, regress
from econ.offset import quantity_offset, reaction_function, realised_volatility
from econ.parallel import map_blocks, seed_sequence
from econ.projection import LocalProjection, PanelProjection, PlugIn, granular_instrument
from econ.simulate import Faults, TreasuryMarket, Truths, recursive_bias, tournament
from econ.tables.numbers import fixed
from econ.testing import simulated_var
from econ.var import (
    VAR,
    BayesianVAR,
    Cholesky,
    CommonVolatility,
    MaxShare,
    Minnesota,
    MovingBlock,
    Proxy,
    Residual,
    SignRestrictions,
    Wild,
    lag_order,
)

WHOLE = (np.int64, np.int32, np.uint8, np.intp)


@pytest.mark.parametrize("kind", [int, *WHOLE])
def test_any_integral_number_is_an_integer(kind):
    for found in (checks.count("lags", kind(3)), checks.horizon(kind(3), 5)):
        assert type(found) is int
        assert found == 3
    assert checks.span("window", [kind(0), kind(5)], least=0) == (0, 5)


@pytest.mark.parametrize(
    "bad", [True, np.True_, 1.5, 2.0, np.float64(2.0), "2", None, math.nan, math.inf, [2], Decimal(2)]
)
def test_nothing_else_is(bad):
    for call in (
        lambda: checks.count("lags", bad),
        lambda: checks.horizon(bad),
        lambda: checks.span("window", (0, bad)),
        lambda: checks.span("window", bad),
    ):
        with pytest.raises(SpecificationError, match="found"):
            call()


def test_counts_keep_their_bounds_and_say_them():
    assert checks.count("day", -3, least=None) == -3
    for bad, options, words in (
        (0, {}, "a positive integer; found 0"),
        (-1, {"least": 0}, "an integer of at least 0; found -1"),
        (4, {"most": 3, "of": "for 4 periods"}, "an integer from 1 to 3 for 4 periods; found 4"),
        (4, {"least": None, "most": 3}, "an integer of at most 3; found 4"),
        ("x", {"least": None}, "an integer; found 'x'"),
    ):
        with pytest.raises(SpecificationError, match=f"^lags must be {words}"):
            checks.count("lags", bad, **options)
    for bad in ((2, 1), (0, 1, 2), (-1, 2), "01"):
        with pytest.raises(SpecificationError, match=r"two integers of at least 0, \(first, last\) in order"):
            checks.span("window", bad, least=0)


@pytest.mark.parametrize("value", [1, 0.5, np.int64(1), np.float64(0.25), np.float32(0.5), Fraction(1, 2)])
def test_any_real_number_is_a_float(value):
    assert type(checks.real("bias", value)) is float
    assert checks.real("bias", value) == float(value)


@pytest.mark.parametrize("bad", [True, np.True_, math.nan, math.inf, -np.inf, "0.5", None, 0.5j, [0.5]])
def test_nothing_else_is_a_float_or_a_level(bad):
    with pytest.raises(SpecificationError, match="bias must be a finite number; found"):
        checks.real("bias", bad)
    with pytest.raises(SpecificationError, match="level is the coverage"):
        checks.level(bad)


def test_numbers_keep_their_bounds_and_say_them():
    for bad, options, words in (
        (0.0, {"above": 0.0}, "above 0"),
        (-0.1, {"least": 0.0}, "of at least 0"),
        (1.1, {"least": 0.0, "most": 1.0}, "from 0 to 1"),
        (1.0, {"above": 0.0, "below": 1.0}, "above 0 and below 1"),
    ):
        with pytest.raises(SpecificationError, match=f"bias must be a finite number {words}; found"):
            checks.real("bias", bad, **options)
    for bad in (0.0, 1.0, 90, -0.9):
        with pytest.raises(SpecificationError, match="between 0 and 1"):
            checks.level(bad)
    assert checks.level(Fraction(9, 10)) == 0.9


def test_words_positions_and_lists_of_names():
    assert checks.choice("trend", "c", ("n", "c")) == "c"
    for bad in ("cc", 1, None, True, ["c"]):
        with pytest.raises(SpecificationError, match="no trend"):
            checks.choice("trend", bad, ("n", "c"))
    assert checks.position("shock", "y", ("x", "y")) == 1
    for bad in ("z", 0, None, True, ["x"]):
        with pytest.raises(UnknownName, match=r"no shock .* in the VAR; known are 'x', 'y'"):
            checks.position("shock", bad, ("x", "y"), of="in the VAR")
    assert checks.names("controls", "x") == ("x",)
    assert checks.names("controls", pd.Index(["x", "y"])) == ("x", "y")
    for bad, words in ((["x", "x"], "'x' stands twice"), ([1], "a name or a list of names"), (3, "a name or a list")):
        with pytest.raises(SpecificationError, match=words):
            checks.names("controls", bad)
    with pytest.raises(SpecificationError, match="at least 1 name; found 0"):
        checks.names("controls", [], least=1)


def test_keep_writes_into_a_frozen_value():
    @dataclass(frozen=True)
    class Box:
        lags: object

        def __post_init__(self):
            checks.keep(self, lags=checks.count("lags", self.lags))

    assert type(Box(np.int64(2)).lags) is int


def plain(result):
    """What a call gave, in numbers that can be compared exactly."""
    if isinstance(result, (pd.DataFrame, pd.Series)):
        return repr(result.index.tolist()), [str(value) for value in result.to_numpy().reshape(-1)]
    return np.asarray(result).tolist()


def tables():
    generator = np.random.default_rng(1)
    data = simulated_var(periods=150, rng=1)
    days = pd.bdate_range("2020-01-01", periods=400, name="date")
    level = pd.DataFrame({"yield": generator.standard_normal(400).cumsum()}, index=days)
    news = pd.DataFrame({"date": days[[200, 250, 300]], "kind": "sale", "label": ["a", "b", "c"]})
    index = pd.MultiIndex.from_product([list("abcdef"), range(40)], names=["holder", "month"])
    panel = pd.DataFrame(generator.standard_normal((240, 2)), index=index, columns=["flow", "pickup"])
    flows = pd.DataFrame(generator.standard_normal((80, 6)), columns=list("abcdef"))
    sizes = pd.Series([50.0, 20, 10, 8, 7, 5], index=list("abcdef"))
    months = pd.period_range("2010-01", periods=60, freq="M")
    released = months.to_timestamp() + pd.Timedelta(days=75)
    prints = pd.DataFrame({"date": months, "holder": "OFF", "value": flows["a"].iloc[:60], "release_date": released})
    return data, level, news, panel, flows, sizes, prints


DATA, LEVEL, NEWS, PANEL, FLOWS, SIZES, PRINTS = tables()
FIT = VAR(DATA, lags=1).fit()
SVAR = FIT.identify(Cholesky("x", "y"))
IRF = SVAR.irf(6, MovingBlock(draws=40), rng=1)
PROXY = FIT.identify(Proxy(FIT.residuals["x"] + np.random.default_rng(2).standard_normal(149), shock="x"))
X = np.column_stack([np.ones(150), DATA.frame["x"]])
U = DATA.frame["y"].to_numpy() - DATA.frame["y"].mean()
STUDY = EventStudy(LEVEL, NEWS, response="yield").fit()


def bands_of(bootstrap):
    return SVAR.irf(1, bootstrap, rng=1).draws


# what takes a whole number, by room: a plain number that suits it, and the call
COUNTED = {
    "parallel: draws": (30, lambda n: map_blocks(lambda size, generator: generator.random(size), n, rng=1)[0]),
    "parallel: n_jobs": (2, lambda n: map_blocks(lambda size, g: g.random(size), 30, rng=1, n_jobs=n)[0]),
    "infer: newey_west": (3, lambda n: newey_west(X, U, lags=n)),
    "infer: ewc": (3, lambda n: ewc(X, U, terms=n)),
    "infer: regress": (3, lambda n: regress(DATA.frame["y"], DATA.frame["x"], bandwidth=n).covariance),
    "infer: bai_perron": (2, lambda n: bai_perron(DATA.frame["y"], max_breaks=n, draws=19, rng=1).criteria),
    "infer: bai_perron draws": (19, lambda n: bai_perron(DATA.frame["y"], max_breaks=1, draws=n, rng=1).tests),
    "responses: at": (3, lambda n: IRF.at(n, response="y", shock="x").value),
    "responses: scale": (3, lambda n: IRF.scale(1.0, response="x", shock="x", horizon=n).point),
    "responses: MovingBlock": (20, lambda n: bands_of(MovingBlock(draws=n))),
    "responses: MovingBlock length": (5, lambda n: bands_of(MovingBlock(draws=20, length=n))),
    "responses: Residual": (20, lambda n: bands_of(Residual(draws=n))),
    "responses: Wild": (20, lambda n: FIT.bootstrap(Wild(draws=n), rng=1)),
    "var: lags": (2, lambda n: VAR(DATA, lags=n).fit().params),
    "var: max_lags": (3, lambda n: VAR(DATA, lags="aic", max_lags=n).fit().params),
    "var: lag_order": (3, lambda n: lag_order(DATA, n)),
    "var: diagnostics": (5, lambda n: FIT.diagnostics(lags=n)),
    "var: forecast": (4, lambda n: FIT.forecast(n)),
    "var: irf": (4, lambda n: SVAR.irf(n).point),
    "var: fevd": (4, lambda n: SVAR.fevd(n)),
    "var: weak_iv_set": (2, lambda n: PROXY.weak_iv_set("y", n)),
    "var: MaxShare": (4, lambda n: FIT.identify(MaxShare("y", horizon=n)).impact),
    "var: MaxShare window": (4, lambda n: FIT.identify(MaxShare("y", horizon=(0, n))).impact),
    "var: scenario": (3, lambda n: SVAR.forecast(n, {"y": [1.0, 1.0, 1.0]})),
    "var: sign restrictions": (30, lambda n: FIT.identify(SignRestrictions({"d": {"x": "+"}}, draws=n), rng=1).draws),
    "var: sign horizon": (2, lambda n: FIT.identify(SignRestrictions({"d": {"x": ("+", n)}}, draws=9), rng=1).draws),
    "var: Bayesian lags": (2, lambda n: BayesianVAR(DATA, lags=n, prior=Minnesota(0.2)).fit(9, rng=1).params),
    "var: Bayesian draws": (9, lambda n: BayesianVAR(DATA, lags=1, prior=Minnesota(0.2)).fit(n, rng=1).params),
    "var: CommonVolatility": (3, lambda n: CommonVolatility(burn_in=n).burn_in),
    "projection: lags": (2, lambda n: LocalProjection(DATA, "y", "x", lags=n).fit(2).point),
    "projection: horizon": (2, lambda n: LocalProjection(DATA, "y", "x", lags=1).fit(n).point),
    "projection: bandwidth": (2, lambda n: LocalProjection(DATA, "y", "x", lags=1).fit(2, "hac", bandwidth=n).point),
    "projection: PlugIn": (20, lambda n: PlugIn(draws=n).draws),
    "projection: panel lags": (2, lambda n: PanelProjection(PANEL, "flow", "pickup", lags=n).fit(2).point),
    "projection: panel horizon": (2, lambda n: PanelProjection(PANEL, "flow", "pickup", lags=1).fit(n).point),
    "projection: granular": (1, lambda n: granular_instrument(FLOWS, SIZES, factors=n).series),
    "projection: largest": (4, lambda n: granular_instrument(FLOWS, SIZES).largest(n)),
    "eventstudy: window": (2, lambda n: EventStudy(LEVEL, NEWS, response="yield", window=(0, n)).fit().abnormal),
    "eventstudy: tests": (19, lambda n: STUDY.tests(draws=n)),
    "eventstudy: surprises": (3, lambda n: release_surprises(PRINTS, lags=n)["surprise"]),
    "offset: quantity": (3, lambda n: quantity_offset(IRF, "x", "y", horizon=n).value),
    "offset: reaction": (2, lambda n: reaction_function(DATA, "y", ["x"], lags=n).regression.coefficients),
    "offset: volatility": (5, lambda n: realised_volatility(LEVEL["yield"], minimum=n)),
    "simulate: periods": (30, lambda n: TreasuryMarket().simulate(n, rng=1)[0].frame["yield_10y"]),
    "testing: periods": (50, lambda n: simulated_var(n, rng=1).frame["x"]),
    "report: decimals": (2, lambda n: float(fixed(1.2345, n))),
    "simulate: countries": (4, lambda n: TreasuryMarket(countries=n).countries),
    "simulate: lag": (2, lambda n: Faults(publication_lag=n).publication_lag),
    "simulate: bias": (3, lambda n: recursive_bias(TreasuryMarket(), n)),
    "simulate: grid": (60, lambda n: Truths(periods=(n,)).periods),
    "simulate: tournament": (2, lambda n: tournament(TreasuryMarket(), ["oracle"], n, rng=1).table["coverage"]),
}


@pytest.mark.parametrize("entry", COUNTED)
def test_every_room_takes_any_integer_and_no_bool(entry):
    number, call = COUNTED[entry]
    expected = plain(call(number))
    for kind in WHOLE[:3]:
        assert plain(call(kind(number))) == expected
    for bad in (True, number + 0.5, -1, str(number), math.nan):
        with pytest.raises(EconError):
            call(bad)


# the same for coverages and other numbers
LEVELS = {
    "infer: anderson_rubin": lambda level: anderson_rubin(U, X[:, 1], U + X[:, 1], level=level),
    "infer: fieller": lambda level: fieller(1.0, 2.0, np.eye(2) * 0.01, level=level),
    "infer: estimate": lambda level: regress(DATA.frame["y"], DATA.frame["x"]).estimate("x", level=level).interval,
    "responses: at": lambda level: IRF.at(1, response="y", shock="x", level=level).interval,
    "responses: band": lambda level: IRF.band(level),
    "responses: difference": lambda level: IRF.difference((0, "y", "x"), (1, "y", "x"), level=level).interval,
    "responses: ratio": lambda level: IRF.ratio((1, "y", "x"), (0, "x", "x"), level=level).region,
    "var: forecast": lambda level: FIT.forecast(2, level),
    "var: weak_iv_set": lambda level: PROXY.weak_iv_set("y", 1, level),
    "projection: at": lambda level: (
        LocalProjection(DATA, "y", "x", lags=1).fit(1).irf.at(1, response="y", level=level).interval
    ),
    "eventstudy: mean": lambda level: STUDY.mean(level=level).interval,
    "eventstudy: path": lambda level: STUDY.path(level=level, draws=50),
    "offset: quantity": lambda level: quantity_offset(IRF, "x", "y", horizon=2, level=level).region,
}


@pytest.mark.parametrize("entry", LEVELS)
def test_every_room_takes_any_level_between_0_and_1(entry):
    call = LEVELS[entry]

    def numbers(level):
        found = call(level)
        return plain(found.intervals if hasattr(found, "intervals") else found)

    expected = numbers(0.75)
    for level in (np.float64(0.75), np.float32(0.75), Fraction(3, 4)):
        assert numbers(level) == expected
    for bad in (True, 0.0, 1.0, 90, -0.9, "0.9", math.nan, math.inf):
        with pytest.raises(EconError):
            call(bad)


def test_frozen_values_keep_the_clean_number():
    values = (
        VAR(DATA, lags=np.int64(2)).lags,
        MovingBlock(draws=np.int64(9), length=np.int32(3)).length,
        MovingBlock(draws=np.int64(9)).draws,
        PlugIn(draws=np.int64(9)).draws,
        LocalProjection(DATA, "y", "x", lags=np.int32(3)).lags,
        PanelProjection(PANEL, "flow", "pickup", lags=np.int32(3)).lags,
        EventStudy(LEVEL, NEWS, response="yield", window=(np.int64(0), np.int64(1))).window[1],
        SignRestrictions({"d": {"x": "+"}}, draws=np.int64(9)).draws,
        Truths(periods=np.array([60])).periods[0],
    )
    assert {type(value) for value in values} == {int}
    numbers = (
        Minnesota(tightness=np.float32(0.5)).tightness,
        Minnesota(tightness=Fraction(1, 2), sum_of_coefficients=np.int64(1)).sum_of_coefficients,
        TreasuryMarket(impact=np.int64(-10)).impact,
        IRF.at(0, response="x", shock="x", level=np.float32(0.9)).level,
    )
    assert {type(value) for value in numbers} == {float}
    assert seed_sequence(np.int64(7)).entropy == 7


UNKNOWN = {
    "data: select": lambda: DATA.select("z"),
    "data: transform": lambda: DATA.transform(z="diff"),
    "infer: coefficient": lambda: regress(DATA.frame["y"], DATA.frame["x"]).estimate("z"),
    "responses: at": lambda: IRF.at(0, response="z", shock="x"),
    "responses: shock": lambda: IRF.shock("z"),
    "responses: plot": lambda: IRF.plot(response="z"),
    "var: Cholesky": lambda: FIT.identify(Cholesky("x", "z")),
    "var: MaxShare": lambda: FIT.identify(MaxShare("z")),
    "var: Proxy": lambda: FIT.identify(Proxy(FIT.residuals["x"], shock="z")),
    "var: signs": lambda: FIT.identify(SignRestrictions({"d": {"z": "+"}}), rng=1),
    "var: granger": lambda: FIT.granger("x", "z"),
    "var: exclude equation": lambda: VAR(DATA, lags=1, exclude={"z": ["x"]}),
    "var: exclude regressor": lambda: VAR(DATA, lags=1, exclude={"x": ["z"]}),
    "var: scenario": lambda: SVAR.forecast(1, {"z": [1.0]}),
    "var: driving": lambda: SVAR.forecast(1, {"x": [1.0]}, driving=["z"]),
    "var: weak_iv_set": lambda: PROXY.weak_iv_set("z", 1),
    "var: own_lag": lambda: BayesianVAR(DATA, lags=1, prior=Minnesota(own_lag={"z": 1.0})).fit(9, rng=1),
    "projection": lambda: LocalProjection(DATA, "z", "x", lags=1),
    "projection: panel": lambda: PanelProjection(PANEL, "z", "pickup", lags=1),
    "projection: group": lambda: granular_instrument(FLOWS, SIZES).group("a", "z"),
    "projection: exclude": lambda: granular_instrument(FLOWS, SIZES, exclude=["z"]),
    "projection: sizes": lambda: granular_instrument(FLOWS.rename(columns={"a": "z"}), SIZES),
    "eventstudy: kind": lambda: STUDY.mean("z"),
    "eventstudy: by": lambda: STUDY.summary(by="z"),
    "eventstudy: response": lambda: EventStudy(LEVEL, NEWS, response="z"),
    "eventstudy: holder": lambda: release_surprises(PRINTS, holder="z"),
    "offset: ally": lambda: quantity_offset(IRF, "x", "z", horizon=1),
    "offset: seller": lambda: quantity_offset(IRF, "z", "y", horizon=1),
    "simulate: holder": lambda: TreasuryMarket().holder("z"),
    "simulate: shock": lambda: TreasuryMarket().only("z"),
}


@pytest.mark.parametrize("entry", UNKNOWN)
def test_a_name_that_an_object_lacks_is_one_error_everywhere(entry):
    with pytest.raises(UnknownName, match=r"'z'"):
        UNKNOWN[entry]()
    assert issubclass(UnknownName, SpecificationError)
    assert issubclass(UnknownName, SeriesNotFound)


def modules():
    for found in pkgutil.walk_packages(econ.__path__, "econ."):
        if found.name != "econ.__main__":
            yield importlib.import_module(found.name)


def public_callables():
    """Every public function, class and method that a module of the package defines."""
    for module in modules():
        for name, value in vars(module).items():
            if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
                continue
            if inspect.isfunction(value) or (inspect.isclass(value) and not issubclass(value, Exception | Warning)):
                yield f"{module.__name__}.{name}", value
            for part, method in vars(value).items() if inspect.isclass(value) else ():
                method = method.__func__ if isinstance(method, (classmethod, staticmethod)) else method
                if not part.startswith("_") and inspect.isfunction(method):
                    yield f"{module.__name__}.{name}.{part}", method


# None asks for no band (with a bootstrap it is 0.90), or for no note on one
BANDS_ON_REQUEST = {"fevd", "historical_decomposition", "told"}


def test_there_is_one_default_level():
    found = {}
    for name, value in public_callables():
        parameters = inspect.signature(value).parameters
        if "level" in parameters and parameters["level"].default is not inspect.Parameter.empty:
            found[name] = parameters["level"].default
    assert len(found) > 50
    optional = {name for name, default in found.items() if default is None}
    assert {name.rpartition(".")[2] for name in optional} == BANDS_ON_REQUEST
    assert {name: default for name, default in found.items() if default not in (None, 0.90)} == {}


def test_the_size_of_a_test_is_called_size():
    assert effective_f(X[:, 1], U + X[:, 1]).size == 0.05
    assert PROXY.first_stage["critical_value"] == pytest.approx(23.1, abs=0.05)
    tests = ("econ.infer.", "econ.eventstudy.", "econ.projection.", "econ.var.")
    found = {
        name: inspect.signature(value).parameters["size"].default
        for name, value in public_callables()
        if name.startswith(tests) and "size" in inspect.signature(value).parameters
    }
    # equivalence reads the size of an Estimate off its set, and takes 0.05 for a number
    given = {name: size for name, size in found.items() if size not in (inspect.Parameter.empty, None)}
    assert len(given) > 8
    assert set(given.values()) == {0.05}
