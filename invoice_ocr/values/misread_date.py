"""Dates read from pixels: those whose marks, digits or months a recogniser took for others are read all the same."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rapidfuzz.distance import OSA

from invoice_ocr.values.date import Written, find_dates
from invoice_ocr.values.text import fold, plain_hyphens

_ALIKE = str.maketrans("OoQDIl|SZB$", "00001115285")
# What a digit that makes no date may be taken for.
_DIGITS = {"0": "86", "1": "7", "3": "8", "5": "6", "6": "085", "7": "1", "8": "036", "9": "0"}
_YEAR = r"(?:19|20)\d\d"
# A mark taken for 1 or 7: `28/0272018`, `23705/2018`.
_MARK_TAKEN = (
    re.compile(rf"(?<!\d)(\d\d)[./-](\d\d)[17]({_YEAR})(?!\d)"),
    re.compile(rf"(?<!\d)(\d\d)[17](\d\d)[./-]({_YEAR})(?!\d)"),
)
# Marks lost, and blanks in the year: `09 10.2016`, `14.03 2026`, `24/05/1 8`, `30 04 - 20 18`.
_TORN = (
    re.compile(rf"(?<![\d.,/-])(\d\d?)(?:\s?[./-]\s?|\s)(\d\d?)\s?[./-]\s?({_YEAR})(?!\d)"),
    re.compile(rf"(?<![\d.,/-])(\d\d)[./-](\d\d)\s({_YEAR})(?!\d)"),
    re.compile(r"(?<![\d.,/-])(\d\d)[\s./-]{1,3}(\d\d)\s?[./-]\s?((?:19|20)\s\d\d)(?!\d)"),
    re.compile(r"(?<![\d.,/-])(\d\d)[./-](\d\d)[./-](\d\s\d)\s*$"),
    re.compile(r"^\s*(\d\d)\s(\d\d)\.(\d\d)(?=\s\d\d:\d\d)"),
    re.compile(rf"(?<![\d.,/-])(\d\d)[./-](\d\d)[./-]({_YEAR})(?=\d\d[^\w\s]\d\d(?!\d))"),
)
_GLUED = re.compile(rf"(?<=[^\W\d_])({_YEAR})-(\d\d)-(\d\d)(?=\s\d\d:\d\d)")
_LETTERED = re.compile(r"(?<![^\W_])[\dOoQDIl|SZB$]{1,2}([./-])[\dOoQDIl|SZB$]{1,2}\1[\dOoQDIl|SZB$]{2,4}(?![^\W_])")
_IMPOSSIBLE = re.compile(rf"(?<![\d./-])(\d\d)([./-])(\d\d)\2({_YEAR})(?!\d)")
_NAMED = re.compile(rf"(?<!\d)(\d\d?)[\s./-]{{1,2}}([^\W\d_]{{3,10}})[\s./-]{{1,2}}({_YEAR})(?!\d)")
_NAMED_FIRST = re.compile(rf"(?<![^\W_])([^\W\d_]{{3,10}})[\s.]{{1,2}}(\d\d?)[,.]?\s({_YEAR})(?!\d)")
_SHORT, _NEAR = 5, 1  # letters of a month that may have one wrong, in longer ones two


def find_read_dates(text: str, months: Mapping[str, int]) -> list[Written]:
    """The date in a text from pixels that holds none as it was read; [] when none or several can be meant.

    >>> find_read_dates("Date: 28/0272018", {})[0].readings
    (datetime.date(2018, 2, 28),)
    """
    if sum(char.isdigit() for char in text) < 5 or find_dates(text, months):
        return []
    text = plain_hyphens(text).replace("\u2013", "-").replace("\u2014", "-")
    for reader in (_by_marks, _by_letters, _by_month, _by_digit):
        if found := reader(text, months):
            return found
    return []


def _by_marks(text: str, months: Mapping[str, int]) -> list[Written]:
    for pattern in (*_MARK_TAKEN, *_TORN):
        for hit in pattern.finditer(text):
            parts = ["".join(part.split()) for part in hit.groups()]
            mark = next((char for char in hit.group() if char in "./-"), ".")
            if found := _placed(mark.join(parts), hit, months):
                return found
    for hit in _GLUED.finditer(text):
        if found := _placed("-".join(hit.groups()), hit, months):
            return found
    return []


def _by_letters(text: str, months: Mapping[str, int]) -> list[Written]:
    for hit in _LETTERED.finditer(text):
        mostly = sum(char.isdigit() for char in hit.group()) > len(hit.group()) / 2
        if mostly and (found := _placed(hit.group().translate(_ALIKE), hit, months)):
            return found
    return []


def _by_month(text: str, months: Mapping[str, int]) -> list[Written]:
    for hit in (*_NAMED.finditer(text), *_NAMED_FIRST.finditer(text)):
        day, month = (hit[1], hit[2]) if hit[1].isdigit() else (hit[2], hit[1])
        word = fold(month)
        near = _NEAR if len(word) < _SHORT else _NEAR + 1
        meant = {
            number
            for name, number in months.items()
            if len(name) >= 3 and OSA.distance(word, name, score_cutoff=near) <= min(near, len(name) - 2)
        }
        if len(meant) == 1 and (found := _placed(f"{day}.{meant.pop()}.{hit[3]}", hit, months)):
            return found
    return []


def _by_digit(text: str, months: Mapping[str, int]) -> list[Written]:
    """The one date that another digit in place of one makes."""
    for hit in _IMPOSSIBLE.finditer(text):
        whole = f"{hit[1]}{hit[3]}"
        meant = {}
        for place, digit in enumerate(whole):
            for other in _DIGITS.get(digit, ""):
                changed = whole[:place] + other + whole[place + 1 :]
                if found := _placed(f"{changed[:2]}.{changed[2:]}.{hit[4]}", hit, months):
                    meant[found[0].readings] = found
        if len(meant) == 1:
            return next(iter(meant.values()))
    return []


def _placed(mended: str, hit: re.Match[str], months: Mapping[str, int]) -> list[Written]:
    """The date of a mended text, at the place of what was read."""
    found = find_dates(mended, months)
    if not found:
        return []
    return [Written(found[0].readings, found[0].orders, hit.group(), hit.start(), hit.end())]
