"""What a run would do, without doing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from invoice_ocr.intake import Source, expand
from invoice_ocr.recipes import reading_recipe_of, recipe_of, rules_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from invoice_ocr.batch.ledger import Ledger
    from invoice_ocr.intake.sources import Input
    from invoice_ocr.model import Failure
    from invoice_ocr.settings import Settings

What = Literal["read", "understand", "done", "fail", "same"]


def plan(
    inputs: Iterable[Input], book: Ledger | None, settings: Settings
) -> Iterator[tuple[What, str, Failure | None]]:
    """For each input what a run would do: read, understand (its reading is kept), done, fail; same bytes: same."""
    recipes = (recipe_of(settings, rules_for(settings)), reading_recipe_of(settings)) if book else ("", "")
    seen: set[str] = set()
    for source in expand(inputs, settings):
        if not isinstance(source, Source):
            yield "fail", source.name, source.failure
        elif source.sha256 in seen:
            yield "same", source.name, None
        else:
            seen.add(source.sha256)
            yield _what(source.sha256, book, *recipes), source.name, None


def _what(sha256: str, book: Ledger | None, recipe: str, reading_recipe: str) -> What:
    if book is None:
        return "read"
    done = "SELECT 1 FROM result r JOIN document d ON d.id = r.document WHERE sha256 = ? AND r.recipe = ?"
    if book.connection.execute(f"{done} AND state NOT IN ('running', 'again')", (sha256, recipe)).fetchone():
        return "done"
    kept = "SELECT 1 FROM reading r JOIN document d ON d.id = r.document WHERE sha256 = ? AND r.recipe = ?"
    return "understand" if book.connection.execute(kept, (sha256, reading_recipe)).fetchone() else "read"
