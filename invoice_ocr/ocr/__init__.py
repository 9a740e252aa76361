"""Pages in, words out: what an engine is, and `load_engine()`, which chooses one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from invoice_ocr.errors import ConfigError, MissingPart
from invoice_ocr.model import PageImage, PageWords
from invoice_ocr.settings import Settings

if TYPE_CHECKING:
    import numpy as np

RUNTIMES = ("auto", "onnx", "tensorflow", "rapidocr")


class Engine(Protocol):
    """Whatever reads pixels. One thread reads pages, while others have words recognised."""

    @property
    def name(self) -> str:
        """The runtime: onnx, tensorflow, rapidocr, replay."""

    def read(self, pages: Iterable[PageImage]) -> Iterator[PageWords]:
        """The words of every page, in the order of the pages, words in reading order, boxes in points.

        Pictures of words are pooled over pages, so an engine may take several pages before it gives the first back.
        """

    def recognise(self, crops: Sequence[np.ndarray]) -> list[tuple[str, float]]:
        """The text and confidence (0..1) of each picture of one word or line; "" where nothing can be read.

        crops: uint8, shape (height, width, 3), RGB, any size.
        """

    def describe(self) -> dict[str, Any]:
        """What reads: `runtime`, `device`, `alphabet`, `weights` (name to SHA-256), `versions`; JSON types only."""


def load_engine(settings: Settings) -> Engine:
    """The engine that `settings` (runtime, device, weights, batch_size) ask for, its weights checked.

    `auto` takes TensorFlow where a GPU and TensorFlow are present (or asked for), else ONNX Runtime.
    Raises MissingPart when a package or network is missing, ModelIntegrity when weights differ from their manifest,
    ConfigError for a runtime or device that does not exist.
    """
    runtime = choose_runtime(settings)
    if runtime == "rapidocr":
        from invoice_ocr.ocr import rapidocr

        return rapidocr.load(settings)
    if runtime == "tensorflow":
        if settings.device.startswith("gpu") and not has_gpu():  # TensorFlow would take half a minute to say so
            raise ConfigError(
                f"--device {settings.device}: there is no NVIDIA GPU to be seen",
                fix="See what nvidia-smi says, or choose --device cpu.",
            )
        from invoice_ocr.ocr import tensorflow

        return tensorflow.load(settings)
    from invoice_ocr.ocr import onnx

    return onnx.load(settings)


def choose_runtime(settings: Settings) -> str:
    """onnx, tensorflow or rapidocr; imports none of them. Raises ConfigError."""
    kind, _, index = settings.device.partition(":")
    if kind not in ("auto", "cpu", "gpu") or (index and (kind != "gpu" or not index.isdecimal())):
        raise ConfigError(f"device {settings.device!r} is none of auto, cpu, gpu, gpu:N")
    if settings.runtime not in RUNTIMES:
        raise ConfigError(f"runtime {settings.runtime!r} is none of {', '.join(RUNTIMES)}")
    if settings.runtime in ("onnx", "rapidocr") and kind == "gpu":
        raise ConfigError(f"runtime {settings.runtime} runs on the CPU only", fix="Add --runtime tensorflow.")
    if settings.runtime != "auto":
        return settings.runtime
    if kind == "gpu" or settings.weights.startswith("doctr:"):
        return "tensorflow"
    gpu = kind == "auto" and has_gpu() and find_spec("tensorflow") is not None and find_spec("doctr") is not None
    return "tensorflow" if gpu else "onnx"


def weights_of(settings: Settings) -> dict[str, str]:
    """The SHA-256 of each file of weights that the engine of `settings` loads, by network; for another project's engine
    or networks their name and version. Empty where text layers alone are read.

    Raises as `load_engine` does when there is no manifest, or a malformed one.
    """
    if settings.text == "layer":
        return {}
    if choose_runtime(settings) == "rapidocr":
        return {"rapidocr": _version("rapidocr")}
    if settings.weights.startswith("doctr:"):
        return {settings.weights: _version("python-doctr")}
    from invoice_ocr.ocr.manifest import folder_of, load_manifest

    networks = load_manifest(folder_of(settings.weights))
    return {name: f"{network.arrays.sha256} {network.graph.sha256}" for name, network in networks.items()}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def has_gpu() -> bool:
    """Whether the kernel shows an NVIDIA device; no library is loaded to find out."""
    return any(Path(place).exists() for place in ("/dev/nvidia0", "/proc/driver/nvidia/version", "/dev/dxg"))


def require(module: str, package: str) -> None:
    """Nothing, when `module` can be imported; else raises MissingPart that names the `package` to install."""
    if find_spec(module) is None:
        raise MissingPart(f"{module} is not installed", fix=f"pip install {package}")
