"""What an invoice is about, before anybody draws it: parties, dates, lines, taxes and totals that agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from stdnum import iso11649
from stdnum.iso7064 import mod_97_10

from invoice_ocr.training.invoice_locale import NO_BREAK, Form, Locale, load_locale
from invoice_ocr.training.invoice_parties import Party, digits, make_party

CENT = Decimal("0.01")
# A line costs at most this many times its goods' highest price: nobody orders 250 office chairs.
_DEAREST = Decimal(40)
SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "PLN": "zł", "CHF": "Fr."}


def cents(value: Decimal) -> Decimal:
    """Rounded half up to two decimals, as invoices do."""
    return value.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a sale. amount: quantity times unit price, net (gross on till slips), always positive."""

    position: int
    article_number: str
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    tax_rate: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Tax:
    """One rate's share of the whole sale, after discount and shipping. rate: percent."""

    rate: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Sale:
    """One invented sale. Amounts are positive on credit notes too; `sign` says how this one prints them."""

    locale: Locale
    form: Form
    document_type: str
    number: str
    issue_date: date
    due_date: date
    delivery_date: date | None
    period: tuple[date, date] | None
    seller: Party
    buyer: Party
    references: dict[str, str]
    items: tuple[Item, ...]
    taxes: tuple[Tax, ...]
    lines_total: Decimal
    discount: Decimal
    discount_percent: Decimal | None
    shipping: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal
    prepaid: Decimal
    terms: str
    payment_reference: str
    sign: int
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def due(self) -> Decimal:
        return self.gross - self.prepaid

    @property
    def rates(self) -> list[Decimal]:
        return [tax.rate for tax in self.taxes]

    def money(self, value: Decimal, *, bare: bool = False) -> str:
        """An amount as this document prints it: with a minus on credit notes that do so."""
        return self.form.money(value * self.sign, bare=bare)

    def tax_label(self, tax: Tax) -> str:
        """Such as "zzgl. 19 % USt."; the base is spelled out where the label asks for it."""
        return self.labels["tax"].format(rate=self.form.percent(tax.rate), base=self.money(tax.net))

    @property
    def currency_text(self) -> str | None:
        """How amounts name the currency, "EUR" or "€"; None when they stand bare."""
        for text in (self.locale.currency, SYMBOLS[self.locale.currency]):
            if text in self.form.money_style:
                return text
        return None


def _items(rng: Random, locale: Locale, count: int, *, shop: bool) -> tuple[Item, ...]:
    pool: Iterable[list[object]] = locale.goods if shop else locale.items
    chosen = rng.sample(list(pool), k=min(count, len(list(pool))))
    while len(chosen) < count:
        chosen.append(rng.choice(list(pool)))
    several_rates = len(locale.rates) > 1 and locale.country != "US" and rng.random() < 0.45
    base_rate = rng.choice(locale.rates) if locale.country == "US" else locale.rates[0]
    code = rng.choice(("{:05}", "{:06}", "A-{:04}", "{:03}.{:03}", "ART{:05}", "{:08}"))
    items = []
    for position, row in enumerate(chosen, 1):
        name, kind, low, high, *rest = [row[0], "piece", *row[1:]] if shop else row
        lowest, highest = float(str(low)), float(str(high))
        price = cents(Decimal(str(round(rng.uniform(lowest, highest), 2))))
        if rng.random() < 0.35 and price > 20:
            price = price.to_integral_value() + (Decimal(0) if rng.random() < 0.6 else Decimal("0.90"))
        quantity = _quantity(rng, str(kind), shop=shop)
        while quantity * price > _DEAREST * Decimal(str(highest)):
            quantity = _quantity(rng, str(kind), shop=shop)
        low_rate = rng.choice(locale.rates[1:]) if several_rates and rest else base_rate
        unit = rng.choice(locale.units[str(kind)])
        items.append(Item(
            position, code.format(rng.randint(100, 99999), rng.randint(1, 999)), str(name), quantity, unit, price,
            low_rate, cents(quantity * price),
        ))  # fmt: skip
    return tuple(items)


def _quantity(rng: Random, kind: str, *, shop: bool) -> Decimal:
    if shop:
        return Decimal(rng.choice((1, 1, 1, 2, 2, 3)))
    if kind == "hour":
        return Decimal(rng.randint(2, 160)) / 4
    if kind == "kg":
        return Decimal(rng.randint(10, 4000)) / 10
    if kind == "metre":
        return Decimal(rng.choice((25, 50, 75, 100, 120, 250, 500)))
    if kind in ("flat", "month"):
        return Decimal(rng.choice((1, 1, 1, 2, 3)))
    return Decimal(rng.choice((1, 1, 2, 3, 4, 5, 8, 10, 12, 20, 24, 50, 100, 250)))


def _taxes(items: tuple[Item, ...], factor: Decimal, shipping: Decimal, *, gross_prices: bool) -> tuple[Tax, ...]:
    rates = sorted({item.tax_rate for item in items}, reverse=True)
    taxes = []
    for index, rate in enumerate(rates):
        base = sum((item.amount for item in items if item.tax_rate == rate), Decimal(0))
        base = cents(base * factor) + (shipping if index == 0 else Decimal(0))
        if gross_prices:
            tax = cents(base * rate / (100 + rate))
            taxes.append(Tax(rate, base - tax, tax))
        else:
            taxes.append(Tax(rate, base, cents(base * rate / 100)))
    return tuple(taxes)


def _day(rng: Random) -> date:
    return date(2023, 1, 2) + timedelta(days=rng.randint(0, 1400))


def _period(rng: Random, issued: date) -> tuple[date, date]:
    end = issued.replace(day=1) - timedelta(days=1)
    start = end.replace(day=1)
    if rng.random() < 0.25:
        start = (start - timedelta(days=40)).replace(day=1)
    return start, end


def _references(rng: Random) -> dict[str, str]:
    chances = {"customer_number": 0.65, "purchase_order": 0.35, "buyer_reference": 0.2, "contract": 0.15}
    made = {
        "customer_number": rng.choice((digits(rng, 5), f"K{digits(rng, 5)}", f"C-{digits(rng, 4)}", digits(rng, 8))),
        "purchase_order": rng.choice(
            (
                f"PO-{digits(rng, 5)}",
                f"45000{digits(rng, 5)}",
                f"B{digits(rng, 6)}",
                f"{digits(rng, 4)}-{digits(rng, 2)}",
            )
        ),
        "buyer_reference": rng.choice(
            (f"{digits(rng, 3)}-{rng.choice('ABCDEFGHKL')}{digits(rng, 3)}", f"Q{rng.randint(1, 4)}/{digits(rng, 3)}")
        ),
        "contract": rng.choice((f"V-{digits(rng, 6)}", f"{digits(rng, 3)}.{digits(rng, 4)}.{digits(rng, 2)}")),
    }
    return {name: made[name] for name, chance in chances.items() if rng.random() < chance}


def _payment_reference(rng: Random, number: str) -> str:
    if rng.random() < 0.2:
        body = digits(rng, 10)
        return iso11649.format("RF" + mod_97_10.calc_check_digits(body + "RF") + body)
    return number


def draw_labels(rng: Random, locale: Locale) -> dict[str, str]:
    """One label for each noun, without its colon; kept through the whole document."""
    chosen: dict[str, str] = {}
    for name, options in locale.labels.items():
        free = [text for text in options if name != "lines_total" or text not in chosen.values()]
        chosen[name] = rng.choice(free).replace("{currency}", locale.currency)
    return chosen


def make_sale(rng: Random, language: str, *, kind: str = "", lines: int = 0, shop: bool = False) -> Sale:
    """An invented sale in that language. kind: "invoice", "credit_note", "receipt" or empty for a weighted draw;
    lines: how many, 0 for a draw; shop: a till's goods at gross prices."""
    locale = load_locale(language)
    form = Form.draw(rng, locale)
    document_type = "receipt" if shop else kind or rng.choices(("invoice", "credit_note"), (0.92, 0.08))[0]
    items = _items(rng, locale, lines or rng.choice((1, 2, 3, 3, 4, 5, 6, 8)), shop=shop)
    lines_total = sum((item.amount for item in items), Decimal(0))
    plain = shop or document_type == "credit_note"
    percent = None if plain or rng.random() > 0.15 else Decimal(rng.choice((2, 3, 5, 10)))
    factor = Decimal(1) - (percent or Decimal(0)) / 100
    shipping = (
        Decimal(0) if plain or rng.random() > 0.2 else Decimal(rng.choice(("4.90", "6.50", "9.95", "12.00", "35.00")))
    )
    taxes = _taxes(items, factor, shipping, gross_prices=shop)
    net = sum((tax.net for tax in taxes), Decimal(0))
    total_tax = sum((tax.tax for tax in taxes), Decimal(0))
    discount = lines_total + shipping - net if percent else Decimal(0)
    gross = net + total_tax
    prepaid = Decimal(0)
    if not plain and rng.random() < 0.15:
        prepaid = (
            cents(gross * Decimal(rng.choice((20, 30, 50))) / 100)
            if rng.random() < 0.7
            else Decimal(int(gross / 2) or 1)
        )
    issued = _day(rng)
    days = rng.choice((0, 7, 10, 14, 14, 21, 30, 30, 30, 45, 60))
    terms = rng.choice(locale.terms).format(days=days) if days else rng.choice(locale.terms_now)
    number = rng.choice(locale.numbers).format(
        y=issued.year, yy=issued.year % 100, m=issued.month, n=rng.randint(11, 9899)
    )
    if shop:
        number = rng.choice((digits(rng, 4), digits(rng, 6), f"{digits(rng, 3)}/{digits(rng, 4)}"))
    when = rng.random()
    return Sale(
        locale=locale, form=form, document_type=document_type, number=number, issue_date=issued,
        due_date=issued + timedelta(days=days),
        delivery_date=issued - timedelta(days=rng.randint(0, 9)) if when < 0.35 and not shop else None,
        period=_period(rng, issued) if when > 0.8 and not plain else None,
        seller=make_party(rng, locale, shop=shop),
        buyer=make_party(rng, locale, private=not shop and rng.random() < 0.12),
        references={} if shop else _references(rng),
        items=items, taxes=taxes, lines_total=lines_total, discount=discount, discount_percent=percent,
        shipping=shipping, net=net, tax=total_tax, gross=gross, prepaid=prepaid,
        terms=terms.replace(" Tage", NO_BREAK + "Tage") if rng.random() < 0.1 else terms,
        payment_reference=_payment_reference(rng, number),
        sign=-1 if document_type == "credit_note" and rng.random() < 0.5 else 1,
        labels=draw_labels(rng, locale),
    )  # fmt: skip
