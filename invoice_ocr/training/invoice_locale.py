"""What invoices of one language and country look like in words: labels, amounts, dates, goods, as data from YAML."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import yaml

LANGUAGES = (
    "de", "en-GB", "en-US", "es", "fr", "it", "nl", "pl", "pt", "de-AT", "de-CH", "en-IE", "fr-BE", "fr-CH", "nl-BE",
)  # fmt: skip
NO_BREAK = "\u00a0"
MINUS_STYLES = ("-{}", "-{}", "-{}", "\u2212{}", "{}-")


@dataclass(frozen=True, slots=True)
class Locale:
    """One language as its YAML file has it. Lists repeat what is common: a draw from them is already weighted."""

    name: str
    country: str
    currency: str
    paper: str
    decimal: str
    groups: list[str]
    money: list[str]
    dates: list[str]
    months: list[str]
    rates: list[Decimal]
    percent: list[str]
    numbers: list[str]
    titles: dict[str, list[str]]
    labels: dict[str, list[str]]
    terms: list[str]
    early: list[str]
    terms_now: list[str]
    headline: list[str]
    place: list[str]
    greeting: list[str]
    intro: list[str]
    intro_credit: list[str]
    thanks: list[str]
    bye: list[str]
    closing: list[str]
    small: str
    exempt: str
    cities: list[str]
    streets: list[str]
    address: list[str]
    zip: str
    country_name: str
    first_names: list[str]
    trades: list[str]
    shops: list[str]
    legal: list[str]
    phones: list[str]
    banks: list[str]
    units: dict[str, list[str]]
    items: list[list[Any]]
    goods: list[list[Any]]

    @property
    def trade_last(self) -> bool:
        """True where a firm's trade follows its name, as in German and English."""
        return self.name[:2] in ("de", "en", "nl")


@cache
def load_locale(language: str) -> Locale:
    """The locale named like "de" or "en-GB"; KeyError when there is none of that name."""
    if language not in LANGUAGES:
        raise KeyError(f"no invoice texts for {language!r}; there are {', '.join(LANGUAGES)}")
    values = _texts(language)
    values["rates"] = [Decimal(str(rate)) for rate in values["rates"]]
    return Locale(name=language, **values)


def _texts(language: str) -> dict[str, Any]:
    """A YAML file's values, over those of the one it extends."""
    raw = files("invoice_ocr.training").joinpath("invoice_texts", f"{language}.yaml").read_text(encoding="utf-8")
    values: dict[str, Any] = yaml.safe_load(raw)
    if base_name := values.pop("extends", None):
        base = _texts(base_name)
        values["labels"] = base["labels"] | values.get("labels", {})
        values = base | values
    return values


@dataclass(frozen=True, slots=True)
class Form:
    """How one invoice writes amounts, dates and rates: drawn once, kept to throughout."""

    locale: Locale
    group: str
    money_style: str
    date_style: str
    percent_style: str
    minus_style: str
    trim_quantity: bool

    @staticmethod
    def draw(rng: Random, locale: Locale) -> Form:
        group = rng.choice(locale.groups)
        return Form(
            locale=locale,
            group=NO_BREAK if group == " " else group,
            money_style=rng.choice(locale.money).replace(" ", NO_BREAK),
            date_style=rng.choice(locale.dates),
            percent_style=rng.choice(locale.percent).replace(" ", NO_BREAK),
            minus_style=rng.choice(MINUS_STYLES[:4] if locale.country in ("GB", "US", "IE") else MINUS_STYLES),
            trim_quantity=rng.random() < 0.7,
        )

    def number(self, value: Decimal, places: int = 2) -> str:
        """A bare number in the locale's form: 1234.5 gives "1.234,50" in German."""
        whole, _, part = f"{abs(value):.{places}f}".partition(".")
        grouped = f"{int(whole):,}".replace(",", self.group)
        text = grouped + (self.locale.decimal + part if part else "")
        return self.minus_style.format(text) if value < 0 else text

    def money(self, value: Decimal, *, bare: bool = False) -> str:
        """An amount with its currency as this invoice prints it, or without (`bare`)."""
        if bare:
            return self.number(value)
        if value < 0 and self.minus_style == "{}-":
            return self.money_style.format(self.number(value))
        text = self.money_style.format(self.number(abs(value)))
        return self.minus_style.format(text) if value < 0 else text

    def quantity(self, value: Decimal) -> str:
        """A quantity: whole numbers plain, or all with two decimals, as this invoice does."""
        if value == value.to_integral_value() and self.trim_quantity:
            return self.number(value, 0)
        places = 2 if not self.trim_quantity or value != round(value, 1) else 1
        return self.number(value, places)

    def percent(self, rate: Decimal) -> str:
        """A rate such as "19 %"."""
        style = self.percent_style
        if rate != rate.to_integral_value():
            style = style.replace(",00", "").replace(".00", "")
        return style.format(f"{rate.normalize():f}".replace(".", self.locale.decimal))

    def day(self, day: date) -> str:
        """A date; English months shorten where the style says so."""
        month = self.locale.months[day.month - 1]
        return self.date_style.format(d=day.day, m=day.month, y=day.year, yy=day.year % 100, month=month, mon=month[:3])
