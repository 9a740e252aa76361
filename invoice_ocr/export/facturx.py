"""Factur-X: a PDF/A-3 that shows the pages as pictures and carries the same invoice as CII.

The pages are drawn anew from pixels: of the original, which nobody vouches for, no object comes along.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    import numpy as np
    import pikepdf

    from invoice_ocr.export.einvoice import EInvoice

FILE = "factur-x.xml"
_QUALITY = 80  # of JPEG: small print stays readable at 200 dots per inch
_NO_DATE = bytes(12)

# What PDF/A and Factur-X want to be said about the file. The schema describes Factur-X's own properties, as PDF/A asks.
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{note}</rdf:li></rdf:Alt></dc:description>
<fx:DocumentType>INVOICE</fx:DocumentType><fx:DocumentFileName>{file}</fx:DocumentFileName>
<fx:Version>1.0</fx:Version><fx:ConformanceLevel>EN 16931</fx:ConformanceLevel></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>fx</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
_PROPERTY = """<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>
<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>
<pdfaProperty:description>{about}</pdfaProperty:description></rdf:li>
"""
_PROPERTIES = {
    "DocumentFileName": "The name of the embedded XML document",
    "DocumentType": "The type of the hybrid document",
    "Version": "The version of the standard of the embedded XML document",
    "ConformanceLevel": "The conformance level of the embedded XML document",
}


def facturx(one: EInvoice, content: bytes, pages: list[tuple[int, np.ndarray, float]]) -> bytes:
    """The PDF's bytes; the same for the same input. content: `one` as CII. pages: see einvoices.Pages."""
    import pikepdf

    with pikepdf.new() as pdf:
        for _, pixels, dpi in pages:
            _add_page(pdf, pixels, dpi)
        properties = "".join(_PROPERTY.format(name=name, about=about) for name, about in _PROPERTIES.items())
        told = _XMP.format(title=escape(one.number), note=escape(one.note), file=FILE, properties=properties)
        metadata = pdf.make_stream(told.encode(), Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
        pdf.Root.Metadata = metadata
        profile = pdf.make_stream(_srgb(), N=3)
        intent = pikepdf.Dictionary(
            Type=pikepdf.Name.OutputIntent,
            S=pikepdf.Name.GTS_PDFA1,
            OutputConditionIdentifier="sRGB",
            Info="sRGB IEC61966-2.1",
            DestOutputProfile=profile,
        )
        pdf.Root.OutputIntents = pikepdf.Array([intent])
        _attach(pdf, one, content)
        made = io.BytesIO()
        pdf.save(made, deterministic_id=True, min_version="1.7", object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return made.getvalue()


def _add_page(pdf: pikepdf.Pdf, pixels: np.ndarray, dpi: float) -> None:
    """One page as large as it is printed, filled with its picture."""
    import cv2
    import pikepdf

    height, width = pixels.shape[:2]
    _, jpeg = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    picture = pdf.make_stream(
        jpeg.tobytes(),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=width,
        Height=height,
        ColorSpace=pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    across, down = round(width * 72 / dpi, 3), round(height * 72 / dpi, 3)
    page = pdf.add_blank_page(page_size=(across, down))
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=picture))
    page.Contents = pdf.make_stream(f"q {across} 0 0 {down} 0 0 cm /Im0 Do Q".encode())


def _attach(pdf: pikepdf.Pdf, one: EInvoice, content: bytes) -> None:
    """The XML as associated file, the way Factur-X wants it: the other form of what the pages show."""
    import pikepdf

    day = pikepdf.String(f"D:{one.issued:%Y%m%d}000000Z")
    stream = pdf.make_stream(
        content,
        Type=pikepdf.Name.EmbeddedFile,
        Subtype=pikepdf.Name("/text/xml"),
        Params=pikepdf.Dictionary(ModDate=day, Size=len(content)),
    )
    file = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Filespec,
            F=FILE,
            UF=FILE,
            Desc="The same invoice as Cross Industry Invoice",
            AFRelationship=pikepdf.Name.Alternative,
            EF=pikepdf.Dictionary(F=stream, UF=stream),
        )
    )
    pdf.Root.AF = pikepdf.Array([file])
    names = pikepdf.Array([pikepdf.String(FILE), file])
    pdf.Root.Names = pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=names))


def _srgb() -> bytes:
    """The ICC profile of sRGB, with no date of making in it, so that the same invoice gives the same file."""
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile[:24] + _NO_DATE + profile[36:]
