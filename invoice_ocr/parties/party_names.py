"""Names of companies by their looks: those that end with a legal form, and what heads a page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from statistics import median

from invoice_ocr.layout.grid import Cell, Grid
from invoice_ocr.model import Candidate
from invoice_ocr.parties.party_marks import (
    BULLETS,
    Name,
    after_sentence,
    begins_with_label,
    is_priced,
    is_street,
    may_be_name,
)
from invoice_ocr.rulepack import RulePack, label_key
from invoice_ocr.values.text import fold, has_digit

_COPYRIGHT = re.compile(r"(?i)(?:\(c\)|©|copyright)\s*(?:by\s)?$")
# A line that is a name as a whole, though words in it are small: `Clinique vétérinaire du Jura SA`.
_WHOLE = re.compile(r"[A-ZÀ-ÖØ-ÞĀ-Ž][^\W\d_]+(?:,? (?:&|[^\W\d_]+[.'’]?)){1,}")
_DOTTED = re.compile(r"[A-Z]\.\s?[A-Z]")  # `S.A.` is no word of any language, as `sa` is
# Partners behind a legal form, to the end of a text or to a comma or dash.
_PARTNERS = re.compile(r"\s+([^\W\d_]+)(?:\s+(?:&|e|[A-ZÀ-Þ][\w.'’]*)){1,7}(?=\s*(?:$|,|\s[–-]\s))")
_QUOTED = re.compile(r"\s?[«„“\"][^«»„“”\"]{2,40}[»“”\"]")
_LEADING, _ON_TOP, _TOLD = 0.6, 0.05, 0.25
_MOST_WORDS = 6
_WIDE_APART = 2.2  # heights between two words of one name
_TOP = 0.3  # of the page
_TOP_ROWS = 3


def by_legal_form(grid: Grid, pack: RulePack) -> Iterator[Name]:
    """Names that end with a legal form, one a cell at most: surer at the top and at the foot of a page."""
    pattern = _form_pattern(tuple(pack.forms_as_read))
    height = grid.page.height
    for cell in grid.cells():
        if ":" not in cell.text and begins_with_label(cell, pack):
            continue
        for hit in pattern.finditer(cell.text):
            if quoted := _QUOTED.match(cell.text, hit.end()):  # `UAB „Gintaras“`: the form leads
                score = _LEADING + (_ON_TOP if cell.page == 1 and cell.box.center_y < _TOP * height else 0.0)
                score += _TOLD * _told(cell, hit.start(), pack)
                yield Name(cell, hit.start(), quoted.end(), score, "universal.seller_name.legal_form")
                break
            start = _name_start(cell.text, hit.start(), pack.joiners)
            if len(fold(cell.text[start : hit.start()])) < 2 and not (
                hit.start() == 0 and _first_half(grid, cell, pack)
            ):
                continue
            weak = fold(hit.group()) in pack.weak_forms and not _DOTTED.search(hit.group())
            rest = cell.text[hit.end() :].strip(" .,)")
            if weak and ((rest and rest[0] not in BULLETS) or is_priced(grid, cell)):
                continue
            middle = cell.box.center_y
            score = 0.45 if weak else 0.6
            score += (
                0.15
                if cell.page == 1 and middle < 0.16 * height
                else 0.05
                if cell.page == 1 and middle < 0.3 * height
                else 0.0
            )
            score += 0.1 if middle > 0.85 * height else -0.25 if 0.5 * height < middle < 0.8 * height else 0.0
            words = re.findall(r"[^\W\d_]{2,}", cell.text[start : hit.start()])
            if _COPYRIGHT.search(cell.text[:start]):
                continue
            half = start == 0 and (len(words) < 2 or cell.text.startswith("(") or _is_open(grid, cell, pack))
            if cell.text.split(maxsplit=1)[0].lower() in pack.joiners and _first_half(grid, cell, pack):
                start, half = 0, True  # `and Trade Ltd` goes on the line above
            before = (
                _left_half(grid, cell, pack) or (_first_half(grid, cell, pack) if half else "") if not start else ""
            )
            end = _with_partners(cell.text, hit.end(), pack.joiners)
            yield Name(cell, start, end, score, "universal.seller_name.legal_form", before)
            break


def _told(cell: Cell, start: int, pack: RulePack) -> int:
    """What the label says that a text begins with, up to `start`: 1 the seller, -1 the buyer, 0 where none does."""
    hit = next(iter(pack.labels.find(cell.text[:start])), None)
    if hit is None or hit.start or cell.text[hit.end : start].strip(" :"):
        return 0
    fields = {rule.field for rule in pack.by_label[hit.key]}
    return ("seller_name" in fields) - ("buyer_name" in fields)


def by_letterhead(grid: Grid, pack: RulePack) -> Iterator[Name]:
    """The first texts of a page, and its largest print near the top, that are neither title, label nor number."""
    cells = list(grid.cells())
    if not cells:
        return
    usual = median(cell.box.height for cell in cells)
    top = [cell for cell in cells[:14] if cell.box.center_y < 0.33 * grid.page.height and may_be_name(cell, pack)]
    top = [cell for cell in top if not is_street(grid, cell, pack) and fold(cell.text) not in pack.greeting_words]
    for place, cell in enumerate(top[:4]):
        big = cell.box.height > 1.35 * usual
        score = (0.38, 0.26, 0.2, 0.15)[place] + (0.12 if big else 0.0)
        score *= 0.5 if has_digit(cell.text) else 1.0  # an address, mostly
        last = _last_of_row(grid, cell, pack)
        before = _left_half(grid, last, pack)
        yield Name(last, 0, _end_of_name(last.text, pack), score, "universal.seller_name.letterhead", before)


def spelled(candidate: Candidate, pack: RulePack) -> Candidate:
    """A candidate for a name as it is spelled: without the word `Name:` before it, or a number of taxes behind it.

    Its legal form is mended where its small letters were misread.
    """
    if candidate.name not in ("seller_name", "buyer_name"):
        return candidate
    name = str(candidate.value)
    head, colon, rest = name.partition(":")
    if colon and rest.strip() and fold(head) in pack.name_words:
        name = rest.strip()
        candidate = replace(candidate, value=name, readings=(name,))
    if has_digit(name[-4:]) and (tail := _tax_number(pack.tax_signs).search(name)) and tail.start() > 2:
        name = name[: tail.start()]
        candidate = replace(candidate, value=name, readings=(name,))
    if candidate.evidence.source != "ocr":
        return candidate
    for read, form in pack.forms_as_read.items():
        if read != form and name.endswith(f" {read}"):
            name = f"{name.removesuffix(read)}{form}"
            return replace(candidate, value=name, readings=(name,))
    return candidate


@lru_cache(maxsize=4)
def _tax_number(signs: tuple[str, ...]) -> re.Pattern[str]:
    """A sign of a tax with its number, of five digits and more, at the end of a text."""
    parts = "|".join(re.escape(sign).replace(r"\ ", r"\s?") for sign in signs) or "(?!)"
    return re.compile(rf"(?i)[\s,;(/]+(?:{parts})\b[^\W_]{{0,6}}[\s.:]*[a-z]{{0,3}}[ -]?\d[a-z\d./-]{{4,}}\)?$")


def _name_start(text: str, end: int, joiners: Sequence[str]) -> int:
    """Where a company's name begins that ends with a legal form at `end`: back over capitalised words and joiners."""
    begin = after_sentence(text[:end])
    whole = text[begin:end].strip()
    if len(whole.split()) <= _MOST_WORDS and _WHOLE.fullmatch(whole):
        return text.index(whole, begin)
    start = end
    for word in reversed(list(re.finditer(r"\S+", text[:end]))):
        core = word.group().strip("(),.\"'")
        if word.start() < begin or word.group().endswith((":", ";", "|", "·", "•")) or core in ("-", "–", ""):
            break
        if not (core[:1].isupper() or core[:1].isdigit() or core.lower() in joiners):
            break
        if word.group().endswith(",") and text[word.end() : end].strip():
            break
        start = word.start()
    while (lead := re.match(r"(\S+)\s+", text[start:end])) and lead.group(1) in joiners:
        start += lead.end()
    return start


@lru_cache(maxsize=4)
def _form_pattern(forms: tuple[str, ...]) -> re.Pattern[str]:
    spelled = {
        form
        for base in forms
        for form in (
            base,
            base.upper() if len(fold(base)) > 2 else base,
            base.replace(".", "") if len(fold(base)) > 2 else base,
        )
    } - {
        "Co",
        "CO",
        "ME",
        "me",
    }
    parts = sorted((re.escape(form).replace(r"\ ", r"\s?") for form in spelled), key=len, reverse=True)
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(parts)})(?![^\W_])\.?")


def _end_of_name(text: str, pack: RulePack) -> int:
    """Where a company's name ends that goes on behind a dash, or in small letters: `SAS au capital de 8 000 €`."""
    if dash := re.search(r"\s[\u2013\u2014]\s", text):
        text = text[: dash.start()]
    for hit in _form_pattern(tuple(pack.forms_as_read)).finditer(text):
        if hit.start() and re.match(r"\s+[^\W\d_A-Z]", text[hit.end() :]) and text[hit.end() :].lstrip()[:1].islower():
            return _with_partners(text, hit.end(), pack.joiners)
    return len(text)


def _with_partners(text: str, end: int, joiners: Sequence[str]) -> int:
    """Where a company's name ends whose legal form, up to `end`, partners follow: `S.n.c. di Verdi Ada & C.`"""
    hit = _PARTNERS.match(text, end)
    return hit.end() if hit and hit[1] in joiners else end


def _left_half(grid: Grid, cell: Cell, pack: RulePack) -> str:
    """The cells right before one in the large print on top of a page, whose words may stand that far apart."""
    parts: list[str] = []
    right = cell
    for left in reversed(grid.rows[cell.row][: cell.column]):
        height = min(left.box.height, right.box.height)
        alike = abs(left.box.height - right.box.height) < 0.35 * max(left.box.height, right.box.height)
        if (
            not alike
            or right.box.left - left.box.right > _WIDE_APART * height
            or cell.box.center_y > _TOP * grid.page.height
        ):
            break
        if not _may_be_part(left, pack):
            break
        parts.insert(0, " ".join(left.text.split()))
        right = left
    return " ".join(parts)


def _first_half(grid: Grid, cell: Cell, pack: RulePack) -> str:
    """The line above a company's name when it is the top of the page and looks like the same name begun."""
    if not 0 < cell.row <= _TOP_ROWS:
        return ""
    rows = reversed(grid.rows[: cell.row])  # lines of another column may stand between
    above = next((other for row in rows for other in row if _is_flush(other, cell)), None)
    if above is None or above is not grid.rows[above.row][0]:
        return ""
    apart = cell.box.top - above.box.bottom
    if apart > 0.8 * cell.box.height or abs(above.box.height - cell.box.height) > 0.35 * cell.box.height:
        return ""
    alike = above.text.isupper() == cell.text.isupper() and not has_digit(above.text)
    return " ".join(above.text.split()) if alike and may_be_name(above, pack) else ""


def _is_open(grid: Grid, cell: Cell, pack: RulePack) -> bool:
    """Whether the line above ends with a word as `and`, so that a name goes on in this one."""
    above = _first_half(grid, cell, pack)
    return bool(above) and above.rsplit(maxsplit=1)[-1].lower() in pack.joiners


def _last_of_row(grid: Grid, cell: Cell, pack: RulePack) -> Cell:
    """The last of the cells that go on a name begun in one, in large print with wide spaces."""
    last = cell
    for right in grid.right_of(cell):
        if not _may_be_part(right, pack) or not _left_half(grid, right, pack).endswith(" ".join(last.text.split())):
            break
        last = right
    return last


def _may_be_part(cell: Cell, pack: RulePack) -> bool:
    """Whether a cell may be some words of a name: no title, label, date or number."""
    text = cell.text.strip()
    letters = sum(char.isalpha() for char in text)
    return (
        letters >= max(1, 0.5 * len(text)) and label_key(text) not in pack.titles and not begins_with_label(cell, pack)
    )


def _is_flush(one: Cell, other: Cell) -> bool:
    return min(abs(one.box.left - other.box.left), abs(one.box.center_x - other.box.center_x)) < 12.0
