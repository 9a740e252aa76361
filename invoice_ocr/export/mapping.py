"""Accounting formats as data: a YAML file says which columns there are, and from what each is filled."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import fields as fields_of
from pathlib import Path
from typing import Any

from invoice_ocr.errors import ConfigError
from invoice_ocr.export.bills import Row
from invoice_ocr.model import FIELD_KINDS

FOLDER = Path(__file__).parent / "accounts"
_LARGEST = 1_000_000  # bytes of a mapping
_OF_ROW = frozenset(one.name for one in fields_of(Row))
_OF_BILL = frozenset({*FIELD_KINDS, "file", "sha256", "decision"})
_OF_FILE = frozenset({"first_date", "last_date"})
_ROWS = ("lines", "rates", "whole")
_CREDITS = ("same", "negative")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. value: what of the row, bill or file fills it; text: what is always there; see accounts/README.md."""

    name: str = ""
    value: str = ""
    text: str = ""
    map: dict[str, str] | None = None
    otherwise: str = ""
    format: str = ""
    decimal: str = "."
    places: int = 2
    sign: str = ""
    keep: str = ""
    most: int = 0
    first: bool = False
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Mapping:
    """A whole format. head: rows of fixed columns before all; bill, line, end: columns of each bill's rows."""

    title: str
    line: tuple[Column, ...]
    bill: tuple[Column, ...] = ()
    end: tuple[Column, ...] = ()
    head: tuple[tuple[Column, ...], ...] = ()
    names: bool = True
    rows: str = "lines"
    credit: str = "same"
    decisions: tuple[str, ...] = ("post",)
    encoding: str = "utf-8"
    delimiter: str = ","
    newline: str = "\n"
    plain: bool = False


def load(path: Path) -> Mapping:
    """The mapping in a YAML file. Raises ConfigError that names every mistake in it."""
    import yaml

    try:
        if path.stat().st_size > _LARGEST:
            raise ConfigError(f"{path} is too large for a mapping", fix="Give a mapping file.")
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise ConfigError(
            f"the mapping {path} cannot be read: {error}", fix="Mend it, or copy a shipped one."
        ) from None
    mistakes: list[str] = []
    made = _mapping(content, mistakes)
    if mistakes or made is None:
        raise ConfigError(f"the mapping {path} is malformed: {'; '.join(mistakes)}", fix=f"Compare it with {FOLDER}.")
    return made


def _mapping(content: Any, mistakes: list[str]) -> Mapping | None:
    if not isinstance(content, dict) or not content.get("line"):
        mistakes.append("it needs a list `line` of columns")
        return None
    kept = dict(content)
    parts: dict[str, Any] = {
        name: tuple(_columns(kept.pop(name, ()), name, mistakes)) for name in ("line", "bill", "end")
    }
    head = tuple(tuple(_columns(row, "head", mistakes)) for row in kept.pop("head", ()))
    parts |= {"head": head, "title": str(kept.pop("title", ""))}
    for name, wanted in (("rows", _ROWS), ("credit", _CREDITS)):
        if kept.get(name, wanted[0]) not in wanted:
            mistakes.append(f"{name} is none of {', '.join(wanted)}")
    kinds = {one.name: type(one.default) for one in fields_of(Mapping) if one.name not in parts}
    for name, value in kept.items():
        if name == "decisions" and isinstance(value, list):
            parts[name] = tuple(map(str, value))
        elif name not in kinds or not isinstance(value, kinds[name]):
            mistakes.append(f"`{name}` is unknown or of the wrong kind")
        else:
            parts[name] = value
    try:
        "".encode(str(parts.get("encoding", "utf-8")))
    except LookupError:
        mistakes.append(f"there is no encoding {parts['encoding']}")
    return None if mistakes else Mapping(**parts)


def _columns(content: Any, where: str, mistakes: list[str]) -> list[Column]:
    if not isinstance(content, list | tuple):
        mistakes.append(f"`{where}` is no list of columns")
        return []
    return [_column(one, where, mistakes) for one in content]


def _column(content: Any, where: str, mistakes: list[str]) -> Column:
    """A column from a name alone, or from a name with its options."""
    if not isinstance(content, dict):
        return Column(name=str(content))
    kinds = {"map": dict, "places": int, "most": int, "first": bool, "quoted": bool}
    known = {one.name for one in fields_of(Column)}
    options = dict(content)
    label = f"{where}: {options.get('name', '?')}"
    for name, value in options.items():
        if name not in known or not isinstance(value, kinds.get(name, str)):
            mistakes.append(f"{label}: `{name}` is unknown or of the wrong kind")
    value = options.get("value", "")
    if value and value not in _OF_ROW | _OF_BILL | _OF_FILE:
        mistakes.append(f"{label}: there is no value {value!r}")
    if options.get("sign", "") not in {"", "negative"}:
        mistakes.append(f"{label}: sign is negative or left out")
    if mistakes:
        return Column()
    if "map" in options:
        options["map"] = {str(key): str(one) for key, one in options["map"].items()}
    return Column(**options)
