"""Invented firms and people with addresses, tax numbers and bank accounts whose check digits are right.

Names are composed from syllables that no register knows, places are invented, domains are reserved (RFC 2606) and
telephone numbers come from ranges kept for fiction where a country has one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from stdnum import bic as bic_number
from stdnum import iban as iban_number
from stdnum import luhn
from stdnum.ch import uid as ch_uid
from stdnum.de import stnr
from stdnum.es import ccc
from stdnum.eu import vat
from stdnum.gb import vat as gb_vat
from stdnum.us import ein

from invoice_ocr.training.invoice_locale import Locale

_HEADS = (
    "Kest",
    "Vel",
    "Brun",
    "Alder",
    "Tarn",
    "Quil",
    "Mor",
    "Lind",
    "Ost",
    "Faro",
    "Nim",
    "Sel",
    "Hav",
    "Gral",
    "Tov",
    "Zan",
    "Cor",
    "Wen",
)
_TAILS = (
    "holt",
    "mark",
    "vik",
    "dane",
    "loria",
    "burn",
    "sted",
    "ova",
    "aris",
    "tec",
    "mont",
    "field",
    "quist",
    "lux",
    "berg",
    "enne",
    "odal",
    "ium",
)
_RESERVED = ("example.com", "example.org", "example.net")
# BBAN shapes of the IBAN registry: n digit, a letter, c either.
_BBAN = {
    "DE": "18n", "FR": "23n", "NL": "4a10n", "ES": "20n", "IT": "1a22n", "PT": "21n", "PL": "24n", "GB": "4a14n",
    "AT": "16n", "BE": "12n", "CH": "17n", "IE": "4a14n",
}  # fmt: skip
# VAT numbers after the country prefix: # a digit, @ a letter. Portuguese firms begin with 5.
_VAT = {
    "DE": "#########", "NL": "#########B##", "ES": "B########", "IT": "#######0###", "PT": "5########",
    "PL": "##########", "AT": "U########", "IE": "#######@", "GB": "#########",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Party:
    """One side of an invoice. Ids are as printed, None where its country or story has none."""

    name: str
    brand: str
    address: tuple[str, ...]
    city: str
    person: str
    email: str
    web: str
    phone: str
    vat_id: str | None = None
    tax_number: str | None = None
    registration: str | None = None
    bank: str = ""
    iban: str | None = None
    bic: str | None = None


def digits(rng: Random, count: int) -> str:
    """`count` random digits, the first not 0."""
    return str(rng.randint(1, 9)) + "".join(str(rng.randint(0, 9)) for _ in range(count - 1)) if count else ""


def until_valid(make: Callable[[], str], check: Callable[[str], bool]) -> str:
    """The first made text that passes its check; RuntimeError after 20,000 tries, which means a wrong shape."""
    for _ in range(20_000):
        text = make()
        if check(text):
            return text
    raise RuntimeError("no valid number of that shape")


def make_iban(rng: Random, country: str) -> str:
    """A compact IBAN with right check digits (national ones too where stdnum knows them)."""

    def attempt() -> str:
        parts = re.findall(r"(\d+)([na])", _BBAN[country])
        body = "".join(
            digits(rng, int(n)) if kind == "n" else "".join(rng.choices("BEMPSTUX", k=int(n))) for n, kind in parts
        )
        if country == "ES":
            body = body[:8] + ccc.calc_check_digits(body) + body[10:]
        if country == "BE":
            body = f"{body[:10]}{int(body[:10]) % 97 or 97:02}"
        return country + iban_number.calc_check_digits(country + "00" + body) + body

    return until_valid(attempt, iban_number.is_valid)


def make_bic(rng: Random, country: str) -> str:
    """A BIC of the right shape, eight or eleven characters."""
    start = "".join(rng.choices("BEMPSTUXVQ", k=4)) + country + rng.choice("2M") + rng.choice("1X2B")
    return until_valid(lambda: start + rng.choice(("", "XXX")), bic_number.is_valid)


def make_vat_id(rng: Random, country: str) -> str | None:
    """A VAT number with its country prefix and right check digits; None for countries without one."""
    if country == "FR":
        siren = until_valid(lambda: digits(rng, 9), luhn.is_valid)
        return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02}{siren}"
    if country == "CH":
        return until_valid(lambda: f"CHE-{digits(rng, 3)}.{digits(rng, 3)}.{digits(rng, 3)}", ch_uid.is_valid)
    if country == "BE":
        body = f"0{digits(rng, 7)}"
        return f"BE{body}{97 - int(body) % 97:02}"
    if country not in _VAT:
        return None
    check = gb_vat.is_valid if country == "GB" else vat.is_valid
    return until_valid(lambda: country + _filled(rng, _VAT[country]), check)


def _filled(rng: Random, shape: str) -> str:
    """A shape with random digits for # (from 1) and letters for @."""
    return "".join(
        str(rng.randint(1, 9)) if c == "#" else rng.choice("ABDEFGHKLNPRSTW") if c in "@Z" else c for c in shape
    )


def _registration(rng: Random, country: str, vat_id: str | None) -> str | None:
    if country == "DE":
        return f"HRB {rng.randint(1000, 99999)}"
    if country == "GB":
        return f"0{rng.randint(1000000, 9999999)}"
    if country == "FR" and vat_id:
        siret = until_valid(lambda: vat_id[4:] + f"{rng.randint(1, 99999):05}", luhn.is_valid)
        return f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}" if rng.random() < 0.5 else siret
    if country == "NL":
        return digits(rng, 8)
    if country == "AT":
        return f"FN {rng.randint(10000, 599999)}{rng.choice('abdfhikmpstvwxyz')}"
    if country == "IE":
        return digits(rng, 6)
    if country == "IT":
        return f"{rng.choice(('MI', 'TO', 'BO', 'RM'))}-{rng.randint(100000, 1999999)}"
    return None


def _tax_number(rng: Random, country: str, vat_id: str | None) -> str | None:
    if country == "DE":
        number = until_valid(lambda: digits(rng, 10), stnr.is_valid)
        return rng.choice((f"{number[:2]}/{number[2:5]}/{number[5:]}", f"{number[:2]} {number[2:5]} {number[5:]}"))
    if country == "US":
        return until_valid(lambda: f"{digits(rng, 2)}-{digits(rng, 7)}", ein.is_valid)
    if country == "ES" and vat_id:
        return vat_id[2:]
    if country == "PL" and vat_id:
        body = vat_id[2:]
        return rng.choice((body, f"{body[:3]}-{body[3:6]}-{body[6:8]}-{body[8:]}"))
    return None


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ł", "l").replace("Ł", "L"))
    return re.sub(r"[^a-z]+", "-", plain.encode("ascii", "ignore").decode().lower()).strip("-")


def make_party(rng: Random, locale: Locale, *, shop: bool = False, private: bool = False) -> Party:
    """An invented firm; `shop`: one that prints till slips; `private`: a person instead, without any ids."""
    brand = rng.choice(_HEADS) + rng.choice(_TAILS)
    surname = rng.choice(_HEADS) + rng.choice(_TAILS)
    person = f"{rng.choice(locale.first_names)} {surname}"
    trade = rng.choice(locale.shops if shop else locale.trades)
    names = (
        (f"{brand} {trade}", f"{trade} {brand}", brand)
        if locale.trade_last
        else (f"{trade} {brand}", f"{brand} {trade}", brand)
    )
    name = rng.choice(names[:2] if shop else names)
    if not (shop and rng.random() < 0.6):
        name = f"{name} {rng.choice(locale.legal)}"
    if private:
        name = person
    city = rng.choice(locale.cities)
    zip_code = _filled(rng, locale.zip)
    address = [
        line.format(street=rng.choice(locale.streets), house=rng.randint(1, 148), zip=zip_code, city=city)
        for line in locale.address
    ]
    domain = f"{_ascii(brand)}.example" if rng.random() < 0.7 else rng.choice(_RESERVED)
    country = locale.country
    vat_id = None if private else make_vat_id(rng, country)
    has_iban = country in _BBAN
    return Party(
        name=name, brand=brand, address=tuple(address), city=city, person=person,
        email=f"{rng.choice(('info', 'office', 'mail', _ascii(surname)))}@{domain}", web=f"www.{domain}",
        phone=rng.choice(locale.phones).format(n=rng.randint(10, 99)),
        vat_id=vat_id,
        tax_number=None if private else _tax_number(rng, country, vat_id),
        registration=None if private else _registration(rng, country, vat_id),
        bank=rng.choice(locale.banks),
        iban=make_iban(rng, country) if has_iban else None,
        bic=make_bic(rng, country) if has_iban else None,
    )  # fmt: skip
