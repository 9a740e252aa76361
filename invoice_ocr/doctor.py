"""Is everything here, whole and working? Checks as data, for the command that prints them."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from invoice_ocr.errors import InvoiceOcrError, ModelIntegrity
from invoice_ocr.ocr import choose_runtime, has_gpu, load_engine
from invoice_ocr.ocr.languages import LANGUAGES, missing, script_of
from invoice_ocr.ocr.manifest import CHINESE, Network, folder_of, load_manifest
from invoice_ocr.ocr.measured import words_read

if TYPE_CHECKING:
    from invoice_ocr.ocr import Engine
    from invoice_ocr.settings import Settings

State = Literal["ok", "note", "bad"]
PACKAGES = (
    "onnxruntime",
    "numpy",
    "opencv-python",
    "pymupdf",
    "pikepdf",
    "lxml",
    "zxing-cpp",
    "python-doctr",
    "tensorflow",
    "tf-keras",
)
OPTIONAL = ("python-doctr", "tensorflow", "tf-keras")  # reading on a CPU goes without
# Of the barriers around a process that opens files, those that not every system has.
BARRIERS = ("privileges", "writing", "network", "signals")
LEAST_MEMORY = 2 * 1024**3  # bytes; reading takes under 1 GB, opening one document at most 3
LEAST_DISK = 1024**3  # bytes
PAGE = Path(__file__).parent / "ocr" / "weights" / "selftest.png"
PAGE_TEXT = "Invoice 2026-0417 Date 05.11.2026 Total EUR 1.190,00"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, whether it is well, what was found, and what to do when it is not.

    state: ok; note, when reading works all the same; bad, when it does not.
    """

    name: str
    state: State
    text: str
    fix: str = ""


def examine(settings: Settings, *, engine: Engine | None = None) -> Iterator[Finding]:
    """Every check, in the order to print them, as it is done; a broken part is a bad finding, never an exception.

    engine: a loaded one to test instead of loading what `settings` ask for.
    """
    yield from check_versions()
    yield from check_memory_and_disk()
    networks: dict[str, Network] = {}
    if not settings.weights.startswith("doctr:"):
        try:
            networks = load_manifest(folder_of(settings.weights))
        except InvoiceOcrError as error:
            yield _failed("weights", error)
    for network in networks.values():
        yield check_weights(network)
    readers = [networks[name] for name in ("recogniser", CHINESE) if name in networks]
    if readers:
        words: Mapping[str, tuple[int, int]] = {}
        try:
            words = words_read(folder_of(settings.weights), networks)
        except InvoiceOcrError as error:
            yield _failed("languages", error)
        yield from check_languages(settings.lang, [(reader.alphabet, reader.scores) for reader in readers], words)
    yield check_rules(settings)
    yield check_sandbox(settings)
    yield check_gpu(settings)
    yield from check_reading(settings, engine)


def check_versions() -> Iterator[Finding]:
    """Python, SQLite and the packages that read."""
    python = ".".join(map(str, sys.version_info[:3]))
    state: State = "ok" if sys.version_info >= (3, 11) else "bad"
    yield Finding(
        "python",
        state,
        f"{python} on {platform.system()} {platform.machine()}",
        "" if state == "ok" else "Python 3.11 or newer",
    )
    yield Finding("sqlite", "ok", sqlite3.sqlite_version)
    for package in PACKAGES:
        try:
            yield Finding(package, "ok", version(package))
        except PackageNotFoundError:
            needed = package not in OPTIONAL
            detail = "not installed" if needed else "not installed; needed for GPUs and training only"
            yield Finding(package, "bad" if needed else "note", detail, f"pip install {package}")


def check_memory_and_disk() -> Iterator[Finding]:
    """Free memory, and free space where temporary files go."""
    free = free_memory()
    if free is not None:
        enough = free >= LEAST_MEMORY
        fix = "" if enough else "Close other programs, or use fewer --jobs."
        yield Finding(
            "memory", "ok" if enough else "note", f"{free / 1024**3:.1f} GB free, {os.cpu_count()} cores", fix
        )
    place = tempfile.gettempdir()
    space = shutil.disk_usage(place).free
    enough = space >= LEAST_DISK
    fix = "" if enough else f"Free some space in {place}, or point TMPDIR elsewhere."
    yield Finding("disk", "ok" if enough else "note", f"{space / 1024**3:.1f} GB free in {place}", fix)


def free_memory() -> int | None:
    """Bytes of memory that programs can still take; None where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    found = [line.split() for line in lines if line.startswith("MemAvailable:")]
    return int(found[0][1]) * 1024 if found else None


def check_weights(network: Network) -> Finding:
    """One network's files against its manifest, and what it is."""
    try:
        network.graph.read()
        network.weights()
    except InvoiceOcrError as error:
        return _failed(network.name, error)
    scores = "; ".join(f"{name.replace('_', ' ')} {_score(value)}" for name, value in network.scores.items())
    detail = f"{network.architecture}, SHA-256 {network.arrays.sha256[:16]}…, {network.arrays.size / 1e6:.1f} MB"
    return Finding(network.name, "ok", f"{detail}; {scores}" if scores else detail)


def _score(value: Any) -> str:
    """A score of a manifest as text; of several, each with its name, and what was counted left out.

    >>> _score({"latin": 0.974, "latin_with_digits": 0.98, "words": [1500, 600]})
    'latin 0.974, latin with digits 0.98'
    """
    if not isinstance(value, Mapping):
        return str(value)
    return ", ".join(f"{name.replace('_', ' ')} {one}" for name, one in value.items() if isinstance(one, int | float))


def check_languages(
    wanted: str,
    readers: Sequence[tuple[str, Mapping[str, Any]]],
    words: Mapping[str, tuple[int, int]],
) -> Iterator[Finding]:
    """Whether an alphabet prints the wanted languages, codes joined by commas, and how well they were read; which all
    print when "" is given. readers: alphabet and scores of each recogniser, as its manifest has them. words: for each
    language the words read right and those printed.
    """
    if not wanted:
        covered = [code for code in LANGUAGES if any(missing(code, alphabet) == "" for alphabet, _ in readers)]
        count = len(set().union(*(alphabet for alphabet, _ in readers)))
        yield Finding("alphabet", "ok", f"{count} characters; covers {' '.join(covered)}")
        return
    for language in wanted.split(","):
        alphabet, scores = min(readers, key=lambda reader: len(missing(language, reader[0]) or ""))
        lacking = missing(language, alphabet)
        name = f"alphabet for {language}"
        if lacking is None:
            yield Finding(name, "note", "no list of this language's letters", f"Known: {' '.join(LANGUAGES)}")
        elif lacking:
            detail = f"lacks {lacking[:40]}" + ("…" if len(lacking) > 40 else "")
            yield Finding(
                name, "bad", detail, "Train one that has them (invoice-ocr train recogniser), or --runtime rapidocr."
            )
        else:
            yield Finding(name, "ok", f"every letter; {measured(language, scores, words)}")


def measured(language: str, scores: Mapping[str, Any], words: Mapping[str, tuple[int, int]]) -> str:
    """How well words of a language were read; where they never were counted, those of its script.

    scores: of a recogniser, as its manifest has them. words: as `check_languages` has them.

    >>> scores = {"real_words": {"latin": 0.97, "cyrillic": 0.855, "words": [1500, 420]}}
    >>> measured("ru", scores, {"ru": (253, 260)})
    'of 260 words of this language, drawn in faces unseen in training, 97.3 % were read right'
    >>> measured("ru", scores, {})
    'never measured on this language; of all cyrillic words 85.5 % were read right (real words)'
    """
    if language in words:
        right, printed = words[language]
        share = _percent(right / max(1, printed))
        return f"of {printed} words of this language, drawn in faces unseen in training, {share} were read right"
    script = script_of(language)
    for name, found in scores.items():
        if isinstance(found, Mapping) and isinstance(share_read := found.get(script), int | float):
            unit = "characters" if "characters" in name else "words"
            read = f"of all {script} {unit} {_percent(share_read)} were read right ({name.replace('_', ' ')})"
            return f"never measured on this language; {read}"
    return f"never measured on words in {script} script"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def check_rules(settings: Settings) -> Finding:
    """Whether the rule pack is whole, the user's additions among it."""
    from invoice_ocr.rulepack import load_pack

    try:
        pack = load_pack(settings.rules)
    except InvoiceOcrError as error:
        return _failed("rules", error)
    return Finding("rules", "ok", f"digest {pack.digest[:16]}")


def check_sandbox(settings: Settings) -> Finding:
    """Whether a process that opens files starts and opens one, and which barriers stand around it."""
    from invoice_ocr.intake.pages import Request
    from invoice_ocr.intake.process import Died, Process

    worker = Process("invoice_ocr.intake.parse:parse", memory_mb=settings.max_memory_mb)
    try:
        worker.ask(Request(PAGE.read_bytes(), text="layer"), seconds=settings.timeout, most=0)
    except Died as died:
        return _failed("sandbox", died.error)
    except InvoiceOcrError as error:
        return _failed("sandbox", error)
    finally:
        worker.end()
    missing = ", ".join(name for name in BARRIERS if name not in worker.barriers)
    detail = f"files are opened apart, with limits on {', '.join(worker.barriers)}"
    if not missing:
        return Finding("sandbox", "ok", detail)
    fix = "A Linux kernel from 6.12 on has all of them; elsewhere, read files that you do not trust in a container."
    return Finding("sandbox", "note", f"{detail}; this system has none on {missing}", fix)


def check_gpu(settings: Settings) -> Finding:
    """Whether a GPU is there and which runtime the settings lead to."""
    try:
        runtime = choose_runtime(settings)
    except InvoiceOcrError as error:
        return _failed("runtime", error)
    seen = "an NVIDIA GPU is there" if has_gpu() else "no GPU"
    if has_gpu() and runtime != "tensorflow":
        return Finding(
            "runtime", "note", f"{runtime}; {seen}, unused", "pip install 'invoice-ocr[gpu]', then --device gpu"
        )
    return Finding("runtime", "ok", f"{runtime}; {seen}")


def check_reading(settings: Settings, engine: Engine | None = None) -> Iterator[Finding]:
    """The engine loaded and one shipped page read: its words must be those that are printed on it."""
    started = time.perf_counter()
    try:
        engine = engine or load_engine(settings)
        about = engine.describe()
        seconds = time.perf_counter() - started
        yield Finding("engine", "ok", f"{about['runtime']} on {about['device']}, loaded in {seconds:.1f} s")
        started = time.perf_counter()
        said = _read_page(engine)
    except InvoiceOcrError as error:
        yield _failed("engine", error)
    except Exception as error:  # noqa: BLE001 - what is broken may break in any way, and that is the finding
        yield Finding("engine", "bad", f"{type(error).__name__}: {error}", "Install the package again, or report this.")
    else:
        seconds = time.perf_counter() - started
        if said.split() == PAGE_TEXT.split():
            yield Finding("self-test", "ok", f"one page read rightly in {seconds:.2f} s")
        else:
            text = f"read {said[:80]!r}, printed is {PAGE_TEXT!r}"
            yield Finding("self-test", "bad", text, "Report this; --runtime chooses another engine.")


def _read_page(engine: Engine) -> str:
    """The words an engine reads on the shipped page; "" when it gives no page back."""
    import cv2

    from invoice_ocr.model import PageImage

    picture = cv2.imread(str(PAGE), cv2.IMREAD_COLOR_RGB)
    if picture is None:
        raise ModelIntegrity(f"{PAGE} is missing or damaged")
    return " ".join(word.text for page in engine.read([PageImage(1, picture, 200.0)]) for word in page.words)


def _failed(name: str, error: InvoiceOcrError) -> Finding:
    return Finding(name, "bad", error.message, error.fix)
