"""Weights are what their manifest says, or they are refused before anything of them is used."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from invoice_ocr.errors import ExitCode, MissingPart, ModelIntegrity
from invoice_ocr.ocr.manifest import load_manifest

ARRAYS = [np.arange(6, dtype="<f2").reshape(2, 3), np.ones(4, "<f2")]
Manifest = dict[str, Any]


def pin(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {"file": path.name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    np.savez(tmp_path / "recogniser.npz", **{f"{i:03}": array for i, array in enumerate(ARRAYS)})
    (tmp_path / "recogniser.onnx").write_bytes(b"a graph")
    entry = {
        "architecture": "crnn_mobilenet_v3_small",
        "arrays": pin(tmp_path / "recogniser.npz"),
        "graph": pin(tmp_path / "recogniser.onnx"),
        "shapes": [[2, 3], [4]],
        "details": {"alphabet": "ab", "alphabet_sha256": hashlib.sha256(b"ab").hexdigest()},
        "recipe": {"steps": 3},
        "scores": {},
    }
    write(tmp_path, {"schema": 1, "networks": {"recogniser": entry}})
    return tmp_path


def write(folder: Path, manifest: Manifest) -> None:
    (folder / "manifest.json").write_text(json.dumps(manifest))


def change(folder: Path, edit: Callable[[Manifest], Any]) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    edit(manifest["networks"]["recogniser"])
    write(folder, manifest)


def repack(folder: Path, members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> None:
    """Other arrays in the npz, and a manifest that pins them: what is refused is refused for what they hold."""
    with zipfile.ZipFile(folder / "recogniser.npz", "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    change(folder, lambda entry: entry.update(arrays=pin(folder / "recogniser.npz")))


def npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def weights(folder: Path) -> list[np.ndarray]:
    return load_manifest(folder)["recogniser"].weights()


def test_whole_weights_come_as_float32_in_order(folder: Path) -> None:
    loaded = weights(folder)
    assert [array.dtype for array in loaded] == [np.float32, np.float32]
    assert all((one == other).all() for one, other in zip(loaded, ARRAYS, strict=True))
    assert load_manifest(folder)["recogniser"].alphabet == "ab"


@pytest.mark.parametrize("file", ["recogniser.npz", "recogniser.onnx"])
@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b + b"\0", lambda b: b[:5] + bytes([b[5] ^ 1]) + b[6:]])
def test_a_flipped_bit_or_another_length_is_refused(folder: Path, file: str, damage: Callable[[bytes], bytes]) -> None:
    (folder / file).write_bytes(damage((folder / file).read_bytes()))
    network = load_manifest(folder)["recogniser"]
    with pytest.raises(ModelIntegrity) as caught:
        (network.arrays if file.endswith("npz") else network.graph).read()
    assert caught.value.exit_code == ExitCode.MISSING_PART
    assert "pip install" in caught.value.fix


@pytest.mark.parametrize(
    "members",
    [
        {"000.npy": npy(ARRAYS[0])},
        {"000.npy": npy(ARRAYS[0]), "001.npy": npy(ARRAYS[1]), "002.npy": npy(ARRAYS[1])},
        {"001.npy": npy(ARRAYS[1]), "000.npy": npy(ARRAYS[0])},
        {"000.npy": npy(ARRAYS[0].reshape(3, 2)), "001.npy": npy(ARRAYS[1])},
        {"000.npy": npy(np.asfortranarray(ARRAYS[0])), "001.npy": npy(ARRAYS[1])},
        {"000.npy": npy(ARRAYS[0].view("<i2")), "001.npy": npy(ARRAYS[1])},
        {"000.npy": npy(ARRAYS[0])[:-2], "001.npy": npy(ARRAYS[1])},
        {"000.npy": npy(ARRAYS[0]) + b"\0\0", "001.npy": npy(ARRAYS[1])},
        {"000.npy": b"", "001.npy": npy(ARRAYS[1])},
        {"000.npy": pickle.dumps(ARRAYS[0]), "001.npy": npy(ARRAYS[1])},
        {"000.npy": npy(ARRAYS[0] * np.float16("nan")), "001.npy": npy(ARRAYS[1])},
    ],
)
def test_arrays_other_than_the_manifest_says_are_refused(folder: Path, members: dict[str, bytes]) -> None:
    repack(folder, members)
    with pytest.raises(ModelIntegrity):
        weights(folder)


def test_pickled_objects_are_never_loaded(folder: Path) -> None:
    stream = io.BytesIO()
    np.save(stream, np.array([print, None, None, None], object), allow_pickle=True)
    repack(folder, {"000.npy": npy(ARRAYS[0]), "001.npy": stream.getvalue()})
    with pytest.raises(ModelIntegrity):
        weights(folder)


def test_compressed_members_are_refused(folder: Path) -> None:
    repack(folder, {f"{i:03}.npy": npy(a) for i, a in enumerate(ARRAYS)}, zipfile.ZIP_DEFLATED)
    with pytest.raises(ModelIntegrity):
        weights(folder)


def test_what_is_no_archive_is_refused(folder: Path) -> None:
    (folder / "recogniser.npz").write_bytes(b"PK no")
    change(folder, lambda entry: entry.update(arrays=pin(folder / "recogniser.npz")))
    with pytest.raises(ModelIntegrity):
        weights(folder)


def test_shapes_that_would_fill_the_memory_are_refused_at_once(folder: Path) -> None:
    change(folder, lambda entry: entry.update(shapes=[[100000, 100000], [4]]))
    with pytest.raises(ModelIntegrity, match="claims more"):
        load_manifest(folder)


@pytest.mark.parametrize(
    "edit",
    [
        lambda entry: entry.update(recipe={}),
        lambda entry: entry.pop("recipe"),
        lambda entry: entry.pop("arrays"),
        lambda entry: entry.update(shapes=[[-1, 3], [4]]),
        lambda entry: entry.update(shapes=[[2.0, 3], [4]]),
        lambda entry: entry["arrays"].update(sha256="abcd"),
        lambda entry: entry["arrays"].update(file="../recogniser.npz"),
        lambda entry: entry["details"].update(alphabet="abc"),
        lambda entry: entry["details"].update(alphabet="aa", alphabet_sha256=hashlib.sha256(b"aa").hexdigest()),
    ],
)
def test_a_manifest_that_leaves_doubts_is_refused(folder: Path, edit: Callable[[Manifest], Any]) -> None:
    change(folder, edit)
    with pytest.raises(ModelIntegrity):
        load_manifest(folder)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"schema": 2, "networks": {}}', '{"schema": 1, "networks": [1]}'])
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(ModelIntegrity):
        load_manifest(tmp_path)


def test_missing_weights_are_a_missing_part(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingPart):
        load_manifest(tmp_path / "nowhere")
    (folder / "recogniser.npz").unlink()
    with pytest.raises(MissingPart):
        weights(folder)
