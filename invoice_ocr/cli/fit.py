"""`invoice-ocr rules fit`: curves of confidence from documents whose truth is known."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from invoice_ocr.cli.console import Verbosity, Waiting
from invoice_ocr.cli.options import LIMITS, READING, UNDERSTANDING, with_settings
from invoice_ocr.cli.output import opened
from invoice_ocr.cli.verb import verb
from invoice_ocr.errors import ConfigError, ExitCode
from invoice_ocr.settings import Settings

Truth = Annotated[Path, typer.Argument(metavar="TRUTH", help="One JSON object a line, with file, group and truth.")]
Paths = Annotated[list[str], typer.Argument(metavar="PATH", help="The documents; only those in TRUTH count.")]
Output = Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Where the curves go.")]
Readings = Annotated[
    Path | None,
    typer.Option("--readings", metavar="DIR", help="Keep the words of each document here, and read none twice."),
]
Only = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="FIELD", help="Fit this field's curves alone, or pixels.text; more than once."),
]


@verb
@with_settings(*READING, *UNDERSTANDING, *LIMITS)
def fit(
    truth: Truth,
    paths: Paths,
    *,
    output: Output = Path("confidence.yaml"),
    readings: Readings = None,
    only: Only = None,
    settings: Settings,
    stdout: BinaryIO,
    verbosity: Verbosity,
) -> ExitCode:
    """Fit the curves of confidence anew, and say how good they are in groups of documents they were not fitted to.

    Put the file into your folder of rules as confidence.yaml.
    """
    from invoice_ocr import calibration
    from invoice_ocr import truth as truths
    from invoice_ocr.confidence import sort_of
    from invoice_ocr.model import FIELD_KINDS
    from invoice_ocr.readings import understood
    from invoice_ocr.rulepack import load_pack

    sorts = {f"pixels.{sort_of(name)}" for name in FIELD_KINDS}
    strange = sorted(set(only or ()) - FIELD_KINDS.keys() - sorts)
    if strange:
        raise ConfigError(f"--only: no field {', '.join(strange)}", fix=f"One of {', '.join(FIELD_KINDS)}.")
    known = truths.load(truth)
    if truths.kind_of(known, truth) != "fields":
        raise ConfigError(f"{truth} is a truth of words", fix='Each line needs "file" and "truth".')
    documents = {Path(one["file"]).name: one for one in known}
    samples, used = [], []
    with Waiting(verbosity):
        for name, invoice in understood(paths, settings, readings):
            if name in documents:
                samples += calibration.samples_of(documents[name], invoice)
                used.append(documents[name])
    if len({sample.group for sample in samples}) < 2:
        raise ConfigError(
            "too few documents have a truth", fix="Give at least two groups of documents; a hundred are a good start."
        )
    pack = load_pack(settings.rules)
    fitted = partial(calibration.refit, kept=pack.curves, only=only) if only else calibration.fit
    judged = calibration.held_out(samples, fitted=fitted)
    error = calibration.calibration_error(judged)
    curves, recipe = dict(fitted(samples)), calibration.recipe_of(used, samples, error)
    if only:
        recipe = f"{pack.recipe}; of {', '.join(only)} alone: {recipe}"
    else:
        curves["accepted"] = calibration.accepted_curve(judged)
    with opened(output, None) as stream:
        stream.write(calibration.as_yaml(curves, recipe).encode())
    lines = [f"{len(samples)} values of {len(used)} documents; calibration error {error:.4f} held out"]
    for least in (0.9, 0.95, 0.98):
        over = [sample.right for sample, sure in judged if sure >= least and not sample.doubted]
        lines.append(f"accepted from {least}: {len(over)}, of these wrong {len(over) - sum(over)}")
    stdout.write(("\n".join(lines) + f"\nwritten to {output}\n").encode())
    return ExitCode.OK
