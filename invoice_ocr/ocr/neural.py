"""The engine that a detector and a recogniser make, whatever runs them: the same words from every runtime."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Protocol, TypeVar

import cv2
import numpy as np

from invoice_ocr.model import Box, PageImage, PageWords, Word
from invoice_ocr.ocr import boxes as spots
from invoice_ocr.ocr import cases, crops, ctc, ink, letters, order, pitch, scripts, spaces, views

SMALL_PRINT = 8.6  # pixels of the first pass: capitals of 7 points on A4; lower print is looked at again, larger
COARSE = (
    61.0  # dots per inch left in the first pass, under which (pages larger than A3) the larger one is taken at once
)
# What is read with less confidence is mostly dirt, rules and pictures: against 0.2 this takes precision on receipts
# from 0.66 to 0.72 for 0.010 of recall, on invoices from 0.931 to 0.939 for 0.002.
LEAST_CONFIDENCE = 0.35
DOUBTFUL = 0.9  # of confidence, under which a word is read by the second recogniser too, where there is one
LOST_BY_RAISING = 0.3  # of confidence, up to which the reading of a raised picture is preferred
SKEWED = 0.3  # degrees from which a page is straightened before its words are cut out
GROUPED = re.compile(r"(?:^|[^\d.,])\d{1,3}(?: \d{3})* \d{3}(?!\d)")  # digits in threes: one number, not two words

T = TypeVar("T")


class Networks(Protocol):
    """A detector and a recogniser on some runtime. Normalisation and decoding are inside."""

    def detect(self, pages: np.ndarray) -> np.ndarray:
        """Probability of text at each pixel: uint8 (n, height, width, 3) RGB to float32 (n, height, width)."""

    def recognise(self, batch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Best class and its probability at each step: uint8 (n, 32, width, 3) RGB to int and float32 (n, steps)."""

    def opinions(self, batch: np.ndarray) -> list[np.ndarray]:
        """The logits of each recogniser there is, the first that of `recognise`: float32 (n, steps, classes + 1)."""


@dataclass(frozen=True, slots=True)
class Pools:
    """How much is done at once: pages detected together, crops waiting at most, pixel columns in a batch."""

    pages: int = 1
    crops: int = 768
    columns: int = 2048


@dataclass(slots=True)
class _Sighted:
    """A page whose words have been found but not read. boxes: pixels of the page turned upright by `angle`.

    raised: pictures of words that may be of low letters alone (`ink.raised`), by their place.
    """

    page: PageImage
    boxes: np.ndarray
    pictures: list[np.ndarray]
    angle: float
    raised: dict[int, np.ndarray]


class NeuralEngine:
    """Detector, crops, recogniser, reading order."""

    def __init__(
        self,
        name: str,
        networks: Networks,
        alphabet: str,
        thresholds: spots.Thresholds,
        pools: Pools,
        description: dict[str, Any],
        quality: str = "balanced",
        lang: str = "",
    ) -> None:
        self.name = name
        self._networks = networks
        self._alphabet = alphabet
        self._thresholds = thresholds
        self._pools = pools
        self._description = description
        self._quality = quality
        self._known = letters.of_languages(lang)

    def describe(self) -> dict[str, Any]:
        return {"runtime": self.name, "alphabet": self._alphabet, **self._description}

    def read(self, pages: Iterable[PageImage]) -> Iterator[PageWords]:
        waiting: list[_Sighted] = []
        for together in _chunks(pages, self._pools.pages):
            waiting += self._sight(together)
            if sum(len(page.pictures) for page in waiting) >= self._pools.crops:
                yield from self._read(waiting)
                waiting = []
        yield from self._read(waiting)

    def recognise(self, crops_: Sequence[np.ndarray]) -> list[tuple[str, float]]:
        pictures = [crops.normalise(crop) for crop in crops_]
        texts = self._texts(pictures)
        self._narrow(pictures, texts)
        return [(text.text.strip(), text.confidence) for text in texts]

    def _sight(self, pages: list[PageImage]) -> list[_Sighted]:
        """Every page with its words found and cut out."""
        large = [_first_view(page).scale * page.dpi < COARSE for page in pages]
        sights = self._detect(pages, [views.SIZES[1] if is_large else views.SIZES[0] for is_large in large])
        again = [
            i
            for i, (found, is_large) in enumerate(zip(sights, large, strict=True))
            if found.small and not is_large and self._quality != "fast"
        ]
        for i, found in zip(again, self._detect([pages[i] for i in again], [views.SIZES[1]] * len(again)), strict=True):
            sights[i] = found
        return [_cut_out(page, found) for page, found in zip(pages, sights, strict=True)]

    def _detect(self, pages: list[PageImage], sizes: list[int]) -> list[_Sight]:
        """The boxes of every page, all views of one input shape in one batch."""
        seen = [
            views.views_of(p.pixels.shape[1], p.pixels.shape[0], size) for p, size in zip(pages, sizes, strict=True)
        ]
        heats: dict[tuple[int, int], np.ndarray] = {}
        wanted = [(i, j) for i, page_views in enumerate(seen) for j in range(len(page_views))]
        by_shape: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for i, j in wanted:
            by_shape.setdefault((seen[i][j].input_height, seen[i][j].input_width), []).append((i, j))
        for every in by_shape.values():
            for places in _chunks(every, self._pools.pages):
                batch = np.stack([views.look(pages[i].pixels, seen[i][j]) for i, j in places])
                heats.update(zip(places, self._networks.detect(batch), strict=True))
        return [
            _found(page_views, [heats[i, j] for j in range(len(page_views))], self._thresholds)
            for i, page_views in enumerate(seen)
        ]

    def _texts(self, pictures: Sequence[np.ndarray], allowed: np.ndarray | None = None) -> list[ctc.Text]:
        """What each normalised picture says.

        allowed: bool, shape (classes + 1,), which classes it may hold; every recogniser is asked then.
        """
        texts = [ctc.Text("", 0.0, ())] * len(pictures)
        for places, batch in crops.batches(pictures, self._pools.columns):
            ids, confidences = self._networks.recognise(batch) if allowed is None else self._best_of(allowed, batch)
            for i, text in zip(places, ctc.decode(ids, confidences, self._alphabet), strict=True):
                share = batch.shape[2] / pictures[i].shape[1]
                texts[i] = replace(text, steps=tuple(min(1.0, step * share) for step in text.steps))
        return texts

    def _read(self, pages: list[_Sighted]) -> Iterator[PageWords]:
        """The words of pages whose words have been found."""
        pictures = [picture for page in pages for picture in page.pictures]
        once = self._texts(pictures)
        if self._quality == "accurate":
            self._reread_doubtful(pictures, once)
        texts = iter(once)
        for page in pages:
            read = [next(texts) for _ in page.pictures]
            lines = order.lines_of(page.boxes)
            if self._quality != "fast":
                self._reread_raised(page, lines, read)
                self._reread_strangers(page, lines, read)
                self._reread_odd_letters(page, read)
                cases.lower(read, lines, page.boxes, page.pictures)
            self._narrow(page.pictures, read)
            yield _page_words(page, lines, read)

    def _reread_doubtful(self, pictures: Sequence[np.ndarray], read: list[ctc.Text]) -> None:
        """Words in doubt, read again by every recogniser together; in place."""
        again = [i for i, text in enumerate(read) if text.confidence < DOUBTFUL]
        everything = np.ones(len(self._alphabet) + 1, bool)
        for i, text in zip(again, self._texts([pictures[i] for i in again], everything), strict=True):
            read[i] = text

    def _reread_raised(self, page: _Sighted, lines: Sequence[Sequence[int]], read: list[ctc.Text]) -> None:
        """Words that may be of low letters alone, in scripts whose small letters look like capitals; in place."""
        heard = [[read[i].text for i in line] for line in lines]
        again = [
            i
            for line, script in zip(lines, scripts.written_in(heard), strict=True)
            if script != "latin"
            for i in line
            if i in page.raised and scripts.may_be_low(read[i].text)
        ]
        for i, text in zip(again, self._texts([page.raised[i] for i in again]), strict=True):
            if text.confidence > read[i].confidence - LOST_BY_RAISING:
                read[i] = text

    def _reread_strangers(self, page: _Sighted, lines: Sequence[Sequence[int]], read: list[ctc.Text]) -> None:
        """Doubtful words that are not in the script of the words around them, read again in that script; in place."""
        heard = [[(read[i].text, read[i].confidence) for i in line] for line in lines]
        again: dict[str, list[int]] = {}
        for line, place, script in scripts.strangers(heard):
            again.setdefault(script, []).append(lines[line][place])
        for script, members in again.items():
            allowed = scripts.allowed(self._alphabet, script)
            for i, text in zip(members, self._texts([page.pictures[i] for i in members], allowed), strict=True):
                read[i] = text

    def _reread_odd_letters(self, page: _Sighted, read: list[ctc.Text]) -> None:
        """Doubtful words with letters that the page's languages lack, read again without these; in place."""
        odd, known = letters.strangers([(text.text, text.confidence) for text in read])
        if not odd:
            return
        again = self._texts([page.pictures[i] for i in odd], letters.allowed(self._alphabet, known))
        for i, text in zip(odd, again, strict=True):
            read[i] = text

    def _narrow(self, pictures: Sequence[np.ndarray], read: list[ctc.Text]) -> None:
        """Words with letters that none of the languages asked for has, read again without these; in place."""
        if self._known is None:
            return
        again = letters.beyond([text.text for text in read], self._known)
        allowed = letters.allowed(self._alphabet, self._known)
        for i, text in zip(again, self._texts([pictures[i] for i in again], allowed), strict=True):
            read[i] = text

    def _best_of(self, allowed: np.ndarray, batch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """As `Networks.recognise`, by all recognisers together; classes not `allowed` are out of the question.

        They were taught to see a letter at the same step, so that the mean of their probabilities is one reading.
        """
        chances = np.mean(
            [_chances(np.where(allowed, logits, -np.inf)) for logits in self._networks.opinions(batch)], 0
        )
        return chances.argmax(-1), chances.max(-1)


def _chances(logits: np.ndarray) -> np.ndarray:
    """Probabilities over the last axis."""
    raised = np.exp(logits - logits.max(-1, keepdims=True))
    chances: np.ndarray = raised / raised.sum(-1, keepdims=True)
    return chances


@dataclass(frozen=True, slots=True)
class _Sight:
    """Boxes of words in pixels of the page turned by `angle` degrees; small: whether their print is."""

    boxes: np.ndarray
    angle: float
    small: bool


def _first_view(page: PageImage) -> views.View:
    return views.views_of(page.pixels.shape[1], page.pixels.shape[0])[0]


def _chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    chunk: list[T] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _found(page_views: list[views.View], heats: list[np.ndarray], thresholds: spots.Thresholds) -> _Sight:
    """The boxes of a page's views together."""
    straight = [spots.find_spots(heat, thresholds) for heat in heats]
    angle = spots.skew_of(max(straight, key=lambda found: len(found.scores)))
    if abs(angle) < SKEWED:
        angle = 0.0
    all_boxes, sizes = [], []
    for view, heat, found in zip(page_views, heats, straight, strict=True):
        turned = spots.find_spots(heat, thresholds, turn=angle) if angle else found
        grown = spots.grow(turned.boxes, thresholds)
        sizes.append(grown[:, 2:] - grown[:, :2])
        x, y = turn_points((grown[:, 0] + grown[:, 2]) / 2, (grown[:, 1] + grown[:, 3]) / 2, -angle)
        x, y = x / view.scale + view.left, y / view.scale + view.top
        mine = views.is_own(view, page_views, x, y)
        along, down = turn_points(np.array([view.left]), np.array([view.top]), angle)
        shift = np.array([along[0], down[0], along[0], down[0]], np.float32)
        all_boxes.append((grown / view.scale + shift)[mine])
    return _Sight(np.concatenate(all_boxes), angle, print_height(np.concatenate(sizes)) < SMALL_PRINT)


def print_height(sizes: np.ndarray) -> float:
    """The height that half of the print, by its width, is lower than; infinite without print.

    sizes: float, shape (n, 2), width and height of each box. Specks of dirt are many, but not wide.
    """
    if not len(sizes):
        return float("inf")
    order = np.argsort(sizes[:, 1])
    width = np.cumsum(sizes[order, 0])
    return float(sizes[order, 1][np.searchsorted(width, width[-1] / 2)])


def turn_points(x: np.ndarray, y: np.ndarray, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates in a frame turned clockwise by `angle` degrees about the origin."""
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return x * cos + y * sin, y * cos - x * sin


def _cut_out(page: PageImage, found: _Sight) -> _Sighted:
    """Pictures of a page's words, scaled for the recogniser, cut from the full page (straightened when skewed)."""
    pixels, boxes = page.pixels, found.boxes
    origin = np.zeros(2)
    if found.angle:
        pixels, origin = straighten(pixels, found.angle)
    shift = np.concatenate([origin, origin])
    fitted = ink.fit(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), boxes - shift)
    fitted = fitted[spots.distinct(fitted)]
    pictures = [crops.normalise(crop) for crop in crops.cut(pixels, fitted)]
    higher = ink.raised(fitted)
    places = np.flatnonzero(higher[:, 1] < fitted[:, 1])
    raised = [crops.normalise(crop) for crop in crops.cut(pixels, higher[places])]
    blank = np.broadcast_to(np.uint8(255), page.pixels.shape)  # no memory: pages wait for their words, pixels need not
    return _Sighted(
        replace(page, pixels=blank),
        fitted + shift,
        pictures,
        found.angle,
        dict(zip(places.tolist(), raised, strict=True)),
    )


def straighten(pixels: np.ndarray, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """A page turned back by `angle` degrees, whole, the new corners white; and where its first pixel lies.

    pixels: uint8, shape (height, width, 3). The second result is the place (x, y) of the new image's corner in the
    frame of `turn_points`.
    """
    height, width = pixels.shape[:2]
    x, y = turn_points(np.array([0, width, 0, width]), np.array([0, 0, height, height]), angle)
    origin = np.floor([x.min(), y.min()])
    size = (int(np.ceil(x.max() - origin[0])), int(np.ceil(y.max() - origin[1])))
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    matrix = np.array([[cos, sin, -origin[0]], [-sin, cos, -origin[1]]])
    turned = cv2.warpAffine(pixels, matrix, size, flags=cv2.INTER_LINEAR, borderValue=(255, 255, 255))
    return turned, origin


def _page_words(page: _Sighted, places: Sequence[Sequence[int]], texts: list[ctc.Text]) -> PageWords:
    lines = []
    sure = [[i for i in line if texts[i].text and texts[i].confidence >= LEAST_CONFIDENCE] for line in places]
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
        parts = [split(text, page.boxes[i]) for i, text in zip(line, said, strict=True)]
        joined = spaces.joined(parts, space, ends)
        if joined:
            lines.append(joined)
    settled = scripts.settle([[text for text, _, _ in line] for line in lines])
    image = page.page
    words = tuple(
        Word(text, _on_page(box, page.angle, image), confidence)
        for line, line_texts in zip(lines, settled, strict=True)
        for (_, confidence, box), text in zip(line, line_texts, strict=True)
    )
    return PageWords(image.number, image.width, image.height, words, image.rotation)


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


def _on_page(box: np.ndarray, angle: float, page: PageImage) -> Box:
    """A box of the straightened page as an upright box about the same middle on the page, in points, clipped to it."""
    if angle:
        middle, size = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 2
        x, y = turn_points(middle[:1], middle[1:], -angle)
        box = np.concatenate([[x[0] - size[0], y[0] - size[1]], [x[0] + size[0], y[0] + size[1]]])
    height, width = page.pixels.shape[:2]
    left, top, right, bottom = (np.clip(box, 0, [width, height, width, height]) * (72.0 / page.dpi)).tolist()
    return Box(left, top, right, bottom)
