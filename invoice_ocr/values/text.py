"""Folding: what is left of a text when case, accents and punctuation do not count."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SPECIAL = str.maketrans({"°": "o", "º": "o", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d"})
# Hyphens that typesetters and browsers print for the plain one, and the minus.
_HYPHENS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2212\ufe63\uff0d\u00ad", "-"))
_NO_SIGN = re.compile(r"[^\w#]+|_+")
_DIGIT = re.compile(r"\d")
_TOKEN = re.compile(r"(?:[^\W\d_]|[°º№\u0300-\u036f])+|\d+|#")
# What recognisers take for one another, brought to one form; only for comparing, never for values.
_SLIPS = (("rn", "m"), ("vv", "w"), ("0", "o"), ("1", "l"), ("i", "l"), ("|", "l"), ("5", "s"), ("8", "b"), ("cl", "d"))
# Small letters whose capitals (or themselves) look like Latin ones in Cyrillic and Greek print.
_TWINS = str.maketrans("авекмнорстухіјѕαβεζηικμνορτυχ", "abekmhopctyxijsabezhikmnoptyx")


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Lower case without accents, letters and digits only. `Fällig am:` gives `falligam`.

    >>> fold("N° de TVA")
    'nodetva'
    """
    if text.isascii():
        small = text.lower()
        return small if small.isalnum() else _NO_SIGN.sub("", small)
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_SPECIAL)
    return _NO_SIGN.sub("", plain.lower())  # `№` comes apart into a capital and a small letter


def without_accents(text: str) -> str:
    """The text with plain letters for those with accents, all else as it is.

    >>> without_accents("obrigado pela preferência")
    'obrigado pela preferencia'
    """
    if text.isascii():
        return text
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def has_digit(text: str) -> bool:
    """Whether a digit, of any script, stands in a text."""
    return bool(_DIGIT.search(text)) or (not text.isascii() and any(map(str.isdigit, text)))  # `²` is no \d


def slip(folded: str) -> str:
    """A folded text with characters that recognisers confuse made equal: `rechnungsnurnmer` meets `rechnungsnummer`.

    Letters that look alike in Latin, Cyrillic and Greek are made equal too.
    """
    if not folded.isascii():
        folded = folded.translate(_TWINS)
    for wrong, right in _SLIPS:
        folded = folded.replace(wrong, right)
    return folded


def plain_hyphens(text: str) -> str:
    """The text with every form of hyphen as `-`, as long as before; dashes, which join ranges, stay.

    >>> plain_hyphens("2023\u201010\u201122")
    '2023-10-22'
    """
    return text if text.isascii() else text.translate(_HYPHENS)


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[tuple[str, int, int], ...]:
    """(folded, start, end) of every run of letters, run of digits, and `#` in a text, left to right."""
    return tuple((fold(hit.group()), hit.start(), hit.end()) for hit in _TOKEN.finditer(text))
