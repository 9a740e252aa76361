"""Inputs through workers and engine into the ledger: what is left is done, whatever ended the run before."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
from dataclasses import dataclass, field, replace
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Protocol

from invoice_ocr.ahead import ahead
from invoice_ocr.batch.ledger import MOST_ATTEMPTS, Job, Kept
from invoice_ocr.batch.outcome import Outcome, kept_of, read_of, suspected, understood
from invoice_ocr.batch.writer import Writer
from invoice_ocr.errors import InvoiceOcrError, OutOfMemory, ParserCrash, RunError, Timeout
from invoice_ocr.intake import Intake, Source, expand
from invoice_ocr.lazy_engine import LazyEngine
from invoice_ocr.model import Failure, Record
from invoice_ocr.pixel_check import UNCHECKED
from invoice_ocr.reading import Read, read_documents
from invoice_ocr.recipes import reading_recipe_of, recipe_of, rules_for
from invoice_ocr.second_look import compared

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from invoice_ocr.batch.ledger import Ledger, Retry, State
    from invoice_ocr.batch.ray import Actors
    from invoice_ocr.intake import Failed
    from invoice_ocr.intake.sources import Input
    from invoice_ocr.ocr import Engine
    from invoice_ocr.rulepack import RulePack
    from invoice_ocr.settings import Settings

log = logging.getLogger(__name__)

_SCANNED_TOGETHER = 200
_CLAIMED_TOGETHER = 8  # documents charged in one commit
_READ_AHEAD = 32  # documents that may wait to be understood: an engine reads as many slips at once
_COMPARED_TOGETHER = 16  # documents whose text layers are compared with pixels at once
_KILLERS = frozenset({ParserCrash.code, Timeout.code, OutOfMemory.code})


class Watcher(Protocol):
    """Whoever wants to know how a run goes on."""

    def scanned(self, inputs: int) -> None:
        """So many inputs have been looked at."""

    def begun(self, documents: int, left: int) -> None:
        """Documents that are wanted, failed ones aside, and how many of them are not done yet."""

    def finished(self, state: State, records: list[Record], pages: int) -> None:
        """One document is done, or has failed. pages: that were read now, 0 where a kept reading served."""


@dataclass(slots=True)
class _Item:
    """A document between reading and ledger. kept: to be written there; None where the ledger has it already."""

    job: Job
    source: Source | Failed
    records: list[Record]
    kept: Kept | None
    pages: int
    new: bool = True


@dataclass(slots=True)
class _Nobody:
    def scanned(self, inputs: int) -> None: ...
    def begun(self, documents: int, left: int) -> None: ...
    def finished(self, state: State, records: list[Record], pages: int) -> None: ...


def run(
    inputs: Iterable[Input],
    book: Ledger,
    settings: Settings,
    *,
    retry: Retry = "",
    fresh: bool = False,
    engine: Engine | None = None,
    pack: RulePack | None = None,
    lazy: LazyEngine | None = None,
    open_intake: Callable[[Settings], Intake] = Intake,
    watcher: Watcher | None = None,
) -> None:
    """Bring every document of `inputs` to an end in the ledger; what is done already is left alone.

    retry: first forget what failed, is for review, or all, of these inputs. fresh: forget the whole ledger, corrections
    excepted. engine, pack: instead of those that settings ask for. lazy: an engine kept from run to
    run. open_intake: what opens documents.
    Raises RunError when nothing can go on; the ledger is whole then, and the same call goes on from there.
    """
    pack, lazy = pack or rules_for(settings), lazy or LazyEngine(settings, engine)
    watcher = watcher or _Nobody()
    book.use(recipe_of(settings, pack, engine), reading_recipe_of(settings, engine))
    if fresh:
        book.forget()
    given = _scan(inputs, book, settings, watcher)
    book.settle(retry)
    watcher.begun(*book.extent())
    actors = _actors(settings, book.recipe, engine, open_intake)
    with open_intake(settings) as intake, actors or contextlib.nullcontext():
        writer = Writer(book, watcher)
        line = _Line(book, writer, intake, lazy, pack, settings, given, actors)
        try:
            while not line.through():
                log.warning("the run was disturbed; what was being read is tried again, alone")
        except BaseException as error:
            writer.close()  # what is done counts
            if not isinstance(error, Exception) or isinstance(error, RunError | OSError | sqlite3.Error):
                with contextlib.suppress(sqlite3.Error):  # where even that cannot be written, attempts stay charged
                    book.release()  # nobody's fault: no attempt is charged
            raise
        writer.close()


def _actors(
    settings: Settings, recipe: str, engine: Engine | None, open_intake: Callable[[Settings], Intake]
) -> Actors | None:
    """The actors that read, where Ray is asked for."""
    if settings.engine != "ray":
        return None
    from invoice_ocr.batch.ray import Actors, Orders

    return Actors(Orders(settings, recipe, engine, open_intake))


def _scan(inputs: Iterable[Input], book: Ledger, settings: Settings, watcher: Watcher) -> dict[str, Source]:
    """Add every input to the ledger. Returns those that are no files of the user's, by SHA-256."""
    given: dict[str, Source] = {}
    together: list[Source | Failed] = []
    count = 0
    for count, source in enumerate(expand(inputs, settings), 1):
        if isinstance(source, Source) and (source.content is not None or source.passing):
            given[source.sha256] = source
            source = replace(source, content=None)  # noqa: PLW2901  the ledger wants to know its name, not its bytes
        together.append(source)
        if len(together) >= _SCANNED_TOGETHER:
            book.add(together)
            together = []
            watcher.scanned(count)
    book.add(together)
    watcher.scanned(count)
    return given


@dataclass(slots=True)
class _Line:
    """The way of documents through the stages of one run."""

    book: Ledger
    writer: Writer
    intake: Intake
    lazy: LazyEngine
    pack: RulePack
    settings: Settings
    given: dict[str, Source]
    actors: Actors | None = None
    waiting: list[_Item] = field(default_factory=list)

    def through(self) -> bool:
        """Work on all that is left. False when something unknown ended it: then some documents are to be read alone."""
        self._each_alone()
        try:
            self._all()
            self.writer.settle()
        except (RunError, OSError, sqlite3.Error):
            raise
        except Exception:
            self.writer.settle()
            if next(self.book.left(alone=True), None) is None:
                raise
            log.exception("an engine or a stage fell over")
            self.waiting.clear()
            return False
        self._each_alone()
        return True

    def _all(self) -> None:
        """Documents by the stream: first those whose reading is kept, then the others through workers and engine."""
        for job in self.book.left(alone=False):
            if (kept := self.book.kept(job.document, self.book.reading_recipe)) is not None:
                self.book.claim(job)
                self._understand(job, read_of(self._source(job), kept), kept)
        self._flush()
        self._new(self.book.left(alone=False))

    def _each_alone(self) -> None:
        """Documents that were begun and not ended: one after the other, so that only the culprit suffers."""
        for job in self.book.left(alone=True):
            if job.attempts >= MOST_ATTEMPTS:
                self._end_of(job, "E_PARSER_CRASH", f"The run ended {job.attempts} times while it was open.")
                continue
            try:
                self._new([job], alone=True)
                self.writer.settle()
            except (RunError, OSError, sqlite3.Error):
                raise
            except Exception as error:  # noqa: BLE001  a document that brings down an engine costs itself and no other
                self.waiting.clear()
                self._end_of(job, InvoiceOcrError.code, f"Reading it failed with {type(error).__name__}: {error}")

    def _new(self, jobs: Iterable[Job], *, alone: bool = False) -> None:
        """Documents of which nothing is kept: opened, read and understood here, or by actors."""
        if self.actors is None:
            with contextlib.closing(self._read(jobs)) as reads:
                for job, one in reads:
                    self._understand(job, one, None, alone=alone)
            self._flush(alone=alone)
            return
        for job, made in self.actors.work((job, self._source(job)) for job in self._claimed(jobs)):
            if isinstance(made, Outcome):
                item = _Item(job, self._source(job), made.records, made.kept, made.pages)
                self._finish(item, alone=alone)
            elif alone:
                raise made
            else:
                self.writer.finish(job, "again", [], None, 0)

    def _end_of(self, job: Job, code: str, message: str) -> None:
        failure = Failure(code, message, "Print it to a new PDF, or report it; --retry failed tries it again.")
        records = [Record(job.name, job.sha256, None, failure, self.book.recipe)]
        self.writer.finish(job, "quarantined", records, None, 0)
        self.writer.settle()

    def _read(self, jobs: Iterable[Job]) -> Generator[tuple[Job, Read], None, None]:
        """Each document read, in order; charged before it is touched. The next ones are read while one is taken."""
        flight: dict[str, Job] = {}
        ended = threading.Event()

        def sources() -> Iterator[Source]:
            for job in self._claimed(takewhile(lambda _: not ended.is_set(), jobs)):
                flight[job.sha256] = job
                if self.settings.text != "layer":
                    self.lazy.begin()
                yield self._source(job)

        parts = self.intake.open_parts(sources())
        read = read_documents(parts, self.lazy, self.intake.crops, seconds=self.settings.timeout)
        reads = ahead(read, _READ_AHEAD)
        try:
            for one in reads:
                yield flight.pop(one.source.sha256), one
        finally:
            ended.set()
            reads.close()

    def _claimed(self, jobs: Iterable[Job]) -> Iterator[Job]:
        """The jobs, charged a few at a time: a commit waits for the disk as long as a page takes to be understood."""
        left = iter(jobs)
        while together := list(islice(left, _CLAIMED_TOGETHER)):
            self.book.claim(*together)
            yield from together

    def _source(self, job: Job) -> Source:
        return self.given.get(job.sha256) or Source(job.name, job.sha256, job.size, path=job.path)

    def _understand(self, job: Job, one: Read, known: Kept | None, *, alone: bool = False) -> None:
        """Take in what was read; the pixel check waits until several documents need it. known: it was read before."""
        kept = known or kept_of(one)
        if kept is not None and known is None:
            one = read_of(one.source, kept)
        records = understood(one, self.pack, self.settings, self.book.recipe)
        pages = len(kept.reading.pages) if kept is not None and known is None else 0
        item = _Item(job, one.source, records, kept, pages, known is None)
        if self.settings.text == "auto" and suspected(records):
            self.waiting.append(item)
            if len(self.waiting) >= _COMPARED_TOGETHER:
                self._flush(alone=alone)
        else:
            self._finish(item, alone=alone)

    def _flush(self, *, alone: bool = False) -> None:
        """Compare with pixels what waits for it, and finish it."""
        if not self.waiting:
            return
        items, self.waiting = self.waiting, []
        pairs = [(self._source(item.job), record) for item in items for record in item.records]
        looks = [item.kept.looks if item.kept else {} for item in items for _ in item.records]
        before = [len(item.kept.looks) if item.kept else 0 for item in items]
        seen = compared(pairs, self.intake, self.lazy, self.settings, looks)
        for item, known in zip(items, before, strict=True):
            item.records = [next(seen) for _ in item.records]
            item.new = item.new or (item.kept is not None and len(item.kept.looks) != known)
            self._finish(item, alone=alone)

    def _finish(self, item: _Item, *, alone: bool) -> None:
        failure = next((record.failure for record in item.records if record.failure), None)
        state: State = "failed" if failure else "done"
        if failure and item.kept is None and failure.code in _KILLERS:
            state = "quarantined" if alone else "again"
        elif item.pages and not alone and _unchecked(item.records):
            state = "again"  # what cut its pixels died: of another document, it may be
        self.writer.finish(item.job, state, item.records, item.kept if item.new else None, item.pages)


def _unchecked(records: list[Record]) -> bool:
    """Whether words could not be compared with pixels."""
    return any(issue.code == UNCHECKED for one in records if one.invoice for issue in one.invoice.issues)
