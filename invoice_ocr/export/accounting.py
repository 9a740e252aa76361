"""Bills to the files that accounting programs import: Xero, QuickBooks, DATEV, Odoo, or a mapping of one's own."""

from __future__ import annotations

import contextlib
import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from invoice_ocr.errors import NotExportable
from invoice_ocr.export import table
from invoice_ocr.export.bills import Bill, Row, bills
from invoice_ocr.export.json import plain
from invoice_ocr.export.mapping import FOLDER, Column, Mapping, load

if TYPE_CHECKING:
    from invoice_ocr.model import Record, Value

log = logging.getLogger(__name__)

NAMES = ("xero", "qbo", "iif", "datev", "odoo")

_Values = dict[str, "Value | None"]


def exporter(mapping: str | Path) -> Callable[[Iterable[Record], BinaryIO], None]:
    """What writes records in a shipped format by name, or as a mapping file says (read when it is needed)."""
    return partial(_write, mapping)


def mapping_of(mapping: str | Path) -> Mapping:
    """A shipped format by name, or that of a mapping file."""
    return load(FOLDER / f"{mapping}.yaml" if isinstance(mapping, str) else mapping)


def _write(mapping: str | Path, records: Iterable[Record], stream: BinaryIO) -> None:
    write(mapping_of(mapping), records, stream)


def write(mapping: Mapping, records: Iterable[Record], stream: BinaryIO) -> list[Bill]:
    """The bills written of those records, as the mapping says. Amounts are exact; text neither breaks out nor computes.

    Raises NotExportable where the format's dates have no year, and the bills are of more than one; and for currencies
    that the format cannot tell apart, or of which it wants a rate.
    """
    found = list(bills(iter(records), rows=mapping.rows, decisions=mapping.decisions))
    empty: Counter[str] = Counter()
    dates = sorted(day for bill in found if isinstance(day := bill.values.get("issue_date"), date))
    _check_year(dates, mapping)
    _check_currencies(found, mapping)
    whole: _Values = {"first_date": dates[0], "last_date": dates[-1]} if dates else {}
    for row in mapping.head:
        stream.write(_line([_cell(column, whole, mapping, 1, first=True) for column in row], row, mapping))
    if mapping.names:
        stream.write(_line([column.name for column in mapping.line], mapping.line, mapping, quoted=False))
    for bill in found:
        for cells, columns in _rows(bill, whole, mapping):
            empty.update(column.name for cell, column in zip(cells, columns, strict=True) if column.needed and not cell)
            stream.write(_line(cells, columns, mapping))
    if empty:
        told = ", ".join(f"{name} ({count} rows)" for name, count in empty.items())
        log.warning("empty, though an import needs them: %s; fill them in in a mapping of your own (--mapping)", told)
    return found


def _check_year(dates: list[date], mapping: Mapping) -> None:
    """Nothing, where a day and a month tell which of the dates, ascending, is meant; else raises NotExportable.

    A head that has the year begin on 1 January ends it with December; else any twelve months will do.
    """
    columns = (*mapping.bill, *mapping.line, *mapping.end)
    if not dates or not any(one.format and "%y" not in one.format.lower() for one in columns):
        return
    first, last = dates[0], dates[-1]
    january = any(one.value == "first_date" and "0101" in one.format for row in mapping.head for one in row)
    if last.year == first.year or (
        not january and (last.year - 1, last.month, last.day) < (first.year, first.month, first.day)
    ):
        return
    raise NotExportable(
        f"The bills are from {first} to {last}, and this format writes dates without a year: one file is for one year.",
        fix=f"invoice-ocr export --only issue_date={last.year} writes those of a year; correct mends dates read wrong.",
    )


def _check_currencies(found: list[Bill], mapping: Mapping) -> None:
    """Nothing, where every amount can be told in its currency; else raises NotExportable."""
    columns = {one.value for one in (*mapping.bill, *mapping.line, *mapping.end)}
    currencies = Counter(str(bill.values.get("currency") or "") for bill in found)
    if not columns & {"currency", "base_currency"} and len(currencies) > 1:
        told = ", ".join(f"{name or 'none'} ({count})" for name, count in sorted(currencies.items()))
        raise NotExportable(
            f"The bills are in several currencies, {told}, and this format has none: one file is for one currency.",
            fix=f"invoice-ocr export --only currency={currencies.most_common(1)[0][0]} writes those in one.",
        )
    if "exchange_rate" not in columns:
        return
    missing = Counter(
        str(bill.values["currency"]) for bill in found if _is_foreign(bill, mapping) and not _rate(bill, mapping)
    )
    if missing:
        told = ", ".join(f"{name} ({count})" for name, count in sorted(missing.items()))
        raise NotExportable(
            f"The books are in {mapping.base}, and no rate of exchange is known for bills in {told}.",
            fix=f"Copy the mapping, add to it such as `rates: {{{min(missing)}: 1.0834}}` (what one {mapping.base} is "
            "worth), and give it with --mapping.",
        )


def _is_foreign(bill: Bill, mapping: Mapping) -> bool:
    return bool(mapping.base) and bill.values.get("currency") not in {None, "", mapping.base}


def _rate(bill: Bill, mapping: Mapping) -> Decimal | None:
    return mapping.rate_of(str(bill.values.get("currency")), bill.values.get("issue_date"))


def _in_base(bill: Bill, row: Row, mapping: Mapping) -> _Values:
    """What a row of a bill in a foreign currency is in that of the books; nothing for the others."""
    rate = _rate(bill, mapping) if _is_foreign(bill, mapping) else None
    if rate is None:
        return {}
    gross = (row.gross / rate).quantize(_CENT, ROUND_HALF_UP)
    return {"exchange_rate": rate, "base_gross": gross, "base_currency": mapping.base}


def _rows(bill: Bill, whole: _Values, mapping: Mapping) -> Iterable[tuple[list[str], tuple[Column, ...]]]:
    """The cells of each row of a bill, with the columns they stand in."""
    sign = -1 if bill.credit and mapping.credit == "negative" else 1
    total = _whole(bill)
    plans = [(mapping.bill, total, True)] if mapping.bill else []
    plans += [(mapping.line, row, number == 0) for number, row in enumerate(bill.rows)]
    plans += [(mapping.end, total, True)] if mapping.end else []
    for columns, row, first in plans:
        values = whole | bill.values | {name: getattr(row, name) for name in Row.__slots__}
        values |= _in_base(bill, row, mapping) | {"side": "credit" if (row.gross < 0) != bill.credit else "debit"}
        yield [_cell(column, values, mapping, sign, first=first) for column in columns], columns


def _whole(bill: Bill) -> Row:
    net, tax = (sum((getattr(row, part) for row in bill.rows), Decimal(0)) for part in ("net", "tax"))
    return Row(net, tax, net + tax, None, unit_price=net)


_PRICED = frozenset(
    {"net", "tax", "gross", "unit_price", "total_net", "total_tax", "total_gross", "amount_due", "base_gross"}
)
_CENT = Decimal("0.01")


def _cell(column: Column, values: _Values, mapping: Mapping, sign: int, *, first: bool) -> str:
    """The text of one cell."""
    if column.first and not first:
        return ""
    value = values.get(column.value) if column.value else None
    if column.instead and value in {None, ""}:
        value = values.get(column.instead)
    if column.map is not None:
        return column.map.get(_key(value), column.otherwise)
    if value is None or value == "":
        return column.text or column.otherwise
    if isinstance(value, Decimal):
        factor = (sign if column.value in _PRICED else 1) * (-1 if column.sign == "negative" else 1)
        return _amount(abs(value) if column.sign == "none" else value * factor, column)
    if isinstance(value, date):
        return value.strftime(column.format or "%Y-%m-%d")
    return _text(value, column, mapping)


def _key(value: Value | None) -> str:
    """How a map spells a value: amounts without zeros at their end."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return plain(value) or ""


def _amount(value: Decimal, column: Column) -> str:
    """An amount with as many places as it needs, at least those of its column; nothing is rounded away."""
    places = max(column.places, -int(value.normalize().as_tuple().exponent))
    return f"{value:.{places}f}".replace(".", column.decimal)


def _text(value: str, column: Column, mapping: Mapping) -> str:
    text = " ".join(value.replace("\x00", "").split())
    if column.keep:
        text = _outside(column.keep).sub("", text).lstrip("=+-@")
    elif mapping.plain:
        text = text.replace('"', "").replace(mapping.delimiter, " ").lstrip("=+-@ ")
    elif table.starts_formula(text):
        text = f"'{text}"
    return text[: column.most] if column.most else text


@cache
def _outside(characters: str) -> re.Pattern[str]:
    return re.compile(f"[^{characters}]")


def _line(cells: list[str], columns: tuple[Column, ...], mapping: Mapping, *, quoted: bool = True) -> bytes:
    """One line of the file. plain: a format that knows no quotes."""
    pairs = zip(cells, columns, strict=True)
    made = [cell if mapping.plain else _quoted(cell, column, mapping, always=quoted) for cell, column in pairs]
    return _encoded(mapping.delimiter.join(made) + mapping.newline, mapping.encoding)


def _encoded(text: str, encoding: str) -> bytes:
    """The text in an encoding; a letter that it lacks without its accent or stroke, or as a question mark."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return b"".join((_plainer(one, encoding) or "?").encode(encoding) for one in text)


def _plainer(letter: str, encoding: str) -> str:
    """The letter, or its basic one, by its name in Unicode; "" where the encoding has neither."""
    basic = unicodedata.name(letter, "").partition(" WITH ")[0]
    with contextlib.suppress(KeyError):
        for one in (letter, unicodedata.lookup(basic)):
            if one.encode(encoding, "ignore"):
                return one
    return ""


def _quoted(cell: str, column: Column, mapping: Mapping, *, always: bool) -> str:
    if (always and column.quoted) or any(mark in cell for mark in (mapping.delimiter, '"', "\n", "\r")):
        return '"' + cell.replace('"', '""') + '"'
    return cell
