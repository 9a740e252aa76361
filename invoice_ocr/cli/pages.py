"""Where `read` writes what has one file a document or a page: searchable PDFs and pictures."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, BinaryIO

from invoice_ocr.cli.output import opened
from invoice_ocr.errors import ConfigError, OutputReadonly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from invoice_ocr.clean.engine import Keep
    from invoice_ocr.model import Transcript
    from invoice_ocr.settings import Settings

SUFFIXES = {".pdf": "pdf", ".png": "png"}
Made = tuple["Transcript", "list[tuple[str, bytes]]"]  # what was read, and files: what their names end in, their bytes


def made(paths: Sequence[str], chosen: str, settings: Settings, keep: Keep | None) -> Iterator[Made]:
    """Each input read, with the files that it gives: one PDF, or a picture of each page; none where it failed."""
    if chosen == "pdf":
        from invoice_ocr.searchable import searchable

        for transcript, document in searchable(paths, settings, keep=keep):
            yield transcript, [(".pdf", document)] if document else []
        return
    from invoice_ocr.pictured import pictured

    for transcript, pictures in pictured(paths, settings, keep=keep):
        alone = len(pictures) == 1
        yield transcript, [(".png" if alone else f".{number}.png", picture) for number, picture in pictures]


def write_one(found: Iterable[Made], output: Path | None, stdout: BinaryIO) -> None:
    """Write the only file to `output`; ConfigError, and nothing written, when there are several."""
    first: bytes | None = None
    for _, files in found:
        if len(files) + (first is not None) > 1:
            raise ConfigError("more than one file would be written to one place", fix="Give a folder: -o read/")
        first = files[0][1] if files else first
    if first is not None:
        with opened(output, stdout) as stream:
            stream.write(first)


def write_each(found: Iterable[Made], folder: Path, told: Callable[[Path, Transcript], None]) -> None:
    """Write every file into `folder`, named as its input; `told` hears of each."""
    make(folder)
    taken: set[str] = set()
    for transcript, files in found:
        for ending, content in files:
            target = folder / name_of(transcript.file, ending, taken)
            with opened(target, None) as stream:
                stream.write(content)
            told(target, transcript)


def keeper(folder: Path | None) -> Keep | None:
    """What saves each picture as the engine saw it into `folder`; None where none is asked for."""
    if folder is None:
        return None
    from invoice_ocr.pictured import keeper as to

    make(folder)
    taken: set[str] = set()

    def save(name: str, picture: bytes) -> None:
        with opened(folder / name_of(name.removesuffix(".png"), ".png", taken), None) as stream:
            stream.write(picture)

    return to(save)


def make(folder: Path) -> None:
    """Make a folder to write into. Raises OutputReadonly."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputReadonly(f"{folder} cannot be made: {error.strerror}") from error


def name_of(file: str, ending: str, taken: set[str]) -> str:
    """A name that no earlier file of this run has: scan.pdf.txt, scan.pdf.2.txt."""
    stem = PurePath(file).name.strip("<>") or "stdin"
    stem = "stdin" if stem == "-" else stem
    name, number = f"{stem}{ending}", 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem}.{number}{ending}"
    taken.add(name.casefold())
    return name
