"""How time and memory grow: each size of a problem on a grid, exponents fitted, beside the peers on the same grid.

Writes ``benchmarks/scaling.md`` and ``benchmarks/scaling.svg``. Processor seconds of all threads, the best of three;
peak memory is that of a process of its own that does nothing else. The exponent is the slope of log seconds on log size
over the upper half of the grid, where the fixed cost has paled; beside it stands what the arithmetic says.

Run: ``OPENBLAS_NUM_THREADS=1 python -m benchmarks.scaling [AXIS ...]`` (some axes only: prints, writes nothing).
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks._growth import AXES, Axis
from benchmarks._ratios import peak, seconds

HERE = Path(__file__).parent
SHORT = 5.0  # seconds: what takes longer is run once; the first run pays for memory that nobody had touched


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("axes", nargs="*", choices=[[], *AXES])
    parser.add_argument("--memory", nargs=2, metavar=("AXIS", "SIZE"), help="do the work once and print the peak, MB")
    options = parser.parse_args()
    if options.memory:
        name, size = options.memory
        AXES[name].ours(int(size))()
        print(peak())
        return
    wanted = options.axes or list(AXES)
    found = {name: measured(name, AXES[name]) for name in wanted}
    for name, table in found.items():
        print(f"\n{AXES[name].title}\n{table.to_string()}\n{summary(AXES[name], table)}", flush=True)
    if not options.axes:
        (HERE / "scaling.md").write_text(page(found), encoding="utf-8")
        draw(found).savefig(HERE / "scaling.svg", metadata={"Date": None})


def measured(name: str, axis: Axis) -> pd.DataFrame:
    """Seconds, memory and seconds of the peer at each size of an axis."""
    rows = []
    if axis.peer is not None:
        axis.peer(axis.sizes[0])()  # its imports are no part of the work
    for size in axis.sizes:
        row = {"size": size, "seconds": timed(axis.ours(size))}
        if axis.memory:
            command = [sys.executable, "-m", "benchmarks.scaling", "--memory", name, str(size)]
            row["MB"] = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        if axis.peer is not None and size <= axis.peer_until:
            row["peer"] = timed(axis.peer(size)) * axis.peer_scale
        rows.append(row)
        print(name, {key: round(value, 4) for key, value in row.items()}, flush=True)
    return pd.DataFrame(rows).set_index("size")


def timed(work: Callable[[], object]) -> float:
    """Best of three, or of one where that takes long."""
    first = seconds(work, 1)
    return first if first > SHORT else min(first, seconds(work, 2))


def exponent(times: pd.Series) -> float:
    """Slope of log time on log size over the upper half of the grid."""
    known = times.dropna()
    upper = known.iloc[(len(known) - 1) // 2 :]
    return float(np.polyfit(np.log(upper.index.to_numpy(float)), np.log(upper.to_numpy()), 1)[0])


def summary(axis: Axis, table: pd.DataFrame) -> str:
    """One line of exponents."""
    words = [f"exponent {exponent(table['seconds']):.2f} (arithmetic: {axis.theory})"]
    if "peer" in table:
        words.append(f"peer {exponent(table['peer']):.2f}, {(table['peer'] / table['seconds']).min():.1f} to "
                     f"{(table['peer'] / table['seconds']).max():.1f} times ours")  # fmt: skip
    if "MB" in table:
        words.append(f"memory {table['MB'].iloc[0]:.0f} to {table['MB'].iloc[-1]:.0f} MB")
    return "; ".join(words)


def page(found: dict[str, pd.DataFrame]) -> str:
    """The tables as Markdown."""
    lines = ["# How cost grows", "", "Written by `python -m benchmarks.scaling`; what is measured stands there.", "",
             "![seconds against size, ours and the peer](scaling.svg)", ""]  # fmt: skip
    for name, table in found.items():
        axis = AXES[name]
        lines += [f"## {axis.title}", "", f"{summary(axis, table)}.", ""]
        heads = [axis.unit, *(axis.peer_name if column == "peer" else str(column) for column in table)]
        lines += ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
        for size, row in table.iterrows():
            cells = ["" if math.isnan(value) else f"{value:.3g}" for value in row]
            lines.append("| " + " | ".join([f"{size:,}", *cells]) + " |")
        lines.append("")
    return "\n".join(lines)


def draw(found: dict[str, pd.DataFrame]):  # type: ignore[no-untyped-def]
    """Small multiples in logs, one panel an axis."""
    import matplotlib

    matplotlib.use("agg")
    matplotlib.rcParams["svg.hashsalt"] = "econ"
    import matplotlib.pyplot as plt
    from matplotlib.ticker import NullFormatter

    columns = 3
    grid = math.ceil(len(found) / columns)
    figure, panels = plt.subplots(grid, columns, figsize=(9.0, 2.4 * grid), layout="constrained", squeeze=False)
    for panel, (name, table) in zip(panels.flat, found.items(), strict=False):
        panel.loglog(table.index, table["seconds"], "o-", color="black", label="econ")
        if "peer" in table:
            panel.loglog(table.index, table["peer"], "s--", color="0.5", label=AXES[name].peer_name)
            panel.legend(fontsize=7, frameon=False)
        panel.set_xticks(table.index, [f"{size:,}" for size in table.index], fontsize=6)
        panel.xaxis.set_minor_formatter(NullFormatter())
        panel.yaxis.set_minor_formatter(NullFormatter())
        panel.tick_params("y", labelsize=7)
        panel.set_title(AXES[name].unit, fontsize=9)
        panel.set_ylabel("seconds", fontsize=8)
    for panel in list(panels.flat)[len(found) :]:
        panel.set_axis_off()
    return figure


if __name__ == "__main__":
    main()
