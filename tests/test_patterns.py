"""No pattern in the code takes for ever on some text: hostile print must not hold up a run."""

from __future__ import annotations

import ast
import random
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import invoice_ocr

_PACKAGE = Path(invoice_ocr.__file__).parent
_SECONDS = 0.5  # a search through 60 characters takes microseconds, an exponential one minutes
_LONGEST = 60
_PUMPS = 600
# What patterns are pumped with besides signs of their own.
_PLAIN = ("A", "0", " ", "a", "AA00")


def _patterns() -> Iterator[tuple[str, str]]:
    """(where, pattern) of every call of `re` in the package whose pattern is written out there."""
    for file in sorted(_PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "re"
                and node.args
                and isinstance(node.args[0], ast.Constant)
                and isinstance(node.args[0].value, str)
            ):
                yield f"{file.relative_to(_PACKAGE)}:{node.lineno}", node.args[0].value


def _texts(pattern: str) -> Iterator[str]:
    """Texts that repeat a few signs and end otherwise, which is what makes a pattern go back and try all ways."""
    chosen = random.Random(pattern)
    signs = (*_PLAIN, *sorted({sign for sign in pattern if not sign.isalnum() and sign not in "\\[]{}|^$?*+ _<>!"}))
    for _ in range(_PUMPS):
        head = "".join(chosen.choices(signs, k=chosen.randrange(3)))
        pump = "".join(chosen.choices(signs, k=chosen.randint(1, 4)))
        yield head + (pump * _LONGEST)[:_LONGEST] + chosen.choice(("!", ")!", " !"))


def _too_long(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError


def _slowest(pattern: str) -> str | None:
    """A text that the pattern takes far too long over, or None."""
    compiled = re.compile(pattern)
    before = signal.signal(signal.SIGVTALRM, _too_long)
    try:
        for text in _texts(pattern):
            signal.setitimer(signal.ITIMER_VIRTUAL, _SECONDS)
            try:
                compiled.search(text)
            except TimeoutError:
                return text
            finally:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    finally:
        signal.signal(signal.SIGVTALRM, before)
    return None


def test_a_pattern_that_takes_for_ever_is_found() -> None:
    assert _slowest(r"(?:A+ ?)+$")


def test_no_pattern_takes_for_ever() -> None:
    slow = {where: text for where, pattern in _patterns() if (text := _slowest(pattern))}
    assert not slow
