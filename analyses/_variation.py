"""Choices of the exhibits on time variation and on the nowcast, fixed on 27 November 2026 before their programs existed.

What had been seen: every exhibit of the paper, its responses by era among them (operations: larger in 2003 and 2004 than
after). The archive holds no balance sheet of dealers: what stands for their capacity is the index of financial conditions,
which holds leverage and credit, and what they would have to absorb, the share of the debt that the Federal Reserve
does not hold. A response that grows as conditions tighten is what dealers with little capacity would leave.

Seen while the model of the nowcast was tried, before its exhibit was computed: with data from 1985, when trades did not
tell the owner, and without the debt, its error in 2015 to 2026 was 0.89 of that of the purchases' own last months.
"""

from __future__ import annotations

from dataclasses import dataclass

from analyses import _kinds as kind
from econ.errors import SpecificationError
from econ.report import Choices


# fmt: off
@dataclass(frozen=True)
class Variation(Choices, part="variation"):
    """Whether the response of yields has changed, and with what."""

    day: kind.Whole = 2  # trading days after the operation in the cell that decides, as in operations
    lags: kind.Count = 5  # changes of the yield and amounts before it, held fixed
    modifiers: kind.Names = ("conditions", "fed_share")  # known on the day before: financial conditions, the Fed's share of the debt
    levels: kind.Reals = (0.1, 0.9)  # quantiles of the modifier at which the response is shown; the difference decides
    seller: kind.OneHolder = "foreign"  # of the monthly paths
    sample: kind.Months = ("1985-04", "2026-03")  # yields from month end to month end
    monthly_lags: kind.Count = 3  # of purchases and of the change of the yield
    dates: kind.MonthList = ("1994-12", "2004-12", "2008-12", "2014-12", "2019-12", "2022-12", "2025-12")  # shown
    var_lags: kind.Count = 2  # of the VAR with coefficients and variances that drift, purchases first
    training: kind.Count = 60  # first months, from which its prior comes
    draws: kind.Count = 4000  # of its posterior
    horizon: kind.Whole = 3  # months after the purchase


@dataclass(frozen=True)
class Nowcast(Choices, part="nowcast"):
    """What weekly custody and yields say of a month's Chinese purchases before they are published."""

    holder: kind.OneHolder = "china"  # whose purchases
    sample: kind.Months = ("2011-07", "2026-03")  # months whose trades tell the owner
    lags: kind.Count = 4  # weeks
    evaluated: kind.Months = ("2019-01", "2026-03")  # months that are forecast from what was published before them
    delay: kind.Count = 45  # days after its end until a month's purchases, or a quarter's debt, are published
    refitted: kind.Count = 12  # months between two estimates of the coefficients
    draws: kind.Count = 400  # of each posterior

    def check(self) -> None:
        """Refuse months to forecast outside the sample."""
        if not self.sample[0] < self.evaluated[0] <= self.evaluated[1] <= self.sample[1]:
            raise SpecificationError(f"nowcast.evaluated lies inside nowcast.sample, {self.sample}; found {self.evaluated}.")
# fmt: on
