"""The tax printed within a total that other sums prove: its rate bears it out, or the taxes that make it."""

from __future__ import annotations

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Field
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings


def tax(text: str) -> Field:
    (invoice,) = understand(sketch(text, source="ocr"), load_pack(), Settings())
    return invoice.fields["total_tax"]


PARKING = (
    "PARKHAUS AM THEATER\nHauptstr. 4\n36037 Fulda\nQuittung\nBezahlt 20.02.2026 22:41\n"
    "Parkgebühr | EUR 7,50\nGegeben | EUR 10,00\nRückgeld | EUR 2,50\ninkl. 19,00% MwSt | EUR {tax}"
)
FUEL = (
    "S.C. VEST CARBURANT S.R.L.\nCalea Aradului 118\nCOD FISCAL: RO14399840\nBON FISCAL\nMOTORINA | 303,19 A\n"
    "APA | 17,00 B\nTOTAL LEI | 320,19\nTOTAL TVA | {tax}\nTVA A 21,00% | 52,62\nTVA B 11,00% | 1,68\nCARD | 320,19\n"
    "DATA: 12/02/2026"
)
MARKET = (
    "Sunday Harbour Market\nStall 44\nABN 51 824 753 556\nTax Invoice #1187\n22 Feb 2026\nLemon curd | 25.50\n"
    "Quince paste | 12.95\nTomato relish | 9.00\nTotal inc GST | $47.45\nCard | $47.45\nGST | ${tax}"
)

INN = (
    "THE OLD HARBOUR INN\n12 Quay Street\nFowey PL23 1AT\nBill No: 20817\n15/02/2026 13:52\nServer: Becca\n"
    "2 Fish & Chips | 35.00\n1 Ploughmans | 12.50\n4 Half Cider | 10.90\nSubtotal | 58.40\n"
    "Service Charge 12.5% | 7.30\nTOTAL | £65.70\nVAT incl. @ 20% | {tax}\nVisa Contactless | 65.70"
)


@pytest.mark.parametrize(
    ("page", "right", "proof"),
    [
        (PARKING, "1,20", "7.50 * 19.00 / 119.00 = 1.20"),
        (FUEL, "54,30", "52.62 + 1.68 = 54.30"),
        (MARKET, "4.31", "47.45 * 10 / 110 = 4.31"),
        (INN, "9.73", "58.40 * 20 / 120 = 9.73"),
    ],
)
def test_a_tax_that_fits_the_total_is_accepted(page: str, right: str, proof: str) -> None:
    found = tax(page.format(tax=right))
    assert found.status == "accepted"
    assert proof in found.proof


@pytest.mark.parametrize(("page", "wrong"), [(PARKING, "1,70"), (FUEL, "54,80"), (MARKET, "4.81"), (INN, "9.13")])
def test_a_tax_that_does_not_has_no_proof(page: str, wrong: str) -> None:
    assert not tax(page.format(tax=wrong)).proof


BISTRO = (
    "LE PETIT CLERVAL\n14 place du Marché\n21000 DIJON\nNOTE N° 2217\nVendredi 20/02/2026 13:34\nServeur : Yann\n"
    "2 Plat du jour | 29,00\n1 Crème brûlée | 7,00\n1 Pichet rouge | 9,00\n2 Café | 4,40\nTOTAL EUROS | 49,40\n"
    "dont TVA 10,00% | 3,67\ndont TVA 20,00% | {second}\nCarte Bancaire | 49,40"
)


def test_taxes_of_two_rates_that_fit_the_total_together_make_the_tax() -> None:
    found = tax(BISTRO.format(second="1,50"))
    assert (str(found.value), found.status) == ("5.17", "accepted")
    assert "3.67 at 10.00 % + 1.50 at 20.00 % within 49.40" in found.proof


def test_taxes_of_two_rates_that_do_not_fit_are_not_added() -> None:
    found = tax(BISTRO.format(second="2,50"))
    assert found.status != "accepted"
    assert str(found.value) != "6.17"


@pytest.mark.parametrize(("printed", "value"), [("GST incl | $2.77", "2.77"), ("GST incl | $30.50", "None")])
def test_what_includes_the_tax_is_the_tax_only_where_its_rate_says_so(printed: str, value: str) -> None:
    page = (
        f"Waratah Store Pty Ltd\nABN 51 824 753 556\nTax invoice 10-20418\n14 Feb 2026 9:22\nFlat White | 11.00\n"
        f"Avocado | 19.50\nTOTAL | $30.50\n{printed}\nEFTPOS | $30.50"
    )
    assert str(tax(page).value) == value


KIOSK = (
    "Fjellkiosk Drift AS\nStorgata 4\n0155 Oslo\nSalgskvittering 118-20\n19.02.2026 08:04\nKaffe | 54,00\n"
    "Bolle | 32,00\n"
    "Pant | 2,00\nBrus | 39,90\nTotalt NOK | {total}\nBank | {total}\nMVA% | Grunnlag | MVA | Totalt\n"
    "15,00 | 109,48 | 16,42 | 125,90"
)


def test_net_and_tax_of_one_rate_of_several_do_not_contradict_the_total_of_a_slip() -> None:
    (invoice,) = understand(sketch(KIOSK.format(total="127,90"), source="ocr"), load_pack(), Settings())
    assert (str(invoice.fields["total_gross"].value), invoice.decision) == ("127.90", "post")
    assert invoice.fields["total_net"].value is None
    assert invoice.fields["total_tax"].status != "accepted"


def test_more_than_the_total_of_a_slip_does() -> None:
    text = KIOSK.format(total="117,90").replace("39,90", "29,90")
    (invoice,) = understand(sketch(text, source="ocr"), load_pack(), Settings())
    assert invoice.decision == "review"
