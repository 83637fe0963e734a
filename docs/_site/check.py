"""Look at a built site: every public name has its page, every link leads somewhere, nothing comes from outside.

``python docs/_site/check.py build/docs/html`` prints what is wrong and exits with 1 if anything is.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote, urlsplit

LOADED = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
    "object": "data",
    "link": "href",
}
"""What a browser fetches to show a page, by element; where an ``a`` leads is the reader's choice."""
NOT_FETCHED = {"canonical", "author", "license", "search", "next", "prev", "index"}
STYLE = re.compile(r"(?:url\(|@import)\s*[\"']?\s*(?P<address>(?:https?:)?//[^\"')\s]+)")


class Page(HTMLParser):
    """Anchors of a page, where its links lead, and what it loads from elsewhere."""

    def __init__(self, text):
        super().__init__()
        self.anchors, self.links, self.remote = set(), [], []
        self.feed(text)
        self.remote += [match["address"] for match in STYLE.finditer(text)]

    def handle_starttag(self, tag, attrs):
        """Note one element."""
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        address = given.get(LOADED.get(tag, ""), "")
        if address and not (tag == "link" and set(given.get("rel", "").split()) & NOT_FETCHED):
            (self.remote if urlsplit(address).netloc else self.links).append(address)


def remote(folder):
    """What pages and styles load from elsewhere: ``page: address``."""
    found = [f"{path.relative_to(folder)}: {each}" for path, page in _read(folder) for each in page.remote]
    for path in sorted(folder.rglob("*.css")):
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{path.relative_to(folder)}: {match['address']}" for match in STYLE.finditer(text)]
    return found


def broken(folder):
    """Links to files or anchors of the site that are not there: ``page: link``."""
    every = {path.relative_to(folder).as_posix(): page for path, page in _read(folder)}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
    found = []
    for path, page in every.items():
        for link in set(page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = normpath(f"./{path}/../{unquote(parts.path)}") if parts.path else path
            anchor = unquote(parts.fragment)
            if target not in there or (anchor and target in every and anchor not in every[target].anchors):
                found.append(f"{path}: {link}")
    return sorted(found)


def undocumented(folder, homes):
    """Public names whose page is absent or does not hold them; ``homes`` as :func:`reference.homes` gives them."""
    pages = {home: folder / "reference" / "api" / f"{home}.html" for home in set(homes.values())}
    without = {
        home for home, path in pages.items() if not path.exists() or home not in Page(path.read_text("utf-8")).anchors
    }
    return sorted(name for name, home in homes.items() if home in without)


def _read(folder):
    for path in sorted(set(folder.rglob("*.html")) - set((folder / "_static").rglob("*"))):
        yield path, Page(path.read_text(encoding="utf-8"))


def main(folder):
    """Print what is wrong with a site; 1 if anything is."""
    import reference

    homes = reference.homes()
    wrong = {
        "a public name without a page": undocumented(folder, homes),
        "a link that leads nowhere": broken(folder),
        "loaded from elsewhere": remote(folder),
    }
    for what, found in wrong.items():
        print(*(f"{what}: {each}" for each in found), sep="\n", end="\n" if found else "")
    pages = len(list(folder.rglob("*.html")))
    if not any(wrong.values()):
        print(f"{pages} pages, {len(homes)} public names, every link inside leads somewhere, nothing from outside")
    return 1 if any(wrong.values()) or not pages else 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    raise SystemExit(main(Path(sys.argv[1])))
