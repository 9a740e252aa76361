"""YAML read as strings, lists and maps, whatever its scalars look like."""

from __future__ import annotations

import pytest
import yaml

from invoice_ocr.rulepack import plain_yaml


def test_nothing_but_strings_lists_and_maps_comes_back() -> None:
    text = b"a: 1\nb: [yes, 2024-01-24, '0x10', ~]\n3: {c: !!python/object/apply:os.getcwd []}"
    assert plain_yaml.load(text) == {"a": "1", "b": ["yes", "2024-01-24", "0x10", "~"], "3": {"c": []}}


def test_what_is_named_again_is_the_same() -> None:
    found = plain_yaml.load(b"a: &x [1]\nb: *x")
    assert found["a"] is found["b"]


def test_what_names_itself_many_times_over_stays_small() -> None:
    steps = "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]\n" for n in range(1, 40))
    assert len(plain_yaml.load(f"x0: &x0 [a]\n{steps}".encode())) == 40


def test_a_list_in_itself_is_refused() -> None:
    with pytest.raises(yaml.YAMLError):
        plain_yaml.load(b"a: &x [*x]")


def test_an_empty_document_is_nothing() -> None:
    assert plain_yaml.load(b"") is None


@pytest.mark.parametrize("text", [b"a: *x", b"a: 1\n---\nb: 2", b"a: [1"])
def test_what_is_named_nowhere_comes_after_the_end_or_has_none_is_refused(text: bytes) -> None:
    with pytest.raises(yaml.YAMLError):
        plain_yaml.load(text)


def test_a_name_of_a_map_is_its_text() -> None:
    assert plain_yaml.load(b"&a a: *a\n? [1]\n: 2") == {"a": "a", "['1']": "2"}
