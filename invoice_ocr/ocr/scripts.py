"""One script a word: letters that look the same in Latin, Cyrillic and Greek are settled by their neighbours.

А and A are the same pixels, so a recogniser of three scripts can only guess. What a word's other letters say decides,
then its line, then the page; words with digits in them are identifiers and amounts, which are Latin.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

LOOKALIKES = {
    "cyrillic": dict(zip("ABCEHIJKMOPSTXYaceijopsxyËëÏïЅ", "АВСЕНІЈКМОРЅТХУасеіјорѕхуЁёЇїЅ", strict=True)),
    "greek": dict(zip("ABEHIKMNOPTXYZovÏï", "ΑΒΕΗΙΚΜΝΟΡΤΧΥΖονΪϊ", strict=True)),
}
LATIN_OF = {other: latin for table in LOOKALIKES.values() for latin, other in table.items()}
SURE = 0.85  # confidence from which a word in another script is believed
ENOUGH = 8  # letters that tell scripts apart, from which a line or page has a script
CLEAR = 0.9  # of those letters, that must agree
# A capital I and a small l are one stroke in many faces: no language begins a word with "lt", none has "bIi" in one.
FIRST_L = re.compile(r"(?<![^\W\d_])l(?=[bcdfgmnpqrst][a-zß-ÿ]|[A-Z]{2})")
INNER_I = re.compile(r"(?<=[a-zß-ÿ])I(?=[a-zß-ÿ])")
AMBIGUOUS = frozenset(LATIN_OF) | frozenset(LATIN_OF.values())


# Letters whose small form is the capital drawn lower; where no neighbour shows the height, their case is a guess.
SAME_FORM = {
    "cyrillic": frozenset("вгджзийклмнопстхцчшщъыьэюяєїѕњљћђ"),
    "greek": frozenset("εικοπστχψωθφ"),
}

HIGH = frozenset("бфйёіїћђґδθλξφβάέήίόύώ")  # small letters that are as high as capitals


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


def strangers(lines: Sequence[Sequence[tuple[str, float]]]) -> Iterator[tuple[int, int, str]]:
    """Line, place and likelier script of each doubtful word that is not in the script of the words around it.

    lines: text and confidence of a page's words, line by line. The line decides where its other words say enough, or
    else the page; a sure word is left alone, for foreign names are printed everywhere.

    >>> list(strangers([[("Gesamtsumme", 0.9), ("ТАЖ", 0.4), ("Datum", 0.9)]]))
    [(0, 1, 'latin')]
    """
    votes = [[_votes(word) for word, _ in line] for line in lines]
    by_line = [sum(line, Counter()) for line in votes]
    page = sum(by_line, Counter())
    for at, line in enumerate(lines):
        for place, (_, confidence) in enumerate(line):
            own = votes[at][place]
            if confidence >= SURE or not own:
                continue
            for around in (by_line[at] - own, page - own):
                if around.total() >= ENOUGH:
                    script, count = around.most_common(1)[0]
                    if count >= CLEAR * around.total() and set(own) != {script}:
                        yield at, place, script
                    break


def written_in(lines: Sequence[Sequence[str]]) -> list[str]:
    """The script of each line of a page, where its letters say enough, or else of the page; latin if neither does."""
    by_line = [sum((_votes(word) for word in line), Counter()) for line in lines]
    page = sum(by_line, Counter())
    return [_leader(line if line.total() >= ENOUGH else page) for line in by_line]


def may_be_low(word: str) -> bool:
    """Whether a word read from Cyrillic or Greek print might be of small letters without a high stroke.

    >>> [may_be_low(word) for word in ("ОДИН", "один", "бой", "12", "•")]
    [True, True, False, False, False]
    """
    letters = [letter for letter in word if letter.isalpha()]
    return bool(letters) and HIGH.isdisjoint(word) and not any(letter.isdigit() for letter in word)


def _leader(counts: Counter[str]) -> str:
    return counts.most_common(1)[0][0] if counts else "latin"


def allowed(alphabet: str, script: str) -> np.ndarray:
    """bool, shape (classes + 1,): which classes of `alphabet`, the blank last, may stand in a word of `script`."""
    return np.array([script_of(char) in (None, script) for char in alphabet] + [True])


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
    return _leader(own or line or page)


def _written(word: str, script: str) -> str:
    latin = "".join(LATIN_OF.get(letter, letter) for letter in word)
    table = LOOKALIKES.get(script)
    if table is None:
        return INNER_I.sub("l", FIRST_L.sub("I", latin))
    return _cased("".join(table.get(letter, letter) for letter in latin), SAME_FORM[script])


def _cased(word: str, same_form: frozenset[str]) -> str:
    """A word with capitals among small letters, in the case of those letters whose two forms differ.

    >>> _cased("ЭКОНОМИЧеСкИМ", SAME_FORM["cyrillic"])
    'Экономическим'
    """
    inner = [letter for letter in word[1:] if letter.isalpha()]
    if len({letter.isupper() for letter in inner}) < 2:
        return word
    telling = [letter for letter in inner if letter.lower() not in same_form] or inner
    shouted = sum(letter.isupper() for letter in telling) > len(telling) / 2
    return word[0] + "".join(
        (letter.upper() if shouted else letter.lower()) if letter.lower() in same_form else letter
        for letter in word[1:]
    )
