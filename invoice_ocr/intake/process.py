"""One worker process seen from the coordinator: start it, ask it, end it, and say what it died of."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from invoice_ocr.errors import InputError, MissingPart, OutOfMemory, ParserCrash, Timeout
from invoice_ocr.intake import wire
from invoice_ocr.intake.pages import Buffer, Request

_START = (
    "import json,sys; sys.path[:]=json.loads(sys.argv[1]); from invoice_ocr.intake.worker import main; main({!r},{})"
)
_START_SECONDS = 60.0  # to import its parser, on a busy machine
_LAST_SECONDS = 2.0  # that a process has to end by itself once it has closed its pipes
_RECYCLE_AFTER = 200  # answers, two a document in `auto`: its pages and its clips; PyMuPDF grows over thousands
_RECYCLE_AT_MB = 1000  # megabytes that a worker may have held at its peak before it makes room for a fresh one
_PIPE_BYTES = 1 << 20
_OUT_OF_MEMORY = (b"bad_alloc", b"MemoryError", b"malloc", b"Cannot allocate memory", b"out of memory")
_KEPT_VARIABLES = (
    "PATH",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "SYSTEMROOT",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "TEMP",
)
_OWN_VARIABLES = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # glibc keeps a page's memory for the next one: fetched from the system anew, it takes a third of a worker's time.
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(256 << 20),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker sent: the header, the pictures' bytes, and how long it took in seconds."""

    header: dict[str, Any]
    blobs: list[Buffer]
    seconds: float


class Died(Exception):
    """A worker ended, or had to be ended, before it answered. begun: whether it had been given the request."""

    def __init__(self, error: InputError, *, begun: bool) -> None:
        super().__init__(error.message)
        self.error = error
        self.begun = begun


class Process:
    """A running worker with `parser` (`module:function`) in it. memory_mb: the address space it may have."""

    def __init__(self, parser: str, *, memory_mb: int) -> None:
        path = _module_path()
        environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        self._answers = 0
        self._peak_mb = 0.0
        self._late = False
        self._ready = False
        self._said = b""
        self.barriers: tuple[str, ...] = ()  # that stand around it, known when it has answered once
        self._process = subprocess.Popen(  # noqa: S603  our own interpreter with our own code
            [sys.executable, "-I", *_flags(), "-c", _START.format(parser, memory_mb), json.dumps(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment | _OWN_VARIABLES,
            start_new_session=True,  # Ctrl-C on a terminal reaches a whole session: it is for the coordinator alone
        )
        _widen(self._process.stdin, self._process.stdout)

    def ask(self, request: Request, *, seconds: float, most: int) -> Answer:
        """What the worker makes of `request`. Died when it ends, answers nonsense, or needs more than `seconds`.

        most: bytes of pixels that the answer may have.
        """
        if not self._ready:
            self._wait_until_ready()
        started = time.monotonic()
        header, document = _packed(request)
        message = self._exchange(header | {"seconds": seconds}, document, seconds=seconds, most=most)
        if message is None:
            raise Died(self._cause(), begun=True)
        self._answers += 1
        self._peak_mb = float(message[0].get("peak_mb", 0.0))
        return Answer(*message, seconds=time.monotonic() - started)

    @property
    def spent(self) -> bool:
        """Whether it has done enough, or grown enough, to be replaced by a fresh one."""
        return self._answers >= _RECYCLE_AFTER or self._peak_mb > _RECYCLE_AT_MB

    def kill(self) -> None:
        """End it now, from any thread."""
        with contextlib.suppress(OSError):
            self._process.kill()

    def end(self) -> None:
        """End it, wait until it is gone, and give back its pipes."""
        self.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            with contextlib.suppress(OSError):
                stream.close()  # type: ignore[union-attr]

    def _wait_until_ready(self) -> None:
        greeting = self._exchange(None, b"", seconds=_START_SECONDS, most=0)
        if greeting is None:
            cause = self._cause()
            if self._process.returncode < 0:  # killed from outside, or too slow: not the fault of what is installed
                raise Died(cause, begun=False)
            said = self._said.decode(errors="replace").strip().splitlines()
            raise MissingPart(
                f"The worker that opens documents does not start: {said[-1] if said else self._signal()}.",
                fix="pip install --force-reinstall invoice-ocr; or, if you lowered it, raise --max-memory-mb.",
            )
        self.barriers = tuple(str(name) for name in greeting[0].get("barriers", ()))
        self._ready = True

    def _exchange(
        self, header: dict[str, Any] | None, document: bytes, *, seconds: float, most: int
    ) -> tuple[dict[str, Any], list[Buffer]] | None:
        """Send (unless `header` is None) and receive one message; None when the worker ended or was ended."""
        timer = threading.Timer(seconds, self._expire)
        timer.daemon = True
        timer.start()
        try:
            if header is not None:
                wire.send(self._process.stdin, header, [document])  # type: ignore[arg-type]
            return wire.receive(self._process.stdout, most=most, room=_room)  # type: ignore[arg-type]
        except (OSError, ValueError, wire.Garbled):
            return None
        finally:
            timer.cancel()

    def _expire(self) -> None:
        self._late = True
        self.kill()

    def _cause(self) -> InputError:
        """What it died of; waited for, since its pipes close a moment before it is gone."""
        try:
            self._process.wait(_LAST_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        said = self._last_words()
        code = -self._process.returncode
        if self._late or code in {getattr(signal, "SIGXCPU", None), getattr(signal, "SIGALRM", None)}:
            return Timeout("Opening it took longer than --timeout allows.")
        if any(sign in said for sign in _OUT_OF_MEMORY):
            return OutOfMemory("Opening it needs more memory than --max-memory-mb allows.")
        return ParserCrash(f"The process that opened it died ({self._signal()}).")

    def _signal(self) -> str:
        code = self._process.poll()
        if code is None or code >= 0:
            return f"exit {code}"
        try:
            return signal.Signals(-code).name
        except ValueError:
            return f"signal {-code}"

    def _last_words(self) -> bytes:
        """What the worker wrote to stderr: at most a pipe full, since nobody listened while it lived."""
        self._process.wait()
        with contextlib.suppress(OSError, ValueError):
            self._said += self._process.stderr.read(_PIPE_BYTES)  # type: ignore[union-attr]
        return self._said


def _flags() -> list[str]:
    """What this process was told about bytecode, which an isolated one does not take from its environment."""
    kept = ["-X", f"pycache_prefix={sys.pycache_prefix}"] if sys.pycache_prefix else []
    return ["-B", *kept] if sys.dont_write_bytecode else kept


def _module_path() -> list[str]:
    """Where this process finds modules, without folders that are packages themselves.

    OpenCV puts its own there while it is imported, which another thread may be doing: its `typing` hides Python's.
    """
    return [place for place in sys.path if isinstance(place, str) and not Path(place, "__init__.py").exists()]


def _packed(request: Request) -> tuple[dict[str, Any], bytes]:
    header = {
        "first": request.first,
        "text": request.text,
        "pages": request.pages,
        "dpi": request.dpi,
        "max_pages": request.max_pages,
        "max_pixels": request.max_pixels,
        "budget": request.budget,
        "passwords": request.passwords,
        "clips": request.clips,
        "mend": request.mend,
        "witnesses": request.witnesses,
        "layers": None if request.layers is None else [astuple(layer) for layer in request.layers],
    }
    return header, request.document


def _room(size: int) -> Buffer:
    """Room for so many bytes. Zeroed, as a bytearray is, a page's would take as long as it takes to arrive."""
    import numpy as np

    return np.empty(size, np.uint8).data


def _widen(*streams: Any) -> None:
    """Larger pipes where the system allows them: a page of pixels then crosses in a dozen steps and not in 200."""
    try:
        import fcntl
    except ImportError:  # Windows
        return
    resize = getattr(fcntl, "F_SETPIPE_SZ", 0)
    for stream in streams if resize else ():
        with contextlib.suppress(OSError):
            fcntl.fcntl(stream.fileno(), resize, _PIPE_BYTES)
