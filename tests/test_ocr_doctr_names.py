"""docTR's own published weights are asked for by name; what cannot be had is said plainly."""

from __future__ import annotations

import pytest

from invoice_ocr.errors import ConfigError, MissingPart
from invoice_ocr.ocr.tensorflow import parse_published


def test_names_and_files_are_understood() -> None:
    assert parse_published("doctr:crnn_vgg16_bn") == {"recogniser": ("crnn_vgg16_bn", "")}
    assert parse_published("doctr:db_resnet50=a/b.weights.h5+crnn_vgg16_bn") == {
        "detector": ("db_resnet50", "a/b.weights.h5"),
        "recogniser": ("crnn_vgg16_bn", ""),
    }


@pytest.mark.parametrize("weights", ["doctr:", "doctr:parseq", "doctr:crnn_vgg16_bn+"])
def test_unknown_names_are_refused_with_the_known_ones(weights: str) -> None:
    with pytest.raises(ConfigError, match="crnn_mobilenet_v3_small"):
        parse_published(weights)


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore")  # docTR 0.12 and TensorFlow announce deprecations
def test_weights_that_are_not_here_are_a_missing_part(tmp_path: object) -> None:
    from invoice_ocr.ocr.tensorflow import published_weights

    with pytest.raises(MissingPart, match="cannot be had"):
        published_weights("crnn_mobilenet_v3_small", f"{tmp_path}/none.weights.h5")
