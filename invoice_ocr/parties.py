"""Who sells and who buys, where no label says so: legal forms, address blocks, letterheads, web addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import median

from rapidfuzz.fuzz import ratio

from invoice_ocr.grid import Cell, Grid, make_grids
from invoice_ocr.model import Candidate, Document
from invoice_ocr.party_labels import HEADED
from invoice_ocr.readers import Found
from invoice_ocr.rulepack import RulePack, label_key
from invoice_ocr.sheet import ends_with_form, find_labels, make_candidate
from invoice_ocr.values.amount import find_amounts
from invoice_ocr.values.date import find_dates
from invoice_ocr.values.identifier import find_ibans, find_vat_ids
from invoice_ocr.values.text import fold, has_digit

_POSTCODE = re.compile(
    r"(?:^|[\s,])(?:(?:[A-Z]{1,3}-)?\d{4,6}(?:-\d{3,4})?(?:\s[A-Z]{2})?\s+[^\W\d_]{2}|\d{2}-\d{3}\s+[^\W\d_]"
    r"|[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b|[A-Z]{2},?\s\d{5}\b|\d{3}\s\d{2}\s+[^\W\d_]{2}"
    r"|\b(?:NSW|VIC|QLD|TAS|ACT|SA|WA|NT)\s\d{4}\b|\d{5}-\d{3}"
    r"|^[A-Z][^\W\d]+(?:[ -][A-Z][^\W\d]+)*,?\s(?:-\s)?(?:(?!19|20)\d{4}|\d{6})$)"
)
_SELLER_SIGN = re.compile(
    r"(?i)\b(?:tel|phone|fax|telefon|t[ée]l|mobil|e-?mail|www|http|iban|bic|swift|vat|ust|btw|tva|siret|hrb|gst|abn|kvk"
    r"|gstin|sst|trn|siren|uid|i[cč]o|di[cč]|tax|p\.?iva|nip|cif|nif|cnpj|bank|cvr|org\.?\s?n[ro]|y-tunnus)\b|@"
)
# Of these the numbers of taxes stand in the blocks of buyers, too.
_CONTACT = re.compile(r"(?i)\b(?:tel|phone|fax|telefon|t[ée]l|mobil|e-?mail|www|http|iban|bic|swift|bank)\b|@")
_DOMAIN = re.compile(r"(?:@|www\.|https?://(?:www\.)?)([a-z0-9][a-z0-9\-]{2,})\.[a-z.]{2,}", re.IGNORECASE)
_JOINERS = frozenset(
    {
        "&",
        "+",
        "und",
        "and",
        "of",
        "de",
        "et",
        "y",
        "e",
        "la",
        "le",
        "the",
        "for",
        "du",
        "des",
        "van",
        "der",
        "von",
        "für",
        "i",
        "en",
        "do",
        "da",
        "dos",
        "das",
        "di",
        "del",
        "della",
        "dei",
        "af",
        "og",
        "och",
        "w",
        "z",
        "na",
        "u",
        "za",
        "am",
        "zum",
        "zur",
        "los",
        "las",
        "el",
        "les",
    }
)
_WEAK_FORMS = frozenset(
    {
        "company",
        "co",
        "sa",
        "se",
        "me",
        "as",
        "ab",
        "trading",
        "enterprise",
        "holdings",
        "ag",
        "kg",
        "bv",
        "nv",
        "ug",
        "oy",
    }
)
_MARKS = frozenset("·•|●∙◆-–")
_PART = re.compile(r"(?:(?!\s*[·•|●∙◆]\s*|\s[–-]\s|,\s).)+")
_TOLD = re.compile(r"[@:]|\w\.\w")  # of an address in the web, or before a number
_BULLETS = "·•●∙◆|"
_BULLET = re.compile(f"[{_BULLETS}]")
_LETTERS = re.compile(r"[^\W\d_]{2}")
# Streets with their number behind or, as in English and French, before the name; towns with their code.
_STREET = re.compile(r"\d{1,5}[a-zA-Z]?,?\s.*|\D*[^\W\d_]\.?,?\s\d{1,4}\s?[a-zA-Z]?(?:\s?[-/]\s?\d{1,4}[a-zA-Z]?)?")
_HOUSE = re.compile(r"(?:n[.°º]?\s?)?\d{1,4}\s?[a-zA-Z]?(?:/\w{1,3})?(?:\s[–-]\s.*)?")
_COPYRIGHT = re.compile(r"(?i)(?:\(c\)|©|copyright)\s*(?:by\s)?$")
# A line that is a name as a whole, though words in it are small: `Clinique vétérinaire du Jura SA`.
_WHOLE = re.compile(r"[A-ZÀ-ÖØ-ÞĀ-Ž][^\W\d_]+(?:,? (?:&|[^\W\d_]+[.'’]?)){1,}")
_DOTTED = re.compile(r"[A-Z]\.\s?[A-Z]")  # `S.A.` is no word of any language, as `sa` is
_FLUSH = 3.0  # points between the right edges of lines set flush right
_MOST_WORDS = 6
_GREETED = 0.75  # the score of who is addressed with a salutation
_REACHED = 0.3  # of an address that shows how to reach or to pay who lives there
_LESS = 0.05  # by which who is written to weighs less than who writes
_WIDE_APART = 2.2  # heights between two words of one name
_TOP = 0.3  # of the page
_TOP_ROWS = 3
_CLOSE = 0.6  # heights between two lines of one address
_FREE_MAIL = frozenset(
    {
        "gmail",
        "hotmail",
        "yahoo",
        "outlook",
        "gmx",
        "web",
        "icloud",
        "live",
        "aol",
        "googlemail",
        "msn",
        "orange",
        "wanadoo",
        "free",
    }
)


@dataclass(frozen=True, slots=True)
class _Name:
    """A name seen on a page, and how much its form and place speak for a party."""

    cell: Cell
    start: int
    end: int
    score: float
    rule: str
    before: str = ""  # the first half of a name in two lines

    @property
    def text(self) -> str:
        return f"{self.before} {self.cell.text[self.start : self.end]}".strip()


def find(document: Document, pack: RulePack) -> list[Candidate]:
    """Candidates for seller_name and buyer_name from the looks of the pages, without labels."""
    grids = make_grids(document)
    if not grids:
        return []
    whole = [cell.text for grid in grids for cell in grid.cells()]
    domains = {fold(hit.group(1)) for text in whole for hit in _DOMAIN.finditer(text)} - _FREE_MAIL
    buyers = _labelled_buyers(grids[0], pack)
    named = [name for grid in grids[:3] for name in _by_legal_form(grid, pack)]
    senders = list(_sender_lines(grids[0], pack))
    named += [*(name for name, _ in senders), *_letterhead(grids[0], pack)]
    blocks = list(_by_address(grids[0], named, pack))
    writing, written = _sides(blocks, fold(whole[0]) if whole else "")
    found = [_candidate("seller_name", name, 0.6) for name in writing]
    weights = [
        _weigh(name, named, domains, grids[0], buyers, pack) - (0.3 if fold(name.text) in written else 0.0)
        for name in named
    ]
    addressed, most = _written_to(blocks, named, weights)
    for name, score in zip(named, weights, strict=True):
        found.append(_candidate("seller_name", name, min(score, most) if fold(name.text) == addressed else score))
    found += _vat_ids_of(buyers)
    receivers = [name for _, name in senders if name]
    receivers += [name for name in blocks if name not in writing and not _is_street(grids[0], name.cell)]
    found += [_candidate("buyer_name", _after_salutation(grids[0], name, pack), name.score) for name in receivers]
    return found


def _sides(blocks: Sequence[_Name], head: str) -> tuple[list[_Name], frozenset[str]]:
    """Of several addresses without contact details: who writes, and who (folded) is written to.

    The topmost writes, or whose name heads the page; who is greeted is written to. head: the page's first text, folded.
    """
    plain = [name for name in blocks if name.score > _REACHED]
    greeted = frozenset(fold(name.text) for name in plain if name.score == _GREETED)
    ordered = sorted(plain, key=lambda name: (round(name.cell.box.top / 12), name.cell.box.left))
    names = dict.fromkeys(fold(name.text) for name in ordered)
    if len(names) < 2:
        return [], greeted
    first = head if head in names else next(iter(names))
    if first in greeted:
        return [], greeted
    return [name for name in ordered if fold(name.text) == first], frozenset(names) - {first} | greeted


def _written_to(blocks: Sequence[_Name], named: Sequence[_Name], weights: Sequence[float]) -> tuple[str, float]:
    """Who (folded) is written to: the one addressed where another company stands above or shows how to reach it.

    With the most that its name may weigh as the seller's: a little less than the other; ("", 1.0) where none is.
    """
    plain = {fold(name.text): name for name in blocks if name.score > _REACHED}
    if len(plain) != 1:
        return "", 1.0
    ((addressed, place),) = plain.items()
    reached = {fold(name.text) for name in blocks if name.score == _REACHED}
    others = [
        weight
        for name, weight in zip(named, weights, strict=True)
        if fold(name.text) != addressed
        and (fold(name.text) in reached or (name.rule.endswith(".legal_form") and _writes(name.cell, place.cell)))
    ]
    return (addressed, max(others) - _LESS) if others else ("", 1.0)


def _writes(cell: Cell, other: Cell) -> bool:
    """Whether a company stands above another, or in a line with its address at the foot of the page."""
    return cell.page == other.page and (cell.box.bottom <= other.box.top or _is_sender(cell.text))


def _vat_ids_of(buyers: Sequence[Cell]) -> Iterator[Candidate]:
    """VAT ids inside the buyer's block: they are the buyer's, whatever their label says."""
    for cell in buyers:
        for vat in find_vat_ids(cell.text):
            item = Found(vat.value, vat.start, vat.end)
            yield make_candidate("buyer_vat_id", "universal.buyer_vat_id.block", cell, item, 0.9)


def _sender_lines(grid: Grid, pack: RulePack) -> Iterator[tuple[_Name, _Name | None]]:
    """Lines such as `Firm · Street 5 · 12345 Town`: their first part sells; who is named right below them buys."""
    for row in grid.rows:
        cell = row[0]
        if cell.box.center_y > 0.45 * grid.page.height:
            return
        for cell in row:
            parts = [part for part in _PART.finditer(cell.text) if part.group().strip()]
            if len(parts) < 3:
                parts = parts[:1] if cell is row[0] and _separated(row) else []
            if not parts or not _POSTCODE.search(" ".join(other.text for other in row[cell.column :])):
                continue
            first = parts[0]
            if not _LETTERS.search(first.group()) or _STREET.fullmatch(first.group().strip()) or ":" in first.group():
                continue
            if len(parts) > 1 and _HOUSE.fullmatch(parts[1].group().strip()):
                continue  # in Italy and Spain the number of the house stands behind a comma
            below = [other for other in grid.below(cell, cell.box, 48.0) if abs(other.box.left - cell.box.left) < 40.0]
            buyer = next((other for other in below if _may_be_name(other, pack)), None)
            yield (
                _Name(cell, first.start(), first.end(), 0.72, "universal.seller_name.sender_line"),
                _Name(buyer, 0, len(buyer.text), 0.8, "universal.buyer_name.below_sender") if buyer else None,
            )


def _separated(row: Sequence[Cell]) -> bool:
    """Whether a row is a sender line whose parts stand so far apart that each is a cell."""
    return sum(cell.text.strip() in _MARKS for cell in row) >= 1


def _after_salutation(grid: Grid, name: _Name, pack: RulePack) -> _Name:
    """The name itself where only `Herrn` or `Firma` stands on the first line of an address."""
    if fold(name.text) not in pack.salutations:
        return name
    left = name.cell.box.left
    under = [cell for cell in grid.below(name.cell, name.cell.box, 24.0) if abs(cell.box.left - left) < 8.0]
    return _Name(under[0], 0, len(under[0].text), name.score, name.rule) if under else name


def _candidate(field: str, name: _Name, score: float) -> Candidate:
    item = Found(" ".join(name.text.split()).strip(" ,;:"), name.start, name.end)
    return make_candidate(field, name.rule, name.cell, item, max(0.05, min(0.95, score)))


def _weigh(
    name: _Name, named: Sequence[_Name], domains: set[str], grid: Grid, buyers: Sequence[Cell], pack: RulePack
) -> float:
    """How well a name suits the seller: repeated, near contact details, like a web address, not the buyer's."""
    score = name.score
    folded = fold(name.text)
    if sum(fold(other.text) == folded for other in named) > 1:
        score += 0.12
    if _is_at(folded, domains):
        score += 0.18
    elif any(_is_at(fold(other.text), domains) for other in named):
        score -= 0.2  # somebody else on the page has its web address there
    if name.cell.page == grid.page.number:
        near = list(grid.below(name.cell, name.cell.box, 110.0))
        if any(_is_sign(grid, cell) for cell in near):
            score += 0.1
        if _has_greeted(name.cell, near[:1], pack):
            score -= 0.35
    if any(
        cell.page == name.cell.page and (cell.row, cell.column) == (name.cell.row, name.cell.column) for cell in buyers
    ):
        score -= 0.45
    return score


def _is_sign(grid: Grid, cell: Cell, pattern: re.Pattern[str] = _SELLER_SIGN) -> bool:
    """Whether a cell shows how to reach, to pay or to tax somebody; `VAT` alone heads a column."""
    if not pattern.search(cell.text):
        return bool(find_ibans(cell.text))
    row = (cell, *grid.right_of(cell)[:1])
    return any(has_digit(other.text) for other in row) or bool(_TOLD.search(cell.text))


def _has_greeted(name: Cell, under: Sequence[Cell], pack: RulePack) -> bool:
    """Whether the line under a name says for whom there a letter is: `Attn: Purchasing`, or `Frau Hill` right below."""
    for cell in under:
        head = HEADED.match(cell.text)
        words = cell.text.split()
        close = len(words) > 1 and cell.box.top - name.box.bottom < _CLOSE * name.box.height
        heads = [head[1]] if head else [words[0], "".join(words[:2])] if close else []
        if any(fold(one) in pack.salutations for one in heads):
            return True
    return False


def _is_at(folded: str, domains: set[str]) -> bool:
    """Whether a folded name is like a web address of the page."""
    return any(
        len(domain) > 3 and (domain.replace("-", "") in folded or ratio(domain, folded[: len(domain)]) > 85)
        for domain in domains
    )


def _labelled_buyers(grid: Grid, pack: RulePack) -> list[Cell]:
    """The cells of the block that a label such as `Bill to` introduces."""
    found: list[Cell] = []
    for cell in grid.cells():
        hits = find_labels(cell, pack)
        if (
            not any(rule.field == "buyer_name" for hit in hits[:1] for rule in pack.by_label[hit.key])
            or hits[0].start > 2
        ):
            continue
        found += [cell, *list(grid.right_of(cell))[:1]]
        under = list(grid.below(cell, cell.box, 110.0))[:8]
        end = next((place for place, other in enumerate(under) if place and _is_sender(other.text)), None)
        found += [
            other
            for other in under[:end]
            if abs(other.box.left - cell.box.left) < 60.0 or abs(other.box.right - cell.box.right) < _FLUSH
        ]
    return found


def _is_sender(text: str) -> bool:
    """Whether a text is a line such as `Firm · Street 5 · 12345 Town`, as sellers set at the foot of a page."""
    return len(_BULLET.findall(text)) > 1 and bool(_POSTCODE.search(text))


def _by_legal_form(grid: Grid, pack: RulePack) -> Iterator[_Name]:
    pattern = _form_pattern(tuple(pack.legal_forms))
    height = grid.page.height
    for cell in grid.cells():
        if ":" not in cell.text and _begins_with_label(cell, pack):
            continue
        for hit in pattern.finditer(cell.text):
            start = _name_start(cell.text, hit.start())
            if len(fold(cell.text[start : hit.start()])) < 2 and not (
                hit.start() == 0 and _first_half(grid, cell, pack)
            ):
                continue
            weak = fold(hit.group()) in _WEAK_FORMS and not _DOTTED.search(hit.group())
            rest = cell.text[hit.end() :].strip(" .,)")
            if weak and ((rest and rest[0] not in _BULLETS) or _is_priced(grid, cell)):
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
            half = start == 0 and (len(words) < 2 or cell.text.startswith("("))
            before = (
                _left_half(grid, cell, pack) or (_first_half(grid, cell, pack) if half else "") if not start else ""
            )
            yield _Name(cell, start, hit.end(), score, "universal.seller_name.legal_form", before)
            break


def _is_priced(grid: Grid, cell: Cell) -> bool:
    """Whether a sum stands right of a cell: it is an item or a charge, then."""
    return any(amount.decimals == 2 for other in grid.right_of(cell)[-1:] for amount in find_amounts(other.text))


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


def _may_be_part(cell: Cell, pack: RulePack) -> bool:
    """Whether a cell may be some words of a name: no title, label, date or number."""
    text = cell.text.strip()
    letters = sum(char.isalpha() for char in text)
    return (
        letters >= max(1, 0.5 * len(text)) and label_key(text) not in pack.titles and not _begins_with_label(cell, pack)
    )


def _first_half(grid: Grid, cell: Cell, pack: RulePack) -> str:
    """The line above a company's name when it is the top of the page and looks like the same name begun."""
    if not 0 < cell.row <= _TOP_ROWS:
        return ""
    above = next((other for other in grid.rows[cell.row - 1] if _is_flush(other, cell)), None)
    if above is None or (len(grid.rows[cell.row - 1]) > 1 and above is not grid.rows[cell.row - 1][0]):
        return ""
    apart = cell.box.top - above.box.bottom
    if apart > 0.8 * cell.box.height or abs(above.box.height - cell.box.height) > 0.35 * cell.box.height:
        return ""
    alike = above.text.isupper() == cell.text.isupper() and not has_digit(above.text)
    return " ".join(above.text.split()) if alike and _may_be_name(above, pack) else ""


def _is_flush(one: Cell, other: Cell) -> bool:
    return min(abs(one.box.left - other.box.left), abs(one.box.center_x - other.box.center_x)) < 12.0


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


def _name_start(text: str, end: int) -> int:
    """Where a company's name begins that ends with a legal form at `end`: back over capitalised words and joiners."""
    whole = text[:end].strip()
    if len(whole.split()) <= _MOST_WORDS and _WHOLE.fullmatch(whole):
        return text.index(whole)
    start = end
    for word in reversed(list(re.finditer(r"\S+", text[:end]))):
        core = word.group().strip("(),.\"'")
        if word.group().endswith((":", ";", "|", "·", "•")) or core in ("-", "–", ""):
            break
        if not (core[:1].isupper() or core[:1].isdigit() or core.lower() in _JOINERS):
            break
        if word.group().endswith(",") and text[word.end() : end].strip():
            break
        start = word.start()
    while (lead := re.match(r"(\S+)\s+", text[start:end])) and lead.group(1) in _JOINERS:
        start += lead.end()
    return start


def _letterhead(grid: Grid, pack: RulePack) -> Iterator[_Name]:
    """The first texts of a page, and its largest print near the top, that are neither title, label nor number."""
    cells = list(grid.cells())
    if not cells:
        return
    usual = median(cell.box.height for cell in cells)
    top = [cell for cell in cells[:14] if cell.box.center_y < 0.33 * grid.page.height and _may_be_name(cell, pack)]
    top = [cell for cell in top if not _is_street(grid, cell) and fold(cell.text) not in pack.greeting_words]
    for place, cell in enumerate(top[:4]):
        big = cell.box.height > 1.35 * usual
        score = (0.38, 0.26, 0.2, 0.15)[place] + (0.12 if big else 0.0)
        score *= 0.5 if has_digit(cell.text) else 1.0  # an address, mostly
        last = _last_of_row(grid, cell, pack)
        before = _left_half(grid, last, pack)
        yield _Name(last, 0, _end_of_name(last.text, pack), score, "universal.seller_name.letterhead", before)


def _is_street(grid: Grid, cell: Cell) -> bool:
    """Whether a cell is a street with its number, right above a town with its code."""
    if not _STREET.fullmatch(cell.text.strip()):
        return False
    under = next((other.text for other in grid.below(cell, cell.box, 1.5 * cell.box.height)), "")
    town = _POSTCODE.search(under)
    return town is not None and not has_digit(under[: town.start()])


def _end_of_name(text: str, pack: RulePack) -> int:
    """Where a company's name ends that goes on behind a dash, or in small letters: `SAS au capital de 8 000 €`."""
    if dash := re.search(r"\s[\u2013\u2014]\s", text):
        text = text[: dash.start()]
    for hit in _form_pattern(tuple(pack.legal_forms)).finditer(text):
        if hit.start() and re.match(r"\s+[^\W\d_A-Z]", text[hit.end() :]) and text[hit.end() :].lstrip()[:1].islower():
            return hit.end()
    return len(text)


def _last_of_row(grid: Grid, cell: Cell, pack: RulePack) -> Cell:
    """The last of the cells that go on a name begun in one, in large print with wide spaces."""
    last = cell
    for right in grid.right_of(cell):
        if not _may_be_part(right, pack) or not _left_half(grid, right, pack).endswith(" ".join(last.text.split())):
            break
        last = right
    return last


def _may_be_name(cell: Cell, pack: RulePack) -> bool:
    text = cell.text.strip()
    letters = sum(map(str.isalpha, text))
    if letters < 3 or len(text) > 60 or letters < 0.5 * len(text):
        return False
    if _BULLET.search(text) or "@" in text or "www." in text.lower():
        return False
    if label_key(text) in pack.titles or find_dates(text, pack.months) or _POSTCODE.search(text):
        return False
    hits = find_labels(cell, pack)
    covered = bool(hits) and (hits[0].end > 0.5 * len(text) or re.match(r"\s*[:#]", text[hits[0].end :]))
    if covered and _begins_with_label(cell, pack):
        return False
    words = label_key(text)
    return not words.startswith(pack.title_starts)


def _by_address(grid: Grid, named: Sequence[_Name], pack: RulePack) -> Iterator[_Name]:
    """First lines of address blocks that carry no contact details: the one written to."""
    sellers = {
        fold(name.text) for name in named if name.score >= 0.5 and name.cell.box.center_y > 0.8 * grid.page.height
    }
    found: list[tuple[_Name, bool, bool]] = []
    for cell in grid.cells():
        if cell.box.center_y > 0.5 * grid.page.height or not _POSTCODE.search(cell.text) or len(cell.line.words) > 7:
            continue
        block = _block_above(grid, cell)
        if len(block) < 2 or _is_priced(grid, cell):
            continue
        first = _addressed(grid, block, pack)
        if first is None or first is cell or fold(first.text) in sellers or _is_delivery(grid, block[0], pack):
            continue
        lines = [*block, *list(grid.below(cell, cell.box, 60.0))[:3]]
        score = _GREETED if _is_greeted(block, first, pack) else 0.55
        name = _Name(first, 0, len(first.text), score, "universal.buyer_name.address")
        reached = any(_is_sign(grid, other, _CONTACT) for other in lines)
        found.append((name, reached, reached or any(_is_sign(grid, other) for other in lines)))
    contacts = any(reached for _, reached, _ in found)
    for name, reached, signed in found:
        yield replace(name, score=_REACHED) if reached or (signed and not contacts) else name


def _addressed(grid: Grid, block: Sequence[Cell], pack: RulePack) -> Cell | None:
    """Who an address is of: its first name past salutations and departments, and the company of a `Ms Hill`."""
    passed_over = pack.departments | pack.salutations
    names = [cell for cell in block if _may_be_name(cell, pack) and fold(cell.text) not in passed_over]
    names = [cell for cell in names if not any(other.text.rstrip().endswith(":") for other in _left_of(grid, cell))]
    if names and fold(names[0].text.split()[0]) in pack.salutations:
        companies = [cell for cell in names if ends_with_form(pack, cell.text)]
        return (companies or names)[0]
    return names[0] if names else None


def _left_of(grid: Grid, cell: Cell) -> Sequence[Cell]:
    return grid.rows[cell.row][max(0, cell.column - 1) : cell.column]


def _is_greeted(block: Sequence[Cell], name: Cell, pack: RulePack) -> bool:
    """Whether a name in an address stands behind or below a salutation: nobody writes one over an own address."""
    return any(
        fold(cell.text.split()[0]) in pack.salutations for cell in block if cell.row <= name.row and cell.text.strip()
    )


def _begins_with_label(cell: Cell, pack: RulePack) -> bool:
    """Whether a cell begins with a label, other than one that may itself be part of a name, as in `Lieferant GmbH`."""
    hits = find_labels(cell, pack)
    if not hits or hits[0].start:
        return False
    named = all(rule.field in ("seller_name", "buyer_name") for rule in pack.by_label[hits[0].key])
    return not (named and re.match(r"\s+\w", cell.text[hits[0].end :]))


def _is_delivery(grid: Grid, top: Cell, pack: RulePack) -> bool:
    """Whether an address stands under a label that names no buyer, such as `Ship to`."""
    for row in reversed(grid.rows[max(0, top.row - 2) : top.row + 1]):
        for cell in row:
            if cell.box.left < top.box.right and cell.box.right > top.box.left:
                for hit in find_labels(cell, pack)[:1]:
                    return hit.start < 2 and all(rule.field == "phrase" for rule in pack.by_label[hit.key])
    return False


def _block_above(grid: Grid, cell: Cell) -> list[Cell]:
    """The cells right above one, set flush left or right with it and close together, top first, itself last."""
    block = [cell]
    for row in reversed(grid.rows[max(0, cell.row - 8) : cell.row]):
        last = block[-1]
        above = [
            other
            for other in row
            if abs(other.box.left - last.box.left) < 6.0 or abs(other.box.right - last.box.right) < _FLUSH
        ]
        if not above:
            if any(other.box.left < last.box.right and other.box.right > last.box.left for other in row):
                break
            continue
        if last.box.top - above[0].box.bottom > 1.2 * last.box.height or len(block) > 6:
            break
        block.append(above[0])
    return block[::-1]
