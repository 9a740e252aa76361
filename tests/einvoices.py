"""E-invoices made for tests: the same invoice in each syntax, and PDFs that carry one."""

from __future__ import annotations

from dataclasses import dataclass

import pymupdf

IBAN, BIC = "DE89370400440532013000", "COBADEFFXXX"


@dataclass(frozen=True)
class Sale:
    """What an invoice says; the defaults add up."""

    number: str = "RE-2026-117"
    kind: str = "380"
    issued: str = "2026-03-12"
    due: str = "2026-04-11"
    seller: str = "Beispiel Werkzeuge GmbH"
    seller_vat: str = "DE136695976"
    buyer: str = "Muster Handel AG"
    iban: str = IBAN
    net: str = "300.00"
    tax: str = "45.00"
    gross: str = "345.00"
    lines: tuple[tuple[str, str, str, str, str], ...] = (
        ("Hobel", "2", "100.00", "19", "200.00"),
        ("Fachbuch", "4", "25.00", "7", "100.00"),
    )
    taxes: tuple[tuple[str, str, str], ...] = (("19.00", "200.00", "38.00"), ("7.00", "100.00", "7.00"))


def _day(iso: str) -> str:
    return f'<udt:DateTimeString format="102">{iso.replace("-", "")}</udt:DateTimeString>'


def cii(sale: Sale | None = None, *, generation: int = 2) -> bytes:
    """The sale as Cross Industry Invoice: of ZUGFeRD 2 and Factur-X, or of ZUGFeRD 1."""
    sale = sale or Sale()
    new = generation == 2
    root = "CrossIndustryInvoice" if new else "CrossIndustryDocument"
    head = "ExchangedDocument" if new else "HeaderExchangedDocument"
    trade = "SupplyChainTradeTransaction" if new else "SpecifiedSupplyChainTradeTransaction"
    part = "ApplicableHeaderTrade" if new else "ApplicableSupplyChainTrade"
    line = "SpecifiedLineTrade" if new else "SpecifiedSupplyChainTrade"
    rate = "RateApplicablePercent" if new else "ApplicablePercent"
    sums = "SpecifiedTradeSettlementHeaderMonetarySummation" if new else "SpecifiedTradeSettlementMonetarySummation"
    line_sums = "SpecifiedTradeSettlementLineMonetarySummation" if new else sums
    space = "urn:un:unece:uncefact:data:standard" if new else "urn:ferd:CrossIndustryDocument:invoice"
    lines = "".join(
        f"""<ram:IncludedSupplyChainTradeLineItem>
  <ram:AssociatedDocumentLineDocument><ram:LineID>{place}</ram:LineID></ram:AssociatedDocumentLineDocument>
  <ram:SpecifiedTradeProduct><ram:SellerAssignedID>A{place}</ram:SellerAssignedID><ram:Name>{name}</ram:Name>
  </ram:SpecifiedTradeProduct>
  <ram:{line}Agreement><ram:NetPriceProductTradePrice><ram:ChargeAmount>{price}</ram:ChargeAmount>
  </ram:NetPriceProductTradePrice></ram:{line}Agreement>
  <ram:{line}Delivery><ram:BilledQuantity unitCode="C62">{quantity}</ram:BilledQuantity></ram:{line}Delivery>
  <ram:{line}Settlement><ram:ApplicableTradeTax><ram:{rate}>{percent}</ram:{rate}></ram:ApplicableTradeTax>
  <ram:{line_sums}><ram:LineTotalAmount>{amount}</ram:LineTotalAmount></ram:{line_sums}></ram:{line}Settlement>
</ram:IncludedSupplyChainTradeLineItem>"""
        for place, (name, quantity, price, percent, amount) in enumerate(sale.lines, 1)
    )
    taxes = "".join(
        f"""<ram:ApplicableTradeTax><ram:CalculatedAmount>{tax}</ram:CalculatedAmount><ram:TypeCode>VAT</ram:TypeCode>
  <ram:BasisAmount>{net}</ram:BasisAmount><ram:CategoryCode>S</ram:CategoryCode><ram:{rate}>{percent}</ram:{rate}>
</ram:ApplicableTradeTax>"""
        for percent, net, tax in sale.taxes
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rsm:{root} xmlns:rsm="{space}:{root}" xmlns:ram="{space}:ram" xmlns:udt="{space}:udt">
<rsm:{head}><ram:ID>{sale.number}</ram:ID><ram:TypeCode>{sale.kind}</ram:TypeCode>
  <ram:IssueDateTime>{_day(sale.issued)}</ram:IssueDateTime></rsm:{head}>
<rsm:{trade}>{lines if new else ""}
<ram:{part}Agreement><ram:BuyerReference>04011000-1</ram:BuyerReference>
  <ram:SellerTradeParty><ram:Name>{sale.seller}</ram:Name><ram:SpecifiedTaxRegistration>
    <ram:ID schemeID="FC">201/113/40209</ram:ID></ram:SpecifiedTaxRegistration><ram:SpecifiedTaxRegistration>
    <ram:ID schemeID="VA">{sale.seller_vat}</ram:ID></ram:SpecifiedTaxRegistration></ram:SellerTradeParty>
  <ram:BuyerTradeParty><ram:ID>K-77</ram:ID><ram:Name>{sale.buyer}</ram:Name></ram:BuyerTradeParty>
  <ram:BuyerOrderReferencedDocument><ram:{"IssuerAssignedID" if new else "ID"}>PO-9</ram:{
        "IssuerAssignedID" if new else "ID"
    }></ram:BuyerOrderReferencedDocument></ram:{part}Agreement>
<ram:{part}Delivery><ram:ActualDeliverySupplyChainEvent><ram:OccurrenceDateTime>{_day("2026-03-10")}
  </ram:OccurrenceDateTime></ram:ActualDeliverySupplyChainEvent></ram:{part}Delivery>
<ram:{part}Settlement><ram:PaymentReference>RF18539007547034</ram:PaymentReference>
  <ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
  <ram:SpecifiedTradeSettlementPaymentMeans>
    <ram:PayeePartyCreditorFinancialAccount><ram:IBANID>{
        sale.iban
    }</ram:IBANID></ram:PayeePartyCreditorFinancialAccount>
    <ram:PayeeSpecifiedCreditorFinancialInstitution><ram:BICID>{BIC}</ram:BICID>
    </ram:PayeeSpecifiedCreditorFinancialInstitution></ram:SpecifiedTradeSettlementPaymentMeans>
  {taxes}
  <ram:SpecifiedTradePaymentTerms><ram:Description>30 Tage netto</ram:Description>
    <ram:DueDateDateTime>{_day(sale.due)}</ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>
  <ram:{sums}><ram:TaxBasisTotalAmount>{sale.net}</ram:TaxBasisTotalAmount>
    <ram:TaxTotalAmount currencyID="CHF">1.00</ram:TaxTotalAmount>
    <ram:TaxTotalAmount currencyID="EUR">{sale.tax}</ram:TaxTotalAmount>
    <ram:GrandTotalAmount>{sale.gross}</ram:GrandTotalAmount>
    <ram:TotalPrepaidAmount>0.00</ram:TotalPrepaidAmount>
    <ram:DuePayableAmount>{sale.gross}</ram:DuePayableAmount></ram:{sums}>
</ram:{part}Settlement>{"" if new else lines}
</rsm:{trade}></rsm:{root}>""".encode()


def ubl(sale: Sale | None = None, *, root: str = "Invoice") -> bytes:
    """The sale as UBL 2.1: an Invoice or a CreditNote."""
    sale = sale or Sale()
    line = "InvoiceLine" if root == "Invoice" else "CreditNoteLine"
    quantity = "InvoicedQuantity" if root == "Invoice" else "CreditedQuantity"
    lines = "".join(
        f"""<cac:{line}><cbc:ID>{place}</cbc:ID><cbc:{quantity} unitCode="C62">{count}</cbc:{quantity}>
  <cbc:LineExtensionAmount currencyID="EUR">{amount}</cbc:LineExtensionAmount>
  <cac:Item><cbc:Name>{name}</cbc:Name><cac:SellersItemIdentification><cbc:ID>A{place}</cbc:ID>
    </cac:SellersItemIdentification><cac:ClassifiedTaxCategory><cbc:Percent>{percent}</cbc:Percent>
    </cac:ClassifiedTaxCategory></cac:Item>
  <cac:Price><cbc:PriceAmount currencyID="EUR">{price}</cbc:PriceAmount></cac:Price></cac:{line}>"""
        for place, (name, count, price, percent, amount) in enumerate(sale.lines, 1)
    )
    taxes = "".join(
        f"""<cac:TaxSubtotal><cbc:TaxableAmount currencyID="EUR">{net}</cbc:TaxableAmount>
  <cbc:TaxAmount currencyID="EUR">{tax}</cbc:TaxAmount><cac:TaxCategory><cbc:ID>S</cbc:ID>
  <cbc:Percent>{percent}</cbc:Percent></cac:TaxCategory></cac:TaxSubtotal>"""
        for percent, net, tax in sale.taxes
    )
    vat = "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"
    names = "urn:oasis:names:specification:ubl:schema:xsd"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="{names}:{root}-2" xmlns:cac="{names}:CommonAggregateComponents-2"
  xmlns:cbc="{names}:CommonBasicComponents-2">
<cbc:ID>{sale.number}</cbc:ID><cbc:IssueDate>{sale.issued}</cbc:IssueDate>
{f"<cbc:DueDate>{sale.due}</cbc:DueDate>" if root == "Invoice" else ""}
<cbc:{root}TypeCode>{sale.kind}</cbc:{root}TypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
<cbc:BuyerReference>04011000-1</cbc:BuyerReference>
<cac:OrderReference><cbc:ID>PO-9</cbc:ID></cac:OrderReference>
<cac:AccountingSupplierParty><cac:Party><cac:PartyName><cbc:Name>Beispiel</cbc:Name></cac:PartyName>
  <cac:PartyTaxScheme><cbc:CompanyID>{sale.seller_vat}</cbc:CompanyID>{vat}</cac:PartyTaxScheme>
  <cac:PartyTaxScheme><cbc:CompanyID>201/113/40209</cbc:CompanyID><cac:TaxScheme><cbc:ID>FC</cbc:ID></cac:TaxScheme>
  </cac:PartyTaxScheme>
  <cac:PartyLegalEntity><cbc:RegistrationName>{sale.seller}</cbc:RegistrationName></cac:PartyLegalEntity>
</cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party><cac:PartyIdentification><cbc:ID>K-77</cbc:ID></cac:PartyIdentification>
  <cac:PartyLegalEntity><cbc:RegistrationName>{sale.buyer}</cbc:RegistrationName></cac:PartyLegalEntity>
</cac:Party></cac:AccountingCustomerParty>
<cac:Delivery><cbc:ActualDeliveryDate>2026-03-10</cbc:ActualDeliveryDate></cac:Delivery>
<cac:PaymentMeans>{f"<cbc:PaymentDueDate>{sale.due}</cbc:PaymentDueDate>" if root != "Invoice" else ""}
  <cbc:PaymentID>RF18539007547034</cbc:PaymentID><cac:PayeeFinancialAccount><cbc:ID>{sale.iban}</cbc:ID>
  <cac:FinancialInstitutionBranch><cbc:ID>{BIC}</cbc:ID></cac:FinancialInstitutionBranch></cac:PayeeFinancialAccount>
</cac:PaymentMeans>
<cac:PaymentTerms><cbc:Note>30 Tage netto</cbc:Note></cac:PaymentTerms>
<cac:TaxTotal><cbc:TaxAmount currencyID="CHF">1.00</cbc:TaxAmount></cac:TaxTotal>
<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">{sale.tax}</cbc:TaxAmount>{taxes}</cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:TaxExclusiveAmount currencyID="EUR">{sale.net}</cbc:TaxExclusiveAmount>
  <cbc:TaxInclusiveAmount currencyID="EUR">{sale.gross}</cbc:TaxInclusiveAmount>
  <cbc:PayableAmount currencyID="EUR">{sale.gross}</cbc:PayableAmount></cac:LegalMonetaryTotal>
{lines}</{root}>""".encode()


def printed(sale: Sale | None = None) -> str:
    """The sale as `sketch` takes a page."""
    sale = sale or Sale()
    account = " ".join(sale.iban[i : i + 4] for i in range(0, len(sale.iban), 4))
    year, month, day = sale.issued.split("-")
    due = ".".join(reversed(sale.due.split("-")))
    title = "Gutschrift" if sale.kind == "381" else "Rechnung"
    return f"""
{sale.seller} · Hobelweg 1 · 10115 Berlin

{sale.buyer}
Marktplatz 2
80331 München

{title}
{title}snummer: | {sale.number}
Rechnungsdatum: | {day}.{month}.{year}
Fällig am: | {due}

Summe netto | {sale.net.replace(".", ",")} €
Umsatzsteuer | {sale.tax.replace(".", ",")} €
Gesamtbetrag | {sale.gross.replace(".", ",")} €

USt-IdNr.: {sale.seller_vat}
IBAN: {account} | BIC: {BIC}
"""


def pdf(page: str = "", attached: dict[str, bytes] | None = None, *, pages: int = 1) -> bytes:
    """A PDF whose pages have the lines of `page` (cells apart by ` | `), with files attached to it."""
    document = pymupdf.open()
    for _ in range(pages):
        sheet = document.new_page()
        for row, line in enumerate(page.strip("\n").split("\n")):
            for column, cell in enumerate(line.split(" | ")):
                sheet.insert_text((50 + 220 * column, 60 + 16 * row), cell.strip().replace("€", "EUR"), fontsize=10)
    for name, content in (attached or {}).items():
        document.embfile_add(name, content, filename=name)
    made: bytes = document.tobytes()
    document.close()
    return made
