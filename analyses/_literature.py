"""Choices of the bench of the literature, fixed on 27 November 2026 before its program existed.

Samples and methods are those of each paper as far as public summaries tell them; what the archive lacks is named beside the
row. What had been seen: the published numbers on one scale, and on the paper's own samples every exhibit of the paper.
"""

from __future__ import annotations

from dataclasses import dataclass

from analyses import _kinds as kind
from econ.report import Choices


# fmt: off
@dataclass(frozen=True)
class Literature(Choices, part="literature"):
    """Published estimates, each once more with the package's estimators."""

    bernanke: kind.DaySpan = ("2000-01-01", "2004-12-31")  # operations of Bernanke, Reinhart and Sack (2004)
    bernanke_day: kind.Whole = 0  # trading days after the operation
    warnock: kind.Months = ("1985-12", "2005-05")  # Warnock and Warnock (2009): twelve months of flows end in each month; flows begin in 1985
    warnock_window: kind.Count = 12  # months over which flows, growth, prices and the deficit are taken
    warnock_risk: kind.Count = 36  # months of the standard deviation of changes of the yield
    beltran: kind.Months = ("1994-01", "2007-06")  # Beltran, Kretchmer, Marquez and Thomas (2013)
    beltran_lags: kind.Count = 2  # of the cointegrated VAR, in levels
    martin: kind.Months = ("1985-04", "2008-12")  # Martin (2014)
    martin_lags: kind.Count = 6  # of its VAR, and of Wolcott's
    martin_horizon: kind.Whole = 12  # months after the purchase
    martin_draws: kind.Count = 1000  # admissible rotations
    imf: kind.Months = ("1994-01", "2015-12")  # IMF Working Paper 17/174
    imf_lags: kind.Count = 2  # of the cointegrated VAR, in levels
    ahmed: kind.Months = ("2003-01", "2020-12")  # Ahmed and Rebucci (2022): the archive has the Fed's purchases from 2003
    ahmed_lags: kind.Count = 6  # of both VARs
    ahmed_break: kind.Month = "2008-12"  # last month of the first regime of variances
    ahmed_draws: kind.Count = 499  # bootstrap
    march: kind.DaySpan = ("2020-03-09", "2020-03-18")  # Vissing-Jorgensen (2021)
    wolcott: kind.Months = ("1985-04", "2008-12")  # Wolcott (2020)
    tabova: kind.Months = ("1985-04", "2020-12")  # Tabova and Warnock (2022): officials against private foreigners
    tabova_lags: kind.Count = 3  # months of past changes of the yield that holders react to
    notebook: kind.Months = ("2011-06", "2025-12")  # shares of the United Kingdom and China in foreign holdings
# fmt: on
