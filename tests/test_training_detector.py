"""The detector's training: the loss, the loop, and the twin's parity with docTR. Needs PyTorch (-m torch)."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from invoice_ocr.training import detector, detector_lean, orientation
from invoice_ocr.training.cuts import draw_maps
from invoice_ocr.training.detector_net import Detector, from_doctr, to_doctr
from invoice_ocr.training.orientation_net import Orientation
from invoice_ocr.training.sheet import DrawnPage

STILL = np.array([[1.0, 0, 0], [0, 1, 0]])


def write_bars(folder: Path) -> None:
    """A shard of one page whose words are dark bars, so that no font is needed."""
    pixels = np.full((300, 300, 3), 255, np.uint8)
    boxes = [(x, y, x + 40, y + 12) for y in range(10, 280, 30) for x in range(10, 260, 60)]
    for left, top, right, bottom in boxes:
        pixels[top:bottom, left:right] = 20
    _, jpeg = cv2.imencode(".jpg", pixels)
    folder.mkdir(parents=True)
    np.savez(
        folder / "pages.npz",
        blob=jpeg.ravel(),
        starts=np.array([0, len(jpeg.ravel())]),
        boxes=np.array(boxes, np.float32),
        firsts=np.array([0, len(boxes)]),
        scales=np.array([1.2], np.float32),
    )


def randomised(kind: type[Any], seed: int) -> Any:
    """A twin with weights and batch-norm statistics that are nothing like those at the start."""
    torch.manual_seed(seed)
    net = kind().eval()
    with torch.no_grad():
        for name, value in net.state_dict().items():
            if name.endswith("running_var"):
                value.uniform_(0.5, 2.0)
            elif name.endswith(("running_mean", "bias")):
                value.normal_(0, 0.2)
            elif "norm.weight" in name:
                value.uniform_(0.5, 1.5)
        if isinstance(net, Detector):
            net.probability.out.weight *= 0.1  # logits of a few units, as trained ones are
    return net


@pytest.mark.torch
def test_the_loss_prefers_the_right_map() -> None:
    heart, weight, edge, mask = draw_maps(np.array([[20, 30, 60, 50]], np.float32), STILL, 96)
    maps = [torch.from_numpy(m).float()[None] for m in (heart, weight, edge, mask)]
    right = (maps[0] * 2 - 1) * 6

    def loss(logits: torch.Tensor) -> float:
        return float(detector.detector_loss(logits, None, (maps[0], maps[1], maps[2], maps[3])))

    assert loss(right) < 0.1 < loss(-right)


@pytest.mark.torch
def test_training_leaves_weights_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    write_bars(folder)
    train = partial(detector.train, page_folder=folder, batch=2, size=64, steps=4, seed=3)
    train(out=tmp_path / "run", stop_after=2)
    half = torch.load(tmp_path / "run" / "last.pt", weights_only=True)
    assert half["step"] == 2
    train(out=tmp_path / "run", resume=True)
    stopped = torch.load(tmp_path / "run" / "last.pt", weights_only=True)
    train(out=tmp_path / "straight")
    straight = torch.load(tmp_path / "straight" / "last.pt", weights_only=True)
    assert stopped["step"] == straight["step"] == 4
    for name, value in straight["net"].items():
        torch.testing.assert_close(stopped["net"][name], value)
    Detector().load_state_dict(torch.load(tmp_path / "run" / "ema.pt", weights_only=True))


@pytest.mark.torch
def test_weights_go_to_doctr_and_back_unchanged() -> None:
    state = randomised(Detector, 2).state_dict()
    back = from_doctr(to_doctr(state), state)
    assert all(torch.equal(state[name], value) for name, value in back.items())


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore")  # docTR 0.12 and TensorFlow announce deprecations
def test_the_exported_form_computes_what_the_twin_computes() -> None:
    torch.manual_seed(3)
    net = Detector(8).eval()
    with torch.no_grad():
        for module in net.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_mean.normal_(0, 0.3)
                module.running_var.uniform_(0.5, 2)
                module.weight.uniform_(0.5, 1.5)
                module.bias.normal_(0, 0.3)
        page = torch.randn(2, 3, 96, 160)
        difference = (detector_lean.logits(net, page) - net(page)).abs().max()
        assert net(page).std() > 0.1
    assert difference < 1e-4 * net(page).abs().max()


def test_the_twin_computes_what_doctrs_tensorflow_model_computes() -> None:
    os.environ["USE_TF"] = "1"
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    from doctr.models.detection import db_mobilenet_v3_large

    net = randomised(Detector, 5)
    model: Any = db_mobilenet_v3_large(
        pretrained=False, pretrained_backbone=False, fpn_channels=32, exportable=True, input_shape=(128, 96, 3)
    )
    model.set_weights(to_doctr(net.state_dict()))
    pages = np.random.default_rng(0).normal(0, 1, (2, 128, 96, 3)).astype(np.float32)
    theirs = np.asarray(model(pages, training=False)["logits"])
    with torch.no_grad():
        ours = net(torch.from_numpy(pages).permute(0, 3, 1, 2)).permute(0, 2, 3, 1).numpy()
    assert 0.5 < theirs.std() < 10
    assert np.abs(ours - theirs).max() < 1e-3


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore")  # docTR 0.12 and TensorFlow announce deprecations
def test_the_orientation_twin_computes_what_doctrs_tensorflow_model_computes() -> None:
    os.environ["USE_TF"] = "1"
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    from doctr.models.classification import mobilenet_v3_small_page_orientation

    net = randomised(Orientation, 6)
    model: Any = mobilenet_v3_small_page_orientation(pretrained=False, input_shape=(128, 128, 3))
    model.set_weights(to_doctr(net.state_dict()))
    pages = np.random.default_rng(0).normal(0, 1, (2, 128, 128, 3)).astype(np.float32)
    theirs = np.asarray(model(pages, training=False))
    with torch.no_grad():
        ours = net(torch.from_numpy(pages).permute(0, 3, 1, 2)).numpy()
    assert theirs.std() > 0.1
    assert np.abs(ours - theirs).max() < 1e-3 * max(1.0, float(np.abs(theirs).max()))


@pytest.mark.torch
def test_the_orientation_network_trains_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    write_bars(folder)
    train = partial(orientation.train, page_folder=folder, batch=2, size=64, steps=4, seed=3)
    train(out=tmp_path / "run", stop_after=2)
    train(out=tmp_path / "run", resume=True)
    train(out=tmp_path / "straight")
    stopped = torch.load(tmp_path / "run" / "net.pt", weights_only=True)
    for name, value in torch.load(tmp_path / "straight" / "net.pt", weights_only=True).items():
        torch.testing.assert_close(stopped[name], value)


@pytest.mark.torch
def test_a_turned_page_says_how_it_was_turned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orientation, "damage", lambda image, _: image)
    pixels = np.zeros((200, 200, 3), np.uint8)
    pixels[:] = np.linspace(250, 0, 200, dtype=np.uint8)[:, None, None]  # bright above
    page = DrawnPage(pixels, np.zeros((0, 4), np.float32), 1.0)
    rng = np.random.default_rng(2)
    for _ in range(20):
        image, turns = orientation.turned_page(page, rng, 128)
        upright = np.rot90(image, -turns)
        assert upright[40, 64].mean() > upright[90, 64].mean() + 20
