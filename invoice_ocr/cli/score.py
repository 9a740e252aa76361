"""`invoice-ocr score`: how right results are, against a truth file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from invoice_ocr.cli.console import Verbosity, Waiting, clean, console, counted, report
from invoice_ocr.cli.options import LIMITS, READING, UNDERSTANDING, with_settings
from invoice_ocr.cli.verb import verb
from invoice_ocr.errors import ExitCode
from invoice_ocr.settings import Settings

if TYPE_CHECKING:
    from rich.table import Table

    from invoice_ocr.score import FieldScores, WordScores
    from invoice_ocr.truth import Json

Truth = Annotated[Path, typer.Argument(metavar="TRUTH", help="One JSON object a line: fields, or words of pages.")]
Results = Annotated[
    list[str],
    typer.Argument(metavar="PATH", help="Documents to read and score, or results already written as .jsonl."),
]
Only = Annotated[str, typer.Option("--only", metavar="TEXT", help="Score only files whose name contains this.")]
Wrong = Annotated[int, typer.Option("--wrong", metavar="N", min=0, help="Show the first N disagreements.")]
Fold = Annotated[bool, typer.Option("--fold", help="Words: ignore case.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]


@verb
@with_settings(*READING, *UNDERSTANDING, *LIMITS)
def score(
    truth: Truth,
    paths: Results,
    *,
    only: Only = "",
    wrong: Wrong = 0,
    fold: Fold = False,
    as_json: AsJson = False,
    settings: Settings,
    stdout: BinaryIO,
    verbosity: Verbosity,
) -> ExitCode:
    """Score fields or words against a truth file: documents are read first, .jsonl results are taken as they are."""
    from invoice_ocr import score as scoring
    from invoice_ocr import truth as truths
    from invoice_ocr.export.json import encode

    wanted = truths.load(truth)
    kind = truths.kind_of(wanted, truth)
    key = "file" if kind == "fields" else "page"
    wanted = [one for one in wanted if only in one[key]]
    with Waiting(verbosity) as waiting:
        got = _results(paths, kind, settings, waiting)
    scores: FieldScores | WordScores
    if kind == "fields":
        scores = scoring.score_fields(wanted, got)
        table, plain, notes = _fields_table(scores), _fields_json(scores), _fields_notes(scores)
    else:
        scores = scoring.score_words(wanted, got, fold_case=fold)
        table, plain, notes = _words_table(scores), _words_json(scores), []
    if as_json:
        stdout.write(encode(plain, indent=1) + b"\n")
        return ExitCode.OK
    out = console(stdout, width=140)
    out.print(table)
    for line in [*notes, *scores.wrong[:wrong]]:
        out.print(clean(line), markup=False)
    out.file.flush()
    return ExitCode.OK


def _results(paths: list[str], kind: str, settings: Settings, waiting: Waiting) -> list[Json]:
    """What is to be scored: lines of .jsonl files, and what reading the documents gives."""
    from invoice_ocr import pipeline
    from invoice_ocr import truth as truths
    from invoice_ocr.export import record_to_dict

    got = [one for path in paths if path.endswith(".jsonl") for one in truths.load(Path(path))]
    documents = [path for path in paths if not path.endswith(".jsonl")]
    if kind == "fields":
        for record in pipeline.extract(documents, settings) if documents else ():
            if record.failure:
                with waiting.hidden():
                    report(record.failure, record.file)
            got.append(record_to_dict(record))
        return got
    for transcript in pipeline.read(documents, settings) if documents else ():
        if transcript.failure:
            with waiting.hidden():
                report(transcript.failure, transcript.file)
        pages = transcript.reading.pages if transcript.reading else ()
        got.append({"page": transcript.file, "items": [{"text": word.text} for page in pages for word in page.words]})
    return got


def _table(*heads: str) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, header_style="dim", show_edge=False)
    table.add_column(heads[0], style="cyan", no_wrap=True)
    for head in heads[1:]:
        table.add_column(head, justify="right", no_wrap=True)
    return table


def _fields_table(scores: FieldScores) -> Table:
    table = _table(
        "field", "truth", "right", "wrong", "missing", "precision", "recall", "F1", "accepted", "of them right"
    )
    for name, one in [*sorted(scores.fields.items()), ("all", scores.total)]:
        counts = (one.truth, one.correct, one.wrong, one.missing)
        sure = f"{one.accepted_right / one.accepted:.3f}" if one.accepted else "–"
        shares = (f"{share:.3f}" for share in (one.precision, one.recall, one.f1))
        table.add_row(name, *map(str, counts), *shares, str(one.accepted), sure, style="bold" if name == "all" else "")
    return table


def _fields_notes(scores: FieldScores) -> list[str]:
    rows = [f"{name.replace('_', ' ')}: {one.right} of {one.truth}" for name, one in scores.rows.items() if one.truth]
    share = scores.touchless / max(1, scores.documents)
    documents = f"{counted(scores.documents)}, {scores.absent} without a result, {scores.errors} failed"
    sure = f"accepted but wrong: {scores.silent}; calibration error {scores.calibration_error:.3f}"
    return [f"{documents}; {scores.touchless} touchless ({share:.3f})", sure, *([", ".join(rows)] if rows else [])]


def _fields_json(scores: FieldScores) -> dict[str, Any]:
    total = scores.total
    shares = {"precision": total.precision, "recall": total.recall, "f1": total.f1}
    return {
        "total": {
            "documents": scores.documents,
            "without_prediction": scores.absent,
            "with_error": scores.errors,
            **shares,
            "touchless": scores.touchless / max(1, scores.documents),
            "accepted": total.accepted,
            "silent_errors": scores.silent,
            "ece": scores.calibration_error,
            **{f"{name}_recall": one.recall for name, one in scores.rows.items()},
        },
        "fields": {
            name: asdict(one) | {"precision": one.precision, "recall": one.recall, "f1": one.f1}
            for name, one in scores.fields.items()
        },
    }


def _words_table(scores: WordScores) -> Table:
    pages = counted(scores.pages, "page")
    table = _table(f"{pages}, {scores.absent} missing", "truth", "got", "recall", "precision", "F1")
    for name, bag in scores.bags.items():
        shares = (f"{share:.4f}" for share in (bag.recall, bag.precision, bag.f1))
        table.add_row(name, str(bag.truth), str(bag.got), *shares)
    return table


def _words_json(scores: WordScores) -> dict[str, Any]:
    bags = {
        name: {"count": bag.truth, "recall": bag.recall, "precision": bag.precision, "f1": bag.f1}
        for name, bag in scores.bags.items()
    }
    return {"pages": scores.pages, "pages_missing": scores.absent, **bags}
