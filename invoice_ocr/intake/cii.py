"""UN/CEFACT Cross Industry Invoice: Factur-X, ZUGFeRD 1 and 2, XRechnung in CII. Names of both generations."""

from __future__ import annotations

from lxml import etree

from invoice_ocr import assumed
from invoice_ocr.intake.testimony import Testimony
from invoice_ocr.intake.xml import all_of, amount_at, first, plain_amount, plain_date, text_at

_DAY = "DateTimeString|DateString|Date|DateTime"
_PARTIES = (
    ("seller", "SellerTradeParty", ("BT-27", "BT-31", "BT-32", "BT-30")),
    ("buyer", "BuyerTradeParty", ("BT-44", "BT-48", "", "")),
)


def read(root: etree._Element, said: Testimony) -> None:
    """State all that a Cross Industry Invoice says. root: of either generation."""
    head = first(root, "ExchangedDocument|HeaderExchangedDocument")
    trade = first(root, "SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction")
    agreement = first(trade, "ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement")
    delivery = first(trade, "ApplicableHeaderTradeDelivery|ApplicableSupplyChainTradeDelivery")
    settlement = first(trade, "ApplicableHeaderTradeSettlement|ApplicableSupplyChainTradeSettlement")
    said.state("document_type", text_at(head, "TypeCode"), term="BT-3")
    said.state("invoice_number", text_at(head, "ID"), term="BT-1")
    _date(said, "issue_date", head, "IssueDateTime", "BT-2")
    _date(said, "delivery_date", delivery, "ActualDeliverySupplyChainEvent/OccurrenceDateTime", "BT-72")
    _agreement(agreement, said)
    _settlement(settlement, said)
    for item in [] if trade is None else all_of(trade, "IncludedSupplyChainTradeLineItem"):
        if (row := _line_item(item)) is not None:
            said.line_items.append(row)


def _date(said: Testimony, name: str, element: etree._Element | None, path: str, term: str) -> None:
    text = text_at(element, f"{path}/{_DAY}")
    said.state(name, plain_date(text), text, term=term)


def _agreement(agreement: etree._Element | None, said: Testimony) -> None:
    for side, path, (name, vat, number, registration) in _PARTIES:
        party = first(agreement, path)
        said.state(f"{side}_name", text_at(party, "Name"), term=name)
        for entry in [] if party is None else all_of(party, "SpecifiedTaxRegistration/ID"):
            scheme, value = entry.get("schemeID"), (entry.text or "").strip()
            if scheme in {"VA", "VAT"}:
                said.state(f"{side}_vat_id", value, term=vat)
            elif scheme == "FC" and number:
                said.state(f"{side}_tax_number", value, term=number)
        if registration:
            said.state(f"{side}_registration", text_at(party, "SpecifiedLegalOrganization/ID"), term=registration)
    said.state("customer_number", text_at(agreement, "BuyerTradeParty/ID"), term="BT-46")
    said.state("buyer_reference", text_at(agreement, "BuyerReference"), term="BT-10")
    number = "IssuerAssignedID|ID"
    said.state("purchase_order", text_at(agreement, f"BuyerOrderReferencedDocument/{number}"), term="BT-13")
    said.state("contract", text_at(agreement, f"ContractReferencedDocument/{number}"), term="BT-12")


def _settlement(settlement: etree._Element | None, said: Testimony) -> None:
    if settlement is None:
        return
    currency = text_at(settlement, "InvoiceCurrencyCode")
    said.state("currency", currency, term="BT-5")
    said.state("payment_reference", text_at(settlement, "PaymentReference"), term="BT-83")
    for means in all_of(settlement, "SpecifiedTradeSettlementPaymentMeans"):
        said.state("iban", text_at(means, "PayeePartyCreditorFinancialAccount/IBANID"), term="BT-84")
        said.state("bic", text_at(means, "PayeeSpecifiedCreditorFinancialInstitution/BICID"), term="BT-86")
    _date(said, "period_start", settlement, "BillingSpecifiedPeriod/StartDateTime", "BT-73")
    _date(said, "period_end", settlement, "BillingSpecifiedPeriod/EndDateTime", "BT-74")
    said.state("payment_terms", text_at(settlement, "SpecifiedTradePaymentTerms/Description"), term="BT-20")
    _date(said, "due_date", settlement, "SpecifiedTradePaymentTerms/DueDateDateTime", "BT-9")
    _sums(settlement, currency, said)
    for tax in all_of(settlement, "ApplicableTradeTax"):
        rate = amount_at(tax, "RateApplicablePercent|ApplicablePercent")
        net, value = amount_at(tax, "BasisAmount"), amount_at(tax, "CalculatedAmount")
        if net or value:
            said.tax_lines.append((rate, net, value, text_at(tax, "CategoryCode")))


def _sums(settlement: etree._Element, currency: str | None, said: Testimony) -> None:
    names = "SpecifiedTradeSettlementHeaderMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
    sums = first(settlement, names)
    said.state("total_net", amount_at(sums, "TaxBasisTotalAmount"), term="BT-109")
    taxes = [] if sums is None else all_of(sums, "TaxTotalAmount")
    for tax in sorted(taxes, key=lambda tax: tax.get("currencyID") != currency)[:1]:
        said.state("total_tax", plain_amount(tax.text and tax.text.strip()), term="BT-110")
    said.state("total_gross", amount_at(sums, "GrandTotalAmount"), term="BT-112")
    prepaid = amount_at(sums, "TotalPrepaidAmount")
    said.state("prepaid", prepaid if prepaid and prepaid.strip("-0.") else None, term="BT-113")
    said.state("amount_due", amount_at(sums, "DuePayableAmount"), term="BT-115")


def _line_item(item: etree._Element) -> tuple[str | None, ...] | None:
    """A line's columns from position to amount; None for one that only holds a remark."""
    product = first(item, "SpecifiedTradeProduct")
    agreement = first(item, "SpecifiedLineTradeAgreement|SpecifiedSupplyChainTradeAgreement")
    delivery = first(item, "SpecifiedLineTradeDelivery|SpecifiedSupplyChainTradeDelivery")
    settlement = first(item, "SpecifiedLineTradeSettlement|SpecifiedSupplyChainTradeSettlement")
    names = "SpecifiedTradeSettlementLineMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
    amount = amount_at(settlement, f"{names}/LineTotalAmount")
    quantity = first(delivery, "BilledQuantity")
    price = amount_at(agreement, "NetPriceProductTradePrice/ChargeAmount")
    if amount is None and price is None:
        return None
    row = (
        text_at(item, "AssociatedDocumentLineDocument/LineID"),
        text_at(product, "SellerAssignedID"),
        text_at(product, "Name") or text_at(product, "Description"),
        plain_amount(quantity.text and quantity.text.strip()) if quantity is not None else None,
        quantity.get("unitCode") if quantity is not None else None,
        price,
        amount_at(settlement, "ApplicableTradeTax/RateApplicablePercent|ApplicablePercent"),
        amount,
    )
    return assumed.stated(row, text_at(item, "AssociatedDocumentLineDocument/IncludedNote/Content"))
