"""What an invoice is about, before anybody draws it: parties, dates, lines, taxes and totals that agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
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
    """One invented sale. Amounts are positive on credit notes too; `sign` says how this one prints them.

    gross_prices: unit prices and amounts of lines include tax. exempt: no tax is charged. headline: a title that states
    number and date, place: a line that states the date, both empty for most. others: labels and values that are no
    field, such as an order's date. remarks: second lines of descriptions, by position.
    """

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
    gross_prices: bool = False
    exempt: bool = False
    headline: str = ""
    place: str = ""
    others: tuple[tuple[str, str], ...] = ()
    remarks: dict[int, str] = field(default_factory=dict)
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
        return self.labels["included" if self.gross_prices else "tax"].format(
            rate=self.form.percent(tax.rate), base=self.money(tax.net)
        )

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


def _terms(rng: Random, locale: Locale, days: int) -> str:
    text = rng.choice(locale.terms).format(days=days) if days else rng.choice(locale.terms_now)
    return text.replace(" Tage", NO_BREAK + "Tage") if rng.random() < 0.1 else text


def _number(rng: Random, locale: Locale, issued: date, *, shop: bool) -> str:
    if shop:
        return rng.choice((digits(rng, 4), digits(rng, 6), f"{digits(rng, 3)}/{digits(rng, 4)}"))
    shape = rng.choice(locale.numbers)
    return shape.format(y=issued.year, yy=issued.year % 100, m=issued.month, n=rng.randint(11, 9899))


def _prepaid(rng: Random, gross: Decimal) -> Decimal:
    if rng.random() < 0.3:
        return Decimal(int(gross / 2) or 1)
    return cents(gross * Decimal(rng.choice((20, 30, 50))) / 100)


def make_sale(rng: Random, language: str, *, kind: str = "", lines: int = 0, shop: bool = False) -> Sale:
    """An invented sale in that language. kind: "invoice", "credit_note", "receipt" or empty for a weighted draw;
    lines: how many, 0 for a draw; shop: a till's goods at gross prices."""
    locale = load_locale(language)
    form = Form.draw(rng, locale)
    document_type = "receipt" if shop else kind or rng.choices(("invoice", "credit_note"), (0.92, 0.08))[0]
    simple = shop or document_type == "credit_note"
    items = _items(rng, locale, lines or rng.choice((1, 2, 3, 3, 4, 5, 6, 8)), shop=shop)
    exempt = not simple and rng.random() < 0.06
    if exempt:
        items = tuple(replace(item, tax_rate=Decimal(0)) for item in items)
    gross_prices = shop or (not simple and not exempt and rng.random() < 0.12)
    lines_total = sum((item.amount for item in items), Decimal(0))
    percent = None if simple or rng.random() > 0.15 else Decimal(rng.choice((2, 3, 5, 10)))
    factor = Decimal(1) - (percent or Decimal(0)) / 100
    shipping = Decimal(0)
    if not simple and rng.random() < 0.2:
        shipping = Decimal(rng.choice(("4.90", "6.50", "9.95", "12.00", "35.00")))
    taxes = _taxes(items, factor, shipping, gross_prices=gross_prices)
    net = sum((tax.net for tax in taxes), Decimal(0))
    total_tax = sum((tax.tax for tax in taxes), Decimal(0))
    gross = net + total_tax
    issued = _day(rng)
    days = rng.choice((0, 7, 10, 14, 14, 21, 30, 30, 30, 45, 60))
    number = _number(rng, locale, issued, shop=shop)
    when = rng.random()
    sale = Sale(
        locale=locale, form=form, document_type=document_type, number=number, issue_date=issued,
        due_date=issued + timedelta(days=days),
        delivery_date=issued - timedelta(days=rng.randint(0, 9)) if when < 0.35 and not shop else None,
        period=_period(rng, issued) if when > 0.8 and not simple else None,
        seller=make_party(rng, locale, shop=shop),
        buyer=make_party(rng, locale, private=not shop and rng.random() < 0.12),
        references={} if shop else _references(rng),
        items=items, taxes=taxes, lines_total=lines_total,
        discount=lines_total + shipping - (gross if gross_prices else net) if percent else Decimal(0),
        discount_percent=percent, shipping=shipping, net=net, tax=total_tax, gross=gross,
        prepaid=_prepaid(rng, gross) if not simple and rng.random() < 0.15 else Decimal(0),
        terms=_terms(rng, locale, days),
        payment_reference=_payment_reference(rng, number),
        sign=-1 if document_type == "credit_note" and rng.random() < 0.5 else 1,
        gross_prices=gross_prices, exempt=exempt, labels=draw_labels(rng, locale),
    )  # fmt: skip
    return sale if simple else _spiced(rng, sale, days)


def _spiced(rng: Random, sale: Sale, days: int) -> Sale:
    """The sale with some of what makes real invoices hard: other dates and numbers, remarks, cash discounts."""
    locale, form, labels = sale.locale, sale.form, sale.labels
    parts = {"number": sale.number, "date": form.day(sale.issue_date), "city": sale.seller.city}
    others = []
    if rng.random() < 0.2:
        others.append((labels["order_date"], form.day(sale.issue_date - timedelta(days=rng.randint(5, 40)))))
    if rng.random() < 0.2:
        others.append((labels["delivery_note"], digits(rng, rng.choice((5, 6, 8)))))
    remarks = {}
    if rng.random() < 0.2:
        remarks = {
            item.position: f"{labels['serial']} {digits(rng, 4)}-{digits(rng, 3)}"
            for item in sale.items if rng.random() < 0.6
        }  # fmt: skip
    terms = sale.terms
    if days >= 21 and rng.random() < 0.2:
        early = rng.choice(locale.early)
        terms = early.format(percent=form.percent(Decimal(rng.choice((2, 3)))), days=rng.choice((7, 8, 10)), net=days)
    return replace(
        sale, others=tuple(others), remarks=remarks, terms=terms,
        headline=rng.choice(locale.headline).format(**parts) if rng.random() < 0.1 else "",
        place=rng.choice(locale.place).format(**parts) if rng.random() < 0.1 else "",
    )  # fmt: skip
