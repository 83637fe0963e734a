"""First prints: strict reading, slips set aside, revisions by holder against hand arithmetic."""

import numpy as np
import pandas as pd
import pytest

from econ.data.parsers import parse
from econ.data.realtime import first_prints, revision_statistics, revisions, todays_figures, vintage_revisions
from econ.errors import SampleTooShort, SchemaError
from econ.estimate import Unavailable

HEADER = ("release_date,ref_month,priv_lt_treas_net_first_bn,off_lt_treas_net_first_bn,off_prev1_as_revised,"
          "off_prev2_as_revised,off_prev3_as_revised,tbills_change_first_bn,source_file")  # fmt: skip


def table(*rows):
    return "\n".join([HEADER, *rows, ""]).encode()


SOUND = table("2024-03-18,2024-01,10.5,-3.0,,,,,a", "2024-04-16,2024-02,20.0,4.5,,,,,b", "2024-05-16,2024-03,,,,,,,c")


def test_prints_are_read_by_month_and_holder():
    prints = first_prints(SOUND)
    assert prints.frame["holder"].tolist() == ["OFF", "PRIVATE"] * 2
    assert prints.frame["value"].tolist() == [-3.0, 10.5, 4.5, 20.0]
    assert prints.excluded.empty


def test_slips_are_set_aside_with_a_reason():
    prints = first_prints(
        table(
            "2025-03-19,2024-01,10.8,-24.1,,,,,wrong year",
            "2021-04-15,2021-02,1.0,2.0,,,,,a",
            "2021-04-16,2021-02,1.0,2.5,,,,,disagrees",
            "2007-07-16,2007-05,1.0,2.0,,,,,a",
            "2007-07-17,2007-05,1.0,2.0,,,,,again",
        )
    )
    assert prints.excluded["line"].tolist() == [2, 3, 4, 6]
    assert "413 days" in prints.excluded["reason"].iloc[0]
    assert len(prints.frame) == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (SOUND.replace(b"ref_month", b"month"), "line 1: the header changed"),
        (SOUND.replace(b"10.5", b"ten"), "line 2: expected a number"),
        (SOUND.replace(b"2024-02", b"2024-13"), "line 3: expected a month"),
        (SOUND[:-1], "line 4: the last line is cut"),
        (SOUND.replace(b"20.0,", b"20.0,,"), "line 3: expected 9 cells"),
    ],
)
def test_a_damaged_table_is_refused(content, reason):
    with pytest.raises(SchemaError, match=reason):
        first_prints(content)


def test_revisions_are_todays_figure_less_the_first_print():
    out = revisions(first_prints(SOUND))
    today = todays_figures()
    row = out[(out["holder"] == "OFF") & (out["date"] == pd.Period("2024-01"))].iloc[0]
    assert row["today"] == today.loc["2024-01", "OFF"]
    assert row["revision"] == pytest.approx(row["today"] + 3.0)


def test_statistics_agree_with_hand_arithmetic():
    frame = pd.DataFrame(
        {"holder": ["A"] * 4 + ["B"], "first": [1.0, -1.0, 2.0, 4.0, 5.0], "today": [2.0, 1.0, 2.0, 3.0, 5.0]}
    )
    frame["revision"] = frame["today"] - frame["first"]
    found = revision_statistics(frame)
    assert found.loc["A", ["nobs", "mean", "mean_absolute", "largest", "same_sign"]].tolist() == [
        4,
        0.5,
        1.0,
        2.0,
        0.75,
    ]
    assert found.loc["A", "root_mean_square"] == pytest.approx(np.sqrt(1.5))
    assert found.loc["A", "noise"] == pytest.approx(np.corrcoef([1, 2, 0, -1], [1, -1, 2, 4])[0, 1])
    assert isinstance(found.loc["B", "noise"], Unavailable)


def test_no_common_month_is_refused():
    with pytest.raises(SampleTooShort):
        revision_statistics(pd.DataFrame(columns=["holder", "first", "today", "revision"]))


def test_the_real_first_prints(shared):
    prints = first_prints(shared("data/raw/first_prints/tic_first_prints.csv"))
    assert {"2024-01", "2016-12", "2017-01"} <= set(prints.excluded["ref_month"])
    july = prints.frame[(prints.frame["date"] == pd.Period("2025-07")) & (prints.frame["holder"] == "OFF")]
    assert july["value"].tolist() == [17.1]
    statistics = revision_statistics(revisions(prints))
    assert statistics["nobs"].min() > 100
    assert statistics.loc["OFF", "same_sign"] > 0.6


def test_revisions_of_the_mfh_table_between_two_releases_by_holder(shared):
    old, new = (
        parse("mfhhis01", shared(f"data/raw/tic/{file}")) for file in ("vintages/mfhhis01_2026-04.txt", "mfhhis01.txt")
    )
    table = vintage_revisions(old, new)
    uk = table[(table["holder"] == "GBR") & (table["date"] == pd.Period("2025-11"))]
    assert uk[["first", "today"]].to_numpy().tolist() == [[889.0, 879.8]]
    assert (revision_statistics(table).loc["JPN", "mean_absolute"]) < 0.01
