"""Damaged and hostile files in a batch: each ends as one record with a type, and the run goes on."""

from __future__ import annotations

from typing import Any

import pytest
from faults.found import found_by

LONGEST = 30  # seconds that one file may hold up the others, of which it may take ten to be opened


def sound(found: dict[str, Any]) -> bool:
    flaws = ("lost", "doubled", "left", "untyped")
    return found["records"] == found["files"] and not any(found[flaw] for flaw in flaws)


def test_sixty_damaged_pdfs_end_as_one_record_each() -> None:
    found = found_by("mutants.py", "--mutants", 60, timeout=300)
    assert found["files"] == 60
    assert sound(found), found


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 5))
def test_two_thousand_damaged_pdfs_end_as_one_record_each(seed: int) -> None:
    found = found_by("mutants.py", "--mutants", 500, "--seed", seed, timeout=3600)
    assert found["files"] == 500
    assert sound(found), found
    assert found["slowest"] <= LONGEST, found


@pytest.mark.slow
def test_files_made_to_hurt_end_as_one_record_each() -> None:
    found = found_by("mutants.py", "--hostile", timeout=3600)
    assert found["files"] > 20
    assert sound(found), found
    assert found["slowest"] <= LONGEST, found
