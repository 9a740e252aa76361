"""What is said of a command that was typed wrongly: what is wrong with it, and what was probably meant."""

from __future__ import annotations

import os
import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING

from invoice_ocr.errors import WrongUsage
from invoice_ocr.model import Failure

if TYPE_CHECKING:
    import typer

CODE = WrongUsage.code


def mistake(error: typer.TyperException) -> Failure:
    """The error of Typer as what happened and what to do."""
    context = getattr(error, "ctx", None)
    verb = context.command_path if context is not None else "invoice-ocr"
    said = error.format_message().rstrip(".").replace(": Value error, ", ": ")
    fix = f"{verb} --help tells all."
    option = getattr(error, "option_name", None)
    if (path := _path_like_a_flag(option)) is not None:
        return Failure(CODE, f"{path} was taken for an option", f"Write ./{path}, or -- before it.")
    if option is not None:
        near = get_close_matches(option, getattr(error, "possibilities", None) or (), n=1, cutoff=0.5)
        said = said.partition(" (Possible")[0]
        return Failure(CODE, said, f"Did you mean {near[0]}? {fix}" if near else fix)
    said, meant, names = said.partition(". Did you mean ")
    if meant:
        return Failure(CODE, said, f"Did you mean {names.rstrip('?')}? {fix}")
    path = said.removeprefix("No such command ").strip("'")
    if path != said and os.path.lexists(path):
        return Failure(CODE, said, f"invoice-ocr extract {path}")
    return Failure(CODE, said, fix)


def _path_like_a_flag(option: str | None) -> str | None:
    """The argument that begins as an option does and is the name of a file."""
    given = (word for word in sys.argv[1:] if option and word.startswith(option) and "=" not in word)
    return next((word for word in given if os.path.lexists(word)), None)
