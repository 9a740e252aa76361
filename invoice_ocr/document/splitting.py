"""Pages to documents: several invoices in one file, one invoice over many pages, and pages that are no invoice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from invoice_ocr.model import Candidate, Document, Issue, Page, Value
from invoice_ocr.rulepack import RulePack, label_key
from invoice_ocr.values.amount import find_amounts
from invoice_ocr.values.text import fold

_TOTALS = ("total_gross", "amount_due", "total_net")
_STATING = frozenset((*_TOTALS, "total_tax", "prepaid", "iban", "bic", "due_date", "payment_reference"))
_LABELLED = 0.55  # of a candidate's score: what a label says plainly
_PARTIES = ("seller_vat_id", "buyer_vat_id", "iban")
_CLEAR, _DOUBTFUL = 3, 2  # of five: a title, a total, a date, a number, VAT ids and accounts of its own
_LIST = 3  # invoice numbers on a page: a list of invoices, and no invoice of its own
_MARGIN = 0.16  # of a page's height: where its running number stands
_PROSE_WORDS, _PROSE_SHARE, _LONG_LINE = 120, 0.6, 7  # words; share of them in long lines; words of a long line
_FEW_AMOUNTS = 2
_MONEY = (2, 4)  # decimals of sums of money, and of charges that taxes are worked out of later
# `Page 1 of 2`, `Seite 1/2`, `1 / 2`: one number out of another, with a word before and a short one between.
_MARK = re.compile(r"\W*(?:[^\W\d]+[.:]?\s*)?(\d{1,3})\s*(?:/|[^\W\d]{1,4})\s*(\d{1,3})\W*")


@dataclass(frozen=True, slots=True)
class Division:
    """How pages were parted. parts: page numbers of each invoice, in order. issues: for each part, what is doubtful."""

    parts: tuple[tuple[int, ...], ...]
    issues: tuple[tuple[Issue, ...], ...]


@dataclass
class _Signs:
    """What a page, or the pages of one invoice so far, show. mark: (this page, of how many), or None."""

    numbers: dict[str, str] = field(default_factory=dict)
    totals: set[Value] = field(default_factory=set)
    dates: set[Value] = field(default_factory=set)
    parties: set[Value] = field(default_factory=set)
    titled: bool = False
    mark: tuple[int, int] | None = None

    def add(self, other: _Signs) -> None:
        self.numbers |= other.numbers
        self.totals |= other.totals
        self.dates |= other.dates
        self.parties |= other.parties
        self.mark = other.mark

    @property
    def restarts(self) -> bool:
        """Whether its running number is the first."""
        return self.mark is not None and self.mark[0] == 1

    @property
    def complete(self) -> bool:
        """Whether nothing more need follow: a total was given, or the last page of all."""
        return bool(self.totals) or (self.mark is not None and self.mark[0] == self.mark[1])


def divide(document: Document, candidates: Sequence[Candidate], pack: RulePack) -> Division:
    """The invoices of a document. Where it is not clear that another one begins, none does, and an issue says so.

    Codes: document.maybe-several; pages.left-out, which only tells of terms and other pages that are no invoice.
    """
    if len(document.pages) < 2:
        return Division((tuple(page.number for page in document.pages),), ((),))
    by_page = {page.number: [c for c in candidates if c.evidence.page == page.number] for page in document.pages}
    parts: list[list[Page]] = []
    doubts: list[list[Issue]] = []
    held = _Signs()
    shown = [_signs(page, by_page[page.number], pack) for page in document.pages]
    for index, (page, signs) in enumerate(zip(document.pages, shown, strict=True)):
        if not parts or _begins(held, signs, shown[index + 1 :]):
            parts.append([page])
            doubts.append([])
            held = signs
            continue
        if (doubt := _doubt(held, signs, page.number)) is not None:
            doubts[-1].append(doubt)
        parts[-1].append(page)
        held.add(signs)
    kept = [_kept(part, by_page) for part in parts]
    for part, numbers, issues in zip(parts, kept, doubts, strict=True):
        if left := [page.number for page in part if page.number not in numbers]:
            told = ", ".join(map(str, left))
            issues.append(Issue("pages.left-out", f"no part of the invoice, and left out: page {told}"))
    return Division(tuple(kept), tuple(tuple(issues) for issues in doubts))


def _begins(held: _Signs, page: _Signs, later: Sequence[_Signs]) -> bool:
    """Whether a page clearly begins another invoice than the pages before it."""
    if _belongs(held, page):
        return False
    other = bool(page.numbers and held.numbers)
    ends = any(page.numbers.keys() & after.numbers.keys() and after.totals for after in later)
    if other and (page.totals or page.restarts or (page.titled and ends)):
        return True
    if page.restarts and page.totals and page.titled:
        return bool(page.totals - held.totals) and bool(page.numbers or page.dates - held.dates)
    return bool(page.totals) and _strangers(held, page) and _news(held, page) >= _CLEAR


def _belongs(held: _Signs, page: _Signs) -> bool:
    """Whether a page goes on with the invoice before it, or that one is not at its end yet."""
    return bool(page.numbers.keys() & held.numbers.keys()) or _continues(held, page) or not held.complete


def _strangers(held: _Signs, page: _Signs) -> bool:
    """Whether both name VAT ids or accounts, and none that is the same."""
    return bool(held.parties and page.parties) and not held.parties & page.parties


def _news(held: _Signs, page: _Signs) -> int:
    """How many things a page has that the invoice before it has otherwise."""
    return (
        page.titled
        + bool(page.totals - held.totals)
        + bool(page.dates - held.dates)
        + 2 * bool(page.numbers and held.numbers)
        + _strangers(held, page)
    )


def _continues(held: _Signs, page: _Signs) -> bool:
    if page.mark is None or held.mark is None:
        return False
    return page.mark[0] == held.mark[0] + 1 and page.mark[1] == held.mark[1]


def _doubt(held: _Signs, page: _Signs, number: int) -> Issue | None:
    """An issue where a page may begin another invoice, but not clearly."""
    if _belongs(held, page) or _news(held, page) < _DOUBTFUL:
        return None
    if page.numbers and held.numbers:
        names = f"{next(iter(page.numbers.values()))}, the pages before it {next(iter(held.numbers.values()))}"
        message = f"page {number} names invoice {names}: they were read as one"
        return Issue("document.maybe-several", message, ("invoice_number",))
    message = f"page {number} looks like the first of another invoice: it was read as part of one"
    return Issue("document.maybe-several", message, ("total_gross",))


def _signs(page: Page, candidates: Sequence[Candidate], pack: RulePack) -> _Signs:
    plain = [c for c in candidates if c.score >= _LABELLED and not c.evidence.rule.startswith("universal.")]
    numbers = {fold(str(c.value)): str(c.value) for c in plain if c.name == "invoice_number"}
    return _Signs(
        numbers if len(numbers) < _LIST else {},
        {c.value for c in plain if c.name in _TOTALS[:2]},
        {c.value for c in plain if c.name == "issue_date"},
        {c.value for c in candidates if c.name in _PARTIES and c.score >= _LABELLED},
        _is_titled(page, pack),
        _mark(page),
    )


def _is_titled(page: Page, pack: RulePack) -> bool:
    """Whether a line in the upper half of a page is, or begins with, the title of an invoice."""
    for line in page.lines:
        words = line.text.split()
        if line.box.center_y < page.height / 2 and any(
            label_key(" ".join(words[:count])) in pack.titles for count in range(1, min(4, len(words)) + 1)
        ):
            return True
    return False


def _mark(page: Page) -> tuple[int, int] | None:
    """The page's running number and how many there are, from its head or foot; None when it has none, or several."""
    marks = set()
    for line in page.lines:
        if not _MARGIN * page.height < line.box.center_y < (1 - _MARGIN) * page.height:
            hit = _MARK.fullmatch(line.text)
            if hit and 1 <= int(hit[1]) <= int(hit[2]):
                marks.add((int(hit[1]), int(hit[2])))
    return marks.pop() if len(marks) == 1 else None


def _kept(part: Sequence[Page], by_page: dict[int, list[Candidate]]) -> tuple[int, ...]:
    """Numbers of the pages that are the invoice: without terms, delivery notes and the like after the first."""
    return tuple(page.number for index, page in enumerate(part) if not index or _states(page, by_page[page.number]))


def _states(page: Page, candidates: Sequence[Candidate]) -> bool:
    """Whether a page says something of an invoice: labelled values of it, or rows of amounts."""
    plain = {c.name for c in candidates if c.score >= _LABELLED and not c.evidence.rule.startswith("universal.")}
    amounts = sum(amount.decimals in _MONEY for line in page.lines for amount in find_amounts(line.text))
    if plain & {"invoice_number", "iban", *_TOTALS} or amounts > _FEW_AMOUNTS:
        return True
    words = sum(len(line.words) for line in page.lines)
    long = sum(len(line.words) for line in page.lines if len(line.words) >= _LONG_LINE)
    if words >= _PROSE_WORDS and long >= _PROSE_SHARE * words:
        return False
    return bool(plain & _STATING) or not words or amounts > 0
