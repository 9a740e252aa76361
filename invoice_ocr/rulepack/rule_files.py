"""Rule files read one after the other, and the pack that is made of them in the end."""

from __future__ import annotations

import copy
import dataclasses
import itertools
import re
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from invoice_ocr.errors import RuleError
from invoice_ocr.rulepack import plain_yaml
from invoice_ocr.rulepack.rule_shapes import Shapes
from invoice_ocr.rulepack.ruleset import Country, FieldSpec, Rule, RulePack, label_key
from invoice_ocr.values.currency import read_currency
from invoice_ocr.values.text import fold

READERS = frozenset(
    {"amount", "bic", "currency", "date", "iban", "name", "none", "period", "reference", "tax_number", "text", "vat_id"}
)
TITLES = frozenset({"invoice", "proforma", "credit_note", "receipt", "other"})
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
# Of universal.yaml: lists of words that are kept folded.
_FOLDED = [
    "salutations", "name_words", "buyer_first", "departments", "series_words", "number_words", "self_billed",
    "bank_words", "street_words", "house_words", "owner_words", "operator_words", "contact_words",
    "greeting_words", "shop_words", "title_ends", "weak_forms", "mail_hosts", "reference_words", "item_words",
]  # fmt: skip
_PRINTED = [
    "receipt_words",
    "in_name_of",
    "joiners",
    "reach_signs",
    "tax_signs",
    "town_codes",
]  # lists that are kept as they are printed
_TERMS = ("day_words", "pay_words", "by_words", "net_words", "prompt_words", "month_ends")
_RULE_KEYS = {"id", "field", "source", "labels", "accept", "reject", "weight", "at", "check"}
_PACK_KEYS = {"language", "months", "common", "titles", "rules", "columns"}


class Loader:
    """Gathers what files hold, and their mistakes; builds the pack once all are read. own: the user's files now."""

    def __init__(self) -> None:
        self.shapes = Shapes()
        self.own = False
        self.fields: dict[str, FieldSpec] = {}
        self.rules: dict[str, Rule] = {}
        self.months: dict[str, int] = {}
        self.titles: dict[str, tuple[tuple[str, str], ...]] = {}
        self.heads: list[tuple[str, str, str]] = []
        self.common: dict[str, tuple[str, ...]] = {}
        self.countries: dict[str, Country] = {}
        self.legal_forms: dict[str, tuple[str, ...]] = {}
        for key in (*_FOLDED, *_TERMS):
            setattr(self, key, frozenset())
        for key in _PRINTED:
            setattr(self, key, ())
        self.tax_rates: frozenset[Decimal] = frozenset()
        self.curves: dict[str, tuple[tuple[float, float], ...]] = {}
        self.recipe = ""
        self.hash = sha256()

    def fork(self) -> Loader:
        """A loader that goes on from here without changing this one."""
        other = copy.copy(self)
        for name, value in vars(self).items():
            if isinstance(value, (dict, list, Shapes)) or name == "hash":
                setattr(other, name, value.copy())
        return other

    def read_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            raise RuleError(f"There is no folder of rules at {folder}.", fix="Give an existing folder with --rules.")
        files = sorted(folder.glob("*.yaml")) + sorted((folder / "suppliers").glob("*.yaml"))
        if not files:
            raise RuleError(f"No file in {folder} ends with .yaml, as rules do.", fix="Give the folder of your rules.")
        for path in sorted(files, key=lambda path: (path.name != "fields.yaml", str(path))):
            self.read_file(path)

    def read_file(self, path: Path) -> None:
        text = path.read_bytes()
        self.hash.update(path.name.encode() + b"\0" + text)
        if len(text) > _LARGEST:
            return self.shapes.blame(path.name, f"is larger than {_LARGEST} bytes; split it")
        try:
            content = plain_yaml.load(text)
        except yaml.YAMLError as error:
            return self.shapes.blame(path.name, f"is no YAML: {' '.join(str(error).split())}; mend that place")
        if not isinstance(content, dict):
            return self.shapes.blame(path.name, "must be a map at the top; see fields.yaml")
        if path.name == "fields.yaml":
            self.read_fields(path.name, content)
        elif path.name == "universal.yaml":
            self.read_universal(path.name, content)
        elif path.name == "confidence.yaml":
            self.read_curves(path.name, content)
        else:
            self.read_language(path.name, content)
        return None

    def read_fields(self, name: str, content: dict[str, Any]) -> None:
        self.shapes.known(name, content, {"fields", "asides"})
        for section in ("fields", "asides"):
            for key, entry in self.shapes.mapping(name, section, content.get(section, {})).items():
                spec = self.shapes.mapping(name, f"{section}.{key}", entry)
                self.shapes.known(f"{name}: {key}", spec, {"value", "at", "bt"})
                reader, at = str(spec.get("value", "")), self.shapes.texts(name, f"{key}.at", spec.get("at", []))
                if reader not in READERS:
                    self.shapes.blame(name, f"{key}: unknown reader {reader!r}; one of {', '.join(sorted(READERS))}")
                self.shapes.positions(name, key, at)
                self.fields[key] = FieldSpec(key, reader, at, section == "fields", spec.get("bt", ""))

    def read_universal(self, name: str, content: dict[str, Any]) -> None:
        self.shapes.known(name, content, {"countries", "legal_forms", "tax_rates", "terms", *_PRINTED, *_FOLDED})
        for code, entry in self.shapes.mapping(name, "countries", content.get("countries", {})).items():
            self.read_country(f"{name}: countries.{code}", code, self.shapes.mapping(name, f"countries.{code}", entry))
        for form, places in self.shapes.mapping(name, "legal_forms", content.get("legal_forms", {})).items():
            self.legal_forms[form] = self.shapes.texts(name, f"legal_forms.{form}", places)
        self.tax_rates |= set(self.percentages(name, "tax_rates", content.get("tax_rates", [])))
        for key in _FOLDED:
            words = {fold(word) for word in self.shapes.texts(name, key, content.get(key, []))}
            setattr(self, key, getattr(self, key) | words)
        for key in _PRINTED:
            setattr(self, key, getattr(self, key) + self.shapes.texts(name, key, content.get(key, [])))
        for pattern in self.shapes.texts(name, "town_codes", content.get("town_codes", [])):
            self.shapes.pattern(name, "town_codes", pattern)
        self.read_terms(name, self.shapes.mapping(name, "terms", content.get("terms", {})))

    def read_country(self, where: str, code: str, spec: dict[str, Any]) -> None:
        self.shapes.known(where, spec, {field.name for field in dataclasses.fields(Country)} - {"code"})
        if spec.get("decimal") not in (".", ",") or str(spec.get("order")) not in ORDERS:
            self.shapes.blame(where, "decimal must be . or , and order one of dmy mdy ymd or empty")
            return
        if len(read_currency(str(spec.get("currency", "")))) != 1:
            self.shapes.blame(where, f"currency {spec.get('currency', '')!r} must be a code of ISO 4217, such as EUR")
        address = str(spec.get("address", ""))
        self.shapes.pattern(where, "address", address)
        self.countries[code] = Country(
            code,
            str(spec.get("currency", "")),
            spec["decimal"],
            str(spec["order"]),
            self.shapes.texts(where, "names", spec.get("names", [])),
            str(spec.get("phone", "")),
            address,
            str(spec.get("language", "")),
            self.shapes.texts(where, "words", spec.get("words", [])),
            frozenset(map(fold, self.shapes.texts(where, "tax_words", spec.get("tax_words", [])))),
            self.percentages(where, "tax_rates", spec.get("tax_rates", [])),
        )

    def percentages(self, name: str, where: str, content: object) -> tuple[Decimal, ...]:
        """Rates of tax in their order; a mistake is noted and left out."""
        rates = self.shapes.texts(name, where, content)
        right = [rate for rate in rates if re.fullmatch(r"\d{1,2}(\.\d{1,3})?", rate)]
        for rate in rates:
            if rate not in right:
                self.shapes.blame(name, f"{where}: {rate!r} must be a percentage such as 19 or 5.5")
        return tuple(map(Decimal, right))

    def read_terms(self, name: str, terms: dict[str, Any]) -> None:
        for key in sorted(set(terms) - set(_TERMS)):
            self.shapes.blame(name, f"terms.{key}: must be one of {', '.join(_TERMS)}")
        for key in _TERMS:
            words = frozenset(fold(word) for word in self.shapes.texts(name, f"terms.{key}", terms.get(key, [])))
            setattr(self, key, getattr(self, key) | words)

    def read_curves(self, name: str, content: dict[str, Any]) -> None:
        self.recipe = str(content.get("recipe", ""))
        for key, knots in self.shapes.mapping(name, "curves", content.get("curves", {})).items():
            try:
                curve = tuple((float(score), float(probability)) for score, probability in knots)
            except (TypeError, ValueError):
                self.shapes.blame(name, f"curves.{key}: must be a list of [score, probability] pairs")
                continue
            if not curve or any(a[0] > b[0] or a[1] > b[1] for a, b in itertools.pairwise(curve)):
                self.shapes.blame(name, f"curves.{key}: scores and probabilities must both rise")
                continue
            self.curves[key] = curve

    def read_language(self, name: str, content: dict[str, Any]) -> None:
        language = str(content.get("language", ""))
        self.shapes.known(name, content, _PACK_KEYS)
        self.read_months(name, content)
        for kind, names in self.shapes.mapping(name, "titles", content.get("titles", {})).items():
            if kind not in TITLES:
                self.shapes.blame(name, f"titles.{kind}: must be one of {', '.join(sorted(TITLES))}")
            for title in self.shapes.texts(name, f"titles.{kind}", names):
                self.titles[label_key(title)] = (*self.titles.get(label_key(title), ()), (kind, language))
        for kind, names in self.shapes.mapping(name, "columns", content.get("columns", {})).items():
            if kind not in COLUMNS:
                self.shapes.blame(name, f"columns.{kind}: must be one of {', '.join(sorted(COLUMNS))}")
            for header in self.shapes.texts(name, f"columns.{kind}", names):
                self.heads.append((label_key(header), kind, language))
        for word in self.shapes.texts(name, "common", content.get("common", [])):
            self.common[fold(word)] = (*self.common.get(fold(word), ()), language)
        rules = content.get("rules", [])
        if not isinstance(rules, list):
            self.shapes.blame(name, "rules: must be a list of rules, each beginning with - id:")
            return
        for index, entry in enumerate(rules):
            self.read_rule(name, index, language, entry)

    def read_months(self, name: str, content: dict[str, Any]) -> None:
        for number, names in self.shapes.mapping(name, "months", content.get("months", {})).items():
            if not (number.isdigit() and 1 <= int(number) <= 12):
                self.shapes.blame(name, f"months.{number}: must be 1 to 12")
                continue
            for month in self.shapes.texts(name, f"months.{number}", names):
                if self.months.setdefault(fold(month), int(number)) != int(number):
                    self.shapes.blame(
                        name, f"months.{number}: {month!r} is month {self.months[fold(month)]} in another file"
                    )

    def read_rule(self, name: str, index: int, language: str, entry: Any) -> None:
        if not isinstance(entry, dict) or not entry.get("id") or not isinstance(entry["id"], str):
            return self.shapes.blame(name, f"rule {index + 1}: must be a map with an id")
        where = f"{name}: {entry['id']}"
        if (earlier := self.rules.get(entry["id"])) and (earlier.file, earlier.own) == (name, self.own):
            self.shapes.blame(where, "two rules of this file have this id; rename one")
        self.shapes.known(where, entry, _RULE_KEYS)
        spec = self.fields.get(str(entry.get("field", "")))
        if spec is None:
            return self.shapes.blame(where, f"unknown field {entry.get('field')!r}; fields.yaml lists them")
        for key in ("source", "labels", "reject") + (() if spec.reader == "none" else ("accept",)):
            if not entry.get(key):
                self.shapes.blame(where, f"has no {key}; every rule needs one")
        weight = self.shapes.weight(where, str(entry.get("weight", 1.0)))
        at = self.shapes.texts(
            where, "at", list(entry.get("at", spec.at)) if not isinstance(entry.get("at"), str) else None
        )
        self.shapes.positions(name, entry["id"], at)
        labels = self.shapes.texts(where, "labels", entry.get("labels", []))
        keys = tuple(label_key(label) for label in labels)
        for label, key in zip(labels, keys, strict=True):
            if not key:
                self.shapes.blame(where, f"label {label!r} has neither letters nor digits")
            if read_currency(label):
                self.shapes.blame(where, f"label {label!r} is a currency mark; amounts begin with it")
        accept = tuple(
            self.shapes.example(where, text) for text in self.shapes.texts(where, "accept", entry.get("accept", []))
        )
        reject = self.shapes.texts(where, "reject", entry.get("reject", []))
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
            check=self.shapes.kinds(where, entry.get("check", [])),
            keys=tuple(dict.fromkeys(keys)),
        )
        self.rules[rule.id] = rule
        return None

    def finish(self) -> RulePack:
        if self.shapes.mistakes:
            raise RuleError("The rules have mistakes:\n  " + "\n  ".join(self.shapes.mistakes))
        names = {pack_field.name for pack_field in dataclasses.fields(RulePack)} - {"rules", "heads", "digest", "whole"}
        return RulePack(
            rules=tuple(self.rules.values()),
            heads=tuple(self.heads),
            digest=self.hash.hexdigest(),
            **{name: getattr(self, name) for name in names},
        )
