"""The classes of the default recogniser: Latin, Cyrillic and Greek, and the space.

`ALPHABET[i]` is the text of class i; the CTC blank is class `len(ALPHABET)`. The order is frozen: weights depend on it.
Chosen by language: Latin-1 and Latin Extended-A whole; of Extended-B, IPA and Extended Additional what living
orthographies print (Azeri, Romanian, Skolt Sami, Hausa, Ewe, Welsh, Vietnamese); the currency block; Cyrillic
U+0400-045F and U+048A-04FF; monotonic Greek; the punctuation and signs of invoices.
"""

from __future__ import annotations


def _span(first: int, last: int) -> str:
    return "".join(chr(code) for code in range(first, last + 1))


_LATIN = (
    _span(0x20, 0x7E)
    + _span(0xA1, 0xAC)
    + _span(0xAE, 0xFF)
    + _span(0x100, 0x17E)
    + "ƁƆƉƊƏƐƑƓƘƙƠơƯưƲƳƴǍǎǏǐǑǒǓǔǢǣǤǥǦǧǨǩǪǫǮǯǺǻǼǽǾǿȘșȚțɓɔɖɗəɛɣʒẀẁẂẃẄẅẞ"
    + _span(0x1EA0, 0x1EF9)
)
_SIGNS = "‐–—‘’‚“”„†‡•…‰′″‹›⁄№℗℠™Ω℮⅓⅔←↑→↓−√∞≈≠≤≥■□●○★☎✓✔✗⁰⁴⁵⁶⁷⁸⁹₂"
_CURRENCIES = "₡₣₤₦₧₨₩₪₫€₭₮₱₲₴₵₸₹₺₼₽₾₿"
_CYRILLIC = _span(0x400, 0x45F) + _span(0x48A, 0x4FF)
_GREEK = "ΆΈΉΊΌΎΏΐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΪΫάέήίΰαβγδεζηθικλμνξοπρςστυφχψωϊϋόύώ"

ALPHABET: str = _LATIN + _SIGNS + _CURRENCIES + _CYRILLIC + _GREEK
BLANK: int = len(ALPHABET)
