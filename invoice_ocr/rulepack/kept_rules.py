"""The shipped rules ready to use, kept with Python's bytecode until their files or this code change."""

from __future__ import annotations

import contextlib
import os
import pickle
import sys
from functools import cached_property
from hashlib import sha256
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from invoice_ocr.rulepack.ruleset import RulePack

_PACKAGE = Path(__file__).parent.parent
_DIGEST = sha256().digest_size


def kept(folder: Path, make: Callable[[], RulePack], *, place: Path | None = None) -> RulePack:
    """The pack that `make` makes of the rules in a folder; as it was kept where nothing has changed since.

    It is kept beside the bytecode of this module: who can write there can change what runs here as well. Where nothing
    can be written, or Python is told to write no bytecode, it is made each time, which takes a fifth of a second.
    place: the file to keep it in instead.
    """
    place = place or Path(cache_from_source(__file__)).with_suffix(".rules")
    state = _state(folder)
    try:
        content = place.read_bytes()
    except OSError:
        content = b""
    head, body = content[: 2 * _DIGEST], content[2 * _DIGEST :]
    if head[:_DIGEST] == state and head[_DIGEST:] == sha256(body).digest():
        pack: RulePack = pickle.loads(body)  # noqa: S301  see above
        return pack
    pack = make()
    if not sys.dont_write_bytecode and os.access(place.parent, os.W_OK):
        _compute(pack, pack.labels, pack.headers)
        body = pickle.dumps(pack, pickle.HIGHEST_PROTOCOL)
        _keep(place, state + sha256(body).digest() + body)
    return pack


def _state(folder: Path) -> bytes:
    """A digest of the rules and of all code that can have a part in making a pack of them."""
    digest = sha256()
    code = [path for room in (".", "rulepack", "values") for path in (_PACKAGE / room).glob("*.py")]
    for path in sorted([*folder.rglob("*.yaml"), *code]):
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)} ".encode() + content)
    return digest.digest()


def _compute(*things: Any) -> None:
    """Have everything made that these make when first asked for it, and that no document has a part in."""
    for thing in things:
        for name, value in vars(type(thing)).items():
            if isinstance(value, cached_property):
                getattr(thing, name)


def _keep(place: Path, content: bytes) -> None:
    """Write the file whole or not at all: others may read it now, or write it, too."""
    written = place.with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError):
        try:
            written.write_bytes(content)
            written.replace(place)
        finally:
            written.unlink(missing_ok=True)
