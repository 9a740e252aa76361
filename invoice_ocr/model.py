"""The nouns everything else speaks in: frozen, typed, and free of behaviour beyond geometry.

Boxes are in points (1/72 inch), origin top left, y down; pages are numbered from 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np

Origin = Literal["ocr", "text-layer", "e-invoice", "qr", "derived", "correction"]
Status = Literal["accepted", "review", "missing", "corrected"]
Decision = Literal["post", "review", "reject"]
Value = str | Decimal | date
Kind = Literal["text", "date", "decimal"]

# The fields of the contract in its order, each with the type of its value. What is known of them: rules/fields.yaml.
FIELD_KINDS: dict[str, Kind] = {
    "document_type": "text",
    "invoice_number": "text",
    "issue_date": "date",
    "due_date": "date",
    "delivery_date": "date",
    "period_start": "date",
    "period_end": "date",
    "currency": "text",
    "total_net": "decimal",
    "total_tax": "decimal",
    "total_gross": "decimal",
    "prepaid": "decimal",
    "amount_due": "decimal",
    "seller_name": "text",
    "seller_vat_id": "text",
    "seller_tax_number": "text",
    "seller_registration": "text",
    "buyer_name": "text",
    "buyer_vat_id": "text",
    "buyer_reference": "text",
    "purchase_order": "text",
    "contract": "text",
    "customer_number": "text",
    "iban": "text",
    "bic": "text",
    "payment_reference": "text",
    "payment_terms": "text",
}


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle on a page: left <= right, top <= bottom, in points."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def center_x(self) -> float:
        return (self.left + self.right) / 2

    @property
    def center_y(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def area(self) -> float:
        return max(0.0, self.width) * max(0.0, self.height)

    def overlap(self, other: Box) -> float:
        """Area shared with another box, in square points; 0 when they are apart."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return width * height if width > 0 and height > 0 else 0.0

    def scaled(self, factor: float) -> Box:
        return Box(self.left * factor, self.top * factor, self.right * factor, self.bottom * factor)

    @staticmethod
    def around(boxes: Iterable[Box]) -> Box:
        """The smallest box that holds all of `boxes`; ValueError when there are none."""
        every = [(box.left, box.top, box.right, box.bottom) for box in boxes]
        if len(every) == 1:
            return Box(*every[0])
        lefts, tops, rights, bottoms = zip(*every, strict=True)
        return Box(min(lefts), min(tops), max(rights), max(bottoms))


@dataclass(frozen=True, slots=True)
class Word:
    """One printed word.

    confidence: 0..1, how sure its source is that `text` is what is printed (1.0 for a trusted text layer).
    alternatives: other readings of the same ink, best first. turn: degrees clockwise (0, 90, 270) by which it is turned
    against the lines of its page, as notes printed along a margin are.
    """

    text: str
    box: Box
    confidence: float = 1.0
    source: Origin = "ocr"
    alternatives: tuple[str, ...] = ()
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Issue:
    """A doubt that travels with the result: a stable dotted code, a sentence, the fields it touches."""

    code: str
    message: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code or barcode printed on a page. format: as zxing-cpp names it. text: what it holds."""

    format: str
    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Frame:
    """The upright page within a page that lies askew, on its side or in a photograph.

    width, height: of the upright page, in points. matrix: 3 x 3, row by row, from points of the page as it is displayed
    to points of the upright one.
    """

    width: float
    height: float
    matrix: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words of one page, in reading order. width, height: points, as the page is displayed.

    rotation: degrees clockwise (0, 90, 180, 270) that the stored page was turned to be displayed upright.
    frame: where the page was found to stand otherwise than it is displayed; its words' boxes are on the page as it is
    displayed all the same: each about the middle of its word, and as wide and high as the word itself.
    issues: what its pixels leave in doubt. codes: QR codes and barcodes on it.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...] = ()
    rotation: int = 0
    frame: Frame | None = None
    issues: tuple[Issue, ...] = ()
    codes: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """Each page's size and words with boxes, and nothing else: what caches keep and fixtures record."""

    pages: tuple[PageWords, ...]


@dataclass(frozen=True, slots=True)
class PageImage:
    """One rendered page. pixels: uint8, shape (height, width, 3), RGB; dpi: dots per inch of both axes.

    file: the name of the input that it is a page of.
    """

    number: int
    pixels: np.ndarray
    dpi: float
    rotation: int = 0
    file: str = ""

    @property
    def width(self) -> float:
        """Width in points."""
        return float(self.pixels.shape[1]) * 72.0 / self.dpi

    @property
    def height(self) -> float:
        """Height in points."""
        return float(self.pixels.shape[0]) * 72.0 / self.dpi


@dataclass(frozen=True, slots=True)
class Line:
    """Words on one baseline with no column gap between them, left to right."""

    words: tuple[Word, ...]
    box: Box

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def confidence(self) -> float:
        """Mean confidence of the words, 0..1."""
        return sum(word.confidence for word in self.words) / len(self.words)


@dataclass(frozen=True, slots=True)
class Page:
    """One page laid out: lines in reading order, and rows (lines side by side at one height), top to bottom."""

    number: int
    width: float
    height: float
    lines: tuple[Line, ...]
    rows: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """Pages that belong together, laid out."""

    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a value was seen and what found it. A value without evidence cannot exist.

    page: 0, with an empty box, for what stands on no page: in the XML of an e-invoice.
    """

    page: int
    box: Box
    text: str
    rule: str
    source: Origin
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible value of one field. score: 0..1, uncalibrated; `readings` are all values the text may mean.

    orders: for dates, the order (dmy, mdy, ymd, written) behind each reading. mark: for amounts, the currency mark
    printed beside it, or "".
    """

    name: str
    value: Value
    score: float
    evidence: Evidence
    readings: tuple[Value, ...] = ()
    orders: tuple[str, ...] = ()
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A rival that lost: what it said, where, and how likely it was thought."""

    value: Value
    confidence: float
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Field:
    """The value of one field of an invoice.

    confidence: calibrated probability that the value is right, 0..1. A missing field has value None, no evidence.
    witnesses: what else says the same: the e-invoice in the file, a payment code on the page. support: 0..1, how much
    speaks for the value before calibration. basis: "proved", "unlabelled" or "": what kind of support it is.
    proof: the sum or the agreement that decided for it, such as 100.00 + 19.00 = 119.00, or "".
    """

    name: str
    value: Value | None
    confidence: float
    status: Status
    evidence: Evidence | None = None
    alternatives: tuple[Alternative, ...] = ()
    witnesses: tuple[Evidence, ...] = ()
    support: float = 0.0
    basis: str = ""
    proof: str = ""


@dataclass(frozen=True, slots=True)
class TaxLine:
    """One VAT breakdown (BG-23). rate: percent."""

    rate: Decimal | None
    net: Decimal | None
    tax: Decimal | None
    category: str | None = None
    confidence: float = 0.0
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class LineItem:
    """One invoice line (BG-25)."""

    position: str | None = None
    article_number: str | None = None
    description: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    unit_price: Decimal | None = None
    tax_rate: Decimal | None = None
    amount: Decimal | None = None
    confidence: float = 0.0
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """One value of one field as a witness states it. evidence: where it stands and as it is written there."""

    name: str
    value: Value
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Witness:
    """What speaks beside the printed words: the XML of an e-invoice, or a payment code printed on a page.

    form: cii, ubl, epc, swiss, zatca or india. title: the file's name or the code's, for messages.
    page: on which a code is printed; 0: it speaks for the whole file. statements: in the order of trust, a field may
    come several times (two bank accounts). tax_lines, line_items: empty where it tells of none.
    """

    source: Literal["e-invoice", "qr"]
    form: str
    title: str
    statements: tuple[Statement, ...]
    tax_lines: tuple[TaxLine, ...] = ()
    line_items: tuple[LineItem, ...] = ()
    page: int = 0


@dataclass(frozen=True, slots=True)
class Invoice:
    """What one document says, with how sure we are. `fields` holds every field of the contract, missing ones too.

    pages: the numbers of its pages in their file. document: which invoice of its file it is, from 1. file: the name of
    that file in what `invoice_ocr.extract` gives; else its record has it.
    """

    fields: dict[str, Field]
    pages: tuple[int, ...]
    decision: Decision
    reasons: tuple[str, ...] = ()
    tax_lines: tuple[TaxLine, ...] = ()
    line_items: tuple[LineItem, ...] = ()
    issues: tuple[Issue, ...] = ()
    document: int = 1
    file: str = ""

    def flagged(self, issues: Sequence[Issue], against: Iterable[str] | None = None) -> Invoice:
        """With more issues: the fields that they name are accepted no longer, nor is the document to be posted.

        against: codes of those that speak against posting, where others only tell; None: all do.
        """
        touched = {name for issue in issues for name in issue.fields}
        fields = {
            name: replace(field, status="review") if name in touched and field.status == "accepted" else field
            for name, field in self.fields.items()
        }
        codes = tuple(issue.code for issue in issues) if against is None else tuple(against)
        reasons = tuple(dict.fromkeys((*self.reasons, *codes)))
        decision: Decision = "review" if codes and self.decision == "post" else self.decision
        return replace(self, fields=fields, issues=(*self.issues, *issues), reasons=reasons, decision=decision)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an input gave no invoice: code of errors.py, what happened, what to do."""

    code: str
    message: str
    fix: str


@dataclass(frozen=True, slots=True)
class Record:
    """One line of output: an invoice, or the failure that stands in its place.

    codes: QR codes and barcodes on its pages, each with its page's number.
    """

    file: str
    sha256: str
    invoice: Invoice | None
    failure: Failure | None = None
    recipe: str = ""
    timings: dict[str, float] = field(default_factory=dict, compare=False)
    codes: tuple[tuple[int, Code], ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """What one input says word for word: its reading, laid out as well, or the failure that stands in its place."""

    file: str
    sha256: str
    reading: Reading | None
    document: Document | None = None
    failure: Failure | None = None
    issues: tuple[Issue, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    timings: dict[str, float] = field(default_factory=dict, compare=False)
