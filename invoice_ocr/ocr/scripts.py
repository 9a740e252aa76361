"""One script a word: letters that look the same in Latin, Cyrillic and Greek are settled by their neighbours.

А and A are the same pixels, so a recogniser of three scripts can only guess. What a word's other letters say decides,
then its line, then the page; words with digits in them are identifiers and amounts, which are Latin.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

LOOKALIKES = {
    "cyrillic": dict(zip("ABCEHIJKMOPSTXYaceijopsxyËëÏïЅ", "АВСЕНІЈКМОРЅТХУасеіјорѕхуЁёЇїЅ", strict=True)),
    "greek": dict(zip("ABEHIKMNOPTXYZovÏï", "ΑΒΕΗΙΚΜΝΟΡΤΧΥΖονΪϊ", strict=True)),
}
LATIN_OF = {other: latin for table in LOOKALIKES.values() for latin, other in table.items()}
AMBIGUOUS = frozenset(LATIN_OF) | frozenset(LATIN_OF.values())


def settle(lines: Sequence[Sequence[str]]) -> list[list[str]]:
    """The same words, each in one script as far as letters that look alike allow.

    lines: the words of a page, line by line.

    >>> settle([["Счет", "АВС-12"], ["HOMEP"]])
    [['Счет', 'ABC-12'], ['НОМЕР']]
    """
    votes = [[_votes(word) for word in line] for line in lines]
    by_line = [sum(line, Counter()) for line in votes]
    page = sum(by_line, Counter())
    return [
        [_written(word, _winner(own, around, page, word)) for word, own in zip(line, counts, strict=True)]
        for line, counts, around in zip(lines, votes, by_line, strict=True)
    ]


def script_of(letter: str) -> str | None:
    """latin, cyrillic or greek; None for anything that is no letter of the three."""
    if not letter.isalpha():
        return None
    code = ord(letter)
    if 0x370 <= code < 0x400 or 0x1F00 <= code < 0x2000:
        return "greek" if letter != "µ" else None
    if 0x400 <= code < 0x530:
        return "cyrillic"
    return "latin" if code < 0x250 or 0x1E00 <= code < 0x1F00 else None


def _votes(word: str) -> Counter[str]:
    return Counter(script for letter in word if letter not in AMBIGUOUS and (script := script_of(letter)))


def _winner(own: Counter[str], line: Counter[str], page: Counter[str], word: str) -> str:
    if not own and any(letter.isdigit() for letter in word):
        return "latin"
    counts = own or line or page
    return counts.most_common(1)[0][0] if counts else "latin"


def _written(word: str, script: str) -> str:
    latin = "".join(LATIN_OF.get(letter, letter) for letter in word)
    table = LOOKALIKES.get(script)
    return "".join(table.get(letter, letter) for letter in latin) if table else latin
