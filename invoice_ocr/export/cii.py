"""An e-invoice as UN/CEFACT Cross Industry Invoice, in the profile EN 16931 of Factur-X and ZUGFeRD 2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoice_ocr.export.ubl import SPECIFICATION
from invoice_ocr.export.xmlwriting import EMPTY, amount, document, number

if TYPE_CHECKING:
    from datetime import date

    from invoice_ocr.export.einvoice import Adjustment, EInvoice, Line, Party
    from invoice_ocr.export.taxing import Tax
    from invoice_ocr.export.xmlwriting import Content

_NAMES = "urn:un:unece:uncefact:data:standard:"
_SPACES: dict[str | None, str] = {
    "rsm": f"{_NAMES}CrossIndustryInvoice:100",
    "ram": f"{_NAMES}ReusableAggregateBusinessInformationEntity:100",
    "udt": f"{_NAMES}UnqualifiedDataType:100",
}


def cii(one: EInvoice) -> bytes:
    """The file's bytes."""
    guideline = [("ram:GuidelineSpecifiedDocumentContextParameter", [("ram:ID", SPECIFICATION)])]
    head = [
        ("ram:ID", one.number),
        ("ram:TypeCode", "381" if one.credit else "380"),
        ("ram:IssueDateTime", _day(one.issued)),
        ("ram:IncludedNote", [("ram:Content", one.note)]),
    ]
    trade = [
        *(("ram:IncludedSupplyChainTradeLineItem", _line(line)) for line in one.lines),
        ("ram:ApplicableHeaderTradeAgreement", _agreement(one)),
        ("ram:ApplicableHeaderTradeDelivery", _delivery(one) or EMPTY),
        ("ram:ApplicableHeaderTradeSettlement", _settlement(one)),
    ]
    content = [
        ("rsm:ExchangedDocumentContext", guideline),
        ("rsm:ExchangedDocument", head),
        ("rsm:SupplyChainTradeTransaction", trade),
    ]
    return document("rsm:CrossIndustryInvoice", _SPACES, content)


def _day(day: date | None) -> Content:
    return None if day is None else [("udt:DateTimeString", day.strftime("%Y%m%d"), {"format": "102"})]


def _line(line: Line) -> list[Content]:
    summation = [("ram:LineTotalAmount", amount(line.amount))]
    return [
        (
            "ram:AssociatedDocumentLineDocument",
            [("ram:LineID", line.number), ("ram:IncludedNote", [("ram:Content", line.note)])],
        ),
        ("ram:SpecifiedTradeProduct", [("ram:SellerAssignedID", line.article), ("ram:Name", line.name)]),
        (
            "ram:SpecifiedLineTradeAgreement",
            [("ram:NetPriceProductTradePrice", [("ram:ChargeAmount", number(line.price))])],
        ),
        (
            "ram:SpecifiedLineTradeDelivery",
            [("ram:BilledQuantity", number(line.quantity), {"unitCode": line.unit})],
        ),
        (
            "ram:SpecifiedLineTradeSettlement",
            [
                ("ram:ApplicableTradeTax", _category(line.tax)),
                ("ram:SpecifiedTradeSettlementLineMonetarySummation", summation),
            ],
        ),
    ]


def _category(tax: Tax) -> list[Content]:
    rate = None if tax.rate is None else number(tax.rate)
    return [("ram:TypeCode", "VAT"), ("ram:CategoryCode", tax.category), ("ram:RateApplicablePercent", rate)]


def _agreement(one: EInvoice) -> list[Content]:
    return [
        ("ram:BuyerReference", one.texts.get("buyer_reference")),
        ("ram:SellerTradeParty", _party(one.seller)),
        ("ram:BuyerTradeParty", _party(one.buyer)),
        ("ram:BuyerOrderReferencedDocument", [("ram:IssuerAssignedID", one.texts.get("purchase_order"))]),
        ("ram:ContractReferencedDocument", [("ram:IssuerAssignedID", one.texts.get("contract"))]),
    ]


def _party(party: Party) -> list[Content]:
    numbers = [(party.tax_number, "FC"), (party.vat_id, "VA")]
    return [
        ("ram:ID", party.identifier),
        ("ram:Name", party.name),
        ("ram:SpecifiedLegalOrganization", [("ram:ID", party.registration)]),
        ("ram:PostalTradeAddress", [("ram:CountryID", party.country)]),
        *(
            ("ram:SpecifiedTaxRegistration", [("ram:ID", value, {"schemeID": scheme})])
            for value, scheme in numbers
            if value
        ),
    ]


def _delivery(one: EInvoice) -> list[Content]:
    made: list[Content] = []
    if any(tax.category == "K" for tax in one.taxes):
        made.append(("ram:ShipToTradeParty", [("ram:PostalTradeAddress", [("ram:CountryID", one.buyer.country)])]))
    if day := one.dates.get("delivery_date"):
        made.append(("ram:ActualDeliverySupplyChainEvent", [("ram:OccurrenceDateTime", _day(day))]))
    return made


def _settlement(one: EInvoice) -> list[Content]:
    account = [("ram:IBANID", one.texts["iban"])] if "iban" in one.texts else None
    means = [
        ("ram:TypeCode", one.means),
        ("ram:PayeePartyCreditorFinancialAccount", account),
        ("ram:PayeeSpecifiedCreditorFinancialInstitution", [("ram:BICID", one.texts.get("bic"))] if account else None),
    ]
    period = [
        ("ram:StartDateTime", _day(one.dates.get("period_start"))),
        ("ram:EndDateTime", _day(one.dates.get("period_end"))),
    ]
    terms = [("ram:Description", one.terms), ("ram:DueDateDateTime", _day(one.dates.get("due_date")))]
    return [
        ("ram:PaymentReference", one.texts.get("payment_reference")),
        ("ram:InvoiceCurrencyCode", one.currency),
        ("ram:SpecifiedTradeSettlementPaymentMeans", means if one.means else None),
        *(("ram:ApplicableTradeTax", _tax(tax)) for tax in one.taxes),
        ("ram:BillingSpecifiedPeriod", period),
        *(("ram:SpecifiedTradeAllowanceCharge", _adjustment(part)) for part in one.adjustments),
        ("ram:SpecifiedTradePaymentTerms", terms),
        ("ram:SpecifiedTradeSettlementHeaderMonetarySummation", _sums(one)),
    ]


def _tax(tax: Tax) -> list[Content]:
    return [
        ("ram:CalculatedAmount", amount(tax.tax)),
        ("ram:TypeCode", "VAT"),
        ("ram:ExemptionReason", tax.reason),
        ("ram:BasisAmount", amount(tax.net)),
        ("ram:CategoryCode", tax.category),
        ("ram:RateApplicablePercent", None if tax.rate is None else number(tax.rate)),
    ]


def _adjustment(part: Adjustment) -> list[Content]:
    return [
        ("ram:ChargeIndicator", [("udt:Indicator", "true" if part.charge else "false")]),
        ("ram:ActualAmount", amount(part.amount)),
        ("ram:Reason", part.reason),
        ("ram:CategoryTradeTax", _category(part.tax)),
    ]


def _sums(one: EInvoice) -> list[Content]:
    sums = one.sums
    return [
        ("ram:LineTotalAmount", amount(sums.lines)),
        ("ram:ChargeTotalAmount", amount(sums.charges) if sums.charges else None),
        ("ram:AllowanceTotalAmount", amount(sums.allowances) if sums.allowances else None),
        ("ram:TaxBasisTotalAmount", amount(sums.net)),
        ("ram:TaxTotalAmount", amount(sums.tax), {"currencyID": one.currency}),
        ("ram:RoundingAmount", amount(sums.rounding) if sums.rounding else None),
        ("ram:GrandTotalAmount", amount(sums.gross)),
        ("ram:TotalPrepaidAmount", amount(sums.prepaid) if sums.prepaid else None),
        ("ram:DuePayableAmount", amount(sums.due)),
    ]
