"""rules/*.yaml to one validated, frozen RulePack; every mistake is reported at once, with file, rule and remedy."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from invoice_ocr.rulepack.kept_rules import kept
from invoice_ocr.rulepack.ruleset import Country, Example, FieldSpec, Rule, RulePack, label_key

if TYPE_CHECKING:
    from invoice_ocr.rulepack.rule_files import Loader

__all__ = ["Country", "Example", "FieldSpec", "Rule", "RulePack", "label_key", "load_pack", "rules_folder"]


def rules_folder() -> Path:
    """Where the shipped rules lie: beside the package in a source checkout, inside it in an installed wheel."""
    package = Path(__file__).parent.parent
    inside = package / "_rules"
    return inside if inside.is_dir() else package.parent / "rules"


def load_pack(folder: Path | None = None) -> RulePack:
    """The shipped rules, with those of `folder` added; a rule there replaces the shipped one of the same id.

    Raises RuleError that names every mistake of every file.
    """
    return _load(rules_folder(), folder.resolve() if folder else None)


@lru_cache(maxsize=8)
def _load(shipped: Path, extra: Path | None) -> RulePack:
    if extra is None:
        return kept(shipped, lambda: _read(shipped).finish())
    loader = _read(shipped).fork()
    loader.own = True
    loader.read_folder(extra)
    return loader.finish()


@lru_cache(maxsize=2)
def _read(folder: Path) -> Loader:
    """The shipped files, read once; what a user adds goes into a fork."""
    from invoice_ocr.rulepack.rule_files import Loader

    loader = Loader()
    loader.read_folder(folder)
    return loader
