"""Numbers with check digits that were misread from pixels: whether they hold, and the one look-alike that does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal

from invoice_ocr.values.identifier import VAT_COUNTRIES, Identifier, find_ibans, find_vat_ids, iban_form

REPAIRED = ".repaired"  # ends the rule of a value some characters of which were changed for look-alikes

# Marks that printers draw and recognisers take alike. What comes back is a capital letter or a digit.
_GROUPS = ("0ODQo", "1ILil|!", "2Zz", "5Ss", "6Gb", "8B", "9gq")
_ALIKE = {char: "".join(c for c in group if c.isdigit() or c.isupper()) for group in _GROUPS for char in group}
_DIGITS = frozenset("0123456789")
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_ANY = _DIGITS | _LETTERS
_MOST = 1  # marks changed that may stand as they are, beside those that cannot
_MOST_FREE = 2  # the same where letters and digits may stand anywhere
_WORD = re.compile(r"[A-Za-z0-9|!]+")
_GAP = 2  # marks between the parts of a number, at most
_LEAD = re.compile(r"[\s:：;#=.,*>-]*")
_MOST_WORDS = 8

# Where VAT ids hold a letter behind their country, counted from 0; all else in them is digits.
_VAT_LETTERS = {"AT": {0}, "CY": {8}, "ES": {0, 8}, "FR": {0, 1}, "IE": {1, 7, 8}, "NL": {9}}

Check = Literal["holds", "fails", ""]


def is_kind(kind: str) -> bool:
    """Whether python-stdnum knows numbers of a kind, such as "fr.siret" or "iso11649"."""
    if not re.fullmatch(r"[a-z_]+[0-9]*(\.[a-z_]+[0-9]*)?", kind) or kind == "exceptions":
        return False
    try:
        return find_spec(f"stdnum.{kind}") is not None and hasattr(import_module(f"stdnum.{kind}"), "validate")
    except ModuleNotFoundError:
        return False


def check_digits(number: str, kinds: Sequence[str]) -> Check:
    """What the check digits of a number say, whichever of some kinds it is: "" when it has the form of none.

    >>> check_digits("732 829 320", ["fr.siren"]), check_digits("732 829 321", ["fr.siren"])
    ('holds', 'fails')
    """
    said = [_checked(kind, part) for kind in kinds for part in _parts(number)]
    return "holds" if "holds" in said else "fails" if "fails" in said else ""


def _parts(number: str) -> tuple[str, ...]:
    """A number, and what stands before its first stroke: an INN is printed with the KPP behind it."""
    head = re.split(r"[/-]", number)[0]
    return (number, head) if sum(char.isdigit() for char in head) >= 8 and head != number else (number,)


@lru_cache(maxsize=512)
def _checked(kind: str, number: str) -> str:
    """What one kind says: "holds", "fails", "long" for a number too long or too short for it, "" for other forms."""
    from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

    module: Any = import_module(f"stdnum.{kind}")
    try:
        module.validate(number)
    except InvalidChecksum:
        return "fails"
    except InvalidLength:
        return "long"
    except ValidationError:
        return ""
    return "holds"


def repair_number(text: str, kinds: Sequence[str]) -> Identifier | None:
    """The number that a text begins with when one look-alike alone makes its check digits hold, else None.

    >>> repair_number("732 B29 32O RCS Lyon", ["fr.siren"]).value
    '732829320'
    """
    return _at_start(text, lambda one: _number_spellings(one, kinds), lambda one: check_digits(one, kinds) == "holds")


def repair_vat_id(text: str) -> Identifier | None:
    """The VAT id that a text begins with when one look-alike alone makes its check digits hold, else None.

    >>> repair_vat_id("DE I36 695 976").value
    'DE136695976'
    """
    return _at_start(text, _vat_spellings, lambda value: any(i.value == value for i in find_vat_ids(value)))


def repair_iban(text: str) -> Identifier | None:
    """The IBAN that a text begins with when one look-alike alone makes its check digits hold, else None."""
    return _at_start(text, _iban_spellings, lambda value: bool(find_ibans(value)))


def _at_start(text: str, spell: Callable[[str], Iterator[str]], holds: Callable[[str], bool]) -> Identifier | None:
    """The one spelling that holds of the words a text begins with, taken together as far as needed.

    Of several the longest, if the others are what it begins with: a SIRET begins with the SIREN.
    """
    lead = _LEAD.match(text)
    start = end = lead.end() if lead else 0
    found: dict[str, int] = {}
    compact = ""
    for place, word in enumerate(_WORD.finditer(text, start)):
        if place == _MOST_WORDS or word.start() > end + _GAP:
            break
        compact, end = compact + word.group(), word.end()
        if holds(compact):
            return None
        for value in spell(compact):
            if holds(value):
                found.setdefault(value, end)
    longest = max(found, key=len, default="")
    if not all(longest.startswith(value) and (value == longest or len(value) < len(longest)) for value in found):
        return None
    return Identifier(longest, text[start : found[longest]], start, found[longest]) if found else None


def _number_spellings(compact: str, kinds: Sequence[str]) -> Iterator[str]:
    if all(_checked(kind, compact) == "long" for kind in kinds):
        return
    digits = list(_spellings(compact, [_DIGITS] * len(compact), 0))
    yield from digits
    yield from (one for one in _spellings(compact, [_ANY] * len(compact), _MOST_FREE) if one not in digits)


def _vat_spellings(compact: str) -> Iterator[str]:
    body = compact[2:]
    if not 8 <= len(body) <= 12:
        return
    for country in _spellings(compact[:2], [_LETTERS] * 2, _MOST):
        if country in VAT_COUNTRIES:
            letters = _VAT_LETTERS.get(country, set())
            classes = [_ANY if place in letters else _DIGITS for place in range(len(body))]
            for rest in _spellings(body, classes, _MOST):
                yield country + rest


def _iban_spellings(compact: str) -> Iterator[str]:
    for country in _spellings(compact[:2], [_LETTERS] * 2, _MOST):
        form = iban_form(country)
        if form and len(form) == len(compact) - 2:
            classes = [{"n": _DIGITS, "a": _LETTERS}.get(kind, _ANY) for kind in form]
            for rest in _spellings(compact[2:], classes, _MOST):
                yield country + rest


def _spellings(text: str, classes: Sequence[frozenset[str]], most: int) -> Iterator[str]:
    """Every text that looks like this one, with each mark of its class and at most `most` changed without need."""
    if not text:
        yield ""
        return
    own = text[0]
    fits = own in classes[0]
    if fits:
        yield from (own + rest for rest in _spellings(text[1:], classes[1:], most))
    if most - fits >= 0:
        for char in _ALIKE.get(own, ""):
            if char != own and char in classes[0]:
                yield from (char + rest for rest in _spellings(text[1:], classes[1:], most - fits))
