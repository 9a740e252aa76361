"""rules/*.yaml to one validated, frozen RulePack; every mistake is reported at once, with file, rule and remedy."""

from __future__ import annotations

import copy
import dataclasses
import itertools
import re
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import re2
import yaml

from invoice_ocr import plain_yaml
from invoice_ocr.errors import RuleError
from invoice_ocr.ruleset import Country, Example, FieldSpec, Rule, RulePack, label_key
from invoice_ocr.values.currency import read_currency
from invoice_ocr.values.repair import is_kind
from invoice_ocr.values.text import fold

__all__ = ["Country", "Example", "FieldSpec", "Rule", "RulePack", "label_key", "load_pack", "rules_folder"]

READERS = frozenset(
    {"amount", "bic", "currency", "date", "iban", "name", "none", "period", "reference", "tax_number", "text", "vat_id"}
)
POSITIONS = frozenset({"same", "right", "below"})
TITLES = frozenset({"invoice", "credit_note", "receipt", "other"})
COLUMNS = frozenset(
    {
        "position",
        "article_number",
        "description",
        "quantity",
        "unit",
        "unit_price",
        "tax_rate",
        "tax",
        "discount",
        "amount",
        "gross",
    }
)
ORDERS = frozenset({"", "dmy", "mdy", "ymd"})
_LARGEST = 400_000  # bytes of one file: more is no rule pack
_TERMS = ("day_words", "pay_words", "net_words", "prompt_words", "month_ends")
_RULE_KEYS = {"id", "field", "source", "labels", "accept", "reject", "weight", "at", "check"}
_PACK_KEYS = {"language", "months", "common", "titles", "rules", "columns"}


def rules_folder() -> Path:
    """Where the shipped rules lie: beside the package in a source checkout, inside it in an installed wheel."""
    inside = Path(__file__).parent / "_rules"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "rules"


def load_pack(folder: Path | None = None) -> RulePack:
    """The shipped rules, with those of `folder` added; a rule there replaces the shipped one of the same id.

    Raises RuleError that names every mistake of every file.
    """
    return _load(rules_folder(), folder.resolve() if folder else None)


@lru_cache(maxsize=8)
def _load(shipped: Path, extra: Path | None) -> RulePack:
    loader = _read(shipped).fork()
    if extra:
        loader.own = True
        loader.read_folder(extra)
    return loader.finish()


@lru_cache(maxsize=2)
def _read(folder: Path) -> _Loader:
    """The shipped files, read once; what a user adds goes into a fork."""
    loader = _Loader()
    loader.read_folder(folder)
    return loader


class _Loader:
    """Gathers files and mistakes; builds the pack once all are read."""

    def __init__(self) -> None:
        self.mistakes: list[str] = []
        self.own = False
        self.fields: dict[str, FieldSpec] = {}
        self.rules: dict[str, Rule] = {}
        self.months: dict[str, int] = {}
        self.titles: dict[str, tuple[tuple[str, str], ...]] = {}
        self.heads: list[tuple[str, str, str]] = []
        self.common: dict[str, tuple[str, ...]] = {}
        self.countries: dict[str, Country] = {}
        self.legal_forms: dict[str, tuple[str, ...]] = {}
        self.receipt_words: tuple[str, ...] = ()
        self.salutations: frozenset[str] = frozenset()
        self.name_words: frozenset[str] = frozenset()
        self.buyer_first: frozenset[str] = frozenset()
        self.departments: frozenset[str] = frozenset()
        self.bank_words: frozenset[str] = frozenset()
        self.day_words: frozenset[str] = frozenset()
        self.pay_words: frozenset[str] = frozenset()
        self.net_words: frozenset[str] = frozenset()
        self.prompt_words: frozenset[str] = frozenset()
        self.month_ends: frozenset[str] = frozenset()
        self.tax_rates: frozenset[Decimal] = frozenset()
        self.curves: dict[str, tuple[tuple[float, float], ...]] = {}
        self.recipe = ""
        self.hash = sha256()

    def fork(self) -> _Loader:
        """A loader that goes on from here without changing this one."""
        other = copy.copy(self)
        for name, value in vars(self).items():
            if isinstance(value, (dict, list)) or name == "hash":
                setattr(other, name, value.copy())
        return other

    def read_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            raise RuleError(f"There is no folder of rules at {folder}.", fix="Give an existing folder with --rules.")
        files = sorted(folder.glob("*.yaml")) + sorted((folder / "suppliers").glob("*.yaml"))
        for path in sorted(files, key=lambda path: (path.name != "fields.yaml", str(path))):
            self.read_file(path)

    def read_file(self, path: Path) -> None:
        text = path.read_bytes()
        self.hash.update(path.name.encode() + b"\0" + text)
        if len(text) > _LARGEST:
            return self.blame(path.name, f"is larger than {_LARGEST} bytes; split it")
        try:
            content = plain_yaml.load(text)
        except yaml.YAMLError as error:
            return self.blame(path.name, f"is no YAML: {' '.join(str(error).split())}; mend that place")
        if not isinstance(content, dict):
            return self.blame(path.name, "must be a map at the top; see fields.yaml")
        if path.name == "fields.yaml":
            self.read_fields(path.name, content)
        elif path.name == "universal.yaml":
            self.read_universal(path.name, content)
        elif path.name == "confidence.yaml":
            self.read_curves(path.name, content)
        else:
            self.read_language(path.name, content)
        return None

    def blame(self, where: str, what: str) -> None:
        self.mistakes.append(f"{where}: {what}")

    def read_fields(self, name: str, content: dict[str, Any]) -> None:
        for section in ("fields", "asides"):
            for key, entry in self.mapping(name, section, content.get(section)).items():
                spec = self.mapping(name, f"{section}.{key}", entry)
                reader, at = str(spec.get("value", "")), tuple(spec.get("at", ()))
                if reader not in READERS:
                    self.blame(name, f"{key}: unknown reader {reader!r}; one of {', '.join(sorted(READERS))}")
                self.check_positions(name, key, at)
                self.fields[key] = FieldSpec(key, reader, at, section == "fields", spec.get("bt", ""))

    def read_universal(self, name: str, content: dict[str, Any]) -> None:
        for code, entry in self.mapping(name, "countries", content.get("countries", {})).items():
            spec = self.mapping(name, f"countries.{code}", entry)
            if spec.get("decimal") not in (".", ",") or str(spec.get("order")) not in ORDERS:
                self.blame(name, f"countries.{code}: decimal must be . or , and order one of dmy mdy ymd or empty")
                continue
            address = str(spec.get("address", ""))
            self.check_pattern(name, f"countries.{code}.address", address)
            self.countries[code] = Country(
                code,
                spec.get("currency", ""),
                spec["decimal"],
                spec["order"],
                tuple(spec.get("names", ())),
                spec.get("phone", ""),
                address,
                spec.get("language", ""),
                tuple(spec.get("words", ())),
            )
        for form, places in self.mapping(name, "legal_forms", content.get("legal_forms", {})).items():
            self.legal_forms[form] = tuple(places)
        rates = self.texts(name, "tax_rates", content.get("tax_rates", []))
        for rate in rates:
            if not re.fullmatch(r"\d{1,2}(\.\d{1,3})?", rate):
                self.blame(name, f"tax_rates: {rate!r} must be a percentage such as 19 or 5.5")
        self.tax_rates |= {Decimal(rate) for rate in rates if re.fullmatch(r"[\d.]+", rate)}
        for key in ("salutations", "name_words", "buyer_first", "departments", "bank_words"):
            words = {fold(word) for word in self.texts(name, key, content.get(key, []))}
            setattr(self, key, getattr(self, key) | words)
        self.receipt_words += self.texts(name, "receipt_words", content.get("receipt_words", []))
        self.read_terms(name, self.mapping(name, "terms", content.get("terms", {})))

    def read_terms(self, name: str, terms: dict[str, Any]) -> None:
        for key in sorted(set(terms) - set(_TERMS)):
            self.blame(name, f"terms.{key}: must be one of {', '.join(_TERMS)}")
        for key in _TERMS:
            words = frozenset(fold(word) for word in self.texts(name, f"terms.{key}", terms.get(key, [])))
            setattr(self, key, getattr(self, key) | words)

    def read_curves(self, name: str, content: dict[str, Any]) -> None:
        self.recipe = str(content.get("recipe", ""))
        for key, knots in self.mapping(name, "curves", content.get("curves", {})).items():
            try:
                curve = tuple((float(score), float(probability)) for score, probability in knots)
            except (TypeError, ValueError):
                self.blame(name, f"curves.{key}: must be a list of [score, probability] pairs")
                continue
            if not curve or any(a[0] > b[0] or a[1] > b[1] for a, b in itertools.pairwise(curve)):
                self.blame(name, f"curves.{key}: scores and probabilities must both rise")
                continue
            self.curves[key] = curve

    def read_language(self, name: str, content: dict[str, Any]) -> None:
        language = str(content.get("language", ""))
        for key in sorted(set(content) - _PACK_KEYS):
            self.blame(name, f"unknown key {key!r}; one of {', '.join(sorted(_PACK_KEYS))}")
        self.read_months(name, content)
        for kind, names in self.mapping(name, "titles", content.get("titles", {})).items():
            if kind not in TITLES:
                self.blame(name, f"titles.{kind}: must be one of {', '.join(sorted(TITLES))}")
            for title in self.texts(name, f"titles.{kind}", names):
                self.titles[label_key(title)] = (*self.titles.get(label_key(title), ()), (kind, language))
        for kind, names in self.mapping(name, "columns", content.get("columns", {})).items():
            if kind not in COLUMNS:
                self.blame(name, f"columns.{kind}: must be one of {', '.join(sorted(COLUMNS))}")
            for header in self.texts(name, f"columns.{kind}", names):
                self.heads.append((label_key(header), kind, language))
        for word in self.texts(name, "common", content.get("common", [])):
            self.common[fold(word)] = (*self.common.get(fold(word), ()), language)
        for index, entry in enumerate(content.get("rules", [])):
            self.read_rule(name, index, language, entry)

    def read_months(self, name: str, content: dict[str, Any]) -> None:
        for number, names in self.mapping(name, "months", content.get("months", {})).items():
            if not (number.isdigit() and 1 <= int(number) <= 12):
                self.blame(name, f"months.{number}: must be 1 to 12")
                continue
            for month in self.texts(name, f"months.{number}", names):
                if self.months.setdefault(fold(month), int(number)) != int(number):
                    self.blame(name, f"months.{number}: {month!r} is month {self.months[fold(month)]} in another file")

    def read_rule(self, name: str, index: int, language: str, entry: Any) -> None:
        if not isinstance(entry, dict) or not entry.get("id") or not isinstance(entry["id"], str):
            return self.blame(name, f"rule {index + 1}: must be a map with an id")
        where = f"{name}: {entry['id']}"
        if (earlier := self.rules.get(entry["id"])) and (earlier.file, earlier.own) == (name, self.own):
            self.blame(where, "two rules of this file have this id; rename one")
        for key in sorted(set(entry) - _RULE_KEYS):
            self.blame(where, f"unknown key {key!r}; one of {', '.join(sorted(_RULE_KEYS))}")
        spec = self.fields.get(str(entry.get("field", "")))
        if spec is None:
            return self.blame(where, f"unknown field {entry.get('field')!r}; fields.yaml lists them")
        for key in ("source", "labels", "reject") + (() if spec.reader == "none" else ("accept",)):
            if not entry.get(key):
                self.blame(where, f"has no {key}; every rule needs one")
        weight = self.weight(where, str(entry.get("weight", 1.0)))
        at = self.texts(where, "at", list(entry.get("at", spec.at)) if not isinstance(entry.get("at"), str) else None)
        self.check_positions(name, entry["id"], at)
        labels = self.texts(where, "labels", entry.get("labels", []))
        keys = tuple(label_key(label) for label in labels)
        for label, key in zip(labels, keys, strict=True):
            if not key:
                self.blame(where, f"label {label!r} has neither letters nor digits")
            if read_currency(label):
                self.blame(where, f"label {label!r} is a currency mark; amounts begin with it")
        accept = tuple(self.example(where, text) for text in self.texts(where, "accept", entry.get("accept", [])))
        reject = self.texts(where, "reject", entry.get("reject", []))
        source = str(entry.get("source", ""))
        rule = Rule(
            entry["id"],
            spec.name,
            language,
            source,
            labels,
            weight,
            at,
            accept,
            reject,
            own=self.own,
            file=name,
            check=self.kinds(where, entry.get("check", [])),
            keys=tuple(dict.fromkeys(keys)),
        )
        self.rules[rule.id] = rule
        return None

    def weight(self, where: str, text: str) -> float:
        try:
            weight = float(text)
        except ValueError:
            weight = -1.0
        if not 0 < weight <= 1:
            self.blame(where, f"weight {text!r} must be over 0 and at most 1")
        return weight

    def kinds(self, where: str, value: Any) -> tuple[str, ...]:
        kinds = self.texts(where, "check", value)
        for kind in kinds:
            if not is_kind(kind):
                self.blame(where, f"check: python-stdnum knows no numbers {kind!r}; a name such as fr.siret is meant")
        return kinds

    def example(self, where: str, text: str) -> Example:
        page, arrow, value = text.rpartition(" => ")
        if not arrow:
            self.blame(where, f"accept {text!r} must read `page text => value`")
        return Example(page, value.strip())

    def check_pattern(self, name: str, key: str, pattern: str) -> None:
        try:
            re2.compile(pattern)
        except re2.error as error:
            self.blame(name, f"{key}: {pattern!r} is no RE2 pattern ({error})")

    def mapping(self, name: str, key: str, value: Any) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        self.blame(name, f"{key}: must be a map")
        return {}

    def texts(self, name: str, key: str, value: Any) -> tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self.blame(name, f"{key}: must be a list of texts")
        return ()

    def check_positions(self, name: str, key: str, at: tuple[str, ...]) -> None:
        for position in at:
            if position not in POSITIONS:
                self.blame(name, f"{key}: unknown position {position!r}; one of {', '.join(sorted(POSITIONS))}")

    def finish(self) -> RulePack:
        if self.mistakes:
            raise RuleError("The rules have mistakes:\n  " + "\n  ".join(self.mistakes))
        names = {pack_field.name for pack_field in dataclasses.fields(RulePack)} - {"rules", "heads", "digest", "whole"}
        return RulePack(
            rules=tuple(self.rules.values()),
            heads=tuple(self.heads),
            digest=self.hash.hexdigest(),
            **{name: getattr(self, name) for name in names},
        )
