"""Results to files: written beside their targets and renamed, so that a target is old or new and never half."""

from __future__ import annotations

import contextlib
import errno
import glob
import hashlib
import os
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO

from invoice_ocr.batch import lock
from invoice_ocr.batch.durable import step
from invoice_ocr.errors import ConfigError, DiskFull, OutputReadonly
from invoice_ocr.intake import sniff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_LONGEST_NAME = 240  # bytes; most file systems allow 255


def check(targets: Iterable[Path], inputs: Iterable[object]) -> None:
    """Nothing, when every target can be written and none lies where documents are looked for.

    Raises OutputReadonly before any work is done.
    """
    targets = list(targets)
    given = [Path(one) for one in inputs if isinstance(one, str | Path) and one != "-"]
    apart(targets)
    for target in targets:
        place = target.resolve()
        for one in given:
            if place == one.resolve() or (one.is_dir() and place.is_relative_to(one.resolve())):
                raise OutputReadonly(f"{target} lies inside the input {one}", fix="Write it to another folder.")
        if target.is_dir():
            raise OutputReadonly(f"{target} is a folder", fix="Give the name of a file.")
        _in_a_folder(target)
        if _is_stream(target):
            continue
        try:
            with TemporaryFile(dir=_led_to(target).parent):
                pass  # without a name: another run may be writing this very target
        except OSError as error:
            raise OutputReadonly(
                f"{target} cannot be written: {error.strerror}", fix="Choose another place: -o, --ledger or --report."
            ) from error


def apart(targets: Iterable[Path]) -> None:
    """Nothing, unless two targets are one file, which would be written twice: then raises ConfigError."""
    seen: set[Path] = set()
    for target in targets:
        place = target.resolve()
        if place in seen and not _is_stream(target):
            raise ConfigError(f"{target} would be written twice", fix="Give each output a name of its own.")
        seen.add(place)


def spare(target: Path, inputs: Iterable[str]) -> None:
    """Nothing, unless `target` is a document among `inputs` (files, folders, patterns): then raises OutputReadonly."""
    if not target.is_file():
        return
    with target.open("rb") as file:
        if sniff.kind_of(file.read(sniff.HEAD)) is None:
            return  # an older result, which may lie among documents
    place = target.resolve()
    for given in inputs:
        found = [given] if os.path.lexists(given) else glob.iglob(given, recursive=True)  # noqa: PTH207  absolute, too
        for one in (Path(name).resolve() for name in found):
            if place == one or (one.is_dir() and place.is_relative_to(one)):
                raise OutputReadonly(f"{target} is one of the documents to be read", fix="Write to another file.")


def write(target: Path, fill: Callable[[BinaryIO], None]) -> None:
    """Have `fill` write the file that then takes the place of `target`; see `opened`."""
    with opened(target) as stream:
        fill(stream)


@contextlib.contextmanager
def opened(target: Path) -> Iterator[BinaryIO]:
    """A stream into a file beside `target` that takes its place at the end; what goes wrong leaves it as it was.

    The file's name on the way is always the same, and one process holds it: what a killed run left there, the next one
    writes over. A link stays one, and what it leads to is written; a device or a pipe is written to as it is.
    Raises Locked while another run writes the same target, OutputReadonly when it cannot be written.
    """
    if target.is_dir():
        raise OutputReadonly(f"{target} is a folder", fix="Give the name of a file.")
    _in_a_folder(target)
    if _is_stream(target):
        with target.open("wb") as stream:
            yield stream
        return
    target = _led_to(target)
    part = _part(target)
    mode = target.stat().st_mode & 0o777 if target.exists() else None
    try:
        with open(lock.taken(part, str(target)), "wb") as stream:  # noqa: PTH123  a descriptor, not a path
            stream.truncate(0)
            yield stream
            stream.flush()
            step("export written")
            os.fsync(stream.fileno())
            if mode is not None:
                part.chmod(mode)
            step("export renamed")
            part.replace(target)
            _keep_names(target.parent)
    except BaseException as error:
        lock.cleared(part)
        if isinstance(error, PermissionError):
            raise OutputReadonly(f"{target} cannot be written: {error.strerror}") from error
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            raise DiskFull(f"the disk of {target} is full") from error
        raise
    step("export done")


def _keep_names(folder: Path) -> None:
    """Have the names of files in a folder kept when the power fails, where its file system can."""
    with contextlib.suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _in_a_folder(target: Path) -> None:
    if not target.parent.is_dir():
        raise OutputReadonly(f"there is no folder {target.parent} for {target.name}", fix="Make the folder first.")


def _is_stream(target: Path) -> bool:
    """Whether `target` is there and no regular file: renaming a file over /dev/null would be the end of it."""
    return target.exists() and not target.is_file()


def _led_to(target: Path) -> Path:
    """The file that `target` is or, where it is a link, leads to. OutputReadonly for links in a circle."""
    if not target.is_symlink():
        return target
    try:
        return target.resolve(strict=target.exists())
    except (OSError, RuntimeError):
        raise OutputReadonly(f"{target} cannot be written: {os.strerror(errno.ELOOP)}") from None


def _part(target: Path) -> Path:
    name = target.name
    if len(os.fsencode(name)) > _LONGEST_NAME:
        name = hashlib.sha256(os.fsencode(name)).hexdigest()
    return target.with_name(f".{name}.part")
