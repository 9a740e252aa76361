"""Truth files: what is right for documents that are read, one JSON object a line.

For fields: {"file", "doc_type", "truth": {field: value or null}}, where null says "looked for and absent" and a field
that is not listed is unknown and not scored; for words: {"page", "items": [{"text"}]}.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal

from invoice_ocr.errors import ConfigError
from invoice_ocr.model import FIELD_KINDS
from invoice_ocr.settings import unknown

ROWS = ("tax_lines", "line_items")

Json = dict[str, Any]


def load(path: Path) -> list[Json]:
    """The JSON objects of a file, one a line. ConfigError when it is not such a file."""
    try:
        found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}", fix="Give a file with one JSON object a line."
        ) from error
    except ValueError as error:
        raise ConfigError(f"{path} is not JSON, one object a line: {error}", fix="Write it with --to jsonl.") from error
    if not all(isinstance(one, dict) for one in found):
        raise ConfigError(f"{path} has lines that are not JSON objects", fix="Write it with --to jsonl.")
    return found


def kind_of(truth: Sequence[Json], path: Path) -> Literal["fields", "words"]:
    """What a truth file is about. ConfigError when it is about neither, or says what no document could give."""
    if truth and all("truth" in one and "file" in one for one in truth):
        for mistake in _mistakes(truth):
            raise ConfigError(f"{path}: {mistake.message}", fix=mistake.fix)
        return "fields"
    if truth and all("page" in one and ("items" in one or "text" in one) for one in truth):
        return "words"
    raise ConfigError(f"{path} is no truth file", fix='Each line needs "file" and "truth", or "page" and "items".')


def _mistakes(truth: Sequence[Json]) -> Iterator[ConfigError]:
    """Names that are no fields, and values that their fields cannot have."""
    for one in truth:
        if not isinstance(one["truth"], dict):
            yield ConfigError(f"the truth of {one['file']} is no object", fix='Write {"total_gross": "119.00"}.')
            continue
        for name, value in one["truth"].items():
            if name not in FIELD_KINDS and name not in ROWS:
                yield unknown("field", name, (*FIELD_KINDS, *ROWS))
            elif value is not None and not _is_possible(name, value):
                wanted = "number such as 1190.00" if FIELD_KINDS[name] == "decimal" else "date such as 2026-03-31"
                yield ConfigError(
                    f"{value!r} is no value for {name} of {one['file']}", fix=f"Give a {wanted}, or null."
                )


def _is_possible(name: str, value: object) -> bool:
    try:
        if FIELD_KINDS.get(name) == "decimal":
            return Decimal(str(value)).is_finite()
        if FIELD_KINDS.get(name) == "date":
            date.fromisoformat(str(value))
    except (InvalidOperation, ValueError):
        return False
    return True
