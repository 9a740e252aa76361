"""How well the words of each language were read: what `training/alphabet_score.py` counted, kept beside the weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from invoice_ocr.errors import ModelIntegrity
from invoice_ocr.ocr.manifest import SECOND, Network

FILE = "languages.json"


def words_read(folder: Path, networks: Mapping[str, Network]) -> dict[str, tuple[int, int]]:
    """For each language the words read right and those printed; none where other weights were measured or nothing was.

    folder: where the manifest of `networks` stands.
    """
    path = folder / FILE
    if not path.is_file():
        return {}
    try:
        kept = json.loads(path.read_text("utf-8"))
        found = {str(language): (int(right), int(of)) for language, (right, of) in kept["words"].items()}
        weights = kept["weights"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelIntegrity(f"{path} is damaged: {error}") from error
    return found if weights == _weights(networks) else {}


def keep(folder: Path, networks: Mapping[str, Network], found: Mapping[str, tuple[int, int]], recipe: str) -> None:
    """Write what `words_read` gives. recipe: the command that counted it."""
    kept = {
        "recipe": recipe,
        "weights": _weights(networks),
        "words": {code: list(found[code]) for code in sorted(found)},
    }
    lines = json.dumps(kept, indent=1, sort_keys=True)
    (folder / FILE).write_text(lines + "\n", "utf-8")


def _weights(networks: Mapping[str, Network]) -> dict[str, str]:
    """What tells one folder's recognisers from another's."""
    return {name: networks[name].arrays.sha256 for name in ("recogniser", SECOND) if name in networks}
