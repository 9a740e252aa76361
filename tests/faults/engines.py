"""Engines that fail on purpose: they crash, stall, lie or lose pages, as real ones have."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from invoice_ocr.model import PageImage, PageWords
from invoice_ocr.ocr import Engine


class EngineFault(RuntimeError):
    """What a broken engine raises: nothing that the program knows."""


class _Fault:
    """Passes everything on to another engine; the faults below differ in one thing each."""

    name = "fault"

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def read(self, pages: Iterable[PageImage]) -> Iterator[PageWords]:
        return self.engine.read(pages)

    def recognise(self, crops: Sequence[np.ndarray]) -> list[tuple[str, float]]:
        return self.engine.recognise(crops)

    def describe(self) -> dict[str, Any]:
        return self.engine.describe() | {"runtime": self.name}


class CrashingEngine(_Fault):
    """Raises EngineFault after `after` pages."""

    def __init__(self, engine: Engine, after: int = 0) -> None:
        super().__init__(engine)
        self.after = after

    def read(self, pages: Iterable[PageImage]) -> Iterator[PageWords]:
        for count, page in enumerate(self.engine.read(pages)):
            if count == self.after:
                raise EngineFault("the engine fell over")
            yield page


class StallingEngine(_Fault):
    """Sleeps `seconds` before every page."""

    def __init__(self, engine: Engine, seconds: float) -> None:
        super().__init__(engine)
        self.seconds = seconds

    def read(self, pages: Iterable[PageImage]) -> Iterator[PageWords]:
        for page in self.engine.read(pages):
            time.sleep(self.seconds)
            yield page


class LyingEngine(_Fault):
    """Says another digit than is printed, and is certain of it."""

    _WRONG = str.maketrans("0123456789", "8234567810")

    def read(self, pages: Iterable[PageImage]) -> Iterator[PageWords]:
        for page in self.engine.read(pages):
            words = tuple(replace(word, text=word.text.translate(self._WRONG), confidence=1.0) for word in page.words)
            yield replace(page, words=words)

    def recognise(self, crops: Sequence[np.ndarray]) -> list[tuple[str, float]]:
        return [(text.translate(self._WRONG), 1.0) for text, _ in self.engine.recognise(crops)]


class LosingEngine(_Fault):
    """Gives back every page but the last."""

    def read(self, pages: Iterable[PageImage]) -> Iterator[PageWords]:
        read = list(self.engine.read(pages))
        yield from read[:-1]
