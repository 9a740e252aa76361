"""An engine without networks: it gives back readings that were recorded, for tests, fixtures and caches."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from invoice_ocr.errors import MissingPart
from invoice_ocr.model import Box, Code, Frame, PageImage, PageWords, Reading, Word

if TYPE_CHECKING:
    import numpy as np

FORMAT = "invoice-ocr/reading/1"


class ReplayEngine:
    """Gives back recorded pages, found by `key_of` their pixels, else by page number.

    pages: by key or number. texts: what `recognise` says of a crop, by key_of its pixels; unknown ones are "", 0.0.
    Reading a page that was not recorded raises MissingPart.
    """

    name = "replay"

    def __init__(
        self, pages: Mapping[str | int, PageWords], texts: Mapping[str, tuple[str, float]] | None = None
    ) -> None:
        self._pages = dict(pages)
        self._texts = dict(texts or {})

    @staticmethod
    def of(reading: Reading) -> ReplayEngine:
        """An engine that knows the pages of one reading by their numbers."""
        return ReplayEngine({page.number: page for page in reading.pages})

    def read(self, pages: Iterable[PageImage]) -> Iterator[PageWords]:
        for page in pages:
            found = self._pages.get(key_of(page.pixels)) or self._pages.get(page.number)
            if found is None:
                raise MissingPart(f"page {page.number} was not recorded", fix="Record it with --runtime onnx.")
            yield found

    def recognise(self, crops: Sequence[np.ndarray]) -> list[tuple[str, float]]:
        return [self._texts.get(key_of(crop), ("", 0.0)) for crop in crops]

    def describe(self) -> dict[str, Any]:
        return {"runtime": self.name, "device": "none", "alphabet": "", "weights": {}, "versions": {}}


def key_of(pixels: np.ndarray) -> str:
    """SHA-256, in hexadecimal, of a picture's shape and pixels (uint8)."""
    digest = hashlib.sha256(repr(pixels.shape).encode())
    digest.update(pixels.tobytes())
    return digest.hexdigest()


def write_reading(reading: Reading) -> str:
    """A reading as JSON text; coordinates to a hundredth of a point, confidences to four digits.

    A word is [text, left, top, right, bottom, confidence, source], then its alternatives; a frame is [width, height]
    and the nine numbers of its matrix, a code [format, text, left, top, right, bottom]. Words that run up or down are
    told by their places and degrees, words by hand by their places.
    """
    pages = [
        {
            "number": page.number,
            "width": round(page.width, 2),
            "height": round(page.height, 2),
            "rotation": page.rotation,
            **({"frame": _plain_frame(page.frame)} if page.frame else {}),
            **({"codes": [_plain_code(code) for code in page.codes]} if page.codes else {}),
            "words": [
                [
                    word.text,
                    *(round(side, 2) for side in (word.box.left, word.box.top, word.box.right, word.box.bottom)),
                    round(word.confidence, 4),
                    word.source,
                    *word.alternatives,
                ]
                for word in page.words
            ],
            **({"turned": turned} if (turned := _turned(page.words)) else {}),
            **({"handwritten": by_hand} if (by_hand := _handwritten(page.words)) else {}),
        }
        for page in reading.pages
    ]
    return json.dumps({"format": FORMAT, "pages": pages}, ensure_ascii=False, separators=(",", ":"))


def parse_reading(text: str) -> Reading:
    """The reading that `write_reading` wrote; raises ValueError when it is none."""
    content = json.loads(text)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ValueError(f"not a recorded reading of format {FORMAT}")
    try:
        return Reading(tuple(_page(page) for page in content["pages"]))
    except (KeyError, TypeError) as error:
        raise ValueError(f"a recorded reading is malformed: {error}") from error


def _page(page: Mapping[str, Any]) -> PageWords:
    turned, by_hand = dict(page.get("turned", ())), frozenset(page.get("handwritten", ()))
    words = tuple(
        Word(
            text,
            Box(left, top, right, bottom),
            confidence,
            source,
            tuple(alternatives),
            turned.get(place, 0),
            place in by_hand,
        )
        for place, (text, left, top, right, bottom, confidence, source, *alternatives) in enumerate(page["words"])
    )
    frame = _frame(*page["frame"]) if "frame" in page else None
    codes = tuple(Code(kind, text, Box(*sides)) for kind, text, *sides in page.get("codes", ()))
    return PageWords(page["number"], page["width"], page["height"], words, page["rotation"], frame, codes=codes)


def _frame(width: float, height: float, *matrix: float) -> Frame:
    return Frame(width, height, matrix)


def _turned(words: Sequence[Word]) -> list[tuple[int, int]]:
    return [(place, word.turn) for place, word in enumerate(words) if word.turn]


def _handwritten(words: Sequence[Word]) -> list[int]:
    return [place for place, word in enumerate(words) if word.handwritten]


def _plain_code(code: Code) -> list[str | float]:
    sides = (code.box.left, code.box.top, code.box.right, code.box.bottom)
    return [code.format, code.text, *(round(side, 2) for side in sides)]


def _plain_frame(frame: Frame) -> list[float]:
    """Its numbers, none rounded: what is far from the corner moves by thousands of times the last digit."""
    return [round(frame.width, 2), round(frame.height, 2), *frame.matrix]
