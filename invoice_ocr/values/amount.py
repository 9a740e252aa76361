"""Amounts of money: every national form to exact decimals, sign kept, all readings where there are several."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from invoice_ocr.values.currency import PATTERN as CURRENCY
from invoice_ocr.values.currency import read_currency

# A tax above a third of its net is no VAT anywhere (Hungary has 27 %).
HIGHEST_RATE = Decimal("0.34")

# What may stand between the thousands: point, comma, spaces of every width, apostrophes, middle dot.
_SPACES = " \u00a0\u2009\u202f\u2007"
_TICKS = "'\u2019\u2018`\u00b4\u2032"
_MINUS = "\\-\u2212\u2013\u2010\u2011\u2012"

_LONGEST = 60  # signs of digits and spaces that may be one amount: a row of a hundred numbers is none
_BODY = re.compile(rf"(?<![\d.,])(?:\d+(?:[.,\u00b7{_TICKS}{_SPACES}]\d+)*|[.,]\d{{2}}(?!\d))")
_BEFORE = re.compile(
    rf"(?P<open>\()?[{_SPACES}]?(?P<sign>[{_MINUS}+])?(?P<gap>[{_SPACES}])?(?P<mark>{CURRENCY})?[{_SPACES}]?"
    rf"(?P<sign2>[{_MINUS}+])?(?P<gap2>[{_SPACES}])?\Z"
)
_AFTER = re.compile(
    rf"(?P<dash>[.,](?:[{_MINUS}\u2014]{{1,2}}|=)(?!\d))?(?P<percent>[{_SPACES}]?%)?(?P<sign>[{_SPACES}]?[{_MINUS}](?![\w{_MINUS}{_SPACES}]))?"
    rf"(?:[{_SPACES}]?(?P<mark>{CURRENCY}))?(?P<sign2>[{_MINUS}](?![\w{_MINUS}]))?(?P<credit>[{_SPACES}]?(?:CR|Cr|cr)\b\.?)?(?P<close>[{_SPACES}]?\))?"
)


_PLAIN = str.maketrans("\u00b7" + _TICKS + _SPACES, "." + "'" * len(_TICKS) + " " * len(_SPACES))
_MARK = re.compile(r"[.,' ]")
# What may be glued to an amount: its money, or the T that marks what is taxed, as books in the United States have it.
_GLUED = re.compile(rf"{CURRENCY}|CR|Cr|(?<=[.,]\d\d)T\b")
_RATE_BEFORE = re.compile(rf"(?:^|[^\d{_SPACES}])[{_SPACES}]?%[{_SPACES}]?\Z")  # `%20` is a rate, as Turks write it
_RAND = re.compile(r"(?:^|[^\w.\-/])?R(?:\d{1,3}(?:[ ,\u00a0]\d{3})*|\d+)[.,]\d\d(?![\d.,])")  # as South Africans write
_DASHES = "-\u2212\u2013\u2010\u2011\u2012"


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount in a text. readings: all values it may mean, likeliest first; more than one is ambiguity.

    mark: the currency mark beside it as printed, or "". decimals: digits printed after the decimal mark (of the
    first reading). style: the decimal mark when the form shows it without doubt ("." or ","), else "".
    """

    readings: tuple[Decimal, ...]
    text: str
    start: int
    end: int
    mark: str = ""
    decimals: int = 0
    style: str = ""

    @property
    def value(self) -> Decimal:
        """The likeliest reading."""
        return self.readings[0]


def read_amount(text: str) -> Amount | None:
    """The amount that a text consists of, or None when it is anything else.

    >>> read_amount("1.190,00 €").readings
    (Decimal('1190.00'),)
    >>> read_amount("1.234").readings
    (Decimal('1234'), Decimal('1.234'))
    """
    found = find_amounts(text)
    if len(found) != 1:
        return None
    rest = text[: found[0].start] + text[found[0].end :]
    return found[0] if not rest.strip(" :=*") else None


def find_amounts(text: str) -> list[Amount]:
    """Every amount in a text, left to right. Percentages, dates and parts of longer codes are none."""
    return list(_find(text))


@lru_cache(maxsize=4096)
def _find(text: str) -> tuple[Amount, ...]:
    """Remembered, since every stage looks at the same cells."""
    found: list[Amount] = []
    position = 0
    while hit := _BODY.search(text, position):
        amount, position = _amount(text, hit.start(), hit.end())
        if amount is not None:
            found.append(amount)
    return tuple(found)


def interpret(body: str) -> list[tuple[Decimal, int, str]]:
    """Readings of bare digits with separators: (value, decimals, decimal mark when certain); [] when no number.

    Groups are of three digits, or two in the Indian way. One separator before three digits is ambiguous.
    """
    body = body.translate(_PLAIN)
    if body[0] in ".,":
        return [(Decimal("0." + body[1:]), len(body) - 1, body[0])]
    groups, marks = _MARK.split(body), _MARK.findall(body)
    if not marks:
        return [(Decimal(body), 0, "")]
    return _interpret_marked(groups, marks)


def _interpret_marked(groups: list[str], marks: list[str]) -> list[tuple[Decimal, int, str]]:
    last, kinds = marks[-1], set(marks)
    whole = Decimal("".join(groups))
    split = (Decimal("".join(groups[:-1]) + "." + groups[-1]), len(groups[-1]), last)
    if last in " '":
        return [(whole, 0, "")] if len(kinds) == 1 and _grouped(groups, last) else []
    if marks.count(last) > 1:
        return [(whole, 0, "." if last == "," else ",")] if len(kinds) == 1 and _grouped(groups, last) else []
    if len(kinds) > 2:
        return []
    if len(kinds) == 2:
        return [split] if _grouped(groups[:-1], marks[0]) else []
    if len(groups[1]) == 3 and 1 <= len(groups[0]) <= 3 and not groups[0].startswith("0"):
        return [(whole, 0, ""), (split[0], 3, "")]
    return [split]


def _grouped(groups: list[str], mark: str) -> bool:
    if not 1 <= len(groups[0]) <= 3 or (groups[0].startswith("0") and len(groups) > 1):
        return False
    if all(len(group) == 3 for group in groups[1:]):
        return True
    return mark == "," and len(groups[0]) <= 2 and len(groups[-1]) == 3 and all(len(g) == 2 for g in groups[1:-1])


def _amount(text: str, start: int, end: int) -> tuple[Amount | None, int]:
    """The amount whose digits lie at start..end, and where to look on. Ends at an inner space when it must."""
    whole_end = end
    if end - start > _LONGEST and (spot := max(text.rfind(space, start, start + _LONGEST) for space in _SPACES)) > 0:
        end = spot
    readings = interpret(text[start:end])
    while not readings and (spot := max(text.rfind(space, start, end) for space in _SPACES)) > 0:
        end = spot
        readings = interpret(text[start:end])
    after = _AFTER.match(text, end) if end == whole_end else None
    if not readings or (after and after["percent"]) or _inside_code(text, start, end):
        return None, end
    before = _before(text, start)
    close = bool(after and after["close"] and before["open"])
    stop = end if after is None else after.end() if close or not after["close"] else after.start("close")
    begin = min([start, *(before.start(name) for name in ("open", "sign", "mark", "sign2") if before[name])])
    if before["open"] and not close:
        begin = max(begin, before.end("open"))
    values, doubt = _signed([value for value, _, _ in readings], before, after)
    mark = before["mark"] or ""
    if after and after["mark"] and len(read_currency(mark)) != 1:
        mark = after["mark"]  # `$12.00 USD`: the code says which dollar
    shown = text[begin:stop].strip()
    return Amount((*values, *doubt), shown, begin, stop, mark, readings[0][1], readings[0][2]), stop


def _before(text: str, start: int) -> re.Match[str]:
    """What belongs to the number from before it: bracket, sign, currency mark; an empty match when nothing does."""
    hit = _BEFORE.search(text, max(0, start - 10), start)
    if hit and hit["sign"] and not hit["gap"] and hit.start("sign") > 0 and text[hit.start("sign") - 1].isalnum():
        hit = None  # the dash of a code such as `A-12` is no minus
    return hit or _nothing()


@cache
def _nothing() -> re.Match[str]:
    hit = _BEFORE.match("")
    if hit is None:
        raise AssertionError("every part of the pattern may be missing")
    return hit


def _signed(
    values: list[Decimal], before: re.Match[str], after: re.Match[str] | None
) -> tuple[list[Decimal], list[Decimal]]:
    """The values with their sign, and those of the other sign when a dash stands so far off that it may be no minus."""
    behind = bool(after and (after["sign"] or after["sign2"] or after["credit"] or (before["open"] and after["close"])))
    front = any(before[name] not in (None, "+") for name in ("sign", "sign2"))
    if not (behind or front):
        return values, []
    loose = (before["sign"] and before["gap"]) or (before["sign2"] and before["gap2"])
    return [-value for value in values], values if loose and not behind else []


def _inside_code(text: str, start: int, end: int) -> bool:
    """Whether the digits are part of something that is no amount: a code, a time, a date, a version."""
    before, after, further = text[start - 1 : start], text[end : end + 1], text[end + 1 : end + 2]
    if _RATE_BEFORE.search(text, max(0, start - 4), start):
        return True
    if before.isalpha() or before == "_":
        glued = _BEFORE.search(text, max(0, start - 10), start)
        if not (glued and glued["mark"] and glued.end("mark") == start) and not _RAND.match(text, max(0, start - 2)):
            return True
    if after.isalpha() or after == "_":
        return not _GLUED.match(text, end)
    if (further.isdigit() and after in ".,:/" + _DASHES) or (further.isalnum() and after in _DASHES):
        return True
    if before not in tuple("/:" + _DASHES) or not text[start - 2 : start - 1].isalnum():
        return False
    behind = _BEFORE.search(text, max(0, start - 10), start)
    return not (behind and behind["mark"] and behind["sign2"])  # `CHF-0.50` is money
