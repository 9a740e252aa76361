"""The shipped weights: the same words from every runtime, and the program's own page read right."""

from __future__ import annotations

import sys

import cv2
import numpy as np
import pytest

from invoice_ocr.doctor import PAGE, PAGE_TEXT
from invoice_ocr.model import PageImage
from invoice_ocr.ocr import load_engine
from invoice_ocr.ocr.alphabet import ALPHABET
from invoice_ocr.ocr.crops import HEIGHT, WIDTHS
from invoice_ocr.ocr.manifest import SECOND, load_manifest
from invoice_ocr.ocr.onnx import OnnxNetworks
from invoice_ocr.settings import Settings

CLOSE = 1e-3  # largest difference of logits


def shipped_page() -> PageImage:
    return PageImage(1, cv2.imread(str(PAGE), cv2.IMREAD_COLOR_RGB), 200.0)


def pages() -> list[PageImage]:
    """The shipped page as it is, paler, smaller, and turned by one degree."""
    pixels = shipped_page().pixels
    paler = (128 + pixels // 2).astype(np.uint8)
    smaller = cv2.resize(pixels, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)
    matrix = cv2.getRotationMatrix2D((550, 400), 1.0, 1.0)
    turned = cv2.warpAffine(pixels, matrix, (1100, 800), borderValue=(255, 255, 255))
    return [PageImage(i + 1, p, 200.0) for i, p in enumerate((pixels, paler, smaller, turned))]


def crops(width: int) -> np.ndarray:
    """Six pictures of print and of noise, black to the right."""
    rng = np.random.default_rng(width)
    batch = rng.integers(0, 255, (6, HEIGHT, width, 3), np.uint8)
    for crop in batch[:4]:
        crop[:] = 245
        cv2.putText(crop, str(rng.integers(10 ** (width // 20))), (2, 25), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (9, 9, 9), 2)
        crop[:, width - int(rng.integers(1, width // 3)) :] = 0
    return batch


@pytest.mark.parametrize("quality", ["fast", "balanced", "accurate"])
def test_the_shipped_page_is_read_right_without_tensorflow(quality: str) -> None:
    (page,) = load_engine(Settings(runtime="onnx", quality=quality)).read([shipped_page()])
    assert " ".join(word.text for word in page.words) == PAGE_TEXT
    assert not {"torch", "onnx"} & set(sys.modules)


@pytest.mark.parametrize(
    ("quality", "networks"),
    [("fast", ("detector", "recogniser")), ("balanced", ("detector", "recogniser", SECOND))],
)
def test_the_engine_says_what_it_reads_with(quality: str, networks: tuple[str, ...]) -> None:
    about = load_engine(Settings(runtime="onnx", quality=quality)).describe()
    shipped = load_manifest()
    assert about["weights"] == {name: shipped[name].arrays.sha256 for name in networks}
    assert (about["runtime"], about["device"], about["alphabet"]) == ("onnx", "cpu", ALPHABET)


@pytest.mark.parametrize("name", ["recogniser", SECOND])
def test_the_shipped_recognisers_are_made_for_the_alphabet_and_widths_in_use(name: str) -> None:
    recogniser = load_manifest()[name]
    assert recogniser.alphabet == ALPHABET
    assert tuple(recogniser.details["widths"]) == WIDTHS
    assert recogniser.shapes[-1] == (len(ALPHABET) + 1,)


def test_batches_of_any_size_give_the_same_as_one_by_one() -> None:
    networks = load_manifest()
    pair = OnnxNetworks(networks["detector"], networks["recogniser"])
    batch = crops(64)
    (together,) = pair.opinions(batch)
    alone = np.concatenate([pair.opinions(crop[None])[0] for crop in batch])
    assert np.abs(together - alone).max() < CLOSE


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore")  # docTR 0.12 and TensorFlow announce deprecations
def test_both_runtimes_agree_on_logits_and_words() -> None:
    from invoice_ocr.ocr import tensorflow

    networks = load_manifest()
    recogniser, detector = networks["recogniser"], networks["detector"]
    pair = OnnxNetworks(detector, recogniser)
    model = tensorflow.Recogniser(
        recogniser.architecture, recogniser.alphabet, recogniser.weights(), columns=512, half=False
    )
    for width in (32, 128):
        assert np.abs(model.logits(crops(width)) - pair.opinions(crops(width))[0]).max() < CLOSE
    words = []
    for runtime in ("onnx", "tensorflow"):
        engine = load_engine(Settings(runtime=runtime, device="cpu", quality="accurate"))
        words.append([[word.text for word in page.words] for page in engine.read(pages())])
    assert words[0] == words[1]
    assert all(words[0])


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore")  # docTR 0.12 and TensorFlow announce deprecations
def test_weights_of_the_wrong_shape_are_refused_by_the_model() -> None:
    from invoice_ocr.ocr import tensorflow

    with pytest.raises(ValueError, match="weight"):
        tensorflow.build("crnn_mobilenet_v3_small", (32, 32, 3), [np.zeros((3, 3), np.float32)], vocab=ALPHABET)
