"""The house rules: imports point down, TensorFlow stays in its room, --help is fast, nothing prints."""

from __future__ import annotations

import ast
import resource
import subprocess
import sys
from pathlib import Path

import pytest

import invoice_ocr

PACKAGE = Path(invoice_ocr.__file__).parent
FILES = sorted(path for path in PACKAGE.rglob("*.py"))

# From the top of the house down; what is not named here is the ground: stages, values, rules, nouns, errors, settings.
# A module may import from floors below its own, from its own room, and on the ground from the ground.
FLOORS = (
    ("__init__", "__main__"),
    ("cli", "ocrmypdf"),
    ("training",),
    ("batch", "calibration", "doctor", "explain", "readings", "pictured", "searchable"),
    ("score",),
    ("api",),
    ("pipeline", "authoring"),
    ("second_look",),
    ("reading", "pixel_check", "confidence", "recipes"),
    ("checks", "resolving"),
    ("parties", "totals", "items"),
    ("finding", "choices"),
    ("document",),
    ("layout", "rulepack"),
)
STRANGERS = {"intake", "ocr", "export", "layout", "rulepack", "values"}
HEAVY = {"tensorflow", "tf_keras", "keras", "doctr", "tf2onnx", "torch"}


def imported(path: Path) -> set[str]:
    """Full names of the modules that a file imports at run time, wherever in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    package = ("invoice_ocr", *path.relative_to(PACKAGE).parts[:-1])
    names: set[str] = set()
    for node in ast.walk(tree):
        if node in typing_only:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            base = ".".join(filter(None, (start, node.module)))
            names |= {base} | {f"{base}.{alias.name}" for alias in node.names if base == "invoice_ocr"}
    return names


def room_of(module: str) -> str:
    """The part of the house that a module of ours belongs to: its first name below the package."""
    return module.partition(".")[2].partition(".")[0]


def floor_of(room: str) -> int:
    return next((number for number, rooms in enumerate(FLOORS) if room in rooms), len(FLOORS))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    room = room_of(".".join(("invoice_ocr", *path.relative_to(PACKAGE).with_suffix("").parts)))
    for other in {room_of(name) for name in imported(path) if name.startswith("invoice_ocr.")} - {room, "__version__"}:
        below = floor_of(other) > floor_of(room) or floor_of(other) == len(FLOORS)
        assert below, f"{room} imports {other}, which is not below it"
        strangers = STRANGERS - {"values"} if room == "layout" else STRANGERS
        if room in {"intake", "ocr", "export", "layout"}:
            assert other not in strangers, f"{room} imports {other}: stages are strangers to one another"


def test_tensorflow_and_doctr_are_imported_in_two_places_only_and_there_inside_functions() -> None:
    for path in FILES:
        if {name.partition(".")[0] for name in imported(path)} & HEAVY:
            place = path.relative_to(PACKAGE)
            assert place.parts[0] == "training" or place == Path("ocr/tensorflow.py"), (
                f"{place} imports a heavy package"
            )


def test_only_intake_parses_documents() -> None:
    parsers = {"pymupdf", "fitz", "pikepdf"}
    found = {path.relative_to(PACKAGE) for path in FILES if imported(path) & parsers}
    outside = {path for path in found if path.parts[0] not in {"intake", "training"}}
    assert outside <= {Path("export", "facturx.py")}  # it makes a PDF anew, and opens none
    assert all(".open(" not in (PACKAGE / path).read_text(encoding="utf-8") for path in outside)


def test_library_code_never_prints() -> None:
    for path in FILES:
        if path.relative_to(PACKAGE).parts[0] in {"cli", "training"}:
            continue
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        assert not [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"], path


def test_importing_the_package_and_the_command_loads_nothing_heavy() -> None:
    listed = "import sys, invoice_ocr, invoice_ocr.cli.app; print(*sorted({n.partition('.')[0] for n in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", listed], capture_output=True, text=True, check=True, timeout=120)
    heavy = {"numpy", "cv2", "PIL", "pymupdf", "onnxruntime", "pandas", "dateparser", "yaml", "stdnum", *HEAVY}
    assert not heavy & set(done.stdout.split())


def test_a_worker_loads_nothing_that_only_the_coordinator_needs() -> None:
    started = "import sys; from invoice_ocr.intake import worker, parse; parse.warm_up(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", started], capture_output=True, text=True, check=True, timeout=120)
    assert not {"numpy", "lxml", "stdnum", "invoice_ocr.model", "invoice_ocr.settings"} & set(done.stdout.split())


def test_help_needs_less_than_half_a_second_of_work() -> None:
    """Work, not waiting: a busy machine must not fail this."""
    needed = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "invoice_ocr", "--help"], capture_output=True, check=True, timeout=120)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        needed.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(needed) < 0.5


def test_the_fast_suite_cannot_import_tensorflow_or_torch() -> None:
    for name in ("tensorflow", "torch", "doctr.models"):
        with pytest.raises(ImportError, match="must not be imported here"):
            __import__(name)
