"""A font that draws nothing: every character is a line from corner to corner, half as wide as high and of no breadth.

A glyph without any line would be selected as a flat strip in viewers built on PDFium.
"""

from __future__ import annotations

import struct
import zlib

UNITS = 1000  # to the em
WIDTH = 500
_GLYPHS = 2


def font() -> bytes:
    """The font as a TrueType file of 0.5 kB; its second glyph stands for every character."""
    head = struct.pack(
        ">IIIIHHqqhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, UNITS, 0, 0, 0, 0, WIDTH, UNITS, 0, 8, 2, 0, 0
    )
    hhea = struct.pack(">IhhhHhhhhhhhhhhhH", 0x10000, UNITS, -1, 0, WIDTH, 0, 0, WIDTH, 1, 0, 0, 0, 0, 0, 0, 0, _GLYPHS)
    maxp = struct.pack(">I14H", 0x10000, _GLYPHS, 2, 1, 0, 0, 1, *[0] * 8)
    line = struct.pack(">5h2H2B4h", 1, 0, 0, WIDTH, UNITS, 1, 0, 1, 1, 0, WIDTH, 0, UNITS)
    cmap = (
        struct.pack(">HHHHI", 0, 1, 3, 1, 12)
        + struct.pack(">HHHHHHHHHHHHHH", 4, 32, 0, 4, 4, 1, 0, 0xFFFE, 0xFFFF, 0, 0, 1, 0, 0)
        + struct.pack(">HH", 0, 0)
    )
    name = struct.pack(">HHHHHHHHH", 0, 1, 18, 3, 1, 0x409, 6, 18, 0) + "Glyphless".encode("utf-16-be")
    post = struct.pack(">IIhhIIIII", 0x30000, 0, 0, 0, 1, 0, 0, 0, 0)
    metrics = struct.pack(">HhHh", WIDTH, 0, WIDTH, 0)
    tables = {
        b"cmap": cmap, b"glyf": line, b"head": head, b"hhea": hhea, b"hmtx": metrics,
        b"loca": struct.pack(">HHH", 0, 0, len(line) // 2), b"maxp": maxp, b"name": name, b"post": post,
    }  # fmt: skip
    return _packed(tables)


def _packed(tables: dict[bytes, bytes]) -> bytes:
    """A TrueType file of these tables, in order of their names."""
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    directory = struct.pack(">IHHHH", 0x10000, count, 16 * power, power.bit_length() - 1, 16 * (count - power))
    place, body = 12 + 16 * count, b""
    for tag, table in tables.items():
        padded = table + b"\0" * (-len(table) % 4)
        checksum = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        directory += tag + struct.pack(">III", checksum, place + len(body), len(table))
        body += padded
    return directory + body


def to_unicode() -> bytes:
    """The CMap by which a code of two bytes means the UTF-16 unit of the same number."""
    ranges = "".join(f"<{high:02X}00> <{high:02X}FF> <{high:02X}00>\n" for high in range(256))
    blocks = [ranges.splitlines()[i : i + 100] for i in range(0, 256, 100)]
    said = "\n".join(f"{len(block)} beginbfrange\n" + "\n".join(block) + "\nendbfrange" for block in blocks)
    text = (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{said}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    )
    return text.encode()


def to_glyphs() -> bytes:
    """The table that takes every code to the second glyph: 128 kB of the same, packed to some 150 bytes."""
    return zlib.compress(b"\0\1" * 0x10000, 9)
