"""Federal Reserve Board: Bertaut-Judson positions and flows, the GSW curve, excess bond premium."""

from __future__ import annotations

from econ.data.fetchers.official import PUBLISHERS, Official

_BOARD = PUBLISHERS["FEDBOARD"]
_IFDP = "/econres/ifdp/estimating-us-cross-border-securities-positions-new-data-and-new-methods.htm"
"""Page of IFDP 1113, which links its data as one zip archive ("Data (.zip)"); the archive's own address is not cited
anywhere that we know of, so it is read from the page."""

OFFICIALS = (
    Official("bertaut_judson", "bertaut_judson", _BOARD, _IFDP,
             "IFDP 1113 data, update of 2021: positions and flows by country",
             "bertaut_judson_positions_liabs_2021.csv", packed=True),
    Official("foiadj", "foiadj", _BOARD, _IFDP,
             "IFDP 1113 data: foreign official holders to 2011-06", "ticdata.liabilities.foiadj.txt", packed=True),
    Official("ebp", "ebp", _BOARD, "/econres/notes/feds-notes/ebp_csv.csv",
             "Gilchrist-Zakrajsek spread and excess bond premium", "ebp_csv.csv"),
    Official("gsw", "gsw", _BOARD, "/data/yield-curve-tables/feds200628.csv",
             "Nominal yield curve of Gürkaynak, Sack and Wright, daily", "feds200628.csv"),
)  # fmt: skip
