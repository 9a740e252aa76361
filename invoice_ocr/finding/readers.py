"""The named readers of rule packs: each turns the text beside a label into the values it may hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from invoice_ocr.model import Value
from invoice_ocr.values.amount import Amount, find_amounts
from invoice_ocr.values.currency import find_currencies, read_currency
from invoice_ocr.values.date import Written, find_compact_dates, find_dates, find_foreign_dates
from invoice_ocr.values.identifier import (
    Identifier,
    find_bics,
    find_ibans,
    find_polish_accounts,
    find_references,
    find_vat_ids,
)
from invoice_ocr.values.misread import find_read_amounts, mend
from invoice_ocr.values.misread_date import find_read_dates
from invoice_ocr.values.repair import repair_iban, repair_number, repair_vat_id
from invoice_ocr.values.span import find_spans
from invoice_ocr.values.text import has_digit, plain_hyphens

_LEAD = re.compile(r"[\s:：;#=.,*|_>»–-]*")
_NUMERO = re.compile(_LEAD.pattern + r"(?:[Nn][°º]?[.:]?\s+(?=\d))?")  # `N 2026/118`, as printers without ° have it
_NUMBERLIKE = re.compile(r"[\d\s.,/:+%()\-€$£]+")
_TAX_NUMBER = re.compile(r"(?:[A-Z]{1,3}[\s.\-]?)?\d[\dA-Z]*(?:[\s./\-]\s?\d[\dA-Z]*|[./\-][A-Z]\b)*(?:[a-z]\b)?")
_CENTS = re.compile(r"\d+[.,]\d\d")
_SUM = re.compile(r"\d{1,3}(?: \d{3})+[.,]\d\d")  # `18 600,00`
# Groups of digits behind a number, which may be its last: `FW 260388 71902 of 2 April`.
_GOES_ON = re.compile(r"(?: (?!(?:19|20)\d\d )\d{3,6}(?![\w./,:%-]))+")
_IN_GROUPS = 0.7  # how surely they are
_CUT = re.compile(r"[-/]\s*$")  # the rest of a number stands elsewhere
_MONEY = re.compile(r"[€$£(]\s?$")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
# What stands before a number as part of it, as in `FT A/04490` or `HRB 12345`.
_SERIES = re.compile(r"(?!N[RO])[A-Z]{2,3}")
_YEAR = re.compile(r"(?:19|20)\d\d(?!\d)")
_WRITTEN = re.compile(r"[\s:.]*\d{1,2}\.? (?:\w+ )?[^\W\d_]{3,14}\.?,? (?:\w+ )?(?:19|20)\d\d[\s.]*")
# A bare number with a word behind it counts things or days: `30 days`, `4 pcs`.
_COUNTED = re.compile(r"\s{0,2}[^\W\d_]{2,}")
# What goes on a name in one line: a street with its number, a town with its code. Behind a colon a value stands.
_ADDRESS = re.compile(r",\s(?=[^,]*\d).*$")
_LABELLED = re.compile(r"[^\W\d_]\s?[:：]\s")
_POST_BOX = re.compile(
    r"(?i)(?:p\.?\s?o\.?\s?box|post(?:fach|bus|boks|box)|bo[iî]te postale|apartado|casella postale)\b"
)
TORN = 0.5  # how much a date suits of which marks or digits were misread
_REPAIRED = 0.85  # of an identifier that holds only with other characters than were read
_LIKE_DIGITS = re.compile(r"[OoQIl|]{2,4}")
_LIKE_GROUP = re.compile(r"[OoQIl|]{2,4}[./-]")  # the first group of a number, which its stop parts from the others
_ALIKE = str.maketrans("OoQIl|", "000111")
_SPLIT_CENTS = re.compile(r"(?<=\d) ?([.,]) ?(?=\d{2}(?!\d))")


@dataclass(frozen=True, slots=True)
class Found:
    """One value in a text. readings: all values it may mean. quality: 0..1, how much its form suits the reader.

    orders: for dates, the order behind each reading. mark: for amounts, the currency mark beside it. repaired: some
    characters were changed for look-alikes with which its check digits hold.
    """

    value: Value
    start: int
    end: int
    quality: float = 1.0
    readings: tuple[Value, ...] = ()
    orders: tuple[str, ...] = ()
    mark: str = ""
    repaired: bool = False


def read(
    reader: str, text: str, months: Mapping[str, int], *, pixels: bool = False, kinds: Sequence[str] = ()
) -> list[Found]:
    """What the named reader makes of a text that stands beside its label, left to right; [] when nothing.

    months: folded month names to 1..12. pixels: the text was recognised, and letters may have been taken for digits;
    what check digits make of it then comes first. kinds: numbers with check digits that it may be, as in Rule.check.
    Raises KeyError for a reader that is not of the closed list.
    """
    if pixels and reader == "amount" and (amounts := _read_pixels(text, months)):
        return amounts
    if pixels and reader == "date" and (dates := _read_torn_dates(text, months)):
        return dates
    mended = _REPAIRS[reader](text) if pixels and reader in _REPAIRS else None
    if pixels and kinds:
        mended = repair_number(text, kinds)
    if pixels and reader == "reference" and not kinds:
        return [_in_digits(item) for item in _read_reference(text, months)]
    repaired = [Found(mended.value, mended.start, mended.end, _REPAIRED, repaired=True)] if mended else []
    return [*repaired, *_READERS[reader](text, months)]


def from_amount(amount: Amount) -> Found:
    """An amount as a found value: cents printed make it likelier to be money."""
    quality = {2: 1.0, 0: 0.9 if amount.mark else 0.65, 1: 0.75, 3: 0.7}.get(amount.decimals, 0.6)
    if amount.decimals == 0 and len(str(abs(amount.value))) > 7:
        quality = 0.3
    return Found(amount.value, amount.start, amount.end, quality, amount.readings, mark=amount.mark)


def from_date(written: Written) -> Found:
    """A date as a found value."""
    return Found(written.readings[0], written.start, written.end, 1.0, written.readings, written.orders)


def _read_amount(text: str, months: Mapping[str, int]) -> list[Found]:
    text = _without_dates(text, months)
    found = [_counting(from_amount(amount), amount, text) for amount in find_amounts(text)]
    whole = [item for item in found if item.quality == 1.0 and text[item.start] not in ".,"]
    if not whole and (joined := _SPLIT_CENTS.sub(r"\1", text)) != text:
        again = [from_amount(amount) for amount in find_amounts(joined)]
        best = [item for item in again if item.quality == 1.0]
        if best:  # the cents were set apart from their number by a slip of the recogniser
            return [Found(item.value, 0, len(text), 0.8, item.readings, mark=item.mark) for item in best[-1:]]
    return found


def _without_dates(text: str, months: Mapping[str, int]) -> str:
    if _YEAR.search(text):
        for written in find_dates(text, months):
            text = text[: written.start] + "x" * (written.end - written.start) + text[written.end :]
    return text


def _read_pixels(text: str, months: Mapping[str, int]) -> list[Found]:
    """Amounts in a text from pixels, if any has to be mended there."""
    text = _without_dates(text, months)
    if mend(text) == text:
        return []
    found = []
    for amount, trust, lettered in find_read_amounts(text):
        item = _counting(from_amount(amount), amount, text)
        found.append(replace(item, quality=trust * item.quality, repaired=lettered))
    return found


def _counting(item: Found, amount: Amount, text: str) -> Found:
    bare = not amount.decimals and not amount.mark
    return replace(item, quality=0.15 * item.quality) if bare and _COUNTED.match(text, amount.end) else item


def _read_date(text: str, months: Mapping[str, int]) -> list[Found]:
    found = [from_date(written) for written in find_dates(text, months) or find_compact_dates(text)]
    if not found and _WRITTEN.fullmatch(text):
        found = [from_date(written) for written in find_foreign_dates(text)]
    return found


def _read_torn_dates(text: str, months: Mapping[str, int]) -> list[Found]:
    return [replace(from_date(one), quality=TORN, repaired=True) for one in find_read_dates(text, months)]


def _read_period(text: str, months: Mapping[str, int]) -> list[Found]:
    return [from_date(written) for written in find_spans(text, months)] or _read_date(text, months)


def _read_reference(text: str, months: Mapping[str, int]) -> list[Found]:
    text = plain_hyphens(text)
    lead = _NUMERO.match(text)
    offset = lead.end() if lead else 0
    rest = text[offset:]
    words = rest.split()
    while len(words) > 1 and words[-1].isalpha():  # `FAC-24-41 DE` goes on with a date
        rest = rest[: rest.rstrip().rindex(words.pop())]
    if 1 < len(words) <= 4 and len(rest) <= 24 and all(_part_of_number(word) for word in words):
        joined = rest.strip().rstrip(".,;:")
        if _SUM.fullmatch(joined):
            return []
        if has_digit(joined) and not find_dates(joined, months):
            return [Found(" ".join(joined.split()), offset, offset + len(joined), 0.85)]
    found = []
    accounts = find_polish_accounts(text)
    for item in find_references(text):
        ahead = text[offset : item.start].strip()
        if any(account.start <= item.start < account.end for account in accounts):
            continue
        if _CENTS.fullmatch(item.value) and _MONEY.search(text[: item.start]):
            continue
        if "§" in text[: item.start]:
            continue
        if find_dates(text[item.start : item.end], months):
            if re.fullmatch(r"\d{4}-\d\d-\d\d", item.value) and not ahead and text[:offset].rstrip().endswith("#"):
                found.append(Found(item.value, item.start, item.end, 0.6))
            continue
        begun = "" if found else _begun(ahead)
        more = None if found or (ahead and not begun) else _GOES_ON.match(text, item.end)
        if begun or more:
            end = more.end() if more else item.end
            found.append(Found(begun + item.value + text[item.end : end], offset, end, _IN_GROUPS if more else 1.0))
            continue
        quality = 0.35 if len(ahead) > 12 else 0.6 if ahead and not ahead.isupper() else 0.75 if ahead else 1.0
        quality *= 0.6 if len(item.value) < 3 or _YEAR.fullmatch(item.value) else 1.0
        quality *= 0.6 if _CENTS.fullmatch(item.value) or _CUT.match(text, item.end) else 1.0
        found.append(Found(item.value, item.start, item.end, quality))
    return found[:2]


def _begun(ahead: str) -> str:
    """What stands before a number as its beginning: letters of a series, or a first group of look-alikes of digits."""
    return f"{ahead} " if _SERIES.fullmatch(ahead) else ahead if _LIKE_GROUP.fullmatch(ahead) else ""


def _in_digits(item: Found) -> Found:
    """A number read from pixels whose other groups are digits with those in digits that only look like letters."""
    groups = re.split(r"([./-])", str(item.value))
    others = [group for group in groups[::2] if not _LIKE_DIGITS.fullmatch(group)]
    if len(others) == len(groups[::2]) or not others or not all(group.isdigit() for group in others):
        return item
    value = "".join(group.translate(_ALIKE) if _LIKE_DIGITS.fullmatch(group) else group for group in groups)
    return replace(item, value=value, readings=(value,), repaired=True)


def _part_of_number(word: str) -> bool:
    core = word.strip(".,;:/-")
    return bool(core) and (has_digit(core) or (core.isupper() and len(core) <= 4)) and core.isascii()


def _read_vat_id(text: str, _: Mapping[str, int]) -> list[Found]:
    found = [_from_identifier(item, 1.0 if item.valid else 0.7) for item in find_vat_ids(text, labelled=True)]
    if found:
        return found
    hit = _TAX_NUMBER.search(text)
    if hit and 8 <= sum(char.isdigit() for char in hit.group()) <= 14 and not _LETTERS.search(text[: hit.start()]):
        return [Found(re.sub(r"[\s.\-/]", "", hit.group()), hit.start(), hit.end(), 0.5)]
    return []


def _read_tax_number(text: str, months: Mapping[str, int]) -> list[Found]:
    text = plain_hyphens(text)
    hit = _TAX_NUMBER.search(text)
    if (
        not hit
        or sum(char.isdigit() for char in hit.group()) < 4
        or find_dates(hit.group(), months)
        or _CENTS.fullmatch(hit.group())
    ):
        return []
    value = hit.group().strip()
    value = value if re.search(r"[./\-]", value) else re.sub(r"(?<=\d)\s", "", value)
    return [Found(value, hit.start(), hit.end(), 0.6 if len(text[: hit.start()].strip(" :.#")) > 12 else 1.0)]


def _read_iban(text: str, _: Mapping[str, int]) -> list[Found]:
    found = [_from_identifier(item, 1.0 if item.valid else 0.5) for item in find_ibans(text, labelled=True)]
    return found or [_from_identifier(item, 1.0) for item in find_polish_accounts(text)]


def _read_bic(text: str, _: Mapping[str, int]) -> list[Found]:
    return [_from_identifier(item, 1.0) for item in find_bics(text)][:1]


def _from_identifier(item: Identifier, quality: float) -> Found:
    return Found(item.value, item.start, item.end, quality)


def _read_currency(text: str, _: Mapping[str, int]) -> list[Found]:
    for mark, start, end in find_currencies(text):
        codes = read_currency(mark)
        if codes:
            return [Found(codes[0], start, end, 1.0, codes, mark=mark)]
    return []


def _read_name(text: str, months: Mapping[str, int]) -> list[Found]:
    lead = _LEAD.match(text)
    offset = lead.end() if lead else 0
    name = re.split(r"\s[|·•]\s|\s[—–-]\s", text[offset:].strip())[0].strip(" ,;:")
    name = _ADDRESS.sub("", name).strip(" ,;:")
    if _LABELLED.search(name) or _POST_BOX.match(name):
        return []
    if re.match(r"\d{4,}|[(\[]|\S+\s\d{1,4}[a-z]?$", name) or (" " not in name and has_digit(name)):
        return []
    if sum(char.isdigit() for char in name) > sum(char.isalpha() for char in name):
        return []  # a number with its country in front
    if not 2 < len(name) <= 80 or not _LETTERS.search(name) or find_dates(name, months) or _NUMBERLIKE.fullmatch(name):
        return []
    return [Found(" ".join(name.split()), offset, offset + len(name), 1.0)]


def _read_text(text: str, _: Mapping[str, int]) -> list[Found]:
    lead = _LEAD.match(text)
    offset = lead.end() if lead else 0
    rest = text[offset:].strip()
    told = len(rest) > 2 and not rest.endswith(":") and (has_digit(rest) or " " in rest)
    return [Found(rest, offset, offset + len(rest), 1.0)] if told else []


_REPAIRS: dict[str, Callable[[str], Identifier | None]] = {"iban": repair_iban, "vat_id": repair_vat_id}
_READERS: dict[str, Callable[[str, Mapping[str, int]], list[Found]]] = {
    "amount": _read_amount,
    "bic": _read_bic,
    "currency": _read_currency,
    "date": _read_date,
    "iban": _read_iban,
    "name": _read_name,
    "period": _read_period,
    "none": lambda _text, _months: [],
    "reference": _read_reference,
    "tax_number": _read_tax_number,
    "text": _read_text,
    "vat_id": _read_vat_id,
}
