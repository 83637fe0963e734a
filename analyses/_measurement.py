"""Choices of the exhibits on measurement: concepts, holdings against flows, custody, claims, summary."""

from __future__ import annotations

from dataclasses import dataclass

from analyses import _kinds as kind
from analyses._kinds import Span
from econ.report import Choices

BUND = "yield_10y_germany"


# fmt: off
@dataclass(frozen=True)
class Concepts(Choices, part="concepts"):
    """Concepts of a purchase, and the surveys."""

    holders: kind.Holders = (
        "china", "japan", "uk", "belgium", "luxembourg", "ireland", "cayman", "switzerland", "hong_kong", "singapore",
        "taiwan", "brazil", "official", "foreign"
    )  # of whom published purchases are held against those that positions imply
    quoted: kind.Holders = ("china", "japan", "uk", "foreign")  # whose trades and surveys the text quotes


@dataclass(frozen=True)
class Holdings(Choices, part="holdings"):
    """Holdings against flows."""

    holders: kind.Holders = ("foreign", "china", "japan")  # since 2011, beside foreign officials
    hac_lags: kind.Count = 12  # Bartlett lags
    imputed: kind.Flag = False  # whether months with a modelled valuation (2021-01 to 2023-01) enter the valuation row
    since: kind.Month = "2011-12"  # start of the figure


@dataclass(frozen=True)
class Custody(Choices, part="custody"):
    """China and its custodians."""

    groups: kind.Holders = (
        "china", "china_belgium", "china_custody"
    )  # China, with Belgium, with Luxembourg and Hong Kong too
    survey_hubs: kind.Holders = ("uk",)  # whose reports may be China's in the benchmark to the survey: not the hubs of the panel
    spans: kind.Spans = (
        Span("2011–14", "2011-07", "2014-12"), Span("2015–20", "2015-01", "2020-12"),
        Span("2021–Jan. 23", "2021-01", "2023-01"), Span("2023–26", "2023-02", "2026-05"),
    )  # months summed in the table, cut where the sources change; dollars need no debt, so that they run to 2026-05
    since: kind.Month = "2023-02"  # start of the sum that the text quotes
    survey: kind.Month = "2010-06"  # survey that the text quotes


@dataclass(frozen=True)
class Claims(Choices, part="claims"):
    """The scorecard; what was claimed and first printed are facts and stand in the program."""

    tolerance: kind.Positive = 0.05  # a claim within this share of a figure agrees with it
    years: kind.Years = (2012, 2025)  # rows of the annual table
    selling: kind.Years = (2022, 2025)  # years in which sales would have risen every year


@dataclass(frozen=True)
class Summary(Choices, part="summary"):
    """Summary statistics and the valuation model."""

    flows: kind.Holders = ("china", "japan", "uk", "japan_uk", "official", "foreign")  # beside the Fed
    yields: kind.SeriesList = (BUND,)  # beside the maturities and the premium of `yields`
    valued: kind.Holders = (
        "china", "japan", "uk", "belgium", "luxembourg", "hong_kong", "official", "foreign"
    )  # alternatives
# fmt: on
