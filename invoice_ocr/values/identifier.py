"""Identifiers: IBAN, BIC, VAT ids, document numbers. Check digits are python-stdnum's business."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module

from invoice_ocr.values.text import plain_hyphens

_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\s?\d{2}(?:[\s.\-]{0,2}[A-Z0-9]){10,32}")
_BIC = re.compile(r"(?<![A-Za-z0-9])[A-Z]{4}\s?[A-Z]{2}\s?[A-Z0-9]{2}(?:\s?[A-Z0-9]{3})?(?![A-Za-z0-9])")
VAT_COUNTRIES = tuple(
    "AT BE BG CHE CY CZ DE DK EE EL GR ES FI FR GB HR HU IE IT LT LU LV MT NL NO PL PT RO SE SI SK XI".split()  # noqa: SIM905  (a table reads better as one text)
)
_VAT = re.compile(
    rf"(?<![A-Za-z0-9])(?P<country>{'|'.join(VAT_COUNTRIES)})"
    r"(?P<body>[\s.\-]{0,2}[A-Z0-9](?:[\s.\-]?[A-Z0-9+*]){6,13})(?![a-z])"
)
_REFERENCE = re.compile(r"[^\W_](?:[\w./\-#&+]*[^\W_])?")
_NRB = re.compile(r"(?<![\w-])\d{2}(?:[ -]?\d{4}){6}(?![\w-])")
_OGM = re.compile(r"(?:\+{3}|\*{3})\s?(\d{3}/\d{4}/\d{5})\s?(?:\+{3}|\*{3})")
_QR = re.compile(r"(?<![\d.,-])\d{2}(?: ?\d{5}){5}(?![\d.,-])")
_STDNUM = {"GB": "gb.vat", "XI": "gb.vat", "CHE": "ch.vat", "NO": "no.mva"}
# A ruled line that was read as a letter behind the last digit, and one that a blank sets apart.
_STROKE, _APART = re.compile(r"(?<=\d) ?I$"), re.compile(r"(?<=\d) I$")
_WORDY = re.compile(r"\s[A-Z]{2,}")


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifier in a text. value: compact form. valid: its check digits and structure hold."""

    value: str
    text: str
    start: int
    end: int
    valid: bool = True


def find_ibans(text: str, *, labelled: bool = False) -> list[Identifier]:
    """Every IBAN in a text; those with wrong check digits only where a label says that one stands here."""
    found = []
    text = plain_hyphens(text)
    for hit in _IBAN.finditer(text):
        identifier = _iban(hit.group(), hit.start(), labelled)
        if identifier:
            found.append(identifier)
    return found


def _iban(text: str, start: int, labelled: bool) -> Identifier | None:
    length = iban_length(text[:2])
    compact = re.sub(r"[\s.\-]", "", text)
    if not length or len(compact) < length:
        return None
    end, seen = 0, 0
    while seen < length:
        seen += text[end].isalnum()
        end += 1
    value = compact[:length]
    if end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        return None
    valid = _is_valid("iban", value)
    return Identifier(value, text[:end], start, start + end, valid) if valid or labelled else None


def iban_length(country: str) -> int:
    """Characters an IBAN of a country has, such as 22 for DE; 0 where there are none."""
    form = iban_form(country)
    return 2 + len(form) if form else 0


@lru_cache(maxsize=256)
def iban_form(country: str) -> str:
    """What stands behind the country in its IBANs, a letter for each character: n digits, a letters, c either."""
    from stdnum import numdb

    structure = numdb.get("iban").info(country)[0][1].get("bban", "")
    parts = re.findall(r"(\d+)!?([nac])", structure)
    return "nn" + "".join(int(count) * kind for count, kind in parts) if parts else ""


def find_bics(text: str) -> list[Identifier]:
    """Every text of BIC form whose fifth and sixth letter are a country. Ordinary capital words may look alike."""
    found = []
    for hit in _BIC.finditer(text):
        value = re.sub(r"\s", "", hit.group())
        if value.startswith("IBAN"):
            continue
        if _is_valid("bic", value) and value[4:6] in _COUNTRIES and len(value) in (8, 11):
            found.append(Identifier(value, hit.group(), hit.start(), hit.end()))
    return found


def find_vat_ids(text: str, *, labelled: bool = False) -> list[Identifier]:
    """Every VAT id with its country prefix; those whose check digit is wrong only behind a label.

    >>> find_vat_ids("USt-IdNr. DE 136 695 976")[0].value
    'DE136695976'
    """
    found = []
    position = 0
    text = plain_hyphens(text)
    while hit := _VAT.search(text, position):
        identifier = _vat(hit, labelled and not _VAT.search(text, hit.start() + 2, hit.end()))
        if identifier:
            found.append(identifier)
        position = identifier.end if identifier else hit.start() + 2  # `DE VAT DE136695976` holds one further on
    return found


def _vat(hit: re.Match[str], labelled: bool) -> Identifier | None:
    country, body = hit["country"], hit["body"]
    while body:
        value = country + re.sub(r"[^A-Z0-9]", "", body)
        if _vat_valid(country, value):
            return Identifier(
                _form(country, value),
                hit.group()[: len(country) + len(body)],
                hit.start(),
                hit.start("body") + len(body),
            )
        if stroke := _STROKE.search(body):
            body = body[: stroke.start()]
            continue
        spot = max(body.rfind(" "), body.rfind("-"), body.rfind("."))
        if spot <= 0 or not _WORDY.search(body):
            break
        body = body[:spot].rstrip()
    body = _APART.sub("", hit["body"])
    value = country + re.sub(r"[^A-Z0-9]", "", body)
    if labelled and sum(char.isdigit() for char in value) >= 6:
        return Identifier(value, hit.group(), hit.start(), hit.end(), valid=False)
    return None


def with_country(number: str, countries: Iterable[str]) -> str:
    """A VAT id with the first of some countries in front for which its check digits hold; as it was, when for none.

    >>> with_country("136695976", ["DE"])
    'DE136695976'
    """
    for code in countries:
        country = "EL" if code == "GR" else code
        if country in VAT_COUNTRIES and not number.startswith(country) and _vat_valid(country, country + number):
            return country + number
    return number


def _form(country: str, value: str) -> str:
    """The id as it is written: the Swiss one with its marks and without the register that follows it, else compact."""
    digits = value[3:12]
    return f"CHE-{digits[:3]}.{digits[3:6]}.{digits[6:]}" if country == "CHE" else value


def _vat_valid(country: str, value: str) -> bool:
    if country in _STDNUM:
        number = value if country == "CHE" else value[2:]
        return _is_valid(_STDNUM[country], number) or (country == "CHE" and _is_valid("ch.uid", number[:12]))
    return _is_valid("eu.vat", value)


def find_polish_accounts(text: str) -> list[Identifier]:
    """Polish account numbers of 26 digits, printed without their country, whose check digits hold. value: the IBAN."""
    return [
        Identifier(number, hit.group(), hit.start(), hit.end(), valid=True)
        for hit in _NRB.finditer(text)
        if _is_valid("iban", number := "PL" + re.sub(r"\D", "", hit.group()))
    ]


def find_ogms(text: str) -> list[Identifier]:
    """Structured communications of Belgian transfers, `+++090/9337/55493+++`, whose check digits hold.

    value: the digits with their strokes.
    """
    return [
        Identifier(hit.group(1), hit.group(), hit.start(), hit.end(), valid=True)
        for hit in _OGM.finditer(text)
        if _is_valid("be.ogm_vcs", hit.group(1))
    ]


def find_qr_references(text: str) -> list[Identifier]:
    """References of Swiss QR bills, `21 00000 00003 13947 14300 09017`, whose check digit holds. value: 27 digits."""
    found = [(hit, hit.group().replace(" ", "")) for hit in _QR.finditer(text)]
    return [
        Identifier(digits, hit.group(), hit.start(), hit.end(), valid=True)
        for hit, digits in found
        if _is_valid("ch.esr", digits) and digits.strip("0")
    ]


def find_references(text: str) -> list[Identifier]:
    """Every run of letters, digits and inner `-/._#` with a digit in it: what document numbers look like.

    Hyphens of every form come back as `-`.
    """
    text = plain_hyphens(text)
    return [
        Identifier(hit.group(), hit.group(), hit.start(), hit.end())
        for hit in _REFERENCE.finditer(text)
        if any(char.isdigit() for char in hit.group())
    ]


def _is_valid(module: str, number: str) -> bool:
    return _validator(module)(number)


@lru_cache(maxsize=64)
def _validator(module: str) -> Callable[[str], bool]:
    check: Callable[[str], bool] = import_module(f"stdnum.{module}").is_valid
    return check


_COUNTRIES = frozenset(
    """
    AD AE AF AG AI AL AM AO AR AT AU AW AZ BA BB BD BE BF BG BH BI BJ BM BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CL
    CM CN CO CR CU CV CW CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FK FO FR GA GB GD GE GG GH GI GL GM GN GQ GR
    GT GW GY HK HN HR HT HU ID IE IL IM IN IQ IR IS IT JE JM JO JP KE KG KH KM KN KR KW KY KZ LA LB LC LI LK LR LS LT
    LU LV LY MA MC MD ME MG MK ML MM MN MO MR MS MT MU MV MW MX MY MZ NA NC NE NG NI NL NO NP NR NZ OM PA PE PF PG PH
    PK PL PM PS PT PY QA RE RO RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR ST SV SY SZ TD TG TH TJ TL TM TN TO TR
    TT TV TW TZ UA UG US UY UZ VA VC VE VG VN VU WS XK YE YT ZA ZM ZW
    """.split()  # noqa: SIM905  (a table reads better as one text)
)
