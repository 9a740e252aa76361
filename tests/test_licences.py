"""Everything that the project installs may be used in a program under AGPL-3.0-or-later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# SPDX identifiers that the Free Software Foundation calls compatible with version 3 of the GPL, or public domain.
_COMPATIBLE = re.compile(
    r"(MIT(-0|-CMU)?|0BSD|BSD-[23]-Clause|ISC|Apache-2\.0|PSF-2\.0|Python-2\.0|CNRI-Python|Zlib|HPND|Unlicense|CC0-1\.0"
    r"|BSL-1\.0|MPL-2\.0|LLVM-exception|(LGPL-(2\.1|3\.0)|A?GPL-3\.0)(-only|-or-later)?|LGPL-2\.0-or-later)"
)
# The same as older packages write it, in a field or a classifier.
_WRITTEN = re.compile(
    r"(?i)\bMIT\b|\bBSD|\bISC\b|\bApache\b|\bPSFL?\b|Python Software Foundation|\bMPL-2|Mozilla Public License 2"
    r"|\bA?L?GPL ?v?3|\bLGPL\b|Lesser General Public|AFFERO GPL 3|Public Domain|\bUnlicense"
)
_REFUSED = re.compile(r"(?i)proprietary|\bGPL-2\.0-only|GPLv2\)|BUSL|SSPL|non-?commercial|\bCC-BY-N|Commons Clause")
# Packages whose metadata do not say: what their project's site and sources say.
_KNOWN = {"namex": "Apache-2.0", "saxonche": "MPL-2.0", "locate": "MIT"}


def _is_compatible(expression: str) -> bool:
    """Whether an SPDX expression lets the package be used: all of its parts, of each choice one."""
    flat = re.sub(r"\(([^()]*)\)", lambda inner: "MIT" if _is_compatible(inner[1]) else "none", expression)
    if flat != expression:
        return _is_compatible(flat)
    return any(
        all(_COMPATIBLE.fullmatch(part.strip()) for part in re.split(r" AND | WITH ", choice))
        for choice in expression.split(" OR ")
    )


def _may_be_used(name: str, expression: str, field: str, classifiers: list[str]) -> bool:
    if name in _KNOWN or expression:
        return _is_compatible(_KNOWN.get(name, expression))
    said = [*classifiers, field.partition("\n")[0]]
    return any(map(_WRITTEN.search, said)) and not any(map(_REFUSED.search, said))


def _installed(name: str, extras: frozenset[str], seen: dict[str, Distribution]) -> None:
    """Gather a package and all that it requires, as far as it is installed here."""
    try:
        package = distribution(name)
    except PackageNotFoundError:
        return
    key = " ".join((canonicalize_name(name), *sorted(extras)))
    if key in seen:
        return
    seen[key] = package
    for text in package.requires or ():
        wanted = Requirement(text)
        if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            again = canonicalize_name(wanted.name) == canonicalize_name("invoice-ocr")
            _installed(wanted.name, frozenset() if again else frozenset(wanted.extras), seen)


def _dependencies() -> Iterator[tuple[str, Distribution]]:
    seen: dict[str, Distribution] = {}
    extras = distribution("invoice-ocr").metadata.get_all("Provides-Extra") or []
    _installed("invoice-ocr", frozenset(extras), seen)
    yield from ((key.partition(" ")[0], package) for key, package in seen.items())


def test_every_installed_dependency_has_a_licence_that_fits_the_agpl() -> None:
    strange = {}
    for name, package in _dependencies():
        said = package.metadata
        classifiers = [line for line in said.get_all("Classifier") or [] if line.startswith("License ::")]
        expression, field = ("".join((said.get_all(key) or [""])[:1]) for key in ("License-Expression", "License"))
        if not _may_be_used(name, expression, field, classifiers):
            strange[name] = (expression, field[:80], classifiers)
    assert not strange


def test_the_packages_the_project_is_built_on_are_among_those_looked_at() -> None:
    names = {name for name, _ in _dependencies()}
    assert {"pymupdf", "python-doctr", "tensorflow", "pandas", "lxml", "typer", "rich"} <= names


@pytest.mark.parametrize(
    ("expression", "field", "classifiers"),
    [
        ("", "", []),
        ("", "Proprietary", []),
        ("", "MIT", ["License :: Other/Proprietary License"]),
        ("", "", ["License :: OSI Approved :: GNU General Public License v2 (GPLv2)"]),
        ("BUSL-1.1", "", []),
        ("GPL-2.0-only", "", []),
        ("MIT AND SSPL-1.0", "", []),
        ("(MIT OR Apache-2.0) AND CC-BY-NC-4.0", "", []),
    ],
)
def test_what_does_not_fit_is_found(expression: str, field: str, classifiers: list[str]) -> None:
    assert not _may_be_used("some-package", expression, field, classifiers)


@pytest.mark.parametrize(
    "expression", ["MIT", "GPL-2.0-only OR MIT", "(MIT OR BUSL-1.1) AND Zlib", "AGPL-3.0-or-later"]
)
def test_what_fits_is_let_pass(expression: str) -> None:
    assert _may_be_used("some-package", expression, "", [])
