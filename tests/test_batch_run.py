"""A batch: what is done is not done again, what fails costs itself, and the ledger remembers."""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from faults.desk import Desk, engine_for, sheet
from faults.engines import CrashingEngine

from invoice_ocr import pipeline, recipes, settings
from invoice_ocr.batch import corrections, results, scheduler
from invoice_ocr.batch.ledger import Ledger, opened
from invoice_ocr.batch.search import search
from invoice_ocr.batch.writer import Writer
from invoice_ocr.errors import ConfigError, Locked, MissingPart, OutputReadonly, ParserCrash
from invoice_ocr.export import EXPORTERS
from invoice_ocr.intake import Failed, Opened, Source
from invoice_ocr.model import Box, PageImage, PageWords, Record
from invoice_ocr.ocr import Engine
from invoice_ocr.settings import Settings

LAYER = settings.make({"text": "layer", "jobs": 1, "lang": "en", "min_confidence": 0.85})
AUTO = replace(LAYER, text="auto")
OCR = replace(LAYER, text="ocr")
PACK = recipes.rules_for(LAYER)


class Watching:
    """Remembers what a run tells."""

    def __init__(self) -> None:
        self.inputs = 0
        self.extent = (0, 0)
        self.states: list[str] = []
        self.pages = 0

    def scanned(self, inputs: int) -> None:
        self.inputs = inputs

    def begun(self, documents: int, left: int) -> None:
        self.extent = (documents, left)

    def finished(self, state: str, records: list[Record], pages: int) -> None:
        self.states.append(state)
        self.pages += pages


class Office:
    """A folder of documents, a ledger beside it, and the runs made so far."""

    def __init__(self, place: Path) -> None:
        self.inbox = place / "inbox"
        self.inbox.mkdir()
        self.ledger = place / "books.sqlite"
        self.desk = Desk(LAYER)

    def put(self, name: str, text: str) -> Path:
        path = self.inbox / name
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *inputs: object, chosen: Settings = LAYER, desk: Desk | None = None, **more: object) -> Watching:
        watching = Watching()
        self.desk = desk or Desk(chosen)
        with opened(self.ledger, write=True) as book:
            scheduler.run(
                inputs or [self.inbox],
                book,
                chosen,
                pack=PACK,
                open_intake=lambda _: self.desk,
                watcher=watching,
                **more,
            )
        return watching

    def records(self) -> list[Record]:
        with opened(self.ledger) as book:
            return list(results.records(book))

    def exported(self, to: str = "jsonl") -> bytes:
        stream = io.BytesIO()
        EXPORTERS[to](self.records(), stream)
        return stream.getvalue()

    def counts(self) -> dict[str, int]:
        with opened(self.ledger) as book:
            return {name: count for name, count in results.counts(book).items() if count}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


class Book(list[str]):
    """A ledger that is slow to write, and refuses one document."""

    def finish(self, job: str, *_: object) -> None:
        time.sleep(0.01)
        if job == "full":
            raise OSError("the disk is full")
        self.append(job)


def test_what_is_told_has_been_written_and_in_order() -> None:
    book, told = Book(), []

    class Listening(Watching):
        def finished(self, state: str, records: list[Record], pages: int) -> None:
            assert len(book) > pages
            told.append(pages)

    writer = Writer(book, Listening())  # type: ignore[arg-type]
    for number in range(30):
        writer.finish(str(number), "again" if number == 7 else "done", [], None, number)  # type: ignore[arg-type]
        assert len(told) < len(book) + 2
    writer.settle()
    assert told == [number for number in range(30) if number != 7]
    assert book == [str(number) for number in range(30)]
    writer.close()


def test_what_cannot_be_written_is_raised_where_documents_are_finished() -> None:
    book = Book()
    writer = Writer(book, Watching())  # type: ignore[arg-type]
    for job in ("a", "full", "b"):
        writer.finish(job, "done", [], None, 1)  # type: ignore[arg-type]
    with pytest.raises(OSError, match="full"):
        writer.settle()
    writer.close()
    assert book == ["a", "b"]


def test_a_batch_gives_what_extract_gives(office: Office) -> None:
    for index in range(4):
        office.put(f"{index}.pdf", sheet(f"A-{index}"))
    office.run()
    reads = pipeline.read_documents(Desk(LAYER).open_parts(pipeline.expand([office.inbox], LAYER)), lambda: None)
    recipe = recipes.recipe_of(LAYER, PACK)
    wanted = [record for one in reads for record in pipeline.records_of(one, PACK, LAYER, recipe)]
    assert len(wanted) == 4
    assert office.records() == wanted


def test_what_is_done_is_not_done_again(office: Office) -> None:
    office.put("a.pdf", sheet("A-1"))
    first = office.run()
    before = office.exported()
    again = office.run()
    assert (first.states, first.extent, first.pages) == (["done"], (1, 1), 1)
    assert (again.states, again.extent, again.pages) == ([], (1, 0), 0)
    assert office.desk.opened == []
    assert office.exported() == before


def test_the_order_of_the_inputs_changes_no_result(office: Office, tmp_path: Path) -> None:
    paths = [office.put(f"{number}.pdf", sheet(f"A-{number}", gross=f"12{number % 3}.00")) for number in range(9)]
    paths.append(office.put("broken.pdf", "broken"))
    office.run(*paths)
    first = office.exported()
    office.ledger = tmp_path / "shuffled.sqlite"
    office.run(*(paths[index * 7 % len(paths)] for index in range(len(paths))))
    assert sorted(office.exported().splitlines()) == sorted(first.splitlines())


def test_new_documents_join_the_old(office: Office) -> None:
    office.put("b.pdf", sheet("A-1"))
    office.run()
    office.put("a.pdf", sheet("A-2"))
    assert office.run().extent == (2, 1)
    assert [Path(record.file).name for record in office.records()] == ["b.pdf", "a.pdf"]


def test_the_same_bytes_under_another_name_are_one_document(office: Office) -> None:
    office.put("a.pdf", sheet("A-1"))
    office.put("copy.pdf", sheet("A-1"))
    assert office.run().extent == (1, 1)
    (record,) = office.records()
    assert Path(record.file).name == "a.pdf"
    (office.inbox / "a.pdf").unlink()
    assert office.run().extent == (1, 0)


def test_a_changed_rule_understands_again_without_opening_anything(office: Office, tmp_path: Path) -> None:
    office.put("a.pdf", sheet("A-1"))
    office.put("b.pdf", "scan " + sheet("A-2"))
    engine = engine_for(office.inbox)
    office.run(chosen=AUTO, engine=engine)
    before = office.records()
    stricter = replace(AUTO, min_confidence=0.9999)
    again = office.run(chosen=stricter, engine=CrashingEngine(engine))
    assert (again.states, again.pages) == (["done", "done"], 0)
    assert office.desk.opened == []
    after = office.records()
    assert [r.invoice.fields["total_gross"].value for r in after] == [
        r.invoice.fields["total_gross"].value for r in before
    ]
    assert after != before
    assert office.run(chosen=AUTO, engine=engine).extent == (2, 0)
    assert office.records() == before


def test_a_document_that_kills_its_worker_is_tried_again_alone_and_then_left(office: Office) -> None:
    office.put("a.pdf", "crash 1")
    office.put("b.pdf", sheet("A-1"))
    run = office.run()
    assert [Path(name).name for name in office.desk.opened] == ["a.pdf", "b.pdf", "a.pdf"]
    assert run.states == ["done", "quarantined"]
    assert office.counts() == {"post": 1, "quarantined": 1}
    assert office.run().extent == (1, 0)
    assert office.run(retry="failed").states == ["quarantined"]


def test_a_worker_that_dies_while_it_cuts_pixels_costs_one_more_try(office: Office) -> None:
    class Dying(Desk):
        """The first `deaths` times that pixels are asked for, whoever cuts them dies."""

        deaths = 1

        def crops(self, source: Source, places: Sequence[tuple[int, Box]], dpi: float = 200.0) -> list[np.ndarray]:
            self.deaths -= 1
            if self.deaths >= 0:
                raise ParserCrash("it was killed")
            return super().crops(source, places, dpi)

    office.put("a.pdf", sheet("A-1"))
    office.run(chosen=AUTO, desk=Dying(AUTO), engine=engine_for(office.inbox))
    (once,) = office.records()
    assert once.invoice is not None
    assert "text.layer-unchecked" not in once.invoice.reasons
    assert [Path(name).name for name in office.desk.opened] == ["a.pdf"] * 2
    desk = Dying(AUTO)
    desk.deaths = 9
    office.run(chosen=AUTO, desk=desk, engine=engine_for(office.inbox), retry="all")
    (never,) = office.records()
    assert never.invoice is not None
    assert "text.layer-unchecked" in never.invoice.reasons
    assert len(desk.opened) == 2


def test_runs_that_end_while_a_deadly_document_is_open_are_counted_apart_from_its_deaths(office: Office) -> None:
    office.put("a.pdf", "crash 1")
    office.run()
    whole = office.exported()
    office.ledger.unlink()
    with opened(office.ledger, write=True) as book:
        book.use("r", "r")
        book.add(list(scheduler.expand([office.inbox], LAYER)))
        (job,) = book.left(alone=False)
        book.claim(job)
        book.finish(job, "again", [])
        for _ in range(2):  # killed while it was read alone
            (job,) = book.left(alone=True)
            book.claim(job)
        assert [one.attempts for one in book.left(alone=True)] == [2]
    assert b"killed its worker" in whole


def test_failures_are_records_and_are_tried_again_when_asked(office: Office) -> None:
    path = office.put("a.pdf", "broken")
    gone = office.inbox / "gone.pdf"
    assert office.run(path, gone).states == ["failed"]
    assert [record.failure.code for record in office.records()] == ["E_NOT_A_DOCUMENT", "E_NOT_FOUND"]
    assert office.run(path, gone).states == []
    assert office.run(path, gone, retry="failed").states == ["failed"]


def test_what_takes_too_long_to_understand_fails_at_once_and_its_words_are_kept(office: Office) -> None:
    office.put("long.pdf", "\n---\n".join(sheet(f"A-{page}") for page in range(200)))
    hasty = replace(LAYER, timeout=0.1)
    office.run(office.inbox / "long.pdf", chosen=hasty)
    assert [record.failure.code for record in office.records()] == ["E_TIMEOUT"]
    assert office.desk.opened == [str(office.inbox / "long.pdf")]
    with opened(office.ledger) as book:
        assert list(search(book, "A-199"))
    assert office.run(office.inbox / "long.pdf", retry="failed").states == ["done"]


def test_a_name_that_failed_is_forgotten_when_its_file_comes(office: Office) -> None:
    path = office.inbox / "late.pdf"
    office.run(path)
    office.put("late.pdf", sheet("A-1"))
    office.run(path)
    assert [record.failure for record in office.records()] == [None]


@pytest.mark.parametrize(("retry", "again"), [("failed", 0), ("review", 1), ("all", 2)])
def test_retry_reads_again_what_it_names(office: Office, retry: str, again: int) -> None:
    office.put("a.pdf", sheet("A-1"))
    office.put("b.pdf", sheet("A-2", gross="999.00"))
    office.run()
    assert office.counts() == {"post": 1, "review": 1}
    assert len(office.run(retry=retry).states) == again
    assert len(office.desk.opened) == again


def test_a_correction_that_settles_every_doubt_counts_as_posted(office: Office) -> None:
    office.put("a.pdf", sheet("A-1"))
    office.put("b.pdf", sheet("A-2", gross="121.00"))
    office.run()
    assert office.counts() == {"post": 1, "review": 1}
    with opened(office.ledger, write=True) as book:
        corrections.correct(book, "b.pdf", "total_gross", "120.00", who="me")
    assert {record.invoice.decision for record in office.records()} == {"post"}
    assert office.counts() == {"post": 2}


def test_fresh_forgets_everything_but_corrections(office: Office) -> None:
    path = office.put("a.pdf", sheet("A-1"))
    office.run()
    with opened(office.ledger, write=True) as book:
        corrections.correct(book, "a.pdf", "total_net", "90.00", who="me")
    other = office.put("b.pdf", sheet("A-2"))
    path.rename(office.inbox.parent / "elsewhere.pdf")
    office.run(fresh=True)
    assert [Path(record.file).name for record in office.records()] == [other.name]
    office.run(office.inbox.parent / "elsewhere.pdf")
    assert str(office.records()[1].invoice.fields["total_net"].value) == "90.00"


class Falling(Desk):
    """Raises `error` when the document `name` is opened."""

    def __init__(self, name: str, error: BaseException) -> None:
        super().__init__(LAYER)
        self.name, self.error = name, error

    def open_parts(self, sources: Iterable[Source | Failed]) -> Iterator[Opened]:
        for part in super().open_parts(sources):
            if part.source.name.endswith(self.name):
                raise self.error
            yield part


def test_an_interrupted_run_charges_nobody_and_resumes(office: Office) -> None:
    for index in range(3):
        office.put(f"{index}.pdf", sheet(f"A-{index}"))
    for _ in range(4):
        with pytest.raises(KeyboardInterrupt):
            office.run(desk=Falling("1.pdf", KeyboardInterrupt()))
    assert office.run().states == ["done", "done"]
    assert office.counts() == {"post": 3}


def test_a_document_that_brings_down_a_stage_costs_itself(office: Office) -> None:
    for index in range(3):
        office.put(f"{index}.pdf", sheet(f"A-{index}"))
    office.run(desk=Falling("1.pdf", RuntimeError("bang")))
    assert office.counts() == {"post": 2, "quarantined": 1}
    assert [record.failure.code for record in office.records() if record.failure] == ["E_INTERNAL"]


def test_a_missing_part_ends_the_run_and_nothing_has_failed(office: Office) -> None:
    office.put("a.pdf", "scan " + sheet("A-1"))
    with pytest.raises(MissingPart):
        office.run(chosen=OCR, engine=engine_for(office.inbox.parent / "nowhere"))
    assert office.counts() == {"left": 1}
    assert office.run(chosen=OCR, engine=engine_for(office.inbox)).states == ["done"]


class Unlucky:
    """An engine that falls over on every page but says so only by its type of error."""

    name = "unlucky"

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def read(self, pages: Iterable[PageImage]) -> Iterator[PageWords]:
        return CrashingEngine(self.engine).read(pages)

    def describe(self) -> dict[str, object]:
        return self.engine.describe()


def test_an_engine_that_falls_over_costs_the_documents_it_fell_over(office: Office) -> None:
    office.put("a.pdf", "scan " + sheet("A-1"))
    office.put("b.pdf", sheet("A-2"))
    office.run(chosen=OCR, engine=Unlucky(engine_for(office.inbox)))
    assert office.counts() == {"post": 1, "quarantined": 1}


def test_two_runs_on_one_ledger_are_one_too_many(office: Office) -> None:
    with opened(office.ledger, write=True), pytest.raises(Locked, match=str(os.getpid())):
        office.run()
    office.run()
    assert sorted(path.name for path in office.inbox.parent.iterdir()) == ["books.sqlite", "inbox"]


def test_a_ledger_that_is_none_is_refused(office: Office) -> None:
    office.ledger.write_text("not a database, whatever its name says" * 100)
    with pytest.raises(ConfigError):
        office.run()


def test_a_ledger_of_a_later_version_is_refused(office: Office) -> None:
    office.run()
    with opened(office.ledger, write=True) as book:
        book.connection.execute("PRAGMA user_version = 99")
    with pytest.raises(ConfigError, match="99"):
        office.run()


def test_a_ledger_where_nothing_can_be_written_is_refused(office: Office) -> None:
    office.ledger = office.inbox.parent / "nowhere" / "books.sqlite"
    with pytest.raises(OutputReadonly):
        office.run()


def test_names_that_no_text_can_hold_are_kept(office: Office) -> None:
    path = os.fsencode(office.inbox) + b"/\xff.pdf"
    Path(os.fsdecode(path)).write_text(sheet("A-1"), encoding="utf-8")
    office.run()
    (record,) = office.records()
    assert record.file == os.fsdecode(path)
    assert json.loads(office.exported())["fields"]["total_gross"]["value"] == "120.00"


def test_bytes_in_memory_are_documents_too(office: Office) -> None:
    office.run(sheet("A-1").encode())
    assert office.counts() == {"post": 1}


def test_a_ledger_keeps_records_exactly(office: Office) -> None:
    office.put("a.pdf", sheet("A-1"))
    office.run()
    with opened(office.ledger) as book:
        assert isinstance(book, Ledger)
    assert office.records()[0].invoice.fields["iban"].evidence.words


def test_the_mark_of_results_changes_when_they_do_and_only_then(office: Office) -> None:
    office.put("a.pdf", sheet("A-1"))
    office.run()
    marks = []
    for change in (
        lambda: None,
        lambda: office.put("b.pdf", sheet("A-2")),
        lambda: office.put("c.pdf", sheet("A-2")),
    ):
        change()
        with opened(office.ledger) as book:
            marks.append(results.mark(book))
        office.run()
        with opened(office.ledger) as book:
            marks.append(results.mark(book))
    assert marks[0] == marks[1] == marks[2]
    assert marks[3] != marks[2]
    assert marks[5] == marks[3]  # the same bytes under another name
    with opened(office.ledger, write=True) as book:
        corrections.correct(book, "a.pdf", "invoice_number", "B-1", who="somebody")
        assert results.mark(book) != marks[5]
