"""Results in a file: one archive of plain JSON and numpy arrays, which opens without this package and runs nothing."""

from econ.saved.result import load_result, save

__all__ = ["load_result", "save"]
