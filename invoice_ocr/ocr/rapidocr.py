"""RapidOCR as the third engine: PP-OCR networks whose weights come inside its PyPI package (extra `rapidocr`)."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from typing import Any

import numpy as np

from invoice_ocr.model import Box, PageImage, PageWords, Word
from invoice_ocr.ocr import require
from invoice_ocr.ocr.order import lines_of
from invoice_ocr.settings import Settings


def load(settings: Settings) -> RapidOcrEngine:  # noqa: ARG001 - every engine is loaded alike
    """The engine with RapidOCR's default networks. Raises MissingPart without the package."""
    require("rapidocr", "'invoice-ocr[rapidocr]'")
    return RapidOcrEngine()


class RapidOcrEngine:
    """RapidOCR behind the engine protocol. It finds lines; their words share the line's confidence (0..1, a mean)."""

    name = "rapidocr"

    def __init__(self) -> None:
        with contextlib.redirect_stdout(sys.stderr):
            from rapidocr import RapidOCR

            self._turn = threading.Lock()
            self._reader = RapidOCR(params={"Global.log_level": "critical", "Global.text_score": 0.0})

    def read(self, pages: Iterable[PageImage]) -> Iterator[PageWords]:
        for page in pages:
            result = self._run(page.pixels, use_det=True, use_cls=True, use_rec=True)
            quads = np.asarray(result.boxes if result.boxes is not None else (), float).reshape(-1, 4, 2)
            found = [
                part
                for quad, text, score in zip(quads, result.txts or (), result.scores or (), strict=True)
                for part in _words(text, float(score), quad)
            ]
            boxes = np.array([box for _, _, box in found]).reshape(-1, 4)
            scale = 72.0 / page.dpi
            words = tuple(
                Word(found[i][0], Box(*(boxes[i] * scale).tolist()), found[i][1])
                for line in lines_of(boxes)
                for i in line
            )
            yield PageWords(page.number, page.width, page.height, words, page.rotation)

    def recognise(self, crops: Sequence[np.ndarray]) -> list[tuple[str, float]]:
        return [self._read_crop(crop) for crop in crops]

    def describe(self) -> dict[str, Any]:
        installed = version("rapidocr")
        return {
            "runtime": self.name,
            "device": "cpu",
            "alphabet": "",
            "weights": {"rapidocr": installed},
            "versions": {"rapidocr": installed, "onnxruntime": version("onnxruntime")},
        }

    def _read_crop(self, crop: np.ndarray) -> tuple[str, float]:
        if min(crop.shape[:2]) < 2:
            return "", 0.0
        result = self._run(crop, use_det=False, use_cls=False, use_rec=True)
        return (result.txts[0].strip(), float(result.scores[0])) if result.txts else ("", 0.0)

    def _run(self, pixels: np.ndarray, **steps: bool) -> Any:
        """RapidOCR's result for one picture; it takes BGR and writes its notes where results belong."""
        with self._turn, contextlib.redirect_stdout(sys.stderr):
            return self._reader(np.ascontiguousarray(pixels[..., ::-1]), **steps)


def _words(line: str, score: float, quad: np.ndarray) -> Iterator[tuple[str, float, np.ndarray]]:
    """The words of a line with boxes shared out by their number of letters. quad: float, shape (4, 2), pixels."""
    left, top = quad.min(0)
    right, bottom = quad.max(0)
    width, start = (right - left) / max(1, len(line)), 0
    for word in line.split():
        start = line.index(word, start)
        yield word, score, np.array([left + start * width, top, left + (start + len(word)) * width, bottom])
        start += len(word)
