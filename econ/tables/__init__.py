"""Tables of results: numbers into text, the table in the languages of the page, and how every result shows itself."""

from econ.tables.compare import compare
from econ.tables.numbers import render
from econ.tables.row import Panel, Row
from econ.tables.table import Table

__all__ = ["Panel", "Row", "Table", "compare", "render"]
