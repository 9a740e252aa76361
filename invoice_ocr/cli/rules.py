"""`invoice-ocr rules`: packs of rules, checked whole, tried on their examples, drafted from a sample."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from invoice_ocr.cli.console import Verbosity, Waiting, clean, report
from invoice_ocr.cli.help import Command, examples
from invoice_ocr.cli.options import LIMITS, READING, with_settings
from invoice_ocr.cli.verb import verb
from invoice_ocr.errors import ConfigError, ExitCode, RuleError
from invoice_ocr.settings import Settings

if TYPE_CHECKING:
    from invoice_ocr.model import Transcript
    from invoice_ocr.rulepack import Rule, RulePack

rules = typer.Typer(help="Rule packs: check them, try their examples, draft one.", no_args_is_help=True)

Folder = Annotated[
    Path | None, typer.Argument(metavar="DIR", help="Your rules, checked together with the shipped ones.")
]
Tried = Annotated[
    str, typer.Argument(metavar="PACK|DIR", help="A folder of rules, one file, or a language such as de.")
]
Sample = Annotated[str, typer.Argument(metavar="SAMPLE", help="One document of the supplier.")]
Values = Annotated[list[str], typer.Argument(metavar="FIELD=VALUE", help="What is right, such as total_gross=119.00.")]
Into = Annotated[Path, typer.Option("--into", metavar="DIR", help="Your folder of rules; made when it is not there.")]
Named = Annotated[
    str, typer.Option("--name", metavar="NAME", help="Of the new file; the sample's name when not given.")
]


@rules.callback()
def _group() -> None:
    pass


@rules.command(cls=Command, epilog=examples("check"))
@verb
def check(folder: Folder = None, *, stdout: BinaryIO, verbosity: Verbosity) -> ExitCode:
    """Load the shipped rules and those of DIR, run the examples of DIR, and say every mistake at once."""
    pack = _load(folder, stdout)
    if pack is None:
        return ExitCode.CONFIG
    counted = Counter(rule.language or "all languages" for rule in pack.rules)
    listed = ", ".join(f"{number} in {language}" for language, number in sorted(counted.items()))
    stdout.write(f"{len(pack.rules)} rules are well formed: {listed}.\n".encode())
    if verbosity.verbose:
        stdout.writelines(f"{rule.id}\t{rule.source}\n".encode() for rule in pack.rules)
    return _run_examples((rule for rule in pack.rules if rule.own), pack, stdout)


@rules.command(cls=Command, epilog=examples("test"))
@verb
def test(tried: Tried, *, stdout: BinaryIO, verbosity: Verbosity) -> ExitCode:
    """Run the examples of a pack: what its rules must find, and what they must leave."""
    path = Path(tried)
    folder = path if not path.is_file() else path.parents[1] if path.parent.name == "suppliers" else path.parent
    language = not path.exists() and re.fullmatch(r"[A-Za-z-]{2,8}", tried)
    pack = _load(None if language else folder, stdout)
    if pack is None:
        return ExitCode.CONFIG
    chosen = [rule for rule in pack.rules if (rule.language == tried if language else rule.own)]
    if path.is_file():
        chosen = [rule for rule in chosen if rule.file == path.name]
    if not chosen:
        raise ConfigError(f"there are no rules in {tried}", fix=f"Languages are: {', '.join(sorted(pack.languages))}.")
    if verbosity.verbose:
        stdout.writelines(f"{rule.id}: {len(rule.accept) + len(rule.reject)} examples\n".encode() for rule in chosen)
    return _run_examples(chosen, pack, stdout)


@rules.command(cls=Command, epilog=examples("new"))
@verb
@with_settings(*READING, *LIMITS)
def new(
    sample: Sample,
    values: Values,
    into: Into = Path("rules"),
    name: Named = "",
    *,
    settings: Settings,
    stdout: BinaryIO,
    verbosity: Verbosity,
) -> ExitCode:
    """Draft rules for one supplier: find the right values on SAMPLE and the words beside them."""
    from invoice_ocr.authoring.drafting import draft, to_yaml
    from invoice_ocr.document import languages
    from invoice_ocr.rulepack import load_pack

    wanted = _wanted(values)
    supplier = re.sub(r"[^a-z0-9]+", "_", (name or Path(sample).stem).casefold()).strip("_") or "supplier"
    path = into / "suppliers" / f"{supplier}.yaml"
    if path.exists():
        raise ConfigError(f"{path} is there already", fix="Give another --name, or move that file away.")
    with Waiting(verbosity):
        transcript = _read(sample, settings)
    assert transcript.document is not None  # noqa: S101  (what was read is laid out)
    pack = load_pack(into if next(into.rglob("*.yaml"), None) else None)  # the first file of a new folder
    places, missing = draft(transcript.document, pack, wanted)
    for field in missing:
        fix = f"Give the value that is printed, and see with invoice-ocr read {sample} whether it is read right."
        report(RuleError(f"{field}: {wanted[field]!r} stands nowhere beside words that introduce it", fix=fix))
    if not places:
        return ExitCode.CONFIG
    texts = [line.text for page in transcript.document.pages for line in page.lines]
    language = languages.detect(texts, pack) or "en"
    path.parent.mkdir(parents=True, exist_ok=True)
    drafted = to_yaml(places, supplier=supplier, language=language, sample=Path(sample).name)
    path.write_text(drafted, encoding="utf-8")
    stdout.write(f"{path}\n".encode())
    done = _tell_result(transcript, into, wanted, settings, stdout)
    return ExitCode.CONFIG if missing else done


def _load(folder: Path | None, stdout: BinaryIO) -> RulePack | None:
    """The shipped rules with those of a folder, or None after their mistakes are told."""
    from invoice_ocr.rulepack import load_pack

    if folder is not None and not folder.is_dir():
        report(RuleError(f"{folder} is not a folder", fix="Give the folder that holds your .yaml files."))
        return None
    try:
        return load_pack(folder)
    except RuleError as error:
        stdout.write(clean(error.message).encode() + b"\n")
        report(RuleError("the rules have mistakes", fix="Mend what is listed on stdout."))
        return None


def _run_examples(chosen: Iterable[Rule], pack: RulePack, stdout: BinaryIO) -> ExitCode:
    """Run the examples and tell those that do not hold."""
    from invoice_ocr.authoring.examples import Broken, run

    number = 0
    broken: list[Broken] = []
    for rule in chosen:
        number += len(rule.accept) + len(rule.reject)
        broken += run(rule, pack)
    stdout.writelines(f"{clean(str(one))}\n".encode() for one in broken)
    if broken:
        report(RuleError(f"{len(broken)} of {number} examples do not hold", fix="Mend what is listed on stdout."))
        return ExitCode.CONFIG
    if number:
        stdout.write(f"{number} examples hold.\n".encode())
    return ExitCode.OK


def _wanted(values: list[str]) -> dict[str, str]:
    wanted = {}
    for given in values:
        field, equals, value = given.partition("=")
        if not equals or not value.strip():
            raise ConfigError(f"{given!r} is not FIELD=VALUE", fix="Write for example invoice_number=RE-17.")
        wanted[field.strip()] = value.strip()
    return wanted


def _read(sample: str, settings: Settings) -> Transcript:
    from invoice_ocr import pipeline
    from invoice_ocr.api import error_of

    transcript = next(pipeline.read([sample], settings), None)
    if transcript is None or transcript.reading is None:
        raise error_of(transcript.failure if transcript else None)
    return transcript


def _tell_result(
    transcript: Transcript, into: Path, wanted: dict[str, str], settings: Settings, stdout: BinaryIO
) -> ExitCode:
    """Read the sample with the new rules and tell each wanted field's value."""
    from invoice_ocr.pipeline import understand
    from invoice_ocr.rulepack import load_pack
    from invoice_ocr.values.text import fold

    assert transcript.reading is not None  # noqa: S101  (it was read)
    invoices = understand(transcript.reading, load_pack(into), settings)
    wrong = 0
    for name, value in wanted.items():
        got = next((str(one.fields[name].value) for one in invoices if one.fields[name].value is not None), "")
        right = fold(got) == fold(value)
        wrong += not right
        stdout.write(clean(f"{name}: {got or 'nothing'}{'' if right else f' instead of {value}'}").encode() + b"\n")
    if wrong:
        report(
            RuleError(f"{wrong} of {len(wanted)} values are not read yet", fix="Look at the labels in the new file.")
        )
        return ExitCode.CONFIG
    return ExitCode.OK
