"""Parsers of official layouts: bytes of a publisher in, a tidy frame out, or a `SchemaError`."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

import pandas as pd

from econ.border import checked
from econ.data.parsers.feio import feio
from econ.data.parsers.fred import fred_csv
from econ.data.parsers.gsw import gsw
from econ.data.parsers.ifdp import bertaut_judson, foiadj
from econ.data.parsers.mfh import mfhhis01, slt_table5
from econ.data.parsers.rates import acm, ebp, jgb
from econ.data.parsers.safe import safe
from econ.data.parsers.sform import s1_globl, slt3d_globl
from econ.data.parsers.shl import shlhistdat
from econ.data.parsers.slt import slt_table1, slt_table3
from econ.data.parsers.soma import soma
from econ.data.parsers.source import Source, read_source
from econ.errors import EconError, SchemaError, SeriesNotFound, suggestion

_PARSERS: dict[str, Callable[[Source], pd.DataFrame]] = {
    "acm": acm,
    "bertaut_judson": bertaut_judson,
    "ebp": ebp,
    "feio": feio,
    "foiadj": foiadj,
    "fred_csv": fred_csv,
    "gsw": gsw,
    "jgb": jgb,
    "mfhhis01": mfhhis01,
    "s1_globl": s1_globl,
    "safe": safe,
    "shlhistdat": shlhistdat,
    "slt3d_globl": slt3d_globl,
    "slt_table1": slt_table1,
    "slt_table3": slt_table3,
    "slt_table5": slt_table5,
    "soma": soma,
}
LAYOUTS = tuple(_PARSERS)


@checked
def parse(layout: str, source: str | Path | bytes, *, also: Collection[str] = (), series: str = "") -> pd.DataFrame:
    r"""Read an official file in the publisher's own layout.

    Parameters
    ----------
    layout : str
        One of `LAYOUTS`: ``mfhhis01``, ``slt_table1``, ``fred_csv``, ...
    source : path or bytes
        The file as the publisher serves it; gzip is unpacked.
    also : collection of str
        Printed names of new holders that you vouch for; any other unknown name is refused.
    series : str
        For ``fred_csv``: the series that the file must hold; any other is refused.

    Returns
    -------
    DataFrame
        One row a published number: ``date`` (months and quarters as periods, days as timestamps), ``holder``
        (ISO 3166, TOT, OFF, or the printed name) or ``series``, ``item``, ``value``, ``unit``, ``notes``
        (series breaks and revisions; empty otherwise), and ``printed`` for holders. A cell printed as missing
        gives no row.

    Raises
    ------
    SeriesNotFound
        For a layout that does not exist.
    VintageMissing
        If there is no such file.
    SchemaError
        If anything departs from the layout; names file, line and reason. Nothing is repaired or guessed.

    Examples
    --------
    >>> frame = parse("fred_csv", b"observation_date,GS10\n2026-01-01,4.21\n2026-02-01,4.13\n")
    >>> frame.loc[0, "series"], float(frame.loc[0, "value"]), str(frame.loc[0, "date"])
    ('GS10', 4.21, '2026-01')
    """
    if layout not in _PARSERS:
        raise SeriesNotFound(f"no layout {layout!r}; {suggestion(layout, LAYOUTS)}")
    file = read_source(source, also=tuple(also), series=series)
    try:
        return _PARSERS[layout](file)
    except EconError:
        raise
    except Exception as error:  # whatever a damaged file makes a parser do, the caller sees a refusal
        reason = f"{type(error).__name__}: {error}"
        raise SchemaError(f"{file.name} line 1: not the layout {layout!r} ({reason}); download it again.") from error


__all__ = ["LAYOUTS", "parse"]
