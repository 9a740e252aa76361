"""Which languages a document is written in, by the frequent words of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from invoice_ocr.rulepack.ruleset import RulePack
from invoice_ocr.values.text import fold

_FEW = 6  # signs of a language: fewer do not tell it well enough to do without the others
_SHARE = 0.2  # of the signs of the strongest language; bilingual forms print their second language less
_PLAIN = 5  # letters: shorter labels are words of too many languages
_EVERYWHERE = "en"  # its labels stand on documents of all languages


def count(texts: Iterable[str], pack: RulePack) -> Counter[str]:
    """How many frequent words of each language stand in the texts."""
    votes: Counter[str] = Counter()
    for word, times in Counter(" ".join(texts).split()).items():
        for sign in _signs(fold(word)):
            for code in pack.common.get(sign, ()):
                votes[code] += times
    return votes


def detect(texts: Iterable[str], pack: RulePack, *, least: int = 2) -> str:
    """The language most of whose frequent words stand on the document, `least` of them, or "" when none stands out."""
    return leading(count(texts, pack), least=least)


def leading(votes: Counter[str], *, least: int = 2) -> str:
    """The language with the most of these signs, `least` of them, or "" when none stands out."""
    best = votes.most_common(2)
    if not best or best[0][1] < least or (len(best) > 1 and best[0][1] < 1.2 * best[1][1]):
        return ""
    return best[0][0]


def fitting(texts: Iterable[str], pack: RulePack) -> RulePack:
    """The pack with the rules of the languages that the texts may be in, so that no label of another misleads.

    Frequent words and labels both tell: some print a letter in one language on a form in another.
    The whole pack where too little tells.
    """
    texts = list(texts)
    votes = count(texts, pack) + _count_labels(texts, pack)
    most = max(votes.values(), default=0)
    if most < _FEW:
        return pack
    return pack.only(frozenset({_EVERYWHERE, *(code for code, number in votes.items() if number >= _SHARE * most)}))


def _count_labels(texts: Iterable[str], pack: RulePack) -> Counter[str]:
    """How many labels that are those of one or two languages stand in the texts, each label once."""
    keys = {hit.key for text in texts for hit in pack.labels.find(text) if len(hit.key) >= _PLAIN}
    spoken = ({rule.language for rule in pack.by_label[key]} for key in keys)
    return Counter(code for codes in spoken if len(codes) <= 2 for code in codes)


def _signs(folded: str) -> Sequence[str]:
    """The folded word; of Chinese, which sets no spaces, also the signs one by one."""
    if folded.isascii():
        return (folded,)
    return (folded, *(sign for sign in folded if "\u4e00" <= sign <= "\u9fff" and sign != folded))
