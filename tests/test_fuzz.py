"""Anything at all for what reads money, dates, rules, codes, XML and mappings: a value, or an error with a type."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from invoice_ocr.errors import ConfigError, InputError, RuleError, XmlInvalid, XmlUnsafe
from invoice_ocr.export import mapping
from invoice_ocr.intake import einvoice, payment_codes, testimony
from invoice_ocr.rulepack import load_pack, plain_yaml
from invoice_ocr.values.amount import find_amounts, read_amount
from invoice_ocr.values.currency import find_currencies, read_currency
from invoice_ocr.values.date import find_compact_dates, find_dates

QUICK = settings(max_examples=120, deadline=None)
SLOW = settings(max_examples=25, deadline=None)


def outcome(kinds: type[Exception] | tuple[type[Exception], ...], make: Callable[[], Any]) -> Any:
    """What `make` gives, or its error of one of these kinds; others are raised."""
    try:
        return make()
    except kinds as error:
        return error


MONTHS = {"januar": 1, "mai": 5, "décembre": 12, "σεπτεμβρίου": 9}
money = st.text(st.sampled_from("0123456789.,' ’-+()€$£₹CHF eurDBkr\u202f\u00a0٣%/:x"), max_size=30)
days = st.text(st.sampled_from("0123456789./- ,年月日janumi th\u00a0'"), max_size=24)


@QUICK
@given(st.one_of(money, st.text(max_size=40)))
def test_amounts_in_any_text_are_finite_and_stand_in_it(text: str) -> None:
    for amount in find_amounts(text):
        assert 0 <= amount.start < amount.end <= len(text)
        assert amount.readings
        assert all(value.is_finite() for value in amount.readings)
    for mark, start, end in find_currencies(text):
        assert 0 <= start < end <= len(text)
        assert all(len(currency) == 3 for currency in read_currency(mark))


@QUICK
@given(
    st.decimals(min_value=0, max_value=99_999_999, places=2),
    st.sampled_from([("", "."), ("", ","), (",", "."), (".", ","), ("'", "."), ("\u202f", ",")]),
)
def test_an_amount_as_any_country_prints_it_is_among_its_readings(value: Decimal, marks: tuple[str, str]) -> None:
    text = f"{value:,.2f}".translate(str.maketrans({",": marks[0], ".": marks[1]}))
    read = read_amount(text)
    assert read is not None
    assert value in read.readings


@QUICK
@given(st.one_of(days, st.text(max_size=30)))
def test_dates_in_any_text_are_dates_and_stand_in_it(text: str) -> None:
    for written in [*find_dates(text, MONTHS), *find_compact_dates(text)]:
        assert written.readings
        assert all(isinstance(day, date) for day in written.readings)
        assert 0 <= written.start < written.end <= len(text)


plain = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text(max_size=6), st.just("total_gross")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["line", "bill", "head", "rates", "rows", "name", "value", "map", "sign", "places", "text"]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@SLOW
@given(content=st.one_of(st.binary(max_size=80), plain.map(lambda made: yaml.safe_dump(made).encode())))
def test_any_mapping_is_loaded_or_refused_with_its_mistakes(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "mine.yaml")
        path.write_bytes(content)
        found = outcome(ConfigError, lambda: mapping.load(path))
    if isinstance(found, ConfigError):
        assert "mine.yaml" in found.message
        assert found.fix
    else:
        assert found.line


rules = st.recursive(
    st.one_of(
        st.none(), st.integers(-9, 9), st.text(max_size=6), st.sampled_from(["de", "amount", "right", "total_net"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["language", "rules", "id", "field", "labels", "value", "where", "accept", "reject", "source", "titles"]
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=15,
)


@SLOW
@given(content=st.one_of(st.binary(max_size=80), rules.map(lambda made: yaml.safe_dump(made).encode())))
def test_any_file_of_rules_is_loaded_or_refused_with_its_mistakes(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "own.yaml").write_bytes(content)
        found = outcome(RuleError, lambda: load_pack(Path(folder)))
    assert "own.yaml" in found.message if isinstance(found, RuleError) else found.digest


@QUICK
@given(st.one_of(st.binary(max_size=60), plain.map(lambda made: yaml.safe_dump(made).encode())))
def test_plain_yaml_is_what_yaml_says_or_an_error_of_yaml(content: bytes) -> None:
    try:
        found = plain_yaml.load(content)
    except (yaml.YAMLError, UnicodeError):
        return
    assert found is None or isinstance(found, str | int | float | bool | list | dict | date)


heads = st.sampled_from([b"BCD\n002\n1\nSCT\n", b"SPC\r\n0200\r\n1\r\n", b"", b"eyJhbGciOiJSUzI1NiJ9.", b"AQ1N"])


@QUICK
@given(
    heads, st.lists(st.one_of(st.binary(max_size=20), st.sampled_from([b"EUR1e9", b"CHF", b"2026-02-30"])), max_size=34)
)
def test_any_payment_code_is_read_or_is_none(head: bytes, lines: list[bytes]) -> None:
    assert isinstance(payment_codes.read(head + b"\n".join(lines)), testimony.Testimony | None)


names = st.sampled_from(["Invoice", "CreditNote", "CrossIndustryInvoice", "ID", "IssueDate", "TaxTotal", "x"])
spaces = st.sampled_from(
    [
        "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
        "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
        "",
    ]
)


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """XML that is well-formed but for what is drawn into it."""
    root, space = draw(names), draw(spaces)
    inside = "".join(
        f"<{name}>{draw(st.sampled_from(['1', 'NaN', '2026-02-30', '&amp;', '&x;']))}</{name}>"
        for name in draw(st.lists(names, max_size=4))
    )
    head = draw(st.sampled_from(["", '<?xml version="1.0"?>', '<!DOCTYPE x [<!ENTITY x "y">]>', "<?xml?>"]))
    return f'{head}<{root} xmlns="{space}">{inside}</{root}>'.encode()


@QUICK
@given(st.one_of(documents(), st.binary(max_size=60)))
def test_any_xml_is_an_e_invoice_or_refused_with_a_type(content: bytes) -> None:
    found = outcome((XmlInvalid, XmlUnsafe), lambda: einvoice.read(content, "a.xml"))
    assert found.fix if isinstance(found, InputError) else found.statements


def test_a_document_type_is_refused_however_it_is_drawn() -> None:
    with pytest.raises(XmlUnsafe):
        einvoice.read(b'<!DOCTYPE x [<!ENTITY x "y">]><Invoice>&x;</Invoice>', "a.xml")
