"""The command as its users see it: streams, files, exit codes, messages."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from invoice_ocr.cli import main
from invoice_ocr.model import FIELD_KINDS

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "fixtures" / "samples"
LETTER = SAMPLES / "born-digital-german-letter" / "rechnung.pdf"
LAYER = ("--text", "layer", "-j", "1")


class Run(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test works in an empty folder with a clean environment."""
    for name in [name for name in os.environ if name.startswith("INVOICE_OCR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def invoke(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    def run(*arguments: str | Path) -> Run:
        monkeypatch.setattr(sys, "argv", ["invoice-ocr", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capfd.readouterr()
        return Run(int(left.value.code or 0), out, err)

    return run


def test_extract_writes_one_json_object_a_line_where_nobody_looks(invoke) -> None:
    done = invoke("extract", LETTER, LETTER, *LAYER)
    records = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == 0
    assert [record["file"] for record in records] == [str(LETTER)] * 2
    assert records[0]["schema"] == "invoice-ocr/1"
    assert list(records[0]["fields"]) == list(FIELD_KINDS)
    assert records[0]["fields"]["total_gross"]["value"] == "24241.82"
    assert records[0]["recipe"]


def test_extract_to_table_shows_fields_decision_and_a_hint(invoke) -> None:
    done = invoke("extract", LETTER, "--to", "table", *LAYER)
    assert "24,241.82" in done.out
    assert "invoice number" in done.out
    assert "-o invoices.csv" in done.err
    assert "-o invoices.csv" not in done.out


def test_quiet_says_nothing_but_errors(invoke) -> None:
    assert invoke("extract", LETTER, "--to", "table", "-q", *LAYER).err == ""
    assert "E_NOT_FOUND" in invoke("extract", "nowhere.pdf", "-q", *LAYER).err


@pytest.mark.parametrize("suffix", ["json", "jsonl", "csv", "xlsx"])
def test_the_suffix_of_the_output_names_its_format(invoke, elsewhere: Path, suffix: str) -> None:
    done = invoke("extract", LETTER, "-o", f"out.{suffix}", *LAYER)
    made = (elsewhere / f"out.{suffix}").read_bytes()
    assert done.code == 0
    assert done.out == ""
    assert f"out.{suffix}" in done.err
    if suffix == "xlsx":
        assert zipfile.ZipFile(io.BytesIO(made)).testzip() is None
    elif suffix == "csv":
        assert next(csv.DictReader(io.StringIO(made.decode())))["total_gross"] == "24241.82"
    else:
        assert json.loads(made)["fields"]["total_gross"]["value"] == "24241.82"
    assert [path.name for path in elsewhere.iterdir()] == [f"out.{suffix}"], "no temporary file stays"


def test_an_output_of_unknown_suffix_is_a_usage_error(invoke) -> None:
    done = invoke("extract", LETTER, "-o", "out.doc")
    assert done.code == 2
    assert ".csv" in done.err


def test_an_unknown_format_is_a_usage_error(invoke) -> None:
    assert invoke("extract", LETTER, "--to", "yaml").code == 2


def test_an_output_that_cannot_be_written_is_7_and_said_before_anything_is_read(invoke, elsewhere: Path) -> None:
    done = invoke("extract", LETTER, "-o", elsewhere / "no" / "such" / "out.csv", *LAYER)
    assert done.code == 7
    assert "E_OUTPUT_READONLY" in done.err


def test_a_run_that_fails_leaves_an_older_output_as_it_was(invoke, elsewhere: Path) -> None:
    (elsewhere / "out.csv").write_text("old")
    assert invoke("extract", LETTER, "-o", "out.csv", "--rules", elsewhere / "none", *LAYER).code == 9
    assert (elsewhere / "out.csv").read_text() == "old"
    assert len(list(elsewhere.iterdir())) == 1


@pytest.mark.parametrize("named", ["in.pdf", ".", "*.pdf"])
def test_no_document_that_is_read_is_written_over(invoke, elsewhere: Path, named: str) -> None:
    shutil.copy(LETTER, elsewhere / "in.pdf")
    for done in (
        invoke("read", named, "-o", "in.pdf", *LAYER),
        invoke("extract", named, "--to", "csv", "-o", "in.pdf", *LAYER),
        invoke("extract", named, "--to", "csv", "--lines", "in.pdf", *LAYER),
    ):
        assert (done.code, done.out) == (7, "")
        assert "E_OUTPUT_READONLY" in done.err
    assert (elsewhere / "in.pdf").read_bytes() == LETTER.read_bytes()
    (elsewhere / "out.csv").write_text("an older result")
    assert invoke("extract", named, "-o", "out.csv", *LAYER).code == 0


def test_a_device_is_written_to_and_not_replaced(invoke, elsewhere: Path) -> None:
    os.mkfifo(elsewhere / "pipe")
    with subprocess.Popen(["cat", "pipe"], stdout=subprocess.PIPE) as reader:
        assert invoke("extract", LETTER, "--to", "csv", "-o", "pipe", *LAYER).code == 0
        assert "24241.82" in reader.communicate(timeout=60)[0].decode()
    assert [(path.name, path.is_fifo()) for path in elsewhere.iterdir()] == [("pipe", True)]


def test_a_link_stays_one_and_what_it_leads_to_is_written(invoke, elsewhere: Path) -> None:
    (elsewhere / "out.csv").symlink_to("kept.csv")
    assert invoke("extract", LETTER, "-o", "out.csv", *LAYER).code == 0
    assert (elsewhere / "out.csv").is_symlink()
    assert "24241.82" in (elsewhere / "kept.csv").read_text()


@pytest.mark.parametrize("place", ["-", "/dev/stdout"])
def test_stdout_has_two_names(invoke, place: str) -> None:
    assert "24241.82" in invoke("extract", LETTER, "--to", "csv", "-o", place, *LAYER).out
    assert "RECHNUNG" in invoke("read", LETTER, "-o", place, *LAYER).out


def test_a_full_disk_behind_stdout_is_7() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command("extract", LETTER, *LAYER), stdout=full, stderr=subprocess.PIPE, check=False, timeout=120
        )
    assert done.returncode == 7
    assert b"E_DISK_FULL" in done.stderr


def test_stdin_that_is_closed_is_told() -> None:
    asked = f"{sys.executable} -m invoice_ocr extract - <&-"
    done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 6
    assert "stdin is closed" in done.stderr


def test_two_outputs_in_one_file_are_refused(invoke, elsewhere: Path) -> None:
    assert invoke("extract", LETTER, "-o", "out.csv", "--lines", "./out.csv", *LAYER).code == 9
    assert "written twice" in invoke("batch", LETTER, "-o", "out.csv", "--report", "./out.csv", *LAYER).err
    assert "written twice" in invoke("batch", LETTER, "-o", "out.csv", "--ledger", "out.csv", *LAYER).err
    assert not list(elsewhere.iterdir())


def test_streams_that_are_closed_hold_up_nobody_who_writes_a_file(elsewhere: Path) -> None:
    asked = f"{sys.executable} -m invoice_ocr extract {LETTER} -o out.csv --text layer -j 1 <&- >&- 2>&-"
    assert subprocess.run(["bash", "-c", asked], check=False, timeout=120).returncode == 0
    assert "24241.82" in (elsewhere / "out.csv").read_text()


@pytest.mark.parametrize("to", ["jsonl", "table"])
def test_a_stdout_that_is_closed_is_7(to: str) -> None:
    asked = f"{sys.executable} -m invoice_ocr extract {LETTER} --to {to} --text layer -j 1 >&-"
    done = subprocess.run(["bash", "-c", asked], stderr=subprocess.PIPE, text=True, check=False, timeout=120)
    assert done.returncode == 7
    assert done.stderr.splitlines()[0] == "error: stdout is closed"


def test_what_is_told_goes_to_no_other_stream_when_stderr_is_closed() -> None:
    asked = f"{sys.executable} -m invoice_ocr extract gone.pdf {LETTER} --text layer -j 1 2>&-"
    done = subprocess.run(["bash", "-c", asked], stdout=subprocess.PIPE, text=True, check=False, timeout=120)
    assert done.returncode == 5
    assert [json.loads(line)["decision"] for line in done.stdout.splitlines()] == ["reject", "post"]


def test_line_items_go_to_a_file_of_their_own(invoke, elsewhere: Path) -> None:
    assert invoke("extract", LETTER, "-o", "out.csv", "--lines", "lines.csv", *LAYER).code == 0
    assert (elsewhere / "lines.csv").read_text().startswith("file,document,invoice_number,position")


def test_one_failed_input_of_several_is_5_and_has_its_record(invoke, elsewhere: Path) -> None:
    (elsewhere / "empty.pdf").touch()
    done = invoke("extract", LETTER, "empty.pdf", *LAYER)
    records = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == 5
    assert [record["decision"] for record in records][1] == "reject"
    assert records[1]["error"]["code"] == "E_EMPTY"
    assert "E_EMPTY" in done.err


def test_a_name_that_is_not_there_brings_up_the_one_that_was_meant(invoke, elsewhere: Path) -> None:
    (elsewhere / "rechnung.pdf").touch()
    assert "Did you mean rechnung.pdf?" in invoke("extract", "rechnug.pdf", *LAYER).err
    assert "there is no folder scans" in invoke("extract", "scans/a.pdf", *LAYER).err


def test_a_link_to_nothing_is_told_as_such(invoke, elsewhere: Path) -> None:
    (elsewhere / "gone.pdf").symlink_to("nowhere.pdf")
    assert "gone.pdf is a link to what is not there" in invoke("extract", "gone.pdf", *LAYER).err


@pytest.mark.parametrize("verb", ["extract", "read"])
def test_a_folder_without_documents_is_told(invoke, elsewhere: Path, verb: str) -> None:
    (elsewhere / "inbox").mkdir()
    (elsewhere / "inbox" / "notes.txt").write_text("nothing")
    done = invoke(verb, "inbox", *LAYER)
    assert (done.code, done.out) == (0, "")
    assert done.err == "there is no document in inbox\nno document was found\n"


def test_a_folder_without_documents_among_others_is_named(invoke, elsewhere: Path) -> None:
    (elsewhere / "inbox").mkdir()
    done = invoke("extract", "inbox", LETTER, *LAYER)
    assert done.code == 0
    assert "there is no document in inbox" in done.err
    assert invoke("extract", "inbox", LETTER, "-q", *LAYER).err == ""


def test_extract_saves_what_the_networks_saw(invoke, elsewhere: Path) -> None:
    scan = SAMPLES / "picture-of-english-invoice" / "invoice.png"
    assert invoke("extract", scan, "--save-clean", "seen", "-j", "1").code == 0
    (seen,) = (elsewhere / "seen").iterdir()
    assert seen.read_bytes().startswith(b"\x89PNG")


def test_all_inputs_failed_is_6(invoke) -> None:
    assert invoke("extract", "nowhere.pdf", *LAYER).code == 6
    assert invoke("read", "nowhere.pdf", *LAYER).code == 6


def test_need_for_review_is_4_only_when_asked_for(invoke) -> None:
    assert invoke("extract", LETTER, "--min-confidence", "1", *LAYER).code == 0
    assert invoke("extract", LETTER, "--min-confidence", "1", "--fail-on", "review", *LAYER).code == 4


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("extract", "--dpi", "0", "x.pdf"), 9, "--dpi"),
        (("extract", "--dpi", "200.5", "x.pdf"), 9, "whole number"),
        (("extract", "--max-memory-mb", "64", "x.pdf"), 9, "128"),
        (("extract", "--password-file", "nowhere", "x.pdf"), 9, "one password a line"),
        (("extract", "--text", "words", "x.pdf"), 9, "layer"),
        (("extract", "--no-such-flag", "x.pdf"), 2, "--no-such-flag"),
        (("extract", "--txt", "ocr", "x.pdf"), 2, "Did you mean --text?"),
        (("frobnicate",), 2, "frobnicate"),
        (("extrct", "x.pdf"), 2, "Did you mean 'extract'"),
        (("rules", "chek"), 2, "Did you mean 'check'"),
        (("explain", "x.pdf"), 2, "FIELD"),
        (("batch", "x.pdf"), 2, "--ledger"),
        (("batch", "x.pdf", "--retry", "none"), 2, "'failed', 'review', 'all'"),
        (("extract", "--rules", "nowhere", "x.pdf"), 9, "nowhere"),
        (("explain", "x.pdf", "total_grss"), 9, "'total_gross'"),
        (("explain", "x.pdf", "total"), 9, "Did you mean 'total_tax', 'total_net', 'total_gross'?"),
        (("read", "x.pdf", "-o", "none/x.txt"), 7, "there is no folder none"),
        (("score", "nowhere.jsonl", "x.pdf"), 9, "nowhere.jsonl"),
    ],
)
def test_mistakes_of_the_caller_have_their_exit_code_and_say_what_is_wrong(
    invoke, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = invoke(*arguments)
    assert done.code == code
    assert said in done.err
    assert "Traceback" not in done.err
    assert done.out == ""
    first, *rest, last = done.err.splitlines()
    assert first.startswith("error: ")
    assert any(line.startswith("  fix: ") for line in rest)
    assert (
        last.strip()
        in {
            2: {"E_USAGE"},
            7: {"E_OUTPUT_READONLY"},
            9: {"E_CONFIG", "E_RULE"},
        }[code]
    )


def test_a_message_is_four_lines_at_most_and_says_what_where_remedy_and_code(invoke, elsewhere: Path) -> None:
    (elsewhere / "notes.txt").write_text("just some text")
    lines = invoke("extract", "notes.txt", *LAYER).err.splitlines()
    assert len(lines) <= 4
    assert lines[0].startswith("error: ")
    assert any("notes.txt" in line for line in lines)
    assert any(line.strip().startswith("fix:") for line in lines)
    assert lines[-1].strip() == "E_NOT_A_DOCUMENT"


def test_a_traceback_is_shown_with_debug_only(invoke) -> None:
    assert "Traceback" not in invoke("extract", LETTER, "--pages", "3-1", *LAYER).err
    assert "Traceback" in invoke("extract", LETTER, "--pages", "3-1", "--debug", *LAYER).err


def test_a_variable_and_a_file_say_what_flags_say(invoke, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / "invoice-ocr.toml").write_text('text = "layer"\njobs = 1\n')
    monkeypatch.setenv("INVOICE_OCR_MIN_CONFIDENCE", "1")
    (record,) = map(json.loads, invoke("extract", LETTER).out.splitlines())
    assert {field["status"] for field in record["fields"].values()} == {"review", "missing"}
    monkeypatch.setenv("INVOICE_OCR_MIN_CONFIDANCE", "1")
    done = invoke("extract", LETTER)
    assert done.code == 9
    assert "INVOICE_OCR_MIN_CONFIDENCE" in done.err


def test_dry_run_names_what_would_be_read_and_opens_nothing(invoke, elsewhere: Path) -> None:
    shutil.copy(LETTER, elsewhere / "a.pdf")
    shutil.copy(LETTER, elsewhere / "B.PDF")
    (elsewhere / "list.txt").write_text("a.pdf\n")
    assert invoke("extract", "--dry-run", "*.pdf").out.split() == ["B.PDF", "a.pdf"]
    assert invoke("read", "--dry-run", "B.PDF", "@list.txt").out.split() == ["B.PDF", "a.pdf"]
    assert invoke("read", "--dry-run", ".", "@list.txt").out.split() == ["./B.PDF", "./a.pdf"]
    assert invoke("read", "--dry-run", "a.pdf", "none.pdf").code == 5


def test_what_a_library_prints_to_stdout_does_not_reach_it(invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    from invoice_ocr import pipeline

    honest = pipeline.lay_out

    def noisy(reading: object) -> object:
        sys.__stdout__.write("written by Python\n")
        sys.__stdout__.flush()
        os.write(1, b"written by C\n")
        return honest(reading)

    monkeypatch.setattr(pipeline, "lay_out", noisy)
    done = invoke("extract", LETTER, *LAYER)
    assert [json.loads(line)["file"] for line in done.out.splitlines()] == [str(LETTER)]
    assert "written by C" in done.err


def test_read_gives_lines_of_text(invoke) -> None:
    done = invoke("read", LETTER, *LAYER)
    assert done.code == 0
    assert "RECHNUNG" in done.out.splitlines()


def test_read_gives_json_and_csv_with_places(invoke) -> None:
    made = json.loads(invoke("read", LETTER, "--to", "json", *LAYER).out)
    assert made["file"] == str(LETTER)
    assert {"text", "confidence", "box", "source"} == set(made["pages"][0]["words"][0])
    header, *rows = invoke("read", LETTER, "--to", "csv", *LAYER).out.splitlines()
    assert header == "page,line,text,confidence,left,top,right,bottom"
    assert len(rows) == len(made["pages"][0]["words"])


def test_read_leaves_out_words_less_sure_than_asked(invoke) -> None:
    assert invoke("read", LETTER, "--min-confidence", "1", *LAYER).out.strip()
    assert invoke("read", LETTER, "--min-confidence", "2", *LAYER).code == 2


def test_read_writes_one_file_an_input_into_a_folder_and_shows_how_each_starts(invoke, elsewhere: Path) -> None:
    done = invoke("read", LETTER, LETTER, "-o", "texts", *LAYER)
    assert done.code == 0
    assert sorted(path.name for path in (elsewhere / "texts").iterdir()) == ["rechnung.pdf.2.txt", "rechnung.pdf.txt"]
    assert "RECHNUNG" in (elsewhere / "texts" / "rechnung.pdf.txt").read_text()
    assert "1 page, " in done.err


def test_explain_shows_candidates_with_rule_and_place(invoke) -> None:
    done = invoke("explain", LETTER, "total_gross", *LAYER)
    assert done.code == 0
    assert "24,241.82" in done.out
    assert "total_gross" in done.out.splitlines()[0]
    assert "20371.28 + 3870.54 = 24241.82" in done.out.splitlines()[1]
    (taken,) = [line for line in done.out.splitlines() if line.lstrip().startswith(">")]
    assert "de.total_gross.right" in taken
    assert "fi.total_gross" not in done.out, "rules of languages that the letter is not in had no say"


def test_rules_check_counts_the_shipped_rules(invoke) -> None:
    done = invoke("rules", "check")
    assert done.code == 0
    assert "rules are well formed" in done.out


def test_rules_check_lists_every_mistake_of_a_folder(invoke, elsewhere: Path) -> None:
    (elsewhere / "mine").mkdir()
    (elsewhere / "mine" / "bad.yaml").write_text(
        "language: en\nrules:\n  - id: x\n    field: no_such_field\n    labels: [A]\n"
    )
    done = invoke("rules", "check", "mine")
    assert done.code == 9
    assert "bad.yaml" in done.out
    assert "no_such_field" in done.out
    assert "E_RULE" in done.err


def test_score_prints_a_table_for_fields(invoke, elsewhere: Path) -> None:
    truth = {"file": "rechnung.pdf", "doc_type": "invoice", "truth": {"total_gross": "24241.82", "currency": "USD"}}
    (elsewhere / "truth.jsonl").write_text(json.dumps(truth))
    done = invoke("score", "truth.jsonl", LETTER, "--wrong", "5", *LAYER)
    assert done.code == 0
    assert "total_gross" in done.out
    assert "want 'USD', got 'EUR'" in done.out
    made = json.loads(invoke("score", "truth.jsonl", LETTER, "--json", *LAYER).out)
    assert made["fields"]["total_gross"]["correct"] == 1
    assert made["total"]["documents"] == 1


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "invoice_ocr", *map(str, arguments)]


def test_a_reader_that_goes_away_is_no_error() -> None:
    with subprocess.Popen(
        command("read", LETTER, *["--to", "csv"], *LAYER), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()  # type: ignore[union-attr]
        said = process.stderr.read()  # type: ignore[union-attr]
    assert process.returncode == 0
    assert said == b""


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)])
def test_an_interrupted_run_ends_with_its_code_and_leaves_nothing_behind(
    elsewhere: Path, sent: signal.Signals, code: int
) -> None:
    (elsewhere / "pipe").mkdir()
    # A suite started in the background ignores Ctrl-C, and so would what it starts.
    before = signal.signal(sent, signal.default_int_handler)
    with subprocess.Popen(
        command("extract", "-", "-o", "out.jsonl", *LAYER),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        signal.signal(sent, before)
        since = time.monotonic()
        while not list(elsewhere.glob(".out.jsonl.*")) and time.monotonic() - since < 30:
            time.sleep(0.02)
        process.send_signal(sent)
        try:
            process.wait(60)  # its stdin stays open: what does not end by the signal does not end
        finally:
            process.kill()
        said = process.stderr.read()  # type: ignore[union-attr]
    assert process.returncode == code
    assert b"Traceback" not in said
    assert [path.name for path in elsewhere.iterdir()] == ["pipe"]


def on_a_terminal(*arguments: str | Path, columns: int = 100) -> str:
    """What a person sees of a command that ends well."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(columns)}
    with subprocess.Popen(command(*arguments), stdout=theirs, stderr=subprocess.PIPE, env=environment) as process:
        os.close(theirs)
        late = threading.Timer(120, process.kill)
        late.start()
        shown = b""
        with contextlib.suppress(OSError):
            while chunk := os.read(ours, 65536):
                shown += chunk
        late.cancel()
    os.close(ours)
    assert process.returncode == 0
    return shown.decode()


def test_on_a_terminal_extract_shows_a_table_without_being_asked() -> None:
    shown = on_a_terminal("extract", LETTER, *LAYER)
    assert "24,241.82" in shown
    assert "\x1b[" in shown, "a terminal gets colours"


@pytest.mark.parametrize("columns", [40, 60, 100])
def test_on_a_terminal_of_any_width_values_and_doubts_are_shown(columns: int) -> None:
    shown = on_a_terminal("extract", LETTER, *LAYER, columns=columns)
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).splitlines()
    assert max(map(len, lines)) <= columns
    assert any(line.strip().startswith("total") and "24,241.82" in line for line in lines)
    (buyer,) = [line for line in lines if line.strip().startswith("buyer n")]
    assert ("review" if columns == 100 else "% ?") in buyer


def test_names_that_could_steer_a_terminal_are_harmless_there_and_whole_elsewhere(elsewhere: Path) -> None:
    name = "a\nb\u202e\x1b[31m.pdf"
    shutil.copy(LETTER, elsewhere / name)
    for verb in (("extract",), ("batch", "--ledger", "l.ledger")):
        asked = (*verb, ".", "--dry-run")
        piped = subprocess.run(command(*asked), capture_output=True, check=True, timeout=120).stdout
        assert piped.decode().endswith(f"./{name}\n")
        assert "./a\ufffdb\ufffd\ufffd[31m.pdf" in on_a_terminal(*asked)


def test_a_name_with_a_line_break_breaks_no_line(invoke: Callable[..., Run], elsewhere: Path) -> None:
    (elsewhere / "in").mkdir()
    shutil.copy(LETTER, elsewhere / "in" / "a\nb.pdf")
    (elsewhere / "in" / "c\nd.pdf").touch()
    done = invoke("extract", "in", *LAYER, "--to", "table")
    assert " post  in/a\ufffdb.pdf  " in done.out
    assert "in/c d.pdf has no bytes" in done.err
    invoke("batch", "in", "--ledger", "l.ledger", *LAYER)
    told = invoke("status", "l.ledger").out + invoke("search", "l.ledger", "Rechnung").out
    assert "\tin/c\ufffdd.pdf\t" in told
    assert "\nin/a\ufffdb.pdf\t" in told
    assert "\nb.pdf" not in told


def test_an_empty_stdin_is_told() -> None:
    done = subprocess.run(command("read", "-"), input=b"", capture_output=True, check=False, timeout=120)
    assert done.returncode == 6
    assert b"stdin has no bytes" in done.stderr


def test_stdin_is_read_where_the_path_is_a_dash() -> None:
    done = subprocess.run(
        command("extract", "-", *LAYER), input=LETTER.read_bytes(), capture_output=True, check=True, timeout=120
    )
    assert json.loads(done.stdout)["file"] == "-"


def test_a_document_without_a_verb_and_one_that_looks_like_a_flag_are_told_how_to_be_read(
    invoke, elsewhere: Path
) -> None:
    shutil.copy(LETTER, elsewhere / "in.pdf")
    assert "fix: invoice-ocr extract in.pdf" in invoke("in.pdf").err
    shutil.copy(LETTER, elsewhere / "-in.pdf")
    done = invoke("extract", "-in.pdf")
    assert done.code == 2
    assert "./-in.pdf" in done.err
    assert invoke("extract", "./-in.pdf", *LAYER).code == 0


def test_the_shell_completes_verbs_values_formats_and_fields() -> None:
    def completed(words: str) -> list[str]:
        asked = {"_INVOICE_OCR_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
        done = subprocess.run(
            command(), capture_output=True, text=True, env={**os.environ, **asked}, check=False, timeout=120
        )
        return done.stdout.split()

    assert completed("invoice-ocr ex") == ["extract", "export", "explain"]
    assert completed("invoice-ocr extract --text ") == ["auto", "ocr", "layer"]
    assert {"csv", "datev"} <= set(completed("invoice-ocr extract --to "))
    assert completed("invoice-ocr explain a.pdf total_") == ["total_net", "total_tax", "total_gross"]


def test_help_names_no_types_of_python() -> None:
    for verb in (("extract",), ("batch",), ("rules", "new"), ("correct",)):
        shown = subprocess.run(command(*verb, "--help"), capture_output=True, text=True, check=True, timeout=120).stdout
        assert "list[str]" not in shown
        assert "<bool>" not in shown
        assert "Examples:" in shown


def test_version_and_help() -> None:
    shown = subprocess.run(command("--version"), capture_output=True, text=True, check=True, timeout=120).stdout
    assert shown.startswith("invoice-ocr ")
    helped = subprocess.run(
        command("extract", "--help"), capture_output=True, text=True, check=True, timeout=120
    ).stdout
    for flag in (
        "--text",
        "--runtime",
        "--device",
        "--min-confidence",
        "--jobs",
        "--dpi",
        "--pages",
        "--password-file",
    ):
        assert flag in helped


def test_a_reader_that_has_gone_away_is_no_error() -> None:
    command = f"{sys.executable} -m invoice_ocr doctor | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.splitlines()[-1] == "0"
    assert done.stderr == ""
