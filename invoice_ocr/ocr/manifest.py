"""Weights that ship: what their manifest promises, held before anything of them is parsed or allocated.

A folder of weights holds `manifest.json` and, per network, `<name>.npz` (float16 arrays in the order and layout of
docTR's TensorFlow `get_weights()`, keys 000, 001, ...) and `<name>.onnx` (the graph alone; its weights are the arrays
of the npz, given to it at load). See `training/export.py` for the program that writes them.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from invoice_ocr.errors import MissingPart, ModelIntegrity

SHIPPED = Path(__file__).parent / "weights"
SCHEMA = 1
SECOND = "second_recogniser"  # the name of the network that reads doubtful words beside the recogniser
CHINESE = "chinese_recogniser"  # of the one that reads Chinese, with an alphabet of its own
HANDWRITING = "handwriting"  # of the one that tells handwriting from print
LARGEST = 256 * 1024 * 1024  # bytes of one file; more than any network here, less than what hurts
DTYPE = np.dtype("<f2")


@dataclass(frozen=True, slots=True)
class Pinned:
    """One file: its full SHA-256 in hexadecimal and its size in bytes."""

    path: Path
    sha256: str
    size: int

    def read(self) -> bytes:
        """The file's bytes, size and SHA-256 checked in that order; raises ModelIntegrity, MissingPart."""
        try:
            size = self.path.stat().st_size
        except OSError as error:
            raise MissingPart(f"weights are missing: {self.path}", fix="Install the package again.") from error
        if size != self.size or size > LARGEST:
            raise ModelIntegrity(f"{self.path} has {size} bytes, its manifest says {self.size}")
        content = self.path.read_bytes()
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise ModelIntegrity(f"{self.path} differs from its manifest (SHA-256)")
        return content


@dataclass(frozen=True, slots=True)
class Network:
    """One network of a manifest.

    shapes: of every array, in order. details: what its runtime needs besides (alphabet, widths, thresholds, ...).
    recipe: how it was trained; never empty. scores: what it reached, by measure.
    """

    name: str
    architecture: str
    arrays: Pinned
    graph: Pinned
    shapes: tuple[tuple[int, ...], ...]
    details: Mapping[str, Any]
    recipe: Mapping[str, Any]
    scores: Mapping[str, Any]

    def weights(self) -> list[np.ndarray]:
        """The arrays as float32, in order; raises ModelIntegrity unless all is as the manifest says."""
        return parse_arrays(self.arrays.read(), self.shapes, str(self.arrays.path))

    @property
    def alphabet(self) -> str:
        """The classes of a recogniser, in order, without the blank."""
        return str(self.details["alphabet"])


def load_manifest(folder: Path = SHIPPED) -> dict[str, Network]:
    """The networks of a folder by name (recogniser, detector, ...).

    Raises MissingPart without a manifest, ModelIntegrity when it is malformed or a network has no recipe.
    """
    path = folder / "manifest.json"
    try:
        if path.stat().st_size > LARGEST:
            raise ModelIntegrity(f"{path} is too large")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise MissingPart(
            f"no weights in {folder}: {path.name} cannot be read",
            fix="Give --weights a folder as invoice-ocr train export makes it, or leave it out.",
        ) from error
    except UnicodeDecodeError as error:
        raise ModelIntegrity(f"{path} is malformed: {error}") from error
    try:
        content = json.loads(text)
        if content["schema"] != SCHEMA:
            raise ModelIntegrity(f"{path} has schema {content['schema']!r}, this version reads {SCHEMA}")
        return {name: _network(folder, name, entry) for name, entry in content["networks"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelIntegrity(f"{path} is malformed: {type(error).__name__} {error}") from error


def _network(folder: Path, name: str, entry: Mapping[str, Any]) -> Network:
    shapes = tuple(tuple(_length(n) for n in shape) for shape in entry["shapes"])
    if sum(prod(shape) for shape in shapes) * DTYPE.itemsize > LARGEST:
        raise ModelIntegrity(f"{name} claims more weights than {LARGEST} bytes hold")
    if not entry.get("recipe"):
        raise ModelIntegrity(f"{name} in {folder} has no recipe: weights of unknown origin are refused")
    network = Network(
        name,
        str(entry["architecture"]),
        _pinned(folder, entry["arrays"]),
        _pinned(folder, entry["graph"]),
        shapes,
        entry.get("details", {}),
        entry["recipe"],
        entry.get("scores", {}),
    )
    if "alphabet" in network.details:
        digest = hashlib.sha256(network.alphabet.encode()).hexdigest()
        if digest != network.details["alphabet_sha256"]:
            raise ModelIntegrity(f"the alphabet of {name} in {folder} differs from its SHA-256")
        if len(set(network.alphabet)) != len(network.alphabet):
            raise ModelIntegrity(f"the alphabet of {name} in {folder} holds a letter twice")
    return network


def _pinned(folder: Path, entry: Mapping[str, Any]) -> Pinned:
    file, digest = str(entry["file"]), str(entry["sha256"])
    if Path(file).name != file:
        raise ModelIntegrity(f"{file!r} is not a file in {folder}")
    if len(digest) != 64:
        raise ModelIntegrity(f"{file} is not pinned by a full SHA-256")
    return Pinned(folder / file, digest, _length(entry["bytes"]))


def _length(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST:
        raise ModelIntegrity(f"{value!r} is no length in a manifest")
    return value


def parse_arrays(content: bytes, shapes: tuple[tuple[int, ...], ...], where: str) -> list[np.ndarray]:
    """The float16 arrays of an npz as float32, every name, type, shape and size compared before it is allocated.

    Raises ModelIntegrity for anything else: pickles, compressed members, other shapes, values that are not finite.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if [m.filename for m in members] != [f"{i:03}.npy" for i in range(len(shapes))]:
                raise ModelIntegrity(f"{where} does not hold the {len(shapes)} arrays of its manifest")
            return [_array(archive, m, shape, where) for m, shape in zip(members, shapes, strict=True)]
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, RuntimeError) as error:
        raise ModelIntegrity(f"{where} is damaged: {error}") from error


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo, shape: tuple[int, ...], where: str) -> np.ndarray:
    size = prod(shape) * DTYPE.itemsize
    if member.compress_type != zipfile.ZIP_STORED or not size <= member.file_size <= size + 1024:
        raise ModelIntegrity(f"{where}: {member.filename} has not the size of its shape {shape}")
    with archive.open(member) as stream:
        if np.lib.format.read_magic(stream) != (1, 0):
            raise ModelIntegrity(f"{where}: {member.filename} is no plain array")
        found, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
        if found != shape or fortran or dtype != DTYPE:
            raise ModelIntegrity(f"{where}: {member.filename} is {found} of {dtype}, its manifest says {shape}")
        values = stream.read(size)
        if len(values) != size or stream.read(1):
            raise ModelIntegrity(f"{where}: {member.filename} is cut off or too long")
    array = np.frombuffer(values, DTYPE).reshape(shape).astype(np.float32)
    if not np.isfinite(array).all():
        raise ModelIntegrity(f"{where}: {member.filename} holds values that are not finite")
    return array


def folder_of(weights: str) -> Path:
    """The folder that the setting `weights` names; the shipped one when it is empty."""
    return Path(weights).expanduser() if weights else SHIPPED


def require_network(networks: Mapping[str, Network], name: str, folder: Path) -> Network:
    """One network of a manifest; raises MissingPart when it is not there."""
    if name not in networks:
        raise MissingPart(f"the weights in {folder} hold no {name}", fix="Train one: invoice-ocr train " + name)
    return networks[name]


def second_of(networks: Mapping[str, Network], folder: Path, quality: str) -> Network | None:
    """The recogniser that is asked about words in doubt, too: none where words are read once, or where none is there.

    Raises MissingPart for "accurate" without one, and ModelIntegrity for one with another alphabet than the first's.
    """
    if quality == "fast" or (quality != "accurate" and SECOND not in networks):
        return None
    second = require_network(networks, SECOND, folder)
    if second.alphabet != require_network(networks, "recogniser", folder).alphabet:
        raise ModelIntegrity(f"the recognisers in {folder} have different alphabets")
    return second
