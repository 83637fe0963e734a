"""US Treasury: the Treasury International Capital system (TIC)."""

from __future__ import annotations

from econ.data.fetchers.official import PUBLISHERS, Official

_TIC = "/resource-center/data-chart-center/tic/Documents/"


def _tic(layout: str, file: str, title: str) -> Official:
    return Official(layout, layout, PUBLISHERS["TREASURY"], _TIC + file, title, file)


OFFICIALS = (
    _tic("mfhhis01", "mfhhis01.txt", "Major Foreign Holders of Treasury Securities, history"),
    _tic("slt_table1", "slt_table1.txt", "SLT Table 1: US long-term securities held by foreign residents"),
    _tic("slt_table3", "slt_table3.txt", "SLT Table 3: US Treasury securities held by foreign residents"),
    _tic("slt_table5", "slt_table5.txt", "SLT Table 5: Major Foreign Holders, thirteen months"),
    _tic("s1_globl", "s1_globl.txt", "S form: gross trades of long-term securities by country, to 2023-01"),
    _tic("shlhistdat", "shlhistdat.txt", "SHL: annual survey of foreign holdings, history"),
    _tic("slt3d_globl", "slt3d_globl.csv", "SLT Table 3D: Treasury holdings by country, to 2023-01"),
)
