"""Sources to opened documents, in the order they came, with a bounded number of pages in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from invoice_ocr import errors
from invoice_ocr.errors import ConfigError, InputError, ParserCrash
from invoice_ocr.intake.pages import Buffer, Opened, OpenedPage, Request, TextLayer, chosen
from invoice_ocr.intake.pool import Pool
from invoice_ocr.intake.process import Answer
from invoice_ocr.intake.sources import Failed, Source, failure_of
from invoice_ocr.intake.testimony import heard
from invoice_ocr.model import Box, Code, Failure, Issue, PageImage, Word
from invoice_ocr.settings import Settings, cores

if TYPE_CHECKING:
    import numpy as np

_PARSER = "invoice_ocr.intake.parse:parse"
_FIRST_BUDGET = 10_000_000  # bytes of pixels in a document's first answer: one page, so that OCR need not wait
_BUDGET = 40_000_000  # in each of the others: four A4 pages at 200 dpi
_LEAST_SECONDS = 1.0
_ANSWER_SECONDS, _ANSWER_SHARE = 24.0, 0.04  # for one answer: one page does not use up a document's whole time
_TEXTS = ("auto", "ocr", "layer")


@dataclass(slots=True)
class _Open:
    """One document on its way: the answer awaited, the seconds it may still take, and what was lost so far."""

    source: Source | Failed
    answer: Future[Answer] | None
    seconds: float
    pages: int = 0
    lost: list[tuple[int, str, str]] = field(default_factory=list)


class Intake:
    """Opens documents in disposable workers; close it, or use it in a `with`.

    parser: `module:function` of the parser that the workers run (tests put in one that crashes).
    """

    def __init__(self, settings: Settings | None = None, *, parser: str = _PARSER) -> None:
        self._settings = settings or Settings()
        if self._settings.text not in _TEXTS:
            raise ConfigError(f"text: {self._settings.text!r} is none of {', '.join(_TEXTS)}.")
        chosen(self._settings.pages, 1)  # a mistake in it is the user's, not a document's
        self._passwords = _passwords(self._settings.password_file)
        self._size = self._settings.jobs if self._settings.jobs > 0 else cores()
        self._pool = Pool(
            parser,
            size=self._size,
            memory_mb=self._settings.max_memory_mb,
            most=_BUDGET + 4 * self._max_pixels,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the workers. What was not yet given out is lost."""
        self._pool.close()

    def open_documents(self, sources: Iterable[Source | Failed]) -> Iterator[Opened]:
        """One Opened per input, in order, each with all of its pages.

        A long scan is then in memory as a whole: 12 MB a page at 200 dpi. `open_parts` gives it piece by piece.
        """
        held: list[Opened] = []
        for part in self.open_parts(sources):
            held.append(part)
            if part.last:
                yield _joined(held)
                held = []

    def open_parts(self, sources: Iterable[Source | Failed]) -> Iterator[Opened]:
        """Opened after Opened, in order: a document's pages a few at a time, `last` on its last.

        When a document fails after some of its pages were given, its last Opened has the failure and no pages.
        At most one answer per worker and one more wait in memory, each of 40 MB or one page.
        """
        waiting: deque[_Open] = deque()
        queue = iter(sources)
        try:
            while True:
                while len(waiting) <= self._size and (source := next(queue, None)) is not None:
                    waiting.append(self._begun(source))
                if not waiting:
                    return
                part = self._finished(waiting[0])
                if part.last:
                    waiting.popleft()
                yield part
        finally:
            for document in waiting:
                if document.answer is not None:
                    document.answer.cancel()

    def crops(self, source: Source, places: Sequence[tuple[int, Box]], dpi: float = 200.0) -> list[np.ndarray]:
        """Clips of displayed pages, for reading a few words again: uint8, shape (height, width, 3), RGB, in order.

        places: (page number, box in points). A clip that lies outside its page is white, at least 1 x 1 pixel.
        InputError when the document cannot be opened.
        """
        import numpy as np

        if not places:
            return []
        clips = tuple((number, (box.left, box.top, box.right, box.bottom)) for number, box in places)
        request = replace(self._request(source.read()), clips=clips, dpi=dpi)
        answer = self._pool.submit(request, seconds=self._settings.page_timeout, urgent=True).result()
        _raise_error_of(answer)
        try:
            pictures = _pictures(answer)
        except _NONSENSE as error:
            raise _nonsense(error) from None
        if len(pictures) != len(places):
            raise ParserCrash("The worker gave back other clips than were asked for.")
        return [np.frombuffer(blob, np.uint8).reshape(height, width, 3) for width, height, _, blob in pictures]

    def searchable(self, source: Source, layers: Sequence[TextLayer]) -> tuple[bytes, tuple[Issue, ...]]:
        """The document as a PDF with these words on its pages, to be found and selected but not seen; what it lost.

        A picture becomes a PDF of the same samples. InputError when the document cannot be opened, or has no pages.
        """
        request = replace(self._request(source.read()), layers=tuple(layers))
        answer = self._pool.submit(request, seconds=self._settings.timeout, urgent=True).result()
        _raise_error_of(answer)
        if len(answer.blobs) != 1:
            raise ParserCrash("The worker gave back no file.")
        return bytes(answer.blobs[0]), tuple(Issue(str(code), str(said)) for code, said in answer.header["issues"])

    @property
    def _max_pixels(self) -> int:
        return self._settings.max_image_mpixels * 1_000_000

    def _request(self, document: bytes) -> Request:
        chosen_by = self._settings
        return Request(
            document,
            text=chosen_by.text,
            pages=chosen_by.pages,
            dpi=float(chosen_by.dpi),
            max_pages=chosen_by.max_pages,
            max_pixels=self._max_pixels,
            budget=_FIRST_BUDGET,
            passwords=self._passwords,
            witnesses=chosen_by.witnesses,
        )

    def _begun(self, source: Source | Failed) -> _Open:
        """A document with its first request on the way."""
        seconds = self._settings.timeout
        if isinstance(source, Failed):
            return _Open(source, None, seconds)
        answer: Future[Answer]
        try:
            answer = self._pool.submit(self._request(source.read()), seconds=_for_one_answer(seconds, seconds))
        except InputError as error:
            answer = Future()
            answer.set_exception(error)
        return _Open(source, answer, seconds)

    def _finished(self, document: _Open) -> Opened:
        """The next part of a document, its following request already on the way."""
        source = document.source
        if isinstance(source, Failed):
            return Opened(source, failure=source.failure)
        try:
            answer = document.answer.result()  # type: ignore[union-attr]
            _raise_error_of(answer)
            pages, issues, rest = _understood(answer, document)
            witnesses = tuple(heard(testimony) for testimony in answer.header["witnesses"])
            document.pages += len(pages)
            document.seconds = max(_LEAST_SECONDS, document.seconds - answer.seconds)
            if rest is not None:
                request = replace(self._request(source.read()), first=rest, budget=_BUDGET)
                seconds = _for_one_answer(document.seconds, self._settings.timeout)
                document.answer = self._pool.submit(request, seconds=seconds, urgent=True)
                return Opened(source, tuple(pages), tuple(issues), last=False, witnesses=witnesses)
        except InputError as error:
            return Opened(source, failure=failure_of(error))
        except _NONSENSE as error:
            return Opened(source, failure=failure_of(_nonsense(error)))
        if document.pages == 0 and document.lost:
            return Opened(source, failure=_failure_of_loss(document.lost[0]))
        return Opened(source, tuple(pages), tuple(issues + _losses(document.lost)), witnesses=witnesses)


def open_documents(sources: Iterable[Source | Failed], settings: Settings | None = None) -> Iterator[Opened]:
    """One Opened per input, in order; the workers live as long as the iterator. See `Intake.open_documents`."""
    with Intake(settings) as intake:
        yield from intake.open_documents(sources)


def crops(
    source: Source, places: Sequence[tuple[int, Box]], dpi: float = 200.0, settings: Settings | None = None
) -> list[np.ndarray]:
    """Clips of displayed pages out of a worker made for this one call. See `Intake.crops`."""
    with Intake(replace(settings or Settings(), jobs=1)) as intake:
        return intake.crops(source, places, dpi)


_NONSENSE = (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError)


def _for_one_answer(left: float, allowed: float) -> float:
    """Seconds for one answer of a document that has `left` of the `allowed`."""
    return min(left, max(_ANSWER_SECONDS, _ANSWER_SHARE * allowed))


def _nonsense(error: Exception) -> ParserCrash:
    return ParserCrash(f"The worker's answer makes no sense ({type(error).__name__}).")


def _raise_error_of(answer: Answer) -> None:
    """Raise the typed error that a worker sent in place of pages; ParserCrash when it names no error we know."""
    if "error" not in answer.header:
        return
    name, message, fix = (str(piece) for piece in answer.header["error"])
    kind = getattr(errors, name, ParserCrash)
    if not (isinstance(kind, type) and issubclass(kind, InputError)):
        kind = ParserCrash
    raise kind(message, fix=fix)


def _pictures(answer: Answer) -> list[tuple[int, int, float, Buffer]]:
    """(width, height, dpi, bytes) of each picture; ValueError when a size does not fit its bytes."""
    pictures = []
    for (width, height, dpi), blob in zip(answer.header["pictures"], answer.blobs, strict=True):
        if not (width > 0 and height > 0 and dpi > 0) or int(width) * int(height) * 3 != len(blob):
            raise ValueError("a picture's size does not fit its bytes")
        pictures.append((int(width), int(height), float(dpi), blob))
    return pictures


def _understood(answer: Answer, document: _Open) -> tuple[list[OpenedPage], list[Issue], int | None]:
    """Pages, issues and what is left of one answer, each value made sure of: a worker may have gone wrong."""
    pictures = iter(_pictures(answer))
    pages = []
    for number, width, height, rotation, words, pictured, seen in answer.header["sheets"]:
        found = None
        if words is not None:
            found = tuple(Word(str(text), Box(*map(float, corners)), 1.0, "text-layer") for text, corners in words)
        image = _image(int(number), int(rotation), next(pictures), document.source.name) if pictured else None
        codes = tuple(Code(str(kind), str(text), Box(*map(float, corners))) for kind, text, corners in seen)
        pages.append(OpenedPage(int(number), float(width), float(height), int(rotation), found, image, codes))
    document.lost += [(int(number), str(name), str(message)) for number, name, message in answer.header["lost"]]
    rest = answer.header["rest"]
    return pages, [Issue(str(code), str(message)) for code, message in answer.header["issues"]], rest and int(rest)


def _image(number: int, rotation: int, picture: tuple[int, int, float, Buffer], file: str) -> PageImage:
    import numpy as np

    width, height, dpi, blob = picture
    return PageImage(number, np.frombuffer(blob, np.uint8).reshape(height, width, 3), dpi, rotation, file)


def _joined(parts: Sequence[Opened]) -> Opened:
    if parts[-1].failure is not None or len(parts) == 1:
        return parts[-1]
    pages = tuple(page for part in parts for page in part.pages)
    issues = tuple(dict.fromkeys(issue for part in parts for issue in part.issues))
    witnesses = tuple(witness for part in parts for witness in part.witnesses)
    return Opened(parts[-1].source, pages, issues, witnesses=witnesses)


def _failure_of_loss(lost: tuple[int, str, str]) -> Failure:
    _, name, message = lost
    kind = getattr(errors, name, ParserCrash)
    return failure_of(kind(message))


def _losses(lost: Sequence[tuple[int, str, str]]) -> list[Issue]:
    return [Issue("page.skipped", f"Page {number} could not be read: {message}") for number, _, message in lost]


def _passwords(file: Path | None) -> tuple[str, ...]:
    if file is None:
        return ()
    try:
        text = file.read_text(encoding="utf-8-sig", errors="surrogateescape")
    except OSError as error:
        raise ConfigError(
            f"the password file {file} cannot be read: {error.strerror}", fix="Give a file with one password a line."
        ) from None
    return tuple(line for line in text.splitlines() if line)
