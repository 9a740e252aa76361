"""Documents that lie on the web or in a cloud's storage, brought here: each into a file that goes at the end."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from invoice_ocr.errors import InputError, MissingPart, NotFound, TooBigFile, Unsupported
from invoice_ocr.intake import sniff, web

if TYPE_CHECKING:
    from invoice_ocr.settings import Settings

_CLOUDS = {"s3": "s3fs", "gs": "gcsfs", "az": "adlfs"}  # what reaches them, all in the extra `cloud`
_CHUNK = 1 << 20


def fetched(address: str, limits: Settings) -> Iterator[tuple[str, Path | InputError]]:
    """For each document at an address its name, and the file here that holds it or what went wrong.

    http(s) addresses are one document; s3, gs and az are one, all under a `folder/`, or all that match a pattern.
    Raises MissingPart without the extra `cloud`.
    """
    scheme = address.partition("://")[0].lower()
    if scheme in web.SCHEMES:
        yield address.partition("#")[0], _from_web(address, limits)
    elif scheme in _CLOUDS:
        yield from _from_cloud(address, scheme, limits)
    else:
        known = ", ".join(f"{one}://" for one in (*web.SCHEMES, *_CLOUDS))
        yield address, Unsupported(f"{address} is an address of a kind not known.", fix=f"Known are {known}.")


def _from_web(address: str, limits: Settings) -> Path | InputError:
    path = _new_file()
    try:
        with path.open("wb") as stream:
            web.download(address, stream, limits)
    except InputError as error:
        path.unlink()
        return error
    return path


def _from_cloud(address: str, scheme: str, limits: Settings) -> Iterator[tuple[str, Path | InputError]]:
    try:
        from upath import UPath

        place = UPath(address)
        store: Any = place.fs
    except ImportError:
        missing = f"{scheme}:// needs {_CLOUDS[scheme]}, which is not installed"
        raise MissingPart(missing, fix="pip install '.[cloud]'") from None
    try:
        store.invalidate_cache()
        keys = _keys(store, place.path)
    except Exception as error:  # noqa: BLE001  each store raises errors of its own: credentials, buckets, the network
        yield address, _refused(address, error)
        return
    if not keys:
        yield address, NotFound(f"There is nothing at {address}.", fix="Check the name of the bucket and the path.")
    for key in keys:
        name = f"{scheme}://{key}"
        try:
            yield name, _copied(store, key, name, limits)
        except InputError as error:
            yield name, error
        except Exception as error:  # noqa: BLE001  as above
            yield name, _refused(name, error)


def _keys(store: Any, path: str) -> list[str]:
    """What an address names, in order: all that matches, all in a folder that could be a document, or itself."""
    if any(mark in path for mark in "*?["):
        return sorted(key for key in store.glob(path) if not store.isdir(key))
    if path.endswith("/") or "/" not in path.strip("/") or store.isdir(path):
        return [key for key in sorted(store.find(path)) if _could_be_document(store, key)]
    return [path]


def _could_be_document(store: Any, key: str) -> bool:
    name = key.rpartition("/")[2]
    if not name or name.startswith("."):
        return False
    ending = os.path.splitext(name)[1].lower()  # noqa: PTH122  a key is no path here
    return ending in sniff.ENDINGS or sniff.could_be_document(ending, store.cat_file(key, start=0, end=sniff.HEAD))


def _copied(store: Any, key: str, name: str, limits: Settings) -> Path:
    most, size = limits.max_file_mb * 1_000_000, 0
    path = _new_file()
    with store.open(key, "rb") as there, path.open("wb") as here:
        while size <= most and (chunk := there.read(_CHUNK)):
            size += len(chunk)
            here.write(chunk)
    if size > most:
        path.unlink()
        raise TooBigFile(f"{name} has more than {limits.max_file_mb} MB (--max-file-mb).")
    return path


def _refused(name: str, error: Exception) -> NotFound:
    if isinstance(error, FileNotFoundError):
        return NotFound(f"There is no {name}.", fix="Check the name of the bucket and the path.")
    return NotFound(f"{name} cannot be fetched: {error or type(error).__name__}.", fix="Check the credentials.")


@cache
def _spool() -> tempfile.TemporaryDirectory[str]:
    """Where files from elsewhere lie until this process ends."""
    return tempfile.TemporaryDirectory(prefix="invoice-ocr-")


def _new_file() -> Path:
    number, name = tempfile.mkstemp(dir=_spool().name)
    os.close(number)
    return Path(name)
