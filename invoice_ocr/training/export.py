"""Trained twins to what ships: float16 arrays for docTR's models, an ONNX graph without weights, a manifest entry.

There is one set of weights: the .npz, whose arrays the graph names.
Nothing is written into the folder before torch, ONNX Runtime and docTR's TensorFlow model agree on it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
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
from invoice_ocr.ocr.onnx import Session
from invoice_ocr.ocr.tensorflow import DETECTOR_MEAN, DETECTOR_STD
from invoice_ocr.ocr.tensorflow import Detector as DoctrDetector
from invoice_ocr.ocr.tensorflow import Recogniser as DoctrRecogniser
from invoice_ocr.training import detector_net, recogniser_net
from invoice_ocr.training.graphs import (
    Normalise,
    WholeDetector,
    WholeHandwriting,
    WholeRecogniser,
    graph_of,
    without_weights,
)
from invoice_ocr.training.handwriting import Handwriting

CLOSE = 1e-3  # largest difference of logits that two runtimes may show


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
    graph = graph_of(WholeRecogniser(net), example, axes)
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
    graph = graph_of(WholeDetector(net), example, axes)
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
    model = WholeHandwriting(net).eval()
    arrays = [
        np.ascontiguousarray(tensor.numpy().transpose((2, 3, 1, 0) if tensor.ndim == 4 else range(tensor.ndim)))
        for tensor in rounded.values()
        if tensor.is_floating_point()
    ]
    axes = {"words": {0: "n", 2: "width"}, "logits": {0: "n", 1: "steps"}}
    graph = graph_of(model, torch.zeros((2, HEIGHT, 64), dtype=torch.uint8), axes)
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
    light, used = without_weights(graph, arrays)
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
            _, _, twin = (out.numpy() for out in WholeRecogniser(net).eval()(torch.from_numpy(crops)))
        results = {
            "onnx": session.run(["ids", "confidences", "logits"], {"crops": crops}),
            "tensorflow": doctr.recognise(crops),
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
        twin = net.eval()(Normalise(DETECTOR_MEAN, DETECTOR_STD)(torch.from_numpy(page)))[:, 0].numpy()
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
