"""The ledger's tables, how they are opened, and what SQLite's errors are called here."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from typing import TYPE_CHECKING

from invoice_ocr.batch import lock
from invoice_ocr.errors import ConfigError, DiskFull, InvoiceOcrError, OutputReadonly

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERSION = 1
_MARK = 0x494F4352  # "IOCR", the application_id of our files

# document: one row for the same bytes, whatever they are called; an input that could not be opened has "name:" and a
# digest of its name for bytes. recipe: of the result that counts. place: every name it came under, the first is shown.
# result: state is running, again (its worker died: once more, alone), done, failed or quarantined.
# Names are ANY: what UTF-8 cannot hold is kept as bytes.
_TABLES = """
CREATE TABLE document (
    id INTEGER PRIMARY KEY AUTOINCREMENT, sha256 TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, recipe TEXT,
    added TEXT NOT NULL
) STRICT;
CREATE TABLE place (
    id INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES document ON DELETE CASCADE, name ANY NOT NULL,
    path ANY, UNIQUE (document, name)
) STRICT;
CREATE TABLE result (
    document INTEGER NOT NULL REFERENCES document ON DELETE CASCADE, recipe TEXT NOT NULL, state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, decision TEXT, code TEXT, pages INTEGER NOT NULL DEFAULT 0, records BLOB,
    keys TEXT, finished TEXT, PRIMARY KEY (document, recipe)
) STRICT;
CREATE INDEX result_state ON result (state, recipe);
CREATE TABLE reading (
    document INTEGER NOT NULL REFERENCES document ON DELETE CASCADE, recipe TEXT NOT NULL, content BLOB NOT NULL,
    looks BLOB NOT NULL, PRIMARY KEY (document, recipe)
) STRICT;
CREATE TABLE page (
    id INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES document ON DELETE CASCADE, recipe TEXT NOT NULL,
    number INTEGER NOT NULL
) STRICT;
CREATE INDEX page_document ON page (document);
CREATE VIRTUAL TABLE page_text USING fts5 (text, tokenize = "unicode61 remove_diacritics 2");
CREATE TABLE correction (
    id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, invoice INTEGER NOT NULL, field TEXT NOT NULL, value TEXT,
    who TEXT NOT NULL, at TEXT NOT NULL
) STRICT;
CREATE TRIGGER correction_stays BEFORE UPDATE ON correction BEGIN SELECT RAISE(ABORT, 'corrections are kept'); END;
CREATE TRIGGER correction_is_kept BEFORE DELETE ON correction BEGIN SELECT RAISE(ABORT, 'corrections are kept'); END;
"""


# Came later: made where it is missing, and nothing that programs which do not know it would stumble over.
_EXPORTED = """
CREATE TABLE IF NOT EXISTS exported (
    sha256 TEXT NOT NULL, invoice INTEGER NOT NULL, format TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (sha256, invoice, format)
) STRICT;
"""


@contextlib.contextmanager
def opened(path: Path, *, write: bool) -> Iterator[sqlite3.Connection]:
    """A connection to the ledger at `path`; with `write` it is made when there is none.

    Raises ConfigError when it is no ledger, or of a later version; what the disk refuses becomes DiskFull or
    OutputReadonly, also while the connection is in use.
    """
    try:
        mode = "mode=rwc" if write else _reading_mode(path)
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?{mode}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,  # a batch writes in a thread; the ledger lets one in at a time
        )
        try:
            connection.execute(f"PRAGMA query_only = {not write}")
            _prepare(connection, path, write=write)
            yield connection
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise typed(error, path) from error


def require(path: Path) -> None:
    """Nothing, when there is a file at `path`; else raises ConfigError."""
    if not path.exists():
        raise ConfigError(f"there is no ledger {path}", fix="invoice-ocr batch PATH... --ledger FILE makes one.")


def _reading_mode(path: Path) -> str:
    """How to open a ledger for reading, so that no file of SQLite's stays beside it, in a folder of any kind."""
    if not os.access(path.parent, os.W_OK):
        return "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "mode=ro&immutable=1"
    return "mode=rw" if os.access(path, os.W_OK) and lock.holder(path) is None else "mode=ro"


def typed(error: sqlite3.Error, path: Path) -> InvoiceOcrError:
    """The error of ours that an error of SQLite's stands for."""
    kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if kind == sqlite3.SQLITE_FULL or (kind == sqlite3.SQLITE_IOERR and _no_space(path)):
        return DiskFull(f"the disk of {path} is full")
    if kind in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR}:
        return OutputReadonly(f"{path} cannot be written: {error}", fix="Choose another place with --ledger.")
    if kind in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        return ConfigError(f"{path} is no ledger: {error}", fix="Give another --ledger, or move the file away.")
    return InvoiceOcrError(f"the ledger {path} failed: {error}")


def _no_space(path: Path) -> bool:
    """Whether the disk has less than a page of a database left: its log then fails in ways of its own."""
    left = os.statvfs(path.parent)
    return left.f_bavail * left.f_frsize < 1 << 16


def _prepare(connection: sqlite3.Connection, path: Path, *, write: bool) -> None:
    connection.execute("PRAGMA busy_timeout = 5000")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if mark != _MARK and (tables or not write):
        raise ConfigError(f"{path} is no ledger", fix="Give another --ledger, or move the file away.")
    if mark == _MARK and version != VERSION:
        raise ConfigError(
            f"{path} is a ledger of version {version}, this program knows {VERSION}", fix="Install a newer invoice-ocr."
        )
    if write:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
    if write and tables:
        connection.execute(_EXPORTED)
    if not tables:
        connection.executescript(
            f"BEGIN; {_TABLES} {_EXPORTED} PRAGMA application_id = {_MARK}; PRAGMA user_version = {VERSION}; COMMIT;"
        )
