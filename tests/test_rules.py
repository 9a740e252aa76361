"""Every shipped rule finds what it says it accepts and leaves what it says it rejects."""

from __future__ import annotations

from functools import cache

import pytest

from invoice_ocr.candidates import find
from invoice_ocr.layout import lay_out
from invoice_ocr.rulepack import Rule, RulePack, load_pack
from invoice_ocr.sketch import sketch
from invoice_ocr.values.text import fold


@cache
def pack() -> RulePack:
    return load_pack()


def found_by(rule: Rule, text: str) -> dict[str, float]:
    """Values with scores that one rule alone finds on a page."""
    values: dict[str, float] = {}
    for candidate in find(lay_out(sketch(text.replace("\\n", "\n"))), pack()):
        if candidate.evidence.rule.startswith(f"{rule.id}.") and candidate.name == rule.field:
            values[str(candidate.value)] = max(values.get(str(candidate.value), 0.0), candidate.score)
    return values


ACCEPTED = [(rule, example) for rule in pack().rules for example in rule.accept]
REJECTED = [(rule, text) for rule in pack().rules for text in rule.reject]


@pytest.mark.parametrize(
    ("rule", "example"), ACCEPTED, ids=[f"{rule.id}: {example.text!r}" for rule, example in ACCEPTED]
)
def test_a_rule_finds_what_it_accepts(rule: Rule, example) -> None:  # type: ignore[no-untyped-def]
    values = found_by(rule, example.text)
    assert values, "nothing found"
    best = max(values, key=lambda value: values[value])
    assert fold(best) == fold(example.value)


@pytest.mark.parametrize(("rule", "text"), REJECTED, ids=[f"{rule.id}: {text!r}" for rule, text in REJECTED])
def test_a_rule_leaves_what_it_rejects(rule: Rule, text: str) -> None:
    assert all(score < 0.3 for score in found_by(rule, text).values())


def test_every_field_of_the_contract_but_the_kind_has_a_rule_in_each_first_language() -> None:
    wanted = {"invoice_number", "issue_date", "due_date", "total_net", "total_tax", "total_gross", "seller_vat_id"}
    for language in ("en", "de", "fr", "nl"):
        assert wanted <= {rule.field for rule in pack().rules if rule.language == language}
