"""Access keys of Brazilian electronic fiscal documents: 44 digits that repeat the number of their document, checked.

Source: Manual de Orientação do Contribuinte NF-e, 5.4: state 2, year and month 4, CNPJ 14, model 2, series 3, number 9,
way of issue 1, code 8, check digit 1 (modulo 11, weights 2 to 9 from the right).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from stdnum.br import cnpj

from invoice_ocr.model import Candidate, Document

_KEY = re.compile(r"(?<!\d)\d(?:[ .-]?\d){43}(?!\d)")
_MODELS = frozenset({"55", "57", "62", "63", "65", "66", "67"})  # NF-e, CT-e, NFCom, BP-e, NFC-e, NF3e, CT-e OS
_BORNE_OUT = 1.0  # the score of a number that a key with its check digit repeats
_DENIED = 0.4  # and the most that of another has beside it


def numbers_of(texts: Iterable[str]) -> set[int]:
    """The numbers of documents that keys in these texts hold; of keys alone whose check digits are right.

    >>> numbers_of(["3520 0159 5943 1500 0157 5500 1000 0000 0220 6277 7169", "3520 0159 5943 1500 0157"])
    {2}
    """
    keys = (re.sub(r"\D", "", hit.group()) for text in texts for hit in _KEY.finditer(text))
    return {int(key[25:34]) for key in keys if _is_valid(key)}


def _is_valid(key: str) -> bool:
    left = sum(int(digit) * (2 + place % 8) for place, digit in enumerate(reversed(key[:43]))) % 11
    checked = int(key[43]) == (0 if left < 2 else 11 - left)
    return checked and key[20:22] in _MODELS and 1 <= int(key[4:6]) <= 12 and bool(cnpj.is_valid(key[6:20]))


def bear_out(candidates: Sequence[Candidate], document: Document) -> list[Candidate]:
    """The candidates; a number that the one key of a document repeats is as sure as behind a label, others wait.

    Of several such numbers it is the one printed with most digits: a lone 2 may count anything.
    """
    keys = numbers_of(line.text for page in document.pages for line in page.lines)
    if len(keys) != 1:
        return list(candidates)
    same = [c for c in candidates if c.name == "invoice_number" and _number(str(c.value)) in keys]
    longest = max((len(str(c.value)) for c in same), default=0)
    borne_out = [c for c in same if len(str(c.value)) == longest]
    return [
        replace(c, score=_BORNE_OUT if c in borne_out else min(c.score, _DENIED)) if c.name == "invoice_number" else c
        for c in candidates
    ]


def _number(text: str) -> int | None:
    """The number that digits, in groups or alone, are; None for all else."""
    digits = re.sub(r"\D", "", text)
    return int(digits) if digits and not re.search(r"[^\W\d_]", text) else None
