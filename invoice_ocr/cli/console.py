"""The two streams: data on stdout and nothing else there, whatever libraries print; the rest on stderr."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, NoReturn, Self, cast

from invoice_ocr.errors import InvoiceOcrError, OutputReadonly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.status import Status

    from invoice_ocr.model import Failure


@dataclass(frozen=True, slots=True)
class Verbosity:
    """quiet: only errors. verbose: also what is being done. debug: also tracebacks."""

    quiet: bool = False
    verbose: bool = False
    debug: bool = False


@contextlib.contextmanager
def guarded_stdout() -> Iterator[BinaryIO]:
    """The real stdout as a binary stream; meanwhile everything else that writes to stdout, also C code, hits stderr."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stdout.flush()
    if 1 in _filled():
        yield cast("BinaryIO", _Closed())
        return
    kept = os.dup(1)
    with open(kept, "wb") as stream:  # noqa: PTH123  a descriptor, not a path
        os.dup2(2, 1)
        try:
            yield stream
            stream.flush()
        finally:
            with contextlib.suppress(OSError, ValueError, AttributeError):
                sys.stdout.flush()
            os.dup2(kept, 1)


def _filled() -> list[int]:
    """Which of stdin, stdout and stderr are closed; they lead nowhere now, so that no other file takes their number."""
    closed = []
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            closed.append(number)
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    return closed


class _Closed(io.RawIOBase):
    """Stands for a stdout that is closed, which matters only to who writes there."""

    def writable(self) -> bool:
        return True

    def write(self, _: object) -> NoReturn:
        raise OutputReadonly("stdout is closed", fix="Give -o FILE, or open stdout.")

    def fileno(self) -> NoReturn:
        self.write(b"")


def console(stream: BinaryIO | None = None, *, width: int = 100) -> Console:
    """A rich console on stderr, or on the given binary stream. NO_COLOR and a dumb terminal are honoured by rich.

    width: columns where the stream is no terminal.
    """
    from rich.console import Console

    if stream is None:
        return Console(stderr=True, highlight=False, soft_wrap=True)
    text = open(stream.fileno(), "w", encoding=_encoding(), errors="replace", closefd=False)  # noqa: SIM115
    return Console(file=text, highlight=False, width=None if text.isatty() else width)


def clean(text: str) -> str:
    """Text that is safe to print on a terminal: control, format and lone surrogate characters become a mark."""
    return "".join(c if c == "\n" or unicodedata.category(c)[0] != "C" else "\ufffd" for c in text)


def on_a_line(text: str) -> str:
    """As `clean`, without line breaks either: where a name stands in a line."""
    return clean(text.replace("\n", "\ufffd"))


def as_line(name: str, stream: BinaryIO) -> bytes:
    """A file's name as it is, for other programs; on a terminal on one line, and safe to print."""
    if not stream.isatty():
        return os.fsencode(name)
    return on_a_line(name).encode("utf-8", "replace")


def counted(number: int, what: str = "document") -> str:
    """1 document, 2 documents."""
    return f"{number:,} {what}{'s' * (number != 1)}"


def report(error: InvoiceOcrError | Failure, where: str = "") -> None:
    """At most four lines on stderr: what happened, where, what to do, the code."""
    from rich.text import Text

    message = clean(error.message.replace("\n", " ").strip())
    lines = [Text.assemble(("error: ", "bold red"), message)]
    if where and where not in error.message:
        lines.append(Text.assemble(("   in: ", "dim"), on_a_line(where)))
    lines.append(Text.assemble(("  fix: ", "dim"), clean(error.fix.replace("\n", " "))))
    lines.append(Text(f"       {error.code}", style="dim"))
    out = console()
    for line in lines:
        out.print(line)


def note(text: str, verbosity: Verbosity) -> None:
    """One dim line on stderr, unless -q."""
    if not verbosity.quiet:
        from rich.text import Text

        console().print(Text(clean(text), style="dim"))


class Waiting:
    """A spinner with the latest log line while work goes on; nothing where stderr is no terminal, or with -q or -v."""

    def __init__(self, verbosity: Verbosity) -> None:
        self._status: Status | None = None
        out = console()
        if out.is_terminal and not verbosity.quiet and not verbosity.verbose:
            self._status = out.status("starting")
        self._handler = _Latest(self)

    def __enter__(self) -> Self:
        if self._status:
            self._status.start()
            logging.getLogger("invoice_ocr").addHandler(self._handler)
        return self

    def __exit__(self, *_: object) -> None:
        if self._status:
            logging.getLogger("invoice_ocr").removeHandler(self._handler)
            self._status.stop()

    def tell(self, text: str) -> None:
        if self._status:
            from rich.text import Text

            self._status.update(Text(clean(text), style="dim", overflow="ellipsis", no_wrap=True))

    @contextlib.contextmanager
    def hidden(self) -> Iterator[None]:
        """Out of the way while something else is printed."""
        if self._status:
            self._status.stop()
        yield
        if self._status:
            self._status.start()


class _Latest(logging.Handler):
    """Shows the latest record of a log in place."""

    def __init__(self, waiting: Waiting) -> None:
        super().__init__(logging.INFO)
        self._waiting = waiting

    def emit(self, record: logging.LogRecord) -> None:
        self._waiting.tell(record.getMessage())


def _encoding() -> str:
    return getattr(sys.stdout, "encoding", None) or "utf-8"
