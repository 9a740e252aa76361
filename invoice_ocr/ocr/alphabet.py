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

_HANZI = "".join(
    bytes((row, cell)).decode("gb2312", "ignore") for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF)
)
_MODERN = (
    "镕喆祎堃珺瑄钰昇玥晞璟翀赟睿曈淏韡犇弢旻玮瓒堺峯嘢啰冇咁嘅喺啲"  # names and shops print these, GB 2312 lacks them
)
_FULL_WIDTH = "，。、；：？！“”‘’（）【】《》〈〉「」『』—…·～￥％＋－＝＜＞／"
_CHINESE_SIGNS = "①②③④⑤⑥⑦⑧⑨⑩ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ※№℃°±×÷≤≥≠≈√∞→←↑↓■□●○★☆◆◇▲△►✓€£¥§©®™²³µ–•‰αβγδλμπφωΔΣΩéüêè"

CHINESE: str = "".join(dict.fromkeys(_span(0x20, 0x7E) + _FULL_WIDTH + _CHINESE_SIGNS + _HANZI + _MODERN))
ALPHABETS = {"european": ALPHABET, "chinese": CHINESE}
