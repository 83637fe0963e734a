"""The reference: which page documents each public name, and the pages that list the names of each room.

`pages` reads ``econ.__all__`` and the ``__all__`` of each room, so that a name that becomes public has a page at
the next build. As a Sphinx extension it writes the lists and sends ``econ.VAR`` to the page of ``econ.var.VAR``.
"""

import importlib
import inspect
import re
import tomllib
from functools import cache
from pathlib import Path

import econ

ROOMS = (
    "data",
    "var",
    "projection",
    "eventstudy",
    "offset",
    "infer",
    "responses",
    "simulate",
    "multiverse",
    "saved",
    "tables",
    "report",
    "errors",
    "testing",
)


def version(root):
    """Version of the package, from pyproject.toml."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def names_of(room):
    """Public names of a room: its ``__all__``, or else the functions and classes that it defines."""
    module = importlib.import_module(f"econ.{room}")
    if getattr(module, "__all__", None):
        return list(module.__all__)
    defined = [name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__]
    return sorted(name for name in defined if not name.startswith("_") and callable(getattr(module, name)))


@cache
def homes():
    """For each public name, dotted, the dotted name whose page documents it: one page an object."""
    found, by_object = {}, {}
    for room in ROOMS:
        for name in names_of(room):
            value = getattr(importlib.import_module(f"econ.{room}"), name)
            named = hasattr(value, "__name__")  # constants are equal to others of their value
            own = f"econ.{name}" if name in econ.__all__ and not _in_room(name) else f"econ.{room}.{name}"
            found[f"econ.{room}.{name}"] = by_object.setdefault(id(value), own) if named else own
    for name in econ.__all__:
        found[f"econ.{name}"] = by_object.get(id(getattr(econ, name)), f"econ.{name}")
    return found


def _in_room(name):
    """Whether the module that a name of the package comes from is a room, or in one."""
    return econ._HOME[name].split(".")[1] in ROOMS


@cache
def behind():
    """Functions and classes that docstrings send the reader to: each needs a page, though no program names it."""
    found, open_ = set(), [value_of(home) for home in homes().values()]
    while open_:
        value = open_.pop()
        texts = [inspect.getdoc(value) or ""]
        if inspect.isclass(value):
            texts += [inspect.getdoc(getattr(value, name, None)) or "" for name in dir(value) if name[0] != "_"]
        for dotted in set(_SEE.findall("\n".join(texts))) - found - homes().keys():
            if (target := _defined(dotted)) is not None:
                found.add(dotted)
                open_.append(target)
    return tuple(sorted(found))


def _defined(dotted):
    """What a dotted name of a module of the package stands for; None if it is a method, an alias, or not there."""
    module, _, name = dotted.rpartition(".")
    try:
        value = getattr(importlib.import_module(module), name, None)
    except ImportError:
        return None
    return value if getattr(value, "__module__", "") == module else None


def pages():
    """For each page of the reference the lines that it lists: page name, then dotted names and their homes."""
    every = homes()
    listed = {room: {f"econ.{room}.{name}": every[f"econ.{room}.{name}"] for name in names_of(room)} for room in ROOMS}
    return {"econ": {f"econ.{name}": every[f"econ.{name}"] for name in econ.__all__}} | listed


def page(name, entries):
    """Text of the page that lists the names of a room."""
    module = econ if name == "econ" else importlib.import_module(f"econ.{name}")
    title = "econ" if name == "econ" else f"econ.{name}"
    head, *rest = inspect.getdoc(module).split("\n\n")
    words = "\n\n".join([head, *(rest if name == "errors" else ())])
    own = [home for dotted, home in entries.items() if home == dotted]
    others = [(dotted, home) for dotted, home in entries.items() if home != dotted]
    lines = [title, "=" * len(title), "", words, ""]
    lines += [f".. py:module:: {title}", "", f".. currentmodule:: {title}", ""]
    for kind, chosen in (
        ("Classes", _classes(own)),
        ("Functions", [each for each in own if each not in _classes(own)]),
    ):
        if chosen:
            lines += [kind, "-" * len(kind), "", ".. autosummary::", "   :toctree: api", "   :nosignatures:", ""]
            lines += [f"   {each.removeprefix(title + '.')}" for each in chosen] + [""]
    if others:
        lines += ["Documented elsewhere", "--------------------", ""] if own else []
        lines += [".. list-table::", "   :widths: 35 65", ""]
        for dotted, home in others:
            short = dotted.removeprefix(f"{title}.")
            lines += [f"   * - :py:obj:`{short} <{home}>`", f"     - {summary(home)}"]
    return "\n".join(lines) + "\n"


def _classes(names):
    return [each for each in names if inspect.isclass(value_of(each))]


def value_of(dotted):
    """The object of a dotted public name."""
    module, _, name = dotted.rpartition(".")
    return getattr(importlib.import_module(module), name)


def summary(dotted):
    """First paragraph of a docstring in one line."""
    return " ".join((inspect.getdoc(value_of(dotted)) or "").split("\n\n")[0].split())


def write(folder):
    """Write the pages that list the names into a folder; those already right stay, so that Sphinx does not reread."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {f"{name}.rst": page(name, entries) for name, entries in pages().items()}
    rooms = "\n".join(f"   {name.removesuffix('.rst')}" for name in wanted)
    wanted["index.rst"] = INDEX.format(rooms=rooms)
    wanted["behind.rst"] = BEHIND.format(names="\n".join(f"   {name[len('econ.') :]}" for name in behind()))
    kept = {f"{name}.rst" for name in {*homes().values(), *behind()}}
    for path in (folder / "api").glob("*.rst"):
        if path.name not in kept:
            path.unlink()
    for name, text in wanted.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


_SEE = re.compile(r":(?:func|class):`~?(econ\.[\w.]+)`")

BEHIND = """Behind methods
==============

What a method does in full, where its own text says *see*. Programs call the method; these names may move.

.. currentmodule:: econ

.. autosummary::
   :toctree: api
   :nosignatures:

{names}
"""

INDEX = """API reference
=============

Every public name. `econ` itself holds what most programs need; the rooms hold the rest, and everything that results
are made of. An argument, a unit or a sign that a page does not state is a fault: please report it.

.. toctree::
   :maxdepth: 1

{rooms}
   behind
"""


def house_style(_configuration, _example):
    """Before each study of the gallery: the style of the package's figures."""
    import matplotlib.pyplot as plt

    plt.style.use(str(Path(econ.__file__).parent / "responses" / "econ.mplstyle"))


def _redirect(app, env, node, contnode):
    """Find what a docstring calls by another of its names: ``econ.VAR``, ``VAR.fit``, or the module it is kept in."""
    from sphinx.util.nodes import make_refnode

    domain = env.get_domain("py")
    for target in _candidates(node.get("reftarget", "")):
        if target in domain.objects:
            entry = domain.objects[target]
            return make_refnode(app.builder, node["refdoc"], entry.docname, entry.node_id, contnode, target)
    return None


def _candidates(target):
    every = homes()
    parts = target.split(".")
    for size in range(len(parts), 0, -1):
        head, tail = ".".join(parts[:size]), parts[size:]
        named = [every[head]] if head in every else sorted(set(every.values()))
        yield from (".".join([home, *tail]) for home in named if home.rpartition(".")[2] == parts[size - 1])


def _changelog(app, name, source):
    """Show the changelog of the repository as the page of that name."""
    path = Path(app.srcdir).parent / "CHANGELOG.md"
    if name == "changelog" and path.exists():
        source[0] = path.read_text(encoding="utf-8")


def setup(app):
    """Register with Sphinx."""
    write(Path(app.srcdir) / "reference")
    app.connect("source-read", _changelog)
    app.connect("missing-reference", _redirect)
    return {"parallel_read_safe": True}
