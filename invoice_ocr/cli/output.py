"""Where results go: stdout, or a file that appears only when it is whole."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import typer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping


def place(given: Path | None) -> Path | None:
    """What -o names, None where it is stdout: `-`, which the shell may have spelled /dev/stdout."""
    return None if given is None or str(given) in {"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"} else given


def formats() -> list[str]:
    """What --to may say of invoices, for the shell to complete."""
    from invoice_ocr.export import EXPORTERS

    return ["table", *EXPORTERS]


def format_of(output: Path | None, to: str, suffixes: Mapping[str, str], known: Collection[str]) -> str:
    """The name of the format that --to names, or else the suffix of -o; "" when neither says."""
    if to:
        if to not in known:
            raise typer.BadParameter(f"{to!r} is none of {', '.join(known)}", param_hint="--to")
        return to
    if output is None or output.is_dir():
        return ""
    suffix = output.suffix.lower()
    if suffix not in suffixes:
        raise typer.BadParameter(
            f"the suffix of {output.name!r} names no format; known: {', '.join(suffixes)}; or say --to", param_hint="-o"
        )
    return suffixes[suffix]


@contextlib.contextmanager
def opened(output: Path | None, stdout: BinaryIO | None) -> Iterator[BinaryIO]:
    """The stream to write to: stdout for None, else a file beside its target, renamed over it at the end.

    What goes wrong on the way leaves the target as it was. Raises OutputReadonly when it cannot be written there,
    Locked while another run writes it.
    """
    if output is None:
        if stdout is None:
            raise ValueError("neither a file nor a stream to write to")
        yield stdout
        return
    from invoice_ocr.batch import outputs

    with outputs.opened(output) as stream:
        yield stream
