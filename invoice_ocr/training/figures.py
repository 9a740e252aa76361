"""What invoices print besides words: amounts, rates, dates, numbers, identifiers, addresses of mail and web, units.

Every maker takes a `random.Random` and returns text of the recogniser's alphabet. Identifiers carry valid check digits.
"""

from __future__ import annotations

import random
import string
from datetime import date
from functools import cache

from babel import Locale
from babel.dates import format_date
from stdnum import luhn
from stdnum.iso7064 import mod_97_10

from invoice_ocr.training.wordlists import KNOWN, words_of

_LOCALES = (
    "en_US", "en_GB", "de", "fr", "nl", "es", "it", "pt", "pl", "cs", "sk", "sl", "hr", "hu", "ro", "sv", "da", "nb", "fi",
    "lt", "lv", "et", "tr", "vi", "ca", "is",
)  # fmt: skip
_MARKS = (  # of thousands and of decimals
    (",", "."), (",", "."), (".", ","), (".", ","), ("", "."), ("", ","), (" ", ","), ("'", "."), ("’", "."), (" ", "."),
)  # fmt: skip
_CURRENCY_WORDS = (
    "EUR", "USD", "GBP", "CHF", "PLN", "SEK", "NOK", "DKK", "CZK", "HUF", "RON", "CAD", "AUD", "INR", "BRL", "TRY", "Kč", "zł",
    "kr", "kr.", "Ft", "lei", "Lei", "RM", "Rs.", "R$", "S$", "A$", "US$", "Fr.", "грн", "руб.",
)  # fmt: skip
_SIGNS_OFTEN = "€€€€€€$$$$£££¥"
_SIGNS_RARE = "₹₹₽₴₺₪₫₩₦₱₸₼₾₿₡₣₤₧₨₭₮₲₵"
_RATES = (
    "19", "7", "20", "21", "9", "6", "5,5", "10", "8.1", "7,7", "2.5", "25", "23", "8", "0", "22", "4", "16", "15",
)  # fmt: skip
_IBAN_SIZES = {
    "DE": 18, "FR": 23, "NL": 14, "GB": 18, "ES": 20, "IT": 23, "PL": 24, "AT": 16, "BE": 12, "CH": 17, "SE": 20, "PT": 21,
    "DK": 14, "FI": 14, "CZ": 20,
}  # fmt: skip
_VAT_PREFIXES = (
    "DE", "FR", "NL", "GB", "ATU", "BE", "ESB", "IT", "PL", "CHE-", "SE", "DK", "CZ", "LU", "PT", "IE", "FI", "HU", "RO",
)  # fmt: skip
_UNITS = (
    "kg", "g", "m", "cm", "mm", "l", "ml", "pcs", "Stk.", "Std.", "h", "x", "GB", "MB", "kWh", "m²", "m³", "km", "°C", "W", "V",
    "A", "EA", "szt.", "ks", "St", "pc", "hrs", "€/h",
)  # fmt: skip
_MAILBOXES = ("info", "office", "sales", "billing")
_PHONES = (
    "+{0} {1} {2}", "0{1}/{2}", "+{0} (0) {1} {2}", "0{1} {2}", "({1}) {2}", "0{1}-{2}", "+{0}.{1}.{2}", "{1}-{2}",
)  # fmt: skip


@cache
def _months(locale: str) -> tuple[str, ...]:
    names = Locale.parse(locale).months["format"]
    return tuple(n for width in ("wide", "abbreviated") for n in names[width].values() if KNOWN.issuperset(n))


def amount(rng: random.Random) -> str:
    """An amount of money in some national form, with sign and currency where printers put them."""
    digits = rng.choices((1, 2, 3, 4, 5, 6, 7), (14, 22, 24, 20, 11, 6, 3))[0]
    whole = rng.randrange(10 ** (digits - 1) if digits > 1 else 0, 10**digits)
    thousands, decimal = rng.choice(_MARKS)
    text = f"{whole:,}".replace(",", thousands)
    way = rng.random()
    if way < 0.86:
        cents = rng.choice((0, 0, 50, 99, *(rng.randrange(100) for _ in range(4))))
        text += f"{decimal}{cents:02d}"
    elif way < 0.91:
        text += decimal + str(rng.randrange(1000)).zfill(rng.choice((3, 4)))
    elif way < 0.94:
        text += decimal + rng.choice(("-", "–", "—"))
    way = rng.random()
    if way < 0.06:
        text = rng.choice("-−–-") + text
    elif way < 0.08:
        text += "-"
    elif way < 0.10:
        text = f"({text})"
    way = rng.random()
    if way < 0.36:
        if rng.random() < 0.75:
            sign = rng.choice(_SIGNS_OFTEN)
        else:
            sign = rng.choice(_SIGNS_RARE if rng.random() < 0.4 else _CURRENCY_WORDS)
        gap = rng.choice(("", " ", " "))
        text = f"{sign}{gap}{text}" if rng.random() < 0.45 else f"{text}{gap}{sign}"
    return text


def percent(rng: random.Random) -> str:
    rate = rng.choice((*_RATES, str(rng.randrange(100))))
    return rate + rng.choice(("", "", ",0", ".0", ",00", ".00")) + rng.choice(("%", "%", " %", "%)", "%:"))


def day(rng: random.Random) -> str:
    """A date in some printed form."""
    when = date.fromordinal(rng.randrange(date(1995, 1, 1).toordinal(), date(2039, 12, 31).toordinal()))
    way = rng.random()
    if way < 0.62:
        gap = rng.choice("...//--")
        d, m = (f"{when.day:02d}", f"{when.month:02d}") if rng.random() < 0.85 else (str(when.day), str(when.month))
        y = str(when.year) if rng.random() < 0.78 else f"{when.year % 100:02d}"
        text = rng.choice(((d, m, y), (d, m, y), (m, d, y), (y, m, d)) if len(y) == 4 else ((d, m, y), (m, d, y)))
        out = gap.join(text)
    elif way < 0.72:
        month = rng.choice(_months(rng.choice(("en_US", "en_US", "de", "fr"))))
        gap = rng.choice("- /.")
        out = f"{when.day:02d}{gap}{month}{gap}{when.year}"
    else:
        out = format_date(when, rng.choice(("long", "medium", "long", "short")), locale=rng.choice(_LOCALES))
        out = "".join(c for c in out.replace("\u202f", " ").replace("\xa0", " ") if c in KNOWN)
    if rng.random() < 0.08:
        out += f" {rng.randrange(24):02d}:{rng.randrange(60):02d}" + rng.choice(
            ("", f":{rng.randrange(60):02d}", " PM")
        )
    if rng.random() < 0.06:
        out += rng.choice((",", ".", ":"))
    return out


def number(rng: random.Random) -> str:
    way = rng.random()
    size = rng.choices(range(1, 14), (12, 12, 10, 9, 9, 9, 6, 6, 4, 4, 3, 2, 2))[0]
    text = "".join(rng.choices(string.digits, k=size))
    if way < 0.7:
        return text
    if way < 0.8:
        return text + rng.choice((".", ",", ":", ")", "x", "%", "/", "-"))
    if way < 0.85:
        return rng.choice(("#", "(", "+", "-", "No.", "Nr.", "N°")) + text
    if way < 0.93:
        return f"{text}{rng.choice('-/. ')}{rng.randrange(10 ** rng.randrange(1, 6))}"
    return f"{rng.randrange(24):02d}:{rng.randrange(60):02d}" + (
        f":{rng.randrange(60):02d}" if rng.random() < 0.5 else ""
    )


def code(rng: random.Random) -> str:
    """An invoice, order or article number: letters and digits with separators."""
    letters = string.ascii_uppercase if rng.random() < 0.85 else string.ascii_letters
    parts = []
    for _ in range(rng.choice((1, 2, 2, 3))):
        way = rng.random()
        if way < 0.5:
            parts.append("".join(rng.choices(string.digits, k=rng.randrange(1, 8))))
        elif way < 0.75:
            parts.append("".join(rng.choices(letters, k=rng.randrange(1, 5))))
        else:
            parts.append("".join(rng.choices(letters + string.digits, k=rng.randrange(2, 9))))
    return rng.choice(("-", "-", "/", ".", "", "_", " ")).join(parts)


def identifier(rng: random.Random) -> str:
    """An IBAN, BIC, VAT id, creditor reference or card-like number, check digits right where they exist."""
    way = rng.random()
    if way < 0.4:
        country = rng.choice(list(_IBAN_SIZES))
        bban = "".join(rng.choices(string.digits, k=_IBAN_SIZES[country]))
        if country in ("NL", "GB"):
            bban = "".join(rng.choices(string.ascii_uppercase, k=4)) + bban[4:]
        check = mod_97_10.calc_check_digits(bban + country)
        text = f"{country}{check}{bban}"
        if rng.random() < 0.55:
            text = " ".join(text[i : i + 4] for i in range(0, len(text), 4))
        return text
    if way < 0.55:
        text = (
            "".join(rng.choices(string.ascii_uppercase, k=4))
            + rng.choice(list(_IBAN_SIZES))
            + "".join(rng.choices(string.ascii_uppercase + string.digits, k=2))
        )
        return text + rng.choice(("", "XXX", "".join(rng.choices(string.ascii_uppercase + string.digits, k=3))))
    if way < 0.85:
        country = rng.choice(_VAT_PREFIXES)
        digits = "".join(rng.choices(string.digits, k=rng.randrange(8, 12)))
        text = country + rng.choice(("", "", " ")) + digits
        if country == "NL":
            text = f"NL{digits[:8]}{rng.randrange(10)}B{rng.randrange(1, 30):02d}"
        if rng.random() < 0.15:
            text = f"{country} {digits[:3]} {digits[3:6]} {digits[6:]}"
        return text
    if way < 0.93:
        digits = "".join(rng.choices(string.digits, k=rng.randrange(10, 20)))
        digits += luhn.calc_check_digit(digits)
        return digits if rng.random() < 0.5 else " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))
    reference = "".join(rng.choices(string.digits, k=rng.randrange(6, 18)))
    return f"RF{mod_97_10.calc_check_digits(reference + 'RF')}{reference}"


def contact(rng: random.Random) -> str:
    way = rng.random()
    name = _ascii_word(rng)
    top = rng.choice(("com", "de", "fr", "nl", "org", "net", "co.uk", "eu", "io", "pl", "it", "es", "ch", "at"))
    if way < 0.35:
        mailbox = rng.choice((*_MAILBOXES, name, f"{name}.{_ascii_word(rng)}"))
        return f"{mailbox}@{_ascii_word(rng)}{rng.choice(('', '-' + name))}.{top}"
    if way < 0.65:
        return (
            rng.choice(("www.", "www.", "http://", "https://", "https://www.", ""))
            + f"{name}.{top}"
            + rng.choice(("", "", "/", f"/{_ascii_word(rng)}"))
        )
    digits = "".join(rng.choices(string.digits, k=12))
    form = rng.choice(_PHONES)
    last = rng.choice((digits[5:10], f"{digits[5:8]}-{digits[8:12]}", f"{digits[5:8]} {digits[8:10]} {digits[10:]}"))
    return form.format(digits[:2], digits[2:5], last)


def _ascii_word(rng: random.Random) -> str:
    while True:
        text = rng.choice(words_of(rng.choice(("en", "de", "nl", "en"))))
        if text.isascii() and text.isalpha():
            return text


def unit(rng: random.Random) -> str:
    way = rng.random()
    if way < 0.4:
        return f"{rng.randrange(1000)}{rng.choice(('', ' '))}{rng.choice(_UNITS)}"
    if way < 0.45:
        return f"{rng.choice('§§§#@№')}{rng.choice(('', ' '))}{rng.randrange(400)}"
    if way < 0.6:
        return f"{rng.randrange(1, 100)}{rng.choice(('x', '×', ' x ', '/'))}{rng.randrange(1, 100)}"
    if way < 0.8:
        return rng.choice("------–::..,,•**//&+=||%#€€$£()§§@@@##!!&°··") * rng.choice((1, 1, 1, 1, 1, 2, 3))
    return rng.choice(string.ascii_letters + string.digits * 3) + rng.choice(("", "", "", ".", ":", ")"))
