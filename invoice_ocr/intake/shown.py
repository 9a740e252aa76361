"""Which words read on a PDF page its visible text says already: none is found twice. Runs inside a worker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from invoice_ocr.intake.mupdf import DAMAGE, TEXT_FLAGS, pymupdf
from invoice_ocr.intake.pages import LayerWord, TextLayer
from invoice_ocr.intake.tokens import Token, tokens_of

_ALIKE = 0.6  # share of letters in common: a misread word is the same, a text that lies about it shares hardly any
_MET = 0.3  # share of the narrower of two words at one place


def without_shown(document: bytes, passwords: Sequence[str], layers: Sequence[TextLayer]) -> tuple[TextLayer, ...]:
    """The layers without words that the page's visible text says at their place; as they are where that is unknown."""
    anew = {layer.number for layer in layers if layer.anew and layer.words}
    if not anew:
        return tuple(layers)
    try:
        said = _said(document, passwords, anew)
    except DAMAGE:
        return tuple(layers)
    return tuple(_less(layer, said) if layer.number in said else layer for layer in layers)


def _said(document: bytes, passwords: Sequence[str], numbers: set[int]) -> dict[int, list[Token]]:
    """What the pages of these numbers paint as text."""
    with pymupdf.open(stream=document, filetype="pdf") as pdf:
        if pdf.needs_pass and not any(pdf.authenticate(password) for password in passwords):
            return {}
        return {number: list(_painted(pdf, number)) for number in numbers if number <= pdf.page_count}


def _painted(pdf: pymupdf.Document, number: int) -> Iterator[Token]:
    drawn = pdf[number - 1].get_displaylist()
    blocks = pymupdf.TextPage(drawn.get_textpage(TEXT_FLAGS)).extractRAWDICT()["blocks"]
    return (token for token in tokens_of(blocks) if token.painted)


def _less(layer: TextLayer, said: Mapping[int, Sequence[Token]]) -> TextLayer:
    return replace(layer, words=tuple(word for word in layer.words if not _is_said(word, said[layer.number])))


def _is_said(word: LayerWord, tokens: Sequence[Token]) -> bool:
    """Whether the texts that the word covers, or that cover it, say the same."""
    across = 45 < abs(word.angle) % 180 < 135
    width, height = (word.height, word.width) if across else (word.width, word.height)
    left, right = word.x - width / 2, word.x + width / 2
    level = [token for token in tokens if abs((token.top + token.bottom) / 2 - word.y) < height / 2]
    met = [t for t in level if min(t.right, right) - max(t.left, left) > _MET * min(width, t.right - t.left)]
    own, other = _plain(word.text), _plain("".join(token.text for token in sorted(met, key=lambda token: token.left)))
    return bool(own) and (own in other or SequenceMatcher(None, own, other, autojunk=False).ratio() >= _ALIKE)


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()
