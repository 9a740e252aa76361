"""Kinds of crops beside the usual ones, from which a later run of the recogniser learns what it still misreads."""

from __future__ import annotations

import random
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from invoice_ocr.ocr.alphabet import ALPHABET
from invoice_ocr.training import figures, texts
from invoice_ocr.training.crop_damage import USUAL, Arrival
from invoice_ocr.training.crops import Crop, draw
from invoice_ocr.training.fonts import FaceChooser
from invoice_ocr.training.wordlists import words_of

_USUAL_LENGTH = 9  # letters; longer texts are drawn less often, as for usual crops
_KNOWN = frozenset(ALPHABET)
_MARKED = (
    "lv", "vi", "pl", "cs", "hu", "ro", "lt", "tr", "sk", "sl", "fr", "pt", "is", "es", "sv", "da", "fi", "de", "ca",
    "vi", "lv", "sh", "nb",
)  # fmt: skip
_CYRILLIC = ("ru", "uk", "bg", "mk", "sr")
_AT_TILLS = ("en", "en", "en", "de", "id", "fr", "es", "it", "nl")
_MARKS_OF_I = (
    ("is", "í"),
    ("cs", "í"),
    ("es", "í"),
    ("hu", "í"),
    ("lt", "į"),
    ("lv", "ī"),
    ("it", "ì"),
    ("fr", "î"),
    ("tr", "ı"),
)
_BARRED = {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ħ": "h", "Ħ": "H", "ŧ": "t", "Ŧ": "T", "ı": "i"}
_SPOKEN = {"latin": _MARKED + _AT_TILLS, "cyrillic": _CYRILLIC, "greek": ("el",)}
_CLASSES = {
    (script, large): [
        char
        for char in ALPHABET
        if char.isalpha() and (texts.script_of(char) or "latin") == script and char.isupper() == large
    ]
    for script in _SPOKEN
    for large in (True, False)
}

_LETTERS = [char for char in ALPHABET if char.isalpha()]
_SIGNS = [char for char in ALPHABET if not char.isalpha() and char != " "]


@dataclass(frozen=True, slots=True)
class Kind:
    """What crops of one kind say, whether tills print them and needles strike them (None: some), how they arrive.

    common: share of faces that offices print with.
    """

    text: Callable[[random.Random], str]
    till: bool | None = None
    struck: bool | None = None
    common: float = 0.5
    arrival: Arrival = USUAL


def crop_of(rng: random.Random, chooser: FaceChooser, kind: Kind) -> Crop:
    """One crop of a kind."""
    while True:
        text = kind.text(rng)
        if not _KNOWN.issuperset(text) or (len(text) > _USUAL_LENGTH and rng.random() > _USUAL_LENGTH / len(text)):
            continue
        face = chooser.choose(rng, text, kind.common)
        crop = draw(rng, text, face, till=kind.till, struck=kind.struck, arrival=kind.arrival) if face else None
        if crop is not None:
            return crop


@cache
def _alike() -> dict[str, str]:
    """For each letter those that differ from it in their marks alone, itself among them."""
    families: dict[str, str] = defaultdict(str)
    for char in filter(str.isalpha, ALPHABET):
        families[plain(char)] += char
    return dict(families)


def plain(char: str) -> str:
    """A letter without its marks.

    >>> "".join(map(plain, "Žluťoučký łódź"))
    'Zlutoucky lodz'
    """
    return unicodedata.normalize("NFD", _BARRED.get(char, char))[0]


def marked(rng: random.Random) -> str:
    """A word or two, in most of which letters' marks are exchanged for others: pixels alone tell them then."""
    found = []
    for _ in range(1 if rng.random() < 0.85 else 2):
        word = texts.of_language(rng, rng.choice(_MARKED))
        if rng.random() < 0.6:
            word = "".join(rng.choice(_alike()[plain(c)]) if _is_exchanged(rng, c) else c for c in word)
        found.append(word + (rng.choice(".,:;)") if rng.random() < 0.15 else ""))
    return " ".join(found)


def _is_exchanged(rng: random.Random, char: str) -> bool:
    return char.isalpha() and rng.random() < (0.06 if char.isascii() else 0.6) and len(_alike()[plain(char)]) > 1


def as_printed(rng: random.Random) -> str:
    """A word in which case and place tell letters' forms: Greek, half of it on a final sigma, German with "ß"."""
    way = rng.random()
    if way < 0.34:
        text = texts.of_language(rng, "el", holding="ς" if rng.random() < 0.5 else "")
    elif way < 0.42:
        text = texts.of_language(rng, "de", holding="ß")
    elif way < 0.56:
        return marked(rng)
    elif way < 0.70:
        text = texts.of_language(rng, rng.choice(_CYRILLIC))
    else:
        text = texts.bare_word(rng)
    return text + (rng.choice(".,:;)") if rng.random() < 0.2 else "")


def at_tills(rng: random.Random) -> str:
    """What slips say: their words in capitals, amounts, dates, numbers, goods; a quarter as any page."""
    if rng.random() < 0.25:
        return texts.random_text(rng)
    way = rng.random()
    if way < 0.25:
        return rng.choice(texts.TILL_WORDS) + (rng.choice(":.*") if rng.random() < 0.25 else "")
    if way < 0.80:
        makers = (figures.amount, figures.day, figures.number, figures.code, figures.unit)
        return rng.choices(makers, (25, 10, 10, 5, 5))[0](rng)
    word = texts.of_language(rng, rng.choice(_AT_TILLS))
    return word.upper() if rng.random() < 0.6 else word


def with_signs(rng: random.Random) -> str:
    """What stands beside words and numbers: stops before colons, signs of sections, underscores, rows of stars."""
    word, digits = texts.of_language(rng, rng.choice(_MARKED)), str(rng.randrange(10 ** rng.randrange(1, 6)))
    way = rng.random()
    if way < 0.35:
        return word[: rng.randrange(2, 12)] + rng.choice((".:", ".:", ".:", ".)", ".,", "):", ".-", ":", "."))
    if way < 0.50:
        return rng.choice(
            ("§ {}", "§{}", "(§ {}", "§§ {}", "n° {}", "N°{}", "Nº {}", "nº{}", "N.º {}", "№ {}", "#{}")
        ).format(digits)
    if way < 0.65:
        others = [texts.of_language(rng, rng.choice(_MARKED)) if rng.random() < 0.7 else digits for _ in range(2)]
        joined = "_".join([word, *others[: rng.randrange(1, 3)]])
        return f"[{joined}]" if rng.random() < 0.2 else joined
    if way < 0.75:
        return rng.choice(("I", "II", "III", "IV", "VI", "XI", "XII", "I/", "I.", "I)", "II.")) + (
            digits if rng.random() < 0.4 else ""
        )
    if way < 0.9:
        return rng.choice(
            ("***", "****", "*", "—", "–", "/", "|", "·", "•", "§", "#", "=", "...", "n°", "nº", "Nº", "N°")
        )
    return figures.code(rng)


def with_tones(rng: random.Random) -> str:
    """Words whose small marks decide: half of them Vietnamese, tone over hat; dots and strokes of i, accents of Greek
    capitals, apostrophes within words."""
    way = rng.random()
    if way < 0.55:
        found = [texts.of_language(rng, "vi") for _ in range(rng.choice((2, 2, 3, 4, 5)))]
        text = " ".join([word for word in found if not word.isascii()] or found[:1])
        text = text.upper() if rng.random() < 0.25 else text
    elif way < 0.70:
        language, letter = rng.choice(_MARKS_OF_I)
        text = texts.of_language(rng, language, holding=letter)
    elif way < 0.88:
        text = texts.of_language(
            rng, "el", holding=rng.choice(("ά", "έ", "ή", "ί", "ό", "ύ", "ώ", "λ", "δ", "ξ", "υ", "ο"))
        )
        shouted = text.upper()
        text = shouted if rng.random() < 0.5 and _KNOWN.issuperset(shouted) else text
    elif way < 0.95:
        word, at = texts.of_language(rng, rng.choice(("en", "fr", "it", "ca", "uk", "tr"))), rng.randrange(1, 4)
        text = word[:at] + rng.choice("'’") + word[at:]
        text = text.upper() if rng.random() < 0.5 else text
    else:
        text = texts.of_language(
            rng, rng.choice(("en", "de", "fr", "nl")), holding=rng.choice(("ff", "fi", "fl", "ffi"))
        )
    return text + (rng.choice(".,:;)") if rng.random() < 0.12 else "")


def by_needles(rng: random.Random) -> str:
    """What impact printers set: half as slips, half as papers of any kind in Latin letters."""
    return at_tills(rng) if rng.random() < 0.5 else texts.of_language(rng, rng.choice(_MARKED + _AT_TILLS))


def with_every_class(rng: random.Random) -> str:
    """Texts in which each class of the alphabet is as frequent as any other, where its language has it or anywhere.

    Letters that few languages have are read as their neighbours are spelt, unless they stand in words of all kinds.
    """
    char = rng.choice(ALPHABET)
    if not char.isalpha():
        return _beside(rng, char)
    script = texts.script_of(char) or "latin"
    own = _words_with(script).get(char.lower()) if rng.random() < 0.5 else None
    word = rng.choice(own) if own else texts.of_language(rng, rng.choice(_SPOKEN[script])).lower()
    word = word.upper() if char.isupper() and (rng.random() < 0.7 or char not in word.title()) else word
    word = word.title() if char.isupper() and char not in word and char in word.title() else word
    if char not in word:
        shared = [char, *rng.choices(_CLASSES[script, char.isupper()], k=rng.choice((0, 0, 1)))]
        for one in shared[::-1]:
            at = rng.randrange(len(word))
            word = word[:at] + one + word[at + 1 :]
    if rng.random() < 0.1:
        word = rng.choice((char, char + char, f"{char}{rng.randrange(100)}", f"{rng.randrange(100)}{char}"))
    return word + (rng.choice(".,:;)") if rng.random() < 0.1 else "")


def _beside(rng: random.Random, sign: str) -> str:
    """A sign alone, before, behind and between words and numbers."""
    one, other = (
        str(rng.randrange(10 ** rng.randrange(1, 5)))
        if rng.random() < 0.6
        else texts.of_language(rng, rng.choice(_MARKED + _CYRILLIC))
        for _ in "ab"
    )
    ways = ("{1}", "{0}{1}", "{1}{0}", "{0}{1}", "{1}{0}", "{0}{1}{2}", "{0} {1}", "{1} {0}", "{0} {1} {2}", "{1}{1}")
    return rng.choice(ways).format(one, sign, other).strip()


def in_strings(rng: random.Random) -> str:
    """Rows of classes that no language has together: nothing but pixels tells them, and each picture shows several."""
    if rng.random() < 0.3:
        beside = [_beside(rng, rng.choice(_SIGNS)), *rng.choices(_SIGNS, k=rng.choice((1, 2, 3, 4)))]
        rng.shuffle(beside)
        return "".join(beside)
    char = rng.choice(_LETTERS)
    script, large = texts.script_of(char) or "latin", char.isupper()
    row = [char, *rng.choices(_CLASSES[script, large], k=rng.choice((1, 2, 3, 4, 5, 6)))]
    rng.shuffle(row)
    if not large and rng.random() < 0.3:
        row[0] = rng.choice(_CLASSES[script, True])
    return "".join(row)


@cache
def _words_with(script: str) -> dict[str, list[str]]:
    """Frequent words of a script's languages by the letters in them."""
    found: dict[str, list[str]] = defaultdict(list)
    for language in dict.fromkeys(_SPOKEN[script]):
        for word in words_of(language)[:8000]:
            for char in set(word):
                found[char].append(word)
    return found


def in_cyrillic(rng: random.Random) -> str:
    """What Cyrillic papers hold beside bare words: abbreviations, ordinals, letters of their own, signs that touch."""
    language = rng.choice(_CYRILLIC)
    word = texts.of_language(rng, language)
    way = rng.random()
    if way < 0.3:  # letters that figures look like, where figures are not: "402-ФЗ", "ТЗ"
        initials = "".join(texts.of_language(rng, language)[0] for _ in range(rng.choice((2, 2, 3, 3, 4))))
        short = (initials[:-1] + rng.choice("ЗЗОЧБВ") if rng.random() < 0.4 else initials).upper()
        return rng.choice(("{}", "{},", "({})", "{}.", f"{rng.randrange(1, 999)}-{{}}")).format(short)
    if way < 0.45:
        ending = rng.choice(("р", "й", "го", "я", "му", "е", "ФЗ", "П", "р.", "н"))
        return rng.choice(("{}-{}", "№{}-{}", "№ {}-{}")).format(rng.randrange(1, 2000), ending)
    if way < 0.65:
        return texts.of_language(rng, "ru", holding=rng.choice("ёйщъэ")) + (rng.choice(".,:;)") if way < 0.5 else "")
    if way < 0.9:
        return rng.choice(("({}", "«{}", "«{}»", "{}»", "{}…)", "{})", "{}).", "({})", "{}…", "– {}", "{} –")).format(
            word
        )
    return rng.choice("оОвВсСкКиИяЯаАуУ")


def in_tables(rng: random.Random) -> str:
    """What cells of tables in small print say: amounts with their commas, codes, goods with their accents."""
    if rng.random() < 0.55:
        makers = (figures.amount, figures.code, figures.number, figures.unit, figures.day)
        return rng.choices(makers, (30, 8, 8, 5, 6))[0](rng)
    word = texts.of_language(rng, rng.choice(_MARKED + _AT_TILLS + _CYRILLIC))
    word = word.upper() if rng.random() < 0.4 else word
    return word + (rng.choice(".,:;)") if rng.random() < 0.2 else "")


KINDS = {
    "marks": Kind(marked, till=False),
    "printed": Kind(as_printed, arrival=Arrival(0.06, 0.08)),
    "tills": Kind(at_tills, till=True),
    "needles": Kind(by_needles, till=True, struck=True, common=0.8),
    "signs": Kind(with_signs),
    "tones": Kind(with_tones, till=False, common=0.35),
    "screens": Kind(at_tills, till=True, struck=True, common=0.9, arrival=Arrival(0.02, 0.15, 0.1, 0.5, 0.15)),
    "gaps": Kind(at_tills, common=0.7, arrival=Arrival(0.02, 0.1, 0.15, 0.4, 0.6)),
    "tables": Kind(in_tables, till=False, common=0.8, arrival=Arrival(0.02, 0.05, 0.6, 0.1)),
    "cyrillic": Kind(in_cyrillic, till=False, common=0.7),
    "classes": Kind(with_every_class, till=False, arrival=Arrival(0.01, 0.03)),
    "strings": Kind(in_strings, till=False, arrival=Arrival(0.01, 0.02)),
    "faxes": Kind(texts.random_text, arrival=Arrival(0.45, 0.8)),
}
BROAD = ("usual", "marks", "tills", "printed", "usual", "faxes", "usual", "tills", "marks", "printed")
