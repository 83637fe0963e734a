"""XML without entities: whatever the encoding, a document type is refused before anything in it can expand."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import NoReturn
from xml.parsers import expat


class Entities(ValueError):
    """The document declares a document type, the one place where entities can be defined."""


def plain_xml(content: bytes) -> ET.Element:
    """Parse XML that has no document type.

    The parser itself says whether there is one, after it has undone the encoding: bytes that spell ``<!DOCTYPE`` in
    one encoding are others in the next.

    Parameters
    ----------
    content : bytes
        The document, in any encoding that the parser knows.

    Returns
    -------
    Element
        Its root.

    Raises
    ------
    Entities
        If it has a document type.
    ValueError
        If it is damaged, or in an encoding that is not known.

    Examples
    --------
    >>> plain_xml("<a><b/></a>".encode("utf-16")).tag
    'a'
    """

    def refuse(*_: object) -> NoReturn:
        raise Entities("it declares a document type, where entities are defined")

    guard = expat.ParserCreate()
    guard.StartDoctypeDeclHandler = refuse
    guard.EntityDeclHandler = refuse
    try:
        guard.Parse(content, True)
        return ET.fromstring(content)
    except (expat.ExpatError, ET.ParseError, LookupError) as error:
        raise ValueError(str(error)) from None
