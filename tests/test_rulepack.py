"""A pack is read whole, or refused with every mistake named."""

from __future__ import annotations

import re
import time
from dataclasses import fields
from pathlib import Path

import pytest
import re2

from invoice_ocr.errors import RuleError
from invoice_ocr.rulepack import label_key, load_pack, rules_folder
from invoice_ocr.rulepack.labels import LabelIndex
from invoice_ocr.rulepack.rule_files import COLUMNS, TITLES
from invoice_ocr.rulepack.ruleset import Country

GOOD = """
language: en
rules:
  - id: mine.invoice_number
    field: invoice_number
    source: our supplier's layout
    labels: [Voucher code]
    accept: ["Voucher code: V-7 => V-7"]
    reject: ["Voucher: 7"]
"""


def test_the_shipped_pack_is_found_and_has_the_fields_of_the_contract() -> None:
    pack = load_pack()
    assert (rules_folder() / "fields.yaml").is_file()
    assert len(pack.kept) == 27
    assert pack.kept[:3] == ("document_type", "invoice_number", "issue_date")
    assert pack.fields["total_gross"].bt == "BT-112"


def test_a_pack_is_loaded_once() -> None:
    load_pack()
    since = time.perf_counter()
    assert load_pack() is load_pack()
    assert time.perf_counter() - since < 0.01


def test_a_folder_of_ones_own_adds_rules_and_changes_the_digest(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD)
    pack = load_pack(tmp_path)
    assert pack.by_label[label_key("Voucher code")][0].id == "mine.invoice_number"
    assert len(pack.rules) == len(load_pack().rules) + 1
    assert pack.digest != load_pack().digest


def test_a_rule_of_the_same_id_replaces_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD.replace("mine.invoice_number", "en.invoice_number"))
    pack = load_pack(tmp_path)
    assert len(pack.rules) == len(load_pack().rules)
    assert [rule.labels for rule in pack.rules if rule.id == "en.invoice_number"] == [("Voucher code",)]


def test_every_mistake_is_reported_at_once_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        GOOD.replace("field: invoice_number", "field: invoice_numbr")
        + """
  - id: mine.two
    field: total_gross
    labels: ["...", EUR]
    weight: 3
    at: [above]
    check: [fr.none]
    colour: red
    accept: ["Total 5"]
months: {13: [Nonember]}
"""
    )
    with pytest.raises(RuleError) as caught:
        load_pack(tmp_path)
    message = caught.value.message
    for part in (
        "mine.invoice_number: unknown field 'invoice_numbr'",
        "mine.two: has no source",
        "has no reject",
        "weight '3'",
        "unknown position 'above'",
        "unknown key 'colour'",
        "python-stdnum knows no numbers 'fr.none'",
        "must read `page text => value`",
        "months.13",
        "has neither letters nor digits",
        "is a currency mark",
    ):
        assert part in message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("id: mine.invoice_number", "id: [a, b]"), "rule 1: must be a map with an id"),
        (("field: invoice_number", "field: [invoice_number]"), "unknown field"),
        (("labels: [Voucher code]", "labels: Voucher code"), "labels: must be a list of texts"),
        (("labels: [Voucher code]", "labels: [Voucher code]\n    at: below"), "at: must be a list of texts"),
        (("labels: [Voucher code]", "labels: [Voucher code]\n    weight: [1]"), "weight"),
        (("language: en", "language: en\nmonths: {5: [march]}"), "months.5: 'march' is month 3 in another file"),
        (("language: en", "language: en\ntitles: [Invoice]"), "titles: must be a map"),
        (("rules:", "rules: 5\ncommon:"), "rules: must be a list of rules"),
    ],
)
def test_what_has_the_wrong_shape_is_named(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD.replace(*change))
    with pytest.raises(RuleError) as caught:
        load_pack(tmp_path)
    assert f"mine.yaml: {said}" in caught.value.message or f"mine.invoice_number: {said}" in caught.value.message


def test_two_rules_of_one_file_cannot_have_the_same_id(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD + GOOD.partition("rules:\n")[2])
    with pytest.raises(RuleError, match="two rules of this file have this id"):
        load_pack(tmp_path)


def test_every_pattern_of_a_pack_runs_in_linear_time(tmp_path: Path) -> None:
    country = '  XX: {currency: EUR, decimal: ",", order: dmy, names: [X], address: "%s"}'
    (tmp_path / "universal.yaml").write_text("countries:\n" + country % r"(a)\\1")
    with pytest.raises(RuleError, match="is no RE2 pattern"):
        load_pack(tmp_path)
    (tmp_path / "universal.yaml").write_text("countries:\n" + country % "(a+)+$ ")
    pack = load_pack(tmp_path)
    since = time.perf_counter()
    assert not re2.search(pack.countries["XX"].address, "a" * 50_000)
    assert time.perf_counter() - since < 1.0


def test_a_file_that_is_no_yaml_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("rules: [\n")
    with pytest.raises(RuleError, match=r"broken\.yaml: is no YAML"):
        load_pack(tmp_path)


def test_aliases_cannot_make_a_small_file_huge(tmp_path: Path) -> None:
    levels = ["a: &a [x,x,x,x,x,x,x,x,x]"] + [
        f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefg", "bcdefgh", strict=True)
    ]
    (tmp_path / "laughs.yaml").write_text("\n".join(levels))
    since = time.process_time()
    with pytest.raises(RuleError, match="unknown key"):
        load_pack(tmp_path)
    assert time.process_time() - since < 2.0


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="no folder of rules"):
        load_pack(tmp_path / "nowhere")


def test_a_folder_without_rules_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "acme.yml").write_text("language: en")
    with pytest.raises(RuleError, match=r"ends with \.yaml"):
        load_pack(tmp_path)


INDEX = LabelIndex(
    label_key(label) for label in ("Rechnungsnummer", "Rechnung", "Rechnung Nr.", "Total", "Total amount due")
)


def found(text: str, *, forgiving: bool = False) -> list[str]:
    return [hit.key for hit in INDEX.find(text, forgiving=forgiving)]


def test_the_longest_label_wins() -> None:
    assert found("Rechnung Nr. 12 Total amount due") == ["rechnungnr", "totalamountdue"]


def test_case_accents_and_signs_do_not_count_but_whole_words_do() -> None:
    assert found("TOTAL: 5") == ["total"]
    assert found("Totally 5") == []


def test_slips_of_a_recogniser_are_forgiven_only_when_asked() -> None:
    for slipped in ("Rechnungsnurnmer", "Rechmungsnummer", "Rechnungsnumer"):
        assert found(slipped) == []
        assert found(slipped, forgiving=True) == ["rechnungsnummer"]
    assert found("Tota1", forgiving=True) == ["total"]


def test_two_letters_may_be_wrong_in_long_labels_and_one_in_short_ones_that_stand_alone() -> None:
    index = LabelIndex(label_key(label) for label in ("Total payable", "Total", "Change", "Service charge"))

    def met(text: str, *, alone: bool = False) -> list[str]:
        return [hit.key for hit in index.find(text, forgiving=True, alone=alone)]

    assert met("Totol Poyable") == ["totalpayable"]
    assert met("Tatal") == met("Chenge") == []
    assert met("Tatal", alone=True) == ["total"]
    assert met("Chenge", alone=True) == ["change"]
    assert met("Charge", alone=True) == []


def test_letters_of_another_script_that_look_alike_are_forgiven() -> None:
    index = LabelIndex(label_key(label) for label in ("Всего к оплате", "Ημερομηνία"))
    latin = "Bceгo к oплaтe"
    assert index.find(latin) == ()
    assert [hit.key for hit in index.find(latin, forgiving=True)] == [label_key("Всего к оплате")]
    assert [hit.key for hit in index.find("HMEPOMHNIA", forgiving=True)] == [label_key("Ημερομηνία")]


def test_chinese_labels_are_found_without_spaces_and_with() -> None:
    index = LabelIndex(label_key(label) for label in ("开票日期", "价税合计"))
    assert [hit.key for hit in index.find("开票日期：2024年3月5日")] == ["开票日期"]
    assert [hit.key for hit in index.find("价 税 合 计 （大写）")] == ["价税合计"]


def test_no_list_is_taken_apart_into_letters_and_no_key_passed_over(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("language: xx\nrules: none\n")
    (tmp_path / "fields.yaml").write_text("fields:\n  total_gross: {value: amount, at: right, bta: BT-112}\n")
    (tmp_path / "universal.yaml").write_text(
        "countries:\n"
        '  XX: {decimal: ",", order: dmy, names: Ruritania, words: abc, currency: XX, capital: Strelsau}\n'
        "legal_forms: {RuGmbH: XX}\n"
        "departements: [sales]\n"
    )
    with pytest.raises(RuleError) as caught:
        load_pack(tmp_path)
    for part in (
        "mine.yaml: rules: must be a list of rules",
        "fields.yaml: total_gross: unknown key 'bta'; one of at, bt, value",
        "fields.yaml: total_gross.at: must be a list of texts",
        "universal.yaml: countries.XX: names: must be a list of texts",
        "universal.yaml: countries.XX: words: must be a list of texts",
        "universal.yaml: countries.XX: currency 'XX' must be a code of ISO 4217",
        "universal.yaml: countries.XX: unknown key 'capital'",
        "universal.yaml: legal_forms.RuGmbH: must be a list of texts",
        "universal.yaml: unknown key 'departements'; one of bank_words",
    ):
        assert part in caught.value.message
    assert caught.value.message.count("\n") == 9


def test_the_readme_tells_every_aside_title_column_and_key_of_a_country(tmp_path: Path) -> None:
    told = (rules_folder() / "README.md").read_text(encoding="utf-8")
    asides = [name for name, spec in load_pack().fields.items() if not spec.kept]
    assert [name for name in (*asides, *TITLES, *COLUMNS) if f"`{name}`" not in told] == []
    (country,) = re.findall(r"```yaml\n(countries:.*?)```", told, re.DOTALL)
    (tmp_path / "universal.yaml").write_text(country.replace("  IS:", "  XX:"))
    made = load_pack(tmp_path).countries["XX"]
    assert [field.name for field in fields(Country) if not getattr(made, field.name)] == ["address"]


def test_the_readme_tells_every_list_of_words(tmp_path: Path) -> None:
    told = (rules_folder() / "README.md").read_text(encoding="utf-8")
    (tmp_path / "universal.yaml").write_text("wordz: [a]\n")
    with pytest.raises(RuleError) as caught:
        load_pack(tmp_path)
    lists = set(caught.value.message.partition("one of ")[2].split(", "))
    assert {"joiners", "reach_signs", "departments"} < lists
    assert [name for name in sorted(lists - {"countries", "legal_forms"}) if f"`{name}`" not in told] == []


def test_a_pattern_of_towns_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "universal.yaml").write_text("town_codes: ['(a']")
    with pytest.raises(RuleError) as caught:
        load_pack(tmp_path)
    assert "town_codes: '(a' is no RE2 pattern" in caught.value.message


@pytest.mark.parametrize("text", ["Factura N: F26/0418", "FACTURE N 2026-0418", "Facture N' 4711"])
def test_labels_are_found_whose_ring_was_lost(text: str) -> None:
    labels = LabelIndex(["facture", "factura", "factureno", "facturano"])
    (hit,) = labels.find(text)
    assert hit.key.endswith("no")
    assert hit.quality < 1


@pytest.mark.parametrize("text", ["Facture N26/0418", "Facture n'est pas due", "Facture N-26", "N 12"])
def test_a_letter_of_a_number_or_a_word_is_no_sign_for_number(text: str) -> None:
    labels = LabelIndex(["facture", "factureno", "no"])
    assert all(hit.key == "facture" for hit in labels.find(text))
