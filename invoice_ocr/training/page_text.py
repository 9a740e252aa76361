"""What made-up pages say: titles, labels, addresses, table cells and running text, ready to be set.

Words are separated by spaces, never by other white space (hence split(" ") everywhere); JOIN stands where a space is
printed inside one word, between the thousands of a number.
"""

from __future__ import annotations

import random
import re

import numpy as np

from invoice_ocr.training import figures, texts

JOIN = "\u00a0"
_SHORT = (figures.number, figures.day, figures.amount, figures.code, figures.unit, figures.percent)
_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
_ALONE = (
    ":",
    "-",
    "–",
    "€",
    "$",
    "£",
    "1",
    "2",
    "0",
    "%",
    "x",
    "*",
    "/",
    "+",
    "=",
    "•",
    ".",
    ",",
    "(",
    ")",
    "A",
    "I",
    "l",
    "&",
    "|",
    "#",
    "@",
    "'",
    '"',
    "§",
)


class Writer:
    """Texts of one page, in one script: latin, cyrillic, greek or cjk."""

    def __init__(self, rng: np.random.Generator, script: str) -> None:
        self.rng = random.Random(int(rng.integers(2**62)))
        self.script = script
        self.shout = self.rng.random() < 0.12

    def plain(self) -> str:
        """One bare word of the page's script."""
        if self.script == "cjk":
            return "".join(
                chr(self.rng.randrange(0x4E00, 0x9000)) for _ in range(self.rng.choice((1, 2, 2, 3, 4, 6, 9)))
            )
        if self.script != "latin" and self.rng.random() < 0.1:
            return texts.bare_word(self.rng)
        word = texts.bare_word(self.rng, self.script)
        return word.upper() if self.shout and self.rng.random() < 0.7 else word

    def word(self) -> str:
        """One word of running text, with the signs that touch or stand beside it."""
        way = self.rng.random()
        if way < 0.7 or self.script == "cjk":
            return self.plain() + (self.rng.choice(",.,.:;)") if self.rng.random() < 0.14 else "")
        if way < 0.75:
            return self.rng.choice(_ALONE)
        if way < 0.82:
            return texts.word(self.rng, self.script)
        if way < 0.88:
            return figures.contact(self.rng)
        if way < 0.92:
            return self.rng.choice(
                ("€ " + self.amount(), self.amount() + " €", "1 / 1", "1 x", "| 2", "+ 3 %", "No 7", "§ 19")
            )
        return self.short()

    def words(self, count: int) -> list[str]:
        """Running text; what holds spaces comes apart."""
        return " ".join(self.word() for _ in range(count)).split(" ")

    def short(self) -> str:
        """A number, date, amount, code or unit."""
        return _joined(self.rng.choice(_SHORT)(self.rng))

    def mixed(self, count: int) -> str:
        """Words and short things together."""
        parts = [self.short() if self.rng.random() < 0.3 else self.word() for _ in range(max(1, count))]
        return " ".join(parts)

    def title(self) -> str:
        """INVOICE and its like, with or without a number."""
        text = texts.label(self.rng) if self.script == "latin" else self.plain()
        if self.rng.random() < 0.3:
            text = text.upper()
        return text + (" " + self.value() if self.rng.random() < 0.4 else "")

    def label(self) -> str:
        """One to three words that introduce a value, often with a colon, sometimes a lone one."""
        count = self.rng.choice((1, 1, 2, 2, 3))
        if self.script == "latin" and self.rng.random() < 0.6:
            text = " ".join(texts.label(self.rng) for _ in range(min(count, 2)))
        else:
            text = " ".join(self.plain() for _ in range(count))
        return text + self.rng.choice(("", "", ":", ":", " :", " #", ".:"))

    def value(self) -> str:
        """A number, date, code or name."""
        way = self.rng.random()
        if way < 0.3:
            return _joined(figures.code(self.rng))
        if way < 0.55:
            return figures.day(self.rng)
        if way < 0.7:
            return _joined(figures.number(self.rng))
        if way < 0.8:
            return self.amount()
        if way < 0.9:
            return figures.identifier(self.rng)
        return self.plain() + " " + self.plain()

    def amount(self) -> str:
        """An amount; spaces between thousands are JOIN, the currency stands apart."""
        return _joined(figures.amount(self.rng))

    def company(self) -> str:
        """A company's name."""
        return " ".join(
            [
                *(self.plain().capitalize() for _ in range(self.rng.choice((1, 2, 3)))),
                self.rng.choice(("GmbH", "Ltd.", "S.A.", "Inc", "B.V.", "& Co. KG", "LLC", "")),
            ]
        )

    def brand(self) -> str:
        """The word of a logo."""
        word = self.plain()[:12]
        return self.rng.choice((word.upper(), word.lower(), word.capitalize()))

    def contact(self) -> str:
        """A line of a letterhead: phone, mail, tax number, bank, street."""
        way = self.rng.random()
        if way < 0.35:
            return (
                self.rng.choice(("Tel.", "Fax", "Phone:", "Tél. :", "E-mail:", "Web:", "Mobil", ""))
                + " "
                + figures.contact(self.rng)
            )
        if way < 0.55:
            return (
                self.rng.choice(("IBAN", "IBAN:", "BIC:", "VAT", "USt-IdNr.:", "SIRET", "KvK", "NIP:"))
                + " "
                + figures.identifier(self.rng)
            )
        return self.address()

    def address(self) -> str:
        """A line of an address."""
        way = self.rng.random()
        number = str(self.rng.randrange(1, 200))
        if way < 0.35:
            return f"{self.plain().capitalize()} {number}"
        if way < 0.55:
            return f"{self.rng.randrange(1000, 99999)} {self.plain().capitalize()}"
        if way < 0.65:
            return f"{number}, {self.plain()} {self.plain()}"
        return " ".join(self.plain().capitalize() for _ in range(self.rng.choice((1, 2, 2, 3))))

    def sender(self) -> str:
        """The small line above an address."""
        return self.rng.choice((" · ", " - ", ", ", " | ", " • ")).join(
            (self.company(), self.address(), self.address())
        )

    def bank(self) -> str:
        """Bank details in one line."""
        return f"IBAN: {figures.identifier(self.rng)} BIC: {self.plain().upper()[:8]}"

    def footer(self) -> str:
        """A line at the foot of a page."""
        return self.rng.choice((" | ", " · ", " - ", ", ", " ")).join(
            self.contact() for _ in range(self.rng.choice((1, 2, 2, 3)))
        )

    def page(self) -> str:
        """A page number."""
        return self.rng.choice(("Page 1 of 2", "Seite 1/1", "1 / 3", "1", "- 2 -", "Page : 1", "Pagina 1 van 1"))

    def item(self) -> str:
        """What was sold."""
        parts = [self.plain() for _ in range(self.rng.choice((1, 2, 2, 3, 4)))]
        if self.rng.random() < 0.3:
            parts.append(self.short())
        if self.rng.random() < 0.15:
            parts.insert(0, self.rng.choice(_ALONE))
        return " ".join(parts)

    def quantity(self) -> str:
        """2 x 3,50 and its like."""
        return f"{self.rng.randrange(1, 20)} {self.rng.choice(('x', '×', '@', 'X', '*'))} {self.amount()}"

    def columns(self, count: int) -> list[tuple[str, str]]:
        """Kinds and headings of a table's columns."""
        kinds = self.rng.choices(
            ("amount", "number", "code", "date", "words", "unit", "percent"), (5, 4, 2, 2, 2, 2, 1), k=count
        )
        kinds[self.rng.randrange(min(3, count))] = "words"
        return [(kind, self.label().rstrip(" :#.")) for kind in kinds]

    def cell(self, kind: str) -> str:
        """A table cell of a kind."""
        if kind == "words":
            return self.item() if self.rng.random() < 0.8 else " ".join(self.words(self.rng.randrange(3, 12)))
        if kind == "amount":
            return self.amount()
        if kind == "number":
            return str(self.rng.randrange(1, 10 ** self.rng.choice((1, 1, 2, 3)))) + self.rng.choice(
                ("", "", "", ",00", ".00", ".0")
            )
        if kind == "date":
            return figures.day(self.rng)
        maker = {"code": figures.code, "unit": figures.unit, "percent": figures.percent}[kind]
        return _joined(maker(self.rng))


def _joined(text: str) -> str:
    return _THOUSANDS.sub(JOIN, text)
