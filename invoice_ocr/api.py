"""extract() and read() for Python: one input gives one result or its error, several give a list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from invoice_ocr import errors, pipeline, settings
from invoice_ocr.errors import InputError
from invoice_ocr.model import FIELD_KINDS, Failure, Field, Invoice, Issue, Reading, Record

if TYPE_CHECKING:
    from invoice_ocr.intake.sources import Input
    from invoice_ocr.ocr import Engine

_T = TypeVar("_T")


@overload
def extract(source: Input, *, engine: Engine | None = None, **options: Any) -> Invoice: ...
@overload
def extract(source: Iterable[Input], *, engine: Engine | None = None, **options: Any) -> list[Invoice]: ...
def extract(
    source: Input | Iterable[Input], *, engine: Engine | None = None, **options: Any
) -> Invoice | list[Invoice]:
    """The invoice in one document; or, for a list of documents, all their invoices in order, each with its `file`.

    source: a path, a file's bytes, an open binary stream, or a page as a uint8 array, shape (height, width[, 3 or 4]),
    RGB. A list, or whatever else gives one after the other, may hold any mix of them, and folders and patterns too.
    engine: reads pixels instead of the one that the options ask for; load it once with `invoice_ocr.ocr.load_engine`.
    options: what the command's flags say, with underscores: text="layer", dpi=300, min_confidence=0.9.

    A single document that cannot be read raises its InputError (NotFound, Encrypted, ...), one that holds several
    invoices, or a folder of several, Several. In a list, an input that fails gives an Invoice without values whose
    decision is "reject" and whose only issue has the error's code. ConfigError for a bad option; RunError
    (MissingPart, ModelIntegrity, RuleError) when nothing can go on. Nothing is read from the environment or from
    invoice-ocr.toml.

    Each call starts a process that opens files, and loads the networks if it needs them: give a list rather than
    calling it once a file. Calls from several threads do not disturb each other.
    """
    chosen = settings.make(options)
    inputs, several = _inputs(source)
    records = pipeline.extract(inputs, chosen, engine=engine)
    if several:
        return [_named(record) for record in records]
    found = []
    for record in records:
        if record.invoice is None:
            raise error_of(record.failure)
        found.append(_named(record))
    return _only(found, "invoices", "extract")


@overload
def read(source: Input, *, engine: Engine | None = None, **options: Any) -> Reading: ...
@overload
def read(source: Iterable[Input], *, engine: Engine | None = None, **options: Any) -> list[Reading]: ...
def read(source: Input | Iterable[Input], *, engine: Engine | None = None, **options: Any) -> Reading | list[Reading]:
    """The words of one document, page by page, with boxes in points; or a list of such readings for a list.

    Arguments as for `extract`. A document that cannot be read raises its InputError, in a list too.
    """
    chosen = settings.make(options)
    inputs, several = _inputs(source)
    readings = []
    for transcript in pipeline.read(inputs, chosen, engine=engine):
        if transcript.reading is None:
            raise error_of(transcript.failure)
        readings.append(transcript.reading)
    if several:
        return readings
    return _only(readings, "documents", "read")


def _inputs(source: Input | Iterable[Input]) -> tuple[Iterable[Input], bool]:
    """The inputs, and whether several were asked for: anything iterable that is not itself a document."""
    one = isinstance(source, str | bytes | bytearray | memoryview) or hasattr(source, "read")
    if one or hasattr(source, "__array_interface__") or not isinstance(source, Iterable):
        return [cast("Input", source)], False
    return cast("Iterable[Input]", source), True


def _only(found: list[_T], names: str, verb: str) -> _T:
    """The one thing found; raises NotFound where there is none, and Several where there are more."""
    if not found:
        raise error_of(None)
    if len(found) > 1:
        raise errors.Several(f"{len(found)} {names} where one was expected.", fix=f"Give a list: {verb}([source]).")
    return found[0]


def error_of(failure: Failure | None) -> InputError:
    """The typed error that a failure was made of."""
    kinds = {
        kind.code: kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, InputError)
    }
    if failure is None:
        return errors.NotFound("There is nothing to read.")
    return kinds.get(failure.code, InputError)(failure.message, fix=failure.fix)


def _named(record: Record) -> Invoice:
    """The record's invoice, or one without values where it failed, with the name of its file."""
    return replace(record.invoice or _rejected(record.failure), file=record.file)


def _rejected(failure: Failure | None) -> Invoice:
    code, message = (failure.code, failure.message) if failure else ("E_NOT_FOUND", "There is nothing to read.")
    fields = {name: Field(name, None, 0.0, "missing") for name in FIELD_KINDS}
    return Invoice(fields, (), "reject", (code,), issues=(Issue(code, message),))
