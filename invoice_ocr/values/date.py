"""Dates: numeric in every order, written months, all readings where there are several; never relative or partial."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from invoice_ocr.values.text import fold, plain_hyphens

FIRST_YEAR, LAST_YEAR = 1970, 2099

_DIGITS = re.compile(r"\d\D*\d\D*\d")  # `1 May 26`
_REMEMBERED = 4096  # texts

_NUMERIC = re.compile(
    r"(?<![\w./\-])(?P<a>\d{1,4})\s?(?P<mark>[./\-])\s?(?P<b>\d{1,2})\s?(?P=mark)\s?(?P<c>(?:19|20)\d{2}|\d{2})"
    r"(?:(?=\d{1,2}:\d{2})|(?![\d/\-]|\.\d|:\d))"  # a time may be stuck to it
)
_COMPACT = re.compile(r"(?<![\w./,\-])(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?![\w/\-])")
_CJK = re.compile(r"(?P<y>\d{4})\s?[年년]\s?(?P<m>\d{1,2})\s?[月월]\s?(?P<d>\d{1,2})\s?[日일]")
# `14 tháng 4 năm 2026`; forms set the English words behind each.
_VIETNAMESE = re.compile(
    r"(?i)(?<!\d)(?P<d>\d{1,2})\stháng\s(?:\(\w+\)\s?)?(?P<m>\d{1,2})\snăm\s(?:\(\w+\)\s?)?(?P<y>\d{4})(?!\d)"
)
_WORD = r"[^\W\d_][^\W\d_\u0300-\u036f]{1,}"
# A date written with dashes; between dates they mean a span.
_BY_DASHES = re.compile(
    r"(?<![\d\u2013\u2014])\d{1,4}(?P<mark>[\u2013\u2014])\d{1,2}(?P=mark)\d{1,4}(?![\d\u2013\u2014])"
)
_DAY_FIRST = re.compile(
    rf"(?<![\w.,/])(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|ère|[.ºª°])?[\s.\-/,]{{0,3}}(?:(?:de|of|d'|di)\s)?(?P<m>{_WORD})"
    rf"[\s.,\-/'’]{{0,3}}(?:(?:de|del|of)\s)?(?P<y>\d{{4}}|\d{{2}}(?!\s?,?\s(?:19|20)\d\d))(?![\d.,]\d|\d)"
)
_MONTH_FIRST = re.compile(
    rf"(?<![^\W\d_])(?P<m>{_WORD})[\s.\-/]{{0,2}}(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s.,\-/'’]{{1,3}}(?P<y>\d{{4}}|(?<=[\-/'’])\d{{2}})(?!\d)"
)
# A month that a slip of the recogniser left in two words.
_IN_TWO = r"(?P<m>[^\W\d_]{1,8}\s[^\W\d_]{1,8})"
_DAY_FIRST_IN_TWO = re.compile(rf"(?<![\w.,/])(?P<d>\d{{1,2}})[.\s]{{0,3}}{_IN_TWO}[\s.,]{{1,3}}(?P<y>\d{{4}})(?!\d)")
_MONTH_FIRST_IN_TWO = re.compile(rf"(?<!\w){_IN_TWO}\s(?P<d>\d{{1,2}})[\s,]{{1,3}}(?P<y>\d{{4}})(?!\d)")
# Lithuanian sets `m.` behind the year and Latvian `gada`, and the day before the month.
_YEAR_FIRST = re.compile(
    rf"(?<!\d)(?P<y>\d{{4}})(?:\s?m\.)?[\s.,\-/]{{1,2}}(?P<m>{_WORD})[\s.\-/]{{0,2}}(?P<d>\d{{1,2}})(?!\d)"
)
_YEAR_DAY = re.compile(rf"(?<!\d)(?P<y>\d{{4}})\.?\s?gada\s(?P<d>\d{{1,2}})\.?\s?(?P<m>{_WORD})")

_WRITTEN = (_DAY_FIRST, _MONTH_FIRST, _YEAR_FIRST, _YEAR_DAY, _DAY_FIRST_IN_TWO, _MONTH_FIRST_IN_TWO)
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Written:
    """One date in a text. readings: all it may mean; `orders` names the order of each: dmy, mdy, ymd, written, any."""

    readings: tuple[date, ...]
    orders: tuple[str, ...]
    text: str
    start: int
    end: int


# The dates of texts looked at lately, and the months by which they were read: every stage looks at the same cells.
_lately: list[tuple[Mapping[str, int], dict[str, tuple[Written, ...]]]] = [({}, {})]


def find_dates(text: str, months: Mapping[str, int]) -> list[Written]:
    """Every full date in a text, left to right. months: folded name or abbreviation to 1..12.

    A month in two words is read where the two make one. `03/04/2026` has two readings; with points between, day
    comes first everywhere. A date that cannot be (31 February) is none.

    >>> find_dates("03/04/2026", {})[0].readings
    (datetime.date(2026, 4, 3), datetime.date(2026, 3, 4))
    """
    if not _DIGITS.search(text):
        return []
    known, found = _lately[0]
    if known is not months:
        found = {}
        _lately[0] = (months, found)
    dates = found.get(text)
    if dates is None:
        if len(found) >= _REMEMBERED:
            found.clear()
        dates = found[text] = tuple(_find(text, months))
    return list(dates)


def _find(text: str, months: Mapping[str, int]) -> list[Written]:
    text = _plain(text)
    found = [hit for reader in (_numeric, _by_units) for hit in reader(text)]
    for pattern in _WRITTEN if _LETTERS.search(text) else ():
        found += _written(text, pattern, months)
    kept: list[Written] = []
    for hit in sorted(found, key=lambda hit: (hit.start, -hit.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return kept


def find_compact_dates(text: str) -> list[Written]:
    """Dates such as `20260815`: only worth asking for right behind a label that introduces a date."""
    found = []
    for hit in _COMPACT.finditer(text):
        day = _day(int(hit.group()[:4]), int(hit.group()[4:6]), int(hit.group()[6:]))
        if day:
            found.append(Written((day,), ("ymd",), hit.group(), hit.start(), hit.end()))
    return found


def find_foreign_dates(text: str) -> list[Written]:
    """Dates whose month is written in a language without a pack, by dateparser. Slow: 2.7 ms each, import 0.3 s.

    Only whole day-month-year texts are tried, and only strict readings taken.
    """
    found = []
    for pattern in (_DAY_FIRST, _MONTH_FIRST, _YEAR_FIRST):
        for hit in pattern.finditer(text):
            day = _parse_foreign(hit.group())
            if day and day.day == int(hit["d"]) and day.year % 100 == int(hit["y"]) % 100:
                found.append(Written((day,), ("dmy",), hit.group(), hit.start(), hit.end()))
    return found


def _parse_foreign(text: str) -> date | None:
    import dateparser

    options = {
        "STRICT_PARSING": True,
        "REQUIRE_PARTS": ["day", "month", "year"],
        "PREFER_LOCALE_DATE_ORDER": False,
        "DATE_ORDER": "DMY",
        "PARSERS": ["absolute-time"],
    }
    moment = dateparser.parse(text, settings=options)
    return moment.date() if moment and FIRST_YEAR <= moment.year <= LAST_YEAR else None


def _plain(text: str) -> str:
    """The text, as long as before, with hyphens of every form and the dashes inside one date as `-`."""
    if text.isascii():
        return text
    return _BY_DASHES.sub(lambda hit: re.sub("[\u2013\u2014]", "-", hit.group()), plain_hyphens(text))


def _numeric(text: str) -> list[Written]:
    found = []
    for hit in _NUMERIC.finditer(text):
        readings = _orders(hit["a"], hit["b"], hit["c"], hit["mark"])
        if readings:
            found.append(
                Written(
                    tuple(day for day, _ in readings),
                    tuple(order for _, order in readings),
                    hit.group(),
                    hit.start(),
                    hit.end(),
                )
            )
    return found


def _orders(a: str, b: str, c: str, mark: str) -> list[tuple[date, str]]:
    """All days that three numbers may mean, likeliest order first. One year of four digits settles its place."""
    if len(a) == 4:
        tries = [(a, b, c, "ymd")] if len(c) == 2 else []
    elif len(a) > 2:
        tries = []
    else:
        tries = [(c, b, a, "dmy")]
        if mark != ".":
            tries.append((c, a, b, "mdy"))
        if len(c) == 2 and len(a) == 2:
            tries.append((a, b, c, "ymd"))
    found: list[tuple[date, str]] = []
    for year, month, day, order in tries:
        moment = _day(_full_year(year), int(month), int(day))
        known = [day for day, _ in found]
        if moment and moment not in known:
            found.append((moment, order))
        elif moment:  # day and month are the same number: the date is certain, its order is not
            found[known.index(moment)] = (moment, "any")
    return found


def _by_units(text: str) -> list[Written]:
    """Dates with the words for day, month and year of Chinese, Korean and Vietnamese."""
    found = []
    for hit in (*_CJK.finditer(text), *_VIETNAMESE.finditer(text)):
        day = _day(int(hit["y"]), int(hit["m"]), int(hit["d"]))
        if day:
            found.append(Written((day,), ("ymd",), hit.group(), hit.start(), hit.end()))
    return found


def _written(text: str, pattern: re.Pattern[str], months: Mapping[str, int]) -> list[Written]:
    found = []
    at = 0
    while hit := pattern.search(text, at):
        month = months.get(fold(hit["m"]))
        day = _day(_full_year(hit["y"]), month, int(hit["d"])) if month else None
        if day:
            found.append(Written((day,), ("written",), hit.group(), hit.start(), hit.end()))
        at = hit.end() if day else hit.start() + 1  # `04:54 pm, 27 March, 2018` begins like a date before it is one
    return found


def _full_year(text: str) -> int:
    """Two digits mean 1970 to 2069."""
    year = int(text)
    return year if len(text) == 4 else year + (1900 if year >= 70 else 2000)


def _day(year: int, month: int, day: int) -> date | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
