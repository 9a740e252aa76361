"""A supplier's rules drafted from one of its invoices and the right values: the words that stand beside each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

import yaml

from invoice_ocr.errors import ConfigError
from invoice_ocr.layout.grid import Cell, Grid, make_grids
from invoice_ocr.model import Document
from invoice_ocr.rulepack import RulePack, label_key
from invoice_ocr.values.amount import find_amounts
from invoice_ocr.values.currency import find_currencies, read_currency
from invoice_ocr.values.date import find_dates
from invoice_ocr.values.text import tokens

_WORDS = 8  # of a label; longer ones are sentences
_ROWS_UP = 3
_ORDER = {"same": 0, "right": 1, "below": 2}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands. printed: as on the page. label: what introduces it. at: where it stands from its label."""

    name: str
    value: str
    printed: str
    label: str
    at: str


def draft(document: Document, pack: RulePack, wanted: Mapping[str, str]) -> tuple[list[Place], list[str]]:
    """The best place of each wanted value, and the names of those that stand nowhere beside a label.

    wanted: field to right value, dates as 2024-01-24, amounts as 1190.00.
    Raises ConfigError for a field that there is not or a value that its reader does not know.
    """
    places, missing = [], []
    for name, value in wanted.items():
        found = sorted(_places(document, pack, name, value), key=lambda place: _rank(place, pack))
        if found:
            places.append(found[0])
        else:
            missing.append(name)
    return places, missing


def to_yaml(places: list[Place], *, supplier: str, language: str, sample: str) -> str:
    """A file of rules for these places, each with its examples."""
    rules = []
    for place in places:
        between = {"same": ": ", "right": " | ", "below": "\n"}[place.at]
        rules.append({
            "id": f"{supplier}.{place.name}",
            "field": place.name,
            "source": f"drafted from {sample}",
            "at": [place.at],
            "labels": [place.label],
            "accept": [f"{place.label}{between}{place.printed} => {place.value}"],
            "reject": [f"no {place.label}"],
        })  # fmt: skip
    return yaml.safe_dump({"language": language, "rules": rules}, allow_unicode=True, sort_keys=False, width=118)


def _rank(place: Place, pack: RulePack) -> tuple[bool, int]:
    """Places whose label means another field come last, then those farther from it."""
    other = {rule.field for rule in pack.by_label.get(label_key(place.label), ())} - {place.name}
    return bool(other), _ORDER[place.at]


def _places(document: Document, pack: RulePack, name: str, value: str) -> Iterator[Place]:
    spec = pack.fields.get(name)
    if spec is None or not spec.kept or spec.reader == "none":
        known = ", ".join(field for field in pack.kept if pack.fields[field].reader != "none")
        raise ConfigError(f"there is no field {name!r} to be found beside a label", fix=f"Known are: {known}.")
    for grid in make_grids(document):
        for cell in grid.cells():
            for start, end in _spans(spec.reader, cell.text, value, pack):
                beside = _label(grid, cell, start, spec.reader)
                if beside:
                    yield Place(name, value, cell.text[start:end].strip(), *beside)


def _spans(reader: str, text: str, value: str, pack: RulePack) -> list[tuple[int, int]]:
    """Where in a text the value stands."""
    if reader == "amount":
        number = _number(value)
        return [(one.start, one.end) for one in find_amounts(text) if number in one.readings]
    if reader == "date":
        day = _day(value)
        return [(one.start, one.end) for one in find_dates(text, pack.months) if day in one.readings]
    if reader == "currency":
        return [(start, end) for mark, start, end in find_currencies(text) if value in read_currency(mark)]
    pattern = r"\s?".join(re.escape(sign) for sign in value if not sign.isspace())
    return [hit.span() for hit in re.finditer(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE)] if pattern else []


def _number(value: str) -> Decimal:
    try:
        return Decimal(value)
    except InvalidOperation:
        raise ConfigError(f"{value!r} is no amount", fix="Write amounts with a point, such as 1190.00.") from None


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ConfigError(f"{value!r} is no date", fix="Write dates as year-month-day, such as 2024-01-24.") from None


def _label(grid: Grid, cell: Cell, start: int, reader: str) -> tuple[str, str] | None:
    """The words that introduce what begins at `start` of a cell, and where it stands from them."""
    before = cell.text[:start]
    label = _words(re.split(r"\d|\s{2}", before)[-1])
    if label and (reader not in ("name", "text") or before.rstrip().endswith((":", "："))):
        return label, "same"
    if before.strip(" :.-|"):
        return None
    for other in reversed(grid.rows[cell.row][: cell.column]):
        if label := _words(other.text):
            return label, "right"
    for row in reversed(grid.rows[max(0, cell.row - _ROWS_UP) : cell.row]):
        for other in row:
            over = other.box.left < cell.box.right and other.box.right > cell.box.left
            if over and (label := _words(other.text)):
                return label, "below"
    return None


def _words(text: str) -> str:
    """The text as a label, or "" when it is none: a sentence, a number, a currency mark."""
    label = text.strip(" \t:：.,;#=*|-–()")
    if not label or any(sign.isdigit() for sign in label) or read_currency(label):
        return ""
    return label if len(label_key(label)) > 1 and len(tokens(label)) <= _WORDS else ""
