"""Whether what a PDF's text layer says is what is printed: the words behind fields, read again from pixels.

A text layer can be wrong by accident (a broken font table) or on purpose (another IBAN under the picture). Only clear
disagreement counts: a recogniser errs in about one word of a hundred, so a word that differs is read once more at a
higher resolution, and both readings must say the same other thing.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from invoice_ocr.model import Box, Issue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping, Sequence

    import numpy as np

    from invoice_ocr.errors import InputError
    from invoice_ocr.model import Evidence, Field, Invoice

    # Places (page number, box in points) by the document's index, and dpi, to clips of those pages as uint8 RGB arrays
    # in the same order; or to the error of a document that cannot be opened again.
    Places = Mapping[int, Sequence[tuple[int, Box]]]
    Clips = Mapping[int, Sequence[np.ndarray] | InputError]
    Cut = Callable[[Places, float], Clips]
    Recognise = Callable[[Sequence[np.ndarray]], Sequence[tuple[str, float]]]
    # What pixels say, text and confidence, by page, place, resolution and word; None: not judged.
    Looks = MutableMapping[str, tuple[str, float] | None]

CODE = "text.layer-mismatch"
SECOND_LOOK = 1.5  # times the first resolution
UNCHECKED = "text.layer-unchecked"  # the issue of words that nothing was compared with
_SURE = 0.6  # a reading less sure than this contradicts nothing
_PLAIN_WORDS = 2  # of a value's words without a digit that are looked at, the longest: a name is not made of more
_BLANK = 24  # grey levels between the lightest and darkest pixel of a clip in which nothing is printed
_MARGINS = (1.5, 0.7)  # points around a word: first so that no letter is cut, then so that no neighbour is seen

# Letters and digits that look alike in some print, each group under one name.
_GROUPS = ("0oоο", "1li|!ıії", "2z", "5s", "6g", "8b", "9q")
_ALIKE = str.maketrans({c: group[0] for group in _GROUPS for c in group})


@dataclass(frozen=True, slots=True)
class Suspect:
    """A word behind a field: which field, where, and what the text layer says there."""

    field: str
    page: int
    box: Box
    text: str


def suspects(invoice: Invoice) -> list[Suspect]:
    """The words of text layers behind the invoice's values, each once."""
    found: dict[tuple[int, Box, str], Suspect] = {}
    for field in invoice.fields.values():
        for suspect in _words_behind(field):
            found.setdefault((suspect.page, suspect.box, suspect.text), suspect)
    return list(found.values())


def check(
    invoices: Sequence[Invoice],
    cut: Cut,
    recognise: Recognise,
    *,
    dpi: float,
    alphabet: Callable[[], str],
    looks: Sequence[Looks] | None = None,
) -> list[Invoice]:
    """The invoices, with an issue `text.layer-mismatch` and status review on fields whose pixels say something else.

    All their words are recognised together: many small batches are slow. An invoice whose document cannot be opened
    again gets an issue `text.layer-unchecked`.
    alphabet: gives the characters that `recognise` knows; words with others are not judged. Empty: all are known.
    looks: for each invoice what its pixels are known to say: that is not looked at again, and what is seen is added.
    """
    memory = looks if looks is not None else [{} for _ in invoices]
    doubted = [(index, suspect) for index, invoice in enumerate(invoices) for suspect in suspects(invoice)]
    unseen = [(index, suspect) for index, suspect in doubted if _place(suspect, dpi) not in memory[index]]
    known = frozenset(alphabet()) if unseen else frozenset()
    for index, suspect in unseen:
        if known and not known.issuperset(suspect.text):
            memory[index][_place(suspect, dpi)] = None
    first, lost = _look(doubted, cut, recognise, dpi, _MARGINS[0], memory)
    again = [key for key in doubted if key in first and contradicts(key[1].text, *first[key])]
    second, gone = _look(again, cut, recognise, dpi * SECOND_LOOK, _MARGINS[1], memory)
    found: list[dict[Suspect, str]] = [{} for _ in invoices]
    for (index, suspect), (text, confidence) in second.items():
        heard = first[index, suspect][0]
        if contradicts(suspect.text, text, confidence) and (_same(text, heard) or not _near(text, suspect.text)):
            found[index][suspect] = text
    checked = [flag(invoice, seen) for invoice, seen in zip(invoices, found, strict=True)]
    for index, error in (lost | gone).items():
        checked[index] = unchecked(checked[index], error.message)
    return checked


def unchecked(invoice: Invoice, why: str) -> Invoice:
    """The invoice of a document whose pixels could not be had: not to be posted unseen."""
    issue = Issue(UNCHECKED, f"the text layer could not be compared with the pixels: {why}")
    return invoice.flagged([issue])


def contradicts(text: str, seen: str, confidence: float) -> bool:
    """Whether a reading of the pixels clearly says something else than `text`.

    Case, accents, marks and look-alikes do not count. In words without a digit nor do a few letters: a name that a
    recogniser spells a little differently is the same name.
    """
    wanted, found = fold(text), fold(seen)
    if wanted == found or not wanted or confidence < _SURE:
        return False
    if _has_digit(text):
        return True
    return not _near(text, seen)


def fold(text: str) -> str:
    """What is left of a text when case, accents, marks and look-alikes are taken out: letters and digits."""
    plain = unicodedata.normalize("NFKD", text).translate(_ALIKE).casefold().translate(_ALIKE)
    return "".join(c for c in plain if c.isalnum())


def _same(text: str, other: str) -> bool:
    return fold(text) == fold(other)


def _near(text: str, other: str) -> bool:
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.normalized_similarity(fold(text), fold(other)) >= 0.5


def flag(invoice: Invoice, seen: dict[Suspect, str]) -> Invoice:
    """The invoice with these contradictions on it: an issue each, the fields in review, the decision not `post`."""
    return invoice.flagged(
        [
            Issue(
                CODE,
                f"the PDF says {s.text!r} where {text!r} is printed" if text else f"{s.text!r} is not printed",
                (s.field,),
            )
            for s, text in seen.items()
        ]
    )


def _look(
    doubted: Sequence[tuple[int, Suspect]],
    cut: Cut,
    recognise: Recognise,
    dpi: float,
    margin: float,
    memory: Sequence[Looks],
) -> tuple[dict[tuple[int, Suspect], tuple[str, float]], dict[int, InputError]]:
    """What the pixels say at each place, "" for sure where nothing at all is printed; and documents that are gone."""
    wanted: dict[int, list[Suspect]] = {}
    for index, suspect in doubted:
        if _place(suspect, dpi) not in memory[index]:
            wanted.setdefault(index, []).append(suspect)
    lost: dict[int, InputError] = {}
    if wanted:
        cuts = cut({index: [(s.page, _wider(s.box, margin)) for s in those] for index, those in wanted.items()}, dpi)
        clips: dict[tuple[int, Suspect], np.ndarray] = {}
        for index, made in cuts.items():
            if isinstance(made, Exception):
                lost[index] = made
            else:
                clips |= {(index, suspect): clip for suspect, clip in zip(wanted[index], made, strict=True)}
        pictures = {(clip.shape, clip.tobytes()): clip for clip in clips.values() if not _blank(clip)}
        texts = dict(zip(pictures, recognise(list(pictures.values())), strict=True))  # invoices repeat each other
        for (index, suspect), clip in clips.items():
            memory[index][_place(suspect, dpi)] = texts.get((clip.shape, clip.tobytes()), ("", 1.0))
    known = {(index, suspect): memory[index].get(_place(suspect, dpi)) for index, suspect in doubted}
    return {key: look for key, look in known.items() if look is not None}, lost


def _place(suspect: Suspect, dpi: float) -> str:
    """A suspect's word and place as text, the same whenever its page is read: boxes to a hundredth of a point."""
    box = suspect.box
    corners = " ".join(f"{side:.2f}" for side in (box.left, box.top, box.right, box.bottom))
    return f"{suspect.page} {corners} {dpi:g} {suspect.text}"


def _blank(clip: np.ndarray) -> bool:
    return clip.size == 0 or int(clip.max()) - int(clip.min()) < _BLANK


def _wider(box: Box, margin: float) -> Box:
    return Box(box.left - margin, box.top - margin, box.right + margin, box.bottom + margin)


def _words_behind(field: Field) -> list[Suspect]:
    evidence: Evidence | None = field.evidence
    if field.value is None or evidence is None or evidence.source != "text-layer":
        return []
    if not evidence.words:
        return [Suspect(field.name, evidence.page, evidence.box, evidence.text)]
    words = [word for word in evidence.words if word.source == "text-layer" and fold(word.text)]
    plain = sorted((word for word in words if not _has_digit(word.text)), key=lambda word: -len(word.text))
    kept = {id(word) for word in words if _has_digit(word.text)} | {id(word) for word in plain[:_PLAIN_WORDS]}
    return [Suspect(field.name, evidence.page, word.box, word.text) for word in words if id(word) in kept]


def _has_digit(text: str) -> bool:
    return any(c.isdigit() for c in text)
