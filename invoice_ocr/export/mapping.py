"""Accounting formats as data: a YAML file says which columns there are, and from what each is filled."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from dataclasses import fields as fields_of
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from invoice_ocr.errors import ConfigError
from invoice_ocr.export.bills import Row
from invoice_ocr.model import FIELD_KINDS

FOLDER = Path(__file__).parent / "accounts"
_LARGEST = 1_000_000  # bytes of a mapping
_OF_ROW = frozenset(one.name for one in fields_of(Row))
_OF_BILL = frozenset({*FIELD_KINDS, "file", "sha256", "id", "decision", "side"})
_OF_FILE = frozenset({"first_date", "last_date"})
_FOREIGN = frozenset({"exchange_rate", "base_gross", "base_currency"})
_SIGNS = ("", "negative", "none")
_ROWS = ("lines", "rates", "whole")
_CREDITS = ("same", "negative")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. value: what of the row, bill or file fills it, instead: what does where that is nothing.

    text: what is always there. The rest stands in accounts/README.md.
    """

    name: str = ""
    value: str = ""
    instead: str = ""
    text: str = ""
    map: dict[str, str] | None = None
    otherwise: str = ""
    format: str = ""
    decimal: str = "."
    places: int = 2
    sign: str = ""
    keep: str = ""
    most: int = 0
    first: bool = False
    quoted: bool = False
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Mapping:
    """A whole format. head: rows of fixed columns before all; bill, line, end: columns of each bill's rows.

    base: the currency of the books. rates: of other currencies, how much of one is worth one of `base`, and from which
    day on, ascending.
    """

    title: str
    line: tuple[Column, ...]
    bill: tuple[Column, ...] = ()
    end: tuple[Column, ...] = ()
    head: tuple[tuple[Column, ...], ...] = ()
    names: bool = True
    rows: str = "lines"
    credit: str = "same"
    decisions: tuple[str, ...] = ("post",)
    encoding: str = "utf-8"
    delimiter: str = ","
    newline: str = "\n"
    plain: bool = False
    base: str = ""
    rates: Map[str, tuple[tuple[date, Decimal], ...]] = field(default_factory=dict)

    def rate_of(self, currency: str, day: object) -> Decimal | None:
        """How much of a currency is worth one of `base` on a day; None where the mapping does not say."""
        known = self.rates.get(currency, ())
        found = [rate for since, rate in known if since == date.min or (isinstance(day, date) and since <= day)]
        return found[-1] if found else None


def load(path: Path) -> Mapping:
    """The mapping in a YAML file. Raises ConfigError that names every mistake in it."""
    import yaml

    try:
        if path.stat().st_size > _LARGEST:
            raise ConfigError(f"{path} is too large for a mapping", fix="Give a mapping file.")
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise ConfigError(
            f"the mapping {path} cannot be read: {error}", fix="Mend it, or copy a shipped one."
        ) from None
    mistakes: list[str] = []
    made = _mapping(content, mistakes)
    if mistakes or made is None:
        raise ConfigError(f"the mapping {path} is malformed: {'; '.join(mistakes)}", fix=f"Compare it with {FOLDER}.")
    return made


def _mapping(content: Any, mistakes: list[str]) -> Mapping | None:
    if not isinstance(content, dict) or not content.get("line"):
        mistakes.append("it needs a list `line` of columns")
        return None
    kept = dict(content)
    parts: dict[str, Any] = {
        name: tuple(_columns(kept.pop(name, ()), name, mistakes)) for name in ("line", "bill", "end")
    }
    rows = kept.pop("head", ())
    if not isinstance(rows, list | tuple):
        mistakes.append("`head` is no list of rows")
        rows = ()
    head = tuple(tuple(_columns(row, "head", mistakes)) for row in rows)
    parts |= {"head": head, "title": str(kept.pop("title", ""))}
    parts["rates"] = _rates(kept.pop("rates", {}), mistakes)
    for name, wanted in (("rows", _ROWS), ("credit", _CREDITS)):
        if kept.get(name, wanted[0]) not in wanted:
            mistakes.append(f"{name} is none of {', '.join(wanted)}")
    kinds = {one.name: type(one.default) for one in fields_of(Mapping) if one.name not in parts}
    for name, value in kept.items():
        if name == "decisions" and isinstance(value, list):
            parts[name] = tuple(map(str, value))
        elif name not in kinds or not isinstance(value, kinds[name]):
            mistakes.append(f"`{name}` is unknown or of the wrong kind")
        else:
            parts[name] = value
    try:
        "".encode(str(parts.get("encoding", "utf-8")))
    except LookupError:
        mistakes.append(f"there is no encoding {parts['encoding']}")
    return None if mistakes else Mapping(**parts)


def _rates(content: Any, mistakes: list[str]) -> dict[str, tuple[tuple[date, Decimal], ...]]:
    """The rate of each currency, a single one or one from each of several days on."""
    if not isinstance(content, dict):
        mistakes.append("`rates` is no table of currencies")
        return {}
    made = {}
    for currency, value in content.items():
        pairs = value if isinstance(value, dict) else {date.min: value}
        try:
            rates = [(day, Decimal(str(rate))) for day, rate in pairs.items()]
        except InvalidOperation:
            rates = []
        if not rates or not all(isinstance(day, date) and rate.is_finite() and rate > 0 for day, rate in rates):
            mistakes.append(f"rates: {currency} wants a number above 0, or one for each day from which it holds")
            continue
        made[str(currency)] = tuple(sorted(rates))
    return made


def _columns(content: Any, where: str, mistakes: list[str]) -> list[Column]:
    if not isinstance(content, list | tuple):
        mistakes.append(f"`{where}` is no list of columns")
        return []
    return [_column(one, where, mistakes) for one in content]


def _column(content: Any, where: str, mistakes: list[str]) -> Column:
    """A column from a name alone, or from a name with its options."""
    if not isinstance(content, dict):
        return Column(name=str(content))
    kinds = {"map": dict, "places": int, "most": int, "first": bool, "quoted": bool, "needed": bool}
    known = {one.name for one in fields_of(Column)}
    options = dict(content)
    label = f"{where}: {options.get('name', '?')}"
    for name, value in options.items():
        if name not in known or not isinstance(value, kinds.get(name, str)):
            mistakes.append(f"{label}: `{name}` is unknown or of the wrong kind")
    values = {options.get("value", ""), options.get("instead", "")} - {""}
    mistakes += [f"{label}: there is no value {one!r}" for one in values - (_OF_ROW | _OF_BILL | _OF_FILE | _FOREIGN)]
    if options.get("sign", "") not in _SIGNS:
        mistakes.append(f"{label}: sign is negative, none or left out")
    if mistakes:
        return Column()
    if "map" in options:
        options["map"] = {str(key): str(one) for key, one in options["map"].items()}
    return Column(**options)
