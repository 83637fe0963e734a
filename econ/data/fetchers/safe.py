"""State Administration of Foreign Exchange, China: official reserve assets, one workbook a year.

SAFE gives its workbooks addresses without a rule: a date and a random name. The addresses here are those that public
programs cite. A workbook of a finished year stays where it is; that of the current year moves with every month, and
its address here is of April 2026. A workbook that holds another year is refused.
"""

from __future__ import annotations

from econ.data.fetchers.official import PUBLISHERS, Official

_FILES = {
    2020: "20210207/ee2bb9252b934a7bad758e79c52b5b5f.xls?n=xlsx",  # cited under 2019; by its date of the year after
    2021: "20220128/b62ccc0d28dc401ba16712f592ecd2a0.xlsx?n=xlsx",
    2022: "20230131/99ae51feb9114aad94ef12715ab95cda.xlsx?n=xlsx",
    2023: "20240124/612f20d0024b41ec9d8ece9250b922cf.xlsx?n=xlsx",
    2024: "20250107/cccae56ba9204e43821b62c8441bbea8.xlsx?n=xlsx",
    2025: "20260207/532af9a5edf040fb95117264b66a748c.xlsx?n=xlsx",
    2026: "20260407/ad48d41728cc40e9aa3f9080dee8113c.xlsx",
}


def official(year: int) -> Official:
    """The workbook of one year."""
    path = f"/en/file/file/{_FILES[year]}"
    file = f"safe_ora_{year}.{path.split('?')[0].rsplit('.', 1)[-1]}"
    return Official(
        f"safe_{year}", "safe", PUBLISHERS["SAFE"], path, f"Official reserve assets {year}", file, year=year
    )


OFFICIALS = tuple(official(year) for year in _FILES)
