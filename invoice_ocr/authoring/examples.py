"""The examples that every rule carries, run: what it must find on a page typed as text, and what it must leave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.finding.candidates import find
from invoice_ocr.layout.lines import lay_out
from invoice_ocr.rulepack import Rule, RulePack
from invoice_ocr.values.text import fold

_HARMLESS = 0.3  # a score below this decides nothing


@dataclass(frozen=True, slots=True)
class Broken:
    """An example that does not hold. wanted: "" when nothing should be found. found: "" when nothing was."""

    rule: Rule
    text: str
    wanted: str
    found: str

    def __str__(self) -> str:
        place = f"{self.rule.file}: {self.rule.id}"
        if not self.wanted:
            remedy = "lower its weight, narrow `at` or name what stands there in a rule of its own"
            return f"{place}: rejects {self.text!r}, yet finds {self.found!r}; {remedy}"
        seen = f"finds {self.found!r}" if self.found else "finds nothing"
        remedy = "add the printed words to labels, or correct the example"
        return f"{place}: accepts {self.text!r} as {self.wanted!r}, yet {seen}; {remedy}"


def found_by(rule: Rule, text: str, pack: RulePack) -> dict[str, float]:
    """Values with scores that one rule alone finds on a page typed as `sketch` has it."""
    values: dict[str, float] = {}
    for candidate in find(lay_out(sketch(text.replace("\\n", "\n"))), pack):
        if candidate.evidence.rule.startswith(f"{rule.id}.") and candidate.name == rule.field:
            values[str(candidate.value)] = max(values.get(str(candidate.value), 0.0), candidate.score)
    return values


def run(rule: Rule, pack: RulePack) -> Iterator[Broken]:
    """The examples of a rule that do not hold in a pack."""
    for example in rule.accept:
        values = found_by(rule, example.text, pack)
        best = max(values, key=lambda value: values[value], default="")
        if not best or fold(best) != fold(example.value):
            yield Broken(rule, example.text, example.value, best)
    for text in rule.reject:
        values = found_by(rule, text, pack)
        best = max(values, key=lambda value: values[value], default="")
        if best and values[best] >= _HARMLESS:
            yield Broken(rule, text, "", best)
