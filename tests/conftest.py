"""What all tests share: TensorFlow and PyTorch stay out unless a test asks for them by its marker."""

from __future__ import annotations

import faulthandler
import importlib.abc
import importlib.machinery
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import pytest

HEAVY = {
    "tensorflow": frozenset({"tensorflow", "tf_keras", "keras", "doctr", "tf2onnx"}),
    "torch": frozenset({"torch"}),
}


class Barred(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Lets packages be found but not imported, as if they were broken."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(name, self) if name.partition(".")[0] in self.names else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> NoReturn:
        raise ImportError(f"{spec.name} must not be imported here")

    def exec_module(self, module: ModuleType) -> NoReturn:
        raise ImportError(f"{module.__name__} must not be imported here")


def _left_out(config: pytest.Config) -> list[str]:
    return [marker for marker in HEAVY if f"not {marker}" in config.option.markexpr]


def _imports(path: Path, packages: frozenset[str]) -> bool:
    """Whether a test file imports one of the packages at its top."""
    names = "|".join(sorted(packages))
    return re.search(rf"^(?:import|from) (?:{names})\b", path.read_text(encoding="utf-8"), re.MULTILINE) is not None


def pytest_configure(config: pytest.Config) -> None:
    barred = [HEAVY[marker] for marker in _left_out(config)]
    if barred:
        sys.meta_path.insert(0, Barred(frozenset().union(*barred)))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A slow test may take as long as it gives the programs that it starts."""
    if item.get_closest_marker("slow"):
        faulthandler.cancel_dump_traceback_later()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A file that imports PyTorch or TensorFlow at its top is looked at only when its marker is asked for."""
    if collection_path.suffix != ".py" or collection_path.name == "conftest.py":
        return None
    return any(_imports(collection_path, HEAVY[marker]) for marker in _left_out(config)) or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of such a file have its marker, whether or not each says so."""
    for item in items:
        for marker, packages in HEAVY.items():
            if _imports(item.path, packages):
                item.add_marker(marker)


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """The command takes Ctrl-C and its kin for itself, as is right in a process of its own."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
