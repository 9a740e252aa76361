"""Chinese characters that a text layer has as radicals or compatibility signs, as everybody writes them.

Fonts draw "日" and the radical U+2F47 with one glyph; programs that print PDFs (Chromium among them) note for it the
first of its code points, so that "日期" cannot be searched in what they make.
"""

from __future__ import annotations

import unicodedata

# The CJK Radicals Supplement has no decompositions: pairs as the common fonts draw them, which are those of Unicode's
# EquivalentUnifiedIdeograph.
_RADICALS = (
    "⺂⺃⺅⺉⺋⺏⺐⺒⺓⺔⺕⺖⺘⺙⺛⺞⺟⺠⺡⺣⺤⺦⺨⺭⺯⺰⺱⺳⺹⺺⺾⻂⻅⻆⻈⻉⻋⻌⻐⻑⻒⻓⻔⻖⻘⻙⻚⻛"
    "⻜⻝⻟⻠⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻮⻯⻰⻱⻲⻳"
)
_CHARACTERS = (
    "乛乚亻刂㔾尣尢巳幺彑彐忄扌攵旡歺母民氵灬爫丬犭礻糹纟罓㓁耂肀艹衤见角讠贝车辶钅長镸长门阝青韦页风"
    "飞食飠饣马骨鬼鱼鸟卤麦黄黾斉齐齿竜龙龜亀龟"
)
_KANGXI, _COMPATIBILITY = range(0x2F00, 0x2FD6), range(0xF900, 0xFADA)
_UNIFIED = str.maketrans(
    {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in (*_KANGXI, *_COMPATIBILITY)}
    | dict(zip(_RADICALS, _CHARACTERS, strict=True))
    | {"\u2f3e": "户"}  # which is not what it decomposes to, but what fonts draw
)


def unified(text: str) -> str:
    """The text with every such sign as the unified ideograph it shows.

    >>> unified("\u2f47期 \u2ed8岛"), unified("Straße ⅔")
    ('日期 青岛', 'Straße ⅔')
    """
    return text.translate(_UNIFIED)
