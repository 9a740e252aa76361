"""Spans of days: `1 - 30 June 2026`, `du 03/03 au 02/04/2026`, whose first date leaves out what the second says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from invoice_ocr.values.date import Written, find_dates
from invoice_ocr.values.text import fold

_TO = r"\s*(?:-|\u2013|\u2014|to|through|until|till|bis|au|al|tot|t/m|do|a|til|till|по)\s*"
_WORD = r"[^\W\d_]{3,}"
_SHORT_START = re.compile(
    rf"(?<![\w./])(?:(?P<d>\d{{1,2}})(?:\.|st|nd|rd|th|er)?(?:\s?(?P<m>{_WORD})\.?|[./](?P<n>\d{{1,2}})\.?)?"
    rf"|(?P<m2>{_WORD})\.?\s(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?){_TO}\Z"
)
_SHORT_END = re.compile(
    rf"(?<!\w)(?P<m>{_WORD})\.?\s(?P<d>\d{{1,2}}){_TO}(?P<e>\d{{1,2}}),?\s(?P<y>(?:19|20)\d\d)(?!\d)"
)


def find_spans(text: str, months: Mapping[str, int]) -> list[Written]:
    """Every full date in a text, and before one that ends a span the date that begins it.

    >>> [str(found.readings[0]) for found in find_spans("1 - 30 June 2026", {"june": 6})]
    ['2026-06-01', '2026-06-30']
    """
    found: list[Written] = []
    for hit in _SHORT_END.finditer(text):
        month = months.get(fold(hit["m"]))
        for name in ("d", "e") if month else ():
            found += _written(int(hit["y"]), month or 0, int(hit[name]), text, hit.start(name), hit.end(name))
    if found:
        return found
    for written in find_dates(text, months):
        start = _SHORT_START.search(text, found[-1].end if found else 0, written.start)
        if start:
            found += _begun(start, written, text, months)
        found.append(written)
    return found


def _begun(start: re.Match[str], end: Written, text: str, months: Mapping[str, int]) -> list[Written]:
    """The first day of a span, read in each order in which the last may be read."""
    pairs = zip(end.readings, end.orders, strict=True)
    days = [(day, order) for last, order in pairs if (day := _first(start, last, order, months))]
    if not days:
        return []
    place = start.start("d") if start["d"] else start.start("m2")
    shown = text[place : end.start].strip()
    return [Written(tuple(day for day, _ in days), tuple(order for _, order in days), shown, place, end.start)]


def _first(start: re.Match[str], last: date, order: str, months: Mapping[str, int]) -> date | None:
    word = start["m"] or start["m2"]
    day = int(start["d"] or start["d2"])
    month = months.get(fold(word), 0) if word else int(start["n"]) if start["n"] else last.month
    if start["n"] and order == "mdy":
        day, month = month, day
    before = (month, day) > (last.month, last.day)
    if not month or (before and not word and not start["n"]):
        return None
    return _day(last.year - before, month, day)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _written(year: int, month: int, day: int, text: str, start: int, end: int) -> list[Written]:
    moment = _day(year, month, day)
    return [Written((moment,), ("written",), text[start:end].strip(), start, end)] if moment else []
