"""read() and extract(): the only file that knows the order of things."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from invoice_ocr import checks, confidence, frames, second_look
from invoice_ocr.document import conventions, languages
from invoice_ocr.document.splitting import divide
from invoice_ocr.errors import Timeout
from invoice_ocr.finding import access_keys, accounts, candidates, numbering, terms
from invoice_ocr.intake import Intake, Source, expand
from invoice_ocr.items import listed_items, tables
from invoice_ocr.layout.lines import lay_out
from invoice_ocr.lazy_engine import LazyEngine
from invoice_ocr.model import Document, Failure, Invoice, Reading, Record, Transcript
from invoice_ocr.parties import in_name_of, named, own, party_names, self_billed, two_companies, weighing
from invoice_ocr.patience import Overdue, patience
from invoice_ocr.reading import Read, read_documents
from invoice_ocr.recipes import recipe_of, rules_for
from invoice_ocr.resolving import handwriting, resolve
from invoice_ocr.resolving.row_witnesses import choose_rows
from invoice_ocr.resolving.witnesses import confront, share_out
from invoice_ocr.totals import balance, bearing, printed_rates, second_set, tax_rows, taxes, total_rows, two_slips

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from invoice_ocr.clean.engine import Keep
    from invoice_ocr.document.conventions import Conventions
    from invoice_ocr.intake import Failed
    from invoice_ocr.intake.sources import Input
    from invoice_ocr.model import Candidate, Issue, Witness
    from invoice_ocr.ocr import Engine
    from invoice_ocr.rulepack import RulePack
    from invoice_ocr.settings import Settings
    from invoice_ocr.totals.tax_rows import TaxRow

log = logging.getLogger(__name__)

# Issues of intake that say that something was not read.
_LOSSES = frozenset({"page.skipped", "page.timeout", "e-invoice.unsafe", "e-invoice.unreadable"})
# Issues of cleaning that say that a page could hardly be read.
_BAD_PAGES = frozenset({"page.low-contrast", "page.low-resolution", "page.uneven-light", "page.noisy"})


def read(
    inputs: Iterable[Input], settings: Settings, *, engine: Engine | None = None, keep: Keep | None = None
) -> Iterator[Transcript]:
    """The words of each input, in order: one Transcript per input, failures too.

    inputs: what `intake.expand` takes. engine: instead of the one that settings ask for. keep: as in CleaningEngine.
    Raises RunError when nothing can go on (a part missing, weights that are not what they should be).
    """
    with Intake(settings) as intake:
        lazy = LazyEngine(settings, engine, keep=keep)
        parts = intake.open_parts(expand(inputs, settings))
        for one in read_documents(parts, lazy, intake.crops, seconds=settings.timeout):
            yield transcript_of(one)


def transcript_of(one: Read) -> Transcript:
    """What one input says word for word."""
    _tell(one)
    reading = one.reading
    return Transcript(
        one.source.name,
        one.source.sha256,
        reading,
        laid_out(reading) if reading else None,
        one.failure,
        tuple(one.issues),
        tuple(one.witnesses),
        {"read": one.seconds},
    )


def extract(
    inputs: Iterable[Input], settings: Settings, *, engine: Engine | None = None, keep: Keep | None = None
) -> Iterator[Record]:
    """The invoices of each input, in order: at least one Record per input, failures too.

    inputs: what `intake.expand` takes. engine: instead of the one that settings ask for. keep: as in CleaningEngine.
    With text "auto", the words of text layers that became values are read again from pixels (pixel_check).
    Raises RunError as `read` does, and RuleError when the rule pack is malformed.
    """
    with Intake(settings) as intake:  # first: its worker starts while the rules are read
        pack = rules_for(settings)
        lazy = LazyEngine(settings, engine, keep=keep)
        recipe = recipe_of(settings, pack, engine)
        sources = expand(inputs, settings)
        if settings.text != "layer":
            sources = _announced(sources, lazy)
        reads = read_documents(intake.open_parts(sources), lazy, intake.crops, seconds=settings.timeout)
        pairs = ((one.source, record) for one in reads for record in records_of(one, pack, settings, recipe))
        if settings.text == "auto":
            yield from second_look.checked(pairs, intake, lazy, settings)
        else:
            yield from (record for _, record in pairs)


def _announced(sources: Iterable[Source | Failed], lazy: LazyEngine) -> Iterator[Source | Failed]:
    """The sources; with the first that can be opened the engine begins to load."""
    for source in sources:
        if isinstance(source, Source):
            lazy.begin()
        yield source


def understand(
    reading: Reading, pack: RulePack, settings: Settings, witnesses: Sequence[Witness] = ()
) -> list[Invoice]:
    """The invoices in a reading: at least one. Pure, and fast. witnesses: what speaks beside the printed words."""
    return [frames.on_the_page(invoice, reading) for invoice in _upright(reading, pack, settings, witnesses)]


def laid_out(reading: Reading) -> Document:
    """The reading laid out as its pages stand upright, each line where it is on its page."""
    return frames.on_the_page(lay_out(frames.upright(reading)), reading)


def _upright(reading: Reading, pack: RulePack, settings: Settings, witnesses: Sequence[Witness]) -> list[Invoice]:
    """The invoices in a reading, with boxes in the frames of pages that have one."""
    document = lay_out(frames.upright(reading))
    pack = spoken(document, pack)
    gathered = gather(document, pack)
    division = divide(document, gathered[0], pack)
    if division.parts == (tuple(page.number for page in document.pages),):
        return [_understood(document, gathered, pack, settings, witnesses, division.issues[0])]
    parts = [Document(tuple(p for p in document.pages if p.number in numbers)) for numbers in division.parts]
    shares, unmatched = share_out(witnesses, parts, pack)
    return [
        _understood(part, gather(part, pack), pack, settings, share, (*doubts, *unmatched), index)
        for index, (part, share, doubts) in enumerate(zip(parts, shares, division.issues, strict=True), 1)
    ]


def _understood(
    document: Document,
    gathered: tuple[list[Candidate], Conventions, list[TaxRow]],
    pack: RulePack,
    settings: Settings,
    witnesses: Sequence[Witness],
    doubts: Sequence[Issue],
    index: int = 1,
) -> Invoice:
    """The invoice that is all of a document. index: which of its file it is, from 1."""
    company = own.of(settings)
    found, habits, rows = gathered
    found = own.as_buyer(found, document, pack, company)
    resolution = resolve.resolve(document, found, habits, pack)
    resolution, turned = self_billed.turn(resolution, document, pack)
    resolution, contradictions = confront(resolution, found, witnesses, document, pack)
    by_rate = taxes.tax_lines(document, rows, resolution.amount("total_net"), resolution.amount("total_tax"))
    items = tables.find(document, pack, habits.decimal)
    by_rate = by_rate or taxes.of_items(items, resolution.amount("total_net"), resolution.amount("total_tax"))
    by_rate, items, other_rows = choose_rows(resolution, witnesses, contradictions, by_rate, items)
    contradictions += other_rows
    resolution = bearing.bear_out(resolution, items)
    if not items:
        items = listed_items.find(document, pack, habits.decimal, resolution)
        resolution = bearing.bear_out(resolution, items, listed=True)
    issues = [
        *checks.check(resolution, pack, by_rate, items),
        *contradictions,
        *own.check(resolution, company),
        *handwriting.check(resolution),
        *turned,
        *balance.doubt(resolution, found),
        *second_set.doubt(resolution, document),
        *two_slips.doubt(resolution, found, document, pack),
        *printed_rates.doubt(resolution, document, pack, by_rate),
        *(two_companies.doubt(resolution, found) or in_name_of.doubt(resolution, found)),
        *doubts,
    ]
    pages = tuple(page.number for page in document.pages)
    return confidence.calibrate(
        resolution, issues, pack, settings, pages=pages, tax_lines=by_rate, line_items=items, document=index
    )


def spoken(document: Document, pack: RulePack) -> RulePack:
    """The rules of the languages that a document may be in."""
    return languages.fitting((line.text for page in document.pages for line in page.lines), pack)


def gather(document: Document, pack: RulePack) -> tuple[list[Candidate], Conventions, list[TaxRow]]:
    """Everything that may be a field, the habits of the document, and its rows of tax."""
    found = [*candidates.find(document, pack), *weighing.find(document, pack), *named.find(document, pack)]
    found += in_name_of.find(document, pack)
    found = [party_names.spelled(candidate, pack) for candidate in found]
    found += [*terms.find(document, pack), *numbering.find(document, pack)]
    found = numbering.with_series(numbering.with_reference(found, document, pack), document, pack)
    found = accounts.debited(access_keys.bear_out(found, document), document, pack)
    habits = conventions.infer(document, found, pack)
    rows = tax_rows.find(document, pack, habits)
    return [*found, *taxes.candidates(rows), *total_rows.find(document, pack, habits)], habits, rows


def without_doubtful(reading: Reading, least: float) -> tuple[Reading, Document]:
    """The reading without words less sure than `least`, and laid out anew."""
    pages = tuple(replace(p, words=tuple(w for w in p.words if w.confidence >= least)) for p in reading.pages)
    return Reading(pages), laid_out(Reading(pages))


def _tell(one: Read) -> None:
    """A line in the log for each input."""
    name, reading = one.source.name, one.reading
    if reading is None:
        log.info("%s: %s", name, one.failure.message if one.failure else "nothing")
        return
    words = sum(len(page.words) for page in reading.pages)
    log.info("%s: %d pages, %d words, %.2f s", name, len(reading.pages), words, one.seconds)


def records_of(one: Read, pack: RulePack, settings: Settings, recipe: str) -> Iterator[Record]:
    """What was understood of one input, with what intake had to say; its failure when it failed.

    Understanding may take as long as one page may: a Timeout is the failure else.
    """
    _tell(one)
    reading, timings = one.reading, {"read": one.seconds}
    if reading is None:
        yield Record(one.source.name, one.source.sha256, None, one.failure, recipe, timings)
        return
    since = time.monotonic()
    try:
        with patience(settings.page_timeout):
            invoices = understand(reading, pack, settings, one.witnesses)
    except Overdue:
        late = Timeout("Understanding its words takes longer than --timeout allows.")
        failure = Failure(late.code, late.message, late.fix)
        yield Record(one.source.name, one.source.sha256, None, failure, recipe, timings)
        return
    timings["understand"] = time.monotonic() - since
    for invoice in invoices:
        codes = tuple((p.number, code) for p in reading.pages if p.number in invoice.pages for code in p.codes)
        yield Record(one.source.name, one.source.sha256, _with_issues(invoice, one), None, recipe, timings, codes)


def _with_issues(invoice: Invoice, one: Read) -> Invoice:
    """The invoice with what was found while it was opened; with a page or a witness lost, or a bad page, not posted."""
    return invoice.flagged(one.issues, [issue.code for issue in one.issues if issue.code in _LOSSES | _BAD_PAGES])
