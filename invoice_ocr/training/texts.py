"""What training crops say: words of many languages, and what invoices print besides.

Every maker takes a `random.Random` and returns text of the recogniser's alphabet.
One text never mixes Latin, Cyrillic and Greek letters, since many look alike.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from functools import cache

from invoice_ocr.ocr.alphabet import ALPHABET
from invoice_ocr.ocr.lexicon import bare
from invoice_ocr.training.figures import amount, code, contact, day, identifier, number, percent, unit
from invoice_ocr.training.wordlists import KNOWN, pick, words_of

_LATIN_LANGUAGES = (
    "en", "de", "fr", "nl", "es", "it", "pt", "pl", "cs", "sk", "sl", "sh", "hu", "ro", "sv", "da", "nb", "fi", "is", "lt", "lv",
    "tr", "vi", "ca", "id", "fil",
)  # fmt: skip
_WEIGHTS = (14, 9, 8, 6, 6, 5, 5, 5, 4, 2, 2, 2, 3, 3, 3, 3, 2, 3, 1, 2, 2, 4, 3, 2, 1, 1)
_CYRILLIC_LANGUAGES = ("ru", "ru", "uk", "uk", "bg", "mk")
_ELIDED = ("l", "l", "d", "d", "L", "D", "qu", "n", "s", "dell", "all", "un", "c", "j", "m")
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


def cased(rng: random.Random, word: str) -> str:
    way = rng.random()
    if way < 0.38:
        return word
    if way < 0.68:
        return word[:1].upper() + word[1:]
    shouted = word.upper()
    if script_of(shouted[:1]) == "greek" and rng.random() < 0.8:
        shouted = bare(shouted)  # Greek capitals have no accents
    return shouted if KNOWN.issuperset(shouted) else word


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
    words = words_of(language)
    while holding not in (text := pick(rng, words)):
        pass
    return cased(rng, text)


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
    return drawn(rng, _MAKERS, KNOWN, longest)


def drawn(rng: random.Random, makers: Makers, known: frozenset[str], longest: int) -> str:
    """A text of 1 to `longest` `known` characters of one of the makers, each as often as its weight says."""
    ways, weights = zip(*makers, strict=True)
    while True:
        text: str = rng.choices(ways, weights)[0](rng)
        text = " ".join("".join(c for c in text if c in known).split())
        if 0 < len(text) <= longest:
            return text
