"""Headless Chromium and its viewer of PDFs, driven through the pipe that its DevTools protocol offers."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

import cv2
import numpy as np

from invoice_ocr.model import Box

_DARK, _COLOURED = 60, 25  # grey levels: what is around a page in the viewer; between the colours of what it marks
_PATIENCE = 60.0  # seconds
_FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--window-size=900,1000",
    "--remote-debugging-pipe",
]


class Viewer:
    """One Chromium. Its commands are numbered; what it tells besides the answers is passed over."""

    def __init__(self, to: BinaryIO, back: BinaryIO) -> None:
        self._to, self._back = to, back
        self._number = 0

    def _asked(self, method: str, told: dict[str, Any], session: str | None = None) -> dict[str, Any]:
        self._number += 1
        command = {"id": self._number, "method": method, "params": told, **({"sessionId": session} if session else {})}
        self._to.write(json.dumps(command).encode() + b"\0")
        self._to.flush()
        while True:
            answer = json.loads(self._message())
            if answer.get("id") == self._number:
                result: dict[str, Any] = answer["result"]
                return result

    def _message(self) -> bytes:
        parts = bytearray()
        while (one := self._one()) != b"\0":
            if not one:
                raise EOFError("Chromium has gone")
            parts += one
        return bytes(parts)

    def _one(self) -> bytes:
        if not select.select([self._back], [], [], _PATIENCE)[0]:
            raise TimeoutError("Chromium does not answer")
        return self._back.read(1)

    def marked(self, document: Path, text: str, width: float) -> Box:
        """Where the viewer marks a text of a one-page PDF, all white, in points of the page as it is displayed.

        width: of the displayed page, in points. TimeoutError when nothing is marked in a minute.
        """
        place = f"{document.as_uri()}#zoom=100&toolbar=0&navpanes=0&:~:text={quote(text)}"
        target = self._asked("Target.createTarget", {"url": place})["targetId"]
        session = self._asked("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            time.sleep(0.5)
            picture = self._asked("Page.captureScreenshot", {"format": "png"}, session)["data"]
            box = _mark(cv2.imdecode(np.frombuffer(base64.b64decode(picture), np.uint8), cv2.IMREAD_COLOR), width)
            if box is not None:
                self._asked("Target.closeTarget", {"targetId": target})
                return box
        raise TimeoutError(f"{text!r} was not marked")


def _mark(picture: np.ndarray, width: float) -> Box | None:
    page = np.argwhere(picture.min(2) > _DARK)
    coloured = np.argwhere((np.ptp(picture, 2) > _COLOURED) & (picture.min(2) > _DARK))
    if not len(page) or not len(coloured):
        return None
    scale = width / (np.ptp(page[:, 1]) + 1)
    (top, left), (bottom, right) = coloured.min(0) - page.min(0), coloured.max(0) + 1 - page.min(0)
    return Box(*(float(side) * scale for side in (left, top, right, bottom)))


@contextmanager
def viewer(profile: Path) -> Iterator[Viewer]:
    """Chromium while it is needed. profile: an empty folder that it may write to."""
    (read, to), (back, write) = os.pipe(), os.pipe()
    ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 100) for end in (read, write)]  # above 3 and 4, where Chromium speaks
    wired = f'exec "$@" 3<&{ends[0]} 4>&{ends[1]}'
    chromium = subprocess.Popen(
        ["bash", "-c", wired, "bash", "chromium", *_FLAGS, f"--user-data-dir={profile}"],
        pass_fds=ends,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for end in (read, write, *ends):
        os.close(end)
    try:
        with os.fdopen(to, "wb") as commands, os.fdopen(back, "rb", buffering=0) as answers:
            yield Viewer(commands, answers)
    finally:
        chromium.terminate()
        try:
            chromium.wait(20)
        except subprocess.TimeoutExpired:
            chromium.kill()
            chromium.wait()
