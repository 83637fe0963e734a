"""State Administration of Foreign Exchange, China: official reserve assets, one workbook a year.

SAFE gives its workbooks addresses without a rule; the ones here hold in a mirror (``ECON_URL_SAFE``).
"""

from __future__ import annotations

from econ.data.fetchers.official import PUBLISHERS, Official

_FIRST, _LAST_OLD = 2020, 2020


def official(year: int) -> Official:
    """The workbook of one year."""
    file = f"safe_ora_{year}.xls" + "x" * (year > _LAST_OLD)
    page = f"/en/ForexReserves/{file}"
    return Official(f"safe_{year}", "safe", PUBLISHERS["SAFE"], page, f"Official reserve assets {year}", file)


OFFICIALS = tuple(official(year) for year in range(_FIRST, 2027))
