"""One frozen Settings: every option is spelled here once; flags, environment, file and recipe derive from it.

Where a value comes from, the first that has it: the flag, INVOICE_OCR_<NAME> in the environment, <name> in
invoice-ocr.toml of the working folder, the default.
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from invoice_ocr.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

FILE_NAME = "invoice-ocr.toml"
ENVIRONMENT_PREFIX = "INVOICE_OCR_"
CLEANING_STEPS = ("orient", "deskew", "contrast", "background", "denoise", "lines", "crop", "dewarp", "upscale")
_KINDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text in quotes, several values in one",
    Path: "a path in quotes",
}
_PAGE_SECONDS, _PAGE_SHARE = 24.0, 0.2  # of a document's time that one page may take
_TAX_ID = r"(?=[A-Za-z]{2}[^;\d]*\d\D?\d|(?:[^;\d]*\d){7})[A-Za-z\d][A-Za-z\d\s./-]*"  # a country, or seven digits
_STEP = f"({'|'.join(CLEANING_STEPS)})"


def option(
    default: Any,
    text: str,
    *,
    recipe: bool = False,
    flags: tuple[str, ...] = (),
    choices: tuple[str, ...] = (),
    pattern: str = "",
    low: float | None = None,
    high: float | None = None,
    group: str = "Reading",
) -> Any:
    """A settings field: its default, its help text, whether it changes results, flags besides --its-name, its limits.

    choices: the only texts allowed. pattern: what the whole text must match. low, high: inclusive limits of a number.
    group: the heading under which --help shows it.
    """
    metadata = {"help": text, "recipe": recipe, "flags": flags, "choices": choices, "pattern": pattern}
    return field(default=default, metadata=metadata | {"low": low, "high": high, "group": group})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a user can choose. The environment spells each as INVOICE_OCR_<NAME>, the file as its name."""

    text: str = option(
        "auto",
        "Where words come from: pixels (ocr), the PDF's own text (layer), or whichever can be trusted (auto).",
        recipe=True,
        choices=("auto", "ocr", "layer"),
    )
    witnesses: str = option(
        "all",
        "What is heard beside the printed words: the XML of an e-invoice, payment QR codes, both (all) or none.",
        recipe=True,
        choices=("all", "e-invoice", "qr", "none"),
        group="Understanding",
    )
    runtime: str = option(
        "auto",
        "What runs the networks.",
        recipe=True,
        choices=("auto", "onnx", "tensorflow", "rapidocr"),
        group="Engine",
    )
    device: str = option("auto", "auto, cpu, gpu or gpu:N.", pattern=r"auto|cpu|gpu(:\d+)?", group="Engine")
    clean: str = option(
        "auto",
        "What is done to pictures before they are read: auto (what each page needs), none, or steps joined by commas: "
        f"{', '.join(CLEANING_STEPS)}.",
        recipe=True,
        pattern=rf"auto|none|{_STEP}(,{_STEP})*",
    )
    lang: str = option(
        "",
        "Languages of the documents, such as de or de,fr: only their letters are read, their rules used; empty: all.",
        recipe=True,
        pattern=r"([A-Za-z]{2,3}(-[A-Za-z]+)?(,[A-Za-z]{2,3}(-[A-Za-z]+)?)*)?",
    )
    quality: str = option(
        "balanced",
        "fast: each word is read once. balanced: small print is looked for again, what fits in nowhere read again, "
        "words in doubt by a second, larger network too. accurate: by that also words in the least doubt.",
        recipe=True,
        choices=("fast", "balanced", "accurate"),
        group="Engine",
    )
    dpi: int = option(200, "Resolution at which PDF pages are rendered.", recipe=True, low=50, high=1200)
    pages: str = option(
        "",
        "Pages to read, such as 1-3,7; empty: all.",
        recipe=True,
        pattern=r"(\s*(\d+|\d+\s*-\s*\d*|-\s*\d+)\s*(,|$))*",
    )
    rules: Path | None = option(
        None, "A folder of rules that add to or override the shipped ones.", recipe=True, group="Understanding"
    )
    own_names: str = option(
        "",
        "Names of your own company, apart by semicolons: it is the buyer of what it receives, and never the seller.",
        recipe=True,
        group="Understanding",
    )
    own_vat_ids: str = option(
        "",
        "VAT ids of your own company, country in front, apart by semicolons: DE136695976; GB123456782.",
        recipe=True,
        pattern=rf"\s*({_TAX_ID})?(;\s*({_TAX_ID})?)*",
        group="Understanding",
    )
    min_confidence: float = option(
        0.95, "A field less sure than this is for review.", recipe=True, low=0, high=1, group="Understanding"
    )
    max_error: str = option(
        "",
        "Accept so that at most this share of what is accepted is wrong, such as 1%; overrules --min-confidence.",
        recipe=True,
        pattern=r"(\d{1,2}(\.\d+)?%|0?\.\d+|0)?",
        group="Understanding",
    )
    weights: str = option("", "A folder of other weights, or the name of docTR's own.", recipe=True, group="Engine")
    password_file: Path | None = option(None, "A file with one password a line, tried on encrypted PDFs.")
    jobs: int = option(
        0, "Worker processes that open files; 0: one a core.", flags=("-j",), low=0, high=1024, group="Limits"
    )
    batch_size: int = option(
        0, "Word pictures recognised at once; 0: chosen by itself.", low=0, high=65536, group="Engine"
    )
    timeout: float = option(
        600.0,
        "Seconds that one document may take; pages not read by then are left out, and it is for review.",
        low=0.1,
        high=86400,
        group="Limits",
    )
    max_file_mb: int = option(50, "Larger files are refused.", low=1, group="Limits")
    max_pages: int = option(200, "Documents of more pages are refused.", low=1, group="Limits")
    max_image_mpixels: int = option(100, "Larger pictures and pages are refused.", low=1, group="Limits")
    max_memory_mb: int = option(3000, "Memory that opening one document may take.", low=128, group="Limits")
    engine: str = option(
        "local",
        "Where batch reads: in this process's workers, or on a Ray cluster.",
        choices=("local", "ray"),
        group="Scale",
    )
    address: str = option("", "Of the Ray cluster; empty: one of its own on this machine.", group="Scale")
    actors: int = option(0, "Ray actors that read; 0: one a core.", low=0, high=100_000, group="Scale")
    actor_gpus: float = option(
        0.0, "Graphics cards an actor takes, such as 0.25 for four a card.", low=0, group="Scale"
    )
    allow_private_hosts: bool = option(False, "Fetch http(s) addresses from private networks, too.", group="Limits")
    fail_on: str = option(
        "error",
        "review: leave with exit code 4 when something needs review.",
        choices=("error", "review"),
        group="Output",
    )
    dry_run: bool = option(False, "Say what would be read, and stop.", group="Output")

    @property
    def page_timeout(self) -> float:
        """Seconds that one page may take, so that it leaves time for the others: a fifth where that is enough."""
        return min(self.timeout, max(_PAGE_SECONDS, _PAGE_SHARE * self.timeout))

    def recipe(self) -> dict[str, str]:
        """The settings that change results, by name, as text: one part of the recipe that keys a cached result."""
        return {f.name: str(getattr(self, f.name)) for f in fields(self) if f.metadata["recipe"]}


def load(flags: Mapping[str, Any] | None = None, *, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings in force: flags over environment over invoice-ocr.toml over defaults.

    flags: by name, None where not given. environment: os.environ when None.
    Raises ConfigError for a name nobody knows, or a value that does not fit, naming where it stands.
    """
    chosen = _from_file(Path(FILE_NAME))
    chosen |= _from_environment(os.environ if environment is None else environment)
    chosen |= {name: value for name, value in (flags or {}).items() if value is not None}
    return make(chosen)


def make(values: Mapping[str, Any]) -> Settings:
    """Settings of these values and defaults for the rest, types and limits checked; raises ConfigError."""
    checked = {}
    for name, value in values.items():
        if name not in types():
            raise unknown("option", name, types())
        checked[name] = check(name, value)
    return Settings(**checked)


def check(name: str, value: Any, where: str = "") -> Any:
    """The value as its option's type and within its limits, or ConfigError. where: told in the message."""
    kind, limits = types()[name], {f.name: f.metadata for f in fields(Settings)}[name]
    spelled = where or f"--{name.replace('_', '-')}"
    typed = _as_type(kind, value, spelled)
    if limits["choices"] and typed not in limits["choices"]:
        raise ConfigError(f"{spelled} cannot be {value!r}", fix=f"Choose one of: {', '.join(limits['choices'])}.")
    if limits["pattern"] and not re.fullmatch(limits["pattern"], typed):
        raise ConfigError(f"{spelled} cannot be {value!r}", fix=limits["help"])
    low, high = limits["low"], limits["high"]
    if (low is not None and not typed >= low) or (high is not None and not typed <= high):  # nan is neither
        wanted = f"at least {low}" if high is None else f"from {low} to {high}"
        raise ConfigError(f"{spelled} cannot be {value}", fix=f"Give a number {wanted}.")
    return typed


@cache
def types() -> dict[str, type]:
    """The plain type of each option, by name: `Path | None` counts as Path."""
    hints = get_type_hints(Settings)
    return {name: next((t for t in get_args(hint) if t is not type(None)), hint) for name, hint in hints.items()}


def cores() -> int:
    """How many CPU cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def unknown(what: str, name: str, known: Collection[str], where: str = "") -> ConfigError:
    """The error for a name that nobody knows, with the nearest known ones as its fix. where: told behind it."""
    from difflib import get_close_matches

    near = get_close_matches(name.lower(), known, n=3, cutoff=0.5)
    fix = f"Did you mean {', '.join(map(repr, near))}?" if near else f"Known are: {', '.join(sorted(known))}."
    return ConfigError(f"unknown {what} {name!r}{where}", fix=fix)


def _from_file(path: Path) -> dict[str, Any]:
    try:
        chosen = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}", fix="Mend the file, or move it away.") from error
    for name in chosen:
        if name not in types():
            raise unknown("setting", name, types(), f" in {path}")
    return {name: check(name, value, f"{name} in {path}") for name, value in chosen.items()}


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    chosen = {}
    known = {ENVIRONMENT_PREFIX + name.upper(): name for name in types()}
    for variable, value in environment.items():
        if not variable.startswith(ENVIRONMENT_PREFIX):
            continue
        if variable not in known:
            raise _unknown_variable(variable, known)
        chosen[known[variable]] = check(known[variable], value, variable)
    return chosen


def _unknown_variable(variable: str, known: Collection[str]) -> ConfigError:
    near = unknown("variable", variable.removeprefix(ENVIRONMENT_PREFIX), types()).fix
    for name in types():
        near = near.replace(repr(name), repr(ENVIRONMENT_PREFIX + name.upper()))
    return ConfigError(
        f"unknown environment variable {variable!r}", fix=near if "Did you" in near else ", ".join(known)
    )


def _as_type(kind: type, value: Any, spelled: str) -> Any:
    """The value as `kind`; texts are read as the environment spells them."""
    if kind is bool and isinstance(value, str):
        word = value.strip().lower()
        if word not in {"1", "true", "yes", "on", "0", "false", "no", "off", ""}:
            raise ConfigError(f"{spelled} cannot be {value!r}", fix=f"Give {_KINDS[bool]}.")
        return word in {"1", "true", "yes", "on"}
    fits: Any = {bool: bool, int: int, float: int | float, str: str, Path: str | os.PathLike}[kind]
    if isinstance(value, str) and kind in {int, float}:
        try:
            return kind(value)
        except ValueError:
            raise ConfigError(f"{spelled} cannot be {value!r}", fix=f"Give {_KINDS[kind]}.") from None
    if not isinstance(value, fits) or (isinstance(value, bool) and kind is not bool):
        raise ConfigError(f"{spelled} cannot be {value!r}", fix=f"Give {_KINDS[kind]}.")
    return Path(os.fspath(value)).expanduser() if kind is Path else kind(value)
