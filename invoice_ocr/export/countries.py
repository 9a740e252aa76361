"""The country that a VAT id, an account or a currency speaks of."""

from __future__ import annotations

# Prefixes of VAT ids: the European Union's, with Greece and Northern Ireland as VAT spells them, and their neighbours'.
_PREFIXES = frozenset(
    "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI"  # noqa: SIM905  reads best so
    " GB CH LI NO IS SM MC TR RS ME MK AL BA UA MD".split()
)
_SPELLED = {"EL": "GR", "XI": "GB"}
# Currencies of one country alone; the euro and the dollar say nothing.
_CURRENCIES = {
    "GBP": "GB", "PLN": "PL", "CZK": "CZ", "HUF": "HU", "RON": "RO", "BGN": "BG", "SEK": "SE", "DKK": "DK", "NOK": "NO",
    "ISK": "IS", "TRY": "TR", "RSD": "RS", "UAH": "UA",
}  # fmt: skip


def vat_country(vat_id: str) -> str | None:
    """The ISO 3166 code of the country whose prefix a VAT id bears, or None where it bears none."""
    prefix = vat_id[:2].upper()
    return _SPELLED.get(prefix, prefix) if prefix in _PREFIXES and any(c.isdigit() for c in vat_id) else None


def country_of(vat_id: str | None, iban: str | None, currency: str | None) -> str | None:
    """The seller's country: by VAT id, else by account, else by currency."""
    account = (iban or "")[:2].upper()
    return vat_country(vat_id or "") or (account if account.isalpha() else None) or _CURRENCIES.get(currency or "")
