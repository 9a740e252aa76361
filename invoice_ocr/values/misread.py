"""Amounts read from pixels: those whose marks were lost, set apart or taken for letters are read all the same."""

from __future__ import annotations

import re

from invoice_ocr.values.amount import Amount, find_amounts
from invoice_ocr.values.currency import PATTERN as CURRENCY

_APART = 0.8  # trust in an amount whose decimal mark was set apart or lost
_LETTERS = 0.6  # the same where letters were taken for digits

_ALIKE = str.maketrans("OoQDIl|SZB", "0000111528")
_DIGIT = "0-9OoQDIl|SZB"
# `12 .50` and `12. 50`, and a whole cell such as `RM 12 50 SR` or `12 - 50`, which lost its decimal mark.
_SPLIT = re.compile(r"(?<![\d.,])(\d{1,3}(?:[.,' ]?\d{3})*)( ?)([.,])( ?)(\d\d)(?!\s?[%/]|[.,]?\s?\d)")
_LOST = re.compile(rf"(\s*(?:{CURRENCY})?\s?-?\d{{1,4}})( - | )(\d\d)(\s?[A-Z]{{0,2}}\s*)")
# One mark taken for the other: `2.778.29`, `1,433,60`. The rule of a table taken for a letter: `13.00l`.
_DOTTED = re.compile(r"(?<![\d.,])(\d{1,3}(?:\.\d{3})+)\.(\d\d)(?![\d.,])")
_COMMAED = re.compile(r"(?<![\d.,])(\d{1,3}(?:,\d{3})+),(\d\d)(?![\d.,])")
_RULED = re.compile(r"(?<=\d[.,]\d\d)[lI|](?=\s*$)")
# A comma taken for a low quotation mark: `87„00`.
_LOW = re.compile(r"(?<=\d)[„‚](?=\d\d(?!\d))")
# With one digit at least, cents, and a letter that may be one more.
_LETTERED = re.compile(
    rf"(?<![\w.,/-])((?:{CURRENCY})? ?)"
    rf"((?=[{_DIGIT}.,' ]*\d)[{_DIGIT}]{{1,3}}(?:[.,' ]?[{_DIGIT}]{{3}})* ?[.,] ?[{_DIGIT}]{{2}})"
    r"(?![\w%]|[./-]\d)"
)


def find_read_amounts(text: str) -> list[tuple[Amount, float, bool]]:
    """Every amount in a text that was read from pixels: with how far it is trusted, and whether letters became digits.

    >>> [(str(amount.value), trust, lettered) for amount, trust, lettered in find_read_amounts("1.19O,00")]
    [('1190.00', 0.6, True)]
    """
    mended, digits = mend(text), _in_digits(text)
    found = []
    for amount in find_amounts(mended):
        spread = slice(max(0, amount.start - 2), amount.end)
        lettered = digits[spread] != text[spread]
        same = mended[amount.start : amount.end] == text[amount.start : amount.end]
        found.append((amount, _LETTERS if lettered else 1.0 if same else _APART, lettered))
    return found


def mend(text: str) -> str:
    """A text as long as this one in which amounts are written whole and in digits."""
    text = _in_digits(_RULED.sub(" ", _LOW.sub(",", text)))
    text = _COMMAED.sub(r"\1.\2", _DOTTED.sub(r"\1,\2", text))
    if " " not in text:
        return text
    text = _SPLIT.sub(lambda hit: (hit[2] + hit[4]) + hit[1] + hit[3] + hit[5], text)
    lost = _LOST.fullmatch(text)
    return " " * (len(lost[2]) - 1) + f"{lost[1]}.{lost[3]}{lost[4]}" if lost else text


def _in_digits(text: str) -> str:
    if not any(char in text for char in "OoQDIl|SZB") or not any(char.isdigit() for char in text):
        return text
    return _LETTERED.sub(lambda hit: hit[1] + hit[2].translate(_ALIKE), text)
