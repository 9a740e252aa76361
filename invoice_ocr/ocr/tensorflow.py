"""The networks as docTR's own TensorFlow models, compiled for fixed shapes: the runtime of GPUs.

Only this file and `training/` import TensorFlow and docTR, and inside functions: the import takes 16 s.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from invoice_ocr.errors import ConfigError, MissingPart
from invoice_ocr.ocr import require
from invoice_ocr.ocr.boxes import Thresholds
from invoice_ocr.ocr.hanzi import Reader
from invoice_ocr.ocr.manifest import (
    CHINESE,
    HANDWRITING,
    SECOND,
    Network,
    folder_of,
    load_manifest,
    require_network,
    second_of,
)
from invoice_ocr.ocr.neural import NeuralEngine, Pools
from invoice_ocr.ocr.onnx import by_hand
from invoice_ocr.settings import Settings

RECOGNISER_MEAN, RECOGNISER_STD = (0.694, 0.695, 0.693), (0.299, 0.296, 0.301)  # docTR's, of every CRNN
DETECTOR_MEAN, DETECTOR_STD = (0.798, 0.785, 0.772), (0.264, 0.2749, 0.287)  # docTR's, of every DB
CPU_POOLS = Pools()
GPU_POOLS = Pools(pages=8, crops=8192, columns=65536)
DOCTR = "doctr:"
DOCTR_THRESHOLDS = Thresholds(pixel=0.3, box=0.1, shrink=0.4)  # docTR's own defaults, for docTR's own weights
NO_SECOND = "Leave out --quality accurate, or the name of docTR's recogniser."
RECOGNISERS = ("crnn_mobilenet_v3_small", "crnn_mobilenet_v3_large", "crnn_vgg16_bn")
DETECTORS = ("db_mobilenet_v3_large", "db_resnet50")


def load(settings: Settings) -> NeuralEngine:
    """The engine on TensorFlow, on the GPU where there is one.

    `settings.weights`: a folder of weights; or doctr:RECOGNISER, doctr:DETECTOR, doctr:DETECTOR+RECOGNISER for what
    docTR publishes (downloaded by docTR, or NAME=FILE for a file already here); what is not named is the shipped one.
    """
    tf = import_tensorflow()
    gpu = choose_device(tf, settings.device)
    default = GPU_POOLS if gpu else CPU_POOLS
    columns = settings.batch_size * 128 if settings.batch_size else default.columns
    pools = Pools(default.pages, default.crops, columns)
    if settings.weights.startswith(DOCTR):
        published = parse_published(settings.weights)
        folder = folder_of("")
    else:
        published, folder = {}, folder_of(settings.weights)
    networks = load_manifest(folder) if len(published) < 2 else {}
    origins: dict[str, str] = {}
    thresholds = DOCTR_THRESHOLDS
    if "recogniser" in published:
        name, place = published["recogniser"]
        weights, alphabet = published_weights(name, place)
        recogniser = Recogniser(name, alphabet, weights, pools.columns, half=bool(gpu))
        origins["recogniser"] = DOCTR + name
    else:
        entry = require_network(networks, "recogniser", folder)
        recogniser = Recogniser(entry.architecture, entry.alphabet, entry.weights(), pools.columns, half=bool(gpu))
        origins["recogniser"] = entry.arrays.sha256
    if "detector" in published:
        name, place = published["detector"]
        weights, _ = published_weights(name, place)
        detector = Detector(name, {}, weights, pools.pages, half=bool(gpu))
        origins["detector"] = DOCTR + name
    else:
        entry = require_network(networks, "detector", folder)
        options = {"fpn_channels": int(entry.details["fpn_channels"])}
        detector = Detector(entry.architecture, options, entry.weights(), pools.pages, half=bool(gpu))
        thresholds = Thresholds(**entry.details["thresholds"])
        origins["detector"] = entry.arrays.sha256
    description = {
        "device": gpu or "cpu",
        "weights": origins,
        "versions": {"tensorflow": tf.__version__, "python-doctr": _doctr_version()},
    }
    recognisers = [recogniser]
    if "recogniser" not in published:
        second = second_of(networks, folder, settings.quality)
        if second is not None:
            recognisers.append(
                Recogniser(second.architecture, second.alphabet, second.weights(), columns, half=bool(gpu))
            )
            origins[SECOND] = second.arrays.sha256
    elif settings.quality == "accurate":
        raise ConfigError("--quality accurate reads with two recognisers that were trained together", fix=NO_SECOND)
    pair = TensorflowNetworks(detector, recognisers)
    chinese = partial(_chinese, networks[CHINESE], columns, half=bool(gpu)) if CHINESE in networks else None
    return NeuralEngine(
        "tensorflow",
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


def _chinese(network: Network, columns: int, *, half: bool) -> Reader:
    recogniser = Recogniser(network.architecture, network.alphabet, network.weights(), columns, half=half)
    return Reader(recogniser.recognise, network.alphabet)


class TensorflowNetworks:
    """A detector and one or two recognisers, compiled."""

    def __init__(self, detector: Detector, recognisers: list[Recogniser]) -> None:
        self._detector = detector
        self._recognisers = recognisers

    @property
    def recognisers(self) -> int:
        return len(self._recognisers)

    def detect(self, pages: np.ndarray) -> np.ndarray:
        return self._detector.detect(pages)

    def recognise(self, batch: np.ndarray) -> tuple[np.ndarray, ...]:
        return self._recognisers[0].recognise(batch)

    def opinions(self, batch: np.ndarray, first: np.ndarray | None = None) -> list[np.ndarray]:
        known = [] if first is None else [first]
        return known + [recogniser.logits(batch) for recogniser in self._recognisers[len(known) :]]


class Recogniser:
    """A docTR CRNN: one instance and one compiled graph a width, made when first needed, sharing one set of weights.

    half: compute in bfloat16, the CTC head in float32.
    """

    def __init__(
        self, architecture: str, alphabet: str, weights: list[np.ndarray], columns: int, *, half: bool
    ) -> None:
        self.alphabet = alphabet
        self._architecture = architecture
        self._weights = weights
        self._columns = columns
        self._half = half
        self._turn = threading.Lock()  # graphs are made on the way
        self._compiled: dict[int, Callable[[Any], Any]] = {}
        self._models: dict[int, Any] = {}

    def logits(self, batch: np.ndarray) -> np.ndarray:
        """float32, shape (n, steps, classes + 1): what `recognise` decided from; for comparing runtimes."""
        return self.recognise(batch)[2]

    def recognise(self, batch: np.ndarray) -> tuple[np.ndarray, ...]:
        """As `Networks.recognise`, with logits."""
        width = batch.shape[2]
        size = max(1, self._columns // width)
        with self._turn:
            if width not in self._compiled:
                self._compiled[width] = self._compile(width, size)
            return _in_fixed_batches(self._compiled[width], batch, size)

    def _compile(self, width: int, size: int) -> Callable[[Any], Any]:
        tf = import_tensorflow()
        model = build(self._architecture, (32, width, 3), self._weights, half=self._half, vocab=self.alphabet)
        self._models[width] = model

        @tf.function(input_signature=[tf.TensorSpec((size, 32, width, 3), tf.uint8)], autograph=False)  # type: ignore[untyped-decorator]
        def run(crops: Any) -> tuple[Any, ...]:
            features = model.feat_extractor(_normalised(tf, crops, RECOGNISER_MEAN, RECOGNISER_STD), training=False)
            steps = tf.transpose(features, (0, 2, 1, 3))
            steps = tf.reshape(steps, (size, steps.shape[1], steps.shape[2] * steps.shape[3]))
            *recurrent, head = model.decoder.layers
            for layer in recurrent:
                steps = layer(steps, training=False)
            kernel, bias = (tf.cast(value, tf.float32) for value in (head.kernel, head.bias))
            logits = tf.cast(steps, tf.float32) @ kernel + bias
            best = tf.argmax(logits, -1, tf.int32)
            return best, tf.exp(tf.reduce_max(logits, -1) - tf.reduce_logsumexp(logits, -1)), logits

        return run  # type: ignore[no-any-return]


class Detector:
    """A docTR DB network: one instance and one compiled graph an input shape, made when first needed."""

    def __init__(
        self, architecture: str, options: dict[str, int], weights: list[np.ndarray], pages: int, *, half: bool
    ) -> None:
        self._architecture = architecture
        self._options = options
        self._weights = weights
        self._pages = pages
        self._half = half
        self._turn = threading.Lock()  # graphs are made on the way
        self._compiled: dict[tuple[int, int], Callable[[Any], Any]] = {}
        self._models: dict[tuple[int, int], Any] = {}

    def detect(self, pages: np.ndarray) -> np.ndarray:
        """As `Networks.detect`."""
        return self._run(pages)[0]

    def logits(self, pages: np.ndarray) -> np.ndarray:
        """float32, shape (n, height, width); for comparing runtimes."""
        return self._run(pages)[1]

    def _run(self, pages: np.ndarray) -> tuple[np.ndarray, ...]:
        height, width = pages.shape[1:3]
        with self._turn:
            if (height, width) not in self._compiled:
                self._compiled[height, width] = self._compile(height, width)
            return _in_fixed_batches(self._compiled[height, width], pages, self._pages)

    def _compile(self, height: int, width: int) -> Callable[[Any], Any]:
        tf = import_tensorflow()
        model = build(self._architecture, (height, width, 3), self._weights, half=self._half, **self._options)
        self._models[height, width] = model

        @tf.function(input_signature=[tf.TensorSpec((self._pages, height, width, 3), tf.uint8)], autograph=False)  # type: ignore[untyped-decorator]
        def run(pages: Any) -> tuple[Any, Any]:
            out = model(_normalised(tf, pages, DETECTOR_MEAN, DETECTOR_STD), training=False)
            logits = tf.cast(out["logits"], tf.float32)[..., 0]
            return tf.sigmoid(logits), logits

        return run  # type: ignore[no-any-return]


def build(
    architecture: str,
    input_shape: tuple[int, int, int],
    weights: list[np.ndarray],
    *,
    half: bool = False,
    **options: Any,
) -> Any:
    """A docTR model of that architecture and input shape with these weights, giving logits; nothing is downloaded.

    weights: float32 arrays in the order of `get_weights()`. Raises ValueError when their shapes do not fit.
    """
    import_tensorflow()
    import tf_keras
    from doctr.models import detection, recognition

    maker = getattr(recognition if architecture.startswith("crnn") else detection, architecture)
    before = tf_keras.mixed_precision.global_policy()
    tf_keras.mixed_precision.set_global_policy("mixed_bfloat16" if half else "float32")
    try:
        with contextlib.redirect_stdout(sys.stderr):
            model = maker(
                pretrained=False, pretrained_backbone=False, input_shape=input_shape, exportable=True, **options
            )
    finally:
        tf_keras.mixed_precision.set_global_policy(before)
    if weights:
        model.set_weights(weights)
    return model


def published_weights(name: str, place: str) -> tuple[list[np.ndarray], str]:
    """The arrays and, of a recogniser, the alphabet that docTR publishes for an architecture.

    place: a file of docTR's weights, or "" to let docTR download (and cache) it. Raises MissingPart.
    """
    import_tensorflow()
    from doctr.models import detection, recognition

    kind = recognition if name in RECOGNISERS else detection
    try:
        with contextlib.redirect_stdout(sys.stderr):
            model = getattr(kind, name)(pretrained=not place, pretrained_backbone=False, exportable=True)
            if place:
                model.from_pretrained(place)
    except (OSError, ValueError) as error:
        raise MissingPart(
            f"docTR's weights {name} cannot be had: {error}",
            fix=f"Connect to the network once, or name a file: --weights {DOCTR}{name}=FILE.weights.h5",
        ) from error
    return model.get_weights(), getattr(model, "vocab", "")


def parse_published(weights: str) -> dict[str, tuple[str, str]]:
    """The networks named by doctr:NAME, doctr:NAME=FILE or two of them joined by +: kind to (name, file or "").

    >>> parse_published("doctr:db_resnet50+crnn_vgg16_bn=w.h5")
    {'detector': ('db_resnet50', ''), 'recogniser': ('crnn_vgg16_bn', 'w.h5')}
    """
    found: dict[str, tuple[str, str]] = {}
    for part in weights.removeprefix(DOCTR).split("+"):
        name, _, place = part.partition("=")
        kind = "recogniser" if name in RECOGNISERS else "detector"
        if name not in RECOGNISERS + DETECTORS:
            raise ConfigError(f"{name!r} is none of docTR's {', '.join(DETECTORS + RECOGNISERS)}")
        found[kind] = (name, place)
    return found


def import_tensorflow() -> Any:
    """TensorFlow with Keras 2 as docTR 0.12 needs it, quiet, and its grouped convolutions mended.

    Raises MissingPart when a part is missing, ConfigError when TensorFlow was imported with Keras 3 before.
    """
    require("tensorflow", "tensorflow")
    require("tf_keras", "tf-keras")
    require("doctr", "'python-doctr>=0.12,<1' tf2onnx")
    os.environ["USE_TF"] = "1"
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with contextlib.redirect_stdout(sys.stderr):
        import tensorflow as tf
        from tensorflow.keras import Model
        from tf_keras.src.layers.convolutional import base_conv
    if not Model.__module__.startswith("tf_keras"):
        raise ConfigError(
            "TensorFlow was imported with Keras 3, docTR needs Keras 2",
            fix="Set TF_USE_LEGACY_KERAS=1 before TensorFlow is imported.",
        )
    base_conv.Conv._jit_compiled_convolution_op = _depthwise  # noqa: SLF001
    return tf


def _depthwise(layer: Any, inputs: Any, kernel: Any) -> Any:
    """What a Keras 2 convolution with groups gives; here all of those are depthwise.

    Without a GPU Keras 2 compiles grouped convolutions with XLA, 15 times slower, and TensorFlow 2.21 cannot fuse
    plain ones with what follows ("Fused conv implementation does not support grouped convolutions"). The depthwise
    operation has neither fault, but equal strides only: unequal ones take every second row of the unstrided result,
    the second first, as 'same' padding at stride 2 places them on even heights. Ends with docTR's Keras 3.
    """
    import tensorflow as tf

    if layer.groups != layer.filters or kernel.shape[2] != 1 or layer.padding != "same":
        return layer.convolution_op(inputs, kernel)
    weights = tf.transpose(kernel, (0, 1, 3, 2))
    down, across = layer.strides
    if down == across:
        return tf.nn.depthwise_conv2d(inputs, weights, (1, down, across, 1), "SAME")
    if (down, across) != (2, 1) or inputs.shape[1] % 2:
        return layer.convolution_op(inputs, kernel)
    return tf.nn.depthwise_conv2d(inputs, weights, (1, 1, 1, 1), "SAME")[:, 1::2]


def choose_device(tf: Any, device: str) -> str:
    """The GPU to use, "gpu:0", or "" for the CPU; must run before TensorFlow's first operation.

    Only the chosen GPU is visible, and its memory is taken as needed. Raises ConfigError when it is not there.
    """
    gpus = tf.config.list_physical_devices("GPU")
    kind, _, index = device.partition(":")
    if kind == "cpu" or not gpus:
        if kind == "gpu":
            raise ConfigError("TensorFlow sees no GPU", fix="pip install 'invoice-ocr[gpu]', or --device cpu.")
        _set_visible(tf, [])
        return ""
    number = int(index or 0)
    if number >= len(gpus):
        raise ConfigError(f"there is no GPU {number}: TensorFlow sees {len(gpus)}")
    _set_visible(tf, [gpus[number]])
    return f"gpu:{number}"


def _set_visible(tf: Any, gpus: list[Any]) -> None:
    try:
        tf.config.set_visible_devices(gpus, "GPU")
        for gpu in gpus:
            tf.config.experimental.set_memory_growth(gpu, True)
    except RuntimeError as error:
        if tf.config.get_visible_devices("GPU") != gpus:
            raise ConfigError(f"TensorFlow is running already, its device cannot be changed: {error}") from error


def _normalised(tf: Any, pixels: Any, mean: tuple[float, ...], std: tuple[float, ...]) -> Any:
    return (tf.cast(pixels, tf.float32) / 255.0 - tf.constant(mean)) / tf.constant(std)


def _in_fixed_batches(run: Callable[[Any], Any], batch: np.ndarray, size: int) -> tuple[np.ndarray, ...]:
    """What `run` gives for a batch of any length, called with `size` pictures at a time, the last ones filled up."""
    parts: list[list[np.ndarray]] = []
    for start in range(0, len(batch), size):
        part = batch[start : start + size]
        full = np.concatenate([part, np.zeros((size - len(part), *part.shape[1:]), part.dtype)])
        parts.append([out.numpy()[: len(part)] for out in run(full)])
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def _doctr_version() -> str:
    from importlib.metadata import version

    return version("python-doctr")
