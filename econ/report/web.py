"""What the web edition has that pandoc does not give: anchors, tables that scroll, their files, and the lineage."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from html import escape, unescape
from pathlib import Path

from econ.errors import SpecificationError
from econ.report import cells
from econ.report.exhibit import Exhibit, built
from econ.report.lineage import lineage, told

WIDE = 40
"""Characters of the longest row from which a table is wider than a telephone."""
MEDIA = {"csv": "text/csv", "tex": "application/x-tex"}

_HEADING = re.compile(r'(<h[1-4][^>]*\bid="(?P<id>[^"]+)"[^>]*>)(?P<words>.*?)(</h[1-4]>)', re.DOTALL)
_TABLE = re.compile(
    r'<div id="(?P<id>[^"]+)" class="table">\s*<div class="caption">(?P<caption>.*?)</div>\s*'
    r'<div class="scroll">(?P<body>.*?</table>)',
    re.DOTALL,
)
_PLACE = re.compile(r'<div class="files" data-table="(?P<table>[^"]+)">\s*</div>')
_LINK = re.compile(r'<a href="#lineage:(?P<key>[\w.-]+)" class="num"')
_ROW = re.compile(r"<tr.*?</tr>", re.DOTALL)
_CAPTION = re.compile(r'<div id="([^"]+)" class="table">\s*<div class="caption">\s*<strong>(Table \d+)')
_TAG = re.compile(r"<[^>]*>")


def finished(page: str, folder: Path, numbers: Sequence[str]) -> str:
    """The page with its navigation, its tables and its lineage.

    Parameters
    ----------
    page : str
        What pandoc wrote, with ``web.lua`` among its filters.
    folder : Path
        Folder of the paper, with results and tables.
    numbers : sequence of str
        Numbers that the text quotes, as ``exhibit.number``.

    Raises
    ------
    SpecificationError
        If a table of the page has no files, or the page is not one of pandoc's.
    """
    keys = built(folder)
    stems = [Path(match["table"]).name for match in _PLACE.finditer(page)]
    named = {each.partition(".")[0] for each in numbers} | {key for stem in stems if (key := exhibit_of(stem, keys))}
    exhibits = {key: Exhibit.open(key, folder) for key in keys if key in named}
    root = next((path for path in folder.parents if (path / "analyses").is_dir()), None)
    shown: dict[str, dict[str, str]] = {key: {} for key in exhibits}
    for place in reversed(list(_PLACE.finditer(page))):
        stem = Path(place["table"]).name
        if key := exhibit_of(stem, keys):
            page, shown[key][stem] = _cells(page, place.start(), stem, exhibits[key])
    page = _TABLE.sub(_table, _HEADING.sub(_heading, page))
    page = _PLACE.sub(lambda match: _files(folder, match["table"], exhibit_of(Path(match["table"]).name, keys)), page)
    page = page.replace(
        '<math display="block"', '<math tabindex="0" display="block"'
    )  # it scrolls where it is too wide
    page = _LINK.sub(lambda match: f'{match[0]} title="{_title(exhibits, match["key"])}"', page)
    return _framed(page, lineage(exhibits, numbers, root, shown=shown))


def exhibit_of(stem: str, keys: Iterable[str]) -> str:
    """Key of the exhibit to which the file of a table belongs; empty where there is none.

    Examples
    --------
    >>> exhibit_of("price_impact_horizons", ["price_impact", "price"]), exhibit_of("editions", ["claims"])
    ('price_impact', '')
    """
    return max((key for key in keys if stem == key or stem.startswith(f"{key}_")), key=len, default="")


def _cells(page: str, place: int, stem: str, exhibit: Exhibit) -> tuple[str, str]:
    """The page with links in the table before the place of its files, and a link to that table."""
    start = page.rfind("<tbody>", 0, place)
    end = page.find("</tbody>", start)
    if not (captions := _CAPTION.findall(page, 0, place)) or end < start:
        raise SpecificationError(f"the paper cannot be set; no numbered table stands before the files of {stem}.")
    label, words = captions[-1]
    body = cells.linked(page[start:end], stem, cells.table_of(exhibit, stem))
    return page[:start] + body + page[end:], f'<a href="#{label}">{words}</a>'


def _heading(match: re.Match[str]) -> str:
    """A heading with a link to itself."""
    words = unescape(_TAG.sub("", match["words"])).strip()
    anchor = f'<a class="anchor" href="#{match["id"]}" aria-label="Link to: {escape(words, quote=True)}">#</a>'
    return f"{match[1]}{match['words']}{anchor}{match[4]}"


def _table(match: re.Match[str]) -> str:
    """A table in a window that can be moved by key, its notes outside; a hint where a telephone cuts it."""
    label, body = f"{match['id']}-caption", match["body"]
    rows = [_TAG.sub(" ", row).split() for row in _ROW.findall(body)]
    longest = max((len(" ".join(row)) for row in rows), default=0)
    hint = '<p class="hint" aria-hidden="true">Slide the table sideways →</p>' if longest > WIDE else ""
    past = end = ""
    if "#cell:" in body:  # by key, a way around its numbers
        past = f'<a class="past" href="#{match["id"]}-end">Past the numbers of this table</a>'
        end = f'<span id="{match["id"]}-end" tabindex="-1"></span>'
    return (
        f'<div id="{match["id"]}" class="table"><div class="caption" id="{label}">{match["caption"]}</div>{hint}'
        f'{past}<div><div class="scroll" tabindex="0" role="region" aria-labelledby="{label}">{body}</div>{end}'
    )


def _files(folder: Path, table: str, key: str) -> str:
    """Links under a table: the same as CSV and TeX, inside of the page, and where it comes from."""
    links = []
    for ending, media in MEDIA.items():
        path = folder / f"{table}.{ending}"
        if not path.exists():
            raise SpecificationError(f"the paper cannot be set; no {path.name} beside the table {table}; run make.")
        content = base64.b64encode(path.read_bytes()).decode("ascii")
        name = f"{ending.upper() if ending == 'csv' else 'TeX'}"
        label = f"{name} of {path.stem.replace('_', ' ')}"
        links.append(
            f'<a download="{path.name}" href="data:{media};base64,{content}" aria-label="{label}">{name}</a>'
        )  # fmt: skip
    if key:
        links.append(f'<a href="#lineage:{key}" aria-label="Lineage of {path.stem.replace("_", " ")}">Lineage</a>')
    return f'<p class="files">{" · ".join(links)}</p>'


def _title(exhibits: dict[str, Exhibit], key: str) -> str:
    """What stands up when the pointer rests on a number."""
    exhibit, _, name = key.partition(".")
    parts = told(exhibits[exhibit].numbers[name])
    units = f" {parts['units']}" if parts["units"] else ""
    more = [f"s.e. {parts['se']}", parts["interval"], f"n = {parts['nobs']}"] if parts["interval"] else []
    return escape("; ".join([f"{key}: {parts['value']}{units}", *more]), quote=True)


def _framed(page: str, section: str) -> str:
    """Contents beside, text and lineage in the middle."""
    contents = re.search(r'<nav id="TOC".*?</nav>', page, re.DOTALL)
    if contents is None or page.count("</body>") != 1:
        raise SpecificationError("the paper cannot be set; the page has no contents; ask pandoc for --toc.")
    inner = contents[0].replace(
        "</ul>\n</nav>", '<li><a href="#lineage">Lineage of the numbers</a></li>\n</ul>\n</nav>'
    )
    inner = inner.replace('role="doc-toc"', 'aria-label="Contents"')
    page = page.replace(contents[0], f"{inner}\n<main>")
    page = page.replace("<html xmlns", '<html lang="en" xmlns', 1) if " lang=" not in page[:300] else page
    return page.replace("</body>", f"{section}\n</main>\n</body>")
