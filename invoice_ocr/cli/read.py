"""`invoice-ocr read`: every word with its place, as text, data, markup, a searchable PDF or a picture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from invoice_ocr.cli import pages
from invoice_ocr.cli.console import Verbosity, Waiting, clean, note, report
from invoice_ocr.cli.extract import Paths, SaveClean, Tally, dry_run
from invoice_ocr.cli.options import LIMITS, READING, with_settings
from invoice_ocr.cli.output import format_of, opened, place
from invoice_ocr.cli.verb import verb
from invoice_ocr.errors import ExitCode
from invoice_ocr.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from invoice_ocr.model import PageWords, Transcript

Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE|DIR",
        help="Write here; into a folder: one file an input; - is stdout.",
        callback=place,
        show_default=False,
    ),
]
To = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="FORMAT",
        help="text, json, csv, layout, hocr, alto; pdf that can be searched; png with a frame around each word.",
        show_default="text",
    ),
]
Layout = Annotated[bool, typer.Option("--layout", help="Text that keeps the page's columns: --to layout.")]
MinConfidence = Annotated[
    float, typer.Option("--min-confidence", metavar="X", min=0, max=1, help="Leave out words less sure than this.")
]

_DOUBTFUL = 0.8  # a page whose words are on average less sure than this is worth a warning
_PREVIEW = 64  # characters of a file's first words shown when many are read into a folder
_ENDINGS = {
    "text": ".txt",
    "json": ".json",
    "csv": ".csv",
    "layout": ".txt",
    "hocr": ".hocr",
    "alto": ".xml",
}


@verb
@with_settings(*READING, *LIMITS, "dry_run")
def read(
    paths: Paths,
    *,
    output: Output = None,
    to: To = "",
    layout: Layout = False,
    min_confidence: MinConfidence = 0.0,
    save_clean: SaveClean = None,
    settings: Settings,
    stdout: BinaryIO,
    verbosity: Verbosity,
) -> ExitCode:
    """Read words only: text in reading order, every word with its place and how sure it is, or a searchable PDF."""
    from invoice_ocr.export import WORD_EXPORTERS, WORD_SUFFIXES

    into = _folder(output)
    known = (*WORD_EXPORTERS, *pages.SUFFIXES.values())
    chosen = format_of(None if into else output, to, WORD_SUFFIXES | pages.SUFFIXES, known) or "text"
    if layout and chosen not in {"text", "layout"}:
        raise typer.BadParameter(f"is text, and not {chosen}: give one of both", param_hint="--layout")
    chosen = "layout" if layout else chosen
    if chosen in pages.SUFFIXES.values() and output is None and stdout.isatty():
        raise typer.BadParameter("this format is no use on a terminal: give -o FILE", param_hint="--to")
    if settings.dry_run:
        return dry_run(paths, settings, stdout)

    from invoice_ocr import pipeline
    from invoice_ocr.batch.outputs import spare

    if output is not None:
        spare(output, paths)
    tally = Tally()
    keep = pages.keeper(save_clean)
    with Waiting(verbosity) as waiting:

        def watched(transcript: Transcript) -> Transcript:
            _watch(transcript, tally, waiting, verbosity)
            return _without_doubtful(transcript, min_confidence)

        def told(target: Path, transcript: Transcript) -> None:
            with waiting.hidden():
                note(f"{target}  {_preview(transcript)}", verbosity)

        if chosen in pages.SUFFIXES.values():
            found = ((watched(one), files) for one, files in pages.made(paths, chosen, settings, keep))
            if into:
                pages.write_each(found, into, told)
            else:
                pages.write_one(found, output, stdout)
        else:
            transcripts = (watched(one) for one in pipeline.read(paths, settings, keep=keep))
            if into:
                _write_each(transcripts, into, chosen, told)
            else:
                with opened(output, stdout) as stream:
                    WORD_EXPORTERS[chosen](transcripts, stream)
    if not tally.inputs:
        note(f"{tally}", verbosity)
    elif output is not None:
        note(f"{tally.inputs - tally.failed} of {tally.inputs} read → {output}", verbosity)
    return tally.exit_code(settings)


def _folder(output: Path | None) -> Path | None:
    """The folder that -o names: one that exists, or a name that ends in a slash or has no suffix."""
    if output is None:
        return None
    return output if output.is_dir() or not output.suffix else None


def _watch(transcript: Transcript, tally: Tally, waiting: Waiting, verbosity: Verbosity) -> None:
    """Count a transcript; tell failures and doubtful pages on stderr."""
    tally.inputs += 1
    tally.failed += transcript.failure is not None
    with waiting.hidden():
        if transcript.failure is not None:
            report(transcript.failure, transcript.file)
        for issue in transcript.issues:
            note(f"{transcript.file}: {issue.message}", verbosity)
        for page in transcript.reading.pages if transcript.reading else ():
            _warn(page, transcript.file, verbosity)


def _warn(page: PageWords, file: str, verbosity: Verbosity) -> None:
    if not page.words:
        note(f"{file}: no words were found on page {page.number}.", verbosity)
        return
    mean = sum(word.confidence for word in page.words) / len(page.words)
    if mean < _DOUBTFUL:
        note(
            f"{file}: page {page.number} was hard to read (confidence {mean:.2f}); a sharper scan may help.", verbosity
        )


def _without_doubtful(transcript: Transcript, least: float) -> Transcript:
    """The transcript without words less sure than `least`."""
    if least <= 0 or transcript.reading is None:
        return transcript
    from invoice_ocr.pipeline import without_doubtful

    reading, document = without_doubtful(transcript.reading, least)
    return replace(transcript, reading=reading, document=document)


def _write_each(
    transcripts: Iterable[Transcript], folder: Path, chosen: str, told: Callable[[Path, Transcript], None]
) -> None:
    """One file an input, named as the input; `told` hears of each. Equal names get a number."""
    from invoice_ocr.export import WORD_EXPORTERS

    pages.make(folder)
    taken: set[str] = set()
    for transcript in transcripts:
        if transcript.reading is None:
            continue
        target = folder / pages.name_of(transcript.file, _ENDINGS[chosen], taken)
        with opened(target, None) as stream:
            WORD_EXPORTERS[chosen]([transcript], stream)
        told(target, transcript)


def _preview(transcript: Transcript) -> str:
    """How much was read, and how it starts."""
    pages = transcript.reading.pages if transcript.reading else ()
    words = [word.text for page in pages for word in page.words]
    start = clean(" ".join(words[:20]))
    start = start if len(start) <= _PREVIEW else f"{start[: _PREVIEW - 1]}…"
    return f"{len(pages)} page{'s' * (len(pages) != 1)}, {len(words)} words: {start}"
