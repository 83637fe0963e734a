"""Every choice of every exhibit of the paper, each once.

The yield, the horizon, the bounds and the thresholds of the primary cells were fixed on the date in ``fixed_on``, on grounds of
design, before the exhibits were computed; seller, instruments and controls stood in the program of that evening and entered this
file on 2026-11-26, when results were known, and the number of factors was not chosen blind (section "What was fixed when" of the
paper). The designs of `analyses._decisive` were fixed on the date in ``decided_on``. Other parts stand in `analyses._ledger`,
`analyses._measurement` and `analyses._simulations`. A referee changes a field by its dotted name and calls the ``result`` of any exhibit::

    quantity_offset.result(baseline.changed("var.lags", 3))
    quantity_offset.result(baseline.changed({"var.lags": 3, "var.draws": 199}))

Words of tables follow the fields. ``Exhibit.choices`` names the fields that an exhibit read; it warns
(`econ.errors.UnusedChoice`) of a change that it does not read. What does not exist or makes no sense is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from analyses import _kinds as kind
from analyses._decisive import Beliefs, Leaning, Operations, Replacement, Variances
from analyses._kinds import Dates, NewsClass, Span
from analyses._ledger import Freeze, Ledger
from analyses._literature import Literature
from analyses._measurement import BUND, Claims, Concepts, Custody, Holdings, Summary
from analyses._multiverse import Multiverse
from analyses._samples import THE_YIELD, consistent, cut, ordered, with_changes
from analyses._simulations import DailySimulation, Simulation
from analyses._variation import Nowcast, Variation
from econ import VAR, Dataset
from econ.report import Choices
from econ.var import VARResults

CHINA, JAPAN, UK = "china_net_purchases", "japan_net_purchases", "uk_net_purchases"
FED = "fed_net_purchases"
RECORDS = ("fixed_on", "decided_on")
"""Fields that only record something; every other field moves a number of an exhibit."""


# fmt: off
@dataclass(frozen=True)
class Sample(Choices, part="sample"):
    """First and last months."""

    main: kind.Months = ("2011-07", "2026-03")  # trades tell China's purchases from 2011-07; debt to scale them ends in 2026-03
    one_concept: kind.Months = ("2011-07", "2023-01")  # months of the main sample in which the trading counterparty counts
    early: kind.Months = ("2003-01", "2020-12")  # officials, end-of-month yields; nobody published their flows from 2021-01 to 2023-01
    long: kind.Months = ("1985-04", "2020-12")  # officials, average yields
    whole: kind.Months = ("1985-04", "2026-03")  # all foreigners, average yields
    custody: kind.DaySpan = ("2007-07-11", "2026-03-25")  # Wednesdays with custody holdings, debt and yields


@dataclass(frozen=True)
class Yields(Choices, part="yields"):
    """Which yields stand in the tables."""

    maturities: kind.SeriesList = ("yield_2y", "yield_10y", "yield_30y")  # no 5-year yield is in the archive
    averages: kind.SeriesList = ("yield_2y_average", "yield_10y_average")  # monthly averages, which begin before 2000
    premia: kind.SeriesList = ("term_premium_2y", "term_premium_5y", "term_premium_10y")  # Adrian, Crump and Moench
    premium: kind.OneSeries = "term_premium_10y"  # beside the yields in the table by identification and the summary
    slope: kind.SeriesList = ("yield_10y", "yield_2y")  # the first less the second


@dataclass(frozen=True)
class Primary(Choices, part="primary"):
    """The one cell of H1 that decides."""

    maturity: kind.OneSeries = "yield_10y"  # the yield
    horizon: kind.Whole = 3  # months after the sale
    seller: kind.OneHolder = "foreign"  # whose sales
    instruments: kind.Names = ("granular", "intervention")  # what moves them: granular shocks and official interventions
    controls: kind.SeriesList = (FED, BUND, "financial_conditions")  # with projection.lags lags
    bounds: kind.Reals = (15.0, 8.0, 2.4)  # equivalence, bp per 1% of debt: short- and long-run anchors of Beltran et al.
    # (2013) rounded down, and the cointegration estimate of the IMF


@dataclass(frozen=True)
class Var(Choices, part="var"):
    """The monthly VAR."""

    lags: kind.Count = 6  # half a year, so that quarter-end patterns of custodians fit in
    bias_corrected: kind.Flag = True  # Kilian (1998): without it intervals beyond the impact cover too seldom
    flows_first: kind.Names = (CHINA, JAPAN, UK, FED, BUND, THE_YIELD)  # sales move yields within the month, not the reverse
    yields_first: kind.Names = (FED, BUND, THE_YIELD, CHINA, JAPAN, UK)  # the reverse; the truth allows both
    allies_first: kind.Names = (FED, BUND, THE_YIELD, JAPAN, UK, CHINA)  # what moves both is put down to the allies
    controls: kind.Names = (FED, BUND)  # left out in variants without controls
    sellers: kind.Holders = ("china",)  # whose shock is a sale; that of the other holders is a purchase
    horizon: kind.Count = 24  # months of the responses
    horizons: kind.Horizons = (0, 3, 6, 12, 24)  # those in the table
    draws: kind.Count = 1999  # moving-block bootstrap
    lag_variants: kind.Counts = (3, 12)  # other lags under which the primary cell is shown
    scheme_draws: kind.Count = 499  # bootstrap of schemes that re-estimate themselves on every draw
    sign_draws: kind.Count = 1000  # accepted draws of sign restrictions
    regimes: kind.MonthList = ("2014-12", "2019-12")  # last months of the variance regimes but the last: reserves grow;
    # they are defended, then calm; from 2020


@dataclass(frozen=True)
class Offset(Choices, part="offset"):
    """The offset, H2."""

    ally: kind.OneSeries = JAPAN  # of the cell that decides
    horizon: kind.Whole = 6  # months, of the cell that decides
    horizons: kind.Horizons = (0, 3, 6, 12)  # those in the table of quantities
    allies: kind.Holders = ("japan", "uk")  # each, and all together
    none: kind.Positive = 0.25  # an offset inside [-none, none] is none
    full: kind.Positive = 0.75  # above it is full
    controls: kind.SeriesList = (FED,)  # of projections of the offset
    methods: kind.Names = ("sims-zha", "scenario", "least-squares", "reduced")  # of the price offset
    doubtful: kind.Real = 0.75
    # plausibility above which a scenario is not to be read (Antolin-Diaz, Petrella, Rubio-Ramirez)


@dataclass(frozen=True)
class AddingUp(Choices, part="adding_up"):
    """The adding-up system; custody hubs are those of the panel but the UK, which stands by itself."""

    lags: kind.Count = 3  # of a system with nine variables
    other_allies: kind.Holders = ("korea", "norway")  # allies with mostly official holdings
    china_first: kind.Names = (CHINA, JAPAN, UK, "other_allies", "hubs", "other_foreign", FED, "net_issuance", THE_YIELD)
    # as flows first: what moves everybody within the month is put down to China
    china_last: kind.Names = ("net_issuance", FED, THE_YIELD, JAPAN, UK, "other_allies", "hubs", "other_foreign", CHINA)
    # as allies first: it is put down to all others


@dataclass(frozen=True)
class Panel(Choices, part="panel"):
    """Holders behind the granular shocks: those with positions since 2011-06 and purchases in every month after it."""

    countries: kind.Holders = (
        "china", "japan", "taiwan", "korea", "india", "brazil", "norway", "canada", "france", "germany", "australia"
    )  # bonds mostly their own
    hubs: kind.Holders = (
        "uk", "belgium", "luxembourg", "ireland", "cayman", "switzerland", "hong_kong", "singapore"
    )  # others'
    factors: kind.Whole = 1  # common factors taken out of flows before idiosyncratic shocks are read
    factor_variants: kind.Horizons = (0, 2)  # other numbers of them whose credentials are shown
    balance_lags: kind.Count = 12  # lags of yields and flows that may predict an instrument
    shown: kind.Count = 5  # holders without which the instrument is weakest
    sales: kind.Names = (
        "2015-08 china", "2016-11 china", "2022-10 japan", "2022-09 japan", "2024-05 japan", "2024-04 japan"
    )
    # months in which the record says that a holder sold: reserve defence of China, interventions of Japan

    @property
    def everybody(self) -> tuple[str, ...]:
        """All holders of the panel."""
        return (*self.countries, *self.hubs)


@dataclass(frozen=True)
class Projection(Choices, part="projection"):
    """Local projections of the price impact."""

    lags: kind.Count = 3  # from 2011
    long_lags: kind.Count = 6  # of officials and of all foreigners, from 1985
    long_controls: kind.SeriesList = (BUND, "yield_10y_uk", "fed_funds", "financial_conditions")  # from 1985
    further: kind.SeriesList = (
        "yield_10y_uk", "fed_funds", "industrial_production"
    )  # more of the usual controls that exist
    # in every month; consumer prices of October 2025 do not
    horizon: kind.Count = 24  # months of the paths
    horizons: kind.Horizons = (0, 1, 3, 6, 12, 24)  # those in the table
    paths: kind.Names = ("ols_long", "ols_china", "granular", "combined")  # designs that are drawn


@dataclass(frozen=True)
class Events(Choices, part="events"):
    """Event studies of news about holders."""

    window: kind.Days = (0, 1)  # trading days around day 0
    estimation: kind.Days = (-130, -11)  # trading days of the constant-mean model
    bound: kind.Positive = 5.0  # equivalence, bp
    classes: kind.Classes = (
        NewsClass("china_sells", "Seller news", "China: sale news", ("china_sale_news", "china_sale_threat"), "+"),
        NewsClass("china_reserves", "Seller news", "China loses reserves", ("reserve_loss",), "+"),
        NewsClass("china_denies", "Seller news", "China denies", ("china_denial",), "−"),
        NewsClass("china_devalues", "Seller news", "China devalues", ("china_fx",), "+/−"),
        NewsClass("japan_intervenes", "Allies", "Japan sells dollars", ("intervention",), "+"),
        NewsClass("allies_threaten", "Allies", "Talk of allied sales", ("ally_sale_threat", "ally_sale_news"), "+"),
        NewsClass("allies_deny", "Allies", "Allies deny", ("ally_denial",), "−"),
        NewsClass("boj", "Allies", "Bank of Japan tightens", ("boj",), "+"),
        NewsClass("gilts", "Allies", "UK gilt crisis", ("uk_gilt_crisis",), "+/−"),
        NewsClass("ratings", "Other", "US ratings", ("rating",), "+"),
        NewsClass("freeze", "Other", "Freeze of reserves", ("freeze",), "+/−"),
        NewsClass("auctions", "Other", "Auctions, tariffs of 2025", ("auction", "tariff"), "+/−"),
        NewsClass("tic", "Other", "TIC releases", ("tic_release",), "0"),
        NewsClass("custody", "Other", "Custody shift, no sale", ("custody_shift",), "0"),
        NewsClass("stress", "Other", "Stress of March 2020", ("dash_for_cash", "fed_backstop"), "+/−"),
    )  # kinds of the event catalogue by class; a kind that no class names is left out
    confounders: kind.Names = ("fomc", "cpi", "payrolls", "auction_10y", "auction_30y", "quarter_end")  # econ.data.calendars
    main: kind.Names = ("china_sells", "china_reserves", "japan_intervenes", "ratings")  # paths and every test
    channels: kind.Names = (
        "china_sells", "china_reserves", "japan_intervenes", "allies_threaten", "boj", "ratings"
    )  # maturities
    draws: kind.Count = 9999  # placebo dates, paths, and Romano-Wolf
    test_draws: kind.Count = 1999  # bootstraps among the tests
    path: kind.Days = (-5, 5)  # trading days of the paths
    cases: kind.Spans = (
        Span("March 2020", "2020-03-06", "2020-03-20"), Span("April 2025", "2025-04-01", "2025-04-15"),
    )  # drawn
    dash: kind.DaySpan = ("2020-03-09", "2020-03-18")  # the rise that the text quotes, close to close
    april: kind.DaySpan = ("2025-04-04", "2025-04-11")  # the same for April 2025
    size_replications: kind.Count = 1000  # simulated series a scenario; the slow tests run 2,000
    size_draws: kind.Count = 199  # resampling tests inside them
    size_events: kind.Count = 30  # events in a series
    size_days: kind.Count = 3000  # days of a series
    size_effect: kind.Positive = 0.75  # standard deviations of a day, for power


@dataclass(frozen=True)
class CalendarDays(Choices, part="calendars"):
    """Classes of dates by rule or list, and TIC releases among them."""

    classes: kind.Calendars = (
        Dates("tic_release", "What holders do", "TIC releases"),
        Dates("h41", "What holders do", "H.4.1, with custody holdings"),
        Dates("safe_reserves", "What holders do", "China's reserves"),
        Dates("sells", "What holders do", "Japan sells dollars"),
        Dates("buys", "What holders do", "Japan buys dollars"),
        Dates("rating_actions", "Policy", "US ratings and outlooks"), Dates("tariff_days", "Policy", "Tariffs"),
        Dates("fomc", "Known to move yields", "FOMC", False),
        Dates("cpi", "Known to move yields", "Consumer prices", False),
        Dates("payrolls", "Known to move yields", "Payrolls", False),
        Dates("auction_10y", "The market's own calendar", "10-year auctions"),
        Dates("auction_30y", "The market's own calendar", "30-year auctions"),
        Dates("quarter_end", "The market's own calendar", "Quarter ends"),
    )  # rows of the table; those marked False keep the days of the others
    first: kind.Day = "2000-01-01"  # first day of any class, even where its calendar goes further back
    interventions: kind.DaySpan = ("2010-01-01", "2024-09-30")  # days of the two rows on Japan: single large operations
    dropped: kind.Names = ("fomc", "payrolls")  # days that would speak for another class
    window: kind.Days = (0, 0)  # trading days
    draws: kind.Count = 1999  # placebo dates, and flipped signs over distances
    two_days: kind.Days = (0, 1)  # TIC releases: a longer window
    path: kind.Days = (-5, 5)  # TIC releases: trading days of the path
    distances: kind.Days = (-10, 11)  # TIC releases: trading days looked at, together a month
    farthest: kind.Count = 4  # TIC releases: distances shown, largest t first
    news: kind.Names = ("fomc", "payrolls", "auction_10y", "auction_30y", "quarter_end")  # TIC releases: held fixed
    halves: kind.Day = "2014-01-01"  # TIC releases: first day of the second half


@dataclass(frozen=True)
class Weekly(Choices, part="weekly"):
    """Weekly custody holdings."""

    lags: kind.Count = 8  # weeks
    horizons: kind.Horizons = (0, 1, 4, 8, 12)  # weeks in the table
    horizon: kind.Whole = 4  # weeks of the bound that the text quotes
    leads: kind.Counts = (1, 2, 4, 8, 12)  # weeks before the sale
    lead_bandwidth: kind.Whole = 4  # Bartlett lags beyond the weeks before
    placebo: kind.Day = "2014-03-12"
    # week in which a record amount left custody without being sold (Russia moved its custodian)


@dataclass(frozen=True)
class Behaviour(Choices, part="behaviour"):
    """Who bought, reaction functions, states, breaks."""

    holders: kind.Holders = ("china", "japan", "uk", "official", "foreign")  # columns of the episodes
    episodes: kind.Spans = (
        Span("March 2020", "2020-03", "2020-03"), Span("September-October 2022", "2022-09", "2022-10"),
        Span("April 2025", "2025-04", "2025-04"), Span("January 2026", "2026-01", "2026-01"),
        Span("May 2026", "2026-05", "2026-05"),
    )  # months of stress in the Treasury market
    lags: kind.Count = 3  # of reaction functions
    state_lags: kind.Count = 1  # of projections by state, which have twice the coefficients
    freeze: kind.Month = "2022-02"  # freeze of Russia's reserves: the state is low to it, high after it
    volatile: kind.Level = 0.5  # quantile of realised volatility above which a month is volatile
    max_breaks: kind.Count = 5  # breaks in the mean of China's purchases
    trim: kind.Level = 0.15  # smallest regime, share of the sample
    break_size: kind.Level = 0.05  # of each sequential test
    break_draws: kind.Count = 499  # bootstrap of each sup-F
    break_block: kind.Count = 12  # months of its blocks; shorter ones rejected 11% of true nulls where errors persist, which was
    # measured after results had been seen (no decision hung on it)


@dataclass(frozen=True)
class Specification(Choices):
    """The paper's choices, in parts; the comment beside a field says what it is."""

    as_of: kind.Day = "2026-07-17"  # vintage; make AS_OF=DATE, or --as-of DATE of any program, takes another, into a folder of its own
    level: kind.Level = 0.90  # coverage of intervals and sets
    rng: kind.Whole = 20260717  # seed
    concept: kind.Concept = "spliced"
    # whose purchases: the trading counterparty's (S form) to 2023-01 and the reported holder's (SLT) after. "position" takes the
    # change in position less valuation, "imputed" does so from 2021-01 to 2023-01 alone, as an earlier edition did
    fixed_on: kind.Day = "2026-11-23"  # when the primary cells and bounds were fixed
    sample: Sample = field(default_factory=Sample)
    yields: Yields = field(default_factory=Yields)
    primary: Primary = field(default_factory=Primary)
    var: Var = field(default_factory=Var)
    offset: Offset = field(default_factory=Offset)
    adding_up: AddingUp = field(default_factory=AddingUp)
    panel: Panel = field(default_factory=Panel)
    projection: Projection = field(default_factory=Projection)
    concepts: Concepts = field(default_factory=Concepts)
    holdings: Holdings = field(default_factory=Holdings)
    custody: Custody = field(default_factory=Custody)
    claims: Claims = field(default_factory=Claims)
    summary: Summary = field(default_factory=Summary)
    events: Events = field(default_factory=Events)
    calendars: CalendarDays = field(default_factory=CalendarDays)
    weekly: Weekly = field(default_factory=Weekly)
    behaviour: Behaviour = field(default_factory=Behaviour)
    simulation: Simulation = field(default_factory=Simulation)
    daily: DailySimulation = field(default_factory=DailySimulation)
    decided_on: kind.Day = "2026-11-27"  # when the parts below were fixed, but for what they say was added later
    operations: Operations = field(default_factory=Operations)
    leaning: Leaning = field(default_factory=Leaning)
    beliefs: Beliefs = field(default_factory=Beliefs)
    replacement: Replacement = field(default_factory=Replacement)
    variances: Variances = field(default_factory=Variances)
    ledger: Ledger = field(default_factory=Ledger)
    freeze: Freeze = field(default_factory=Freeze)
    literature: Literature = field(default_factory=Literature)
    multiverse: Multiverse = field(default_factory=Multiverse)
    variation: Variation = field(default_factory=Variation)
    nowcast: Nowcast = field(default_factory=Nowcast)

    def check(self) -> None:
        """Refuse choices that contradict each other."""
        consistent(self)


baseline = Specification()
# fmt: on


def system(spec: Specification = baseline) -> Dataset:
    """The monthly system: net purchases in percent of debt, yields in monthly changes of basis points."""
    return cut(with_changes(spec, *ordered(spec, "flows_first")), spec)


def fitted(spec: Specification = baseline) -> VARResults:
    """The reduced form of the system."""
    return estimated(system(spec), spec.var.lags, spec)


def estimated(data: Dataset, lags: int, spec: Specification) -> VARResults:
    """A VAR by least squares, corrected for bias if the specification says so."""
    fit = VAR(data, lags=lags).fit()
    return fit.bias_corrected() if spec.var.bias_corrected else fit
