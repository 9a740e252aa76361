"""Text to values: every national form, exact or flagged ambiguous, never silently another."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

import pytest
from babel.numbers import format_currency, format_decimal, get_territory_currencies
from hypothesis import given, settings
from hypothesis import strategies as st

from invoice_ocr.values.amount import find_amounts, read_amount
from invoice_ocr.values.currency import find_currencies, read_currency
from invoice_ocr.values.date import find_compact_dates, find_dates, find_foreign_dates
from invoice_ocr.values.identifier import find_bics, find_ibans, find_references, find_vat_ids, iban_length
from invoice_ocr.values.text import fold, slip, tokens

MONTHS = {fold(name): number for number, name in enumerate(("januar", "februar", "mars", "avril", "may", "juin"), 1)}


def readings(text: str) -> list[str]:
    amount = read_amount(text)
    return [str(value) for value in amount.readings] if amount else []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u202f234,56", "1234.56"),
        ("1'234.56", "1234.56"),
        ("12,34,567.00", "1234567.00"),
        ("1.234.567", "1234567"),
        ("-45.00", "-45.00"),
        ("45,00-", "-45.00"),
        ("(45,00)", "-45.00"),
        ("45.00 CR", "-45.00"),
        ("\u221245,00", "-45.00"),
        ("€ -9,32", "-9.32"),
        ("-€9.32", "-9.32"),
        ("45,00 €-", "-45.00"),
        ("EUR 100,--", "100"),
        ("100,-", "100"),
        ("CHF 1’234.50", "1234.50"),
        ("RM12.50", "12.50"),
        ("Rs. 1,00,000.00", "100000.00"),
        ("kr 1.234,50", "1234.50"),
        ("0.123", "0.123"),
        (".50", "0.50"),
    ],
)
def test_an_amount_is_read_in_each_national_form(text: str, value: str) -> None:
    assert readings(text) == [value]


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("1 234,56 Kč", "1234.56", "CZK"),
        ("1.234,56 lei", "1234.56", "RON"),
        ("12 345 Ft", "12345", "HUF"),
        ("1.234,56 TL", "1234.56", "TRY"),
        ("₺1.234,56", "1234.56", "TRY"),
        ("1 234,56 ₴", "1234.56", "UAH"),
        ("1 234,56 грн.", "1234.56", "UAH"),
        ("1 234,56 ₽", "1234.56", "RUB"),
        ("1 234,56 руб.", "1234.56", "RUB"),
        ("1 234,56 р.", "1234.56", "RUB"),
        ("1.234,56 ευρώ", "1234.56", "EUR"),
        ("1234.50元", "1234.50", "CNY"),
        ("人民币1,234.50元", "1234.50", "CNY"),
        ("￥1,234.50", "1234.50", "CNY"),
        ("−1 234,56 kr", "-1234.56", "SEK"),
    ],
)
def test_an_amount_bears_the_mark_of_its_country(text: str, value: str, code: str) -> None:
    amount = read_amount(text) or find_amounts(text)[0]
    assert [str(reading) for reading in amount.readings] == [value]
    assert read_currency(amount.mark)[0] == code


def test_a_rate_with_its_sign_before_it_is_no_amount() -> None:
    assert find_amounts("KDV(%20)") == []
    assert find_amounts("KDV %20") == []
    assert [str(amount.value) for amount in find_amounts("10% 20,00")] == ["20.00"]


_BABEL = ["cs_CZ", "sv_SE", "da_DK", "nb_NO", "fi_FI", "hu_HU", "ro_RO", "tr_TR", "el_GR", "ru_RU", "uk_UA", "zh_CN",
          "en_GB", "en_IN", "de_DE", "de_CH", "de_AT", "fr_FR", "fr_CH", "it_IT", "es_ES", "es_MX", "pt_PT", "pt_BR",
          "pl_PL", "nl_NL", "sk_SK", "hr_HR", "sl_SI", "bg_BG", "et_EE", "lv_LV", "lt_LT"]  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(cents=st.integers(-(10**10), 10**10), locale=st.sampled_from(_BABEL), bare=st.booleans())
def test_what_a_country_writes_for_an_amount_reads_back_exact_or_ambiguous(cents: int, locale: str, bare: bool) -> None:
    value = Decimal(cents).scaleb(-2)
    currency = get_territory_currencies(locale[-2:])[0]
    shown = (
        format_decimal(value, "#,##0.00", locale)
        if bare
        else format_currency(value, currency, locale=locale, currency_digits=False, decimal_quantization=False)
    )
    amounts = find_amounts(shown)
    assert len(amounts) == 1, shown
    assert value in amounts[0].readings
    assert len(amounts[0].readings) > 1 or amounts[0].value == value


def test_one_separator_before_three_digits_is_ambiguous() -> None:
    assert readings("1.234") == ["1234", "1.234"]
    assert readings("1,234") == ["1234", "1.234"]


def test_a_dash_set_apart_may_be_a_minus_or_a_mere_dash() -> None:
    assert readings("- 45.00") == ["-45.00", "45.00"]


@pytest.mark.parametrize(
    "text",
    ["19 %", "01.02.2024", "10:30", "2024-01-05", "RE-2024-001", "DE75123456780000001234", "12.5x", "x12.5", "1.2.3"],
)
def test_what_is_no_amount_is_not_taken_for_one(text: str) -> None:
    assert find_amounts(text) == []


def test_a_long_row_of_digits_is_read_in_no_time() -> None:
    since = time.process_time()
    assert len(find_amounts("0 " * 1500)) == 1500
    assert len(find_amounts("7 " * 1500 + "1 234,50")) == 1501
    assert time.process_time() - since < 5  # half a minute, were each start tried with all that follows


def test_amounts_beside_each_other_stay_apart() -> None:
    assert [str(amount.value) for amount in find_amounts("12 12,50")] == ["12", "12.50"]
    assert [amount.mark for amount in find_amounts("522.31 632.00 EUR")] == ["", "EUR"]


_LOCALES = [
    (",", "."),
    (".", ","),
    (" ", ","),
    ("\u202f", ","),
    ("'", "."),
    ("’", "."),
    ("", "."),
    ("", ","),
    (" ", "."),
]
_SIGNS = [
    "{}",
    "-{}",
    "{}-",
    "({})",
    "\u2212{}",
    "{} CR",
    "{} €",
    "€ {}",
    "€ -{}",
    "-{} EUR",
    "{} kr.",
    "CHF {}",
    "- {}",
]


def _group(digits: str, mark: str) -> str:
    parts = []
    while len(digits) > 3:
        parts.insert(0, digits[-3:])
        digits = digits[:-3]
    return mark.join([digits, *parts])


@settings(max_examples=600, deadline=None)
@given(
    cents=st.integers(0, 10**11),
    places=st.sampled_from([0, 2, 3]),
    locale=st.sampled_from(_LOCALES),
    sign=st.sampled_from(_SIGNS),
)
def test_any_value_in_any_locale_reads_back_exact_or_ambiguous(
    cents: int, places: int, locale: tuple[str, str], sign: str
) -> None:
    grouping, decimal = locale
    whole, part = divmod(cents, 10**places)
    shown = _group(str(whole), grouping) + (decimal + str(part).zfill(places) if places else "")
    negative = "-" in sign or "\u2212" in sign or "(" in sign or "CR" in sign
    value = (-1 if negative else 1) * Decimal(cents).scaleb(-places)
    amount = read_amount(sign.format(shown))
    assert amount is not None
    assert value in amount.readings
    assert len(amount.readings) > 1 or amount.value == value


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("24. januar 2014", date(2014, 1, 24)),
        ("le 1er mars 2024", date(2024, 3, 1)),
        ("5 avril 2024", date(2024, 4, 5)),
        ("May 3, 2024", date(2024, 5, 3)),
        ("03-May-2024", date(2024, 5, 3)),
        ("2024-05-03", date(2024, 5, 3)),
        ("31/08/2022", date(2022, 8, 31)),
        ("08/31/2022", date(2022, 8, 31)),
        ("12.03.2026", date(2026, 3, 12)),
        ("1. 2. 2024", date(2024, 2, 1)),
        ("2024年3月4日", date(2024, 3, 4)),
        ("Ngày 04 tháng 3 năm 2024", date(2024, 3, 4)),
        ("Ngày (date) 4 tháng (month) 03 năm (year) 2024", date(2024, 3, 4)),
        ("2024 年 03 月 04 日", date(2024, 3, 4)),
        ("2024. 01. 24.", date(2024, 1, 24)),
        ("24. 1. 2024", date(2024, 1, 24)),
        ("24.01.2024 г.", date(2024, 1, 24)),
        ("16/04/201816:28", date(2018, 4, 16)),
        ("2018-01-0522:55:25", date(2018, 1, 5)),
        ("16:54 pm, 27 May, 2018", date(2018, 5, 27)),
    ],
)
def test_a_date_is_read_in_each_order_and_in_words(text: str, day: date) -> None:
    assert [found.readings for found in find_dates(text, MONTHS)] == [(day,)]


def test_day_and_month_that_may_change_places_give_both_readings() -> None:
    (found,) = find_dates("03/04/2026", MONTHS)
    assert found.readings == (date(2026, 4, 3), date(2026, 3, 4))
    assert found.orders == ("dmy", "mdy")


@pytest.mark.parametrize(
    "text",
    [
        "31/02/2020",
        "May 2024",
        "10.50",
        "5",
        "12.1234",
        "3704 0044",
        "30 days",
        "tomorrow",
        "12.05",
        "19 May",
        "1.2.3.2024",
    ],
)
def test_partial_relative_and_impossible_dates_are_none(text: str) -> None:
    assert find_dates(text, MONTHS) == []


@settings(max_examples=400, deadline=None)
@given(
    day=st.dates(date(1971, 1, 1), date(2068, 12, 31)),
    form=st.sampled_from(
        [
            "%d/%m/%Y",
            "%m/%d/%Y",
            "%Y-%m-%d",
            "%d.%m.%Y",
            "%d-%m-%Y",
            "%Y/%m/%d",
            "%d.%m.%y",
            "%d/%m/%y",
            "%m/%d/%y",
            "%Y.%m.%d",
        ]
    ),
)
def test_any_date_in_any_order_reads_back_exact_or_ambiguous(day: date, form: str) -> None:
    (found,) = find_dates(day.strftime(form), MONTHS)
    assert day in found.readings
    assert len(found.readings) > 1 or found.readings == (day,)


def test_a_compact_date_is_read_where_it_is_asked_for() -> None:
    assert [found.readings for found in find_compact_dates("20260815")] == [(date(2026, 8, 15),)]
    assert find_compact_dates("20261815") == []


def test_a_month_of_a_language_without_a_pack_is_read_by_dateparser() -> None:
    assert [found.readings for found in find_foreign_dates("5 styczeń 2024")] == [(date(2024, 1, 5),)]


def test_a_mark_of_several_currencies_gives_them_all() -> None:
    assert read_currency("€") == ("EUR",)
    assert read_currency("kr.")[:3] == ("SEK", "NOK", "DKK")
    assert read_currency("$")[0] == "USD"
    assert read_currency("house") == ()


def test_words_of_a_text_are_no_currency_marks() -> None:
    assert find_currencies("all free trips to top") == []
    assert [mark for mark, _, _ in find_currencies("US$ 12 and 5 CHF")] == ["US$", "CHF"]


def test_an_iban_is_found_by_its_check_digits_and_ends_where_its_country_ends_it() -> None:
    (found,) = find_ibans("IBAN: BE 71 0961 2345 6769 BIC GKCCBEBB")
    assert (found.value, found.valid) == ("BE71096123456769", True)
    assert find_ibans("DE89 3704 0044 0532 0130 01") == []
    assert [item.valid for item in find_ibans("DE89 3704 0044 0532 0130 01", labelled=True)] == [False]
    assert [item.value for item in find_ibans("IBAN DE89 3704 0044  0532 0130 00")] == ["DE89370400440532013000"]
    assert iban_length("DE") == 22
    assert iban_length("ZZ") == 0


@pytest.mark.parametrize("labelled", [False, True])
@pytest.mark.parametrize("text", ["DE136695976 I", "DE136695976I", "| DE136695976 |"])
def test_a_ruled_line_read_as_a_letter_is_no_part_of_a_vat_id(text: str, *, labelled: bool) -> None:
    assert [item.value for item in find_vat_ids(text, labelled=labelled)] == ["DE136695976"]


def test_a_vat_id_keeps_the_letter_that_its_check_digits_ask_for() -> None:
    assert [item.value for item in find_vat_ids("IE 6433435F")] == ["IE6433435F"]
    assert [item.value for item in find_vat_ids("DE 136695977 I", labelled=True)] == ["DE136695977"]


def test_a_vat_id_keeps_its_country_prefix() -> None:
    assert [item.value for item in find_vat_ids("USt-IdNr. DE 136 695 976 HRB 1234")] == ["DE136695976"]
    assert [item.value for item in find_vat_ids("GB 980 7806 84")] == ["GB980780684"]
    assert [item.value for item in find_vat_ids("DE VAT DE136695976")] == ["DE136695976"]
    assert find_vat_ids("DE123456789") == []
    assert [item.valid for item in find_vat_ids("DE123456789", labelled=True)] == [False]


def test_a_bic_names_a_country() -> None:
    assert [item.value for item in find_bics("BIC: COBADEFFXXX, INVOICED")] == ["COBADEFFXXX"]


def test_document_numbers_are_runs_with_a_digit() -> None:
    assert [item.value for item in find_references("RE-2024/001 from ACME.")] == ["RE-2024/001"]


def test_folding_drops_case_accents_and_signs_and_slips_meet() -> None:
    assert fold("Fällig am:") == "falligam"
    assert fold("N° de TVA") == "nodetva"
    assert slip(fold("Rechnungsnurnmer")) == slip(fold("Rechnungsnummer"))
    assert [token for token, _, _ in tokens("Invoice No.12 #")] == ["invoice", "no", "12", "#"]


@pytest.mark.parametrize("hyphen", ["\u2010", "\u2011", "\u2012", "\u2212"])
def test_every_form_of_hyphen_joins_dates_and_numbers(hyphen: str) -> None:
    assert find_dates(f"2023{hyphen}10{hyphen}22", MONTHS)[0].readings == (date(2023, 10, 22),)
    assert find_dates(f"5{hyphen}may{hyphen}2023", MONTHS)[0].readings == (date(2023, 5, 5),)
    assert find_references(f"FV{hyphen}2023{hyphen}17")[0].value == "FV-2023-17"
    assert find_vat_ids(f"CHE{hyphen}123.456.788")[0].value == "CHE-123.456.788"
    assert readings(f"{hyphen}45.00") == ["-45.00"]
    assert readings(f"A{hyphen}12") == []


def test_a_dash_joins_a_date_or_parts_two() -> None:
    assert find_dates("2023–10–22", MONTHS)[0].readings == (date(2023, 10, 22),)
    spans = find_dates("01.02.2024–29.02.2024", MONTHS)
    assert [span.readings[0] for span in spans] == [date(2024, 2, 1), date(2024, 2, 29)]


@pytest.mark.parametrize("text", ["6.  Febr uar 2024 10:56", "6 Feb ruar 2024", "Febr uar 6, 2024"])
def test_a_month_in_two_words_is_read_where_they_make_one(text: str) -> None:
    assert find_dates(text, MONTHS)[0].readings == (date(2024, 2, 6),)


@pytest.mark.parametrize("text", ["6 boxes may 2024 pens", "6 of ten 2024"])
def test_two_words_that_make_no_month_are_none(text: str) -> None:
    assert find_dates(text, MONTHS) == []


def test_a_text_is_read_by_the_months_given_whatever_it_was_read_by_before() -> None:
    assert [find_dates("4 ta 2026", months) != [] for months in ({}, {"ta": 3}, {}, {"ta": 5})] == [False, True] * 2
    assert find_dates("4 ta 2026", {"ta": 5})[0].readings == (date(2026, 5, 4),)


def test_a_series_of_capitals_before_a_number_is_no_currency() -> None:
    assert find_currencies("Fatura FT 2026A/1184") == []
    assert [mark for mark, _, _ in find_currencies("12 345 FT")] == ["FT"]


def test_the_letter_of_what_is_taxed_may_be_glued_to_an_amount() -> None:
    assert [str(amount.value) for amount in find_amounts("585.00T")] == ["585.00"]
    assert find_amounts("585.00TX") == []
