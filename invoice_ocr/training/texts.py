"""What training crops say: words of many languages, and the amounts, dates and numbers of invoices.

Every maker takes a `random.Random` and returns text of the recogniser's alphabet. Identifiers carry valid check digits.
One text never mixes Latin, Cyrillic and Greek letters, since many look alike.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from functools import cache

from babel import Locale
from babel.dates import format_date
from stdnum import iso7064, luhn
from stdnum.iso7064 import mod_97_10

from invoice_ocr.ocr.alphabet import ALPHABET
from invoice_ocr.ocr.lexicon import bare
from invoice_ocr.training.wordlists import top_words

_KNOWN = frozenset(ALPHABET)
_LATIN_LANGUAGES = (
    "en", "de", "fr", "nl", "es", "it", "pt", "pl", "cs", "sk", "sl", "sh", "hu", "ro", "sv", "da", "nb", "fi", "is", "lt", "lv",
    "tr", "vi", "ca", "id", "fil",
)  # fmt: skip
_WEIGHTS = (14, 9, 8, 6, 6, 5, 5, 5, 4, 2, 2, 2, 3, 3, 3, 3, 2, 3, 1, 2, 2, 4, 3, 2, 1, 1)
_CYRILLIC_LANGUAGES = ("ru", "ru", "uk", "uk", "bg", "mk")
_ELIDED = ("l", "l", "d", "d", "L", "D", "qu", "n", "s", "dell", "all", "un", "c", "j", "m")
_LOCALES = (
    "en_US", "en_GB", "de", "fr", "nl", "es", "it", "pt", "pl", "cs", "sk", "sl", "hr", "hu", "ro", "sv", "da", "nb", "fi",
    "lt", "lv", "et", "tr", "vi", "ca", "is",
)  # fmt: skip
_INVOICE_WORDS = """Invoice INVOICE Total TOTAL Amount Date Number No. Nr. Subtotal Sub-total VAT Tax Due Qty Quantity Description Price
Unit Item Rate Net Gross Paid Balance Payment Terms Bank Account Customer Order Reference Bill Ship To: Discount Page Phone Tel. Fax Email
Rechnung RECHNUNG Rechnungsnummer Rechnungs-Nr. Rechnungsdatum Datum Kundennummer Kunden-Nr. Betrag Gesamtbetrag Summe Netto Brutto MwSt. MwSt
USt. Umsatzsteuer Zwischensumme Menge Einzelpreis Gesamtpreis Bezeichnung Pos. Artikel Art.-Nr. Lieferdatum Leistungsdatum fällig Zahlbar
Zahlungsziel Überweisung Bankverbindung Steuernummer Steuernr. USt-IdNr. Geschäftsführer HRB Amtsgericht Straße Str. zzgl. inkl. Stück Stk.
Facture FACTURE Montant Désignation Quantité Prix unitaire H.T. HT T.T.C. TTC T.V.A. TVA Échéance Règlement Client N° Remise Acompte Avoir
Factuur FACTUUR Factuurnummer Factuurdatum Vervaldatum Bedrag Totaal Subtotaal BTW btw Omschrijving Aantal Prijs Klantnummer KvK Betaald
Factura Fecha Importe Cantidad Descripción Precio IVA Fattura Quantità Prezzo Imponibile Totale Data Fatura Faktura Ilość Wartość Cena
Kwota Razem Netto Brutto Sprzedawca Nabywca NIP Data wystawienia Częstotliwość Množství Cena Celkem DPH Datum Fakturadatum Förfallodatum
Moms Belopp Summa Antal Beskrivning Lasku Yhteensä Määrä Számla Összesen GmbH AG Ltd Ltd. LLC Inc. S.A. SARL SAS B.V. BV S.r.l. KG Co. Corp.
IBAN BIC SWIFT BLZ Konto Kto. EUR USD GBP CHF PLN kg pcs hrs Std. EA each ea. PO P.O. Box www Visa CASH CHANGE GST ROUNDING RM SDN BHD TAX
CREDIT NOTE Gutschrift Creditnota Receipt RECEIPT Quittung Thank you Sincerely copy ORIGINAL Original Duplicate""".split()

TILL_WORDS = """TOTAL SUBTOTAL CASH CHANGE TAX GST ROUNDING ITEM QTY AMOUNT RM Sub-total Discount DISCOUNT INVOICE Receipt Cashier Table
Member Bill BILL No. NO DATE Date TIME Time TEL Tel FAX PAID VISA DEBIT Card BALANCE DUE THANK YOU PLEASE COME AGAIN GOODS SOLD RETURNABLE
Summe SUMME BAR EUR MwSt Netto Brutto TVA TTC HT IVA TOTALE RESTO CONTANTE Price Unit Item(s) Qty(s) SR ZRL (6%) @ Included Excl. Incl. INCL
EXCL""".split()


@cache
def _words(language: str) -> tuple[str, ...]:
    return tuple(w for w in top_words(language, 30000) if len(w) <= 22 and _KNOWN.issuperset(w) and not w.isdigit())


@cache
def _months(locale: str) -> tuple[str, ...]:
    names = Locale.parse(locale).months["format"]
    return tuple(n for width in ("wide", "abbreviated") for n in names[width].values() if _KNOWN.issuperset(n))


def _cased(rng: random.Random, word: str) -> str:
    way = rng.random()
    if way < 0.38:
        return word
    if way < 0.68:
        return word[:1].upper() + word[1:]
    shouted = word.upper()
    if script_of(shouted[:1]) == "greek" and rng.random() < 0.8:
        shouted = bare(shouted)  # Greek capitals have no accents
    return shouted if _KNOWN.issuperset(shouted) else word


def _pick(rng: random.Random, words: tuple[str, ...]) -> str:
    # Half by rank (frequent words look like print), half flat (letters in all their neighbourhoods).
    if rng.random() < 0.5:
        return words[int(len(words) * rng.random() ** 3)]
    return rng.choice(words)


def bare_word(rng: random.Random, script: str = "latin") -> str:
    """One word without punctuation; script: latin, cyrillic or greek."""
    if script == "greek":
        language = "el"
    elif script == "cyrillic":
        language = rng.choice(_CYRILLIC_LANGUAGES)
    else:
        language = rng.choices(_LATIN_LANGUAGES, _WEIGHTS)[0]
    return of_language(rng, language)


def of_language(rng: random.Random, language: str, *, holding: str = "") -> str:
    """One word of a language, small or with capitals; one `holding` a letter before its case is changed."""
    words = _words(language)
    while holding not in (text := _pick(rng, words)):
        pass
    return _cased(rng, text)


def word(rng: random.Random, script: str = "latin") -> str:
    """One word as it stands in print, with the punctuation that touches it."""
    text = bare_word(rng, script)
    way = rng.random()
    if way < 0.66:
        return text
    if way < 0.86:
        return text + rng.choice(".,:,.;:)!?")
    if way < 0.90:
        return f"{rng.choice('(„“»«[')}{text}"
    if way < 0.92:
        return f"({text})"
    if way < 0.94:
        return rng.choice(('"{}"', "„{}“", "“{}”", "«{}»", "'{}'", "‘{}’")).format(text)
    if way < 0.965:
        return text + rng.choice("-/-&+") + bare_word(rng, script)
    if way < 0.98:
        return rng.choice(_ELIDED) + rng.choice("'’") + text if script == "latin" else text + ","
    return text + rng.choice(("'s", "’s", "*", "®", "™", "²", "³", "...", "…"))


def several(rng: random.Random, script: str = "latin") -> str:
    if rng.random() < 0.08:
        return rng.choice((" / ", " / ", " - ", " – ", " & ", " | ", ": ")).join(
            (bare_word(rng, script), bare_word(rng, script))
        )
    parts = [word(rng, script) if rng.random() < 0.7 else _short(rng) for _ in range(rng.choice((2, 2, 2, 3, 3, 4)))]
    return " ".join(parts)[:60].strip()


def _short(rng: random.Random) -> str:
    return rng.choice((amount, number, number, code))(rng)


def label(rng: random.Random) -> str:
    text = rng.choice(_INVOICE_WORDS)
    way = rng.random()
    if way < 0.1:
        text = text.upper()
    if way > 0.75:
        text += rng.choice((":", ":", ".", ",", "*"))
    return text


_CURRENCY_WORDS = ("EUR", "USD", "GBP", "CHF", "PLN", "SEK", "NOK", "DKK", "CZK", "HUF", "RON", "CAD", "AUD", "INR", "BRL", "TRY", "Kč", "zł", "kr", "kr.", "Ft", "lei", "Lei", "RM", "Rs.", "R$", "S$", "A$", "US$", "Fr.", "грн", "руб.")  # fmt: skip
_SIGNS_OFTEN = "€€€€€€$$$$£££¥"
_SIGNS_RARE = "₹₹₽₴₺₪₫₩₦₱₸₼₾₿₡₣₤₧₨₭₮₲₵"


def amount(rng: random.Random) -> str:
    """An amount of money in some national form, with sign and currency where printers put them."""
    digits = rng.choices((1, 2, 3, 4, 5, 6, 7), (14, 22, 24, 20, 11, 6, 3))[0]
    whole = rng.randrange(10 ** (digits - 1) if digits > 1 else 0, 10**digits)
    thousands, decimal = rng.choice(
        (
            (",", "."),
            (",", "."),
            (".", ","),
            (".", ","),
            ("", "."),
            ("", ","),
            (" ", ","),
            ("'", "."),
            ("’", "."),
            (" ", "."),
        )
    )
    text = f"{whole:,}".replace(",", thousands)
    way = rng.random()
    if way < 0.86:
        text += (
            decimal
            + f"{rng.choice((0, 0, 50, 99, rng.randrange(100), rng.randrange(100), rng.randrange(100), rng.randrange(100))):02d}"
        )
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
        sign = (
            rng.choice(_SIGNS_OFTEN)
            if rng.random() < 0.75
            else rng.choice(_SIGNS_RARE)
            if rng.random() < 0.4
            else rng.choice(_CURRENCY_WORDS)
        )
        gap = rng.choice(("", " ", " "))
        text = f"{sign}{gap}{text}" if rng.random() < 0.45 else f"{text}{gap}{sign}"
    return text


def percent(rng: random.Random) -> str:
    rate = rng.choice(
        (
            "19",
            "7",
            "20",
            "21",
            "9",
            "6",
            "5,5",
            "10",
            "8.1",
            "7,7",
            "2.5",
            "25",
            "23",
            "8",
            "0",
            "22",
            "4",
            "16",
            "15",
            str(rng.randrange(100)),
        )
    )
    return rate + rng.choice(("", "", ",0", ".0", ",00", ".00")) + rng.choice(("%", "%", " %", "%)", "%:"))


def day(rng: random.Random) -> str:
    """A date in some printed form."""
    from datetime import date

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
        out = "".join(c for c in out.replace("\u202f", " ").replace("\xa0", " ") if c in _KNOWN)
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


_IBAN_SIZES = {
    "DE": 18,
    "FR": 23,
    "NL": 14,
    "GB": 18,
    "ES": 20,
    "IT": 23,
    "PL": 24,
    "AT": 16,
    "BE": 12,
    "CH": 17,
    "SE": 20,
    "PT": 21,
    "DK": 14,
    "FI": 14,
    "CZ": 20,
}


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
        country = rng.choice(
            (
                "DE",
                "FR",
                "NL",
                "GB",
                "ATU",
                "BE",
                "ESB",
                "IT",
                "PL",
                "CHE-",
                "SE",
                "DK",
                "CZ",
                "LU",
                "PT",
                "IE",
                "FI",
                "HU",
                "RO",
            )
        )
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
    return f"RF{iso7064.mod_97_10.calc_check_digits(reference + 'RF')}{reference}"


def contact(rng: random.Random) -> str:
    way = rng.random()
    name = _ascii_word(rng)
    top = rng.choice(("com", "de", "fr", "nl", "org", "net", "co.uk", "eu", "io", "pl", "it", "es", "ch", "at"))
    if way < 0.35:
        return f"{rng.choice(('info', 'office', 'sales', 'billing', name, f'{name}.{_ascii_word(rng)}'))}@{_ascii_word(rng)}{rng.choice(('', '-' + name))}.{top}"
    if way < 0.65:
        return (
            rng.choice(("www.", "www.", "http://", "https://", "https://www.", ""))
            + f"{name}.{top}"
            + rng.choice(("", "", "/", f"/{_ascii_word(rng)}"))
        )
    digits = "".join(rng.choices(string.digits, k=12))
    return rng.choice(
        ("+{0} {1} {2}", "0{1}/{2}", "+{0} (0) {1} {2}", "0{1} {2}", "({1}) {2}", "0{1}-{2}", "+{0}.{1}.{2}", "{1}-{2}")
    ).format(
        digits[:2],
        digits[2:5],
        rng.choice((digits[5:10], f"{digits[5:8]}-{digits[8:12]}", f"{digits[5:8]} {digits[8:10]} {digits[10:]}")),
    )


def _ascii_word(rng: random.Random) -> str:
    while True:
        text = rng.choice(_words(rng.choice(("en", "de", "nl", "en"))))
        if text.isascii() and text.isalpha():
            return text


def unit(rng: random.Random) -> str:
    way = rng.random()
    if way < 0.4:
        return f"{rng.randrange(1000)}{rng.choice(('', ' '))}{rng.choice(('kg', 'g', 'm', 'cm', 'mm', 'l', 'ml', 'pcs', 'Stk.', 'Std.', 'h', 'x', 'GB', 'MB', 'kWh', 'm²', 'm³', 'km', '°C', 'W', 'V', 'A', 'EA', 'szt.', 'ks', 'St', 'pc', 'hrs', '€/h'))}"
    if way < 0.45:
        return f"{rng.choice('§§§#@№')}{rng.choice(('', ' '))}{rng.randrange(400)}"
    if way < 0.6:
        return f"{rng.randrange(1, 100)}{rng.choice(('x', '×', ' x ', '/'))}{rng.randrange(1, 100)}"
    if way < 0.8:
        return rng.choice("------–::..,,•**//&+=||%#€€$£()§§@@@##!!&°··") * rng.choice((1, 1, 1, 1, 1, 2, 3))
    return rng.choice(string.ascii_letters + string.digits * 3) + rng.choice(("", "", "", ".", ":", ")"))


def rare(rng: random.Random) -> str:
    """A string that makes rarely printed classes seen: one script, two to eight characters of it."""
    pool = _rare_pools()[rng.choices(("latin", "cyrillic", "greek", "sign", "any"), (5, 4, 2, 2, 3))[0]]
    return "".join(rng.choices(pool, k=rng.choice((2, 3, 4, 5, 6, 8))))


@cache
def _rare_pools() -> dict[str, str]:
    latin = "".join(c for c in ALPHABET if c.isalpha() and not script_of(c) and ord(c) > 0x7F)
    cyrillic = "".join(c for c in ALPHABET if script_of(c) == "cyrillic")
    greek = "".join(c for c in ALPHABET if script_of(c) == "greek")
    sign = "".join(c for c in ALPHABET if not c.isalnum() and c != " ") + string.digits
    ascii_marks = "".join(c for c in ALPHABET if "!" <= c <= "~")
    return {"latin": latin, "cyrillic": cyrillic, "greek": greek, "sign": sign, "any": ascii_marks}


def script_of(char: str) -> str:
    """ "cyrillic", "greek", or "" for Latin and everything shared."""
    code = ord(char)
    if 0x400 <= code < 0x530:
        return "cyrillic"
    return "greek" if 0x370 <= code < 0x400 else ""


def _foreign(rng: random.Random) -> str:
    script = rng.choices(("cyrillic", "greek"), (7, 3))[0]
    return several(rng, script) if rng.random() < 0.15 else word(rng, script)


Makers = tuple[tuple[Callable[[random.Random], str], float], ...]

_MAKERS: Makers = (
    (word, 24), (several, 6), (label, 8), (amount, 14), (percent, 2), (day, 8), (number, 7), (code, 5), (identifier, 4), (contact, 4),
    (unit, 6), (rare, 6), (_foreign, 20),
)  # fmt: skip


def random_text(rng: random.Random, *, longest: int = 60) -> str:
    """One training text of 1 to `longest` characters, all in the alphabet, no space at either end."""
    return drawn(rng, _MAKERS, _KNOWN, longest)


def drawn(rng: random.Random, makers: Makers, known: frozenset[str], longest: int) -> str:
    """A text of 1 to `longest` `known` characters of one of the makers, each as often as its weight says."""
    ways, weights = zip(*makers, strict=True)
    while True:
        text: str = rng.choices(ways, weights)[0](rng)
        text = " ".join("".join(c for c in text if c in known).split())
        if 0 < len(text) <= longest:
            return text
