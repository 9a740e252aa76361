"""What comes out has the form that is promised, and every id in it is explained."""

from __future__ import annotations

import ast
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import invoice_ocr
from invoice_ocr import errors, pipeline, settings
from invoice_ocr.cli.usage import CODE
from invoice_ocr.export import EXPORTERS
from invoice_ocr.model import FIELD_KINDS

ROOT = Path(__file__).parent.parent
PACKAGE = Path(invoice_ocr.__file__).parent
SCHEMA = json.loads((PACKAGE / "export" / "invoice.schema.json").read_text(encoding="utf-8"))
TOLD = (PACKAGE / "export" / "RESULTS.md").read_text(encoding="utf-8")
CODE_OF = "\n".join(
    path.read_text(encoding="utf-8")
    for path in PACKAGE.rglob("*.py")
    if "training" not in path.relative_to(PACKAGE).parts
)
ISSUES = set(re.findall(r"`([a-z][a-z-]*(?:\.[a-z-]+)?)`", TOLD[TOLD.index("## Issues") : TOLD.index("## Errors")]))
VALID = Draft202012Validator(SCHEMA)
DOCUMENTS = [
    *sorted((ROOT / "fixtures" / "samples").glob("born-digital-*/*.pdf")),
    ROOT / "fixtures" / "e-invoices" / "rechnung.xml",
    ROOT / "README.md",
    ROOT / "nowhere.pdf",
]


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    stream = io.BytesIO()
    EXPORTERS["jsonl"](pipeline.extract(DOCUMENTS, settings.make({"text": "layer", "jobs": 1})), stream)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert list(SCHEMA["properties"]["fields"]["properties"]) == list(FIELD_KINDS)


def test_invoices_and_failures_have_the_form_that_is_promised(records: list[dict[str, Any]]) -> None:
    assert len(records) == len(DOCUMENTS)
    assert [record["error"]["code"] for record in records[-2:]] == ["E_NOT_A_DOCUMENT", "E_NOT_FOUND"]
    for record in records:
        assert [f"{fault.json_path}: {fault.message}" for fault in VALID.iter_errors(record)] == []


def test_every_value_tells_where_it_stands_and_what_found_it(records: list[dict[str, Any]]) -> None:
    values = [field for record in records for field in record["fields"].values() if field["value"] is not None]
    assert len(values) > 50
    for field in values:
        assert field["rule"]
        assert field["source"]
        assert (field["page"] is not None and field["box"] is not None) or field["source"] == "e-invoice"


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("value", "1.190,00"),
        ("confidence", 1.5),
        ("box", [1, 2, 3]),
        ("page", None),
        ("rule", None),
        ("status", "sure"),
        ("status", "missing"),
        ("colour", "red"),
    ],
)
def test_what_is_not_promised_is_no_such_record(records: list[dict[str, Any]], name: str, changed: object) -> None:
    record = json.loads(json.dumps(records[0]))
    record["fields"]["total_gross"][name] = changed
    assert not VALID.is_valid(record)


def test_every_issue_that_is_raised_is_explained() -> None:
    families = {code.partition(".")[0] for code in ISSUES if "." in code}
    for node in ast.walk(ast.parse(CODE_OF.replace("from __future__ import annotations", ""))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Issue" and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant):
                assert first.value in ISSUES
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            family, dot, rest = node.value.partition(".")
            if dot and family in families and re.fullmatch(r"[a-z]+(-[a-z]+)*", rest):
                assert node.value in ISSUES, f"{node.value} is not in RESULTS.md"


@pytest.mark.parametrize("code", sorted(ISSUES))
def test_every_issue_that_is_explained_can_be_raised(code: str) -> None:
    ending = code.rpartition(".")[2]
    assert f'"{code}"' in CODE_OF or f'}}.{ending}"' in CODE_OF


def test_every_error_is_explained_and_no_other() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert set(re.findall(r"`(E_[A-Z_]+)`", TOLD)) == {CODE, *(kind.code for kind in kinds)}
