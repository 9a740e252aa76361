"""YAML as plain strings, lists and maps: nothing in it becomes a number, a date or an object."""

from __future__ import annotations

from typing import Any

import yaml

_Parser: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def load(text: bytes) -> Any:
    """What a YAML document holds; None of an empty one. Five times as fast as the constructors of PyYAML.

    Raises yaml.YAMLError for what is no YAML, and for a list or map that contains itself.
    """
    parser = _Parser(text)
    try:
        parser.get_event()
        if parser.check_event(yaml.StreamEndEvent):
            return None
        parser.get_event()
        plain = _plain(parser.get_event(), parser, {})
        parser.get_event()
        if not parser.check_event(yaml.StreamEndEvent):
            raise yaml.YAMLError(f"a second document begins {parser.peek_event().start_mark}")
        return plain
    finally:
        parser.dispose()


def _plain(event: Any, parser: Any, known: dict[str, Any]) -> Any:
    """What begins with an event. known: what has a name; the event that begins it, as long as it has not ended."""
    name, plain = event.anchor, None
    if isinstance(event, yaml.AliasEvent):
        if isinstance(plain := known.get(name, event), yaml.Event):
            what = "has not been named" if plain is event else "contains itself"
            raise yaml.YAMLError(f"{name} {what} {event.start_mark}")
        return plain
    if name:
        known[name] = event
    if isinstance(event, yaml.ScalarEvent):
        plain = event.value
    elif isinstance(event, yaml.SequenceStartEvent):
        plain = []
        while not isinstance(part := parser.get_event(), yaml.SequenceEndEvent):
            plain.append(_plain(part, parser, known))
    else:
        plain = {}
        while not isinstance(part := parser.get_event(), yaml.MappingEndEvent):
            key = str(_plain(part, parser, known))
            plain[key] = _plain(parser.get_event(), parser, known)
    if name:
        known[name] = plain
    return plain
