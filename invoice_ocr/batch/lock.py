"""One writer: a lock file beside the ledger, held as long as its process lives."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from invoice_ocr.errors import Locked, OutputReadonly

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def place_of(ledger: Path) -> Path:
    """The lock file of a ledger."""
    return ledger.with_name(f".{ledger.name}.lock")


@contextlib.contextmanager
def locked(ledger: Path) -> Iterator[None]:
    """Hold the ledger's lock. Raises Locked, naming who holds it; OutputReadonly when the file cannot be made.

    A process that is killed gives the lock back; its file stays until the next run takes it.
    """
    place = place_of(ledger)
    number = None
    try:
        number = taken(place, f"the ledger {ledger}", fix="Choose another place with --ledger.")
        os.ftruncate(number, 0)
        os.write(number, json.dumps(_self()).encode())
        yield
    finally:
        if number is not None:
            with contextlib.suppress(OSError):
                place.unlink()  # before it is let go: whoever waits finds another file in its place, and tries again
            os.close(number)
        else:
            cleared(place)


def holder(ledger: Path) -> dict[str, str] | None:
    """pid, host and since of the process that holds the ledger's lock; None when nobody does."""
    try:
        number = os.open(place_of(ledger), os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(number, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _read(number)
    else:
        return None
    finally:
        os.close(number)


def taken(place: Path, what: str, *, fix: str | None = None) -> int:
    """A descriptor of the file at `place`, made where there is none, that this process alone holds until it is closed.

    Raises Locked, which says that another run holds `what`, or OutputReadonly with that fix.
    """
    while True:
        try:
            number = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise OutputReadonly(f"{what} cannot be written: {error.strerror}", fix=fix) from error
        try:
            _hold(number, what)
            if _is_at(place, number):
                return number
        except OSError as error:
            os.close(number)
            raise OutputReadonly(f"{what} cannot be locked there: {error.strerror}", fix=fix) from error
        except BaseException:
            os.close(number)
            raise
        os.close(number)


def cleared(place: Path) -> None:
    """Remove the file at `place`, unless a process holds it."""
    with contextlib.suppress(OSError):
        number = os.open(place, os.O_RDWR | os.O_CLOEXEC)
        try:
            if not _is_held(number) and _is_at(place, number):
                place.unlink()
        finally:
            os.close(number)


def _is_held(number: int) -> bool:
    """Whether another holds the open file; if not, it is held through this descriptor from now on."""
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _hold(number: int, what: str) -> None:
    if _is_held(number):
        who = _read(number)
        raise Locked(
            f"another run holds {what}: process {who.get('pid', '?')} on {who.get('host', '?')}, "
            f"since {who.get('since', '?')}"
        )


def _is_at(place: Path, number: int) -> bool:
    """Whether the open file is the one at `place`: who held it before may have removed it."""
    try:
        return os.path.samestat(os.fstat(number), place.stat())
    except FileNotFoundError:
        return False


def _self() -> dict[str, str]:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return {"pid": str(os.getpid()), "host": socket.gethostname(), "since": since}


def _read(number: int) -> dict[str, str]:
    try:
        return {str(name): str(value) for name, value in json.loads(os.pread(number, 4096, 0)).items()}
    except (OSError, ValueError, AttributeError):
        return {}
