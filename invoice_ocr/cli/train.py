"""`invoice-ocr train`: the networks, made from nothing on pages and words drawn here. Needs the extra `train`."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from invoice_ocr.cli.console import Verbosity, note
from invoice_ocr.cli.help import Command
from invoice_ocr.cli.verb import verb
from invoice_ocr.errors import ConfigError, ExitCode, MissingPart

train = typer.Typer(help="Make the networks: recogniser, detector, orientation.", no_args_is_help=True)

Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where checkpoints and the diary go; made if needed.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint in --out.")]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Settles everything that is drawn.")]
Threads = Annotated[int, typer.Option("--threads", metavar="N", min=1, help="Processor threads.")]
Steps = Annotated[int, typer.Option("--steps", metavar="N", min=1, help="Length of the whole schedule, in batches.")]
Pages = Annotated[
    Path | None,
    typer.Option("--pages", metavar="DIR", help="Drawn pages to learn from.", show_default="drawn into --out first"),
]
Crops = Annotated[
    Path | None,
    typer.Option("--crops", metavar="DIR", help="Drawn words to learn from.", show_default="drawn into --out first"),
]
Shards = Annotated[
    int, typer.Option("--shards", metavar="N", min=1, help="Files of 20,000 drawn words, if none are there.")
]
Kinds = Annotated[
    str,
    typer.Option(
        "--kinds",
        metavar="NAMES",
        help="Kinds of words drawn by turns, joined by commas: usual, marks, tills, printed, faxes; or broad, all.",
    ),
]
Minutes = Annotated[
    float | None, typer.Option("--minutes", metavar="X", help="Stop after so long.", show_default=False)
]
Samples = Annotated[
    int | None, typer.Option("--samples", metavar="N", help="Stop after so many words in all.", show_default=False)
]


Start = Annotated[
    Path | None,
    typer.Option("--start", metavar="NPZ", help="Weights to begin from, such as the shipped ones.", show_default=False),
]


Teacher = Annotated[
    Path | None,
    typer.Option(
        "--teacher",
        metavar="NPZ",
        help="Weights of a recogniser that teaches this one by its readings; without --start, this is the larger one.",
        show_default=False,
    ),
]


Alphabet = Annotated[str, typer.Option("--alphabet", metavar="NAME", help="What it learns to read: european, chinese.")]


@train.command(cls=Command)
@verb
def recogniser(
    *,
    out: Out,
    start: Start = None,
    teacher: Teacher = None,
    alphabet: Alphabet = "european",
    crops: Crops = None,
    shards: Shards = 10,
    kinds: Kinds = "usual",
    minutes: Minutes = None,
    samples: Samples = None,
    resume: Resume = False,
    seed: Seed = 1,
    threads: Threads = 1,
    stdout: BinaryIO,
    verbosity: Verbosity,
) -> ExitCode:
    """Train what spells words. Stops at --minutes or --samples, whichever comes first."""
    _require()
    if minutes is None and samples is None:
        raise ConfigError("nothing says when to stop", fix="Give --minutes or --samples.")
    from invoice_ocr.ocr.alphabet import ALPHABETS
    from invoice_ocr.training import crop_shards, mixtures
    from invoice_ocr.training import recogniser as school
    from invoice_ocr.training.recogniser_plan import plan_for

    mixture = mixtures.BROAD if kinds == "broad" else kinds.split(",")
    if unknown := [name for name in mixture if name not in {"usual", *mixtures.KINDS}]:
        raise ConfigError(f"--kinds: {', '.join(unknown)} is none of usual, {', '.join(mixtures.KINDS)}, broad")
    if alphabet not in ALPHABETS:
        raise ConfigError(f"alphabet {alphabet!r} is none of {', '.join(ALPHABETS)}")
    if teacher is not None and alphabet != "european":
        raise ConfigError("a teacher knows the european alphabet alone", fix="Give its weights as --start.")

    folder = crops or out / "crops"
    if not any(folder.glob("*.npz")):
        note(f"drawing {shards} files of words into {folder}", verbosity)
        crop_shards.make_shards(folder, first=seed * 1000, count=shards, alphabet=alphabet, kinds=mixture)
    plan = replace(plan_for(alphabet, start, teacher), seed=seed)
    last = school.train(
        shards=folder,
        out=out,
        plan=plan,
        samples=samples,
        minutes=minutes,
        resume=resume,
        start=start,
        teacher=teacher,
        threads=threads,
    )
    _done(f"{last['shown']} words shown, loss {last['loss']}", out, stdout)
    return ExitCode.OK


@train.command(cls=Command)
@verb
def detector(
    *,
    out: Out,
    start: Start = None,
    pages: Pages = None,
    steps: Steps = 2000,
    resume: Resume = False,
    seed: Seed = 1,
    threads: Threads = 1,
    stdout: BinaryIO,
    verbosity: Verbosity,
) -> ExitCode:
    """Train what finds words on a page."""
    _require()
    from invoice_ocr.training import detector as school

    note(f"training for {steps} steps; an interrupted run goes on with --resume", verbosity)
    school.train(steps=steps, out=out, resume=resume, seed=seed, threads=threads, page_folder=pages, start=start)
    _done(f"{steps} steps", out, stdout)
    return ExitCode.OK


@train.command(cls=Command)
@verb
def orientation(
    *,
    out: Out,
    pages: Pages = None,
    steps: Steps = 1500,
    resume: Resume = False,
    seed: Seed = 1,
    threads: Threads = 1,
    stdout: BinaryIO,
    verbosity: Verbosity,
) -> ExitCode:
    """Train what tells which way up a page is."""
    _require()
    from invoice_ocr.training import orientation as school

    note(f"training for {steps} steps; an interrupted run goes on with --resume", verbosity)
    school.train(steps=steps, out=out, resume=resume, seed=seed, threads=threads, page_folder=pages)
    _done(f"{steps} steps", out, stdout)
    return ExitCode.OK


@train.command(cls=Command)
@verb
def export(
    *,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder of weights, for --weights; made if needed.")
    ],
    recogniser: Annotated[
        Path | None, typer.Option("--recogniser", metavar="FILE", help="last.pt of a recogniser.", show_default=False)
    ] = None,
    second: Annotated[
        Path | None,
        typer.Option(
            "--second", metavar="FILE", help="last.pt of a recogniser that had a --teacher.", show_default=False
        ),
    ] = None,
    chinese: Annotated[
        Path | None,
        typer.Option(
            "--chinese", metavar="FILE", help="last.pt of a recogniser with --alphabet chinese.", show_default=False
        ),
    ] = None,
    mean_with: Annotated[
        Path | None,
        typer.Option(
            "--mean-with",
            metavar="FILE",
            help="The .npz that the training of --recogniser or --second started from: export the mean of both.",
            show_default=False,
        ),
    ] = None,
    share: Annotated[
        float, typer.Option("--share", metavar="S", min=0.0, max=1.0, help="Of last.pt in the mean of --mean-with.")
    ] = 0.5,
    detector: Annotated[
        Path | None, typer.Option("--detector", metavar="FILE", help="ema.pt of a detector.", show_default=False)
    ] = None,
    handwriting: Annotated[
        Path | None,
        typer.Option(
            "--handwriting",
            metavar="FILE",
            help="handwriting.pt of `python -m invoice_ocr.training.handwriting`.",
            show_default=False,
        ),
    ] = None,
    stdout: BinaryIO,
    verbosity: Verbosity,
) -> ExitCode:
    """Turn checkpoints into weights for both runtimes, and compare the runtimes with the twin."""
    _require()
    if not any((recogniser, second, chinese, detector, handwriting)):
        fix = "Give --recogniser, --second, --chinese, --detector or --handwriting."
        raise ConfigError("nothing to export", fix=fix)
    if mean_with is not None and (recogniser is None) == (second is None):
        raise ConfigError("--mean-with is for one network", fix="Give --recogniser or --second with it.")
    from invoice_ocr.ocr.alphabet import ALPHABET
    from invoice_ocr.ocr.alphabet import CHINESE as HAN_ALPHABET
    from invoice_ocr.ocr.manifest import CHINESE, SECOND
    from invoice_ocr.training import export as runtimes
    from invoice_ocr.training.chinese import SELDOM, seldom
    from invoice_ocr.training.recogniser_net import mean
    from invoice_ocr.training.recogniser_plan import SECOND_ARCH
    from invoice_ocr.training.shipped import read_weights

    out.mkdir(parents=True, exist_ok=True)
    note("writing graphs and comparing runtimes; loading TensorFlow takes a while", verbosity)
    if recogniser is not None:
        saved = runtimes.load_checkpoint(recogniser)
        recipe = {"program": "invoice-ocr train recogniser", **saved["state"]}
        state = saved["averaged"]
        if mean_with is not None:
            state = mean(state, read_weights(mean_with), share=share)
            recipe |= {"mean_with": mean_with.name, "share": share}
        _differences("recogniser", runtimes.export_recogniser(state, out, recipe, {}), stdout)
    larger = {SECOND: (second, "--teacher", ALPHABET), CHINESE: (chinese, "--alphabet chinese", HAN_ALPHABET)}
    for name, (path, option, alphabet) in larger.items():
        if path is not None:
            saved = runtimes.load_checkpoint(path)
            state = saved["averaged"]
            recipe = {"program": f"invoice-ocr train recogniser {option}", **saved["state"]}
            if name == CHINESE:
                state = runtimes.doubted(state, seldom(), by=SELDOM)
                recipe["seldom"] = -SELDOM
            elif mean_with is not None:
                state = mean(state, read_weights(mean_with), SECOND_ARCH, share=share)
                recipe |= {"mean_with": mean_with.name, "share": share}
            parity = runtimes.export_recogniser(
                state,
                out,
                recipe,
                {},
                name=name,
                architecture=SECOND_ARCH,
                alphabet=alphabet,
            )
            _differences(name, parity, stdout)
    if detector is not None:
        state = runtimes.load_checkpoint(detector)
        recipe = {"program": "invoice-ocr train detector"}
        _differences("detector", runtimes.export_detector(state, out, recipe, {}), stdout)
    if handwriting is not None:
        state = runtimes.load_checkpoint(handwriting)
        recipe = {"program": "python -m invoice_ocr.training.handwriting"}
        _differences("handwriting", runtimes.export_handwriting(state, out, recipe, {}), stdout)
    return ExitCode.OK


def _differences(name: str, parity: dict[str, float], stdout: BinaryIO) -> None:
    stdout.write(f"{name}: largest difference of logits {parity}\n".encode())


def _require() -> None:
    """Nothing, when the extra `train` is installed; else MissingPart."""
    for module in ("torch", "onnx", "wordfreq", "fontTools", "babel"):
        if find_spec(module) is None:
            raise MissingPart(f"training needs {module}", fix="pip install 'invoice-ocr[train]'")


def _done(what: str, out: Path, stdout: BinaryIO) -> None:
    stdout.write(f"{what}; checkpoints are in {out}\n".encode())
