"""The model's frozen nouns to compressed JSON and back, exactly: what the ledger keeps of results."""

from __future__ import annotations

import json
import types
import zlib
from collections.abc import Sequence
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints


def pack(value: Any) -> bytes:
    """A dataclass, or a list of them, as compressed JSON. Fields that have their default are left out."""
    return zlib.compress(json.dumps(_plain(value), separators=(",", ":")).encode())


def unpack(kind: Any, content: bytes) -> Any:
    """The value of type `kind` (a dataclass, `list[...]` of one) that `pack` made these bytes of.

    ValueError when they are something else.
    """
    try:
        return _typed(kind, json.loads(zlib.decompress(content)))
    except (zlib.error, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise ValueError(f"not a packed {kind}: {error}") from error


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        pairs = ((field, getattr(value, field.name)) for field in fields(value))
        return {field.name: _plain(one) for field, one in pairs if not _is_default(field, one)}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def _is_default(field: Any, value: Any) -> bool:
    if field.default_factory is not MISSING:
        return bool(value == field.default_factory())
    return field.default is not MISSING and type(value) is type(field.default) and bool(value == field.default)


def _typed(kind: Any, found: Any) -> Any:
    if found is None:
        return None
    origin, inner = get_origin(kind), get_args(kind)
    if origin in {Union, types.UnionType}:
        return _of_union(inner, found)
    if origin in {tuple, list}:
        return origin(_typed(one, item) for one, item in zip(_kinds(inner, found), found, strict=True))
    if origin is dict:
        return {name: _typed(inner[1], item) for name, item in found.items()}
    if is_dataclass(kind):
        hints = _hints(kind)  # type: ignore[arg-type]
        return kind(**{name: _typed(hints[name], item) for name, item in found.items() if name in hints})  # type: ignore[operator]
    if kind is Decimal:
        return Decimal(found["decimal"])
    return date.fromisoformat(found["date"]) if kind is date else found


def _of_union(kinds: Sequence[Any], found: Any) -> Any:
    """A value that may be of several types: amounts and dates say which, of dataclasses a union has one at most."""
    if isinstance(found, dict):
        for kind, mark in ((Decimal, "decimal"), (date, "date")):
            if kind in kinds and mark in found:
                return _typed(kind, found)
    return _typed(next((kind for kind in kinds if is_dataclass(kind)), str), found)


def _kinds(inner: Sequence[Any], found: Sequence[Any]) -> Sequence[Any]:
    """The type of each item: `tuple[X, ...]` and `list[X]` have one for all."""
    return inner if len(inner) > 1 and inner[1] is not Ellipsis else [inner[0]] * len(found)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
