"""Why a field got its value: every candidate that was found for it, best first, beside the invoices made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from invoice_ocr import frames, pipeline
from invoice_ocr.api import error_of
from invoice_ocr.layout.lines import lay_out
from invoice_ocr.model import Candidate
from invoice_ocr.recipes import rules_for

if TYPE_CHECKING:
    from invoice_ocr.intake.sources import Input
    from invoice_ocr.model import Invoice
    from invoice_ocr.ocr import Engine
    from invoice_ocr.settings import Settings


@dataclass(frozen=True, slots=True)
class Explanation:
    """Candidates for one field of one document, best score first, and the invoices understood.

    What e-invoices and payment codes state comes before all that was found in print.
    """

    candidates: tuple[Candidate, ...]
    invoices: tuple[Invoice, ...]


def explain(source: Input, name: str, settings: Settings, *, engine: Engine | None = None) -> Explanation:
    """The candidates for the field `name` in one document. Raises its InputError when it cannot be read."""
    pack = rules_for(settings)
    transcript = next(pipeline.read([source], settings, engine=engine), None)
    if transcript is None or transcript.reading is None:
        raise error_of(transcript.failure if transcript else None)
    document = lay_out(frames.upright(transcript.reading))
    found, _, _ = pipeline.gather(document, pipeline.spoken(document, pack))
    found = [frames.on_the_page(candidate, transcript.reading) for candidate in found]
    mine = sorted((candidate for candidate in found if candidate.name == name), key=lambda one: -one.score)
    stated = [
        Candidate(name, said.value, 1.0, said.evidence, (said.value,))
        for witness in transcript.witnesses
        for said in witness.statements
        if said.name == name
    ]
    invoices = pipeline.understand(transcript.reading, pack, settings, transcript.witnesses)
    return Explanation((*stated, *mine), tuple(invoices))
