"""What size of error in a figure the ranges, the totals and the adding-up of a fetch catch, and what they let through.

A digit changed inside a number is invisible to a parser. On the real SLT table of July 2026:

* a line's own classes (Treasuries, agencies, bonds, equity against their total, in the parser) show 7 million;
* the groups of holders against the Grand Total show 9 million in any total, official, regional or world line;
* a position against purchases and valuation shows 2% of the position a month earlier for China and Japan at most
  6%, for hubs 25%: only this sees a figure that is wrong in the line's total and class together;
* the ranges of the catalogue show a yield in basis points and a table in billions.
"""

import pandas as pd
import pytest

from econ.data.archive import EMBEDDED, read_table
from econ.data.checks import check_gaps, check_ranges, check_totals
from econ.data.parsers import parse
from econ.errors import SchemaError

PLACES = ("Of Which: Foreign Official", "Of Which: Foreign Non-Official", "Grand Total")


def lines(**values):
    rows = [("2026-01", "for_lt_treas_pos", name, value) for name, value in values.items()]
    return pd.DataFrame(rows, columns=["date", "item", "printed", "value"])


def test_the_embedded_vintage_passes():
    for table in ("slt_table1", "bertaut_judson", "DGS10", "mfh"):
        check_ranges(table, read_table(table)[0])
    check_gaps("slt_table1", read_table("slt_table1")[0])


@pytest.mark.parametrize(("error", "seen"), [(0, False), (5, False), (9, True), (-10_000, True)])
def test_groups_of_holders_add_up_to_the_grand_total(error, seen):
    table = lines(**dict(zip(PLACES, (4000.0, 5000.0, 9000.0 + error), strict=True)))
    if seen:
        with pytest.raises(SchemaError, match=r"slt_table1 for_lt_treas_pos of 2026-01: .* miss the Grand Total by"):
            check_totals("slt_table1", table)
    else:
        check_totals("slt_table1", table)


@pytest.mark.parametrize(("name", "layout"), [("slt_table1", "slt_table1"), ("slt_table3", "slt_table3")])
def test_the_publishers_tables_add_up_and_one_wrong_figure_shows(shared, name, layout):
    table = parse(layout, shared(f"data/raw/tic/{name}.txt"))
    check_totals(layout, table)
    for printed in ("Of Which: Foreign Official", "Total Asia", "Canada", "Grand Total"):
        where = table.index[(table["printed"] == printed) & (table["item"] == "for_lt_treas_pos")][3]
        wrong = table.copy()
        wrong.loc[where, "value"] += 9.0
        with pytest.raises(SchemaError, match=r"miss the Grand Total by \d+; a figure is wrong"):
            check_totals(layout, wrong)


@pytest.mark.parametrize(
    ("holder", "share", "seen"),
    [("CHN", 0.03, False), ("CHN", 0.08, True), ("CHN", -0.08, True), ("JPN", 0.08, True), ("OFF", 0.05, True),
     ("TOT", 0.05, True), ("GBR", 0.10, False), ("GBR", 0.32, True)],
)  # fmt: skip
def test_a_position_moves_by_purchases_and_valuation_but_for_a_share(holder, share, seen):
    """The position of one month off by ``share``: 8% of China's, 5% of all officials', 32% of the UK's are seen."""
    table = read_table("slt_table1", EMBEDDED)[0].astype({"position": float})
    row = (table["holder"] == holder) & (table["date"] == "2025-03")
    table.loc[row, "position"] *= 1 + share
    if seen:
        with pytest.raises(SchemaError, match=f"slt_table1 {holder} 2025-03: the position moves by"):
            check_gaps("slt_table1", table)
    else:
        check_gaps("slt_table1", table)


def test_a_month_that_a_holder_lacks_is_named():
    table = read_table("slt_table1", EMBEDDED)[0]
    with pytest.raises(SchemaError, match="slt_table1 JPN has no position in 2025-03"):
        check_gaps("slt_table1", table[(table["holder"] != "JPN") | (table["date"] != "2025-03")])


def test_a_wrong_flow_is_seen_like_a_wrong_position():
    table = read_table("slt_table1", EMBEDDED)[0].astype({"position": float})
    row = (table["holder"] == "CHN") & (table["date"] == "2025-03")
    table.loc[row, "net_purchases"] += 60_000
    with pytest.raises(SchemaError, match=r"CHN 2025-03: the position moves by -\d+,\d{3} more"):
        check_gaps("slt_table1", table)


def test_every_live_series_has_a_range_that_another_unit_leaves():
    from econ.data.catalogue import ENTRIES

    live = [item for item in ENTRIES.values() if not item.archived]
    assert all(item.low > float("-inf") and item.high < float("inf") for item in live)
    assert all(item.sign != "as named" for item in live)
    frame = pd.DataFrame({"date": ["2026-01"], "value": [450.0]})
    with pytest.raises(SchemaError, match="DGS5 column 'value' must lie between -1 and 20; found 450"):
        check_ranges("DGS5", frame)
