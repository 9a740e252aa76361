"""The engine that a detector and a recogniser make, whatever runs them: the same words from every runtime."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from invoice_ocr.ahead import side_by_side
from invoice_ocr.model import Issue, PageImage, PageWords
from invoice_ocr.ocr import boxes as spots
from invoice_ocr.ocr import (
    cases,
    crops,
    ctc,
    cuts,
    faces,
    hand,
    hanzi,
    hanzi_words,
    letters,
    money,
    order,
    scripts,
    spaces,
    spelling,
    strokes,
    wording,
)
from invoice_ocr.ocr.hearing import Hearing, Networks
from invoice_ocr.ocr.languages import codes_of
from invoice_ocr.ocr.page_words import is_word, page_words
from invoice_ocr.ocr.sight import Sighted, chunks, sight
from invoice_ocr.patience import Overdue, patience

DOUBTFUL = 0.9  # of confidence, under which a word may be another one
ASKED = {"fast": 0.0, "balanced": 0.97, "accurate": 0.998}  # under which words all recognisers are asked about
FIRST = 4  # the part of a pool that the first one is; each is twice as large as the one before
LOST_BY_RAISING = 0.3  # of confidence, up to which the reading of a raised picture is preferred


@dataclass(frozen=True, slots=True)
class Pools:
    """How much is done at once: pages detected together, crops waiting at most, pixel columns in a batch; and how many
    threads do so, each with pages of its own.

    Pools of 768 crops are no faster, and take 60 MB more at the peak.
    """

    pages: int = 1
    crops: int = 384
    columns: int = 2048
    threads: int = 1


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
        chinese: Callable[[], hanzi.Reader] | None = None,
        by_hand: hand.Network | None = None,
        seconds: float = float("inf"),
    ) -> None:
        """chinese: loads the recogniser of Chinese, where the weights have one; called once, by the first such page.
        by_hand: the network that tells handwriting from print, where the weights have one.
        seconds: that a page may take to have its words found, and as long again to have them read.
        """
        self.name = name
        self._networks = networks
        self._alphabet = alphabet
        self._thresholds = thresholds
        self._pools = pools
        self._description = description
        self._quality = quality
        self._known = letters.of_languages(lang)
        self._languages = codes_of(lang)
        self._chinese = None if hanzi.asked_for(lang) is False or chinese is None else cache(chinese)
        self._is_chinese = bool(hanzi.asked_for(lang))
        self._by_hand = by_hand
        self._seconds = seconds
        self._hearing = Hearing(networks, alphabet, pools.columns)

    def describe(self) -> dict[str, Any]:
        return {"runtime": self.name, "alphabet": self._alphabet, **self._description}

    def read(self, pages: Iterable[PageImage]) -> Iterator[PageWords]:
        threads = self._pools.threads
        return side_by_side(self._read_in_turn, pages, threads) if threads > 1 else self._read_in_turn(pages)

    def _read_in_turn(self, pages: Iterable[PageImage]) -> Iterator[PageWords]:
        waiting: list[Sighted | PageImage] = []
        most = self._pools.crops // self._pools.threads
        full = most // FIRST  # whoever asked has nothing yet: the first words come after a page or two
        for together in chunks(pages, self._pools.pages):
            waiting += self._sighted(together)
            if sum(len(page.pictures) for page in waiting if isinstance(page, Sighted)) >= full:
                yield from self._in_time(waiting)
                waiting, full = [], min(2 * full, most)
        yield from self._in_time(waiting)

    def _sighted(self, pages: list[PageImage]) -> list[Sighted | PageImage]:
        """The pages with their words found; as they are where that takes too long."""
        try:
            with patience(self._seconds):
                return [
                    *sight(
                        pages,
                        self._networks.detect,
                        self._thresholds,
                        at_once=self._pools.pages,
                        twice=self._quality != "fast",
                    )
                ]
        except Overdue:
            if len(pages) == 1:
                return [*pages]
            return [one for page in pages for one in self._sighted([page])]

    def _in_time(self, pages: list[Sighted | PageImage]) -> list[PageWords]:
        """The words of pages, in order; of a page that takes too long none, and an issue that says so."""
        sighted = [page for page in pages if isinstance(page, Sighted)]
        try:
            with patience(self._seconds):
                words = iter(self._read(sighted))
        except Overdue:
            if len(pages) == 1:
                return [_unread(sighted[0].page)]
            return [words for page in pages for words in self._in_time([page])]
        return [next(words) if isinstance(page, Sighted) else _unread(page) for page in pages]

    def recognise(self, crops_: Sequence[np.ndarray]) -> list[tuple[str, float]]:
        self._hearing.forget()
        pictures = [crops.normalise(crop) for crop in crops_]
        texts = self._hearing.texts(pictures)
        self._narrow(pictures, texts)
        self._reread_chinese(pictures, texts)
        return [(text.text.strip(), text.confidence) for text in texts]

    def glance(self, crops_: Sequence[np.ndarray]) -> list[tuple[str, float]]:
        """As `recognise`, but never in Chinese: enough to see which way up the words of most pages stand."""
        texts = self._hearing.texts([crops.normalise(crop) for crop in crops_])
        return [(text.text.strip(), text.confidence) for text in texts]

    def _read(self, pages: list[Sighted]) -> list[PageWords]:
        """The words of pages whose words have been found. Raises Overdue."""
        self._hearing.forget()
        pictures = [picture for page in pages for picture in page.pictures]
        once = self._hearing.texts(pictures, under=ASKED[self._quality])
        self._ask_all(pictures, once)
        texts = iter(once)
        seen = [(page, order.lines_of(page.boxes), [next(texts) for _ in page.pictures]) for page in pages]
        if self._quality != "fast":
            for page, lines, read in seen:
                self._reread_raised(page, lines, read)
                self._reread_strangers(page, lines, read)
                self._reread_odd_letters(page, read)
            self._cut_again([(page, read) for page, _, read in seen])
        done = []
        for page, lines, read in seen:
            if self._quality != "fast":
                self._reread_money(page, lines, read)
                self._spell(page, lines, read)
                cases.by_height(read, lines, page.boxes, page.pictures)
                strokes.by_size(read, lines, page.boxes, page.pictures)
                faces.compare(read, page.boxes, page.pictures)
            self._narrow(page.pictures, read)
            self._reread_chinese(page.pictures, read)
            said = [text.text for text in read]
            written = hand.places(page.pictures, said, self._by_hand) if self._by_hand else ()
            done.append(page_words(page, lines, read, written))
        return done

    def _ask_all(self, pictures: Sequence[np.ndarray], read: list[ctc.Text]) -> None:
        """Words in doubt, read again by every recogniser where there are more; in place."""
        if self._networks.recognisers > 1:
            again = [i for i, text in enumerate(read) if text.confidence < ASKED[self._quality]]
            self._hearing.reread(pictures, again, self._hearing.every, read)

    def _cut_again(self, pages: Sequence[tuple[Sighted, list[ctc.Text]]]) -> None:
        """Doubtful words of pages as closer and wider cuts of them say, too; in place."""
        words = []
        for page, read in pages:
            places = [i for i, text in enumerate(read) if text.confidence < cuts.DOUBTFUL and is_word(text)]
            if places:
                known = letters.strangers([(text.text, text.confidence) for text in read])[1]
                allowed = letters.allowed(self._alphabet, known)
                words += [(page, read, i, allowed) for i in places]

        def hear(pictures: Sequence[np.ndarray], which: Sequence[int]) -> list[cuts.Heard]:
            return self._hearing.heard(pictures, [words[k][-1] for k in which])

        doubtful = [cuts.Cut(page.around[i], page.pictures[i], read[i]) for page, read, i, _ in words]
        for k, best in cuts.again(doubtful, hear, self._alphabet).items():
            page, read, i, _ = words[k]
            page.telling[i] = best.picture
            said = read[i]
            read[i] = replace(best.text, confidence=said.confidence, mean=said.mean, bare=said.bare)

    def _reread_raised(self, page: Sighted, lines: Sequence[Sequence[int]], read: list[ctc.Text]) -> None:
        """Words that may be of low letters alone, in scripts whose small letters look like capitals; in place."""
        heard = [[read[i].text for i in line] for line in lines]
        again = [
            i
            for line, script in zip(lines, scripts.written_in(heard), strict=True)
            if script != "latin"
            for i in line
            if i in page.raised and scripts.may_be_low(read[i].text)
        ]
        for i, text in zip(again, self._hearing.texts([page.raised[i] for i in again]), strict=True):
            if text.confidence > read[i].confidence - LOST_BY_RAISING:
                read[i] = text

    def _reread_strangers(self, page: Sighted, lines: Sequence[Sequence[int]], read: list[ctc.Text]) -> None:
        """Doubtful words that are not in the script of the words around them, read again in that script; in place."""
        heard = [[(read[i].text, read[i].confidence) for i in line] for line in lines]
        again: dict[str, list[int]] = {}
        for line, place, script in scripts.strangers(heard):
            again.setdefault(script, []).append(lines[line][place])
        for script, members in again.items():
            allowed = scripts.allowed(self._alphabet, script)
            self._hearing.reread(page.pictures, members, allowed, read)

    def _reread_odd_letters(self, page: Sighted, read: list[ctc.Text]) -> None:
        """Doubtful words with letters that the page's languages lack, read again without these; in place."""
        odd, known = letters.strangers([(text.text, text.confidence) for text in read])
        if odd:
            self._hearing.reread(page.pictures, odd, letters.allowed(self._alphabet, known), read)

    def _reread_money(self, page: Sighted, lines: Sequence[Sequence[int]], read: list[ctc.Text]) -> None:
        """Doubtful letters alone beside amounts, as signs of money where they may be; in place."""
        beside = [line[place] for line in lines for place in money.lone([read[i].text for i in line])]
        again = [i for i in beside if read[i].confidence < DOUBTFUL]
        every = self._hearing.every
        for i, chances in zip(again, self._hearing.chances_of([page.pictures[i] for i in again], every), strict=True):
            read[i] = money.sign_of(read[i], chances, self._alphabet)

    def _spell(self, page: Sighted, lines: Sequence[Sequence[int]], read: list[ctc.Text]) -> None:
        """Doubtful words, as their language has or at least spells them where the pixels leave that open; in place."""
        kept = {i for i, text in enumerate(read) if is_word(text)}
        if not any(spelling.can_be_misspelt(text) for text in read):
            return
        known = letters.strangers([(text.text, text.confidence) for text in read])[1]
        allowed = letters.allowed(self._alphabet, known)
        written = scripts.written_in([[read[i].text for i in line] for line in lines])
        whole = spaces.apart(page.boxes, lines)
        for script in set(written):
            own = [i for line, its in zip(lines, written, strict=True) if its == script for i in line]
            language = spelling.tongue_of([(read[i].text, read[i].confidence) for i in own], script, self._languages)
            if language is None:
                continue
            for i in own:
                if i not in kept and wording.is_known(read[i], language):
                    read[i] = replace(read[i], known=True)
                    kept.add(i)
            places = [i for i in own if i in kept and wording.is_open(read[i], language, script)]
            pictures = [page.telling.get(i, page.pictures[i]) for i in places]
            for i, opinions in zip(places, self._hearing.opinions_of(pictures, allowed), strict=True):
                read[i] = wording.worded(read[i], opinions, self._alphabet, language, script, i in whole)

    def _reread_chinese(self, pictures: Sequence[np.ndarray], read: list[ctc.Text]) -> None:
        """The words of a Chinese page, read by the recogniser of Chinese too; in place."""
        if self._chinese is None:
            return
        if not self._is_chinese:
            places = hanzi.sample(read)
            if not places:
                return
            heard = list[ctc.Text]()
            for some in hanzi.halves(places):
                heard += self._hearing.said([pictures[i] for i in some], self._chinese())
                if not hanzi.may_be_chinese([read[i] for i in places], heard):
                    return
        reader = hanzi_words.in_words(self._chinese())
        both = zip(read, self._hearing.said(pictures, reader), strict=True)
        read[:] = [hanzi.better(first, hanzi.once(chinese)) for first, chinese in both]

    def _narrow(self, pictures: Sequence[np.ndarray], read: list[ctc.Text]) -> None:
        """Words with letters that none of the languages asked for has, read again without these; in place."""
        if self._known is None:
            return
        again = letters.beyond([text.text for text in read], self._known)
        if again:
            self._hearing.reread(pictures, again, letters.allowed(self._alphabet, self._known), read)


def _unread(page: PageImage) -> PageWords:
    """A page without words, and why."""
    message = f"Page {page.number} was left out: reading its words takes longer than --timeout allows."
    return PageWords(page.number, page.width, page.height, (), page.rotation, issues=(Issue("page.timeout", message),))
