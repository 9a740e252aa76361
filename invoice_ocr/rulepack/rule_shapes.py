"""The parts of rule files, each made sure of; every mistake is noted with its place and its remedy."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import re2

from invoice_ocr.rulepack.ruleset import Example
from invoice_ocr.values.repair import is_kind

POSITIONS = frozenset({"same", "right", "below"})


class Shapes:
    """Gives what a part holds where its shape is right, and notes what is wrong with it in `mistakes`."""

    def __init__(self) -> None:
        self.mistakes: list[str] = []

    def copy(self) -> Shapes:
        """Another that has noted the same so far."""
        other = Shapes()
        other.mistakes = self.mistakes.copy()
        return other

    def blame(self, where: str, what: str) -> None:
        """Note what is wrong with a place, and what to do about it."""
        self.mistakes.append(f"{where}: {what}")

    def known(self, where: str, content: dict[str, Any], keys: Collection[str]) -> None:
        """Note keys that mean nothing."""
        for key in sorted(set(content) - set(keys)):
            self.blame(where, f"unknown key {key!r}; one of {', '.join(sorted(keys))}")

    def mapping(self, name: str, key: str, value: Any) -> dict[str, Any]:
        """The value where it is a map; else an empty one."""
        if isinstance(value, dict):
            return value
        self.blame(name, f"{key}: must be a map")
        return {}

    def texts(self, name: str, key: str, value: Any) -> tuple[str, ...]:
        """The value where it is a list of texts; else none."""
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self.blame(name, f"{key}: must be a list of texts")
        return ()

    def positions(self, name: str, key: str, at: tuple[str, ...]) -> None:
        """Note positions that there are not."""
        for position in at:
            if position not in POSITIONS:
                self.blame(name, f"{key}: unknown position {position!r}; one of {', '.join(sorted(POSITIONS))}")

    def pattern(self, name: str, key: str, pattern: str) -> None:
        """Note what is no pattern of RE2."""
        try:
            re2.compile(pattern)
        except re2.error as error:
            self.blame(name, f"{key}: {pattern!r} is no RE2 pattern ({error})")

    def weight(self, where: str, text: str) -> float:
        """The weight of a rule, over 0 and at most 1."""
        try:
            weight = float(text)
        except ValueError:
            weight = -1.0
        if not 0 < weight <= 1:
            self.blame(where, f"weight {text!r} must be over 0 and at most 1")
        return weight

    def kinds(self, where: str, value: Any) -> tuple[str, ...]:
        """Names of kinds of number that python-stdnum knows."""
        kinds = self.texts(where, "check", value)
        for kind in kinds:
            if not is_kind(kind):
                self.blame(where, f"check: python-stdnum knows no numbers {kind!r}; a name such as fr.siret is meant")
        return kinds

    def example(self, where: str, text: str) -> Example:
        """An example as it stands in `accept`: page text => value."""
        page, arrow, value = text.rpartition(" => ")
        if not arrow:
            self.blame(where, f"accept {text!r} must read `page text => value`")
        return Example(page, value.strip())
