"""Who sells and who buys, where no label says so: each name on the pages weighed by its place and what is near it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rapidfuzz.fuzz import ratio

from invoice_ocr.finding.party_labels import HEADED
from invoice_ocr.finding.readers import Found
from invoice_ocr.finding.sheet import make_candidate
from invoice_ocr.layout.grid import Cell, Grid, make_grids
from invoice_ocr.model import Candidate, Document
from invoice_ocr.parties.address_blocks import (
    GREETED,
    REACHED,
    after_salutation,
    by_address,
    labelled_buyers,
    sender_lines,
)
from invoice_ocr.parties.party_marks import Name, is_sender_line, is_sign, is_street
from invoice_ocr.parties.party_names import by_legal_form, by_letterhead
from invoice_ocr.rulepack import RulePack
from invoice_ocr.values.identifier import find_vat_ids
from invoice_ocr.values.text import fold

_DOMAIN = re.compile(r"(?:@|www\.|https?://(?:www\.)?)([a-z0-9][a-z0-9\-]{2,})\.[a-z.]{2,}", re.IGNORECASE)
_WRITING, _WRITTEN = 0.6, 0.3  # the score of who writes by where the address stands; what the other's loses
_LESS = 0.05  # by which who is written to weighs less than who writes
_BRAND = 5  # letters: a shorter head of a page may begin any name
_HEADS = (".letterhead", ".sender_line")
_SHORT = 0.5  # of its weight that the first words of a company's name keep beside the whole
_CLOSE = 0.6  # heights between two lines of one address


def find(document: Document, pack: RulePack) -> list[Candidate]:
    """Candidates for seller_name and buyer_name from the looks of the pages, without labels."""
    grids = make_grids(document)
    if not grids:
        return []
    whole = [cell.text for grid in grids for cell in grid.cells()]
    domains = {fold(hit.group(1)) for text in whole for hit in _DOMAIN.finditer(text)} - pack.mail_hosts
    buyers = labelled_buyers(grids[0], pack)
    named = [name for grid in grids[:3] for name in by_legal_form(grid, pack)]
    senders = list(sender_lines(grids[0], pack))
    heads = list(by_letterhead(grids[0], pack))
    domains |= _brands(heads[:1], named)
    named += [*(name for name, _ in senders), *heads]
    blocks = list(by_address(grids[0], named, pack))
    writing, written = _sides(blocks, fold(whole[0]) if whole else "")
    found = [_candidate("seller_name", name, _WRITING) for name in writing]
    times = Counter(fold(name.text) for name in named)
    known = {folded for folded in times if _is_at(folded, domains)}
    weights = [_weigh(name, times, known, grids[0], buyers, pack) for name in named]
    weights = [
        _less(score, domains, name) if fold(name.text) in written else score
        for name, score in zip(named, weights, strict=True)
    ]
    addressed, most = _written_to(blocks, named, weights, pack)
    weights = _in_full(named, weights, {addressed, *written, *(fold(cell.text) for cell in buyers)})
    for name, score in zip(named, weights, strict=True):
        found.append(_candidate("seller_name", name, min(score, most) if fold(name.text) == addressed else score))
    found += _vat_ids_of(buyers)
    receivers = [name for _, name in senders if name]
    receivers += [name for name in blocks if name not in writing and not is_street(grids[0], name.cell, pack)]
    found += [_candidate("buyer_name", after_salutation(grids[0], name, pack), name.score) for name in receivers]
    return found


def _candidate(field: str, name: Name, score: float) -> Candidate:
    item = Found(" ".join(name.text.split()).strip(" ,;:"), name.start, name.end)
    return make_candidate(field, name.rule, name.cell, item, max(0.05, min(0.95, score)))


def _sides(blocks: Sequence[Name], head: str) -> tuple[list[Name], frozenset[str]]:
    """Of several addresses without contact details: who writes, and who (folded) is written to.

    The topmost writes, or whose name heads the page; who is greeted is written to. head: the page's first text, folded.
    """
    plain = [name for name in blocks if name.score > REACHED]
    greeted = frozenset(fold(name.text) for name in plain if name.score == GREETED)
    ordered = sorted(plain, key=lambda name: (round(name.cell.box.top / 12), name.cell.box.left))
    names = dict.fromkeys(fold(name.text) for name in ordered)
    if len(names) < 2:
        return [], greeted
    first = head if head in names else next(iter(names))
    if first in greeted:
        return [], greeted
    return [name for name in ordered if fold(name.text) == first], frozenset(names) - {first} | greeted


def _less(score: float, domains: set[str], name: Name) -> float:
    """What is left of the score of who is written to: less than who writes has, unless its name is on the web."""
    score -= _WRITTEN
    return score if _is_at(fold(name.text), domains) else min(score, _WRITING - _LESS)


def _written_to(
    blocks: Sequence[Name], named: Sequence[Name], weights: Sequence[float], pack: RulePack
) -> tuple[str, float]:
    """Who (folded) is written to: the one addressed where another company stands above or shows how to reach it.

    With the most that its name may weigh as the seller's: a little less than the other; ("", 1.0) where none is.
    """
    plain = {fold(name.text): name for name in blocks if name.score > REACHED}
    if len(plain) != 1:
        return "", 1.0
    ((addressed, place),) = plain.items()
    reached = {fold(name.text) for name in blocks if name.score == REACHED}
    others = [
        weight
        for name, weight in zip(named, weights, strict=True)
        if fold(name.text) != addressed
        and (fold(name.text) in reached or (name.rule.endswith(".legal_form") and _writes(name.cell, place.cell, pack)))
    ]
    return (addressed, max(others) - _LESS) if others else ("", 1.0)


def _writes(cell: Cell, other: Cell, pack: RulePack) -> bool:
    """Whether a company stands above another, or in a line with its address at the foot of the page."""
    return cell.page == other.page and (cell.box.bottom <= other.box.top or is_sender_line(cell.text, pack))


def _weigh(
    name: Name, times: Mapping[str, int], known: set[str], grid: Grid, buyers: Sequence[Cell], pack: RulePack
) -> float:
    """How well a name suits the seller: repeated, near contact details, like a web address, not the buyer's.

    times: how often each name (folded) was seen. known: names that are like a web address.
    """
    score = name.score
    folded = fold(name.text)
    if times[folded] > 1:
        score += 0.12
    if folded in known:
        score += 0.18
    elif known:
        score -= 0.2  # somebody else on the page has its web address there
    if name.cell.page == grid.page.number:
        near = list(grid.below(name.cell, name.cell.box, 110.0))
        if any(is_sign(grid, cell, pack) for cell in near):
            score += 0.1
        if _has_greeted(name.cell, near[:1], pack):
            score -= 0.35
    if any(
        cell.page == name.cell.page and (cell.row, cell.column) == (name.cell.row, name.cell.column) for cell in buyers
    ):
        score -= 0.45
    return score


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


def _brands(heads: Sequence[Name], companies: Sequence[Name]) -> set[str]:
    """What heads the page (folded) where a company elsewhere has a longer name that begins so."""
    brands = {fold(head.text) for head in heads} - {""}
    names = {fold(company.text) for company in companies}
    return {
        brand
        for brand in brands
        if brand not in names and any(name.startswith(brand) for name in names) and len(brand) > _BRAND
    }


def _in_full(named: Sequence[Name], weights: Sequence[float], others: set[str]) -> list[float]:
    """The weights, with a company's above that of a head whose words begin its name, as `Nordwind` that of a GmbH.

    others: names (folded) that are not the seller's.
    """
    full = list(weights)
    for place, company in enumerate(named):
        if not company.rule.endswith(".legal_form") or fold(company.text) in others:
            continue
        words = company.text.casefold().split()
        for short, head in enumerate(named):
            begun = head.text.casefold().split()
            if head.rule.endswith(_HEADS) and len(begun) < len(words) and words[: len(begun)] == begun:
                full[place] = max(full[place], weights[short] + _LESS)
                full[short] = min(full[short], _SHORT * weights[short])
    return full


def _is_at(folded: str, domains: set[str]) -> bool:
    """Whether a folded name is like a web address of the page."""
    return any(
        len(domain) > 3 and (domain.replace("-", "") in folded or ratio(domain, folded[: len(domain)]) > 85)
        for domain in domains
    )


def _vat_ids_of(buyers: Sequence[Cell]) -> Iterator[Candidate]:
    """VAT ids inside the buyer's block: they are the buyer's, whatever their label says."""
    for cell in buyers:
        for vat in find_vat_ids(cell.text):
            item = Found(vat.value, vat.start, vat.end)
            yield make_candidate("buyer_vat_id", "universal.buyer_vat_id.block", cell, item, 0.9)
