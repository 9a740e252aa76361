"""Errors: each has its own code, a fix and an exit code, and survives the way between processes."""

from __future__ import annotations

import pickle
import re

import pytest

from invoice_ocr import errors
from invoice_ocr.errors import ExitCode, InputError, InvoiceOcrError, RunError

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type)
    and issubclass(kind, InvoiceOcrError)
    and kind not in {InvoiceOcrError, InputError, RunError}
]


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in KINDS]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"E_[A-Z_]+", code) for code in codes)


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_says_what_to_do_and_stands_in_the_tree_of_the_docstring(kind: type[InvoiceOcrError]) -> None:
    error = kind("what happened")
    assert len(error.fix) > 10
    assert error.exit_code is not ExitCode.BUG
    assert f"{kind.__name__} {kind.code}" in (errors.__doc__ or "")


def test_a_fix_of_its_own_beats_that_of_the_class() -> None:
    assert errors.NotFound("gone", fix="Look elsewhere.").fix == "Look elsewhere."
    assert errors.NotFound("gone").fix == errors.NotFound.default_fix


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_comes_whole_out_of_another_process(kind: type[InvoiceOcrError]) -> None:
    again = pickle.loads(pickle.dumps(kind("what happened", fix="do this")))
    assert (type(again), again.message, again.fix, str(again)) == (kind, "what happened", "do this", "what happened")


def test_errors_of_one_input_and_of_the_run_are_told_apart() -> None:
    assert all(issubclass(kind, InputError) != issubclass(kind, RunError) for kind in KINDS)
