"""A folder that fills: files that have come to rest go through a batch, then into one folder or another."""

from __future__ import annotations

import json
import logging
import os
import shutil
import stat
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from invoice_ocr.batch import codec
from invoice_ocr.batch.places import as_text
from invoice_ocr.errors import ConfigError, Locked, OutputReadonly
from invoice_ocr.model import Failure, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from invoice_ocr.batch.ledger import Ledger

log = logging.getLogger(__name__)

_UNFINISHED = (".part", ".tmp", ".crdownload", ".partial", ".filepart", ".swp")
_JUNK = frozenset({"Thumbs.db", "desktop.ini"})


@dataclass(slots=True)
class Folder:
    """The folder watched. processed, rejected: where files go. settle: seconds without change until a file is whole.

    Looking again and again also finds what came over a network share, where no event tells of it.
    """

    place: Path
    processed: Path
    rejected: Path
    settle: float = 5.0
    clock: Callable[[], float] = time.monotonic
    _seen: dict[Path, tuple[tuple[int, int], float]] = field(default_factory=dict)

    def check(self) -> None:
        """Nothing, when the folders can be used; else raises ConfigError or OutputReadonly."""
        if not self.place.is_dir():
            raise ConfigError(f"{self.place} is no folder", fix="Give the folder that is to be watched.")
        for target in (self.processed, self.rejected):
            if target.resolve().is_relative_to(self.place.resolve()):
                raise OutputReadonly(f"{target} lies inside the input {self.place}", fix="Give another folder.")
            try:
                target.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise OutputReadonly(f"{target} cannot be made: {error.strerror}") from error

    def rested(self) -> list[Path]:
        """Files that have not changed for a while, in order of names. Links, hidden and half-made files never are."""
        now, seen = self.clock(), {}
        for path, mark in _files(self.place):
            before, since = self._seen.get(path, (mark, now))
            seen[path] = (mark, since if mark == before else now)
        self._seen = seen
        return [path for path, (_, since) in seen.items() if now - since >= self.settle]

    @property
    def waiting(self) -> bool:
        """Whether files are there that have not been moved."""
        return bool(self._seen)

    def put_away(self, path: Path, failure: Failure | None) -> Path | None:
        """Move a file where it belongs, a rejected one with why beside it. None when it changed, or is gone."""
        mark, _ = self._seen.pop(path)
        try:
            if _mark(path.lstat()) != mark:
                return None
            target = _free((self.rejected if failure else self.processed) / path.relative_to(self.place))
            target.parent.mkdir(parents=True, exist_ok=True)
            if failure is not None:
                told = {"code": failure.code, "message": failure.message, "fix": failure.fix}
                target.with_name(f"{target.name}.error.json").write_text(json.dumps(told, indent=2), encoding="utf-8")
            shutil.move(path, target)
        except FileNotFoundError:
            return None
        return target


def watch(folder: Folder, turn: Callable[[list[Path]], None], *, pause: Callable[[], None], once: bool = False) -> None:
    """Have `turn` take care of the files that have come to rest, again and again; `once`: until no file is left.

    turn: works on these files and puts them away; Locked makes it try again. pause: waits between two looks.
    """
    while True:
        paths = folder.rested()
        if paths:
            try:
                turn(paths)
            except Locked as error:
                log.warning("%s; trying again", error.message)
        if once and not folder.waiting:
            return
        pause()


def put_away(book: Ledger, folder: Folder, paths: list[Path]) -> None:
    """Move files whose documents are done, by what became of them. What cannot be moved stays, and the log tells it."""
    for path in paths:
        row = book.connection.execute(
            "SELECT r.records FROM place p JOIN result r ON r.document = p.document AND r.recipe = ?"
            " WHERE (p.path = ? OR (p.path IS NULL AND p.name = ?)) AND r.records IS NOT NULL"
            " ORDER BY p.id DESC LIMIT 1",
            (book.recipe, as_text(str(path.absolute())), as_text(str(path))),
        ).fetchone()
        if row is None:
            continue
        try:
            moved = folder.put_away(path, _why(codec.unpack(list[Record], row[0])))
        except OSError as error:
            log.warning("%s cannot be moved: %s", path, error)
            continue
        if moved is not None:
            book.moved(path, moved)


def _why(records: list[Record]) -> Failure | None:
    """Why a document is rejected: it could not be read, or there is no invoice in it. None when it is not."""
    if any(record.invoice and record.invoice.decision != "reject" for record in records):
        return None
    failure = next((record.failure for record in records if record.failure), None)
    if failure is not None:
        return failure
    issues = [issue for record in records if record.invoice for issue in record.invoice.issues]
    reasons = [reason for record in records if record.invoice for reason in record.invoice.reasons]
    message = "; ".join(dict.fromkeys(issue.message for issue in issues)) or "No invoice was found in it."
    return Failure(reasons[0] if reasons else "reject", message, "Look at it: what is no invoice needs nothing more.")


def _files(folder: Path) -> Iterator[tuple[Path, tuple[int, int]]]:
    """Regular files under a folder with their size and time of change, in order of names."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.startswith((".", "~$")) or name in _JUNK or name.lower().endswith(_UNFINISHED):
                continue
            path = Path(place) / name
            try:
                found = path.lstat()
            except OSError:
                continue
            if stat.S_ISREG(found.st_mode):
                yield path, _mark(found)


def _mark(found: os.stat_result) -> tuple[int, int]:
    return found.st_size, found.st_mtime_ns


def _free(target: Path) -> Path:
    """`target`, or the first name like it that is not taken: scan.pdf, scan.2.pdf."""
    number, free = 1, target
    while free.exists():
        number += 1
        free = target.with_name(f"{target.stem}.{number}{target.suffix}")
    return free
