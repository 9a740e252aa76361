"""Full-text search over everything that was read: the page by its index, the place by the words of its reading."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from invoice_ocr.errors import WrongUsage
from invoice_ocr.model import Box
from invoice_ocr.values.text import without_accents

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from invoice_ocr.batch.ledger import Ledger
    from invoice_ocr.model import Word


@dataclass(frozen=True, slots=True)
class Hit:
    """Words found. page: from 1; box: in points; text: as printed."""

    file: str
    sha256: str
    page: int
    box: Box
    text: str


def search(book: Ledger, words: str) -> Iterator[Hit]:
    """Where `words` stand, best pages first: side by side where they do, else each of them, where a page has all.

    Case and accents do not count. A word found must begin with the one asked for. Raises WrongUsage without words.
    """
    wanted = _folded(words)
    if not wanted:
        raise WrongUsage("there is nothing to search for", fix="Give one or more words.")
    query = " ".join(f'"{word}"*' for word in wanted)
    rows = book.connection.execute(
        "SELECT p.document, p.recipe, p.number, d.sha256,"
        " (SELECT name FROM place WHERE document = d.id ORDER BY id LIMIT 1)"
        " FROM page_text t JOIN page p ON p.id = t.rowid JOIN document d ON d.id = p.document"
        " WHERE page_text MATCH ? ORDER BY rank, p.document, p.number",
        (query,),
    )
    for document, recipe, number, sha256, name in rows:
        kept = book.kept(document, recipe)
        page = next((one for one in kept.reading.pages if one.number == number), None) if kept else None
        for found in _places(page.words if page else (), wanted):
            text = " ".join(word.text for word in found)
            yield Hit(os.fsdecode(name), sha256, number, Box.around(word.box for word in found), text)


def _places(words: Sequence[Word], wanted: Sequence[str]) -> list[list[Word]]:
    """Runs of words that say what is wanted; without any, single words that say a part of it."""
    tokens = [(token, index) for index, word in enumerate(words) for token in _folded(word.text)]
    runs = [
        tokens[at : at + len(wanted)]
        for at in range(len(tokens) - len(wanted) + 1)
        if all(token.startswith(part) for (token, _), part in zip(tokens[at:], wanted, strict=False))
    ]
    if not runs:
        runs = [[pair] for pair in tokens if any(pair[0].startswith(part) for part in wanted)]
    places = [tuple(dict.fromkeys(index for _, index in run)) for run in runs]
    return [[words[index] for index in place] for place in dict.fromkeys(places)]


def _folded(text: str) -> list[str]:
    """The words of a text as the index has them: letters and digits, no case, no accents."""
    plain = without_accents(text.casefold())
    return "".join(c if c.isalnum() else " " for c in plain).split()
