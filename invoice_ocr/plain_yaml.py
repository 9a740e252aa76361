"""YAML as plain strings, lists and maps: nothing in it becomes a number, a date or an object."""

from __future__ import annotations

from typing import Any

import yaml


def load(text: bytes) -> Any:
    """What a YAML document holds; None of an empty one. Twice as fast as the constructors of PyYAML.

    Raises yaml.YAMLError for what is no YAML, and for a list or map that contains itself.
    """
    return _plain(yaml.compose(text, Loader=_Loader), {})


_Base: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class _Loader(_Base):  # type: ignore[misc]
    """A loader that does not ask of what type each scalar is."""

    def resolve(self, _kind: object, _value: object, _implicit: object) -> str:
        return ""


def _plain(node: yaml.Node | None, known: dict[int, Any]) -> Any:
    """known: what was made of each list and map, by the id of its node, for those that are named again."""
    if node is None or isinstance(node, yaml.ScalarNode):
        return node.value if node else None
    if id(node) in known:
        if known[id(node)] is node:
            raise yaml.YAMLError(f"a list or map contains itself {node.start_mark}")
        return known[id(node)]
    known[id(node)] = node
    plain: Any
    if isinstance(node, yaml.SequenceNode):
        plain = [_plain(one, known) for one in node.value]
    else:
        plain = {str(_plain(key, known)): _plain(value, known) for key, value in node.value}
    known[id(node)] = plain
    return plain
