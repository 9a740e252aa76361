"""An e-invoice as UBL 2.1: Invoice, or CreditNote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoice_ocr.export.xmlwriting import amount, document, number

if TYPE_CHECKING:
    from invoice_ocr.export.einvoice import Adjustment, EInvoice, Line, Party
    from invoice_ocr.export.taxing import Tax
    from invoice_ocr.export.xmlwriting import Content

_NAMES = "urn:oasis:names:specification:ubl:schema:xsd:"
SPECIFICATION = "urn:cen.eu:en16931:2017"
_VAT = ("cac:TaxScheme", [("cbc:ID", "VAT")])


def ubl(one: EInvoice) -> bytes:
    """The file's bytes."""
    root = "CreditNote" if one.credit else "Invoice"
    spaces: dict[str | None, str] = {
        None: f"{_NAMES}{root}-2",
        "cac": f"{_NAMES}CommonAggregateComponents-2",
        "cbc": f"{_NAMES}CommonBasicComponents-2",
    }
    content = [*_head(one), *_parties(one), *_payment(one), *_sums(one)]
    content += [(f"cac:{root}Line", _line(line, one)) for line in one.lines]
    return document(root, spaces, content)


def _head(one: EInvoice) -> list[Content]:
    kind = ("cbc:CreditNoteTypeCode", "381") if one.credit else ("cbc:InvoiceTypeCode", "380")
    due = None if one.credit else one.dates.get("due_date")
    period = [("cbc:StartDate", one.dates.get("period_start")), ("cbc:EndDate", one.dates.get("period_end"))]
    return [
        ("cbc:CustomizationID", SPECIFICATION),
        ("cbc:ID", one.number),
        ("cbc:IssueDate", one.issued),
        ("cbc:DueDate", due),
        kind,
        ("cbc:Note", one.note),
        ("cbc:DocumentCurrencyCode", one.currency),
        ("cbc:BuyerReference", one.texts.get("buyer_reference")),
        ("cac:InvoicePeriod", period),
        ("cac:OrderReference", [("cbc:ID", one.texts.get("purchase_order"))]),
        ("cac:ContractDocumentReference", [("cbc:ID", one.texts.get("contract"))]),
    ]


def _parties(one: EInvoice) -> list[Content]:
    country = [("cac:Country", [("cbc:IdentificationCode", one.buyer.country)])]
    abroad = any(tax.category == "K" for tax in one.taxes)
    delivery = [
        ("cbc:ActualDeliveryDate", one.dates.get("delivery_date")),
        ("cac:DeliveryLocation", [("cac:Address", country)] if abroad else None),
    ]
    return [
        ("cac:AccountingSupplierParty", [("cac:Party", _party(one.seller))]),
        ("cac:AccountingCustomerParty", [("cac:Party", _party(one.buyer))]),
        ("cac:Delivery", delivery),
    ]


def _party(party: Party) -> list[Content]:
    other = ("cac:TaxScheme", [("cbc:ID", "FC")])
    return [
        ("cac:PartyIdentification", [("cbc:ID", party.identifier)]),
        ("cac:PostalAddress", [("cac:Country", [("cbc:IdentificationCode", party.country)])]),
        ("cac:PartyTaxScheme", [("cbc:CompanyID", party.vat_id), _VAT] if party.vat_id else None),
        ("cac:PartyTaxScheme", [("cbc:CompanyID", party.tax_number), other] if party.tax_number else None),
        ("cac:PartyLegalEntity", [("cbc:RegistrationName", party.name), ("cbc:CompanyID", party.registration)]),
    ]


def _payment(one: EInvoice) -> list[Content]:
    due = one.dates.get("due_date") if one.credit else None
    branch = ("cac:FinancialInstitutionBranch", [("cbc:ID", one.texts.get("bic"))])
    account = [("cbc:ID", one.texts["iban"]), branch] if "iban" in one.texts else None
    code = one.means or ("1" if due else None)
    means = [
        ("cbc:PaymentMeansCode", code),
        ("cbc:PaymentDueDate", due),
        ("cbc:PaymentID", one.texts.get("payment_reference")),
        ("cac:PayeeFinancialAccount", account),
    ]
    return [
        ("cac:PaymentMeans", means if code else None),
        ("cac:PaymentTerms", [("cbc:Note", one.terms)]),
        *(("cac:AllowanceCharge", _adjustment(part, one)) for part in one.adjustments),
    ]


def _adjustment(part: Adjustment, one: EInvoice) -> list[Content]:
    return [
        ("cbc:ChargeIndicator", "true" if part.charge else "false"),
        ("cbc:AllowanceChargeReason", part.reason),
        ("cbc:Amount", amount(part.amount), {"currencyID": one.currency}),
        ("cac:TaxCategory", _category(part.tax)),
    ]


def _category(tax: Tax, *, reason: bool = False) -> list[Content]:
    rate = None if tax.rate is None else number(tax.rate)
    why = tax.reason if reason else None
    return [("cbc:ID", tax.category), ("cbc:Percent", rate), ("cbc:TaxExemptionReason", why), _VAT]


def _sums(one: EInvoice) -> list[Content]:
    currency = {"currencyID": one.currency}
    subtotals = [
        (
            "cac:TaxSubtotal",
            [
                ("cbc:TaxableAmount", amount(tax.net), currency),
                ("cbc:TaxAmount", amount(tax.tax), currency),
                ("cac:TaxCategory", _category(tax, reason=True)),
            ],
        )
        for tax in one.taxes
    ]
    sums = one.sums
    totals = [
        ("cbc:LineExtensionAmount", amount(sums.lines), currency),
        ("cbc:TaxExclusiveAmount", amount(sums.net), currency),
        ("cbc:TaxInclusiveAmount", amount(sums.gross), currency),
        ("cbc:AllowanceTotalAmount", amount(sums.allowances) if sums.allowances else None, currency),
        ("cbc:ChargeTotalAmount", amount(sums.charges) if sums.charges else None, currency),
        ("cbc:PrepaidAmount", amount(sums.prepaid) if sums.prepaid else None, currency),
        ("cbc:PayableRoundingAmount", amount(sums.rounding) if sums.rounding else None, currency),
        ("cbc:PayableAmount", amount(sums.due), currency),
    ]
    return [
        ("cac:TaxTotal", [("cbc:TaxAmount", amount(sums.tax), currency), *subtotals]),
        ("cac:LegalMonetaryTotal", totals),
    ]


def _line(line: Line, one: EInvoice) -> list[Content]:
    currency = {"currencyID": one.currency}
    quantity = "cbc:CreditedQuantity" if one.credit else "cbc:InvoicedQuantity"
    item = [
        ("cbc:Name", line.name),
        ("cac:SellersItemIdentification", [("cbc:ID", line.article)]),
        ("cac:ClassifiedTaxCategory", _category(line.tax)),
    ]
    return [
        ("cbc:ID", line.number),
        ("cbc:Note", line.note),
        (quantity, number(line.quantity), {"unitCode": line.unit}),
        ("cbc:LineExtensionAmount", amount(line.amount), currency),
        ("cac:Item", item),
        ("cac:Price", [("cbc:PriceAmount", number(line.price), currency)]),
    ]
