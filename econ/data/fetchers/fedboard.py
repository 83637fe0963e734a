"""Federal Reserve Board: Bertaut-Judson positions and flows, the GSW curve, excess bond premium."""

from __future__ import annotations

from econ.data.fetchers.official import PUBLISHERS, Official

_BOARD = PUBLISHERS["FEDBOARD"]
_IFDP = "/pubs/ifdp/2014/1113/"

OFFICIALS = (
    Official("bertaut_judson", "bertaut_judson", _BOARD, _IFDP + "bertaut_judson_positions_liabs_2021.csv",
             "IFDP 1113 data, update of 2021: positions and flows by country",
             "bertaut_judson_positions_liabs_2021.csv"),
    Official("foiadj", "foiadj", _BOARD, _IFDP + "ticdata.liabilities.foiadj.txt",
             "IFDP 1113 data: foreign official holders to 2011-06", "ticdata.liabilities.foiadj.txt"),
    Official("ebp", "ebp", _BOARD, "/econres/notes/feds-notes/ebp_csv.csv",
             "Gilchrist-Zakrajsek spread and excess bond premium", "ebp_csv.csv"),
    Official("gsw", "gsw", _BOARD, "/data/yield-curve-tables/feds200628.csv",
             "Nominal yield curve of Gürkaynak, Sack and Wright, daily", "feds200628.csv"),
)  # fmt: skip
