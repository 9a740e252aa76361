"""Where results go: stdout, or a file that appears only when it is whole."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import typer

from invoice_ocr.errors import OutputReadonly

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping


def format_of(output: Path | None, to: str, suffixes: Mapping[str, str], known: Collection[str]) -> str:
    """The name of the format that --to names, or else the suffix of -o; "" when neither says."""
    if to:
        if to not in known:
            raise typer.BadParameter(f"{to!r} is none of {', '.join(known)}", param_hint="--to")
        return to
    if output is None or str(output) == "-" or output.is_dir():
        return ""
    suffix = output.suffix.lower()
    if suffix not in suffixes:
        raise typer.BadParameter(
            f"the suffix of {output.name!r} names no format; known: {', '.join(suffixes)}; or say --to", param_hint="-o"
        )
    return suffixes[suffix]


@contextlib.contextmanager
def opened(output: Path | None, stdout: BinaryIO | None) -> Iterator[BinaryIO]:
    """The stream to write to: stdout for None and "-", else a file beside its target, renamed over it at the end.

    What goes wrong on the way leaves the target as it was. Raises OutputReadonly when it cannot be written there.
    """
    if stdout is not None and (output is None or str(output) == "-"):
        yield stdout
        return
    if output is None:
        raise ValueError("neither a file nor a stream to write to")
    if output.is_dir():
        raise OutputReadonly(f"{output} is a folder", fix="Give the name of a file.")
    try:
        number, name = tempfile.mkstemp(prefix=f".{output.name[:100]}.", suffix=".part", dir=output.parent)
    except OSError as error:
        raise OutputReadonly(f"{output} cannot be written: {error.strerror}") from error
    try:
        with open(number, "wb") as stream:  # noqa: PTH123  a descriptor, not a path
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        _publish(Path(name), output)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _publish(made: Path, output: Path) -> None:
    """Put the finished file in its place, with the permissions that an ordinary new file would have."""
    mask = os.umask(0)
    os.umask(mask)
    mode = output.stat().st_mode & 0o777 if output.exists() else 0o666 & ~mask
    made.chmod(mode)
    try:
        made.replace(output)
    except OSError as error:
        raise OutputReadonly(f"{output} cannot be replaced: {error.strerror}") from error
