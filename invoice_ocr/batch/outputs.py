"""Results to files: written beside their targets and renamed, so that a target is old or new and never half."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from invoice_ocr.batch import lock
from invoice_ocr.batch.durable import step
from invoice_ocr.errors import OutputReadonly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_LONGEST_NAME = 240  # bytes; most file systems allow 255


def check(targets: Iterable[Path], inputs: Iterable[object]) -> None:
    """Nothing, when every target can be written and none lies where documents are looked for.

    Raises OutputReadonly before any work is done.
    """
    given = [Path(one) for one in inputs if isinstance(one, str | Path) and one != "-"]
    for target in targets:
        place = target.resolve()
        for one in given:
            if place == one.resolve() or (one.is_dir() and place.is_relative_to(one.resolve())):
                raise OutputReadonly(f"{target} lies inside the input {one}", fix="Write it to another folder.")
        if target.is_dir():
            raise OutputReadonly(f"{target} is a folder", fix="Give the name of a file.")
        try:
            with _part(target).open("ab"):
                pass
            _part(target).unlink()
        except OSError as error:
            raise OutputReadonly(f"{target} cannot be written: {error.strerror}") from error


def write(target: Path, fill: Callable[[BinaryIO], None]) -> None:
    """Have `fill` write the file that then takes the place of `target`; see `opened`."""
    with opened(target) as stream:
        fill(stream)


@contextlib.contextmanager
def opened(target: Path) -> Iterator[BinaryIO]:
    """A stream into a file beside `target` that takes its place at the end; what goes wrong leaves it as it was.

    The file's name on the way is always the same, and one process holds it: what a killed run left there, the next one
    writes over. Raises Locked while another run writes the same target, OutputReadonly when it cannot be written.
    """
    if target.is_dir():
        raise OutputReadonly(f"{target} is a folder", fix="Give the name of a file.")
    part = _part(target)
    mode = target.stat().st_mode & 0o777 if target.exists() else None
    number = lock.taken(part, str(target))
    try:
        with open(number, "wb") as stream:  # noqa: PTH123  a descriptor, not a path
            stream.truncate(0)
            yield stream
            stream.flush()
            step("export written")
            os.fsync(stream.fileno())
            if mode is not None:
                part.chmod(mode)
            step("export renamed")
            part.replace(target)
    except PermissionError as error:
        raise OutputReadonly(f"{target} cannot be written: {error.strerror}") from error
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    step("export done")


def _part(target: Path) -> Path:
    name = target.name
    if len(os.fsencode(name)) > _LONGEST_NAME:
        name = hashlib.sha256(os.fsencode(name)).hexdigest()
    return target.with_name(f".{name}.part")
