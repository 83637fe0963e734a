r"""The nominal Treasury curve of Gürkaynak, Sack and Wright (Federal Reserve Board), every day since 1961.

The file prints the parameters of the curve of Svensson (1994) beside the yields and forward rates that follow from
them, so that every row can be recomputed:

.. math::

    f(n) &= \beta_0 + \beta_1 e^{-n/\tau_1} + \beta_2 \frac{n}{\tau_1} e^{-n/\tau_1}
            + \beta_3 \frac{n}{\tau_2} e^{-n/\tau_2}, \\
    y(n) &= \frac1n \int_0^n f(m)\,dm .

References
----------
Gürkaynak, R. S., B. Sack and J. H. Wright (2007), Journal of Monetary Economics 54(8), 2291-2304.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from econ.data.parsers.source import Source, Wide, split_quoted

_YEARS = range(1, 31)
_BETAS, _TAUS = ("BETA0", "BETA1", "BETA2", "BETA3"), ("TAU1", "TAU2")
_GROUPS = {
    "parameter": _BETAS,
    "one_year_forward": ("SVEN1F01", "SVEN1F04", "SVEN1F09"),
    "forward_rate": tuple(f"SVENF{years:02d}" for years in _YEARS),
    "par_yield": tuple(f"SVENPY{years:02d}" for years in _YEARS),
    "zero_yield": tuple(f"SVENY{years:02d}" for years in _YEARS),
}
_ITEM = {name: item for item, names in _GROUPS.items() for name in names} | dict.fromkeys(_TAUS, "parameter")
_COLUMNS = tuple(_ITEM)
_CONVENTIONS = [
    "Series,Compounding Convention,Mnemonic(s)",
    "Zero-coupon yield,Continuously Compounded,SVENYXX",
    "Par yield,Coupon-Equivalent,SVENPYXX",
    "Instantaneous forward rate,Continuously Compounded,SVENFXX",
    "One-year forward rate,Coupon-Equivalent,SVEN1FXX",
    "Parameters,N/A,BETA0 to TAU2",
]
_HEADER_LINE = 10
_NO_SECOND_HUMP = -999.99
"""Printed for TAU2 until 1980, where the curve has one hump only (BETA3 = 0)."""
_PRINTED = 2e-4
"""Percentage points: yields are printed with four decimals."""


def gsw(source: Source) -> pd.DataFrame:
    """Parse the file ``feds200628.csv``: zero and par yields, forward rates (percent), parameters (TAU in years).

    ``NA`` is no estimate. Zero yields and instantaneous forwards must follow from the parameters of their row.
    """
    lines = source.complete_lines()
    if [line.rstrip(",") for line in lines[2:8]] != _CONVENTIONS:
        source.fail(3, "the table of compounding conventions changed.")
    if len(lines) <= _HEADER_LINE or lines[_HEADER_LINE - 1].split(",") != ["Date", *_COLUMNS]:
        source.fail(_HEADER_LINE, f"the header changed: expected Date, BETA0 and {len(_COLUMNS) - 1} more columns.")
    parts = [_block(source, start) for start in range(_HEADER_LINE, len(lines), _BLOCK)]
    if not parts:
        source.fail(_HEADER_LINE + 1, "no figures under the header.")
    numbers = list(range(_HEADER_LINE + 1, len(lines) + 1))
    days = source.days([date for dates, _ in parts for date in dates], numbers, form="%Y-%m-%d")
    source.ascending(days, numbers)
    values = np.concatenate([block for _, block in parts])
    values[values == _NO_SECOND_HUMP] = np.nan
    _check(source, values, numbers)
    frame = Wide(days, [""] * len(days), None, _COLUMNS, values, "percent").tidy("series")
    frame["series"] = frame["item"]
    frame["item"] = frame["series"].map(_ITEM)
    frame.loc[frame["series"].isin(_TAUS), "unit"] = "years"
    return frame


_BLOCK = 1000
"""Lines split at a time: sixty years of a hundred columns are two million texts."""


def _block(source: Source, start: int) -> tuple[list[str], np.ndarray]:
    """Dates as text and figures of some lines."""
    lines = source.lines[start : start + _BLOCK]
    numbers = list(range(start + 1, start + 1 + len(lines)))
    rows = [split_quoted(line, ",") for line in lines]
    for row, number in zip(rows, numbers, strict=True):
        if len(row) != len(_COLUMNS) + 1:
            source.fail(number, f"expected {len(_COLUMNS) + 1} cells, found {len(row)}.")
    columns = [source.numbers([row[place] for row in rows], numbers, missing="NA") for place in range(1, len(rows[0]))]
    return [row[0] for row in rows], np.column_stack(columns)


def _check(source: Source, values: np.ndarray, lines: list[int]) -> None:
    """Recompute zero yields and forwards from the parameters, row by row; parameters must come together."""
    at = {name: place for place, name in enumerate(_COLUMNS)}
    betas, taus = values[:, [at[name] for name in _BETAS]], values[:, [at[name] for name in _TAUS]]
    known = np.isfinite(betas).all(axis=1) & np.isfinite(taus[:, 0]) & (taus[:, 0] > 0)
    second = np.isfinite(taus[:, 1]) & (taus[:, 1] > 0)
    printed = np.isfinite(np.delete(values, at["TAU2"], axis=1)).any(axis=1)
    wrong = (printed & ~known) | (known & ~second & (betas[:, 3] != 0))
    if wrong.any():
        source.fail(lines[int(np.argmax(wrong))], "rates without a whole set of parameters.")
    zero, forward = curve(betas, np.where(second[:, None], taus, np.nan_to_num(taus, nan=1.0)), np.array(_YEARS))
    for name, computed in (("SVENY", zero), ("SVENF", forward)):
        gap = np.abs(values[:, at[f"{name}01"] : at[f"{name}30"] + 1] - computed)
        wrong = (gap > _PRINTED).any(axis=1)  # NaN where the row prints no rate
        if wrong.any():
            row = int(np.argmax(wrong))
            source.fail(lines[row], f"{name} differs by {np.nanmax(gap[row]):.4f} from what the parameters give.")


def curve(betas: np.ndarray, taus: np.ndarray, years: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Zero yields and instantaneous forwards of Svensson's curve, continuously compounded.

    Parameters
    ----------
    betas : ndarray (n, 4)
        Percent.
    taus : ndarray (n, 2)
        Years.
    years : ndarray (k,)
        Maturities.

    Returns
    -------
    tuple of ndarray (n, k)
        Yields and forward rates, percent.

    Examples
    --------
    >>> zero, forward = curve(np.array([[4.0, -1.0, 0.0, 0.0]]), np.array([[1.0, 1.0]]), np.array([1, 30]))
    >>> zero.round(4).tolist(), forward.round(4).tolist()
    ([[3.3679, 3.9667]], [[3.6321, 4.0]])
    """
    first, second = (years[None, :] / taus[:, [place]] for place in (0, 1))
    slope, decay = -np.expm1(-first) / first, np.exp(-first)
    slope2, decay2 = -np.expm1(-second) / second, np.exp(-second)
    level, tilt, hump, hump2 = (betas[:, [place]] for place in range(4))
    zero = level + tilt * slope + hump * (slope - decay) + hump2 * (slope2 - decay2)
    forward = level + tilt * decay + hump * first * decay + hump2 * second * decay2
    return zero, forward
