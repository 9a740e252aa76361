"""Every shipped rule finds what it says it accepts and leaves what it says it rejects."""

from __future__ import annotations

from functools import cache

import pytest

from invoice_ocr.authoring.examples import found_by
from invoice_ocr.rulepack import Rule, RulePack, load_pack
from invoice_ocr.values.text import fold


@cache
def pack() -> RulePack:
    return load_pack()


ACCEPTED = [(rule, example) for rule in pack().rules for example in rule.accept]
REJECTED = [(rule, text) for rule in pack().rules for text in rule.reject]


@pytest.mark.parametrize(
    ("rule", "example"), ACCEPTED, ids=[f"{rule.id}: {example.text!r}" for rule, example in ACCEPTED]
)
def test_a_rule_finds_what_it_accepts(rule: Rule, example) -> None:  # type: ignore[no-untyped-def]
    values = found_by(rule, example.text, pack())
    assert values, "nothing found"
    best = max(values, key=lambda value: values[value])
    assert fold(best) == fold(example.value)


@pytest.mark.parametrize(("rule", "text"), REJECTED, ids=[f"{rule.id}: {text!r}" for rule, text in REJECTED])
def test_a_rule_leaves_what_it_rejects(rule: Rule, text: str) -> None:
    assert all(score < 0.3 for score in found_by(rule, text, pack()).values())


def test_the_fields_an_invoice_cannot_do_without_have_a_rule_in_each_language() -> None:
    wanted = {"invoice_number", "issue_date", "due_date", "total_net", "total_tax", "total_gross", "seller_vat_id"}
    for language in pack().languages - {"tr", "ru", "uk", "vi", "zh", "is"}:
        assert wanted <= {rule.field for rule in pack().rules if rule.language == language}


def test_countries_without_ids_of_the_european_kind_have_rules_for_their_own_numbers() -> None:
    for language in ("tr", "ru", "uk", "vi", "zh", "is"):
        assert {"seller_tax_number", "seller_registration"} <= {
            rule.field for rule in pack().rules if rule.language == language
        }
