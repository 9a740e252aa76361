"""The ledger: which documents there are, what was read and understood of each, and what is left to do."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from invoice_ocr.batch import codec, lock, schema
from invoice_ocr.batch.durable import step
from invoice_ocr.batch.keys import keys_of
from invoice_ocr.batch.places import as_text, key_of_name, path_of
from invoice_ocr.intake import Failed, Source
from invoice_ocr.model import Issue, Reading, Record, Witness
from invoice_ocr.ocr.replay import parse_reading, write_reading

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from invoice_ocr.pixel_check import Looks

State = Literal["done", "failed", "again", "quarantined"]
Retry = Literal["", "failed", "review", "all"]
MOST_ATTEMPTS = 3  # after which a document that never lets a run end is left alone

_TOGETHER = 200  # rows fetched at once, so that no query stays open while the ledger is written
_RETRIED = {
    "failed": "state IN ('failed', 'quarantined', 'again')",
    "review": "decision = 'review'",
    "all": "TRUE",
}


@dataclass(frozen=True, slots=True)
class Job:
    """A document to be worked on. attempts: made so far; one that has any is worked on alone."""

    document: int
    sha256: str
    name: str
    size: int
    path: Path | None
    attempts: int


@dataclass(slots=True)
class Kept:
    """What reading a document gave: enough to understand it again without opening it.

    looks: what its pixels were found to say where its text layer was doubted.
    """

    reading: Reading
    issues: list[Issue] = field(default_factory=list)
    witnesses: list[Witness] = field(default_factory=list)
    looks: Looks = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Aside:
    issues: list[Issue] = field(default_factory=list)
    witnesses: list[Witness] = field(default_factory=list)


class Ledger:
    """One SQLite file; see `opened`. recipe, reading_recipe: under which results and readings are kept from now on."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.connection = connection
        self.recipe = ""
        self.reading_recipe = ""
        self._turn = threading.RLock()  # one thread at a time, for a whole transaction

    @contextlib.contextmanager
    def transaction(self, name: str) -> Iterator[sqlite3.Connection]:
        """All or nothing; `name` is the durable step that its commit is."""
        with self._turn:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                step(name)
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    def rows(self, query: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """The rows of a query that begins with an ascending key and ends in `{key} > ? ... LIMIT ?` for it."""
        last = -1
        while True:
            with self._turn:
                found = self.connection.execute(query, (*values, last, _TOGETHER)).fetchall()
            if not found:
                return
            yield from found
            last = found[-1][0]

    def use(self, recipe: str, reading_recipe: str) -> None:
        """Work under these recipes. The list of what is wanted (`add`) begins empty."""
        self.recipe, self.reading_recipe = recipe, reading_recipe
        self.connection.execute("DROP TABLE IF EXISTS temp.wanted")
        self.connection.execute(
            "CREATE TEMP TABLE wanted (position INTEGER PRIMARY KEY, document INTEGER UNIQUE, name ANY, path ANY)"
        )

    def add(self, sources: list[Source | Failed]) -> None:
        """Want these inputs: each becomes a document, or another name of one; what cannot be opened has failed."""
        with self.transaction("add") as rows:
            for source in sources:
                key = source.sha256 or key_of_name(source.name)
                now = _now()
                rows.execute(
                    "INSERT OR IGNORE INTO document (sha256, size, added) VALUES (?, ?, ?)", (key, source.size, now)
                )
                (document,) = rows.execute("SELECT id FROM document WHERE sha256 = ?", (key,)).fetchone()
                name, path = as_text(source.name), path_of(source)
                rows.execute(
                    "INSERT INTO place (document, name, path) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET path = ?3",
                    (document, name, path),
                )
                rows.execute(
                    "INSERT OR IGNORE INTO wanted (document, name, path) VALUES (?, ?, ?)", (document, name, path)
                )
                if isinstance(source, Failed):
                    record = Record(source.name, source.sha256, None, source.failure, self.recipe)
                    self._put(document, "failed", [record])
                else:
                    rows.execute("DELETE FROM document WHERE sha256 = ?", (key_of_name(source.name),))

    def settle(self, retry: Retry = "") -> None:
        """After the last `add`: what is to be tried again is forgotten, what is done under this recipe counts."""
        with self.transaction("settle") as rows:
            if retry:
                again = f"SELECT document FROM result WHERE recipe = ? AND {_RETRIED[retry]}"  # noqa: S608  from the table above
                opened = "SELECT w.document FROM wanted w JOIN document d ON d.id = w.document WHERE sha256 NOT LIKE ?"
                rows.execute("CREATE TEMP TABLE again (document INTEGER PRIMARY KEY) STRICT")
                rows.execute(f"INSERT INTO again {again} INTERSECT {opened}", (self.recipe, "name:%"))
                rows.execute(
                    "DELETE FROM result WHERE recipe = ? AND document IN (SELECT document FROM again)", (self.recipe,)
                )
                rows.execute(
                    "DELETE FROM reading WHERE recipe = ? AND document IN (SELECT document FROM again)",
                    (self.reading_recipe,),
                )
                rows.execute("DROP TABLE again")
            rows.execute(
                "UPDATE document SET recipe = ?1 WHERE recipe IS NOT ?1 AND id IN (SELECT document FROM wanted)"
                " AND id IN (SELECT document FROM result WHERE recipe = ?1 AND records IS NOT NULL)",
                (self.recipe,),
            )

    def forget(self) -> None:
        """Begin anew: documents, results and readings go, corrections stay."""
        with self.transaction("forget") as rows:
            rows.execute("DELETE FROM document")
            rows.execute("DELETE FROM page_text")

    def left(self, *, alone: bool) -> Iterator[Job]:
        """What is wanted and not done, in order. alone: those that were begun before and not ended, or the others."""
        begun = "r.document IS NOT NULL" if alone else "r.document IS NULL"
        query = f"""
            SELECT w.position, d.id, d.sha256, w.name, d.size, w.path, coalesce(r.attempts, 0)
            FROM wanted w JOIN document d ON d.id = w.document
            LEFT JOIN result r ON r.document = d.id AND r.recipe = ?
            WHERE (r.state IS NULL OR r.state IN ('running', 'again')) AND {begun} AND w.position > ?
            ORDER BY w.position LIMIT ?"""  # noqa: S608  one of two constants
        for _, document, sha256, name, size, path, attempts in self.rows(query, self.recipe):
            yield Job(document, sha256, os.fsdecode(name), size, Path(os.fsdecode(path)) if path else None, attempts)

    def kept(self, document: int, reading_recipe: str) -> Kept | None:
        """What was read of a document under a reading recipe."""
        with self._turn:
            row = self.connection.execute(
                "SELECT content, looks FROM reading WHERE document = ? AND recipe = ?", (document, reading_recipe)
            ).fetchone()
        if row is None:
            return None
        aside, reading = zlib.decompress(row[0]).split(b"\n", 1)
        found = codec.unpack(_Aside, bytes.fromhex(aside.decode()))
        looks = codec.unpack(dict[str, Any], row[1])
        return Kept(parse_reading(reading.decode()), found.issues, found.witnesses, looks)

    def latest(self, sha256: str) -> tuple[Path | None, Kept | None]:
        """Where the document with these bytes was last seen, and what was last read of it."""
        place = self.connection.execute(
            "SELECT path FROM place p JOIN document d ON d.id = p.document WHERE sha256 = ? AND path IS NOT NULL"
            " ORDER BY p.id DESC LIMIT 1",
            (sha256,),
        ).fetchone()
        reading = self.connection.execute(
            "SELECT r.document, r.recipe FROM reading r JOIN document d ON d.id = r.document WHERE sha256 = ?"
            " ORDER BY r.rowid DESC LIMIT 1",
            (sha256,),
        ).fetchone()
        return Path(os.fsdecode(place[0])) if place else None, self.kept(*reading) if reading else None

    def moved(self, path: Path, target: Path) -> None:
        """Remember that a file lies elsewhere now."""
        with self.transaction("moved") as rows:
            rows.execute(
                "UPDATE place SET path = ? WHERE path = ?",
                (as_text(str(target.absolute())), as_text(str(path.absolute()))),
            )

    def claim(self, *jobs: Job) -> None:
        """Charge each of these documents an attempt, before it is touched."""
        with self.transaction("claim") as rows:
            rows.executemany(
                "INSERT INTO result (document, recipe, state, attempts) VALUES (?, ?, 'running', 1)"
                " ON CONFLICT DO UPDATE SET state = 'running', attempts = attempts + 1",
                [(job.document, self.recipe) for job in jobs],
            )

    def finish(self, job: Job, state: State, records: list[Record], kept: Kept | None = None) -> None:
        """Keep what came of a document: one transaction. kept: its reading, where that is new."""
        with self.transaction("finish") as rows:
            self._put(job.document, state, records)
            if kept is None:
                return
            aside = codec.pack(_Aside(kept.issues, kept.witnesses)).hex().encode()
            content = zlib.compress(aside + b"\n" + write_reading(kept.reading).encode())
            rows.execute(
                "INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?)",
                (job.document, self.reading_recipe, content, codec.pack(dict(kept.looks))),
            )
            self._index(rows, job.document, kept.reading)

    def extent(self) -> tuple[int, int]:
        """How many documents are wanted, failed ones aside, and how many of them are not done under this recipe."""
        row: tuple[int, int] = self.connection.execute(
            "SELECT count(*) FILTER (WHERE r.state IS NULL OR r.state NOT IN ('failed', 'quarantined')),"
            " count(*) FILTER (WHERE r.state IS NULL OR r.state IN ('running', 'again'))"
            " FROM wanted w LEFT JOIN result r ON r.document = w.document AND r.recipe = ?",
            (self.recipe,),
        ).fetchone()
        return row

    def release(self) -> None:
        """Take back the attempts of what was claimed and not finished: the run ends in an orderly way."""
        with self.transaction("release") as rows:
            rows.execute("DELETE FROM result WHERE state = 'running' AND attempts <= 1")
            rows.execute("UPDATE result SET state = 'again', attempts = attempts - 1 WHERE state = 'running'")

    def _put(self, document: int, state: State, records: list[Record]) -> None:
        decisions = {record.invoice.decision if record.invoice else "reject" for record in records}
        decision = next((worst for worst in ("reject", "review", "post") if worst in decisions), None)
        code = next((record.failure.code for record in records if record.failure), None)
        pages = sum(len(record.invoice.pages) for record in records if record.invoice)
        keys = json.dumps([keys_of(record.invoice) for record in records])
        self.connection.execute(
            "INSERT INTO result VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO UPDATE SET state = ?3,"
            " attempts = CASE ?3 WHEN 'again' THEN 0 ELSE attempts END,"
            " decision = ?4, code = ?5, pages = ?6, records = ?7, keys = ?8, finished = ?9",
            (document, self.recipe, state, decision, code, pages, codec.pack(records), keys, _now()),
        )
        if state != "again":
            self.connection.execute("UPDATE document SET recipe = ? WHERE id = ?", (self.recipe, document))

    def _index(self, rows: sqlite3.Connection, document: int, reading: Reading) -> None:
        rows.execute("DELETE FROM page_text WHERE rowid IN (SELECT id FROM page WHERE document = ?)", (document,))
        rows.execute("DELETE FROM page WHERE document = ?", (document,))
        for page in reading.pages:
            made = rows.execute(
                "INSERT INTO page (document, recipe, number) VALUES (?, ?, ?)",
                (document, self.reading_recipe, page.number),
            )
            text = " ".join(word.text for word in page.words).encode("utf-8", "replace").decode()
            rows.execute("INSERT INTO page_text (rowid, text) VALUES (?, ?)", (made.lastrowid, text))


@contextlib.contextmanager
def opened(path: Path, *, write: bool = False, make: bool = True) -> Iterator[Ledger]:
    """The ledger at `path`. write: hold its lock, and with `make` make it where there is none.

    Raises Locked when another run holds it, ConfigError when it is none, DiskFull or OutputReadonly, also later.
    """
    if not (write and make):
        schema.require(path)
    with lock.locked(path) if write else contextlib.nullcontext(), schema.opened(path, write=write) as connection:
        yield Ledger(path, connection)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
