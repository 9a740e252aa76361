"""An engine that cleans what it is shown and tells where the words stand on the page as it came."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from invoice_ocr.ahead import ahead
from invoice_ocr.clean import aside
from invoice_ocr.clean.page import Cleaned, clean
from invoice_ocr.frames import placed

if TYPE_CHECKING:
    import numpy as np

    from invoice_ocr.clean.heads import Recogniser
    from invoice_ocr.model import PageImage, PageWords


# Pages that lie cleaned while the engine reads, and bytes of pixels from which no other joins them: an A4 page of 200
# dots an inch has 12 MB. An engine finds the words of several pages, one right after the other, and then reads them.
_AHEAD, _ROOM = 6, 30_000_000

Keep = Callable[[Cleaned, "PageWords"], None]


class Reader(Protocol):
    """What an engine does, as `invoice_ocr.ocr.Engine` has it.

    One that has several recognisers may have a method `glance` too: as `recognise`, by the quickest of them alone.
    """

    @property
    def name(self) -> str: ...

    def read(self, pages: Iterable[PageImage]) -> Iterator[PageWords]: ...

    def recognise(self, crops: Sequence[np.ndarray]) -> list[tuple[str, float]]: ...

    def describe(self) -> dict[str, Any]: ...


class CleaningEngine:
    """`engine`, shown pages after `steps` (see `clean`). Boxes are on the page as it came, issues with the words.

    The next pages are taken and cleaned in another thread while the engine reads.

    keep: called with each page cleaned and its words as the engine gave them, before they are placed.
    """

    def __init__(self, engine: Reader, steps: str = "auto", *, keep: Keep | None = None) -> None:
        self.name = engine.name
        self._engine = engine
        self._steps = steps
        self._keep = keep
        glance: Recogniser | None = getattr(engine, "glance", None)
        self._readers: list[Recogniser] = [glance, engine.recognise] if glance else [engine.recognise]

    def read(self, pages: Iterable[PageImage]) -> Iterator[PageWords]:
        waiting: deque[tuple[float, float, Cleaned]] = deque()

        def shown() -> Iterator[PageImage]:
            for page in pages:
                cleaned = clean(page, self._steps, *self._readers)
                image = cleaned.image
                main = replace(image, pixels=aside.without(image.pixels, cleaned.asides)) if cleaned.asides else image
                kept = cleaned if self._keep else replace(cleaned, image=replace(image, pixels=image.pixels[:0]))
                waiting.append((page.width, page.height, kept))
                yield main
                for one in cleaned.asides:
                    yield replace(image, pixels=aside.alone(image.pixels, one))

        with contextlib.closing(ahead(shown(), _AHEAD, size=_bytes, room=_ROOM)) as cleaner:
            read = iter(self._engine.read(cleaner))
            for words in read:
                width, height, cleaned = waiting.popleft()
                beside = [aside.back(next(read), one.turns) for one in cleaned.asides]
                every = replace(words, words=(*words.words, *(word for found in beside for word in found)))
                if self._keep is not None:
                    self._keep(cleaned, every)
                found = replace(every, issues=(*every.issues, *cleaned.issues))
                yield found if cleaned.frame is None else placed(found, cleaned.frame, width, height)

    def recognise(self, crops: Sequence[np.ndarray]) -> list[tuple[str, float]]:
        return self._engine.recognise(crops)

    def describe(self) -> dict[str, Any]:
        return self._engine.describe()


def _bytes(page: PageImage) -> int:
    return page.pixels.nbytes
