"""A batch through Ray: documents go to actors on this machine or many, outcomes come back, the ledger stays here.

Each actor has an engine of its own and opens files in child processes, as a run without Ray does: Ray would retry a
document that kills its actor for ever, or give up the whole. Bytes travel with the task, so nodes need no storage of
ours; they need this package in this version, and rules and weights that were named, under the same paths.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from invoice_ocr.batch.outcome import Outcome, outcome_of, understood
from invoice_ocr.errors import ConfigError, InputError, MissingPart, ParserCrash, RunError
from invoice_ocr.intake import Intake, Source
from invoice_ocr.intake.sources import failure_of
from invoice_ocr.lazy_engine import LazyEngine
from invoice_ocr.reading import Read
from invoice_ocr.recipes import recipe_of, rules_for

if TYPE_CHECKING:
    from types import TracebackType

    from invoice_ocr.batch.ledger import Job
    from invoice_ocr.ocr import Engine
    from invoice_ocr.settings import Settings

_AHEAD = 2  # documents that an actor holds: one it works on, and the next


@dataclass(frozen=True, slots=True)
class Orders:
    """What an actor has to know. engine, open_intake: instead of those that settings ask for."""

    settings: Settings
    recipe: str
    engine: Engine | None = None
    open_intake: Callable[[Settings], Intake] = Intake


class Bench:
    """An actor: one engine, one intake with its child processes, one document at a time."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._ready: tuple[Intake, LazyEngine, Any] | None = None

    def work(self, source: Source) -> Outcome | RunError:
        """What came of the document; a RunError is given back, since nothing can go on."""
        orders = self._orders
        try:
            if self._ready is None:
                pack = rules_for(orders.settings)
                if recipe_of(orders.settings, pack, orders.engine) != orders.recipe:
                    return ConfigError(
                        f"{os.uname().nodename} has another version of invoice-ocr, its rules or its weights",
                        fix="Install the same on every node; --rules and --weights name the same files there.",
                    )
                lazy = LazyEngine(orders.settings, orders.engine)
                self._ready = orders.open_intake(orders.settings), lazy, pack
            intake, lazy, pack = self._ready
            return outcome_of(source, intake, lazy, pack, orders.settings, orders.recipe)
        except RunError as error:
            return error


class Actors:
    """The actors of one run; use it in a `with`. A dead one is replaced by a fresh one."""

    def __init__(self, orders: Orders) -> None:
        self._orders = replace(orders, settings=replace(orders.settings, jobs=orders.settings.jobs or 1))
        self._ray = _connected(orders.settings)
        try:
            self._count = count_of(orders.settings, self._ray.cluster_resources())
        except ConfigError:
            self._ray.shutdown()
            raise
        self._idle: list[Any] = []
        self._busy: dict[Any, tuple[Any, Job, Source]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ray.shutdown()

    def work(self, jobs: Iterable[tuple[Job, Source]]) -> Iterator[tuple[Job, Outcome | Exception]]:
        """Each job with its outcome, or what its actor failed with, as they come. At most two an actor are taken."""
        queue = iter(jobs)
        while True:
            while len(self._busy) < self._count * _AHEAD and (taken := next(queue, None)) is not None:
                job, source = taken
                try:
                    self._send(job, replace(source, content=source.read(), path=None))
                except InputError as error:
                    yield job, self._failed(source, error)
            if not self._busy:
                return
            (done,), _ = self._ray.wait(list(self._busy), num_returns=1)
            yield self._received(done)

    def _send(self, job: Job, source: Source) -> None:
        load = dict.fromkeys(self._idle, 0)
        for actor, _, _ in self._busy.values():
            load[actor] = load.get(actor, 0) + 1
        if len(load) < self._count:
            self._idle.append(actor := self._new_actor())
        else:
            actor = min(load, key=lambda one: load[one])
        self._busy[actor.work.remote(source)] = actor, job, source

    def _received(self, done: Any) -> tuple[Job, Outcome | Exception]:
        actor, job, source = self._busy.pop(done)
        try:
            made = self._ray.get(done)
        except self._ray.exceptions.RayActorError:
            with contextlib.suppress(ValueError):
                self._idle.remove(actor)
            return job, self._failed(source, ParserCrash("The actor that worked on it died."))
        except self._ray.exceptions.RayTaskError as error:
            return job, error.cause if isinstance(error.cause, Exception) else error
        if isinstance(made, RunError):
            raise made
        return job, made

    def _failed(self, source: Source, error: InputError) -> Outcome:
        one = Read(source, failure=failure_of(error), whole=True)
        orders = self._orders
        return Outcome(understood(one, rules_for(orders.settings), orders.settings, orders.recipe))

    def _new_actor(self) -> Any:
        chosen = self._orders.settings
        made = self._ray.remote(Bench).options(num_cpus=1, num_gpus=chosen.actor_gpus, max_restarts=0)
        return made.remote(self._orders)


def count_of(settings: Settings, resources: Mapping[str, float]) -> int:
    """How many actors there are to be where Ray has these cores (CPU) and graphics cards (GPU).

    Ray lets an actor wait for ever for what no node has. A cluster may grow to what --actors asks for; this machine
    does not, nor does one without graphics cards get any: ConfigError.
    """
    cores, cards, asked = int(resources.get("CPU", 1)), resources.get("GPU", 0.0), settings.actor_gpus
    room = max(1, cores)
    if asked:
        each = int(1 / asked) * int(cards) if asked <= 1 else int(cards / asked)  # part of a card is of one card
        room = min(room, each)
    if (not settings.address and settings.actors > room) or (not settings.actors and room < 1):
        raise ConfigError(
            f"Ray has {cores} cores and {cards:g} graphics cards, not enough for --actors {settings.actors or 1}"
            + (f" --actor-gpus {asked:g}" if asked else ""),
            fix="Ask for less, or name a cluster by --address.",
        )
    return settings.actors or room


def _connected(settings: Settings) -> Any:
    """Ray, connected to a cluster, or to one of its own on this machine. MissingPart without the extra `ray`."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is uploaded
    try:
        import ray
    except ImportError:
        raise MissingPart("ray is not installed", fix="pip install '.[ray]'") from None
    before = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(
            address=settings.address or "local", include_dashboard=False, log_to_driver=False, logging_level="error"
        )
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise ConfigError(f"Ray at {settings.address or 'this machine'} does not answer: {error}") from error
    finally:
        signal.signal(signal.SIGTERM, before)  # Ray puts its own there, and a run could not end in an orderly way
    return ray
