"""Networks as ONNX graphs: with what stands between them and the engine, and without their weights.

A graph's initializers are marked external and named after the arrays of the npz (weights.000, ...), followed by the
transposition from docTR's layout to ONNX's, which ONNX Runtime folds at load.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from invoice_ocr.ocr.onnx import PREFIX
from invoice_ocr.ocr.tensorflow import (
    DETECTOR_MEAN,
    DETECTOR_STD,
    RECOGNISER_MEAN,
    RECOGNISER_STD,
    import_tensorflow,
)
from invoice_ocr.training import detector_lean, detector_net
from invoice_ocr.training.handwriting import Handwriting

LARGEST_INLINE = 64 * 1024  # bytes of numbers a graph may hold besides the npz: shapes, zeros, normalisation
OPSET = 17


class WholeRecogniser(nn.Module):
    """The twin between uint8 crops and what the engine decodes."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net
        self.normalise = Normalise(RECOGNISER_MEAN, RECOGNISER_STD)

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        logits = self.net(self.normalise(crops))
        return logits.argmax(-1).int(), logits.softmax(-1).amax(-1), logits


class WholeDetector(nn.Module):
    """The twin between uint8 pages and probabilities."""

    def __init__(self, net: detector_net.Detector) -> None:
        super().__init__()
        self.net = net
        self.normalise = Normalise(DETECTOR_MEAN, DETECTOR_STD)

    def forward(self, pages: Tensor) -> tuple[Tensor, Tensor]:
        logits = detector_lean.logits(self.net, self.normalise(pages))[:, 0]
        return torch.sigmoid(logits), logits


class WholeHandwriting(nn.Module):
    """The network between uint8 words, paper light, and its logits."""

    def __init__(self, net: Handwriting) -> None:
        super().__init__()
        self.net = net

    def forward(self, words: Tensor) -> Tensor:
        logits: Tensor = self.net(1 - words[:, None].float() / 255)
        return logits


class Normalise(nn.Module):
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


def graph_of(model: nn.Module, example: Tensor, axes: Mapping[str, Mapping[int, str]]) -> bytes:
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


def without_weights(graph: bytes, arrays: Sequence[np.ndarray]) -> tuple[bytes, list[int]]:
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
