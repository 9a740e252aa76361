"""Currency marks: which ISO 4217 codes a symbol or word beside an amount may mean."""

from __future__ import annotations

import re
from itertools import groupby
from operator import itemgetter

# ISO 4217 list one, funds and precious metals left out.
CODES = frozenset(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
    CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG
    HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA
    MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD
    RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX
    USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL
    """.split()  # noqa: SIM905  (a table reads better as one text)
)

# Marks in print, most likely code first; those with several codes are settled by the country of the document.
MARKS: dict[str, tuple[str, ...]] = {
    "€": ("EUR",), "£": ("GBP",), "₹": ("INR",), "₽": ("RUB",), "₺": ("TRY",), "₩": ("KRW",), "₪": ("ILS",),
    "₫": ("VND",), "₴": ("UAH",), "₦": ("NGN",), "฿": ("THB",), "₱": ("PHP",), "₸": ("KZT",), "₡": ("CRC",),
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "TWD", "CLP", "COP", "ARS"),
    "¥": ("JPY", "CNY"), "￥": ("CNY", "JPY"), "円": ("JPY",), "元": ("CNY",),
    "US$": ("USD",), "U$S": ("USD",), "C$": ("CAD",), "CA$": ("CAD",), "A$": ("AUD",), "AU$": ("AUD",),
    "S$": ("SGD",), "HK$": ("HKD",), "NZ$": ("NZD",), "NT$": ("TWD",), "R$": ("BRL",), "MX$": ("MXN",),
    "RM": ("MYR",), "Rp": ("IDR",), "Rs": ("INR", "PKR", "LKR"), "kr": ("SEK", "NOK", "DKK", "ISK"),
    "zł": ("PLN",), "zl": ("PLN",), "Kč": ("CZK",), "Ft": ("HUF",), "lei": ("RON", "MDL"), "лв": ("BGN",),
    "руб": ("RUB",), "р": ("RUB", "BYN"), "грн": ("UAH",), "人民币": ("CNY",), "人民币元": ("CNY",), "RMB": ("CNY",),
    "圆": ("CNY",), "ευρώ": ("EUR",), "рублей": ("RUB",), "гривень": ("UAH",), "гривні": ("UAH",),
    "гривня": ("UAH",), "Eur": ("EUR",), "R": ("ZAR",),
    "Fr": ("CHF",), "SFr": ("CHF",), "TL": ("TRY",), "din": ("RSD",),
    "Euro": ("EUR",), "Euros": ("EUR",), "DH": ("MAD", "AED"), "Dhs": ("AED", "MAD"), "KSh": ("KES",), "KShs": ("KES",),
    "GH₵": ("GHS",), "₵": ("GHS",), "₲": ("PYG",), "৳": ("BDT",), "FCFA": ("XOF", "XAF"),
}  # fmt: skip
# Codes whose mark is one sign, which a speck may look like.
SIGNED = frozenset(codes[0] for mark, codes in MARKS.items() if len(mark) == 1 and not mark.isalpha())
_FOLDED = {mark.casefold(): codes for mark, codes in MARKS.items()} | {code.casefold(): (code,) for code in CODES}

# Codes are looked for letter by letter: a long list of whole ones takes long to go through.
_GROUPED = "|".join(
    f"{first}(?:{'|'.join(c[1:] for c in codes)})" for first, codes in groupby(sorted(CODES), itemgetter(0))
)
# Letters only count as a mark in capitals (ISO codes) or as listed, so that words of a text never become money.
PATTERN = (
    r"(?:(?:US|U|CA?|AU?|S|HK|NZ|NT|R|MX)\$S?|(?:GH)?₵|[€£₹₽₺₩₪₫₴₦฿₱₸₡₲৳$¥￥円元圆]|人民币元?"
    r"|(?<![^\W\d_])(?:" + _GROUPED + r"|RM|Rp\.?|Rs\.?|[kK]r\.?|KR\.?|zł|zl|ZŁ|Kč|KČ|Ft|(?<=\d )FT|(?<=\d)FT"
    r"|[lL]ei|LEI|лв\.?|[рР]уб\.?|рублей|РУБ\.?|грн\.?|ГРН\.?"
    r"|гривень|гривні|гривня|RMB|[Εε]υρώ|(?<=\d )(?<!\D20\d\d )р\.|(?<=\d)(?<!\D20\d\d)р\."
    r"|S?Fr\.?|SFR\.?|TL|[Ee]uros?|EUROS?|Eur|FCFA|K[Ss]h|Dhs|(?<=[\d(])DH|(?<=\d )DH)(?![^\W\d_])"
    # The rand's letter stands right before money with its cents.
    r"|(?<![\w.\-/])R(?=\s?\d{1,3}(?:[ ,\u00a0]?\d{3})*[.,]\d\d(?![\d.,])))"
)
_MARK = re.compile(PATTERN)


def read_currency(text: str) -> tuple[str, ...]:
    """All ISO codes that a mark such as `€`, `US$`, `kr.` or `chf` may mean, most likely first; () when none."""
    mark = text.strip().rstrip(".").casefold()
    return _FOLDED.get(mark, ())


def namesakes(code: str) -> tuple[str, ...]:
    """The currencies of a mark whose likeliest meaning is this one, itself first; () when it shares none.

    >>> namesakes("SEK")
    ('SEK', 'NOK', 'DKK', 'ISK')
    """
    return next((codes for codes in MARKS.values() if len(codes) > 1 and codes[0] == code), ())


def find_currencies(text: str) -> list[tuple[str, int, int]]:
    """(mark, start, end) of every currency mark in a text, left to right."""
    return [(hit.group(), hit.start(), hit.end()) for hit in _MARK.finditer(text)]
