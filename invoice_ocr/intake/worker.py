"""The disposable process in which untrusted bytes are parsed: its parser, its limits, then one request after another.

It is started by `pool.py` as a plain interpreter, so that neither the caller's main module nor its threads come along.
The parser is imported before the limits, so that Python can keep its bytecode where an installer left none: to compile
it takes a second, and each worker would have to.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import astuple
from typing import Any, BinaryIO

from invoice_ocr.errors import InputError, OutOfMemory, ParserCrash
from invoice_ocr.intake import wire
from invoice_ocr.intake.confine import confine
from invoice_ocr.intake.pages import LayerWord, Parser, Part, Pixels, Request, TextLayer

_MOST_DOCUMENT = 1 << 40  # the coordinator has checked the size; this end trusts it
_GARBAGE = 50_000  # new objects after which Python looks for circles: a page's glyphs are as many, and none is in one
_GRACE = 10  # seconds after which a worker whose coordinator is gone ends itself


def main(parser: str, memory_mb: int) -> None:
    """Answer requests from stdin on stdout until stdin ends. parser: `module:function`. Does not return."""
    requests, answers = _take_streams()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the coordinator ends us
    sys.setrecursionlimit(2000)
    module, _, name = parser.partition(":")
    parse: Parser = getattr(importlib.import_module(module), name)
    if warm_up := getattr(sys.modules[module], "warm_up", None):
        warm_up()
    peak_mb = _memory()
    standing = confine(memory_mb)
    gc.freeze()
    gc.set_threshold(_GARBAGE)
    wire.send(answers, {"barriers": standing})
    while (message := wire.receive(requests, most=_MOST_DOCUMENT)) is not None:
        header, blobs = message
        _allow_time(float(header.pop("seconds")))
        answer, buffers = _answered(parse, header, bytes(blobs[0]))
        answer["peak_mb"] = peak_mb()
        wire.send(answers, answer, buffers)
        del message, blobs, answer, buffers
        _stop_clock()
    os._exit(0)  # parsers' destructors are not worth a crash


def _answered(parse: Parser, header: dict[str, Any], document: bytes) -> tuple[dict[str, Any], list[Any]]:
    """The answer to one request as message header and blobs; every error of a parser becomes a typed one."""
    try:
        part = parse(_request(header, document))
        return _packed(part)
    except InputError as error:
        return _failure(error), []
    except MemoryError:
        return _failure(OutOfMemory("It needs more memory than one document may take.")), []
    except Exception as error:  # noqa: BLE001  hostile bytes find what no list of exceptions foresees; the run goes on
        where = error.__traceback__
        while where is not None and where.tb_next is not None:
            where = where.tb_next
        line = f"{os.path.basename(where.tb_frame.f_code.co_filename)}:{where.tb_lineno}" if where else ""  # noqa: PTH119
        return _failure(ParserCrash(f"Its parser failed with {type(error).__name__} ({line}).")), []


def _request(header: dict[str, Any], document: bytes) -> Request:
    clips = header.pop("clips")
    placed = None if clips is None else tuple((int(n), (c[0], c[1], c[2], c[3])) for n, c in clips)
    layers = header.pop("layers")
    texts = None if layers is None else tuple(_layer(*layer) for layer in layers)
    return Request(document, clips=placed, passwords=tuple(header.pop("passwords")), layers=texts, **header)


def _layer(number: int, width: float, height: float, words: list[list[Any]], anew: bool) -> TextLayer:
    return TextLayer(number, width, height, tuple(LayerWord(*word) for word in words), anew)


def _packed(part: Part) -> tuple[dict[str, Any], list[Any]]:
    pictures: list[Pixels] = [sheet.pixels for sheet in part.sheets if sheet.pixels] + part.clips
    header = {
        "sheets": [
            (s.number, s.width, s.height, s.rotation, s.words, s.pixels is not None, s.codes) for s in part.sheets
        ],
        "issues": part.issues,
        "lost": part.lost,
        "rest": part.rest,
        "witnesses": [astuple(witness) for witness in part.witnesses],
        "pictures": [(p.width, p.height, p.dpi) for p in pictures],
    }
    return header, [p.buffer for p in pictures] if part.file is None else [part.file]


def _failure(error: InputError) -> dict[str, Any]:
    return {"error": [type(error).__name__, error.message, error.fix]}


def _take_streams() -> tuple[BinaryIO, BinaryIO]:
    """Private ends of stdin and stdout; 0 and 1 then lead nowhere, so that no library can speak in between."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    if hasattr(os, "set_blocking"):
        os.set_blocking(2, False)  # nobody reads stderr before this process has ended: a full pipe must not stop it
    return requests, answers


def _allow_time(seconds: float) -> None:
    """End this process when it works or waits longer than `seconds`, even if nobody is left to kill it."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE)
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(used.ru_utime + used.ru_stime + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _stop_clock() -> None:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0)


def _memory() -> Callable[[], float]:
    """What says how many megabytes this process has held at most; 0 where the system does not say.

    To be asked for before the barriers, since the file stays open. On Linux `ru_maxrss` is no use: it begins with what
    the coordinator held when it started this process, and a large one would have every worker replaced at once.
    """
    try:
        status = os.open("/proc/self/status", os.O_RDONLY)
    except OSError:
        return _peak_of_usage

    def peak() -> float:
        for line in os.pread(status, 1 << 14, 0).splitlines():
            if line.startswith(b"VmHWM:"):
                return int(line.split()[1]) / 1e3
        return 0.0

    return peak


def _peak_of_usage() -> float:
    try:
        import resource
    except ImportError:
        return 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
