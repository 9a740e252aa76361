"""The rules that settings ask for, and digests of all that decides a result besides the document."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from invoice_ocr import __version__
from invoice_ocr.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from invoice_ocr.ocr import Engine
    from invoice_ocr.rulepack import RulePack
    from invoice_ocr.settings import Settings

# Settings that change what is understood, never what is read.
_OF_UNDERSTANDING = frozenset({"rules", "own_names", "own_vat_ids", "min_confidence", "max_error"})


def rules_for(settings: Settings) -> RulePack:
    """The rules that settings ask for: the shipped ones, the user's, and of these only the languages that `lang` names.

    Raises RuleError when they are malformed, ConfigError for a language that no rule is for.
    """
    from invoice_ocr.rulepack import load_pack

    pack = load_pack(settings.rules)
    wanted = {language.partition("-")[0].lower() for language in settings.lang.split(",") if language}
    if wanted - pack.languages:
        missing = ", ".join(sorted(wanted - pack.languages))
        known = ", ".join(sorted(pack.languages))
        raise ConfigError(f"no rule is for the language {missing}", fix=f"Known are: {known}.")
    if not wanted:
        return pack
    return pack.only(frozenset(wanted))


def recipe_of(settings: Settings, pack: RulePack, engine: Engine | None = None) -> str:
    """A digest of all that decides a result besides the document: code, settings that matter, weights, rules."""
    return _digest(settings.recipe(), settings, engine, rules=pack.digest)


def reading_recipe_of(settings: Settings, engine: Engine | None = None) -> str:
    """A digest of all that decides a reading besides the document: as `recipe_of`, without what understanding needs."""
    chosen = {name: value for name, value in settings.recipe().items() if name not in _OF_UNDERSTANDING}
    return _digest(chosen, settings, engine)


def _digest(chosen: Mapping[str, str], settings: Settings, engine: Engine | None, **more: str) -> str:
    from invoice_ocr.ocr import weights_of

    weights = weights_of(settings) if engine is None else engine.describe()["weights"]
    parts: dict[str, Any] = {"version": __version__, "settings": chosen, "weights": weights, **more}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
