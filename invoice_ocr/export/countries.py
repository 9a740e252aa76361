"""The country that a VAT id, an account or a currency speaks of."""

from __future__ import annotations

# Prefixes of VAT ids that the standard allows: those of ISO 3166, and Greece and Northern Ireland as VAT spells them.
_PREFIXES = frozenset(
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ"  # noqa: SIM905  reads best so
    " CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO"
    " FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE"
    " JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO"
    " MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW"
    " PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM"
    " TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW EL XI".split()
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
