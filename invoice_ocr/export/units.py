"""Printed units as codes of UN/ECE Recommendation 20, the ones that invoices have."""

from __future__ import annotations

_CODES = {
    "HUR": "h hr hrs hour hours std std. stunde stunden heure heures hora horas ore ora uur godz godzina ч час",
    "DAY": "d day days tag tage jour jours día días dia dias giorno giorni dag dagen dni",
    "MON": "month months monat monate mois mes meses mês mese mesi maand maanden mies",
    "ANN": "year years jahr jahre an ans año años ano anos anno anni jaar",
    "KGM": "kg",
    "GRM": "g gr",
    "TNE": "t",
    "MTR": "m lfm",
    "CMT": "cm",
    "KMT": "km",
    "MTK": "m2 m² qm sqm",
    "MTQ": "m3 m³ cbm",
    "LTR": "l ltr liter litre litres",
    "KWH": "kwh",
    "MIN": "min",
    "SET": "set sets satz",
    "PR": "pair pairs paar paire",
}  # fmt: skip
_BY_NAME = {name: code for code, names in _CODES.items() for name in names.split()}
# Codes themselves, as e-invoices have them and programs print them.
_KNOWN = frozenset({*_CODES, *"C62 H87 EA XPP XPK XBX XCT NAR LS E48 SEC MMT MGM MLT WEE".split()})  # noqa: SIM905


def unit_code(unit: str | None) -> str:
    """The code of a unit as it is printed; C62, "one", for pieces and for what is not known."""
    text = (unit or "").strip()
    return _BY_NAME.get(text.casefold().rstrip("."), text if text in _KNOWN else "C62")
