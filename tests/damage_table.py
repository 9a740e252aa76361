"""How well damaged pages are read, before cleaning, after it, and by others: `python tests/damage_table.py TRUTH`.

TRUTH.jsonl has one object a page: {"page": "picture.png", "dpi": 200, "items": [{"text": "Total"}, ...]}, pictures
beside it. Words are compared as bags of tokens split at spaces; a page scores their F1, a row the mean of its pages.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from damages import DAMAGES

from invoice_ocr.clean import CleaningEngine
from invoice_ocr.model import PageImage
from invoice_ocr.ocr import Engine, load_engine
from invoice_ocr.settings import Settings

Reader = Callable[[PageImage], str]


@dataclass(frozen=True, slots=True)
class Printed:
    """One page and what is printed on it."""

    image: PageImage
    words: Counter[str]


def pages(truth: Path, every: int) -> Iterator[Printed]:
    """Every so-many-th page of a truth file."""
    for line in truth.read_text(encoding="utf-8").splitlines()[::every]:
        entry = json.loads(line)
        pixels = cv2.cvtColor(cv2.imread(str(truth.parent / entry["page"])), cv2.COLOR_BGR2RGB)
        text = " ".join(item["text"] for item in entry["items"])
        yield Printed(PageImage(1, pixels, float(entry.get("dpi") or 200)), Counter(text.split()))


def through(engine: Engine) -> Reader:
    return lambda image: " ".join(word.text for page in engine.read([image]) for word in page.words)


def tesseract(languages: str) -> Reader:
    """Tesseract with its own look for orientation."""

    def read(image: PageImage) -> str:
        with tempfile.TemporaryDirectory() as folder:
            place = str(Path(folder, "page.png"))
            cv2.imwrite(place, image.pixels[..., ::-1])
            command = ["tesseract", place, "-", "-l", languages, "--psm", "1", "--dpi", str(round(image.dpi))]
            return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    return read


def readers(names: list[str], languages: str) -> dict[str, Reader]:
    """before and after cleaning, tesseract, rapidocr."""
    made: dict[str, Reader] = {}
    if {"before", "after"} & set(names):
        engine = load_engine(Settings())
        made |= {"before": through(engine), "after": through(CleaningEngine(engine))}
    if "rapidocr" in names:
        made["rapidocr"] = through(load_engine(replace(Settings(), runtime="rapidocr")))
    if "tesseract" in names:
        if not shutil.which("tesseract"):
            sys.exit("tesseract is not installed")
        made["tesseract"] = tesseract(languages)
    return {name: made[name] for name in names}


def f1(read: str, printed: Counter[str]) -> float:
    found = Counter(read.split())
    return 2 * sum((found & printed).values()) / max(1, sum(found.values()) + sum(printed.values()))


def damaged(name: str, image: PageImage) -> PageImage:
    if name == "none":
        return image
    pixels = DAMAGES[name](image.pixels)
    return replace(image, pixels=pixels, dpi=image.dpi / 2 if name == "100 dpi" else image.dpi)


def show(name: str, cells: Iterable[str]) -> None:
    sys.stdout.write(f"{name:16} {' '.join(f'{cell:>16}' for cell in cells)}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("truth", type=Path)
    parser.add_argument("--engines", default="before,after", help="of before, after, tesseract, rapidocr")
    parser.add_argument("--damages", default=",".join(["none", *DAMAGES]))
    parser.add_argument("--every", type=int, default=1, help="every so-many-th page only")
    parser.add_argument("--languages", default="eng", help="for Tesseract, such as eng+deu")
    asked = parser.parse_args()
    engines = readers(asked.engines.split(","), asked.languages)
    show("damage", engines)
    printed = list(pages(asked.truth, asked.every))
    for name in asked.damages.split(","):
        cells = []
        for read in engines.values():
            since = time.monotonic()
            score = float(np.mean([f1(read(damaged(name, page.image)), page.words) for page in printed]))
            cells.append(f"{score:.3f} {(time.monotonic() - since) / len(printed):6.1f} s")
        show(name, cells)


if __name__ == "__main__":
    main()
