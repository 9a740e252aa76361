"""Chinese: a recogniser with an alphabet of its own reads a page's words where the page calls for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from invoice_ocr.ocr.ctc import Text
from invoice_ocr.ocr.languages import codes_of

LANGUAGE = "zh"
DOUBTFUL = 0.6  # of confidence, under which a word may be in a script that the first recogniser does not know
SHARE, LEAST = 0.2, 6  # of a page's words in doubt, and how many at least, for a look whether they are Chinese
SAMPLE = 8  # of them looked at, spread over the page
HEARD = 0.5  # of the sample read as Chinese with more confidence than before, from which the page is Chinese
HANDICAP = 0.1  # of confidence, by which the reading as Chinese may fall behind the other
OF_HANZI = 0.5  # the same where it has Chinese characters, of which there are thousands to be unsure between

_SIGNS = {chr(ord(sign) - 0xFEE0): sign for sign in "（），：；！？％＋－＝／"}
_TWINS = re.compile(
    "|".join(
        f"{re.escape(wide)}(?P<after{i}>{re.escape(narrow)})|(?P<before{i}>{re.escape(narrow)}){re.escape(wide)}"
        for i, (narrow, wide) in enumerate(_SIGNS.items())
    )
)

Recognise = Callable[[np.ndarray], tuple[np.ndarray, ...]]


@dataclass(frozen=True, slots=True)
class Reader:
    """A recogniser and what its classes say. recognise: as `Networks.recognise`."""

    recognise: Recognise
    alphabet: str


def asked_for(lang: str) -> bool | None:
    """Whether languages (codes joined by commas) hold Chinese; None for "": each page decides.

    >>> asked_for("en,zh-Hans"), asked_for("de"), asked_for("")
    (True, False, None)
    """
    names = codes_of(lang)
    return LANGUAGE in names if names else None


def sample(read: Sequence[Text]) -> list[int]:
    """Places of words by which to decide whether a page is Chinese; none where few are in doubt."""
    doubtful = [i for i, text in enumerate(read) if text.confidence < DOUBTFUL]
    if len(doubtful) < max(LEAST, SHARE * len(read)):
        return []
    return doubtful[:: -(-len(doubtful) // SAMPLE)]


def halves(places: Sequence[int]) -> tuple[Sequence[int], Sequence[int]]:
    """A sample in two parts: after the first most pages are known not to be Chinese."""
    half = -(-len(places) // 2)
    return places[:half], places[half:]


def may_be_chinese(before: Sequence[Text], now: Sequence[Text]) -> bool:
    """Whether enough words of a sample are better read as Chinese, or would be if all that are still to be read were.

    before: all words of the sample. now: what the first of them say as Chinese.

    >>> before = [Text("E5", 0.3, ())] * 4
    >>> [may_be_chinese(before, now) for now in ([Text("l", 0.9, ())] * 2, [Text("票", 0.9, ())] * 3)]
    [False, True]
    """
    better = sum(has_hanzi(new.text) and new.confidence > old.confidence for old, new in zip(before, now, strict=False))
    return better + len(before) - len(now) > HEARD * len(before)


def better(first: Text, chinese: Text) -> Text:
    """Of two readings of one picture on a Chinese page the likelier one."""
    handicap = OF_HANZI if has_hanzi(chinese.text) else HANDICAP
    return chinese if chinese.confidence > first.confidence - handicap else first


def once(text: Text) -> Text:
    """The reading with one sign where a full-width one and its narrow twin stand side by side: print has one of them.

    >>> once(Text("名称：:北风（(上海)", 0.9, tuple(i / 14 for i in range(14)))).text
    '名称：北风（上海)'
    """
    twins = {hit.start(str(hit.lastgroup)) for hit in _TWINS.finditer(text.text)}
    if not twins:
        return text
    kept = [i for i in range(len(text.text)) if i not in twins]
    return replace(text, text="".join(text.text[i] for i in kept), steps=tuple(text.steps[i] for i in kept))


def has_hanzi(text: str) -> bool:
    return any("\u4e00" <= char <= "\u9fff" for char in text)
