"""UBL 2.1 invoices and credit notes: XRechnung in UBL, Peppol BIS, ZATCA."""

from __future__ import annotations

from lxml import etree

from invoice_ocr import assumed
from invoice_ocr.intake.testimony import Testimony
from invoice_ocr.intake.xml import all_of, amount_at, first, name_of, plain_amount, plain_date, text_at

_PARTIES = (
    ("seller", "AccountingSupplierParty/Party", ("BT-27", "BT-31", "BT-32", "BT-30")),
    ("buyer", "AccountingCustomerParty/Party", ("BT-44", "BT-48", "", "")),
)


def read(root: etree._Element, said: Testimony) -> None:
    """State all that a UBL document says. root: Invoice or CreditNote."""
    fallback = "381" if name_of(root) == "CreditNote" else "380"
    code = text_at(root, "InvoiceTypeCode|CreditNoteTypeCode") or fallback
    said.state("document_type", fallback if fallback == "381" else code, code, term="BT-3")
    said.state("invoice_number", text_at(root, "ID"), term="BT-1")
    _date(said, "issue_date", root, "IssueDate", "BT-2")
    _date(said, "due_date", root, "DueDate", "BT-9")
    if said.stated("due_date") is None:
        _date(said, "due_date", root, "PaymentMeans/PaymentDueDate", "BT-9")
    _date(said, "delivery_date", root, "Delivery/ActualDeliveryDate", "BT-72")
    _date(said, "period_start", root, "InvoicePeriod/StartDate", "BT-73")
    _date(said, "period_end", root, "InvoicePeriod/EndDate", "BT-74")
    said.state("buyer_reference", text_at(root, "BuyerReference"), term="BT-10")
    order = text_at(root, "OrderReference/ID")
    said.state("purchase_order", order if order != "NA" else None, term="BT-13")  # Peppol's word for none
    said.state("contract", text_at(root, "ContractDocumentReference/ID"), term="BT-12")
    _parties(root, said)
    for means in all_of(root, "PaymentMeans"):
        said.state("iban", text_at(means, "PayeeFinancialAccount/ID"), term="BT-84")
        branch = "PayeeFinancialAccount/FinancialInstitutionBranch"
        bic = text_at(means, f"{branch}/ID") or text_at(means, f"{branch}/FinancialInstitution/ID")
        said.state("bic", bic, term="BT-86")
        said.state("payment_reference", text_at(means, "PaymentID"), term="BT-83")
    said.state("payment_terms", text_at(root, "PaymentTerms/Note"), term="BT-20")
    _sums(root, said)
    for item in all_of(root, "InvoiceLine|CreditNoteLine"):
        said.line_items.append(_line_item(item))


def _date(said: Testimony, name: str, element: etree._Element, path: str, term: str) -> None:
    text = text_at(element, path)
    said.state(name, plain_date(text), text, term=term)


def _parties(root: etree._Element, said: Testimony) -> None:
    for side, path, (name, vat, number, registration) in _PARTIES:
        party = first(root, path)
        legal = text_at(party, "PartyLegalEntity/RegistrationName")
        said.state(f"{side}_name", legal or text_at(party, "PartyName/Name"), term=name)
        for scheme in [] if party is None else all_of(party, "PartyTaxScheme"):
            value = text_at(scheme, "CompanyID")
            if text_at(scheme, "TaxScheme/ID") in {"VAT", "VA", "GST", None}:
                said.state(f"{side}_vat_id", value, term=vat)
            elif number:
                said.state(f"{side}_tax_number", value, term=number)
        if registration:
            said.state(f"{side}_registration", text_at(party, "PartyLegalEntity/CompanyID"), term=registration)
    said.state("customer_number", text_at(root, "AccountingCustomerParty/Party/PartyIdentification/ID"), term="BT-46")


def _sums(root: etree._Element, said: Testimony) -> None:
    currency = text_at(root, "DocumentCurrencyCode")
    said.state("currency", currency, term="BT-5")
    totals = sorted(
        all_of(root, "TaxTotal"),
        key=lambda total: [amount.get("currencyID") for amount in all_of(total, "TaxAmount")] != [currency],
    )
    for total in totals[:1]:
        said.state("total_tax", amount_at(total, "TaxAmount"), term="BT-110")
    sums = first(root, "LegalMonetaryTotal")
    said.state("total_net", amount_at(sums, "TaxExclusiveAmount"), term="BT-109")
    said.state("total_gross", amount_at(sums, "TaxInclusiveAmount"), term="BT-112")
    prepaid = amount_at(sums, "PrepaidAmount")
    said.state("prepaid", prepaid if prepaid and prepaid.strip("-0.") else None, term="BT-113")
    said.state("amount_due", amount_at(sums, "PayableAmount"), term="BT-115")
    for total in totals:
        for part in all_of(total, "TaxSubtotal"):
            category = first(part, "TaxCategory")
            rate = amount_at(category, "Percent") or amount_at(part, "Percent")
            net, tax = amount_at(part, "TaxableAmount"), amount_at(part, "TaxAmount")
            said.tax_lines.append((rate, net, tax, text_at(category, "ID")))


def _line_item(item: etree._Element) -> tuple[str | None, ...]:
    quantity = first(item, "InvoicedQuantity|CreditedQuantity")
    row = (
        text_at(item, "ID"),
        text_at(item, "Item/SellersItemIdentification/ID"),
        text_at(item, "Item/Name") or text_at(item, "Item/Description"),
        plain_amount(quantity.text and quantity.text.strip()) if quantity is not None else None,
        quantity.get("unitCode") if quantity is not None else None,
        amount_at(item, "Price/PriceAmount"),
        amount_at(item, "Item/ClassifiedTaxCategory/Percent"),
        amount_at(item, "LineExtensionAmount"),
    )
    return assumed.stated(row, text_at(item, "Note"))
