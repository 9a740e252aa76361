"""The networks on ONNX Runtime: the default on a CPU, and free of TensorFlow."""

from __future__ import annotations

import threading
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from invoice_ocr.errors import ModelIntegrity
from invoice_ocr.ocr import hand, require
from invoice_ocr.ocr.boxes import Thresholds
from invoice_ocr.ocr.hanzi import Reader
from invoice_ocr.ocr.manifest import CHINESE, HANDWRITING, Network, folder_of, load_manifest, require_network, second_of
from invoice_ocr.ocr.neural import NeuralEngine, Pools
from invoice_ocr.settings import Settings, cores

if TYPE_CHECKING:
    import onnxruntime

COLUMNS = 2048  # pixel columns of crops in a batch: 16 crops of 128; larger ones gain nothing on two cores
# that read pages: what is between two runs of a network is done by one core; three are no faster, and take more memory
THREADS = 2
_AS_ASKED = 1  # how an arena grows, in ONNX Runtime's numbers
PREFIX = "weights."  # of the initializers that the npz holds: weights.000, weights.001, ...


def load(settings: Settings) -> NeuralEngine:
    """The engine on ONNX Runtime with the weights that `settings.weights` names; both networks loaded and checked."""
    require("onnxruntime", "onnxruntime")
    folder = folder_of(settings.weights)
    networks = load_manifest(folder)
    detector = require_network(networks, "detector", folder)
    recogniser = require_network(networks, "recogniser", folder)
    second = second_of(networks, folder, settings.quality)
    pair = OnnxNetworks(detector, recogniser, second)
    columns = settings.batch_size * 128 if settings.batch_size else COLUMNS
    description = {
        "device": "cpu",
        "weights": {network.name: network.arrays.sha256 for network in (detector, recogniser, second) if network},
        "versions": {"onnxruntime": pair.version},
    }
    thresholds = Thresholds(**detector.details["thresholds"])
    pools = Pools(columns=columns, threads=min(THREADS, cores()))
    chinese = partial(_chinese, networks[CHINESE]) if CHINESE in networks else None
    return NeuralEngine(
        "onnx",
        pair,
        recogniser.alphabet,
        thresholds,
        pools,
        description,
        settings.quality,
        settings.lang,
        chinese,
        by_hand(networks.get(HANDWRITING)),
        settings.page_timeout,
    )


def _chinese(network: Network) -> Reader:
    session = Session(network)

    def recognise(batch: np.ndarray) -> tuple[np.ndarray, ...]:
        return tuple(session.run(["ids", "confidences", "logits"], {"crops": batch}))

    return Reader(recognise, network.alphabet)


def by_hand(network: Network | None) -> hand.Network | None:
    """The network that tells handwriting from print, so small that it runs here beside every runtime."""
    if network is None:
        return None
    session = Session(network)
    return lambda batch: session.run(["logits"], {"words": batch})[0]


class OnnxNetworks:
    """A detector and one or two recognisers, each an ONNX Runtime session on the CPU."""

    def __init__(self, detector: Network, recogniser: Network, second: Network | None = None) -> None:
        import onnxruntime

        self.version: str = onnxruntime.__version__
        self._detector = Session(detector)
        self._detecting = threading.Lock()  # a page takes 100 MB while its words are found
        self._recognisers = [Session(network) for network in (recogniser, second) if network]

    @property
    def recognisers(self) -> int:
        return len(self._recognisers)

    def detect(self, pages: np.ndarray) -> np.ndarray:
        with self._detecting:
            return self._detector.run(["probabilities"], {"pages": pages})[0]

    def recognise(self, batch: np.ndarray) -> tuple[np.ndarray, ...]:
        return tuple(self._recognisers[0].run(["ids", "confidences", "logits"], {"crops": batch}))

    def opinions(self, batch: np.ndarray, first: np.ndarray | None = None) -> list[np.ndarray]:
        known = [] if first is None else [first]
        asked = self._recognisers[len(known) :]
        return known + [recogniser.run(["logits"], {"crops": batch})[0] for recogniser in asked]


class Session:
    """One graph with the arrays of its npz as its weights."""

    def __init__(self, network: Network) -> None:
        import onnxruntime

        graph = network.graph.read()
        arrays = network.weights()
        used = network.details["graph_arrays"]
        options = _options(onnxruntime)
        names = [f"{PREFIX}{i:03}" for i in used]
        self._values = [onnxruntime.OrtValue.ortvalue_from_numpy(arrays[i]) for i in used]
        options.add_external_initializers(names, self._values)
        try:
            self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime raises a dozen unrelated classes here
            raise ModelIntegrity(f"{network.graph.path} does not take the weights beside it: {error}") from error

    def run(self, outputs: list[str], inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
        results: list[np.ndarray] = self._session.run(outputs, inputs)
        return results


def _options(runtime: Any) -> onnxruntime.SessionOptions:
    """All cores on one operator at a time; idle threads sleep, because workers that render share the cores."""
    options: onnxruntime.SessionOptions = runtime.SessionOptions()
    options.intra_op_num_threads = cores()
    options.inter_op_num_threads = 1
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.enable_mem_pattern = False  # plans of every shape are kept: 1,030 MB where 693 do, at the same speed
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    _share_memory(runtime)
    options.add_session_config_entry("session.use_env_allocators", "1")
    return options


@cache
def _share_memory(runtime: Any) -> None:
    """One arena for all sessions of the process, grown by no more than asked: what one gives back the next takes.

    Reading 63 pages takes 944 MiB so, and 1,028 with an arena for each session.
    """
    memory = runtime.OrtMemoryInfo("Cpu", runtime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, runtime.OrtMemType.DEFAULT)
    runtime.create_and_register_allocator(memory, runtime.OrtArenaCfg({"arena_extend_strategy": _AS_ASKED}))
