"""Choices of the ledger of claims and of the design on the freeze, fixed on 27 November 2026 before either was computed.

What had been seen: everything that the other exhibits show, the exploratory figures on China's sales by year, on
holdings and on the first prints, and that some claims on reserves and gold are off by multiples; not seen: any number
of C3 to C9, the panel by alliance, the change around the freeze, gold against sales, returns by holder.

Changed when results had been seen, and because simulations asked for it: means of C8 and C9 and the trend of F7 have
equal-weighted cosines instead of the Bartlett lags that were fixed first and that cover too seldom; no verdict moved.

Added on 27 November 2026 when results had been seen: the second part of C9, Japan by itself. Without it the claim that
allies bear the losses was right by the UK's custody alone, whose published changes in value no price explains; with it
C9 is not decidable. What could be seen is read off the set and not off the standard error beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

from analyses import _kinds as kind
from analyses._kinds import Span
from econ.errors import SpecificationError
from econ.report import Choices


# fmt: off
@dataclass(frozen=True)
class Ledger(Choices, part="ledger"):
    """Twenty-seven claims of one story, each with its rule."""

    story: kind.Day = "2025-10-09"  # when it appeared: single figures published later settle nothing that it said
    most: kind.Positive = 0.5  # share that "offsets", "shows" or "went to" means at least
    allies: kind.Holders = ("japan", "uk")  # whom the story calls allies
    lags: kind.Count = 3  # months: of purchases, volatility, conditions in C3, C4 and C6
    after_stress: kind.Whole = 1  # C3: months after the purchase
    stress: kind.Spans = (
        Span("September-October 2022", "2022-09", "2022-10"), Span("April-May 2024", "2024-04", "2024-05"),
        Span("April 2025", "2025-04", "2025-04"), Span("April-May 2026", "2026-04", "2026-05"),
    )  # C3: months in which an ally's purchases would have steadied the market
    draws: kind.Count = 1999  # C4: signs of the wild bootstrap, and alliances dealt anew
    haven: kind.DaySpan = ("2000-01-07", "2026-05-22")  # C7: Fridays with conditions and yields
    haven_ends: kind.Day = "2022-02-28"  # C7: Treasuries would be no haven after it
    haven_lags: kind.Whole = 4  # C7: Bartlett lags, weeks
    haven_draws: kind.Count = 299  # C7: bootstrap of the break at an unknown date
    gold_since: kind.Month = "2022-03"  # C8 and F6: first month in which gold may replace Treasuries
    gold_seller: kind.OneHolder = "china_custody"  # C8: whose sales gold would replace: China's with its custodians'
    returns: kind.Months = ("2023-02", "2026-05")  # C9: months with a valuation by holder that the holder's form reports
    shares: kind.Months = ("2014-01", "2026-03")  # F7: quarters of the dollar's share
    shares_broken: kind.Month = "2022-03"  # F7: the quarter after which the share would fall faster


@dataclass(frozen=True)
class Freeze(Choices, part="freeze"):
    """C5: purchases of distant holders against those of aligned ones around the freeze of Russia's reserves."""

    date: kind.Month = "2022-02"  # the freeze: months after it are treated
    before: kind.Count = 48  # months compared, to the freeze; Russia itself, whose reserves were frozen, is in neither group
    after: kind.Count = 48  # months after it; fewer under a concept of purchases that ends before
    block: kind.Count = 12  # months of a block of the path, and of the base before the freeze
    scaled: kind.Month = "2021-12"  # purchases are percent of the holder's position in this month
    distant: kind.Holders = (
        "china", "india", "brazil", "indonesia", "malaysia", "thailand", "mexico", "chile", "colombia", "peru",
        "israel", "south_africa"
    )  # official holders without a defence treaty that did not join the sanctions, position of at least $5bn
    aligned: kind.Holders = (
        "japan", "korea", "norway", "canada", "france", "germany", "australia", "denmark", "spain", "italy",
        "netherlands", "poland", "finland", "sweden"
    )  # allies, and two that became ones, that joined the sanctions; no custody hub, position of at least $5bn
    custody: kind.OneHolder = "china_custody"  # in China's place in the variant that decides: with its custodians
    draws: kind.Count = 1999  # groups dealt anew, dates moved
    magnitudes: kind.Reals = (0.5, 1.0, 2.0)  # how much larger than before the groups' drift apart may be after

    def check(self) -> None:
        """Refuse a holder in both groups, and a base that is longer than what stands before."""
        both = set(self.distant) & set(self.aligned)
        if both or "china" not in self.distant:
            raise SpecificationError(
                f"freeze.distant and freeze.aligned share no holder and China is distant; found {sorted(both)} in both."
            )
        if self.before < 3 * self.block or self.before % self.block or self.after % self.block:
            raise SpecificationError(
                f"freeze.before and freeze.after are whole blocks of {self.block} months, at least three before; found "
                f"{self.before} and {self.after}."
            )
# fmt: on
