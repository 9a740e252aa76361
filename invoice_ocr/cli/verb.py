"""What every verb shares: -q -v --debug, and the one place that maps errors to exit codes."""

from __future__ import annotations

import contextlib
import errno
import inspect
import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Annotated, Any, NoReturn

import typer

from invoice_ocr.cli.console import Verbosity, guarded_stdout, note, report
from invoice_ocr.cli.options import as_command, parameters_of
from invoice_ocr.cli.stopping import Terminated
from invoice_ocr.errors import DiskFull, ExitCode, InputError, InvoiceOcrError, OutOfMemory, OutputReadonly

_PANEL = "Messages"
_FLAGS = [
    inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Annotated[bool, made])
    for name, made in (
        ("quiet", typer.Option("--quiet", "-q", help="Only errors on stderr.", rich_help_panel=_PANEL)),
        ("verbose", typer.Option("--verbose", "-v", help="Also what is being done.", rich_help_panel=_PANEL)),
        ("debug", typer.Option("--debug", help="Also tracebacks.", rich_help_panel=_PANEL)),
    )
]


def verb(command: Callable[..., ExitCode | None]) -> Callable[..., None]:
    """A Typer command from a function that takes `stdout` (binary), `verbosity` and its own flags.

    While it runs nothing but `stdout` reaches the real stdout; what it raises becomes a message and an exit code.
    """
    own = [p for p in parameters_of(command) if p.name not in {"stdout", "verbosity"}]

    def wrapper(*, quiet: bool, verbose: bool, debug: bool, **given: Any) -> NoReturn:
        verbosity = Verbosity(quiet=quiet, verbose=verbose or debug, debug=debug)
        raise typer.Exit(int(_run(command, given, verbosity)))

    return as_command(wrapper, command, [*own, *_FLAGS])


def _run(command: Callable[..., ExitCode | None], given: dict[str, Any], verbosity: Verbosity) -> ExitCode:
    try:
        with _logging(verbosity), guarded_stdout() as stdout:
            return command(**given, stdout=stdout, verbosity=verbosity) or ExitCode.OK
    except (typer.Exit, typer.BadParameter):
        raise
    except BaseException as error:  # noqa: BLE001  this is the place where errors end
        if verbosity.debug:
            traceback.print_exc(file=sys.stderr)
        return _code_of(error)


def _code_of(error: BaseException) -> ExitCode:
    """Say what happened, and give back the exit code that stands for it."""
    if isinstance(error, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    if isinstance(error, Terminated):
        return ExitCode.TERMINATED
    if isinstance(error, BrokenPipeError | SystemExit):  # rich turns a reader that has gone away into SystemExit
        return ExitCode.OK
    known = _known(error)
    report(known)
    return ExitCode.ALL_FAILED if isinstance(known, InputError) else known.exit_code


def _known(error: BaseException) -> InvoiceOcrError:
    """The error as one of ours: the disk's and the memory's have names, the rest is our bug."""
    if isinstance(error, InvoiceOcrError):
        return error
    if isinstance(error, MemoryError):
        return OutOfMemory("there is not enough memory", fix="Lower --dpi, --batch-size or --jobs.")
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return DiskFull(f"the disk is full: {error}")
    if isinstance(error, OSError) and error.errno in {errno.EMFILE, errno.ENFILE}:
        return InvoiceOcrError("too many files are open", fix="Raise the limit, ulimit -n 1024, or lower --jobs.")
    if isinstance(error, OSError) and error.errno in {errno.EROFS, errno.EACCES, errno.EPERM} and error.filename:
        return OutputReadonly(f"{error.filename} cannot be written: {error.strerror}")
    return InvoiceOcrError(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)


@contextlib.contextmanager
def _logging(verbosity: Verbosity) -> Iterator[None]:
    """Our log lines on stderr with -v and --debug; else warnings alone, and the others only for the spinner."""
    logger = logging.getLogger("invoice_ocr")
    handler = logging.StreamHandler(sys.stderr) if verbosity.verbose else _Warnings(verbosity)
    handler.setFormatter(logging.Formatter("%(relativeCreated)7.0f ms  %(message)s"))
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG if verbosity.debug else logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.level, logger.propagate = before


class _Warnings(logging.Handler):
    """Shows warnings as notes."""

    def __init__(self, verbosity: Verbosity) -> None:
        super().__init__(logging.WARNING)
        self._verbosity = verbosity

    def emit(self, record: logging.LogRecord) -> None:
        note(record.getMessage(), self._verbosity)
