"""Every choice of the paper in one place.

The primary cells and the bounds were fixed on the date in ``fixed_on``, on grounds of design, before the
exhibits were computed. A referee changes a field with ``dataclasses.replace(baseline, ...)`` and calls the
``result`` of any exhibit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import econ
from econ import VAR, Dataset
from econ.var import VARResults

CHINA, JAPAN, UK = "china_net_purchases", "japan_net_purchases", "uk_net_purchases"
FED, BUND, YIELD = "fed_net_purchases", "yield_10y_germany", "yield_10y"


@dataclass(frozen=True)
class Specification:
    """The paper's choices.

    Parameters
    ----------
    as_of : str
        Data vintage of the committed results. ``make AS_OF=DATE``, or ``--as-of DATE`` of any program, takes another
        and writes to ``paper/build/DATE``.
    sample : (str, str)
        First and last month of the VAR: net purchases by country exist from 2011-07, debt to scale them
        until 2026-03.
    lags : int
        Half a year, so that quarter-end patterns of custodians fit in.
    bias_corrected : bool
        Whether VAR coefficients are corrected for small-sample bias (Kilian 1998): without it intervals beyond the
        impact cover too seldom in simulations of this sample size.
    flows_first, yields_first : tuple of str
        The two recursive orders of the price impact. Flows first: sales move yields within the month and not the reverse.
        Yields first: the reverse. The truth allows both, so each is a bound.
    allies_first : tuple of str
        China last: what moves both within the month is put down to the allies; the other bound of the offset.
    horizon : int
        Months of the responses.
    draws, level, rng : int, float, int
        Bootstrap draws, coverage of intervals, seed.
    hac_lags : int
        Bartlett lags of the monthly regressions.
    imputed : bool
        Whether months without published net purchases (2021-01 to 2023-01) enter.
    primary_maturity, primary_horizon : str, int
        The one cell of H1 that decides: 10-year yield, three months.
    primary_seller, primary_instruments : str, tuple of str
        Whose sales the primary cell of H1 is about, and the instruments that move them: granular shocks and official
        interventions together.
    primary_controls : tuple of str
        Controls of that cell, with ``projection_lags`` lags.
    primary_ally, offset_horizon : str, int
        The one cell of H2 that decides: Japan, six months.
    impact_bounds : tuple of float
        Equivalence bounds of H1, bp per 1% of debt: the short-run and long-run anchors of Beltran et al. (2013)
        rounded down, and the cointegration estimate of the IMF.
    system_lags : int
        Lags of the adding-up system, which has nine variables.
    state_lags : int
        Lags of the projections by state, which have twice the coefficients.
    no_offset, full_offset : float
        H2: an offset inside [-no_offset, no_offset] is none; above full_offset it is full.
    projection_lags, long_lags : int
        Lags of the local projections by country (2011 on) and of foreign officials (1985 on).
    granular_factors : int
        Common factors taken out of holders' flows before their idiosyncratic shocks are read.
    regimes : tuple of str
        Last months of the variance regimes but the last: before 2015 (reserves grow), to 2019 (reserves are
        defended, then calm), from 2020.
    structural_draws : int
        Bootstrap draws of schemes that re-estimate themselves on every draw.
    event_window, estimation_window : (int, int)
        Trading days around day 0.
    event_bound : float
        Equivalence bound of the event study, bp.
    fixed_on : str
        When these were fixed.
    """

    as_of: str = "2026-07-17"
    sample: tuple[str, str] = ("2011-07", "2026-03")
    lags: int = 6
    bias_corrected: bool = True
    flows_first: tuple[str, ...] = (CHINA, JAPAN, UK, FED, BUND, YIELD)
    yields_first: tuple[str, ...] = (FED, BUND, YIELD, CHINA, JAPAN, UK)
    allies_first: tuple[str, ...] = (FED, BUND, YIELD, JAPAN, UK, CHINA)
    horizon: int = 24
    draws: int = 1999
    level: float = 0.90
    rng: int = 20260717
    hac_lags: int = 12
    imputed: bool = True
    primary_maturity: str = "yield_10y"
    primary_horizon: int = 3
    primary_seller: str = "foreign"
    primary_instruments: tuple[str, ...] = ("granular", "intervention")
    primary_controls: tuple[str, ...] = (FED, BUND, "financial_conditions")
    primary_ally: str = JAPAN
    offset_horizon: int = 6
    impact_bounds: tuple[float, ...] = (15.0, 8.0, 2.4)
    system_lags: int = 3
    state_lags: int = 1
    no_offset: float = 0.25
    full_offset: float = 0.75
    projection_lags: int = 3
    long_lags: int = 6
    granular_factors: int = 1
    regimes: tuple[str, ...] = ("2014-12", "2019-12")
    structural_draws: int = 499
    event_window: tuple[int, int] = (0, 1)
    estimation_window: tuple[int, int] = (-130, -11)
    event_bound: float = 5.0
    fixed_on: str = "2026-11-23"


baseline = Specification()


def system(spec: Specification = baseline) -> Dataset:
    """The monthly system: net purchases in percent of debt, yields in monthly changes of basis points."""
    data = econ.load(*spec.flows_first, as_of=spec.as_of)
    yields = [name for name, variable in data.variables.items() if variable.units == "percent"]
    data = data.convert(**dict.fromkeys(yields, "basis points")).transform(**dict.fromkeys(yields, "diff"))
    return data.sample(*spec.sample)


def fitted(spec: Specification = baseline) -> VARResults:
    """The reduced form of the system."""
    return estimated(system(spec), spec.lags, spec)


def estimated(data: Dataset, lags: int, spec: Specification) -> VARResults:
    """A VAR by least squares, corrected for bias if the specification says so."""
    fit = VAR(data, lags=lags).fit()
    return fit.bias_corrected() if spec.bias_corrected else fit


def with_yield(spec: Specification, name: str) -> Specification:
    """The same choices with another yield in the place of the 10-year."""
    orders = {
        field: tuple(name if variable == YIELD else variable for variable in getattr(spec, field))
        for field in ("flows_first", "yields_first", "allies_first")
    }
    return replace(spec, **orders)


def without_controls(spec: Specification) -> Specification:
    """The same choices without the Fed's purchases and the Bund yield."""
    orders = {
        field: tuple(variable for variable in getattr(spec, field) if variable not in (FED, BUND))
        for field in ("flows_first", "yields_first", "allies_first")
    }
    return replace(spec, **orders)
