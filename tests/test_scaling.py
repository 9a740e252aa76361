"""Twice the words take twice the work, however they stand: no page makes understanding it slow."""

from __future__ import annotations

from cProfile import Profile

import pytest

from invoice_ocr.intake import Source
from invoice_ocr.layout.lines import lay_out
from invoice_ocr.model import Box, PageWords, Reading, Word
from invoice_ocr.pipeline import records_of, understand
from invoice_ocr.reading import Read
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

PACK = load_pack()
TWICE = 3.2  # at most, for twice the words: what compares every word with every other takes four times the work


def page(number: int, rows: list[list[str]], *, apart: float = 0.3) -> PageWords:
    """A page of rows, every text of them a word. apart: room between words, in heights."""
    words = []
    for index, row in enumerate(rows):
        left = 20.0
        for text in row:
            right = left + 5 * len(text)
            words.append(Word(text, Box(left, 20.0 + 14 * index, right, 30.0 + 14 * index), 0.9, "ocr"))
            left = right + 10 * apart
    return PageWords(number, 595, max(842.0, 40.0 + 14 * len(rows)), tuple(words))


def amount(index: int) -> str:
    return f"{index * 37 % 9001}.{index % 100:02d}"


LINES = {
    "amounts behind a total": lambda n: ["Total", *(amount(i) for i in range(n))],
    "labels": lambda n: ["Total:", "Net:"] * (n // 2),
    "labels with amounts": lambda n: [text for i in range(n // 2) for text in ("Total", amount(i))],
    "numbers with labels": lambda n: [text for i in range(n // 3) for text in ("Invoice", "number", f"INV-{i}")],
    "dates": lambda n: ["Date", *(f"{i % 28 + 1:02d}.{i % 12 + 1:02d}.2024" for i in range(n))],
    "prose": lambda n: ["the", "goods", "of", "your", "order", "were", "delivered"] * (n // 7),
    "one word": lambda n: ["(19)" * n],
}
COLUMNS = {
    "names": lambda n: [[f"Acme{i}", "GmbH"] for i in range(n // 2)],
    "totals": lambda n: [["Total", amount(i)] for i in range(n // 2)],
    "repeated totals": lambda n: [["Total", "80.00"], ["Cash", "80.00"]] * (n // 4),
    "taxes": lambda n: [["VAT", "19%", amount(i), "Net", amount(i + 7)] for i in range(n // 5)],
    "dates": lambda n: [["Invoice", "date", f"{i % 28 + 1:02d}.{i % 12 + 1:02d}.2024"] for i in range(n // 3)],
    "numbers": lambda n: [["Invoice", "number", f"INV-{i}"] for i in range(n // 3)],
    "items": lambda n: [
        ["Description", "Quantity", "Amount"],
        *([str(i), "bolt", "2", amount(i)] for i in range(n // 4)),
    ],
}
READINGS = {
    **{f"a line of {name}": (lambda n, of=of: [page(1, [of(n)])]) for name, of in LINES.items()},
    **{
        f"a row of cells with {name}": (lambda n, of=of: [page(1, [of(n)], apart=4)])
        for name, of in LINES.items()
        if name != "one word"
    },
    **{f"a column of {name}": (lambda n, of=of: [page(1, of(n), apart=4)]) for name, of in COLUMNS.items()},
    "pages": lambda n: [
        page(i + 1, [["Acme", "GmbH"], ["Invoice", "number", f"INV-{i}"], ["Total", amount(i)]]) for i in range(n // 7)
    ],
}


def work(pages: list[PageWords]) -> int:
    """How many functions are called to understand these pages."""
    counter = Profile(builtins=True)
    counter.runcall(understand, Reading(tuple(pages)), PACK, Settings())
    return sum(entry.callcount for entry in counter.getstats())


@pytest.mark.parametrize("name", READINGS)
def test_twice_the_words_are_understood_with_about_twice_the_work(name: str) -> None:
    understand(Reading(tuple(READINGS[name](30))), PACK, Settings())  # tables are made once
    small, large = (work(READINGS[name](n)) for n in (400, 800))
    assert large <= TWICE * small


def test_a_line_longer_than_sheets_are_wide_is_cut_and_loses_no_letter() -> None:
    words = [f"{index}" for index in range(1000)]
    (found,) = lay_out(Reading((page(1, [words]),))).pages
    assert [word.text for line in found.lines for word in line.words] == words
    assert max(len(line.text) for line in found.lines) <= 500

    (found,) = lay_out(Reading((page(1, [["x" * 1234]]),))).pages
    assert "".join(word.text for line in found.lines for word in line.words) == "x" * 1234
    assert max(len(line.text) for line in found.lines) <= 500


def test_rows_of_ever_more_columns_are_cut() -> None:
    (found,) = lay_out(Reading((page(1, [["x"] * 1000], apart=4),))).pages
    assert sum(map(len, found.rows)) == 1000
    assert max(map(len, found.rows)) < 100


def test_what_takes_too_long_to_understand_fails_as_a_timeout() -> None:
    pages = READINGS["pages"](7 * 400)
    one = Read(Source("long.pdf", "0" * 64, 1), whole=True, _pages=list(pages))
    (record,) = records_of(one, PACK, Settings(timeout=0.1), "")
    assert record.invoice is None
    assert record.failure is not None
    assert (record.failure.code, record.failure.fix) == ("E_TIMEOUT", "--timeout raises the limit.")

    assert all(record.invoice for record in records_of(one, PACK, Settings(), ""))
