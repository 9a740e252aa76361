"""Messages between the coordinator and a worker: JSON and raw bytes. A worker that went wrong can send no code."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

from invoice_ocr.intake.pages import Buffer

_COUNTS = struct.Struct("<II")
_LENGTH = struct.Struct("<Q")
_MOST_HEADER = 256_000_000  # bytes of JSON; 200 dense pages of words take 20 MB
_MOST_BLOBS = 4096


class Garbled(Exception):
    """What arrived is not a message."""


def send(stream: BinaryIO, header: dict[str, Any], blobs: Sequence[Buffer] = ()) -> None:
    """Write one message and flush it. OSError when the other side has gone."""
    text = json.dumps(header, separators=(",", ":")).encode()
    lengths = b"".join(_LENGTH.pack(memoryview(blob).nbytes) for blob in blobs)
    stream.write(_COUNTS.pack(len(text), len(blobs)) + lengths + text)
    for blob in blobs:
        stream.write(memoryview(blob).cast("B"))
    stream.flush()


def receive(
    stream: BinaryIO, *, most: int, room: Callable[[int], Buffer] = bytearray
) -> tuple[dict[str, Any], list[Buffer]] | None:
    """The next message, or None at the end of the stream. most: bytes that its blobs may have together.

    room: makes what so many bytes of a blob are put into. Garbled when it breaks off, is too long, or is not JSON.
    """
    start = stream.read(_COUNTS.size)
    if not start:
        return None
    if len(start) < _COUNTS.size:
        raise Garbled("broken off")
    size, count = _COUNTS.unpack(start)
    if size > _MOST_HEADER or count > _MOST_BLOBS:
        raise Garbled(f"a header of {size} bytes with {count} blobs")
    lengths = [_LENGTH.unpack(_exactly(stream, _LENGTH.size))[0] for _ in range(count)]
    if sum(lengths) > most:
        raise Garbled(f"{sum(lengths)} bytes of blobs")
    try:
        header = json.loads(_exactly(stream, size))
    except (ValueError, RecursionError) as error:
        raise Garbled(str(error)) from None
    if not isinstance(header, dict):
        raise Garbled("a header that is no object")
    return header, [_filled(stream, room(length)) for length in lengths]


def _exactly(stream: BinaryIO, size: int) -> bytearray:
    held = bytearray(size)
    _filled(stream, held)
    return held


def _filled(stream: BinaryIO, held: Buffer) -> Buffer:
    view, filled = memoryview(held), 0
    while filled < len(view):
        got = stream.readinto(view[filled:])  # type: ignore[attr-defined]
        if not got:
            raise Garbled("broken off")
        filled += got
    return held
