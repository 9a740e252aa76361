"""Texts, crops and the training loop of the recogniser: small, but the real thing."""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from stdnum import iban

from invoice_ocr.cli import main
from invoice_ocr.errors import ExitCode
from invoice_ocr.ocr.alphabet import ALPHABET, BLANK, CHINESE
from invoice_ocr.ocr.crops import HEIGHT
from invoice_ocr.ocr.manifest import HANDWRITING, SHIPPED, load_manifest
from invoice_ocr.ocr.onnx import by_hand
from invoice_ocr.training import crop_damage, crop_shards, figures, mixtures, texts, typesetting
from invoice_ocr.training.crop_batches import Shards, batches, collate
from invoice_ocr.training.crop_damage import Arrival
from invoice_ocr.training.crop_shards import make_shards
from invoice_ocr.training.crops import Crop, random_crop
from invoice_ocr.training.fonts import Face, FaceChooser
from invoice_ocr.training.handwriting import Handwriting
from invoice_ocr.training.recogniser import Run, decode, loss_of, loss_to_teacher, rivals_of, train
from invoice_ocr.training.recogniser_net import Crnn, arch_of, from_doctr, mean, to_doctr
from invoice_ocr.training.recogniser_plan import SECOND_ARCH, Plan, plan_for
from invoice_ocr.training.shipped import read_weights

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crops")
    make_shards(folder, first=0, count=1, size=150)
    return folder


def test_the_alphabet_has_no_letter_twice_and_holds_the_rare_ones() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert set("ĿŀҔҕǢǣȘțẞ€₹ ") <= set(ALPHABET)


def test_every_text_is_of_the_alphabet_and_of_one_script() -> None:
    rng = random.Random(7)
    for _ in range(3000):
        text = texts.random_text(rng)
        assert text == text.strip()
        assert set(text) <= set(ALPHABET)
        letters = {texts.script_of(char) or "latin" for char in text if char.isalpha()}
        assert "cyrillic" not in letters or "greek" not in letters, text


def test_generated_ibans_carry_valid_check_digits() -> None:
    rng = random.Random(3)
    found = [
        text
        for text in (figures.identifier(rng) for _ in range(300))
        if text[:2] in ("DE", "FR", "PL") and len(text.replace(" ", "")) > 20
    ]
    assert len(found) > 10
    for text in found:
        compact = text.replace(" ", "")
        assert int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97 == 1, text
    assert iban.is_valid("DE89370400440532013000")


def test_a_crop_is_32_high_and_its_centres_follow_the_text() -> None:
    rng, chooser = random.Random(1), FaceChooser()
    for _ in range(60):
        crop = random_crop(rng, chooser)
        assert crop.pixels.dtype == np.uint8
        assert crop.pixels.shape[0] == 32
        assert 8 <= crop.pixels.shape[1] <= 512
        assert len(crop.centers) == len(crop.text)
        assert (np.diff(crop.centers) >= 0).all()
        assert crop.pixels.std() > 0


def test_a_fax_is_black_or_white_and_what_is_out_of_focus_is_neither() -> None:
    ink = np.zeros((30, 60), np.uint8)
    ink[6:24, 8:52:11] = 255

    def between(arrival: Arrival) -> float:
        drawn = [crop_damage.printed(random.Random(seed), ink, 3.0, arrival) for seed in range(30)]
        return float(np.median([((grey > grey.min()) & (grey < grey.max())).mean() for grey in drawn]))

    assert between(Arrival(faxes=1.0, unfocused=0.0)) == 0
    assert between(Arrival(faxes=0.0, unfocused=1.0)) > 0.5


def test_marks_are_exchanged_for_others_of_the_same_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "of_language", lambda *_: "Žluťoučký")
    rng = random.Random(5)
    said = {word.rstrip(".,:;)") for _ in range(100) for word in mixtures.marked(rng).split()}
    assert len(said) > 50
    assert {"".join(map(mixtures.plain, word)) for word in said} == {"Zlutoucky"}


def test_words_are_drawn_as_they_are_printed() -> None:
    rng = random.Random(6)
    said = [mixtures.as_printed(rng) for _ in range(600)]
    greek = [word for word in said if any("α" <= char <= "ω" for char in word)]
    assert sum("ς" in word for word in greek) > len(greek) / 3
    assert any("ß" in word for word in said)


def test_small_marks_stand_over_small_letters_and_capitals_alike() -> None:
    rng = random.Random(7)
    said = [mixtures.with_tones(rng) for _ in range(600)]
    toned = [text for text in said if len(set("ấầẩẫậắằẳẵặếềểễệốồổỗộớờởỡợứừửữự") & set(text.lower())) > 0]
    assert len(toned) > 100
    assert any(text.isupper() for text in toned)
    assert any(set(text) & set("ΆΈΉΊΌΎΏ") for text in said)


def test_every_class_of_the_alphabet_is_shown_as_often_as_others() -> None:
    rng = random.Random(8)
    shown = Counter(char for _ in range(20_000) for char in set(mixtures.with_every_class(rng)))
    assert set(ALPHABET) <= shown.keys()
    assert min(shown.values()) >= 6


def test_strings_show_several_classes_of_one_script_each() -> None:
    rng = random.Random(11)
    said = [mixtures.in_strings(rng) for _ in range(10_000)]
    shown = Counter(char for text in said for char in set(text))
    assert min(shown[char] for char in ALPHABET if char != " ") > 15
    rows = [text for text in said if text.isalpha()]
    scripts = [{texts.script_of(char) or "latin" for char in row} for row in rows]
    assert sum(len(found) > 1 for found in scripts) == 0
    assert sum(map(len, rows)) / len(rows) > 4


def test_cyrillic_papers_have_abbreviations_and_ordinals() -> None:
    rng = random.Random(9)
    said = [mixtures.in_cyrillic(rng) for _ in range(2000)]
    assert any(re.fullmatch(r"\d+-[А-Я]*[ЗОЧБВ]", text) for text in said)
    assert any(re.fullmatch(r"№ ?\d+-\w+\.?", text) for text in said)


def test_turning_and_turning_back_softens_a_line_and_keeps_its_place() -> None:
    ink = np.zeros((24, 160), np.uint8)
    ink[8:16, 20:140:12] = 255
    sharp = crop_damage.printed(random.Random(1), ink, 0.01, Arrival(0.0, 0.0))

    def arrived(arrival: Arrival) -> list[np.ndarray]:
        found = [crop_damage.printed(random.Random(seed), ink, 3.0, arrival) for seed in range(60)]
        return [grey for grey in found if grey.std() > 20]

    turned = arrived(Arrival(0.0, 0.0, resampled=1.0))
    assert {grey.shape for grey in turned} == {sharp.shape}
    dark = [255 - grey.astype(float) if grey.mean() > 128 else grey.astype(float) for grey in turned]
    middle = np.median([grey[8:16].mean() - grey[:6].mean() for grey in dark])
    assert middle > 10

    def steepest(found: list[np.ndarray]) -> float:
        return float(np.median([np.abs(np.diff(grey.astype(float), axis=1)).max() for grey in found]))

    assert steepest(turned) < steepest(arrived(Arrival(0.0, 0.0)))
    assert steepest(arrived(Arrival(0.0, 0.0, crisp=1.0))) > steepest(arrived(Arrival(0.0, 0.0)))


def test_patches_of_print_are_lost() -> None:
    ink = np.full((24, 160), 255, np.uint8)

    def kept(arrival: Arrival) -> float:
        drawn = [crop_damage.printed(random.Random(seed), ink, 3.0, arrival) for seed in range(60)]
        return float(np.mean([grey.std() for grey in drawn]))

    assert kept(Arrival(0.0, 0.0, lost=1.0)) > 2 * kept(Arrival(0.0, 0.0))


@pytest.mark.parametrize("kind", sorted(mixtures.KINDS))
def test_every_kind_of_crop_is_drawn_in_the_alphabet(kind: str) -> None:
    rng, chooser = random.Random(2), FaceChooser()
    for _ in range(20):
        crop = mixtures.crop_of(rng, chooser, mixtures.KINDS[kind])
        assert crop.text
        assert set(crop.text) <= set(ALPHABET)


def test_shards_are_of_the_kinds_asked_for_by_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[mixtures.Kind] = []

    def crop_of(rng: random.Random, chooser: FaceChooser, kind: mixtures.Kind) -> Crop:
        asked.append(kind)
        return random_crop(rng, chooser)

    monkeypatch.setattr(crop_shards, "crop_of", crop_of)
    make_shards(tmp_path, first=0, count=3, size=2, kinds=("usual", "tills", "marks"))
    assert asked == [mixtures.KINDS["tills"]] * 2 + [mixtures.KINDS["marks"]] * 2


def test_the_same_seed_makes_the_same_shard(shards: Path, tmp_path: Path) -> None:
    make_shards(tmp_path, first=0, count=1, size=150)
    assert (tmp_path / "crops-00000.npz").read_bytes() == (shards / "crops-00000.npz").read_bytes()


def test_batches_hold_no_more_pixels_than_planned(shards: Path) -> None:
    plan = Plan(pixels=2000)
    for group in batches(Shards(shards).round(random.Random(1)), plan, random.Random(1)):
        picture, labels, lengths, target = collate(group, np.random.default_rng(1))
        assert picture.shape[1:3] == (3, 32)
        assert target.shape == (len(group), picture.shape[3] // 4)
        assert int(lengths.sum()) == len(labels)
        assert len(group) == 1 or picture.shape[3] * len(group) <= 2000 + 48 * len(group)


def test_decoding_drops_repeats_and_blanks() -> None:
    classes = [ALPHABET.index(char) for char in "Total"]
    path = [BLANK, classes[0], classes[0], BLANK, classes[1], classes[2], BLANK, classes[3], classes[4], classes[4]]
    logits = torch.nn.functional.one_hot(torch.tensor([path]), BLANK + 1).float()
    assert decode(logits) == ["Total"]


def test_a_crnn_learns_a_handful_of_words(shards: Path) -> None:
    torch.manual_seed(1)
    torch.set_num_threads(2)
    group = [crop for crop in Shards(shards).round(random.Random(1)) if len(crop[0]) <= 96][:6]
    picture, labels, lengths, target = collate(group, None)
    model = Crnn(len(ALPHABET))
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    losses = []
    for _ in range(40):
        loss = loss_of(model(picture), labels, lengths, target, align=1.0)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.35 * losses[0]


def test_a_larger_network_begins_with_its_teachers_last_layers_and_is_taught_by_its_readings(
    shards: Path, tmp_path: Path
) -> None:
    teacher = SHIPPED / "recogniser.npz"
    plan = Plan(arch=SECOND_ARCH, align=0, pixels=1500, teach=100)
    run = Run(plan, tmp_path, "cpu", resume=False, teacher=teacher)
    taught = from_doctr(read_weights(teacher))
    assert torch.equal(run.model.dense.weight.detach(), taught["dense.weight"])
    group = [crop for crop in Shards(shards).round(random.Random(1)) if len(crop[0]) <= 96][:6]
    noise = np.random.default_rng(1)
    taught_at_first = run.learn(group, noise)
    run.shown = 100  # the teacher has said all it had to say
    assert taught_at_first > run.learn(group, noise) + 1


def test_a_smaller_network_goes_on_from_its_own_weights_taught_by_a_larger_one(tmp_path: Path) -> None:
    start = SHIPPED / "recogniser.npz"
    run = Run(Plan(), tmp_path, "cpu", resume=False, start=start, teacher=SHIPPED / "second_recogniser.npz")
    assert run.teacher is not None
    assert run.teacher.arch == SECOND_ARCH
    assert torch.equal(run.model.dense.weight.cpu(), from_doctr(read_weights(start))["dense.weight"])
    with pytest.raises(ValueError, match="3 arrays"):
        arch_of([np.zeros(1, np.float32)] * 3)


def test_a_plan_fits_what_a_run_begins_from(tmp_path: Path) -> None:
    small, large = SHIPPED / "recogniser.npz", SHIPPED / "second_recogniser.npz"
    assert plan_for("european") == Plan()
    assert plan_for("european", start=small, teacher=large).arch == Plan().arch
    assert plan_for("european", start=large).arch == plan_for("european", teacher=small).arch == SECOND_ARCH
    run = Run(plan_for("chinese", start=large), tmp_path, "cpu", resume=False, start=large)
    assert run.model.dense.out_features == len(CHINESE) + 1
    assert torch.equal(run.model.lstm1.weight_ih_l0, from_doctr(read_weights(large), SECOND_ARCH)["lstm1.weight_ih_l0"])


def test_a_batch_is_judged_among_its_own_classes_and_drawn_ones() -> None:
    labels, target = torch.tensor([5, 900, 5]), torch.tensor([[5, 900, 999, 5]])
    classes, among, steps = rivals_of(labels, target, blank=999, count=50)
    assert classes[-1] == 999
    assert len(classes) == len(classes.unique()) <= 53
    assert classes[among].tolist() == labels.tolist()
    assert classes[steps].tolist() == target.tolist()
    net = Crnn(999)
    picture = torch.rand(1, 3, 32, 64)
    with torch.no_grad():
        assert torch.allclose(net.eval()(picture)[..., classes], net(picture, classes), atol=1e-6)


def test_a_reading_is_nearest_to_its_teacher_where_it_is_the_same() -> None:
    taught, other = torch.randn(2, 5, 9), torch.randn(2, 5, 9)
    lengths = torch.tensor([3, 2])
    assert loss_to_teacher(taught, taught, lengths) < loss_to_teacher(other, taught, lengths)


def test_training_stops_saves_and_goes_on_where_it_was(shards: Path, tmp_path: Path) -> None:
    plan = Plan(pixels=1500, short=0)
    reports: list[int] = []

    def report(model: object, entry: dict[str, int]) -> dict[str, float]:
        reports.append(entry["shown"])
        return {"score": 0.5}

    first = train(shards=shards, out=tmp_path, plan=plan, samples=40, report=report)
    again = train(shards=shards, out=tmp_path, plan=plan, samples=80)
    assert first["score"] == 0.5
    assert reports == [first["shown"]]
    assert first["shown"] >= 40
    assert again["step"] > first["step"]
    assert len((tmp_path / "diary.jsonl").read_text().splitlines()) == 2
    saved = torch.load(tmp_path / "last.pt", weights_only=True)
    reloaded = Crnn(len(ALPHABET))
    reloaded.load_state_dict(saved["averaged"])
    assert reloaded.eval()(torch.zeros(1, 3, 32, 64)).shape == (1, 16, len(ALPHABET) + 1)


def test_the_twins_weights_come_in_doctrs_number_and_layout() -> None:
    arrays = to_doctr(Crnn(len(ALPHABET)).state_dict())
    assert arrays[0].shape == (3, 3, 3, 16)  # height, width, in, out
    assert [a.shape for a in arrays if a.shape == (256, len(ALPHABET) + 1)] == [(256, len(ALPHABET) + 1)]
    assert sum(a.size for a in arrays) < 2_400_000


def test_weights_come_back_from_doctrs_layout_unchanged() -> None:
    model = Crnn(len(ALPHABET)).eval()
    again = Crnn(len(ALPHABET)).eval()
    again.load_state_dict(from_doctr(to_doctr(model.state_dict())), strict=False)
    picture = torch.randn(2, 3, 32, 64)
    assert torch.allclose(model(picture), again(picture), atol=1e-5)


def test_training_goes_on_from_shipped_weights(shards: Path, tmp_path: Path) -> None:
    torch.manual_seed(5)
    arrays = to_doctr(Crnn(len(ALPHABET)).state_dict())
    np.savez(tmp_path / "shipped.npz", **{f"{i:03}": array.astype(np.float16) for i, array in enumerate(arrays)})
    run = Run(Plan(), tmp_path, "cpu", resume=False, start=tmp_path / "shipped.npz")
    assert np.allclose(to_doctr(run.averaged.state_dict())[0], arrays[0], atol=2e-3)


def test_ligatures_are_drawn_where_a_face_has_them_and_spelt_in_letters() -> None:
    face = Face("", 0, "Example", "Regular", frozenset({0xFB01, 0xFB03}))
    drawn = typesetting.ligatured("office flat fine", face)
    assert drawn == "o\ufb03ce flat \ufb01ne"
    assert typesetting.places(drawn).tolist() == [0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16]


def test_stops_are_squeezed_behind_and_brackets_before_their_ink() -> None:
    starts, sides = typesetting.squeezed_stops("中，（文", np.array([10.0, 30, 50, 70, 90]), 8.0)
    assert sides.tolist() == [10, 30, 38, 46, 66]
    assert starts.tolist() == [10, 30, 26, 46]


def test_the_mean_of_two_trainings_is_halfway_in_every_weight() -> None:
    one, other = Crnn(len(ALPHABET)), Crnn(len(ALPHABET))
    middle = mean(one.state_dict(), to_doctr(other.state_dict()))
    ends = [to_doctr(net.state_dict()) for net in (one, other)]
    for got, a, b in zip(to_doctr(middle), *ends, strict=True):
        np.testing.assert_allclose(got, (a + b) / 2, atol=1e-6)
    quarter = mean(one.state_dict(), to_doctr(other.state_dict()), share=0.25)
    for got, a, b in zip(to_doctr(quarter), *ends, strict=True):
        np.testing.assert_allclose(got, a / 4 + 3 * b / 4, atol=1e-6)
    one.load_state_dict(middle)


def test_a_mean_is_of_one_network_with_what_it_began_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "export", "--out", tmp_path, "--mean-with", "r.npz", "--chinese", "last.pt"]
    monkeypatch.setattr(sys, "argv", ["invoice-ocr", *map(str, words)])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == ExitCode.CONFIG
    assert "--mean-with" in capfd.readouterr().err


def test_the_network_that_knows_handwriting_is_exported_as_it_was_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(5)
    net = Handwriting().eval()
    torch.save(net.state_dict(), tmp_path / "handwriting.pt")
    words = ["train", "export", "--out", tmp_path / "weights", "--handwriting", tmp_path / "handwriting.pt"]
    monkeypatch.setattr(sys, "argv", ["invoice-ocr", *map(str, words)])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == ExitCode.OK
    exported = by_hand(load_manifest(tmp_path / "weights")[HANDWRITING])
    assert exported is not None
    batch = np.random.default_rng(5).integers(0, 255, (2, HEIGHT, 64), np.uint8)
    with torch.no_grad():
        trained = net(1 - torch.from_numpy(batch)[:, None] / 255).numpy()
    np.testing.assert_allclose(exported(batch), trained, atol=1e-2)  # float16 keeps three digits
