"""From what each box says to the words of a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from invoice_ocr.model import Box, PageImage, PageWords, Word
from invoice_ocr.ocr import ctc, hanzi, pitch, scripts, spaces
from invoice_ocr.ocr.sight import Sighted, turn_points

# What is read with less confidence is mostly dirt, rules and pictures: against 0.2 this takes precision on receipts
# from 0.66 to 0.72 for 0.010 of recall, on invoices from 0.931 to 0.939 for 0.002.
LEAST_CONFIDENCE = 0.35
LEAST_MEAN, LEAST_LETTERS = 0.8, 4  # of letters' probabilities: a word with one less certain, a rare mark, is kept too
LEAST_BARE = 0.6  # of letters whatever their marks and case: of ten Latin pages and slips no dirt had more than 0.5
LEAST_APART, APART = 0.7, 3  # of signs that each stand alone, so many at least: rows of dots pass for them, up to 0.57
LEAST_OF_HANZI = 0.05  # lines of many characters, the least certain of which counts; dirt is seldom taken for them
GROUPED = re.compile(r"(?:^|[^\d.,])\d{1,3}(?: \d{3})* \d{3}(?!\d)")  # digits in threes: one number, not two words


def page_words(
    page: Sighted, places: Sequence[Sequence[int]], texts: list[ctc.Text], by_hand: Sequence[int] = ()
) -> PageWords:
    """The words of a page in reading order: boxes cut and joined where words end, one script a word.

    places: the page's boxes line by line, left to right. texts: what each box says. by_hand: the boxes of handwriting.
    """
    lines = []
    sure = [[i for i in line if is_word(texts[i])] for line in places]
    found = [i for line in sure for i in line]
    cell = pitch.pitch_of([texts[i] for i in found], page.boxes[found])
    for line, space in zip(sure, spaces.typical(page.boxes, places), strict=True):
        own = cell and pitch.of_line([texts[i] for i in line], page.boxes[line], cell)
        if own:
            said = [pitch.spaced(texts[i], page.boxes[i], own) for i in line]
            ends = [
                pitch.is_next(said[k], page.boxes[a], said[k + 1], page.boxes[b], own)
                for k, (a, b) in enumerate(pairwise(line))
            ]
        else:
            said = [spaces.spaced(texts[i], page.pictures[i], space) for i in line]
            ends = []
        parts = [split(text, page.boxes[i]) for i, text in zip(line, said, strict=True) if not is_dotted(text)]
        joined = spaces.joined(parts, space, ends)
        if joined:
            lines.append(joined)
    settled = scripts.settle([[text for text, _, _ in line] for line in lines])
    image = page.page
    hands = page.boxes[list(by_hand)]
    words = tuple(
        Word(text, _on_page(box, page.angle, image), confidence, handwritten=_is_in(box, hands))
        for line, line_texts in zip(lines, settled, strict=True)
        for (_, confidence, box), text in zip(line, line_texts, strict=True)
    )
    return PageWords(image.number, image.width, image.height, words, image.rotation)


def is_word(text: ctc.Text) -> bool:
    """Whether what a box says is print, and not dirt, a rule or a picture."""
    if hanzi.has_hanzi(text.text):
        return text.confidence >= LEAST_OF_HANZI
    if text.known or text.confidence >= LEAST_CONFIDENCE:
        return bool(text.text.strip())
    sure = text.bare >= LEAST_BARE and len(text.text) > 1
    sure = sure or (text.mean >= LEAST_MEAN and len(text.text) >= LEAST_LETTERS)
    return sure and text.text.strip(".,:;").isalpha()


def is_dotted(text: ctc.Text) -> bool:
    """Whether what a box says is a row of dots, doubtfully read as signs that each stand alone."""
    parts = text.text.split()
    return text.confidence < LEAST_APART and len(parts) >= APART and all(len(part) == 1 for part in parts)


def split(text: ctc.Text, box: np.ndarray) -> list[tuple[str, float, np.ndarray]]:
    """Text, confidence and box of each word in what was read from one box, cut at its spaces.

    Digits in groups of three stay one word: 1 234,56 is one number. box: float, shape (4,).
    """
    kept = {m.start() + k for m in GROUPED.finditer(text.text) for k, c in enumerate(m.group()) if c == " " and k}
    words, start = [], 0
    for end in [*(i for i, c in enumerate(text.text) if c == " " and i not in kept), len(text.text)]:
        if end > start and text.text[start:end].strip():
            begin = 0.0 if not text.text[:start].strip() else text.steps[start]
            finish = 1.0 if not text.text[end:].strip() else text.steps[end]
            width = box[2] - box[0]
            part = np.array([box[0] + begin * width, box[1], box[0] + max(begin, finish) * width, box[3]])
            words.append((text.text[start:end], text.confidence, part))
        start = end + 1
    return words


def _is_in(box: np.ndarray, others: np.ndarray) -> bool:
    """Whether the middle of a box lies in one of others: float, shapes (4,) and (n, 4)."""
    x, y = (box[:2] + box[2:]) / 2
    left, top, right, bottom = others.T
    return bool(((left <= x) & (x <= right) & (top <= y) & (y <= bottom)).any())


def _on_page(box: np.ndarray, angle: float, page: PageImage) -> Box:
    """A box of the straightened page as an upright box about the same middle on the page, in points, clipped to it."""
    if angle:
        middle, size = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 2
        x, y = turn_points(middle[:1], middle[1:], -angle)
        box = np.concatenate([[x[0] - size[0], y[0] - size[1]], [x[0] + size[0], y[0] + size[1]]])
    height, width = page.pixels.shape[:2]
    left, top, right, bottom = (np.clip(box, 0, [width, height, width, height]) * (72.0 / page.dpi)).tolist()
    return Box(left, top, right, bottom)
