"""The engine around any pair of networks: pages in, words in order out. The networks here are painted."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from faults.engines import CrashingEngine, EngineFault, LosingEngine, LyingEngine, StallingEngine

from invoice_ocr import patience
from invoice_ocr.errors import ConfigError, MissingPart
from invoice_ocr.model import Box, PageImage, PageWords, Reading, Word
from invoice_ocr.ocr import choose_runtime, has_gpu, load_engine
from invoice_ocr.ocr.boxes import Thresholds
from invoice_ocr.ocr.hanzi import Reader
from invoice_ocr.ocr.neural import NeuralEngine, Pools
from invoice_ocr.ocr.parting import parted
from invoice_ocr.ocr.replay import ReplayEngine, key_of, parse_reading, write_reading
from invoice_ocr.ocr.sight import print_height
from invoice_ocr.settings import Settings

LETTERS = "ABCDEFGHIJKL"


class PaintedNetworks:
    """Text is a dark hatched bar, black at its ends; its grey says the letter: 10 is A, 20 is B.

    Notes the shapes it was asked for.
    """

    recognisers = 1

    def __init__(self) -> None:
        self.pages: list[tuple[int, ...]] = []
        self.batches: list[tuple[int, ...]] = []
        self.confidence = 0.99

    def detect(self, pages: np.ndarray) -> np.ndarray:
        self.pages.append(pages.shape)
        return np.stack([self._heat(page) for page in pages])

    def recognise(self, batch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        self.batches.append(batch.shape)
        ids = np.full((len(batch), batch.shape[2] // 4), len(LETTERS), np.int32)
        for row, crop in enumerate(batch):
            used = np.flatnonzero(crop.any((0, 2)))
            grey = float(crop[12:20, used[len(used) // 4] : used[-len(used) // 4 - 1] + 1].min())
            ids[row, 0] = min(len(LETTERS) - 1, max(0, round(grey / 10) - 1))
        return ids, np.full(ids.shape, self.confidence, np.float32)

    @staticmethod
    def _heat(page: np.ndarray) -> np.ndarray:
        heat = np.zeros(page.shape[:2], np.float32)
        ink = cv2.morphologyEx((page[..., 0] < 190).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((1, 17), np.uint8))
        contours, _ = cv2.findContours(ink, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for contour in contours:
            (x, y), (w, h), angle = cv2.minAreaRect(contour)
            d = w * h * 0.5 / (2 * (w + h)) if w and h else 0
            if min(w, h) > 2 * d:
                cv2.fillPoly(heat, [cv2.boxPoints(((x, y), (w - 2 * d, h - 2 * d), angle)).round().astype(int)], 0.95)
        return heat


def engine(networks: PaintedNetworks | None = None, pools: Pools | None = None) -> NeuralEngine:
    return NeuralEngine("painted", networks or PaintedNetworks(), LETTERS, Thresholds(), pools or Pools(), {})


def page(
    words: dict[str, tuple[int, int, int, int]], number: int = 1, size: tuple[int, int] = (1654, 2339)
) -> PageImage:
    pixels = np.full((size[1], size[0], 3), 255, np.uint8)
    for letter, (left, top, right, bottom) in words.items():
        bars = range(left, right, 20)
        for x in bars:
            grey = 0 if x in (bars[0], bars[-1]) else 10 * (LETTERS.index(letter) + 1)
            pixels[top:bottom, x : min(right, x + 8)] = grey
    return PageImage(number, pixels, 200.0)


ROWS = {
    "A": (100, 200, 400, 250),
    "B": (500, 200, 560, 250),
    "C": (100, 500, 900, 550),
    "D": (1000, 498, 1200, 548),
    "E": (100, 2100, 300, 2150),
    "F": (700, 2100, 900, 2150),
    "G": (1300, 2100, 1600, 2150),
}


def texts(read: PageWords) -> list[str]:
    return [word.text for word in read.words]


def test_words_come_in_reading_order_with_boxes_in_points() -> None:
    (read,) = engine().read([page(ROWS)])
    assert texts(read) == list("ABCDEFG")
    for word in read.words:
        wanted = np.array(ROWS[word.text]) * 72 / 200
        got = (word.box.left, word.box.top, word.box.right, word.box.bottom)
        assert got == pytest.approx(wanted, abs=2.5)
    assert (read.number, read.width, read.height) == (1, pytest.approx(595.44), pytest.approx(842.04))


@pytest.mark.parametrize("angle", [-2.5, -0.7, 1.0, 3.0])
def test_a_skew_page_gives_the_same_words_and_places(angle: float) -> None:
    straight = page(
        {
            c: (x, y, x + 240, y + 44)
            for c, x, y in zip("ABCDEFGHI", [150, 700, 1200] * 3, [300] * 3 + [900] * 3 + [1900] * 3, strict=True)
        }
    )
    matrix = cv2.getRotationMatrix2D((827, 1170), -angle, 1.0)
    turned = cv2.warpAffine(straight.pixels, matrix, (1654, 2339), borderValue=(255, 255, 255))
    (wanted,), (read,) = engine().read([straight]), engine().read([PageImage(1, turned, 200.0)])
    assert texts(read) == texts(wanted)
    for one, other in zip(read.words, wanted.words, strict=True):
        x, y = matrix @ [other.box.center_x * 200 / 72, other.box.center_y * 200 / 72, 1]
        assert (one.box.center_x * 200 / 72, one.box.center_y * 200 / 72) == pytest.approx((x, y), abs=4)
        assert one.box.height == pytest.approx(other.box.height, abs=5)


def test_an_empty_page_has_no_words() -> None:
    (read,) = engine().read([page({})])
    assert read.words == ()
    assert list(engine().read([])) == []


def test_pages_keep_their_order_whatever_the_pool() -> None:
    pages = [page({letter: (100, 100 + 60 * i, 300, 150 + 60 * i)}, number=i + 1) for i, letter in enumerate(LETTERS)]
    for pools in (Pools(), Pools(pages=5, crops=1), Pools(pages=3, crops=7, columns=64), Pools(crops=6, threads=2)):
        read = list(engine(pools=pools).read(iter(pages)))
        assert [(p.number, texts(p)) for p in read] == [(i + 1, [letter]) for i, letter in enumerate(LETTERS)]


def test_the_first_words_come_before_a_pool_is_full() -> None:
    taken: list[int] = []

    def pages() -> Iterator[PageImage]:
        for number in range(1, 100):
            taken.append(number)
            yield page(two, number=number, size=(800, 600))

    two = {"A": (100, 100, 160, 150), "B": (500, 100, 560, 150)}
    reading = engine(pools=Pools(crops=16 * 6)).read(pages())  # three pieces of each bar are read
    held = [len(taken) for _ in reading]
    assert held[0] == 4
    assert held[4] == 12
    assert held[12] == 28
    assert held[28] == 44  # whole pools from now on


def test_no_more_pages_are_held_than_the_pool_allows() -> None:
    taken = 0

    def pages() -> Iterator[PageImage]:
        nonlocal taken
        for number in range(1, 30):
            taken += 1
            yield page(ROWS, number=number, size=(800, 1131)) if number else page({})

    reading = engine(pools=Pools(pages=1, crops=12)).read(pages())
    for given in range(1, 12):
        next(reading)
        assert taken - given <= 6


class TiredNetworks(PaintedNetworks):
    """Takes a second for each word, and ten to look at a page with a `K` on it, by the clock of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def detect(self, pages: np.ndarray) -> np.ndarray:
        self.now += 10.0 * sum(bool((page == 110).any()) for page in pages)
        return super().detect(pages)

    def recognise(self, batch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        self.now += len(batch)
        return super().recognise(batch)


@pytest.mark.parametrize("together", [1, 4])
def test_a_page_that_takes_too_long_is_left_out_and_the_others_are_read(
    together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    networks = TiredNetworks()
    monkeypatch.setattr(patience.time, "monotonic", lambda: networks.now)
    reader = NeuralEngine(
        "painted", networks, LETTERS, Thresholds(), Pools(pages=together, columns=64), {}, "fast", seconds=5.0
    )
    few, roll = {"A": ROWS["A"], "B": ROWS["B"]}, page({"K": (100, 100, 300, 140)}, 3, (400, 4000))
    pages = [page(few, 1), page(ROWS, 2), roll, page(few, 4)]
    read = list(reader.read(pages))
    assert [texts(one) for one in read] == [["A", "B"], [], [], ["A", "B"]]
    assert [[issue.code for issue in one.issues] for one in read] == [[], ["page.timeout"], ["page.timeout"], []]
    assert "--timeout" in read[1].issues[0].message
    assert [one.number for one in read] == [1, 2, 3, 4]


def test_crops_are_pooled_over_pages_and_batches_are_bounded() -> None:
    networks = PaintedNetworks()
    list(engine(networks, Pools(crops=1000, columns=1024)).read([page(ROWS, number=n) for n in range(6)]))
    assert max(n * width for n, _, width, _ in networks.batches) <= 1024
    assert max(n for n, _, width, _ in networks.batches if width == 64) == 6


def test_small_print_is_looked_at_again_larger() -> None:
    networks = PaintedNetworks()
    small = {c: (100 + 150 * i, 300, 180 + 150 * i, 312) for i, c in enumerate("ABCDE")}
    (read,) = engine(networks).read([page(small)])
    assert [shape[1:3] for shape in networks.pages] == [(1280, 928), (1792, 1312)]
    assert texts(read) == list("ABCDE")


def test_specks_of_dirt_do_not_make_print_small() -> None:
    sizes = np.array([[3.0, 3.0]] * 40 + [[80.0, 11.0]] * 9)
    assert print_height(sizes) == 11.0
    assert print_height(sizes[:40]) == 3.0
    assert print_height(np.zeros((0, 2))) == float("inf")


def test_pages_larger_than_a3_are_looked_at_larger_at_once() -> None:
    networks = PaintedNetworks()
    big = page({"A": (300, 300, 900, 420)}, size=(3400, 4700))
    list(engine(networks).read([big]))
    assert [shape[1:3] for shape in networks.pages] == [(1792, 1312)]


def test_what_is_hardly_read_is_no_word_of_a_page() -> None:
    networks = PaintedNetworks()
    networks.confidence = 0.1
    assert texts(next(engine(networks).read([page(ROWS)]))) == []
    assert engine(networks).recognise([np.full((20, 60, 3), 10, np.uint8)]) == [("A", pytest.approx(0.1))]


class TwoScripts(PaintedNetworks):
    """Reads every bar as Latin but those of grey 50, which it half takes for a Russian word."""

    alphabet = "LJЖ"

    def opinions(self, batch: np.ndarray) -> list[np.ndarray]:
        logits = np.full((len(batch), batch.shape[2] // 4, 4), -20.0, np.float32)
        logits[:, :, 3] = 0.0
        for row, crop in enumerate(batch):
            inner = np.flatnonzero(crop[16, :, 0] < 100)[4:-4]
            strange = abs(int(np.median(crop[16, inner, 0])) - 50) < 12
            for step in range(0, 20, 2):
                logits[row, step] = (4.0, 0.0, 4.5, -9.0) if strange else (9.0, 0.0, 0.0, -9.0)
        return [logits]

    def recognise(self, batch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        (logits,) = self.opinions(batch)
        chances = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
        return logits.argmax(-1), chances.max(-1)


class TwoReaders(PaintedNetworks):
    """The first takes every bar for A, or else for B, sure only where it is long; the second says B, always sure."""

    recognisers = 2

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    def opinions(self, batch: np.ndarray) -> list[np.ndarray]:
        self.asked.append(len(batch))
        first, second = (np.zeros((len(batch), batch.shape[2] // 4, len(LETTERS) + 1), np.float32) for _ in "ab")
        for opinion in (first, second):
            opinion[:, 1:, -1] = 20.0
        first[:, 0, 2:] = -20.0
        first[:, 0, 0] = np.where(batch[:, 16].any(-1).sum(-1) > 200, 20.0, 1.9)
        first[:, 0, 1] = 1.0
        second[:, 0, 1] = 20.0
        return [first, second]

    def recognise(self, batch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        first = self.opinions(batch)[0]
        self.asked.pop()
        chances = np.exp(first) / np.exp(first).sum(-1, keepdims=True)
        return chances.argmax(-1), chances.max(-1)


@pytest.mark.parametrize(
    ("quality", "said", "asked"), [("fast", "AA", []), ("balanced", "AB", [1]), ("accurate", "AB", [1])]
)
def test_words_in_doubt_alone_are_read_by_the_second_recogniser_too(quality: str, said: str, asked: list[int]) -> None:
    networks = TwoReaders()
    reader = NeuralEngine("painted", networks, LETTERS, Thresholds(), Pools(), {}, quality)
    (read,) = reader.read([page({"A": (100, 200, 800, 250), "B": (900, 200, 960, 250)})])
    assert [word.text for word in read.words] == list(said)
    assert networks.asked == asked


class WithLogits(TwoReaders):
    """Gives the logits with what it recognises, and notes where it is told them again."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[bool] = []

    def recognise(self, batch: np.ndarray) -> tuple[np.ndarray, ...]:
        ids, confidences = super().recognise(batch)
        self.told.pop()
        first = super().opinions(batch)[0]
        self.asked.pop()
        return ids, confidences, first

    def opinions(self, batch: np.ndarray, first: np.ndarray | None = None) -> list[np.ndarray]:
        opinions = super().opinions(batch)
        self.told.append(first is not None and np.array_equal(first, opinions[0]))
        return opinions


def test_a_word_in_doubt_is_not_read_by_the_first_recogniser_again() -> None:
    networks = WithLogits()
    reader = NeuralEngine("painted", networks, LETTERS, Thresholds(), Pools(), {})
    (read,) = reader.read([page({"A": (100, 200, 800, 250), "B": (900, 200, 960, 250)})])
    assert [word.text for word in read.words] == ["A", "B"]
    assert networks.told == [True]


def test_another_thread_may_recognise_crops_while_a_page_is_read() -> None:
    class Disturbed(TwoReaders):
        def opinions(self, batch: np.ndarray) -> list[np.ndarray]:
            if threading.current_thread() is threading.main_thread():
                other = threading.Thread(target=reader.recognise, args=([np.full((20, 60, 3), 10, np.uint8)],))
                other.start()
                other.join()
            return super().opinions(batch)

    reader = NeuralEngine("painted", Disturbed(), LETTERS, Thresholds(), Pools(columns=32), {}, "accurate")
    (read,) = reader.read([page({"A": (100, 200, 160, 250), "B": (400, 200, 460, 250), "C": (700, 200, 760, 250)})])
    assert [word.text for word in read.words] == ["B", "B", "B"]


def test_a_doubtful_word_takes_the_script_of_the_words_around_it() -> None:
    networks = TwoScripts()
    two = NeuralEngine("painted", networks, networks.alphabet, Thresholds(), Pools(), {})
    (read,) = two.read([page({"A": (100, 200, 400, 250), "E": (500, 200, 800, 250), "B": (900, 200, 1200, 250)})])
    assert texts(read) == ["L" * 10] * 3
    (alone,) = two.read([page({"E": (500, 200, 800, 250)})])
    assert texts(alone) == ["Ж" * 10]


class AccentsInDoubt(TwoReaders):
    """Sees one of four letters that differ by marks and case, or as doubtfully one of others where bars are short."""

    alphabet = "eéÈêXYZQ"

    def opinions(self, batch: np.ndarray) -> list[np.ndarray]:
        self.asked.append(len(batch))
        logits = np.full((len(batch), batch.shape[2] // 4, len(self.alphabet) + 1), -20.0, np.float32)
        logits[:, 1:, -1] = 0.0
        long = batch[:, 16].any(-1).sum(-1) > 200
        for step in (0, 2):
            logits[long, step, :4] = logits[~long, step, 4:8] = 1.0, 0.9, 0.9, 0.9
            logits[:, step, -1] = -20.0
        return [logits, logits]


def test_a_word_of_which_an_accent_alone_is_in_doubt_is_kept() -> None:
    reader = NeuralEngine("painted", AccentsInDoubt(), AccentsInDoubt.alphabet, Thresholds(), Pools(), {})
    (read,) = reader.read([page({"A": (100, 200, 800, 250), "B": (900, 200, 960, 250)})])
    assert texts(read) == ["ee"]
    assert read.words[0].confidence < 0.3


class SignsSeenBadly(PaintedNetworks):
    """Reads long bars as 12.00 and takes short ones for C rather than €."""

    alphabet = "C€012."

    def opinions(self, batch: np.ndarray) -> list[np.ndarray]:
        logits = np.full((len(batch), batch.shape[2] // 4, len(self.alphabet) + 1), -20.0, np.float32)
        logits[:, :, -1] = 0.0
        for row, crop in enumerate(batch):
            if crop[16].any(-1).sum() > 100:
                for place, char in enumerate("12.00"):
                    logits[row, 2 * place, self.alphabet.index(char)] = 9.0
            else:
                logits[row, 0, :2] = 4.5, 3.5
        return [logits]

    def recognise(self, batch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        (logits,) = self.opinions(batch)
        chances = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
        return logits.argmax(-1), chances.max(-1)


def test_a_letter_in_doubt_beside_an_amount_is_a_sign_of_money() -> None:
    reader = NeuralEngine("painted", SignsSeenBadly(), SignsSeenBadly.alphabet, Thresholds(), Pools(), {})
    (read,) = reader.read([page({"A": (100, 200, 150, 250), "B": (200, 200, 500, 250), "D": (100, 400, 150, 450)})])
    assert texts(read) == ["€", "12.00", "C"]


def test_languages_asked_for_narrow_the_letters_of_pages_and_crops() -> None:
    bar = {"E": (500, 200, 800, 250)}
    crop = page(bar).pixels[200:250, 500:800]
    for lang, said in (("de", "L" * 10), ("ru,de", "Ж" * 10), ("", "Ж" * 10)):
        networks = TwoScripts()
        narrow = NeuralEngine("painted", networks, networks.alphabet, Thresholds(), Pools(), {}, "fast", lang)
        assert texts(next(narrow.read([page(bar)]))) == [said]
        assert [text for text, _ in narrow.recognise([crop])] == [said]
    with pytest.raises(ConfigError, match="letters of xx"):
        NeuralEngine("painted", TwoScripts(), "LJЖ", Thresholds(), Pools(), {}, "fast", "de,xx")


class ChineseReader:
    """Says a Chinese character for every picture; counts how often it was loaded and what it was asked."""

    def __init__(self, confidence: float = 0.9) -> None:
        self.confidence, self.loaded, self.asked = confidence, 0, 0

    def __call__(self) -> Reader:
        self.loaded += 1
        return Reader(self.recognise, "票")

    def recognise(self, batch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        self.asked += len(batch)
        ids = np.ones((len(batch), batch.shape[2] // 4), np.int32)
        ids[:, 0] = 0
        return ids, np.full(ids.shape, self.confidence, np.float32)


@pytest.mark.parametrize(
    ("lang", "first", "second", "said", "asked"),
    [
        ("", 0.4, 0.9, "票票票票票票票", 14),  # every word in doubt: a sample, then all
        ("", 0.9, 0.9, "ABCDEFG", 0),  # a page that is read well calls for nothing
        ("", 0.5, 0.4, "ABCDEFG", 4),  # half the sample no better as Chinese
        ("zh", 0.9, 0.9, "票票票票票票票", 7),
        ("zh", 0.9, 0.3, "ABCDEFG", 7),
        ("de", 0.4, 0.9, "ABCDEFG", 0),
    ],
)
def test_a_page_is_read_as_chinese_where_it_calls_for_it(
    lang: str, first: float, second: float, said: str, asked: int
) -> None:
    networks, chinese = PaintedNetworks(), ChineseReader(second)
    networks.confidence = first
    reader = NeuralEngine("painted", networks, LETTERS, Thresholds(), Pools(), {}, "fast", lang, chinese)
    (read,) = reader.read([page(ROWS)])
    assert texts(read) == list(said)
    assert chinese.asked == asked
    next(reader.read([page(ROWS)]))
    assert chinese.loaded == min(1, asked)  # once, and not before it is needed


def test_a_line_too_wide_for_the_recogniser_is_read_in_pieces() -> None:
    networks = PaintedNetworks()
    (read,) = engine(networks).read([page({"B": (100, 500, 1300, 530)})])
    assert len(read.words) == 3
    assert (read.words[0].box.left, read.words[-1].box.right) == pytest.approx((36, 468), abs=4)
    assert max(shape[2] for shape in networks.batches) <= 512


def test_a_wide_box_is_parted_where_there_is_no_ink() -> None:
    grey = np.full((60, 1400), 255, np.uint8)
    for x in range(20, 1380, 34):
        grey[20:44:6, x : x + 26] = 0
    words, pictures = parted(grey, np.array([[18, 18, 1380, 46], [18, 18, 200, 46]], np.float32))
    assert len(words) == len(pictures) == 5
    assert (pictures[1:4, 0] == pictures[:3, 2]).all()
    cuts = pictures[:3, 2].astype(int)
    assert (grey[:, cuts] == 255).all()
    assert (words[1:4, 0] - words[:3, 2] < 8).all()  # the white, less the paper that each piece keeps
    assert words[4].tolist() == pictures[4].tolist() == [18, 18, 200, 46]
    assert (pictures[:, 2] - pictures[:, 0] <= 16 * 28).all()


def test_a_long_till_roll_is_read_whole_and_once() -> None:
    rows = {c: (60, 150 + 480 * i, 400, 190 + 480 * i) for i, c in enumerate(LETTERS)}
    (read,) = engine().read([page(rows, size=(600, 6000))])
    assert texts(read) == list(LETTERS)


def test_single_crops_are_read_in_the_order_given() -> None:
    crops = [np.full((20, 60 + 30 * i, 3), 10 * (i + 1), np.uint8) for i in range(5)]
    crops.insert(2, np.zeros((0, 5, 3), np.uint8))
    assert [text for text, _ in engine().recognise(crops)] == ["A", "B", "", "C", "D", "E"]
    assert engine().recognise([]) == []


def recorded() -> Reading:
    words = (Word("1.190,00", Box(10, 20, 60, 30), 0.98, "ocr", ("1.190,80",)), Word("“ü", Box(70.123, 20, 90, 30)))
    return Reading((PageWords(1, 595.2, 841.9, words, 90), PageWords(2, 10, 10)))


def test_a_reading_survives_being_written() -> None:
    once = parse_reading(write_reading(recorded()))
    assert once.pages[0].words[0] == recorded().pages[0].words[0]
    assert once == parse_reading(write_reading(once))


@pytest.mark.parametrize("text", ["{}", "[]", '{"format": "invoice-ocr/reading/1"}', "nonsense"])
def test_what_is_no_reading_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_reading(text)


def test_replay_finds_pages_by_pixels_before_numbers() -> None:
    image = page(ROWS)
    reading = recorded()
    replay = ReplayEngine({key_of(image.pixels): reading.pages[1], 1: reading.pages[0]})
    assert list(replay.read([image])) == [reading.pages[1]]
    assert list(replay.read([page({})])) == [reading.pages[0]]
    with pytest.raises(MissingPart):
        list(replay.read([page({}, number=9)]))


def test_replay_knows_recorded_crops_only() -> None:
    crop = np.zeros((4, 4, 3), np.uint8)
    assert ReplayEngine({}, {key_of(crop): ("7", 0.5)}).recognise([crop, crop + 1]) == [("7", 0.5), ("", 0.0)]


def test_faulty_engines_fail_as_they_say() -> None:
    good, images = ReplayEngine.of(recorded()), [page({}, number=1), page({}, number=2)]
    crashing = CrashingEngine(good, after=1).read(images)
    assert next(crashing) == recorded().pages[0]
    with pytest.raises(EngineFault):
        next(crashing)
    assert next(LyingEngine(good).read(images)).words[0].text != "1.190,00"
    assert len(list(LosingEngine(good).read(images))) == 1
    assert len(list(StallingEngine(good, 0.0).read(images))) == 2


@pytest.mark.parametrize(
    "settings",
    [
        Settings(runtime="caffe"),
        Settings(device="tpu"),
        Settings(device="cpu:1"),
        Settings(device="gpu:x"),
        Settings(runtime="onnx", device="gpu"),
    ],
)
def test_runtimes_and_devices_that_do_not_exist_are_refused(settings: Settings) -> None:
    with pytest.raises(ConfigError):
        load_engine(settings)


@pytest.mark.skipif(has_gpu(), reason="needs a machine without a GPU")
@pytest.mark.parametrize("device", ["gpu", "gpu:1"])
def test_a_gpu_that_is_not_there_is_told_before_tensorflow_is_loaded(device: str) -> None:
    before = "tensorflow" in sys.modules
    with pytest.raises(ConfigError, match=f"{device}.*no NVIDIA GPU"):
        load_engine(Settings(device=device))
    assert ("tensorflow" in sys.modules) == before


def test_the_runtime_follows_device_and_weights() -> None:
    assert choose_runtime(Settings(device="cpu")) == "onnx"
    assert choose_runtime(Settings(device="gpu:1")) == "tensorflow"
    assert choose_runtime(Settings(weights="doctr:crnn_mobilenet_v3_small")) == "tensorflow"
    assert choose_runtime(Settings(runtime="rapidocr")) == "rapidocr"
