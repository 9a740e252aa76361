"""From what a user names to Sources: files, folders, patterns, lists, stdin, addresses; in Python bytes and arrays."""

from __future__ import annotations

import glob
import hashlib
import logging
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from invoice_ocr.errors import Empty, InputError, NotADocument, NotFound, TooBigFile
from invoice_ocr.intake import sniff
from invoice_ocr.intake.bitmap import bitmap
from invoice_ocr.model import Failure
from invoice_ocr.settings import Settings

if TYPE_CHECKING:
    import numpy as np

    Input = str | Path | bytes | bytearray | BinaryIO | np.ndarray

log = logging.getLogger(__name__)

_CHUNK = 1 << 20
_BESIDE = 2000  # names looked at for one that was meant
_ADDRESS = re.compile(r"[a-z][a-z0-9+.\-]*://", re.IGNORECASE)
_JUNK = frozenset({"Thumbs.db", "desktop.ini", "@eaDir", "__MACOSX"})
_OPENING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Source:
    """One input that may be a document: a file at `path`, or `content` already in memory.

    name: what messages and results call it. sha256: of the bytes, in hexadecimal. size: bytes.
    passing: the file at `path` is a copy of what lies elsewhere, and goes when this process ends.
    """

    name: str
    sha256: str
    size: int
    path: Path | None = None
    content: bytes | None = None
    passing: bool = False

    def read(self) -> bytes:
        """The bytes. NotFound when the file has gone or is no longer the one that was hashed."""
        if self.content is not None:
            return self.content
        if self.path is None:
            raise NotFound(f"{self.name} has neither a path nor bytes.")
        found = b"".join(_bytes_of(self.path, most=self.size + 1))
        if len(found) != self.size or hashlib.sha256(found).hexdigest() != self.sha256:
            raise NotFound(
                f"{self.name} was changed while it was being read.", fix="Run again when nothing writes to it."
            )
        return found


@dataclass(frozen=True, slots=True)
class Failed:
    """One input that failed before it was opened."""

    name: str
    failure: Failure
    sha256: str = ""
    size: int = 0


def failure_of(error: InputError) -> Failure:
    """The record of an error that cost one input."""
    return Failure(error.code, error.message, error.fix)


def expand(inputs: Iterable[Input], settings: Settings | None = None) -> Iterator[Source | Failed]:
    """Each document that `inputs` name, in order: one Source, or one Failed where there is nothing to open.

    A string or path is a file, a folder (all of it, in order of names), a pattern, `-` (stdin), `@list` (one path a
    line; a line that begins with # and names no file is a comment), or an address (http, https, s3, gs, az). Bytes, a
    binary stream and a uint8 array (height, width[, 3 or 4], RGB) are documents themselves.
    Of a folder only what could be a document is taken: by its first bytes, or by an ending that promises one.
    A file that a folder or pattern leads to is given once, though other inputs lead to it too, or name it.
    """
    limits = settings or Settings()
    met: dict[str, bool] = {}
    for item in inputs:
        if isinstance(item, str | Path):
            yield from _named(str(item), limits, met)
        else:
            yield _given(item, limits)


def _named(name: str, limits: Settings, met: dict[str, bool], lists: tuple[str, ...] = ()) -> Iterator[Source | Failed]:
    """What one name stands for. met: as in `_is_new`. lists: those that it comes from, one within the other."""
    if not name:
        yield Failed("", failure_of(NotFound("One of the names is empty.", fix="Look at what fills it in.")))
    elif name == "-":
        if sys.stdin is None:
            yield Failed("-", failure_of(NotFound("stdin is closed.", fix="Give it a document: ... - < invoice.pdf")))
        else:
            yield _given(sys.stdin.buffer, limits, name="-")
    elif name.startswith("@") and not os.path.lexists(name):
        yield from _listed(name[1:], limits, met, lists)
    elif _ADDRESS.match(name):
        yield from _addressed(name, limits)
    elif os.path.isdir(name):  # noqa: PTH112  Path.is_dir raises for names that are too long
        yield from _held(name, limits, met)
    elif glob.has_magic(name) and not os.path.lexists(name):
        yield from _matching(name, limits, met)
    elif _is_new(name, met, found=False):
        yield _file(name, limits)


def _is_new(path: str, met: dict[str, bool], *, found: bool) -> bool:
    """Whether a file is to be given, which is noted. met: for each file met so far whether it was found, not named."""
    place = os.path.abspath(path)  # noqa: PTH100  as in `_walk`
    if place in met and (found or met[place]):
        return False
    met[place] = found
    return True


def _addressed(address: str, limits: Settings) -> Iterator[Source | Failed]:
    from invoice_ocr.intake.remote import fetched

    for name, found in fetched(address, limits):
        if isinstance(found, InputError):
            yield Failed(name, failure_of(found))
        else:
            yield _file(str(found), limits, name, passing=True)


def _matching(pattern: str, limits: Settings, met: dict[str, bool]) -> Iterator[Source | Failed]:
    found = sorted(glob.iglob(_any_case_ending(pattern), recursive=True))  # noqa: PTH207  Path.glob has no absolute patterns
    if not found:
        yield Failed(pattern, failure_of(NotFound(f"Nothing matches {pattern}.")))
    for path in found:
        if os.path.isdir(path):  # noqa: PTH112  as above
            yield from _held(path, limits, met)
        elif _is_new(path, met, found=True):
            yield _file(path, limits)


def _held(folder: str, limits: Settings, met: dict[str, bool]) -> Iterator[Source | Failed]:
    """The documents in a folder; an empty one is no failure, but told."""
    path = None
    for path in _walk(folder):
        if _is_new(path, met, found=True):
            yield _file(path, limits)
    if path is None:
        log.warning("there is no document in %s", folder)


def _any_case_ending(pattern: str) -> str:
    """`pattern` with an ending that matches in capitals and small letters: *.pdf finds A.PDF too."""
    stem, dot, ending = pattern.rpartition(".")
    if not dot or not ending.isalnum():
        return pattern
    return stem + dot + "".join(f"[{c.lower()}{c.upper()}]" if c.isalpha() else c for c in ending)


def _listed(name: str, limits: Settings, met: dict[str, bool], lists: tuple[str, ...]) -> Iterator[Source | Failed]:
    place = os.path.realpath(name)
    try:
        if place in lists:
            raise NotFound(f"The list {name} names itself.", fix="Take that line out of it.")
        if name == "-" and sys.stdin is None:
            raise NotFound("stdin is closed.", fix="Give it the list: ... @- < list.txt")
        lines = _lines(sys.stdin.buffer.read() if name == "-" else b"".join(_bytes_of(Path(name), most=1 << 30)), name)
    except InputError as error:
        yield Failed(f"@{name}", failure_of(error))
        return
    for line in map(str.strip, lines):
        if line and (not line.startswith("#") or os.path.lexists(line)):
            yield from _named(line, limits, met, (*lists, place))


def _lines(text: bytes, name: str) -> list[str]:
    """The lines of a list, in the coding of file names or, as PowerShell writes, in UTF-16."""
    try:
        decoded = text.decode("utf-16") if text[:2] in {b"\xff\xfe", b"\xfe\xff"} else os.fsdecode(text)
    except UnicodeDecodeError:
        decoded = "\0"
    if "\0" in decoded:
        raise NotADocument(f"{name} is no list of paths.", fix="Give the document without @, or a text file of paths.")
    return decoded.removeprefix("\ufeff").splitlines()


def _walk(folder: str) -> Iterator[str]:
    """Regular files under `folder` that could be documents, in order of names; links to folders are not followed."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _JUNK)
        for name in sorted(names):
            path = os.path.join(place, name)  # noqa: PTH118  a Path object for each of a million files is slow
            if not name.startswith(".") and name not in _JUNK and _could_be_document(path):
                yield path


def _could_be_document(path: str) -> bool:
    ending = os.path.splitext(path)[1].lower()  # noqa: PTH122  as above
    try:
        head = next(_bytes_of(Path(path), most=sniff.HEAD), b"")
    except NotADocument:
        return False
    except InputError:
        head = b""
    return sniff.could_be_document(ending, head)


def _file(path: str, limits: Settings, name: str = "", *, passing: bool = False) -> Source | Failed:
    name = name or path
    digest, size, most = hashlib.sha256(), 0, limits.max_file_mb * 1_000_000
    try:
        for chunk in _bytes_of(Path(path), most=most + 1):
            size += len(chunk)
            digest.update(chunk)
        if size > most:
            raise _too_big(name, limits)
        if size == 0:
            raise Empty(f"{name} has no bytes.")
    except InputError as error:
        return Failed(name, failure_of(error), size=size)
    return Source(name, digest.hexdigest(), size, path=Path(path), passing=passing)


def _given(item: bytes | bytearray | BinaryIO | np.ndarray, limits: Settings, name: str = "") -> Source | Failed:
    """A Source of what is already in memory or comes from a stream; TypeError for anything else."""
    most = limits.max_file_mb * 1_000_000
    if isinstance(item, bytes | bytearray | memoryview):
        name, content = name or "<bytes>", bytes(item)
    elif hasattr(item, "read"):
        stream_name = getattr(item, "name", None)
        name = name or (stream_name if isinstance(stream_name, str) else "<stream>")
        content = item.read(most + 1)
        if not isinstance(content, bytes):
            raise TypeError(f"{name} is a text stream; open it in binary mode.")
    elif hasattr(item, "__array_interface__"):
        name, content, most = name or "<array>", bitmap(item), sys.maxsize
    else:
        raise TypeError(f"a path, bytes, a binary stream or a uint8 array is wanted, not {type(item).__name__}")
    if len(content) > most:
        return Failed(name, failure_of(_too_big(name, limits)), size=len(content))
    if not content:
        fix = "Look at what the program before the | gives." if name == "-" else None
        return Failed(name, failure_of(Empty(f"{'stdin' if name == '-' else name} has no bytes.", fix=fix)))
    return Source(name, hashlib.sha256(content).hexdigest(), len(content), content=content)


def _too_big(name: str, limits: Settings) -> TooBigFile:
    return TooBigFile(f"{name} has more than {limits.max_file_mb} MB (--max-file-mb).")


def _bytes_of(path: Path, *, most: int) -> Iterator[bytes]:
    """The first `most` bytes of a regular file, piece by piece. A pipe or device is refused before it can block."""
    try:
        descriptor = os.open(path, _OPENING)
    except FileNotFoundError:
        if path.is_symlink():
            raise NotFound(f"{path} is a link to what is not there.", fix="Mend the link, or remove it.") from None
        raise NotFound(f"There is no {path}.", fix=_meant(path)) from None
    except (OSError, ValueError) as error:
        raise _unopened(path, error) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotADocument(f"{path} is not a regular file.", fix="Give a file, a folder, or - for stdin.")
    with open(descriptor, "rb", buffering=0) as file:  # noqa: PTH123  opened above, so that a FIFO cannot block
        left = most
        try:
            while left > 0 and (chunk := file.read(min(_CHUNK, left))):
                left -= len(chunk)
                yield chunk
        except OSError as error:
            raise NotFound(f"{path} cannot be read: {error.strerror}.", fix="Check the disk or the share.") from None


def _meant(path: Path) -> str | None:
    """The name beside a path that is not there which is most like it, as a fix."""
    from difflib import get_close_matches

    try:
        names = os.listdir(path.parent)  # noqa: PTH208  names are all that is wanted
    except OSError:
        return f"Check the path: there is no folder {path.parent} that can be read."
    near = get_close_matches(path.name, names[:_BESIDE], n=1, cutoff=0.75)
    return f"Did you mean {path.with_name(near[0])}?" if near else None


def _unopened(path: Path, error: OSError | ValueError) -> InputError:
    """The failure of a path that cannot be opened: sockets and devices are no documents, the rest is not to be had."""
    try:
        special = not stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        special = False
    if special:
        return NotADocument(f"{path} is not a regular file.", fix="Give a file, a folder, or - for stdin.")
    why = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return NotFound(f"{path} cannot be opened: {why}.", fix="Check the path and the permissions.")
