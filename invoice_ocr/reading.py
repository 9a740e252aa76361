"""Opened documents to readings, in order: text layers as they are, pictures through an engine with a long queue.

A word of a text layer with letters that mean nothing (U+FFFD, from a font that does not say) is read from its pixels.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from invoice_ocr.errors import InputError
from invoice_ocr.model import Box, Failure, Issue, PageWords, Reading, Word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy as np

    from invoice_ocr.intake import Failed, Opened, Source
    from invoice_ocr.model import Code, PageImage, Witness
    from invoice_ocr.ocr import Engine

    # Places (page number, box in points) of a document to clips of its pages, as `Intake.crops` gives them.
    Cut = Callable[[Source, Sequence[tuple[int, Box]]], Sequence[np.ndarray]]

# Documents opened ahead of the one whose words come next. Enough to fill an engine's pool with pages; small enough that
# ten thousand born-digital files behind one scan do not keep its result, or fill the memory.
_AHEAD = 32
_UNKNOWN = "\ufffd"
_MARGIN = 1.5  # points around a word that is cut out


@dataclass(slots=True)
class Read:
    """One input being read. seconds: from its first page opened to its last word. whole: its last page was opened.

    spent: seconds that the engine was waited for.
    """

    source: Source | Failed
    issues: list[Issue] = field(default_factory=list)
    witnesses: list[Witness] = field(default_factory=list)
    failure: Failure | None = None
    seconds: float = 0.0
    whole: bool = False
    spent: float = 0.0
    _pages: list[PageWords | None] = field(default_factory=list)
    _missing: int = 0
    _codes: dict[int, tuple[Code, ...]] = field(default_factory=dict)
    _since: float = field(default_factory=time.monotonic)

    @property
    def reading(self) -> Reading | None:
        """Words of all pages; None when the input failed."""
        return None if self.failure else Reading(tuple(page for page in self._pages if page is not None))

    @property
    def complete(self) -> bool:
        return self.whole and not self._missing

    @property
    def overdue(self) -> bool:
        """Whether a page took too long to be read: no time is spent on the others, then."""
        return any(issue.code == "page.timeout" for issue in self.issues)

    def add(self, part: Opened) -> list[tuple[int, PageImage]]:
        """Take in a part of the document and give back the pictures that need an engine, each with its slot."""
        waiting = []
        self.issues.extend(part.issues)
        self.witnesses.extend(part.witnesses)
        self.failure = self.failure or part.failure
        for page in part.pages:
            if page.words is None and page.image is not None:
                waiting.append((len(self._pages), page.image))
                self._codes[len(self._pages)] = page.codes
                self._missing += 1
                self._pages.append(None)
            else:
                size = page.number, page.width, page.height
                self._pages.append(PageWords(*size, page.words or (), page.rotation, codes=page.codes))
        self.whole = part.last or part.failure is not None
        return waiting

    def put(self, slot: int, words: PageWords) -> None:
        """Take in what the engine read in the picture of that slot, and what it doubts."""
        self.issues.extend(words.issues)
        self._pages[slot] = replace(words, issues=(), codes=self._codes.pop(slot, ()))
        self._missing -= 1

    def mend(self, load: Callable[[], Engine], cut: Cut) -> None:
        """Read the words with unknown letters from their pixels; one in which nothing can be read is left out."""
        pages = [page for page in self._pages if page is not None]
        places = [
            (page.number, Box(b.left - _MARGIN, b.top - _MARGIN, b.right + _MARGIN, b.bottom + _MARGIN))
            for page in pages
            for b in (word.box for word in page.words if _is_unknown(word))
        ]
        if not places or self.failure:
            return
        try:
            seen = iter(load().recognise(cut(self.source, places)))  # type: ignore[arg-type]
        except InputError as error:
            self.failure = Failure(error.code, error.message, error.fix)
            return
        for slot, page in enumerate(self._pages):
            if page and any(map(_is_unknown, page.words)):
                words = [_filled_in(word, *next(seen)) if _is_unknown(word) else word for word in page.words]
                self._pages[slot] = replace(page, words=tuple(word for word in words if word.text))


def _is_unknown(word: Word) -> bool:
    return word.source == "text-layer" and _UNKNOWN in word.text


def _filled_in(word: Word, seen: str, confidence: float) -> Word:
    """The word with its unknown letters as they were seen; as it was seen where that is longer or shorter."""
    if len(seen) == len(word.text):
        seen = "".join(s if known == _UNKNOWN else known for known, s in zip(word.text, seen, strict=True))
    return Word(seen, word.box, confidence, "ocr")


def read_documents(
    parts: Iterable[Opened], load: Callable[[], Engine], cut: Cut | None = None, *, seconds: float = math.inf
) -> Iterator[Read]:
    """One Read for each input, in order.

    parts: opened documents, long ones in several parts that follow each other. load: gives the engine; called for the
    first time when a page needs pixels, never when none does. cut: gives the pixels of single words; without it none is
    filled in. seconds: that an engine may take over one document; pages it was not shown by then are left out.
    """
    for one in _read(parts, load, seconds):
        if cut is not None:
            one.mend(load, cut)
        yield one


def _read(parts: Iterable[Opened], load: Callable[[], Engine], seconds: float) -> Iterator[Read]:
    desk = _Desk(parts, seconds)
    while True:
        yield from desk.finished()
        if not desk.pictures and not desk.pull():
            return
        if desk.pictures:
            engine = load()
            since = time.monotonic()
            for words in engine.read(desk.feed()):
                desk.put(words, time.monotonic() - since)
                yield from desk.finished()
                since = time.monotonic()  # whoever takes the documents may take his time


def _left_out(image: PageImage) -> PageWords:
    message = f"Page {image.number} was left out: its document takes longer than --timeout allows."
    issues = (Issue("page.timeout", message),)
    return PageWords(image.number, image.width, image.height, (), image.rotation, issues=issues)


class _Desk:
    """What lies open: documents in order, pictures not yet shown to the engine, and slots that wait for its words.

    An engine may be fed in another thread than the one that takes its words.
    """

    def __init__(self, parts: Iterable[Opened], seconds: float) -> None:
        self.pictures: deque[tuple[Read, int, PageImage]] = deque()
        self._parts = iter(parts)
        self._seconds = seconds
        self._open: deque[Read] = deque()
        self._slots: deque[tuple[Read, int]] = deque()
        self._turn = threading.Lock()

    def pull(self) -> bool:
        """Open the next part; False when there is none."""
        part = next(self._parts, None)
        if part is None:
            return False
        with self._turn:
            if not self._open or self._open[-1].whole:
                self._open.append(Read(part.source))
            document = self._open[-1]
            self.pictures.extend((document, slot, image) for slot, image in document.add(part))
        return True

    def feed(self) -> Iterator[PageImage]:
        """Pictures for the engine, opening documents as it asks for more; ends when too many wait for their turn."""
        while True:
            while self.pictures:
                document, slot, image = self.pictures.popleft()
                with self._turn:
                    if document.overdue or document.spent > self._seconds:
                        document.put(slot, _left_out(image))
                        continue
                self._slots.append((document, slot))
                yield image
                del image
            if len(self._open) > _AHEAD or not self.pull():
                return

    def put(self, words: PageWords, seconds: float) -> None:
        """Take in the words of the next picture, for which the engine was waited for so long."""
        document, slot = self._slots.popleft()
        with self._turn:
            document.spent += seconds
            document.put(slot, words)

    def finished(self) -> Iterator[Read]:
        """Documents all of whose words are known, from the front."""
        while True:
            with self._turn:
                if not self._open or not self._open[0].complete:
                    return
                document = self._open.popleft()
            document.seconds = time.monotonic() - document._since  # noqa: SLF001  the clock is the desk's business
            yield document
