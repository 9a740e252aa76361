"""batch, export, search, correct and status as their users see them."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from invoice_ocr.cli import main
from invoice_ocr.cli.console import Verbosity
from invoice_ocr.cli.progress import Progress
from invoice_ocr.model import FIELD_KINDS, Failure, Field, Invoice, Record

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "fixtures" / "samples"
LETTER = SAMPLES / "born-digital-german-letter" / "rechnung.pdf"
CREDIT = next((SAMPLES / "born-digital-italian-credit-note").glob("*.pdf"))
LAYER = ("--text", "layer", "-j", "1")
Invoke = Callable[..., SimpleNamespace]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test works in an empty folder with a clean environment."""
    for name in [name for name in os.environ if name.startswith("INVOICE_OCR_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def invoke(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Invoke]:
    def run(*arguments: object) -> SimpleNamespace:
        monkeypatch.setattr(sys, "argv", ["invoice-ocr", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capfd.readouterr()
        return SimpleNamespace(code=int(left.value.code or 0), out=out, err=err)

    return run


def test_a_batch_fills_a_ledger_and_files_and_goes_on_from_there(invoke: Invoke, elsewhere: Path) -> None:
    done = invoke("batch", LETTER, CREDIT, "-o", "out.csv", "-o", "out.jsonl", *LAYER)
    assert done.code == 0, done.err
    assert done.out == ""
    assert "2 documents" in done.err
    assert sorted(path.name for path in elsewhere.iterdir()) == ["out.csv", "out.jsonl", "out.ledger"]
    again = invoke("batch", LETTER, CREDIT, "-o", "out.csv", *LAYER)
    assert "2 of 2 documents done already" in again.err
    rows = list(csv.DictReader(io.StringIO((elsewhere / "out.csv").read_text(encoding="utf-8"))))
    assert [row["file"] for row in rows] == [str(LETTER), str(CREDIT)]
    assert rows[0]["total_gross"] == "24241.82"


def test_failures_are_told_and_give_the_exit_code(invoke: Invoke, elsewhere: Path) -> None:
    (elsewhere / "a.pdf").write_bytes(b"%PDF-1.4 nothing more")
    done = invoke("batch", LETTER, "a.pdf", "--ledger", "l.sqlite", *LAYER)
    assert done.code == 5
    assert "a.pdf" in done.err
    told = invoke("status", "l.sqlite")
    assert "2 documents" in told.out
    assert "1 failed" in told.out
    assert "a.pdf" in told.out
    counts = json.loads(invoke("status", "l.sqlite", "--json").out)
    assert counts["counts"]["failed"] == 1
    assert counts["running"] is None
    assert invoke("batch", "a.pdf", "--ledger", "l.sqlite", *LAYER).code == 6


def test_failures_of_earlier_runs_are_not_told_again(invoke: Invoke) -> None:
    assert "nowhere.pdf" in invoke("batch", "nowhere.pdf", "--ledger", "l.sqlite", *LAYER).err
    done = invoke("batch", LETTER, "--ledger", "l.sqlite", *LAYER)
    assert done.code == 0
    assert "nowhere.pdf" not in done.err
    assert "nowhere.pdf" in invoke("status", "l.sqlite").out


def test_an_export_of_bills_may_be_of_one_month_and_tells_what_is_not_in_it(invoke: Invoke, elsewhere: Path) -> None:
    invoke("batch", LETTER, CREDIT, "--ledger", "l.sqlite", *LAYER)
    invoke("correct", "l.sqlite", LETTER, "iban=")
    done = invoke("export", "l.sqlite", "--to", "datev", "--only", "issue_date=2024-09", "-o", "b.csv")
    assert done.code == 0, done.err
    rows = (elsewhere / "b.csv").read_text(encoding="cp1252").splitlines()
    assert [row.split(";")[0] for row in rows[2:]] == ["24241,82"]
    assert "Konto" in done.err
    assert "not in it" not in done.err
    (elsewhere / "x.pdf").write_bytes(b"%PDF-1.4 nothing more")
    invoke("batch", "x.pdf", "--ledger", "l.sqlite", *LAYER)
    assert "not in it: 1 rejected" in invoke("export", "l.sqlite", "--to", "xero", "-o", "b.csv").err
    assert invoke("export", "l.sqlite", "--only", "issue_dat=2024").code == 9
    assert invoke("export", "l.sqlite", "--only", "issue_date").code == 2
    assert invoke("export", "l.sqlite", "--only", "currency=CHF", "--to", "jsonl").out == ""


def test_bills_that_have_been_exported_are_not_exported_again(invoke: Invoke, elsewhere: Path) -> None:
    def new(name: str, *more: str) -> list[str]:
        done = invoke("export", "l.sqlite", "--to", "qbo", "--new", "-o", name, *more)
        assert done.code == 0, done.err
        rows = csv.DictReader(io.StringIO((elsewhere / name).read_text(encoding="utf-8")))
        return list(dict.fromkeys(row["Bill no."] for row in rows))

    invoke("batch", LETTER, "--ledger", "l.sqlite", *LAYER)
    assert len(new("1.csv")) == 1
    invoke("batch", CREDIT, "--ledger", "l.sqlite", *LAYER)
    (number,) = new("2.csv", "--only", "document_type=credit_note")
    assert number == json.loads(invoke("export", "l.sqlite").out.splitlines()[1])["fields"]["invoice_number"]["value"]
    assert new("3.csv") == []
    assert len((elsewhere / "2.csv").read_text(encoding="utf-8").splitlines()) > 1
    there = invoke("export", "l.sqlite", "--to", "qbo", "--new", "-o", "2.csv")
    assert (there.code, "already" in there.err) == (7, True)
    assert "2 exported before" in invoke("export", "l.sqlite", "--to", "qbo", "--new", "-o", "4.csv").err
    invoke("batch", LETTER, CREDIT, "--ledger", "l.sqlite", "--fresh", "--yes", *LAYER)
    assert new("5.csv") == []
    assert invoke("export", "l.sqlite", "--to", "xero", "--new", "-o", "6.csv").code == 0
    assert invoke("export", "l.sqlite", "--new", "-o", "7.csv").code == 2


def test_lines_beside_bills_are_those_of_the_bills_written(invoke: Invoke, elsewhere: Path) -> None:
    def lined(*more: str) -> set[str]:
        assert invoke("export", "l.sqlite", "--to", "xero", "--lines", "lines.csv", *more).code == 0
        rows = csv.DictReader(io.StringIO((elsewhere / "lines.csv").read_text(encoding="utf-8-sig")))
        return {Path(row["file"]).name for row in rows}

    invoke("batch", LETTER, "--ledger", "l.sqlite", *LAYER)
    assert lined("--new", "-o", "1.csv") == {LETTER.name}
    invoke("batch", CREDIT, "--ledger", "l.sqlite", *LAYER)
    assert lined("--new", "-o", "2.csv") == {CREDIT.name}
    assert lined("--new", "-o", "3.csv") == set()
    assert lined("-o", "4.csv") == {LETTER.name, CREDIT.name}
    invoke("correct", "l.sqlite", CREDIT, "decision=review")
    assert lined("-o", "5.csv") == {LETTER.name}


def test_a_bill_that_a_format_leaves_out_is_told_and_exported_once_it_has_a_total(
    invoke: Invoke, elsewhere: Path
) -> None:
    invoke("batch", LETTER, "--ledger", "l.sqlite", *LAYER)
    invoke("correct", "l.sqlite", LETTER, "total_gross=", "decision=post")
    done = invoke("export", "l.sqlite", "--to", "xero", "--new", "-o", "1.csv")
    assert "0 bills in it; not in it: 1 without a total or amounts" in done.err
    invoke("correct", "l.sqlite", LETTER, "total_gross=24241.82")
    done = invoke("export", "l.sqlite", "--to", "xero", "--new", "-o", "2.csv")
    assert "not in it" not in done.err
    assert "24241.82" in (elsewhere / "2.csv").read_text(encoding="utf-8")
    assert "0 bills" in invoke("export", "l.sqlite", "--to", "xero", "--only", "currency=CHF", "-o", "3.csv").err


@pytest.mark.parametrize(
    "options",
    [
        ("--to", "csv", "--force"),
        ("--to", "xero", "--validate"),
        ("--to", "ubl", "--lines", "l.csv"),
        ("--to", "csv", "--mapping", "m.yaml"),
    ],
)
def test_options_that_a_format_has_no_use_for_are_refused(invoke: Invoke, elsewhere: Path, options: list[str]) -> None:
    invoke("batch", LETTER, "--ledger", "l.sqlite", *LAYER)
    done = invoke("export", "l.sqlite", "-o", "x.csv", *options)
    assert (done.code, options[-2 if "." in options[-1] else -1] in done.err) == (2, True)
    assert not (elsewhere / "x.csv").exists()


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(invoke: Invoke, elsewhere: Path) -> None:
    (elsewhere / "copy.pdf").write_bytes(LETTER.read_bytes())
    first = invoke("batch", LETTER, "copy.pdf", "--ledger", "l.sqlite", "--dry-run", *LAYER)
    assert first.out == f"read\t{LETTER}\nsame\tcopy.pdf\n"
    assert [path.name for path in elsewhere.iterdir()] == ["copy.pdf"]
    invoke("batch", LETTER, "--ledger", "l.sqlite", *LAYER)
    assert invoke("batch", LETTER, "--ledger", "l.sqlite", "--dry-run", *LAYER).out == f"done\t{LETTER}\n"
    changed = invoke("batch", LETTER, "--ledger", "l.sqlite", "--dry-run", "--min-confidence", "0.9", *LAYER)
    assert changed.out == f"understand\t{LETTER}\n"


@pytest.mark.parametrize("asked", [(), ("--dry-run",)])
def test_a_folder_without_documents_is_named(invoke: Invoke, elsewhere: Path, asked: tuple[str, ...]) -> None:
    (elsewhere / "full").mkdir()
    (elsewhere / "full" / "letter.pdf").write_bytes(LETTER.read_bytes())
    (elsewhere / "empty").mkdir()
    done = invoke("batch", "empty", "full", "--ledger", "l.sqlite", *asked, *LAYER)
    assert done.code == 0
    assert "there is no document in empty" in done.err
    assert "in full" not in done.err
    assert "no documents" in invoke("batch", "empty", "--ledger", "none.sqlite", *LAYER).err


def test_nothing_is_said_where_the_ledger_should_be(invoke: Invoke) -> None:
    assert invoke("batch", LETTER, *LAYER).code == 2


@pytest.mark.parametrize("target", ["-o", "--report", "--ledger"])
def test_an_output_inside_the_input_is_refused(invoke: Invoke, elsewhere: Path, target: str) -> None:
    (elsewhere / "inbox").mkdir()
    done = invoke("batch", "inbox", "--ledger", "l.sqlite", target, "inbox/out.csv", *LAYER)
    assert done.code == 7
    assert "E_OUTPUT_READONLY" in done.err
    assert list((elsewhere / "inbox").iterdir()) == []


def test_corrections_show_in_exports_and_searches_find_places(invoke: Invoke, elsewhere: Path) -> None:
    invoke("batch", LETTER, "--ledger", "l.sqlite", *LAYER)
    assert invoke("correct", "l.sqlite", "rechnung.pdf", "total_net=20000.00", "--who", "ann").code == 0
    (record,) = map(json.loads, invoke("export", "l.sqlite").out.splitlines())
    assert record["fields"]["total_net"]["value"] == "20000.00"
    assert record["fields"]["total_net"]["status"] == "corrected"
    assert "ann" in record["fields"]["total_net"]["rule"]
    assert invoke("export", "l.sqlite", "-o", "out.xlsx").code == 0
    number = record["fields"]["invoice_number"]
    (hit,) = map(json.loads, invoke("search", "l.sqlite", number["text"], "--json").out.splitlines()[:1])
    assert (hit["file"], hit["page"]) == (str(LETTER), number["page"])
    assert abs(hit["box"][0] - number["box"][0]) < 1
    assert sorted(path.name for path in elsewhere.iterdir()) == ["l.sqlite", "out.xlsx"]


def test_a_ledger_in_a_place_that_cannot_be_written_is_named_with_its_option(invoke: Invoke) -> None:
    done = invoke("batch", LETTER, "--ledger", "/proc/l.sqlite", *LAYER)
    assert done.code == 7
    assert "--ledger" in done.err


def test_what_waits_for_a_person_is_told_with_its_reasons(invoke: Invoke) -> None:
    invoke("batch", LETTER, CREDIT, "--ledger", "l.sqlite", "--min-confidence", "0.9999", *LAYER)
    assert len(invoke("status", "l.sqlite").out.splitlines()) == 1
    _, first, second = invoke("status", "l.sqlite", "--review").out.splitlines()
    assert first.split("\t")[:2] == ["review", str(LETTER)]
    assert "invoice_number.unsure" in second.split("\t")[2]
    told = json.loads(invoke("status", "l.sqlite", "--review", "--json").out)["review"]
    assert [one["decision"] for one in told] == ["review", "review"]


def test_corrections_are_told_with_who_made_them_and_when(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    invoke("batch", LETTER, CREDIT, "--ledger", "l.sqlite", *LAYER)
    invoke("correct", "l.sqlite", LETTER.name, "total_net=20000.00", "due_date=", "--who", "ann")
    monkeypatch.setattr("getpass.getuser", lambda: {}["nobody"])
    assert invoke("correct", "l.sqlite", CREDIT.name, "buyer_name=B").code == 0
    rows = [line.split("\t") for line in invoke("correct", "l.sqlite").out.splitlines()]
    assert [(row[1], row[2], row[4]) for row in rows] == [
        ("ann", str(LETTER), "total_net=20000.00"),
        ("ann", str(LETTER), "due_date="),
        (str(os.getuid()), str(CREDIT), "buyer_name=B"),
    ]
    (told,) = map(json.loads, invoke("correct", "l.sqlite", CREDIT.name, "--json").out.splitlines())
    assert (told["field"], told["value"], told["invoice"], told["at"][:2]) == ("buyer_name", "B", 1, "20")


def test_search_says_where_words_stand_and_when_there_are_none(invoke: Invoke) -> None:
    invoke("batch", LETTER, "--ledger", "l.sqlite", *LAYER)
    lines = invoke("search", "l.sqlite", "RECHNUNG").out.splitlines()
    assert lines
    assert all(line.split("\t")[0] == str(LETTER) and "echnung" in line.split("\t")[3].lower() for line in lines)
    nothing = invoke("search", "l.sqlite", 'zebra" OR "*')
    assert (nothing.code, nothing.out) == (0, "")
    assert "Nothing" in nothing.err
    assert len(invoke("search", "l.sqlite", "e", "--most", "2").out.splitlines()) <= 2


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("search", "l.sqlite", ""), "nothing to search for"),
        (("search", "l.sqlite", "!?"), "nothing to search for"),
        (("correct", "l.sqlite", LETTER.name, "total_gross=much"), "is no value for total_gross"),
        (("correct", "l.sqlite", LETTER.name, "decision=maybe"), "is no decision"),
        (("correct", "l.sqlite", LETTER.name, "total_gros=1.00"), "Did you mean 'total_gross'"),
    ],
)
def test_words_and_values_that_are_none_are_wrong_usage(invoke: Invoke, asked: tuple[str, ...], said: str) -> None:
    invoke("batch", LETTER, "--ledger", "l.sqlite", *LAYER)
    done = invoke(*asked)
    assert done.code == 2
    assert said in " ".join(done.err.split())


@pytest.mark.parametrize("verb", [("export",), ("status",), ("search", "x"), ("correct", "a", "iban="), ("correct",)])
def test_a_ledger_that_is_not_there_is_told(invoke: Invoke, elsewhere: Path, verb: tuple[str, ...]) -> None:
    done = invoke(verb[0], "none", *verb[1:])
    assert done.code == 9
    assert "no ledger" in done.err
    assert list(elsewhere.iterdir()) == []


def test_the_report_is_one_page_that_asks_nobody_with_failures_first(invoke: Invoke, elsewhere: Path) -> None:
    (elsewhere / "<script>alert(1)<.pdf").write_bytes(b"%PDF-1.4 nothing more")
    done = invoke("batch", LETTER, "<script>alert(1)<.pdf", "--ledger", "l.sqlite", "--report", "r.html", *LAYER)
    assert done.code == 5
    page = (elsewhere / "r.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert "<script>alert" not in page
    assert page.index('class="reject"') < page.index(str(LETTER))
    assert page.count("data:image/jpeg;base64,") == 1
    assert 'data-field="total_gross"' in page
    assert "24241.82" in page
    assert not any(f"{quote}{scheme}:" in page for quote in "\"'(" for scheme in ("http", "https", "file"))


def test_the_report_begins_with_what_could_not_be_read_and_what_is_no_invoice(invoke: Invoke, elsewhere: Path) -> None:
    import pymupdf

    with pymupdf.open() as letter:
        letter.new_page().insert_text((72, 72), "Dear Sir, thank you for the talk.")
        letter.save(elsewhere / "a-letter.pdf")
    (elsewhere / "broken.pdf").write_bytes(b"%PDF-1.4 nothing more")
    invoke("batch", LETTER, "a-letter.pdf", "broken.pdf", "--ledger", "l.sqlite", "--report", "r.html", *LAYER)
    page = (elsewhere / "r.html").read_text(encoding="utf-8")
    places = [page.index(f"<h2>{name}<") for name in ("broken.pdf", "a-letter.pdf", LETTER)]
    assert places == sorted(places)


def test_the_report_says_in_words_why_a_document_is_for_review(invoke: Invoke, elsewhere: Path) -> None:
    wary = ("--min-confidence", "0.9999")
    assert invoke("batch", LETTER, "--ledger", "l.sqlite", "--report", "r.html", *wary, *LAYER).code == 0
    page = (elsewhere / "r.html").read_text(encoding="utf-8")
    assert "<li>total gross unsure <code>total_gross.unsure</code></li>" in page


def record(decision: str = "post") -> Record:
    fields = {name: Field(name, None, 0.0, "missing") for name in FIELD_KINDS}
    return Record("a.pdf", "0", Invoice(fields, (1,), decision))  # type: ignore[arg-type]


def test_progress_counts_by_fate_and_says_how_long_it_will_take() -> None:
    now = [0.0]
    progress = Progress(Verbosity(), clock=lambda: now[0])
    progress.begun(10, 8)
    now[0] = 4.0
    progress.finished("done", [record()], 2)
    progress.finished("done", [record("review")], 1)
    progress.finished("done", [record("reject")], 1)
    progress.finished("failed", [Record("b", "1", None, Failure("E_EMPTY", "", ""))], 0)
    assert progress.line() == "1 done · 1 review · 2 rejected · 4 left · 1.0 pages/s · 0:00:04 to go"


def test_where_nobody_looks_there_is_a_line_every_half_minute(capsys: pytest.CaptureFixture[str]) -> None:
    now = [0.0]
    progress = Progress(Verbosity(), clock=lambda: now[0])
    progress.begun(100, 100)
    for second in range(1, 66):
        now[0] = float(second)
        progress.finished("done", [record()], 1)
    lines = [line for line in capsys.readouterr().err.splitlines() if "left" in line]
    assert [line.split(" · ")[0] for line in lines] == ["30 done", "60 done"]


def test_a_document_that_cannot_be_opened_is_not_called_done(invoke: Invoke) -> None:
    batch = ("batch", LETTER, "nowhere.pdf", "--ledger", "l", *LAYER)
    assert "done already" not in invoke(*batch).err
    assert "1 of 1 document done already" in invoke(*batch).err


def test_fresh_asks_before_it_throws_work_away(invoke: Invoke) -> None:
    again = ("batch", LETTER, "--ledger", "l", *LAYER, "--fresh")
    assert invoke(*again).code == 0
    refused = invoke(*again)
    assert refused.code == 9
    assert "would forget 1 document of" in " ".join(refused.err.split())
    assert "--yes" in refused.err
    assert "1 of 1 document done already" in invoke(*again[:-1]).err
    assert "done already" not in invoke(*again, "--yes").err


def test_e_invoices_are_files_in_a_folder_and_what_is_missing_is_told(invoke: Invoke, elsewhere: Path) -> None:
    assert invoke("batch", LETTER, CREDIT, "--ledger", "l", *LAYER).code == 0
    assert invoke("correct", "l", CREDIT.name, "buyer_name=").code == 0
    done = invoke("export", "l", "--to", "cii", "-o", "made/", "--force", "--validate")
    assert done.code == 5, done.err
    assert [path.name for path in (elsewhere / "made").iterdir()] == [f"{LETTER.stem}.xml"]
    assert "1 e-invoices → made; 1 could not be written" in done.err
    assert "lacks what EN 16931 asks for" in " ".join(done.err.split())
    for form in ("ubl", "cii", "facturx"):
        one = invoke("export", "l", "--to", form)
        assert (one.code, one.out) == (9, "")
        assert "a file holds one e-invoice" in one.err
        assert f"--to {form} -o FOLDER/ writes all" in " ".join(one.err.split())


def test_a_factur_x_pdf_is_made_of_the_documents_own_pages(invoke: Invoke, elsewhere: Path) -> None:
    assert invoke("batch", LETTER, "--ledger", "l", *LAYER).code == 0
    done = invoke("export", "l", "--to", "facturx", "-o", "made.pdf", "--force", "--dpi", "60")
    assert done.code == 0, done.err
    again = invoke("extract", "made.pdf", "--to", "json", "--text", "layer")
    assert json.loads(again.out)["fields"]["invoice_number"]["value"]
