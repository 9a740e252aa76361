"""The nouns of rule packs: what a field, a rule, a country and a whole pack are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from invoice_ocr.rulepack.labels import LabelIndex
from invoice_ocr.values.text import fold

_OTHER_WORD = 4  # letters, at least, that another word puts before that for an invoice: `Berechnung` is none
# What small letters are read as behind dots.
_FORM_SLIPS = [str.maketrans(small, read) for small, read in (("l", "I"), ("o", "0"), ("z", "Z"), ("zo", "Z0"))]


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One entry of the vocabulary. kept: part of the output (an aside is not). bt: term of EN 16931."""

    name: str
    reader: str
    at: tuple[str, ...]
    kept: bool
    bt: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A page as sketch() reads it, and the value its rule must find there."""

    text: str
    value: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Labels that introduce one field. weight: 0..1, how surely. at: where the value may stand, tried in order.

    own: written by the user; it holds whatever language a document is in. file: the name of the file it stands in.
    check: kinds of number, as python-stdnum names them, whose check digits its values may have. keys: folded labels.
    """

    id: str
    field: str
    language: str
    source: str
    labels: tuple[str, ...]
    weight: float
    at: tuple[str, ...]
    accept: tuple[Example, ...]
    reject: tuple[str, ...]
    own: bool = False
    file: str = ""
    check: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Country:
    """Habits of one country. decimal: "." or ","; order: dmy, mdy, ymd or "" when it is mixed; address: RE2 or "".

    language: code of the language that is written in this country first of all, or "". words: printed here alone.
    tax_words: folded names of its value added tax; tax_rates: its rates in percent, the main one first.
    """

    code: str
    currency: str
    decimal: str
    order: str
    names: tuple[str, ...]
    phone: str
    address: str = ""
    language: str = ""
    words: tuple[str, ...] = ()
    tax_words: frozenset[str] = frozenset()
    tax_rates: tuple[Decimal, ...] = ()


@dataclass(frozen=True)
class RulePack:
    """All knowledge of languages and countries, ready to use. Equal digests mean equal rules."""

    fields: Mapping[str, FieldSpec]
    rules: tuple[Rule, ...]
    months: Mapping[str, int]
    titles: Mapping[str, tuple[tuple[str, str], ...]]  # folded title -> (kind, language)
    heads: tuple[tuple[str, str, str], ...]  # (folded header, kind of column, language)
    common: Mapping[str, tuple[str, ...]]  # folded word -> languages it is frequent in
    countries: Mapping[str, Country]
    legal_forms: Mapping[str, tuple[str, ...]]  # as printed -> countries
    weak_forms: frozenset[str]  # folded: those of them that are also words
    joiners: tuple[str, ...]  # in small letters: words within names of companies
    reach_signs: tuple[str, ...]  # what stands before a telephone, an address on the web or an account
    tax_signs: tuple[str, ...]  # what stands before the number of a tax or a register
    town_codes: tuple[str, ...]  # RE2: what a town with its code looks like
    mail_hosts: frozenset[str]  # folded: who keeps the mail of everybody
    receipt_words: tuple[str, ...]
    salutations: frozenset[str]  # folded
    name_words: frozenset[str]  # folded: what stands before a name in a block, as in `Name: Nordwind Ltd`
    buyer_first: frozenset[str]  # those of them behind which the buyer is named first, then the seller
    departments: frozenset[str]  # folded: parts of companies, which are no names
    title_ends: frozenset[str]  # folded: an invoice is a word that ends so, as `Fahrzeugrechnung`
    series_words: frozenset[str]  # folded: heads of a series, whose number stands in another cell
    number_words: frozenset[str]  # folded: what heads a number and says no more
    item_words: frozenset[str]  # folded: with number_words, what stands before a number that is no amount
    reference_words: frozenset[str]  # folded: what heads the own number of a paper under its title
    self_billed: frozenset[str]  # folded: what says that the buyer wrote the invoice
    in_name_of: tuple[str, ...]  # what stands before the seller where somebody else writes the invoice
    bank_words: frozenset[str]  # folded: near them an account is one at a bank
    street_words: frozenset[str]  # folded: with a number they are an address
    house_words: frozenset[str]  # folded: what stands before the number of a house
    owner_words: frozenset[str]  # folded: what stands before the proprietor of a shop, who is named below it
    operator_words: frozenset[str]  # folded: what stands before the company that runs a shop, on one line with it
    contact_words: frozenset[str]  # folded: what tells how to get in touch, or heads a number of taxes
    greeting_words: frozenset[str]  # folded: what a slip begins with to greet, before the name of its shop or above it
    shop_words: frozenset[str]  # folded: words of tills that names of shops hold too
    day_words: frozenset[str]  # folded, as the four below: words of payment terms, see universal.yaml
    pay_words: frozenset[str]
    by_words: frozenset[str]
    net_words: frozenset[str]
    prompt_words: frozenset[str]
    month_ends: frozenset[str]
    tax_rates: frozenset[Decimal]  # percent
    curves: Mapping[str, tuple[tuple[float, float], ...]]  # field -> (score, probability) knots
    recipe: str  # how the curves were made
    digest: str
    whole: RulePack | None = field(default=None, repr=False, compare=False)  # what this pack is a part of

    @cached_property
    def kept(self) -> tuple[str, ...]:
        """Names of the fields of the contract, in its order."""
        return tuple(name for name, spec in self.fields.items() if spec.kept)

    def kinds_of(self, title: str) -> tuple[str, ...]:
        """What kinds of paper a title names: as it is listed, or as a word made of one for an invoice and another."""
        key = label_key(title)
        if key in self.titles:
            return tuple(kind for kind, _ in self.titles[key])
        if not key.endswith(self._title_ends):
            return ()
        made = any(key.endswith(end) and len(key) >= len(end) + _OTHER_WORD for end in self._title_ends)
        return ("invoice",) if made and title.strip(" :").isalpha() else ()

    @cached_property
    def _title_ends(self) -> tuple[str, ...]:
        return tuple(self.title_ends)

    @cached_property
    def sole_currencies(self) -> frozenset[str]:
        """Currencies of one country alone."""
        shared = Counter(country.currency for country in self.countries.values())
        return frozenset(code for code, number in shared.items() if number == 1)

    @cached_property
    def sole_forms(self) -> tuple[tuple[str, str, str, str], ...]:
        """The legal forms of one country alone, as it is and in capitals: first word, all between spaces."""
        alone = ((form, places[0]) for form, places in self.legal_forms.items() if len(places) == 1)
        written = ((form, place, text) for form, place in alone for text in (form, form.upper()))
        return tuple((form, text.partition(" ")[0], f" {text} ", place) for form, place, text in written)

    @cached_property
    def form_ends(self) -> tuple[str, ...]:
        """What a text with the legal form of a company ends with."""
        return tuple(f" {form.rstrip('.')}" for form in self.forms_as_read if len(form) > 2)

    @cached_property
    def forms_as_read(self) -> Mapping[str, str]:
        """The legal forms as recognisers write those with dots, `S.r.I.` and `sp. Z 0.0.`, to what they are."""
        dotted = [form for form in self.legal_forms if "." in form]
        read = {form.translate(slips): form for form in dotted for slips in _FORM_SLIPS}
        return {**read, **{form: form for form in self.legal_forms}}

    @cached_property
    def title_starts(self) -> tuple[str, ...]:
        """Titles that tell a document by the beginning of a text."""
        return tuple(title for title in self.titles if len(title) > 4)

    @cached_property
    def spelled(self) -> Mapping[str, tuple[tuple[str, str, str], ...]]:
        """Each word that begins a country's name: code, name, and the name as it is or in capitals between spaces."""
        found: dict[str, dict[tuple[str, str, str], None]] = {}
        for code, country in self.countries.items():
            for name in country.names:
                for written in (name, name.upper()):
                    found.setdefault(written.partition(" ")[0], {})[code, name, f" {written} "] = None
        return {word: tuple(named) for word, named in found.items()}

    @cached_property
    def told_by(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """Each word that begins what is printed in one country alone: the country's code, and all of it, set apart."""
        found: dict[str, tuple[tuple[str, str], ...]] = {}
        for code, country in self.countries.items():
            for text in country.words:
                first = text.partition(" ")[0]
                found[first] = (*found.get(first, ()), (code, f" {text} "))
        return found

    @cached_property
    def by_label(self) -> Mapping[str, tuple[Rule, ...]]:
        """Folded label to the rules that list it."""
        found: dict[str, tuple[Rule, ...]] = {}
        for rule in self.rules:
            for key in rule.keys:
                found[key] = (*found.get(key, ()), rule)
        return found

    @cached_property
    def silent(self) -> frozenset[str]:
        """The folded labels that only tell more of another one, and have no value of their own."""
        mute = {name for name, spec in self.fields.items() if spec.reader == "none"}
        keys = {key for rule in self.rules if rule.field in mute for key in rule.keys}
        return frozenset(key for key in keys if mute.issuperset(rule.field for rule in self.by_label[key]))

    @cached_property
    def checks(self) -> Mapping[str, tuple[str, ...]]:
        """Ids of the rules whose values have check digits to the kinds of number that these may be."""
        return {rule.id: rule.check for rule in self.rules if rule.check}

    @cached_property
    def labels(self) -> LabelIndex:
        """All labels, ready to be looked for."""
        return LabelIndex(self.by_label, self.whole.labels if self.whole else None)

    @cached_property
    def columns(self) -> Mapping[str, tuple[str, ...]]:
        """Folded header of a column to the kinds of column it may be."""
        found: dict[str, tuple[str, ...]] = {}
        for header, kind, _ in self.heads:
            known = found.get(header, ())
            found[header] = known if kind in known else (*known, kind)
        return found

    @cached_property
    def headers(self) -> LabelIndex:
        """All column headers, ready to be looked for."""
        return LabelIndex(self.columns, self.whole.headers if self.whole else None)

    @cached_property
    def languages(self) -> frozenset[str]:
        """Codes of the languages that have rules."""
        return frozenset(rule.language for rule in self.rules if rule.language)

    def only(self, languages: frozenset[str]) -> RulePack:
        """The pack with the labels, titles and headers of these languages, and with the user's own; remembered."""
        if languages >= self.languages:
            return self
        if languages not in self._narrowed:
            wanted = {"", *languages}
            titles = {title: tuple(pair for pair in pairs if pair[1] in wanted) for title, pairs in self.titles.items()}
            self._narrowed[languages] = replace(
                self,
                rules=tuple(rule for rule in self.rules if rule.own or rule.language in wanted),
                heads=tuple(head for head in self.heads if head[2] in wanted),
                titles={title: pairs for title, pairs in titles.items() if pairs},
                whole=self.whole or self,
            )
        return self._narrowed[languages]

    @cached_property
    def _narrowed(self) -> dict[frozenset[str], RulePack]:
        return {}


def label_key(label: str) -> str:
    """A label as the index knows it: its folded tokens joined, which is the same as folding it whole."""
    return fold(label)
