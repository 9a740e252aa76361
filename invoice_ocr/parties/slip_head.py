"""The name that heads a till slip: above the address, under the specks and scraps that a recogniser made of a logo."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from invoice_ocr.document.kind import is_of_till
from invoice_ocr.finding.readers import Found
from invoice_ocr.finding.sheet import find_labels, make_candidate
from invoice_ocr.layout.grid import Cell, make_grids
from invoice_ocr.model import Candidate, Document
from invoice_ocr.parties.party_marks import town_at
from invoice_ocr.rulepack.ruleset import RulePack, label_key
from invoice_ocr.values.amount import find_amounts
from invoice_ocr.values.date import find_dates
from invoice_ocr.values.text import fold, has_digit

RULE = "universal.seller_name.slip"
_FORMED, _PLAIN = 0.85, 0.75  # how surely a line with a form of company, and another, names the seller
_UNDER_NAME = 0.7  # the same of a company under a name of another kind, which may be the shop's or what it is called
_ROWS = 14  # from the top in which a name is looked for
_LINES = 3  # that a head may have above its address
_NUMBERS = frozenset({"seller_vat_id", "seller_tax_number", "seller_registration"})
_LETTERS, _MOSTLY = 3, 0.6  # letters of a name, at least, and their share of it
_SUFFIX = 3  # letters: streets that may be the end of a word, as in `Bahnhofstr. 8`
_LONG_FORM = 6  # letters: shorter forms of companies are too near to other words to be met with a slip
# What stands behind a name: its number in a register and the number of the shop.
_BEHIND = re.compile(r"(?>\s*(?:\([^)]*\d[^)]*\)?|#\s?\d+|\b[A-Z]{0,2}\d{4,}[\w-]*))*+[\s,.;*\"-]*$")
_OPERATOR_WORDS = 3  # at most, in what stands before who runs a shop
_GREETING_WORDS = 4  # at most
_ZERO = re.compile(r"(?<=[^\W\d_]{2} )0(?= [^\W\d_]{2})|(?<= )0(?=[A-Z]\b)")  # `TABERNA 0 FARO`, `Leitner 0G`
_INSIDE = re.compile(r"\([^)]*\)?|\b\w{1,2}\)")  # also `CM)`, which was `(M)`
_HOUSE = re.compile(r"(?i)(?:([^\W\d]+|№)[.:°º]?\s?)?\d+[a-z]?(?:[-/&]\w+)?,?\s")
_PART = re.compile(r"[\s:.,;/()]+")
_POSTCODE = re.compile(r"\b\d{4,6}\b|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|\b\d{2}-\d{3}\b|\b[A-Z]{2}\s*$")


@dataclass(frozen=True, slots=True)
class _Line:
    """One row of the head that may be a name.

    formed: where in `text` a form of company begins, or -1. runs: whether words before it say that it runs the shop.
    """

    cells: tuple[Cell, ...]
    text: str
    formed: int
    runs: bool = False


def find(document: Document, pack: RulePack) -> list[Candidate]:
    """The name that heads a slip as a candidate for seller_name; none where no line above an address may be one."""
    lines = list(_head(document, pack))
    formed = next((line for line in lines if line.formed >= 0), None)
    chosen = formed or (lines[0] if lines else None)
    if chosen is None:
        return []
    text, first, score = chosen.text, lines.index(chosen), _FORMED if formed else _PLAIN
    if formed and first and len(fold(_INSIDE.sub("", text[: formed.formed]))) < _LETTERS:
        text = f"{lines[first - 1].text} {text}"
    elif formed and first and not formed.runs:
        score = _UNDER_NAME
    elif text.endswith("&") and first + 1 < len(lines):
        text = f"{text} {lines[first + 1].text}"
    cell = chosen.cells[0]
    item = Found(text, 0, len(cell.text))
    return [make_candidate("seller_name", RULE, cell, item, score)]


def has_form(text: str, pack: RulePack) -> bool:
    """Whether a name holds a form of company."""
    return _form_at(text, pack) >= 0


def _head(document: Document, pack: RulePack) -> Iterator[_Line]:
    """The lines that may be names above the address, the date, the first sum or the title of a slip.

    Where none stands above what looks like an address, only those with a form of company below it; else of those only
    who is said to run the shop.
    """
    found, below = 0, False
    for grid in make_grids(document)[:1]:
        for row in grid.rows[:_ROWS]:
            line = _as_name(row, pack)
            if line is None:
                continue
            name = line.text
            if line.formed < 0 and _is_address(name, pack):
                below = True
                continue
            if below and found and not line.runs:
                if _is_of_sale(row, _joined(line.cells), pack):
                    return
                continue
            if (line.formed < 0 or below) and _is_of_sale(row, _joined(line.cells), pack):
                if found or below:
                    return
                continue
            letters = sum(char.isalpha() for char in name)
            if (below and line.formed < 0) or letters < _MOSTLY * len(name.replace(" ", "")):
                continue
            if found and fold(_PART.split(name, maxsplit=1)[0]) in pack.owner_words:
                return
            yield line
            found += 1
            if found == _LINES:
                return


def _as_name(row: Sequence[Cell], pack: RulePack) -> _Line | None:
    """A row as the name it may be: without greeting, register and who runs the shop; None with hardly a letter."""
    cells = tuple(cell for cell in row if any(char.isalpha() for char in cell.text))
    text = _joined(cells)
    behind = _BEHIND.search(text)
    name = _ZERO.sub(_letter_o, text[: behind.start()] if behind else text)
    if text.startswith(f"{name}.") and f"{name.split(' ')[-1]}." in pack.legal_forms:
        name += "."
    name = _without_number(name[_after_greeting(name, pack) :], pack)
    if sum(char.isalpha() for char in name) < _LETTERS:
        return None
    formed = _form_at(name, pack)
    colon = name.rfind(": ", 0, max(0, formed))
    if colon >= 0:  # `Operator: Rhenus Parken GmbH`
        name, formed = name[colon + 2 :], formed - colon - 2
    by = _after_operator(name, pack) if formed > 0 else 0
    name, formed = name[by:], formed - by
    if (
        formed > _LETTERS and name.startswith("(") and ")" not in name[:formed]
    ):  # `(SRI MAJU HEALTHCARE SDN BHD)` under the name of its shop
        name, formed = name.strip("() "), formed - 1
    return _Line(cells, _without_place(name, formed, pack), formed, bool(by or colon >= 0))


def _without_number(name: str, pack: RulePack) -> str:
    """A name without the number that a label introduces behind it: `Waratah Pty Ltd ABN 51 824 753 556`."""
    for hit in pack.labels.find(name):
        fields = {rule.field for rule in pack.by_label[hit.key]}
        if fields and fields <= _NUMBERS and hit.start > _LETTERS and has_digit(name[hit.end :]):
            return name[: hit.start].rstrip(" ,;-")
    return name


def _without_place(name: str, formed: int, pack: RulePack) -> str:
    """A name without what a comma behind its form of company parts from it: `Fenwold Foods Ltd, Ripon`."""
    comma = name.find(", ", formed + 1) if formed > 0 else -1
    exact, _ = _forms(tuple(pack.legal_forms))
    more = comma > 0 and any(fold(word) in exact for word in name[comma:].split())  # `Co., Ltd`
    return name[:comma] if comma > 0 and not more else name


def _joined(cells: Sequence[Cell]) -> str:
    """A row as one text; letters that stand apart make one word."""
    parts = [" ".join(cell.text.split()) for cell in cells]
    words = " ".join(parts).split()
    if len(words) > 3 and all(len(word) == 1 for word in words):
        return "".join(words)
    return " ".join(words)


def _after_operator(name: str, pack: RulePack) -> int:
    """Where the company begins that runs a shop, behind words such as `operated by`; 0 where there are none."""
    for count in range(1, _OPERATOR_WORDS + 1):
        words = name.split(maxsplit=count)
        if len(words) > count and fold(" ".join(words[:count])) in pack.operator_words:
            return len(name) - len(words[count])
    return 0


def _after_greeting(name: str, pack: RulePack) -> int:
    """Where a name goes on behind words that greet; 0 where there are none, and its end where nothing else stands."""
    words = list(re.finditer(r"\S+", name))
    for count in range(min(_GREETING_WORDS, len(words)), 0, -1):
        if fold(name[: words[count - 1].end()]) in pack.greeting_words and (count > 1 or count == len(words)):
            return words[count].start() if count < len(words) else len(name)
    return 0


def _letter_o(zero: re.Match[str]) -> str:
    """The letter that a 0 between words was read for, in the alphabet of the one before."""
    before = zero.string[: zero.start()].rstrip()[-1:]
    return "\u039f" if "\u0370" <= before < "\u0400" else "O"


def _is_address(text: str, pack: RulePack) -> bool:
    """Whether a row is a street with its number, or a town with its code."""
    words = [fold(word) for word in text.split()]
    if has_digit(text) and any(
        word.endswith(street) if len(street) >= _SUFFIX else word == street
        for word in words
        for street in pack.street_words
    ):
        return True
    house = _HOUSE.match(text)
    numbered = house is not None and (house[1] is None or fold(house[1]) in pack.house_words)
    numbered |= has_digit(text[: town_at(text, pack) or 0])  # `Hauptplatz 3, 8010 Graz`
    return words[0] in pack.street_words or numbered or bool(_POSTCODE.search(text))


def _is_of_sale(row: Sequence[Cell], text: str, pack: RulePack) -> bool:
    """Whether a row is a title, says how to get in touch, or tells of what was bought, when and from whom."""
    words = text.split()
    if any(label_key(part) in pack.titles for part in (text, words[0], words[-1])):
        return True
    if ":" in text or "@" in text or (is_of_till(text, pack) and not _may_call_shop(text, pack)):
        return True
    if any(fold(part) in pack.contact_words for part in _PART.split(text)):
        return True
    if find_dates(text, pack.months) or any(amount.decimals == 2 for amount in find_amounts(text)):
        return True
    labelled = [(hits[0], cell) for cell in row if (hits := find_labels(cell, pack))]
    return any(hit.start < 2 and hit.end > len(cell.text) / 2 for hit, cell in labelled)


def _may_call_shop(text: str, pack: RulePack) -> bool:
    """Whether a row without digits has no other words of tills than those by which shops are called."""
    others = " ".join(word for word in text.split() if fold(word) not in pack.shop_words)
    return not has_digit(text) and bool(others) and not is_of_till(others, pack)


def _form_at(text: str, pack: RulePack) -> int:
    """Where a form of company begins in a text, also with one letter misread in a long one; -1 where none does."""
    words = list(re.finditer(r"\S+", text))
    exact, long = _forms(tuple(pack.legal_forms))
    if len(words) > 1 and words[-1].group().rstrip(".,") in pack.legal_forms:
        return words[-1].start()
    for index, word in enumerate(words):
        for count in (1, 2, 3):
            folded = fold("".join(part.group() for part in words[index : index + count]))
            near = len(folded) >= _LONG_FORM - 1 and any(
                OSA.distance(folded, form, score_cutoff=1) <= 1 for form in long
            )
            if (folded in exact and (index or count > 1)) or near:
                return word.start()
    return -1


@lru_cache(maxsize=4)
def _forms(forms: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """The forms of companies, folded, of three letters at least; and the long ones among them."""
    folded = {fold(form) for form in forms}
    return frozenset(form for form in folded if len(form) > 2), tuple(f for f in folded if len(f) >= _LONG_FORM)
