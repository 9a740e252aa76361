"""What a file is, told by its first bytes and never by its name."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["pdf", "png", "jpeg", "tiff", "bmp", "webp", "heic", "avif", "xml"]

HEAD = 4096  # bytes of a file that are enough to tell
ENDINGS = frozenset(
    {
        *(".pdf", ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".tif", ".tiff", ".bmp", ".dib", ".webp"),
        *(".heic", ".heif", ".hif", ".avif"),
    }
)

_PDF_HEADER_WITHIN = 1024  # Acrobat's rule: rubbish may stand before the header, but not more than this
_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
)
_BRANDS: tuple[tuple[bytes, Kind], ...] = (  # of ISO base media files, ISO/IEC 23008-12 and the AVIF specification
    (b"avif", "avif"),
    (b"avis", "avif"),
    (b"heic", "heic"),
    (b"heix", "heic"),
    (b"heim", "heic"),
    (b"heis", "heic"),
)
_TAKE_OUT = "Take the documents out of it and give those; print an office document to PDF."
_CONTAINERS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a ZIP archive, or an office document, which is one"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old office document or a mail of Outlook"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
)
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"GIF8", "a GIF picture"),
    (b"{\\rtf", "an RTF text"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"8BPS", "a Photoshop picture"),
    (b"%!PS", "a PostScript file"),
    (b"version https://git-lfs", "a Git LFS pointer and not the file itself"),
)
_XML_START = re.compile(rb"^\s*<(\?xml|!DOCTYPE\s|[A-Za-z_][\w.\-]*:?[\w.\-]*[\s>])")
_HTML = re.compile(rb"<(!DOCTYPE\s+html|html|head|body)\b", re.IGNORECASE)
_MAIL = re.compile(
    rb"(From |(Return-Path|Received|Delivered-To|X-[\w-]+|From|To|Cc|Date|Subject|Message-ID|MIME-Version"
    rb"|Content-[\w-]+|DKIM-Signature|ARC-[\w-]+|Authentication-Results): ?[^\n]*(\n[ \t][^\n]*)*\n[A-Za-z-]+: )",
    re.IGNORECASE,
)
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_INVOICE_ROOT = re.compile(
    rb"<(?:[\w.\-]+:)?"
    rb"(Invoice|CreditNote|CrossIndustry(Invoice|Document)|StandardBusinessDocument|SCRDMCCBDACIO\w*)[\s>]"
)
_INVOICE_TRACE = re.compile(rb"CrossIndustry|oasis:names:specification:ubl|en16931|ferd:", re.IGNORECASE)


def kind_of(head: bytes) -> Kind | None:
    """The kind of file that starts with `head`, or None when it is none that is read. head: HEAD bytes or the whole."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[:2] == b"BM" and _is_bitmap(head):
        return "bmp"
    if head[4:8] == b"ftyp":
        return next((kind for brand, kind in _BRANDS if brand in _brands_of(head)), None)
    if b"%PDF-" in head[: _PDF_HEADER_WITHIN + 5]:
        return None if packed(head) else "pdf"
    text = _plain(head)
    if _XML_START.match(text) and not _HTML.search(text):
        return "xml"
    return None


def holds_invoice(head: bytes) -> bool:
    """Whether an XML file's first element is one of the e-invoice roots: UBL, CII, an order in CII, an envelope."""
    return _INVOICE_ROOT.search(_COMMENT.sub(b"", _plain(head))) is not None


def could_be_document(ending: str, head: bytes) -> bool:
    """Whether a file met in a folder is to be read, by what its ending promises and its first bytes are.

    ending: small, with its dot. Of XML these are e-invoices, and files that name their namespaces, but are damaged.
    """
    if ending in ENDINGS:
        return True
    kind = kind_of(head)
    if kind == "xml" or (kind is None and ending == ".xml"):
        return holds_invoice(head) or _INVOICE_TRACE.search(_plain(head)) is not None
    return kind is not None


def unsafe_xml(head: bytes) -> bool:
    """Whether an XML file opens with a document type or entities, which no e-invoice needs."""
    text = _COMMENT.sub(b"", _plain(head))
    return b"<!DOCTYPE" in text or b"<!ENTITY" in text


def packed(head: bytes) -> bool:
    """Whether documents may lie inside the file, which is an archive: one found there is not the whole of it."""
    return head.startswith(tuple(magic for magic, _ in _CONTAINERS))


def fix_of(head: bytes) -> str | None:
    """What to do with a file that is not read, where that is not to convert it."""
    return _TAKE_OUT if packed(head) or _MAIL.match(head) else None


def described(head: bytes) -> str:
    """A few words for what a file that is not read seems to be."""
    if _MAIL.match(head):
        return "a mail"
    for magic, words in (*_CONTAINERS, *_OTHERS):
        if head.startswith(magic):
            return words
    if head[4:8] == b"ftyp":
        return "a film, or a picture of a kind that only films have"
    if _HTML.search(head):
        return "a web page"
    if head and not head.strip(b"\x00"):
        return "a run of zero bytes"
    sample = head[:512]
    printable = sum(32 <= byte < 127 or byte in {9, 10, 13} for byte in sample)
    if sample and printable > 0.95 * len(sample):
        return "plain text"
    return "of no known kind"


def _brands_of(head: bytes) -> set[bytes]:
    """The brands of an ISO base media file: its own, and those it is compatible with."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[8:12], *(head[i : i + 4] for i in range(16, end - 3, 4))}


def _is_bitmap(head: bytes) -> bool:
    """Whether what follows `BM` is a bitmap's header: its size field names one of the sizes that exist."""
    return len(head) >= 18 and int.from_bytes(head[14:18], "little") in {12, 16, 40, 52, 56, 64, 108, 124}


def _plain(head: bytes) -> bytes:
    """`head` as ASCII-compatible bytes: without byte order mark, and UTF-16 thinned to one byte a letter."""
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return head[2:].replace(b"\x00", b"")
    return head.removeprefix(b"\xef\xbb\xbf")
