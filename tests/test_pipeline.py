"""From inputs to records: order, laziness, failures, the pixel check, and the functions for Python."""

from __future__ import annotations

import io
import json
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import invoice_ocr
from invoice_ocr import pipeline, recipes, settings
from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.errors import ConfigError, Empty, NotADocument, NotFound, ParserCrash
from invoice_ocr.intake import Failed, Opened, OpenedPage, Source
from invoice_ocr.model import Box, Failure, Invoice, Issue, PageImage, PageWords, Reading
from invoice_ocr.ocr.manifest import SHIPPED
from invoice_ocr.reading import read_documents
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

LETTER = Path(__file__).parent.parent / "fixtures" / "samples" / "born-digital-german-letter" / "rechnung.pdf"
SHEET = """
Example Ltd | Invoice No. | A-117
 | Invoice date | 12 March 2026
 | Net total | 100.00
 | VAT 20 % | 20.00
 | Total EUR | 120.00
"""
LAYER = settings.make({"text": "layer", "jobs": 1})
PAGE = np.full((300, 200, 3), 255, np.uint8)


class Reader:
    """An engine that reads one sheet on every page, and remembers what it was asked.

    pool: pages it takes before it gives the first back. crops: what it reads in every crop; None: what is there.
    """

    name = "fake"

    def __init__(self, sheet: str = SHEET, *, pool: int = 1, crop: tuple[str, float] = ("", 0.0)) -> None:
        (self.page,) = sketch(sheet, source="ocr").pages
        self.pool = pool
        self.crop = crop
        self.pages: list[int] = []
        self.crops = 0

    def read(self, pages: Iterable[PageImage]) -> Iterator[PageWords]:
        waiting: list[PageImage] = []
        for page in pages:
            self.pages.append(page.number)
            waiting.append(page)
            if len(waiting) >= self.pool:
                yield from (replace(self.page, number=one.number) for one in waiting)
                waiting = []
        yield from (replace(self.page, number=one.number) for one in waiting)

    def recognise(self, crops: Sequence[np.ndarray]) -> list[tuple[str, float]]:
        self.crops += len(crops)
        return [self.crop] * len(crops)

    def describe(self) -> dict[str, Any]:
        return {"runtime": "fake", "device": "none", "alphabet": "", "weights": {}, "versions": {}}


def source(name: str) -> Source:
    return Source(name, "00", 1, content=b"x")


def scan(number: int) -> OpenedPage:
    return OpenedPage(number, 144, 216, image=PageImage(number, PAGE, 100.0))


def printed(number: int) -> OpenedPage:
    (page,) = sketch("Total | 1.00").pages
    return OpenedPage(number, page.width, page.height, words=page.words)


def names(parts: Iterable[Opened], engine: Reader) -> list[tuple[str, int]]:
    """Each input's name and the number of its words, as they come."""
    found = []
    for one in read_documents(parts, lambda: engine):
        reading = one.reading
        found.append((one.source.name, sum(len(page.words) for page in reading.pages) if reading else -1))
    return found


WORDS = len(sketch(SHEET).pages[0].words)


@pytest.mark.parametrize("pool", [1, 2, 3, 100])
def test_documents_come_out_in_the_order_they_went_in_however_an_engine_pools(pool: int) -> None:
    parts = [
        Opened(source("text"), (printed(1),)),
        Opened(source("scan"), (scan(1), scan(2))),
        Opened(source("both"), (printed(1), scan(2))),
        Opened(Failed("bad", Failure("E_EMPTY", "", "")), failure=Failure("E_EMPTY", "", "")),
        Opened(source("last"), (printed(1),)),
    ]
    engine = Reader(pool=pool)
    assert names(parts, engine) == [
        ("text", 2),
        ("scan", 2 * WORDS),
        ("both", 2 + WORDS),
        ("bad", -1),
        ("last", 2),
    ]
    assert engine.pages == [1, 2, 2]


def test_pages_keep_their_order_and_number_whoever_read_them() -> None:
    parts = [Opened(source("both"), (scan(1), printed(2), scan(3)))]
    (one,) = read_documents(parts, lambda: Reader(pool=8))
    assert one.reading is not None
    assert [page.number for page in one.reading.pages] == [1, 2, 3]
    assert [page.words[0].source for page in one.reading.pages] == ["ocr", "text-layer", "ocr"]


def test_after_a_page_that_takes_too_long_the_rest_of_its_document_is_left_out_and_a_person_sees_it() -> None:
    class Late(Reader):
        def read(self, pages: Iterable[PageImage]) -> Iterator[PageWords]:
            for words in super().read(pages):
                late = (Issue("page.timeout", "it took too long"),) if words.number == 2 else ()
                yield replace(words, words=() if late else words.words, issues=late)

    parts = [Opened(source("slow"), tuple(scan(number) for number in range(1, 5))), Opened(source("next"), (scan(1),))]
    engine = Late()
    slow, after = read_documents(parts, lambda: engine)
    assert engine.pages == [1, 2, 1]
    assert slow.reading is not None
    assert [len(page.words) for page in slow.reading.pages] == [WORDS, 0, 0, 0]
    assert [issue.code for issue in slow.issues] == ["page.timeout"] * 3
    assert not after.issues
    (record,) = pipeline.records_of(slow, load_pack(), LAYER, "recipe")
    assert record.invoice is not None
    assert record.invoice.decision == "review"
    assert "page.timeout" in record.invoice.reasons


def test_a_document_that_takes_longer_than_it_may_keeps_the_pages_read_by_then() -> None:
    class Slow(Reader):
        def read(self, pages: Iterable[PageImage]) -> Iterator[PageWords]:
            for words in super().read(pages):
                time.sleep(0.5)
                yield words

    parts = [Opened(source("long"), tuple(scan(number) for number in range(1, 6))), Opened(source("next"), (scan(1),))]
    reads = read_documents(parts, lambda: Slow(pool=1), seconds=0.9)
    long = next(reads)
    time.sleep(1)  # whoever takes the documents may take his time
    after = next(reads)
    assert long.reading is not None
    assert [len(page.words) for page in long.reading.pages] == [WORDS, WORDS, 0, 0, 0]
    assert [issue.code for issue in long.issues] == ["page.timeout"] * 3
    assert all("--timeout" in issue.message for issue in long.issues)
    assert not after.issues


def test_a_document_in_parts_is_one_document() -> None:
    same = source("long")
    parts = [
        Opened(same, (scan(1), scan(2)), last=False),
        Opened(same, (scan(3),), issues=(Issue("page.skipped", "page 4"),)),
        Opened(source("next"), (printed(1),)),
    ]
    first, second = read_documents(parts, lambda: Reader(pool=2))
    assert first.reading is not None
    assert [page.number for page in first.reading.pages] == [1, 2, 3]
    assert [issue.code for issue in first.issues] == ["page.skipped"]
    assert second.source.name == "next"


def test_a_document_that_breaks_after_its_first_pages_has_failed() -> None:
    same = source("broken")
    failure = Failure("E_PARSER_CRASH", "it died", "")
    parts = [Opened(same, (scan(1),), last=False), Opened(same, failure=failure), Opened(source("next"), (scan(1),))]
    first, second = read_documents(parts, lambda: Reader(pool=9))
    assert (first.failure, first.reading) == (failure, None)
    assert second.reading is not None


def test_words_with_unknown_letters_are_filled_in_from_pixels_and_no_others() -> None:
    (page,) = sketch("Invoice | B172FB37\ufffd0003 | \ufffd1 | 6.00").pages
    parts = [Opened(source("a"), (OpenedPage(2, page.width, page.height, words=page.words),))]
    asked: list[tuple[int, Box]] = []

    def cut(_: Source, places: Sequence[tuple[int, Box]]) -> list[np.ndarray]:
        asked.extend(places)
        return [PAGE] * len(places)

    class Two(Reader):
        def recognise(self, crops: Sequence[np.ndarray]) -> list[tuple[str, float]]:
            return [("8172F837-O003", 0.9), ("", 0.0)]

    (one,) = read_documents(parts, lambda: Two(pool=1), cut)
    assert one.reading is not None
    words = one.reading.pages[0].words
    assert [(word.text, word.source) for word in words] == [
        ("Invoice", "text-layer"),
        ("B172FB37-0003", "ocr"),
        ("6.00", "text-layer"),
    ]
    assert words[1].confidence == 0.9
    assert [number for number, _ in asked] == [2, 2]
    assert asked[0][1].overlap(page.words[1].box) == page.words[1].box.area


def test_a_document_whose_unknown_words_cannot_be_cut_has_failed() -> None:
    def gone(*_: object) -> list[np.ndarray]:
        raise ParserCrash("it died")

    (page,) = sketch("Invoice | B17\ufffd3").pages
    parts = [Opened(source("a"), (OpenedPage(1, page.width, page.height, words=page.words),))]
    (one,) = read_documents(parts, lambda: Reader(pool=1), gone)
    assert one.failure is not None
    assert (one.failure.code, one.reading) == ("E_PARSER_CRASH", None)


def test_no_engine_is_loaded_where_no_page_needs_pixels() -> None:
    def never() -> Reader:
        raise AssertionError("an engine was loaded")

    parts = [Opened(source("a"), (printed(1),)), Opened(source("b"), (printed(1),))]
    assert len(list(read_documents(parts, never))) == 2


def test_a_result_is_given_as_soon_as_it_is_whole_and_little_is_opened_ahead() -> None:
    opened = 0

    def endless() -> Iterator[Opened]:
        nonlocal opened
        yield Opened(source("scan"), (scan(1),))
        while True:
            opened += 1
            yield Opened(source(str(opened)), (printed(1),))

    reads = read_documents(endless(), lambda: Reader(pool=1000))
    assert next(reads).source.name == "scan"
    assert opened < 100


def test_one_input_gives_one_record_failures_too(tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "notes.txt").write_text("no document")
    inputs = [LETTER, tmp_path / "empty.pdf", tmp_path / "nowhere.pdf", tmp_path / "notes.txt"]
    records = list(pipeline.extract(inputs, LAYER))
    assert [record.file for record in records] == [str(path) for path in inputs]
    assert [r.failure.code if r.failure else None for r in records] == [
        None, "E_EMPTY", "E_NOT_FOUND", "E_NOT_A_DOCUMENT",
    ]  # fmt: skip
    assert records[0].invoice is not None
    assert len(records[0].sha256) == 64
    assert records[0].timings["understand"] < 5


def test_the_recipe_changes_with_what_changes_results_and_with_nothing_else() -> None:
    pack = load_pack()
    assert recipes.recipe_of(LAYER, pack) == recipes.recipe_of(replace(LAYER, jobs=7), pack)
    assert recipes.recipe_of(LAYER, pack) != recipes.recipe_of(replace(LAYER, dpi=300), pack)
    assert recipes.recipe_of(LAYER, pack) != recipes.recipe_of(LAYER, replace(pack, digest="other"))


def test_the_recipe_knows_the_weights_by_their_hash(tmp_path: Path) -> None:
    pack = load_pack(None)
    other = tmp_path / "weights"
    shutil.copytree(SHIPPED, other)
    text = (other / "manifest.json").read_text(encoding="utf-8")
    manifest = json.loads(text)
    manifest["networks"]["recogniser"]["arrays"]["sha256"] = "0" * 64
    same, changed = settings.make({"weights": str(other)}), json.dumps(manifest)
    before = recipes.recipe_of(same, pack), recipes.reading_recipe_of(same)
    (other / "manifest.json").write_text(changed, encoding="utf-8")
    after = recipes.recipe_of(same, pack), recipes.reading_recipe_of(same)
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_a_reading_outlives_what_only_understanding_depends_on() -> None:
    read = recipes.reading_recipe_of(LAYER)
    assert read == recipes.reading_recipe_of(replace(LAYER, min_confidence=0.5))
    assert read != recipes.reading_recipe_of(replace(LAYER, dpi=300))
    assert read != recipes.reading_recipe_of(replace(LAYER, lang="de"))


def test_a_picture_is_read_by_the_engine_and_understood() -> None:
    (record,) = pipeline.extract([PAGE], settings.make({"jobs": 1}), engine=Reader())
    assert record.invoice is not None
    assert record.invoice.fields["total_gross"].value == Decimal("120.00")
    evidence = record.invoice.fields["total_gross"].evidence
    assert evidence is not None
    assert evidence.source == "ocr"


def test_a_text_layer_that_the_pixels_contradict_goes_to_review() -> None:
    engine = Reader(crop=("777777", 0.99))
    (record,) = pipeline.extract([LETTER], settings.make({"jobs": 1}), engine=engine)
    assert record.invoice is not None
    assert engine.crops > 0
    assert record.invoice.decision == "review"
    assert "text.layer-mismatch" in record.invoice.reasons
    assert record.invoice.fields["iban"].status == "review"


def test_with_text_layer_alone_no_pixel_is_looked_at() -> None:
    engine = Reader(crop=("777777", 0.99))
    (record,) = pipeline.extract([LETTER], LAYER, engine=engine)
    assert engine.crops == 0
    assert record.invoice is not None
    assert "text.layer-mismatch" not in record.invoice.reasons


def test_lang_leaves_only_the_rules_of_the_languages_named() -> None:
    assert {rule.language for rule in recipes.rules_for(settings.make({"lang": "fr,de-AT"})).rules} - {""} == {
        "fr",
        "de",
    }
    assert recipes.rules_for(Settings()) is load_pack()
    with pytest.raises(ConfigError, match="tlh") as caught:
        recipes.rules_for(settings.make({"lang": "tlh"}))
    assert "de" in caught.value.fix


def test_read_gives_words_and_their_lines() -> None:
    (transcript,) = pipeline.read([LETTER], LAYER)
    assert transcript.reading is not None
    assert transcript.document is not None
    assert "RECHNUNG" in [line.text for line in transcript.document.pages[0].lines]


def test_words_less_sure_than_asked_are_left_out() -> None:
    (page,) = sketch("sure doubtful").pages
    words = (replace(page.words[0], confidence=0.9), replace(page.words[1], confidence=0.2))
    reading, document = pipeline.without_doubtful(Reading((replace(page, words=words),)), 0.5)
    assert [word.text for word in reading.pages[0].words] == ["sure"]
    assert [line.text for line in document.pages[0].lines] == ["sure"]


@pytest.mark.parametrize("form", ["path", "text", "bytes", "stream"])
def test_extract_takes_a_path_bytes_and_a_stream(form: str) -> None:
    content = LETTER.read_bytes()
    given: Any = {"path": LETTER, "text": str(LETTER), "bytes": content, "stream": io.BytesIO(content)}[form]
    invoice = invoice_ocr.extract(given, text="layer", jobs=1)
    assert isinstance(invoice, Invoice)
    assert invoice.fields["total_gross"].value == Decimal("24241.82")


def test_extract_and_read_take_an_array() -> None:
    assert invoice_ocr.extract(PAGE, engine=Reader(), jobs=1).fields["invoice_number"].value == "A-117"
    assert len(invoice_ocr.read(PAGE, engine=Reader(), jobs=1).pages[0].words) == WORDS


def test_a_list_gives_a_list_in_which_failures_are_rejected(tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").touch()
    first, second = invoice_ocr.extract([LETTER, tmp_path / "empty.pdf"], text="layer", jobs=1)
    assert first.decision != "reject"
    assert second.decision == "reject"
    assert [issue.code for issue in second.issues] == ["E_EMPTY"]
    assert second.fields["total_gross"].value is None


@pytest.mark.parametrize("several", [tuple, iter, dict.fromkeys])
def test_whatever_gives_documents_is_taken_as_a_list_is(several: Any) -> None:
    (invoice,) = invoice_ocr.extract(several([LETTER]), text="layer", jobs=1)
    assert invoice.file == str(LETTER)
    (reading,) = invoice_ocr.read(several([LETTER]), text="layer", jobs=1)
    assert reading.pages


def test_invoices_bear_the_name_of_their_file(tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").touch()
    given = [LETTER, LETTER.read_bytes(), tmp_path / "empty.pdf"]
    named = [str(LETTER), "<bytes>", str(tmp_path / "empty.pdf")]
    invoices = invoice_ocr.extract(given, text="layer", jobs=1)
    assert [invoice.file for invoice in invoices] == named
    assert invoice_ocr.to_dataframe(invoices)["file"].tolist() == named
    assert invoice_ocr.extract(LETTER, text="layer", jobs=1).file == str(LETTER)


def test_everything_the_package_offers_can_be_had_and_is_listed() -> None:
    assert all(getattr(invoice_ocr, name) is not None for name in invoice_ocr.__all__)
    assert dir(invoice_ocr) == sorted(invoice_ocr.__all__)
    assert issubclass(invoice_ocr.InputError, invoice_ocr.InvoiceOcrError)
    with pytest.raises(AttributeError, match="no attribute 'extrct'"):
        _ = invoice_ocr.extrct


def test_calls_from_several_threads_do_not_disturb_each_other() -> None:
    with ThreadPoolExecutor(3) as threads:
        found = threads.map(lambda _: invoice_ocr.extract(LETTER, text="layer", jobs=1), range(6))
        assert {invoice.fields["total_gross"].value for invoice in found} == {Decimal("24241.82")}


def test_one_input_that_fails_raises_its_error(tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").touch()
    with pytest.raises(Empty):
        invoice_ocr.extract(tmp_path / "empty.pdf", jobs=1)
    with pytest.raises(NotFound):
        invoice_ocr.read(tmp_path / "nowhere.pdf", jobs=1)
    with pytest.raises(NotADocument):
        invoice_ocr.extract(b"just some text", jobs=1)


def test_what_is_no_input_at_all_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="float"):
        invoice_ocr.extract(1.5, jobs=1)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="uint8"):
        invoice_ocr.extract(np.zeros((10, 10), np.float32), jobs=1)


def test_an_unknown_option_names_the_nearest_one() -> None:
    with pytest.raises(ConfigError) as caught:
        invoice_ocr.extract(LETTER, min_confidance=0.5)
    assert "min_confidence" in caught.value.fix


def test_the_environment_does_not_reach_into_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVOICE_OCR_PAGES", "7")
    assert invoice_ocr.extract(LETTER, text="layer", jobs=1).pages == (1,)


def test_settings_are_frozen() -> None:
    with pytest.raises(AttributeError):
        Settings().dpi = 300  # type: ignore[misc]
