"""Invoices that the buyer writes for the seller: who writes and who is written to change sides."""

from __future__ import annotations

from dataclasses import replace

from invoice_ocr.choices import Choice, Resolution
from invoice_ocr.layout.grid import Cell, make_grids
from invoice_ocr.model import Document, Issue
from invoice_ocr.rulepack import RulePack
from invoice_ocr.values.text import fold

_PAIRS = (("seller_name", "buyer_name"), ("seller_vat_id", "buyer_vat_id"))
_OF_WRITER = ("seller_tax_number", "seller_registration")  # numbers that have no counterpart among the fields
_KEPT = 0.8  # of the support of what changed sides
_UNSURE = 0.5  # how surely it is an invoice, which in German prints is called as a credit note is


def turn(resolution: Resolution, document: Document, pack: RulePack) -> tuple[Resolution, list[Issue]]:
    """The resolution with the parties and their VAT ids changed where the buyer wrote the document, and why.

    EU law has it say so (2006/112/EC, article 226, 10a). Parties that labels name stay what they are called. The issue
    `party.self-billed` names what to look at.
    """
    cells = [cell for grid in make_grids(document) for cell in grid.cells()]
    whole = "\n".join([fold(cell.text) for cell in cells])
    if not any(words in whole for words in pack.self_billed):
        return resolution, []
    said = next((cell for cell in cells if _says(cell, pack)), None)
    if said is None:
        return resolution, []
    choices = dict(resolution.choices)
    names = [choices[name] for name in _PAIRS[0] if name in choices]
    if all(choice.evidence.rule.startswith("universal.") for choice in names):
        for seller, buyer in _PAIRS:
            first, second = choices.pop(seller, None), choices.pop(buyer, None)
            choices |= {choice.name: choice for choice in (_as(second, seller), _as(first, buyer)) if choice}
        for name in _OF_WRITER:
            choices.pop(name, None)
    kind = choices.get("document_type")
    if kind and kind.value == "credit_note":
        choices["document_type"] = replace(kind, value="invoice", support=min(_UNSURE, kind.support))
    touched = (*(name for pair in _PAIRS for name in pair), *_OF_WRITER, "document_type")
    message = f"the buyer wrote this invoice ({' '.join(said.text.split())}): who sells and who buys is to be confirmed"
    issue = Issue("party.self-billed", message, tuple(name for name in touched if name in choices))
    return replace(resolution, choices=choices), [issue]


def _says(cell: Cell, pack: RulePack) -> bool:
    """Whether a text says that the buyer wrote the invoice."""
    folded = fold(cell.text)
    return any(words in folded for words in pack.self_billed)


def _as(choice: Choice | None, name: str) -> Choice | None:
    """A choice under another name, believed a little less."""
    return replace(choice, name=name, support=_KEPT * choice.support, rivals=()) if choice else None
