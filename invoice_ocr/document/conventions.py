"""How a whole document writes numbers and dates, and where it comes from: what settles a value ambiguous alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import re2

from invoice_ocr.document import languages
from invoice_ocr.model import Candidate, Document
from invoice_ocr.rulepack import Country, RulePack
from invoice_ocr.values.amount import Amount, find_amounts
from invoice_ocr.values.currency import CODES, find_currencies, read_currency
from invoice_ocr.values.date import find_dates
from invoice_ocr.values.identifier import with_country
from invoice_ocr.values.text import has_digit

_ENOUGH_SIGNS = 2
_SPOKEN = 6  # frequent words of a language, from which it speaks for its country: a slip has a few of any
_SURE_SIGNS = 3  # of one sign read from pixels: so often, it is no smudge
_LEGIBLE = 0.6  # mean confidence of a line whose signs may be marks: what is hardly print reads as any of them
_SHORT, _SENTENCE = 24, 60  # letters
_LONGEST_WHOLE = 100_000  # marked numbers above without cents are codes, mostly
_TELLING = {"mdy"}  # orders of dates that hardly another country has
_PERHAPS, _SURELY = 0.4, 0.6  # of the votes for the first country another must have to be thought of
_PERCENTAGE = re.compile(r"(?<![\d.,])(\d{1,2}(?:[.,]\d{1,2})?)\s?%")
_NO_LETTER = re.compile(r"[\W_]")  # what is neither a letter nor a digit
_REST_OF_PHONE = r"(?:[ ()./-]{0,3}\d){6}"
_DATED = {"issue_date", "due_date", "delivery_date", "period_start", "period_end", "other_date"}


@dataclass(frozen=True, slots=True)
class Conventions:
    """What one document shows of its habits.

    decimal: "." or ",", or "" when the amounts do not say and no country is known. order: dmy, mdy, ymd or "".
    countries: most likely first. currencies: codes by how often their mark stands on the document. language: code, or
    "". bare_dollar: amounts bear `$` alone. codes: ISO codes that are printed themselves. unsure: signs read from
    pixels alone say what the currency is. lettered: codes whose mark is printed in letters. signs: how much speaks for
    the first country; a form of company or its language is 2, its postal address 3, a quarter where signs of other
    currencies were read. home: the currency of that country, told without any mark, if no other may be meant, or "".
    abroad: beside a bare `$` a tax is named that the United States have not, but others whose money is a dollar.
    year_first: the first country writes the year in front, also of two digits.
    """

    decimal: str = ""
    order: str = ""
    countries: tuple[str, ...] = ()
    currencies: tuple[tuple[str, int], ...] = ()
    language: str = ""
    bare_dollar: bool = False
    codes: frozenset[str] = frozenset()
    unsure: bool = False
    lettered: frozenset[str] = frozenset()
    signs: int = 0
    home: str = ""
    abroad: bool = False
    year_first: bool = False


def infer(document: Document, candidates: Sequence[Candidate], pack: RulePack) -> Conventions:
    """The conventions of a document, from every number and date on it and from where its parties are."""
    texts = [line.text for page in document.pages for line in page.lines]
    signs = languages.count(texts, pack)
    language = languages.leading(signs)
    spoken = languages.leading(signs, least=_SPOKEN)
    lines = (line for page in document.pages for line in page.lines)
    marks = _count_marks((line.text for line in lines if line.confidence >= _LEGIBLE), pack)
    orders = _clear_orders(texts, pack)
    said = _votes(texts, candidates, pack, spoken, orders)
    home = [pack.countries[code].currency for code in _likely(said, pack, _SURELY)]
    alone = stray = False
    if any(word.source == "ocr" for page in document.pages for line in page.lines for word in line.words):
        shown, marks = marks, _borne_out(marks, home)
        stray = marks != shown
        alone = not set(home) & {code for mark in marks for code in read_currency(mark)}
    votes = _likely(said + _shown(marks, pack), pack)
    countries = list(votes)
    known = [pack.countries[code] for code in countries if code in pack.countries]
    decimal = _decimal(texts, known)
    order = _order(orders, [c for c in known if decimal in ("", c.decimal)], language)
    return Conventions(
        decimal=decimal,
        order=order,
        countries=tuple(countries),
        currencies=_currencies(marks, countries, pack),
        language=language,
        bare_dollar="$" in marks,
        codes=frozenset(read_currency(mark)[0] for mark in marks if len(read_currency(mark)) == 1),
        lettered=frozenset(codes[0] for mark in marks if mark.isalpha() and len(codes := read_currency(mark)) == 1),
        unsure=alone and max(marks.values(), default=0) < _SURE_SIGNS and not any(mark in CODES for mark in marks),
        signs=max(votes.values(), default=0) // (4 if stray else 1),
        home=home[0] if len(set(home)) == 1 else "",
        abroad="$" in marks and _is_taxed_abroad(texts, pack),
        year_first=bool(known) and known[0].order == "ymd",
    )


def _count_marks(texts: Iterable[str], pack: RulePack) -> Counter[str]:
    """Marks beside amounts, in short texts, and codes in sentences such as `All amounts in EUR`.

    Away from amounts only codes of countries in the pack: `SDN BHD` is no dinar.
    """
    known = {country.currency for country in pack.countries.values()}
    marks: Counter[str] = Counter()
    for text in texts:
        beside = [amount.mark for amount in find_amounts(text) if amount.mark and _is_money(amount)]
        if len(text) <= _SHORT and not beside:
            beside = [
                mark
                for mark, _, end in find_currencies(text)
                if (mark not in CODES or mark in known) and text[end : end + 1] != "-"  # `RM-1763843` is a register
            ]
        elif len(text) <= _SENTENCE and not beside:
            beside = [mark for mark, _, _ in find_currencies(text) if mark in known]
        for mark in beside:
            marks[mark] += 1
    return marks


def _is_money(amount: Amount) -> bool:
    """Whether a marked number looks like money, and not like the code `RM-1763843`."""
    return amount.decimals > 0 or abs(amount.value) < _LONGEST_WHOLE


def _borne_out(marks: Counter[str], home: Sequence[str]) -> Counter[str]:
    """The marks without those that may be slips of a recogniser: it takes a smudge, or an S, for a sign.

    A mark counts where a country of the document uses it, and else where no other stands as often, twice at least; a
    code in capitals once, and beside those of the country twice. home: the currencies of the document's countries.
    """
    kept = {mark for mark in marks if set(home) & set(read_currency(mark))}
    kept |= {mark for mark in marks if kept and mark in CODES and marks[mark] >= _ENOUGH_SIGNS}
    if not kept:
        ranked = marks.most_common(2)
        alone = len(ranked) == 1 or (ranked and ranked[0][1] > 2 * ranked[1][1])
        enough = 1 if ranked and ranked[0][0] in CODES | {"Euro", "EURO", "EUROS"} else _ENOUGH_SIGNS
        kept = {ranked[0][0]} if alone and ranked[0][1] >= enough else set()
    return Counter({mark: count for mark, count in marks.items() if mark in kept})


def _votes(
    texts: Sequence[str], candidates: Sequence[Candidate], pack: RulePack, language: str, orders: Sequence[str]
) -> Counter[str]:
    """How much of what is printed, marks of currencies left out, speaks for each country."""
    votes: Counter[str] = Counter()
    for candidate in candidates:
        if candidate.name in ("seller_vat_id", "iban") and candidate.score > 0.5:
            code = str(candidate.value)[:2]
            votes[{"EL": "GR", "XI": "GB", "CH": "CH"}.get(code, code)] += 6 if candidate.name == "seller_vat_id" else 4
    whole = " " + " ".join(texts) + " "
    padded = f" {_NO_LETTER.sub(' ', whole)} "
    words = frozenset(padded.split())
    printed = frozenset(whole.split(" "))
    numbers = whole.replace("(", " ")
    taxes, rates = frozenset(padded.casefold().split()), _rates(texts)
    bare = {str(c.value) for c in candidates if c.name == "seller_vat_id" and str(c.value).isdigit()}
    named = (country for word in words for country in pack.spelled.get(word, ()))
    called = Counter(code for code, _ in {(code, name) for code, name, written in named if written in padded})
    told = {code for word in words for code, text in pack.told_by.get(word, ()) if text in padded}
    for code, country in pack.countries.items():
        said = 2 * called[code]
        said += 2 * _is_called(country.phone, numbers)
        said += 3 * (code in told)
        said += 3 * bool(country.address and _compiled(country.address).search(whole))
        said += 2 * bool(country.language and country.language == language)
        if country.tax_words & taxes:
            said += _speaks_of_tax(country, rates) + 3 * any(with_country(id_, [code]) != id_ for id_ in bare)
        votes[code] += said + 2 * (country.order in _TELLING and [country.order] == orders)
    forms = {
        form: place for form, first, apart, place in pack.sole_forms if first in printed and _is_form(apart, whole)
    }
    for place in forms.values():
        votes[place] += 2
    return votes


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    return re2.compile(pattern)


def _is_called(phone: str, text: str) -> bool:
    """Whether a text has a telephone number that begins so: `+27 21 555 0199`, and not the sum `+275,00`."""
    return bool(phone) and f" {phone}" in text and bool(re.search(rf" {re.escape(phone)}{_REST_OF_PHONE}", text))


def _is_form(form: str, text: str) -> bool:
    """Whether the form of a company stands behind a name in a text, and not behind a number: `1011 AB Amsterdam`."""
    return any(not before[-1:].isdigit() for before in text.split(form)[:-1])


def _shown(marks: Counter[str], pack: RulePack) -> Counter[str]:
    """What marks of currencies that only one country uses speak for it."""
    shown = {codes[0] for mark in marks if len(codes := read_currency(mark)) == 1} & pack.sole_currencies
    return Counter({code: 2 for code, country in pack.countries.items() if country.currency in shown})


def _likely(votes: Counter[str], pack: RulePack, share: float = _PERHAPS) -> dict[str, int]:
    """The countries for which a share of what speaks for the first one speaks, most likely first, with how much."""
    least = share * max(votes.values(), default=0)
    likely = [pair for pair in votes.most_common() if pair[1] > 0 and pair[1] >= least and pair[0] in pack.countries]
    return dict(likely[:4])


def _rates(texts: Iterable[str]) -> frozenset[Decimal]:
    """Every percentage that is printed."""
    found = (hit.group(1).replace(",", ".") for text in texts if "%" in text for hit in _PERCENTAGE.finditer(text))
    return frozenset(map(Decimal, found))


def _speaks_of_tax(country: Country, rates: frozenset[Decimal]) -> int:
    """How much the rates printed beside a country's name of the tax speak for it: most, its main rate."""
    others = sum(rate in rates for rate in country.tax_rates[1:])
    return 3 + min(1, others) if country.tax_rates[0] in rates else min(1, others)


def _is_taxed_abroad(texts: Iterable[str], pack: RulePack) -> bool:
    """Whether a tax is named that countries have whose money is a dollar too, and the United States have not."""
    words = frozenset(word for text in texts for word in re.findall(r"[^\W\d_]+", text.casefold()))
    dollars = set(read_currency("$")) - {"USD"}
    return any(country.tax_words & words for country in pack.countries.values() if country.currency in dollars)


def _currencies(marks: Counter[str], countries: Sequence[str], pack: RulePack) -> tuple[tuple[str, int], ...]:
    """Currency codes with how often they are shown; a mark of several currencies counts for that of the country."""
    votes: Counter[str] = Counter()
    for mark, count in marks.items():
        code = settle_mark(mark, countries, pack)
        if code:
            votes[code] += count
    return tuple(votes.most_common())


def settle_mark(mark: str, countries: Sequence[str], pack: RulePack) -> str:
    """The currency that a mark means in a document of these countries; the likeliest when they do not say."""
    codes = read_currency(mark)
    for country in countries:
        known = pack.countries.get(country)
        if known and known.currency in codes:
            return known.currency
    return codes[0] if codes else ""


def _decimal(texts: Iterable[str], countries: Sequence[Country]) -> str:
    votes: Counter[str] = Counter()
    for text in texts:
        for amount in find_amounts(text) if has_digit(text) else ():
            votes[amount.style] += _clarity(amount)
    point, comma = votes["."], votes[","]
    if point > 3 * comma:
        return "."
    if comma > 3 * point:
        return ","
    return countries[0].decimal if countries and not point and not comma else ""


def _clarity(amount: Amount) -> int:
    """How surely one amount shows its decimal mark: two printed cents are the usual form of money."""
    return (3 if amount.decimals == 2 else 1) if amount.style else 0


def _clear_orders(texts: Iterable[str], pack: RulePack) -> list[str]:
    """The orders in which alone some date of a document makes sense."""
    votes: Counter[str] = Counter()
    for text in texts:
        for written in find_dates(text, pack.months) if sum(map(str.isdigit, text)) >= 4 else ():
            orders = set(written.orders) - {"ymd" if len(written.orders) > 1 else ""}
            if len(orders) == 1 and not written.text[:4].isdigit():
                votes[orders.pop()] += 1
    return [order for order in ("dmy", "mdy", "ymd") if votes[order]]


def _order(clear: Sequence[str], countries: Sequence[Country], language: str) -> str:
    if len(clear) == 1:
        return clear[0]
    if not clear:
        if language not in ("", "en"):
            return "dmy"  # dates follow the language they are read in, also of sellers abroad
        orders = {country.order for country in countries}
        orders = orders - {"ymd"} or orders  # who writes the year in front may be at home elsewhere
        if len(orders) == 1:
            return orders.pop()
    return ""


def settle(candidate: Candidate, conventions: Conventions) -> Candidate:
    """The candidate with only those readings left that the document's conventions allow, its value among them."""
    if len(candidate.readings) < 2:
        return candidate
    if candidate.name in _DATED:
        return _settle_date(candidate, conventions)
    if isinstance(candidate.value, Decimal) and conventions.decimal:
        kept = tuple(reading for reading in candidate.readings if _fits(reading, candidate, conventions.decimal))
        if kept:
            return replace(candidate, value=kept[0], readings=kept)
    return candidate


def _fits(reading: object, candidate: Candidate, decimal: str) -> bool:
    """Whether a reading of `1.234` (or of a loose minus) agrees with the document's decimal mark."""
    exponent = reading.as_tuple().exponent if isinstance(reading, Decimal) else 0
    mark = "." if "." in candidate.evidence.text else ","
    whole = isinstance(exponent, int) and exponent >= 0
    return (not whole) if mark == decimal else whole


def _settle_date(candidate: Candidate, conventions: Conventions) -> Candidate:
    pairs = list(zip(candidate.readings, candidate.orders, strict=False))
    if conventions.order != "ymd" and any(order != "ymd" for _, order in pairs) and not conventions.year_first:
        pairs = [pair for pair in pairs if pair[1] != "ymd"]
    either = conventions.year_first and any(order == "ymd" for _, order in pairs)
    fitting = [pair for pair in pairs if pair[1] in ({"dmy", "ymd"} if either else {conventions.order})] or pairs
    return replace(
        candidate,
        value=fitting[0][0],
        readings=tuple(reading for reading, _ in fitting),
        orders=tuple(order for _, order in fitting),
    )


def narrow_by_due_date(issued: Candidate, due: date) -> Candidate:
    """The issue date with only those readings left that lie before the due date and within half a year of it."""
    kept = [
        (reading, order)
        for reading, order in zip(issued.readings, issued.orders, strict=False)
        if isinstance(reading, date) and 0 <= (due - reading).days <= 185
    ]
    if not kept:
        return issued
    return replace(issued, value=kept[0][0], readings=tuple(r for r, _ in kept), orders=tuple(o for _, o in kept))
