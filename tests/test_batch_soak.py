"""A batch that goes on for long: the coordinator stays small and keeps its pace."""

from __future__ import annotations

from typing import Any

import pytest
from faults.found import found_by

MOST_MEGABYTES, MOST_LOG = 300, 64


def frugal(found: dict[str, Any]) -> bool:
    """Whether memory, SQLite's log, open files and threads stayed within bounds.

    Two workers that are replaced have three pipes each, beside those of the next; two threads come late, with writing.
    """
    files, threads = (most - early for early, most in (found["files"], found["threads"]))
    small = found["most_megabytes"] < MOST_MEGABYTES and found["log_megabytes"] <= MOST_LOG
    return small and files <= 6 and threads <= 2


def test_a_thousand_documents_leave_nothing_open() -> None:
    found = found_by("soak.py", "--documents", 1000, timeout=300)
    assert found["documents"] == 1000
    assert frugal(found), found


@pytest.mark.slow
def test_twenty_thousand_documents_cost_no_more_at_the_end_than_at_the_beginning() -> None:
    found = found_by("soak.py", "--documents", 20_000, timeout=3600)
    pace = found["documents_a_processor_second"]
    assert found["documents"] == 20_000
    assert frugal(found), found
    assert found["megabytes_a_thousand"] < 1, found
    assert pace[-1] >= 0.95 * pace[0], found
