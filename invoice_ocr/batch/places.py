"""How the ledger keeps names and places of files, which may be no text at all."""

from __future__ import annotations

import hashlib
import os

from invoice_ocr.intake import Failed, Source


def as_text(name: str) -> str | bytes:
    """A name as SQLite can keep it."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name)
    return name


def key_of_name(name: str) -> str:
    """What stands for the SHA-256 of an input that could not be opened."""
    return "name:" + hashlib.sha256(os.fsencode(name)).hexdigest()


def path_of(source: Source | Failed) -> str | bytes | None:
    """Where a document lies, None where it lies nowhere for good."""
    path = source.path if isinstance(source, Source) and not source.passing else None
    return as_text(str(path.absolute())) if path is not None else None
