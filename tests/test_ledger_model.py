"""The ledger beside a dictionary that should say the same: whatever is claimed, finished, lost or corrected."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from invoice_ocr.batch import corrections, results
from invoice_ocr.batch.ledger import Job, Kept, Ledger, Retry, opened
from invoice_ocr.errors import ConfigError
from invoice_ocr.intake import Source
from invoice_ocr.model import Box, Failure, Field, Invoice, PageWords, Reading, Record, Word

RECIPES = ("r1", "r2")
DOCUMENTS = tuple(f"{index:064x}" for index in range(5))
ENDS = ("post", "review", "failed", "quarantined", "again")


@dataclass
class Made:
    """A result as the dictionary has it. end: one of ENDS, "running" while there is none."""

    end: str = "running"
    attempts: int = 0
    number: str = ""
    has_records: bool = False


@dataclass
class Known:
    """A document as the dictionary has it. recipe: of the result that counts. read: under which recipes."""

    name: str
    recipe: str = ""
    made: dict[str, Made] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)


def words_of(sha256: str, recipe: str) -> Reading:
    word = Word(f"word-{sha256[-1]}-{recipe}", Box(0, 0, 10, 10), 0.5)
    return Reading((PageWords(1, 100.0, 100.0, (word,)),))


class LedgerMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.known: dict[str, Known] = {}
        self.corrections: dict[str, str] = {}
        self.wanted = list(DOCUMENTS[:3])
        self.recipe = RECIPES[0]
        self.jobs: dict[str, Job] = {}
        self.made = 0
        self.stack = contextlib.ExitStack()

    @initialize()
    def open(self) -> None:
        self.book: Ledger = self.stack.enter_context(opened(Path(self.folder.name) / "a.ledger", write=True))
        self.begin(self.wanted, self.recipe, "", fresh=False)

    def teardown(self) -> None:
        self.stack.close()
        self.folder.cleanup()

    @rule(
        wanted=st.lists(st.sampled_from(DOCUMENTS), unique=True, min_size=1, max_size=3),
        recipe=st.sampled_from(RECIPES),
        retry=st.sampled_from(["", "", "failed", "review", "all"]),
        fresh=st.sampled_from([False, False, False, True]),
    )
    def begin(self, wanted: list[str], recipe: str, retry: Retry, *, fresh: bool) -> None:
        """A run begins, whatever the one before left behind."""
        self.recipe, self.wanted, self.jobs = recipe, wanted, {}
        self.book.use(recipe, recipe)
        if fresh:
            self.book.forget()
            self.known.clear()
        for sha256 in wanted:
            self.book.add([Source(f"in/{sha256[-1]}.pdf", sha256, 7)])
            self.known.setdefault(sha256, Known(f"in/{sha256[-1]}.pdf"))
        self.book.settle(retry)
        retried = {"failed": ENDS[2:], "review": ENDS[1:2], "all": (*ENDS, "running")}.get(retry, ())
        for sha256 in wanted:
            one = self.known[sha256]
            if recipe in one.made and one.made[recipe].end in retried:
                del one.made[recipe]
                one.read.discard(recipe)
            if recipe in one.made and one.made[recipe].has_records:
                one.recipe = recipe

    @rule()
    def crash(self) -> None:
        """The program is killed: nothing is written any more, and the same command goes on with what there is."""
        self.stack.close()
        self.stack = contextlib.ExitStack()
        self.open()

    @rule()
    def end(self) -> None:
        """The run is ended in an orderly way."""
        self.book.release()
        self.jobs = {}
        for one in self.known.values():
            for recipe, made in list(one.made.items()):
                if made.end == "running":
                    if made.attempts <= 1:
                        del one.made[recipe]
                    else:
                        made.end, made.attempts = "again", made.attempts - 1

    def open_jobs(self) -> list[Job]:
        return [job for alone in (True, False) for job in self.book.left(alone=alone) if job.sha256 not in self.jobs]

    @precondition(lambda self: self.open_jobs())
    @rule(chosen=st.integers(0, 9))
    def claim(self, chosen: int) -> None:
        jobs = self.open_jobs()
        job = jobs[chosen % len(jobs)]
        self.book.claim(job)
        self.jobs[job.sha256] = job
        made = self.known[job.sha256].made.setdefault(self.recipe, Made())
        assert job.attempts == made.attempts
        made.end, made.attempts = "running", made.attempts + 1

    @precondition(lambda self: self.jobs)
    @rule(chosen=st.integers(0, 9), end=st.sampled_from(ENDS), read=st.booleans())
    def finish(self, chosen: int, end: str, *, read: bool) -> None:
        sha256 = sorted(self.jobs)[chosen % len(self.jobs)]
        job, one = self.jobs.pop(sha256), self.known[sha256]
        made = one.made[self.recipe]
        self.made += 1
        made.end, made.number, made.has_records = end, f"N-{self.made}", True
        kept = Kept(words_of(sha256, self.recipe)) if read else None
        failure = Failure("E_TRUNCATED", "broken", "mend it")
        invoice = None
        if end in {"post", "review"}:
            number = Field("invoice_number", made.number, 0.99, "accepted")
            invoice = Invoice({"invoice_number": number}, (1,), end, reasons=("doubt",) if end == "review" else ())  # type: ignore[arg-type]
        records = [Record(job.name, sha256, invoice, None if invoice else failure, self.recipe)]
        if end == "again":
            records, made.attempts = [], 0
        else:
            one.recipe = self.recipe
        self.book.finish(job, "done" if invoice else end, records, kept)  # type: ignore[arg-type]
        if read:
            one.read.add(self.recipe)

    @precondition(lambda self: self.open_jobs())
    @rule(chosen=st.integers(0, 9), end=st.sampled_from(ENDS), read=st.booleans())
    def work(self, chosen: int, end: str, *, read: bool) -> None:
        """A document from its beginning to its end."""
        self.claim(chosen)
        self.finish(chosen, end, read=read)

    @precondition(lambda self: self.known)
    @rule(chosen=st.integers(0, 9))
    def correct(self, chosen: int) -> None:
        sha256 = sorted(self.known)[chosen % len(self.known)]
        one = self.known[sha256]
        counts = one.made.get(one.recipe)
        self.made += 1
        text = f"C-{self.made}"
        if counts is not None and counts.end in {"post", "review"}:
            corrections.correct(self.book, one.name, "invoice_number", text, who="a person")
            self.corrections[sha256] = text
        else:
            with pytest.raises(ConfigError):
                corrections.correct(self.book, one.name, "invoice_number", text, who="a person")

    @invariant()
    def results_are_those_of_the_dictionary(self) -> None:
        wanted = {}
        for sha256, one in self.known.items():
            made = one.made.get(one.recipe)
            if made is not None and made.end in {"post", "review"}:
                wanted[sha256] = (self.corrections.get(sha256, made.number), None)
            elif made is not None and made.end in {"failed", "quarantined"}:
                wanted[sha256] = (None, "E_TRUNCATED")
        exported = list(results.records(self.book))
        assert [record.sha256 for record in exported] == [sha256 for sha256 in self.known if sha256 in wanted]
        for record in exported:
            number = record.invoice.fields["invoice_number"].value if record.invoice else None
            assert (number, record.failure and record.failure.code) == wanted[record.sha256]
        assert results.counts(self.book).total() == len(self.known)

    @invariant()
    def what_is_left_is_left(self) -> None:
        for alone in (True, False):
            expected = []
            for sha256 in self.wanted:
                made = self.known[sha256].made.get(self.recipe)
                open_ = made is None or made.end in {"running", "again"}
                if open_ and (made is not None) == alone:
                    expected.append((sha256, made.attempts if made else 0))
            assert [(job.sha256, job.attempts) for job in self.book.left(alone=alone)] == expected
        ends = [made and made.end for made in (self.known[sha256].made.get(self.recipe) for sha256 in self.wanted)]
        assert self.book.extent() == (
            sum(end not in {"failed", "quarantined"} for end in ends),
            sum(1 for alone in (True, False) for _ in self.book.left(alone=alone)),
        )

    @invariant()
    def readings_are_kept(self) -> None:
        for sha256, one in self.known.items():
            (document, _, _) = corrections.find(self.book, one.name)
            for recipe in RECIPES:
                kept = self.book.kept(document, recipe)
                assert (kept.reading if kept else None) == (words_of(sha256, recipe) if recipe in one.read else None)

    @invariant()
    def the_file_is_sound(self) -> None:
        assert self.book.connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        assert self.book.connection.execute("PRAGMA foreign_key_check").fetchall() == []


TestLedgerAgainstADictionary = LedgerMachine.TestCase
TestLedgerAgainstADictionary.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
