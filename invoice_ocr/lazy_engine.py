"""The engine that settings ask for, loaded when a page first needs it."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from invoice_ocr.clean.engine import Keep
    from invoice_ocr.ocr import Engine
    from invoice_ocr.settings import Settings

log = logging.getLogger(__name__)


class LazyEngine:
    """The engine that settings ask for, loaded when first called for; or the one given, as tests and services do.

    What is loaded here cleans its pages; an engine that is given sees them as they are. keep: as in CleaningEngine.
    It may be called from several threads.
    """

    def __init__(self, settings: Settings, engine: Engine | None, *, keep: Keep | None = None) -> None:
        self._settings = settings
        self._keep = keep
        self._engine = engine
        self._alphabet: str | None = None
        self._loading: Future[Engine] | None = None
        self._turn = threading.Lock()

    def __call__(self) -> Engine:
        with self._turn:
            if self._engine is None:
                self._engine = self._loading.result() if self._loading else self._load()
            return self._engine

    def begin(self) -> None:
        """Load in the background while the first document is opened; what goes wrong is raised by the first call.

        Not with TensorFlow: its 16 seconds of import could not be interrupted.
        """
        from invoice_ocr.ocr import choose_runtime

        if self._engine is None and self._loading is None and choose_runtime(self._settings) != "tensorflow":
            threads = ThreadPoolExecutor(1)
            self._loading = threads.submit(self._load)
            threads.shutdown(wait=False)

    def _load(self) -> Engine:
        from invoice_ocr.clean import CleaningEngine
        from invoice_ocr.ocr import load_engine

        since = time.monotonic()
        engine = load_engine(self._settings)
        log.info("engine %s loaded in %.1f s", engine.name, time.monotonic() - since)
        if self._settings.clean == "none" and self._keep is None:
            return engine
        return CleaningEngine(engine, self._settings.clean, keep=self._keep)

    @property
    def alphabet(self) -> str:
        if self._alphabet is None:
            self._alphabet = str(self().describe().get("alphabet", ""))
        return self._alphabet
