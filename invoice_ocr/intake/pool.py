"""Disposable workers: one thread drives one process; a process that dies costs one request and nothing else.

Not Pebble nor multiprocessing, though they were meant to be used: their `spawn` imports the caller's main module again,
so a script without a `__main__` guard, or one read from stdin, ends in BrokenProcessPool (seen with Pebble 5.2), and
they unpickle whatever a parser of hostile bytes sends.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

from invoice_ocr.errors import InputError, ParserCrash, Timeout
from invoice_ocr.intake.pages import Request
from invoice_ocr.intake.process import Answer, Died, Process

_URGENT, _ORDINARY, _CLOSING = 0, 1, 2
_STARTS = 5  # workers that may die one after the other before they have seen anything


@dataclass(order=True, slots=True)
class _Job:
    priority: int
    serial: int
    request: Request | None = field(compare=False)
    seconds: float = field(compare=False, default=0.0)
    future: Future[Answer] = field(compare=False, default_factory=Future)


class Pool:
    """At most `size` workers that run `parser` (`module:function`), each started when there is work for it.

    memory_mb: address space of a worker. most: bytes of pixels that one answer may have.
    """

    def __init__(self, parser: str, *, size: int, memory_mb: int, most: int) -> None:
        self._parser = parser
        self._size = size
        self._memory_mb = memory_mb
        self._most = most
        self._jobs: queue.PriorityQueue[_Job] = queue.PriorityQueue()
        self._lock = threading.Lock()
        self._serial = 0
        self._unfinished = 0
        self._threads: list[threading.Thread] = []
        self._workers: set[Process] = set()
        self._closed = False
        self._add_thread()  # its worker imports the parser while the caller still looks for files

    def submit(self, request: Request, *, seconds: float, urgent: bool = False) -> Future[Answer]:
        """The answer to come; it raises InputError when the worker died, twice. urgent: before all that wait."""
        with self._lock:
            if self._closed:
                raise RuntimeError("this pool is closed")
            self._serial += 1
            self._unfinished += 1
            job = _Job(_URGENT if urgent else _ORDINARY, self._serial, request, seconds)
            if self._unfinished > len(self._threads) and len(self._threads) < self._size:
                self._add_thread()
            self._jobs.put(job)  # not once the pool has been closed: nobody would take it
        return job.future

    def close(self) -> None:
        """End all workers now; what they were doing is lost, and waiting futures are cancelled."""
        with self._lock:
            self._closed = True
            workers, threads = list(self._workers), list(self._threads)
        for worker in workers:
            worker.kill()
        for _ in threads:
            self._jobs.put(_Job(_CLOSING, 0, None))
        for thread in threads:
            thread.join()

    def _add_thread(self) -> None:
        thread = threading.Thread(target=self._serve, name="invoice-ocr-intake", daemon=True)
        thread.start()
        self._threads.append(thread)

    def _serve(self) -> None:
        worker: Process | None = None
        with contextlib.suppress(OSError):  # no process to be had now: whoever asks hears of it, if it stays so
            worker = self._started()
        while (job := self._jobs.get()).request is not None:
            if self._closed or not job.future.set_running_or_notify_cancel():
                job.future.cancel()
                continue
            try:
                worker = self._work(job, job.request, worker)
            except BaseException as failure:  # noqa: BLE001  who waits for this future must hear of it, whatever it is
                worker = None
                job.future.set_exception(failure)
            with self._lock:
                self._unfinished -= 1
        if worker is not None:
            self._end(worker)

    def _work(self, job: _Job, request: Request, worker: Process | None) -> Process | None:
        """Have one job done. Returns the worker for the next, or None when that has to be a fresh one."""
        error: InputError = ParserCrash("The pool was closed before it could be opened.")
        tries, starts = 2, _STARTS  # a death may be the fault of an earlier document: once more, in a fresh process
        while tries and starts:
            worker = worker or self._started()
            if worker is None:
                break
            try:
                answer = worker.ask(request, seconds=job.seconds, most=self._most)
            except Died as death:
                error = death.error
                self._end(worker)
                worker = None
                if isinstance(error, Timeout):
                    break
                if death.begun:
                    tries -= 1
                    request = replace(request, mend=True)
                else:
                    starts -= 1  # no document's fault
                continue
            except BaseException:
                self._end(worker)
                raise
            job.future.set_result(answer)
            if worker.spent:
                self._end(worker)
                return None
            return worker
        job.future.set_exception(error)
        return worker

    def _started(self) -> Process | None:
        """A fresh worker, or None when the pool has been closed."""
        with self._lock:
            if self._closed:
                return None
            worker = Process(self._parser, memory_mb=self._memory_mb)
            self._workers.add(worker)
            return worker

    def _end(self, worker: Process) -> None:
        with self._lock:
            self._workers.discard(worker)
        worker.end()
