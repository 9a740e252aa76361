"""The steps after which something is durable, named, so that a test can end the program before each of them in turn."""

from __future__ import annotations

from collections.abc import Callable

_watchers: list[Callable[[str], None]] = []


def step(name: str) -> None:
    """Say that the durable step `name` (a commit, a rename) comes next."""
    for watcher in _watchers:
        watcher(name)


def watch(watcher: Callable[[str], None]) -> None:
    """Have `watcher` called with the name of every step before it is taken, until the process ends."""
    _watchers.append(watcher)
