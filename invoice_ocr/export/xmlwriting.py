"""XML from nested pairs of a name and what is in it; what is empty is not written."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# What an element holds: nothing, one value, or elements: (name, content) or (name, content, attributes).
Content = Any
EMPTY: Content = ()  # an element that is written although nothing is in it


def document(root: str, spaces: dict[str | None, str], content: Content) -> bytes:
    """The whole file in UTF-8. root: `prefix:Name` or `Name`; spaces: namespaces by prefix; content: of the root."""
    element = etree.Element(_name(root, spaces), nsmap=spaces)
    _fill(element, content, spaces)
    made: bytes = etree.tostring(element, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return made


def number(value: Decimal) -> str:
    """A quantity or a price: as many places as it needs."""
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def amount(value: Decimal) -> str:
    """An amount of money: two places."""
    return format(value.quantize(Decimal("0.01")), "f")


def _fill(element: etree._Element, content: Content, spaces: dict[str | None, str]) -> None:
    if not isinstance(content, list):
        element.text = None if content == EMPTY else _text(content)
        return
    for name, inner, *attributes in content:
        if inner is None or inner in ("", []):
            continue
        child = etree.SubElement(element, _name(name, spaces), *attributes)
        _fill(child, inner, spaces)
        if isinstance(inner, list) and not len(child):
            element.remove(child)


def _text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return _FORBIDDEN.sub("", str(value))


def _name(name: str, spaces: dict[str | None, str]) -> str:
    prefix, _, local = name.rpartition(":")
    return f"{{{spaces[prefix or None]}}}{local}"
