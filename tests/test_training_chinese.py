"""Chinese texts for training: of the alphabet alone, sums spelled as cheques spell them."""

from __future__ import annotations

import random

import pytest

from invoice_ocr.ocr.alphabet import ALPHABETS, CHINESE
from invoice_ocr.training import chinese

pytestmark = pytest.mark.torch  # of the extra `train`


def test_the_alphabet_has_no_sign_twice_and_holds_what_invoices_print() -> None:
    assert len(set(CHINESE)) == len(CHINESE)
    assert set("发票税额壹贰叁肆伍陆柒捌玖拾佰仟圆整￥（）：，。、0123456789AZaz 镕") <= set(CHINESE)
    assert sum("\u4e00" <= char <= "\u9fff" for char in CHINESE) >= 6763
    assert ALPHABETS["chinese"] is CHINESE


def test_every_text_is_of_the_alphabet() -> None:
    rng = random.Random(7)
    for _ in range(2000):
        text = chinese.random_text(rng)
        assert text == text.strip()
        assert 0 < len(text) <= 24
        assert set(text) <= set(CHINESE)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (7, "柒"),
        (100, "壹佰"),
        (1005, "壹仟零伍"),
        (20_000, "贰万"),
        (20_300, "贰万零叁佰"),
        (10_203_040, "壹仟零贰拾万叁仟零肆拾"),
    ],
)
def test_sums_are_spelled_as_cheques_spell_them(number: int, said: str) -> None:
    assert chinese.spelled(number) == said


def test_sentences_have_stops_amid_their_words() -> None:
    rng = random.Random(4)
    drawn = [chinese.sentence(rng) for _ in range(300)]
    amid = [text for text in drawn if set(text[1:-1]) & set("，、。；：")]
    assert len(amid) > 150
    assert any("一" in chinese.numbered(rng) for _ in range(20))


def test_seldom_characters_are_those_of_the_second_level() -> None:
    seldom = {CHINESE[i] for i in chinese.seldom()}
    assert {"笫", "偻"} <= seldom
    assert not seldom & set("第偿发票元，1A")
    assert 3000 <= len(seldom) < 3300
