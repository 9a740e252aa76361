"""Trained twins to what ships: float16 arrays for docTR's models, an ONNX graph without weights, a manifest entry.

There is one set of weights: the .npz. The graph's initializers are marked external and named after the arrays of the
npz (weights.000, ...), followed by the transposition from docTR's layout to ONNX's, which ONNX Runtime folds at load.
Nothing is written into the folder before torch, ONNX Runtime and docTR's TensorFlow model agree on it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from invoice_ocr.ocr.alphabet import ALPHABET
from invoice_ocr.ocr.boxes import Thresholds
from invoice_ocr.ocr.crops import HEIGHT, WIDTHS
from invoice_ocr.ocr.ctc import decode
from invoice_ocr.ocr.manifest import HANDWRITING, SCHEMA, load_manifest
from invoice_ocr.ocr.onnx import PREFIX, Session
from invoice_ocr.ocr.tensorflow import (
    DETECTOR_MEAN,
    DETECTOR_STD,
    RECOGNISER_MEAN,
    RECOGNISER_STD,
    import_tensorflow,
)
from invoice_ocr.ocr.tensorflow import Detector as DoctrDetector
from invoice_ocr.ocr.tensorflow import Recogniser as DoctrRecogniser
from invoice_ocr.training import detector_lean, detector_net, recogniser_net
from invoice_ocr.training.handwriting import Handwriting

CLOSE = 1e-3  # largest difference of logits that two runtimes may show
LARGEST_INLINE = 64 * 1024  # bytes of numbers a graph may hold besides the npz: shapes, zeros, normalisation
OPSET = 17


class _Recogniser(nn.Module):
    """The twin between uint8 crops and what the engine decodes."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net
        self.normalise = _Normalise(RECOGNISER_MEAN, RECOGNISER_STD)

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        logits = self.net(self.normalise(crops))
        return logits.argmax(-1).int(), logits.softmax(-1).amax(-1), logits


class _Detector(nn.Module):
    """The twin between uint8 pages and probabilities."""

    def __init__(self, net: detector_net.Detector) -> None:
        super().__init__()
        self.net = net
        self.normalise = _Normalise(DETECTOR_MEAN, DETECTOR_STD)

    def forward(self, pages: Tensor) -> tuple[Tensor, Tensor]:
        logits = detector_lean.logits(self.net, self.normalise(pages))[:, 0]
        return torch.sigmoid(logits), logits


class _Handwriting(nn.Module):
    """The network between uint8 words, paper light, and its logits."""

    def __init__(self, net: Handwriting) -> None:
        super().__init__()
        self.net = net

    def forward(self, words: Tensor) -> Tensor:
        logits: Tensor = self.net(1 - words[:, None].float() / 255)
        return logits


class _Normalise(nn.Module):
    """uint8 (n, height, width, 3) to float32 (n, 3, height, width), normalised as docTR does."""

    mean: Tensor
    std: Tensor

    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean).view(3, 1, 1) * 255, persistent=False)
        self.register_buffer("std", torch.tensor(std).view(3, 1, 1) * 255, persistent=False)

    def forward(self, pixels: Tensor) -> Tensor:
        channels = pixels.permute(0, 3, 1, 2).float()  # first, while a pixel is three bytes
        return (channels - self.mean) / self.std


def load_checkpoint(path: Path) -> dict[str, Any]:
    """What a training run saved in `path`: tensors and plain values, on the CPU; nothing in it is executed."""
    return dict(torch.load(path, map_location="cpu", weights_only=True))


def doubted(state: Mapping[str, Tensor], classes: Sequence[int], by: float) -> dict[str, Tensor]:
    """The state of a recogniser that expects some classes less, by so many nats: they were drawn oftener than printed.

    After Saerens et al., Adjusting the outputs of a classifier to new a priori probabilities, 2002.
    """
    bias = state["dense.bias"].clone()
    bias[list(classes)] -= by
    return {**state, "dense.bias": bias}


def export_recogniser(
    state: Mapping[str, Tensor],
    folder: Path,
    recipe: Mapping[str, Any],
    scores: Mapping[str, Any],
    *,
    name: str = "recogniser",
    architecture: str = "crnn_mobilenet_v3_small",
    alphabet: str = ALPHABET,
) -> dict[str, float]:
    """Write <name>.npz, <name>.onnx and the manifest's entry; returns the largest differences of logits.

    state: of `recogniser_net.Crnn`. name: recogniser, or `manifest.SECOND`. Raises ValueError when a runtime differs
    from the twin, and writes nothing then.
    """
    rounded = _rounded(state)
    net = recogniser_net.Crnn(len(alphabet), architecture)
    net.load_state_dict(rounded)
    details = {
        "alphabet": alphabet,
        "alphabet_sha256": hashlib.sha256(alphabet.encode()).hexdigest(),
        "height": HEIGHT,
        "widths": list(WIDTHS),
    }
    arrays = recogniser_net.to_doctr(rounded, architecture)
    example = torch.zeros((2, HEIGHT, 64, 3), dtype=torch.uint8)
    axes = {"crops": {0: "n", 2: "width"}, **{out: {0: "n", 1: "steps"} for out in ("ids", "confidences", "logits")}}
    graph = _graph(_Recogniser(net), example, axes)
    with tempfile.TemporaryDirectory() as place:
        entry = _write(Path(place), name, architecture, arrays, graph, details, recipe, scores)
        session = Session(load_manifest(Path(place))[name])
        parity = _compare_recognisers(session, net, architecture, alphabet, arrays)
        _install(Path(place), folder, name, entry | {"parity": parity})
    return parity


def export_detector(
    state: Mapping[str, Tensor],
    folder: Path,
    recipe: Mapping[str, Any],
    scores: Mapping[str, Any],
    *,
    thresholds: Thresholds | None = None,
    channels: int = 32,
) -> dict[str, float]:
    """Write detector.npz, detector.onnx and the manifest's entry; returns the largest differences of logits.

    state: of `detector_net.Detector`. Raises ValueError when a runtime differs from the twin, and writes nothing then.
    """
    rounded = _rounded(state)
    net = detector_net.Detector(channels)
    net.load_state_dict(rounded)
    details = {"fpn_channels": channels, "thresholds": asdict(thresholds or Thresholds())}
    arrays = detector_net.to_doctr(rounded)
    example = torch.zeros((1, 64, 96, 3), dtype=torch.uint8)
    axes = {name: {0: "n", 1: "height", 2: "width"} for name in ("pages", "probabilities", "logits")}
    graph = _graph(_Detector(net), example, axes)
    with tempfile.TemporaryDirectory() as place:
        entry = _write(Path(place), "detector", "db_mobilenet_v3_large", arrays, graph, details, recipe, scores)
        parity = _compare_detectors(Path(place), net, channels, arrays)
        _install(Path(place), folder, "detector", entry | {"parity": parity})
    return parity


def export_handwriting(
    state: Mapping[str, Tensor], folder: Path, recipe: Mapping[str, Any], scores: Mapping[str, Any]
) -> dict[str, float]:
    """Write handwriting.npz, handwriting.onnx and the manifest's entry; returns the largest difference of logits.

    state: of `handwriting.Handwriting`. Raises ValueError when ONNX Runtime differs from it, and writes nothing then.
    """
    rounded = _rounded(state)
    net = Handwriting()
    net.load_state_dict(rounded)
    model = _Handwriting(net).eval()
    arrays = [
        np.ascontiguousarray(tensor.numpy().transpose((2, 3, 1, 0) if tensor.ndim == 4 else range(tensor.ndim)))
        for tensor in rounded.values()
        if tensor.is_floating_point()
    ]
    axes = {"words": {0: "n", 2: "width"}, "logits": {0: "n", 1: "steps"}}
    graph = _graph(model, torch.zeros((2, HEIGHT, 64), dtype=torch.uint8), axes)
    with tempfile.TemporaryDirectory() as place:
        entry = _write(Path(place), HANDWRITING, "depthwise_separable", arrays, graph, {}, recipe, scores)
        words = np.ascontiguousarray(printed_crops(128, 6)[..., 0])
        with torch.no_grad():
            twin = model(torch.from_numpy(words)).numpy()
        (logits,) = Session(load_manifest(Path(place))[HANDWRITING]).run(["logits"], {"words": words})
        parity = {"onnx": float(np.abs(logits - twin).max())}
        if parity["onnx"] > CLOSE:
            raise ValueError(f"ONNX Runtime differs from the network: {parity}")
        _install(Path(place), folder, HANDWRITING, entry | {"parity": parity})
    return parity


def _rounded(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state as float16 keeps it. Both biases of an LSTM become one, because Keras has one."""
    whole = {name: tensor.detach().cpu().float() for name, tensor in state.items() if tensor.is_floating_point()}
    for name in [name for name in whole if "bias_hh" in name]:
        partner = name.replace("bias_hh", "bias_ih")
        whole[partner] = whole[partner] + whole[name]
        whole[name] = torch.zeros_like(whole[name])
    rounded = {name: tensor.half().float() for name, tensor in whole.items()}
    for name, tensor in rounded.items():
        if not torch.isfinite(tensor).all():
            raise ValueError(f"{name} does not fit float16")
    return rounded | {name: tensor for name, tensor in state.items() if not tensor.is_floating_point()}


def _graph(model: nn.Module, example: Tensor, axes: Mapping[str, Mapping[int, str]]) -> bytes:
    """The ONNX graph of a model, weights still inside, nothing folded."""
    import_tensorflow()  # first, with Keras 2: torch's exporter imports TensorFlow where it finds it
    inputs, *outputs = axes
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as place:
        path = Path(place) / "graph.onnx"
        warnings.simplefilter("ignore")  # the tracing exporter announces its successor, which folds what must stay
        torch.onnx.export(
            model.eval(),
            (example,),
            path,
            input_names=[inputs],
            output_names=outputs,
            dynamic_axes=axes,
            do_constant_folding=False,
            training=torch.onnx.TrainingMode.PRESERVE,
            opset_version=OPSET,
            dynamo=False,
        )
        return path.read_bytes()


def _without_weights(graph: bytes, arrays: Sequence[np.ndarray]) -> tuple[bytes, list[int]]:
    """The graph with its weights replaced by names of arrays in the npz, and which of those it uses."""
    import onnx

    model = onnx.load_from_string(graph)
    places: dict[tuple[tuple[int, ...], bytes], list[int]] = {}
    for i, array in enumerate(arrays):
        places.setdefault((array.shape, array.tobytes()), []).append(i)
    used: list[int] = []
    inline = 0
    for tensor in list(model.graph.initializer):
        value = onnx.numpy_helper.to_array(tensor)
        order = {4: (2, 3, 1, 0), 2: (1, 0)}.get(value.ndim, tuple(range(value.ndim)))
        laid_out = np.ascontiguousarray(value.transpose(order))
        matches = places.get((laid_out.shape, laid_out.tobytes()), []) if value.dtype == np.float32 else []
        if not matches:
            inline += value.nbytes
            continue
        index = next((i for i in matches if i not in used), matches[0])
        model.graph.initializer.remove(tensor)
        back = np.argsort(order).tolist()
        node = onnx.helper.make_node("Transpose", [f"{PREFIX}{index:03}"], [tensor.name], perm=back)
        if value.ndim < 2:
            node = onnx.helper.make_node("Identity", [f"{PREFIX}{index:03}"], [tensor.name])
        model.graph.node.insert(0, node)
        if index not in used:
            used.append(index)
            model.graph.initializer.append(_external(onnx, index, laid_out.shape))
    if inline > LARGEST_INLINE:
        raise ValueError(f"{inline} bytes of weights are in the graph but not in the npz")
    model.producer_name, model.producer_version, model.doc_string = "invoice-ocr", "", ""
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    return model.SerializeToString(deterministic=True), sorted(used)


def _external(onnx: Any, index: int, shape: Sequence[int]) -> Any:
    tensor = onnx.TensorProto(name=f"{PREFIX}{index:03}", data_type=onnx.TensorProto.FLOAT, dims=shape)
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="npz")
    return tensor


def _write(
    place: Path,
    name: str,
    architecture: str,
    arrays: Sequence[np.ndarray],
    graph: bytes,
    details: Mapping[str, Any],
    recipe: Mapping[str, Any],
    scores: Mapping[str, Any],
) -> dict[str, Any]:
    """Write one network into an empty folder, with a manifest of its own; returns the manifest's entry."""
    if not recipe:
        raise ValueError("weights without a recipe are not exported")
    light, used = _without_weights(graph, arrays)
    (place / f"{name}.onnx").write_bytes(light)
    np.savez(place / f"{name}.npz", **{f"{i:03}": array.astype("<f2") for i, array in enumerate(arrays)})  # type: ignore[arg-type]
    entry = {
        "architecture": architecture,
        "arrays": _pin(place / f"{name}.npz"),
        "graph": _pin(place / f"{name}.onnx"),
        "details": {**details, "graph_arrays": used},
        "recipe": dict(recipe),
        "scores": dict(scores),
        "shapes": [list(array.shape) for array in arrays],
    }
    _write_manifest(place, {name: entry})
    return entry


def _pin(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {"file": path.name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def _write_manifest(folder: Path, networks: Mapping[str, Any]) -> None:
    part = folder / "manifest.part"
    text = json.dumps({"schema": SCHEMA, "networks": networks}, indent=1, ensure_ascii=False, sort_keys=True)
    part.write_text(_compact_lists(text) + "\n", encoding="utf-8")
    part.replace(folder / "manifest.json")


def _compact_lists(text: str) -> str:
    """JSON text with each innermost list on one line: the shapes would fill pages."""
    return re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda m: "[" + re.sub(r"\s*\n\s*", " ", m[1]) + "]", text)


def _install(place: Path, folder: Path, name: str, entry: Mapping[str, Any]) -> None:
    """Move a checked network into `folder`, its entry into that folder's manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = folder / "manifest.json"
    networks = json.loads(manifest.read_text(encoding="utf-8"))["networks"] if manifest.exists() else {}
    for suffix in (".npz", ".onnx"):
        part = folder / f"{name}{suffix}.part"
        shutil.copyfile(place / f"{name}{suffix}", part)
        os.replace(part, folder / f"{name}{suffix}")  # noqa: PTH105 - part of one idiom with copyfile
    _write_manifest(folder, {**networks, name: dict(entry)})


def _compare_recognisers(
    session: Session, net: nn.Module, architecture: str, alphabet: str, arrays: list[np.ndarray]
) -> dict[str, float]:
    """Largest |difference| of logits to the twin's, by runtime, over printed and random crops of three widths."""
    doctr = DoctrRecogniser(architecture, alphabet, arrays, 256, half=False)
    worst = {"onnx": 0.0, "tensorflow": 0.0}
    for width in (32, 128, 256):
        crops = printed_crops(width, 6)
        with torch.no_grad():
            _, _, twin = (out.numpy() for out in _Recogniser(net).eval()(torch.from_numpy(crops)))
        results = {
            "onnx": session.run(["ids", "confidences", "logits"], {"crops": crops}),
            "tensorflow": [*doctr.recognise(crops), doctr.logits(crops)],
        }
        wanted = [text.text for text in decode(twin.argmax(-1), np.ones(twin.shape[:2]), alphabet)]
        for runtime, (ids, confidences, logits) in results.items():
            worst[runtime] = max(worst[runtime], float(np.abs(logits - twin).max()))
            said = [text.text for text in decode(ids, confidences, alphabet)]
            if worst[runtime] > CLOSE or said != wanted:
                raise ValueError(f"{runtime} differs from the twin: {worst[runtime]:.2e}, {said} for {wanted}")
    return worst


def _compare_detectors(place: Path, net: nn.Module, channels: int, arrays: list[np.ndarray]) -> dict[str, float]:
    """Largest |difference| of logits to the twin's, by runtime, on a page of print."""
    session = Session(load_manifest(place)["detector"])
    doctr = DoctrDetector("db_mobilenet_v3_large", {"fpn_channels": channels}, arrays, 1, half=False)
    page = printed_page(256, 352)[None]
    with torch.no_grad():
        twin = net.eval()(_Normalise(DETECTOR_MEAN, DETECTOR_STD)(torch.from_numpy(page)))[:, 0].numpy()
    worst = {
        "onnx": float(np.abs(session.run(["logits"], {"pages": page})[0] - twin).max()),
        "tensorflow": float(np.abs(doctr.logits(page) - twin).max()),
    }
    if max(worst.values()) > CLOSE:
        raise ValueError(f"the runtimes differ from the twin: {worst}")
    return worst


def printed_crops(width: int, count: int, seed: int = 7) -> np.ndarray:
    """Made-up crops for comparisons: uint8, shape (count, 32, width, 3), digits over noise, black at the right."""
    rng = np.random.default_rng(seed)
    crops = rng.integers(180, 255, (count, HEIGHT, width, 3), np.uint8)
    for crop in crops:
        text = str(rng.integers(10 ** max(1, width // 24)))
        cv2.putText(crop, text, (3, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (20, 20, 20), 2, cv2.LINE_AA)
        crop[:, width - int(rng.integers(1, width // 3)) :] = 0
    return crops


def printed_page(height: int, width: int, seed: int = 7) -> np.ndarray:
    """A made-up page for comparisons: uint8, shape (height, width, 3), RGB, lines of drawn digits."""
    rng = np.random.default_rng(seed)
    page = np.full((height, width, 3), 250, np.uint8)
    for y in range(24, height - 8, 28):
        text = "  ".join(str(n) for n in rng.integers(0, 99999, 5))
        cv2.putText(page, text, (8, y), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (30, 30, 30), 1, cv2.LINE_AA)
    return page
