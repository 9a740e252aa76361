"""What a user names becomes Sources: files, folders, patterns, lists, stdin, and bytes, streams and arrays."""

from __future__ import annotations

import hashlib
import io
import os
import socket
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from invoice_ocr.errors import NotFound
from invoice_ocr.intake import Failed, Intake, Source, expand, open_documents
from invoice_ocr.intake.pages import chosen
from invoice_ocr.model import Box
from invoice_ocr.settings import Settings


def picture(shade: int = 200) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (30, 40), (shade, shade, shade)).save(stream, "PNG")
    return stream.getvalue()


PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(*inputs: str | Path, settings: Settings | None = None) -> list[str]:
    """Names of the sources, and codes of the failures, that come of `inputs`."""
    return [item.failure.code if isinstance(item, Failed) else item.name for item in expand(inputs, settings)]


def test_a_file_is_a_source_with_its_hash_and_size(place: Path) -> None:
    (place / "a.png").write_bytes(picture())
    (source,) = expand(["a.png"])
    assert source == Source("a.png", hashlib.sha256(picture()).hexdigest(), len(picture()), path=Path("a.png"))
    assert isinstance(source, Source)
    assert source.read() == picture()


def test_a_folder_gives_what_could_be_documents_in_order_of_names(place: Path) -> None:
    for name in ("b/two.PDF", "b/One.Tif", "a/scan.jpeg", "a/no-ending", "z.bin"):
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_bytes(picture())
    (place / "a" / "notes.txt").write_text("a letter")
    (place / "a" / "page.html").write_text("<html></html>")
    (place / "a" / "invoice.xml").write_text('<?xml version="1.0"?><Invoice xmlns="u"/>')
    (place / "a" / "config.xml").write_text('<?xml version="1.0"?><config/>')
    (place / "a" / "cut.xml").write_text(
        '<?xml version="1.0"?><rsm:Cr xmlns:rsm="urn:un:data:CrossIndustryInvoice:100">'
    )
    (place / "a" / "hit.xml").write_bytes(b"\0\xff<Inv urn:oasis:names:specification:ubl:schema:xsd:Invoice-2")
    (place / "a" / ".hidden.png").write_bytes(picture())
    (place / "a" / "Thumbs.db").write_bytes(picture())
    expected = [
        "z.bin",
        "a/cut.xml",
        "a/hit.xml",
        "a/invoice.xml",
        "a/no-ending",
        "a/scan.jpeg",
        "b/One.Tif",
        "b/two.PDF",
    ]
    assert [Path(name).as_posix() for name in names(".")] == expected


def test_a_file_whose_ending_promises_a_document_is_never_passed_over_in_silence(place: Path) -> None:
    (place / "in").mkdir()
    (place / "in" / "broken.PDF").write_bytes(b"rubbish")
    (place / "in" / "empty.pdf").write_bytes(b"")
    assert names("in") == [str(Path("in/broken.PDF")), "E_EMPTY"]


def test_a_pattern_matches_endings_in_any_case_and_folders_below(place: Path) -> None:
    for name in ("a.pdf", "b.PDF", "c.Pdf", "d.png", "sub/e.pdf"):
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_bytes(PDF)
    assert names("*.pdf") == ["a.pdf", "b.PDF", "c.Pdf"]
    assert names("**/*.pdf") == ["a.pdf", "b.PDF", "c.Pdf", str(Path("sub/e.pdf"))]
    assert names("[ab].*") == ["a.pdf", "b.PDF"]
    assert names("nothing*.pdf") == ["E_NOT_FOUND"]


def test_a_file_that_several_inputs_lead_to_is_given_once(place: Path) -> None:
    (place / "in" / "below").mkdir(parents=True)
    for name in ("in/a.png", "in/below/b.png"):
        (place / name).write_bytes(picture())
    both = ["in/a.png", "in/below/b.png"]
    assert names("in", "in/a.png") == both
    assert names("in/below/b.png", "in") == ["in/below/b.png", "in/a.png"]
    assert sorted(names("in/**")) == both
    assert names("in", place / "in", "./in/*.png") == both


def test_a_file_named_twice_is_given_twice(place: Path) -> None:
    (place / "a.png").write_bytes(picture())
    assert names("a.png", "a.png") == ["a.png", "a.png"]


def test_a_file_whose_name_looks_like_a_pattern_or_a_list_is_a_file(place: Path) -> None:
    for name in ("[1].pdf", "@home.pdf"):
        (place / name).write_bytes(PDF)
    assert names("[1].pdf", "@home.pdf") == ["[1].pdf", "@home.pdf"]


def test_a_list_names_one_path_a_line(place: Path) -> None:
    (place / "a b.png").write_bytes(picture())
    (place / "c.png").write_bytes(picture())
    (place / "list.txt").write_bytes("\ufeffa b.png\r\n\r\nmissing.png\nc.png".encode())
    assert names("@list.txt") == ["a b.png", "E_NOT_FOUND", "c.png"]
    assert names("@no-list.txt") == ["E_NOT_FOUND"]


def test_a_list_may_have_comments_beside_files_whose_names_look_like_one(place: Path) -> None:
    for name in ("a.png", "#7.png"):
        (place / name).write_bytes(picture())
    (place / "list.txt").write_text("# of March\na.png\n  #b.png\n#7.png\n")
    assert names("@list.txt") == ["a.png", "#7.png"]


def test_stdin_is_a_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(picture())))
    (source,) = expand(["-"])
    assert (source.name, source.size) == ("-", len(picture()))


def test_bytes_streams_and_arrays_are_documents(place: Path) -> None:
    (place / "s.png").write_bytes(picture())
    array = np.full((40, 30, 3), (10, 20, 30), np.uint8)
    array[0, 0] = (200, 100, 50)
    with (place / "s.png").open("rb") as stream:
        inputs = [picture(), stream, io.BytesIO(picture()), array]
        opened = list(open_documents(expand(inputs)))  # type: ignore[arg-type]
    assert [item.source.name for item in opened] == ["<bytes>", str(place / "s.png"), "<stream>", "<array>"]
    images = [item.pages[0].image for item in opened]
    assert all(image is not None and image.pixels.shape == (40, 30, 3) for image in images)
    assert images[3] is not None
    assert np.array_equal(images[3].pixels, array)


def test_grey_and_transparent_arrays_are_pages_too() -> None:
    grey = np.arange(12, dtype=np.uint8).reshape(3, 4)
    clear = np.zeros((2, 5, 4), np.uint8)
    clear[0, :, 3] = 255
    opened = list(open_documents(expand([grey, clear])))
    first, second = (item.pages[0].image for item in opened)
    assert first is not None
    assert second is not None
    assert np.array_equal(first.pixels, grey[:, :, None].repeat(3, 2))
    assert (second.pixels[0, 0, 0], second.pixels[1, 0, 0]) == (0, 255)


@pytest.mark.parametrize(
    "wrong",
    [42, io.StringIO("text"), np.zeros((3, 4)), np.zeros((3, 4, 2), np.uint8), np.zeros((2, 3, 4, 5), np.uint8)],
)
def test_what_is_no_input_at_all_is_a_mistake_of_the_caller(wrong: object) -> None:
    with pytest.raises(TypeError):
        list(expand([wrong]))  # type: ignore[list-item]


def test_nothing_to_read_is_a_typed_failure_each(place: Path) -> None:
    (place / "empty.pdf").touch()
    inputs = ["gone.pdf", "empty.pdf", b"", np.zeros((0, 4, 3), np.uint8), "gopher://example.com/a.pdf"]
    results = [item.failure.code if isinstance(item, Failed) else item.name for item in expand(inputs)]
    assert results == ["E_NOT_FOUND", "E_EMPTY", "E_EMPTY", "E_EMPTY", "E_UNSUPPORTED"]


def test_a_file_over_the_limit_is_refused_by_its_size(place: Path) -> None:
    with (place / "big.pdf").open("wb") as file:
        file.write(PDF)
        file.truncate(1_000_001)
    (failed,) = expand(["big.pdf"], Settings(max_file_mb=1))
    assert isinstance(failed, Failed)
    assert failed.failure.code == "E_TOO_BIG_FILE"
    assert "--max-file-mb" in failed.failure.message
    assert names("big.pdf", settings=Settings(max_file_mb=2)) == ["big.pdf"]
    assert [
        type(item) for item in expand([bytes(1_000_001), io.BytesIO(bytes(1_000_001))], Settings(max_file_mb=1))
    ] == [
        Failed,
        Failed,
    ]


def test_a_file_that_cannot_be_read_is_a_failure(place: Path) -> None:
    assert names("x" * 5000, "nul\0byte", str(place / "a" / "b")) == ["E_NOT_FOUND"] * 3


def in_time(work: threading.Thread) -> bool:
    work.daemon = True
    work.start()
    work.join(10)
    return not work.is_alive()


def test_pipes_sockets_and_devices_are_refused_and_block_nobody(place: Path) -> None:
    os.mkfifo(place / "pipe.pdf")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(place / "socket.pdf"))
        found: list[list[str]] = []
        work = threading.Thread(target=lambda: found.append(names("pipe.pdf", "socket.pdf", "/dev/zero", ".")))
        assert in_time(work), "it waits for a pipe that nobody writes to"
    assert found == [["E_NOT_A_DOCUMENT"] * 3]


def test_links_to_files_are_followed_and_loops_of_folders_are_not(place: Path) -> None:
    (place / "real").mkdir()
    (place / "real" / "a.png").write_bytes(picture())
    (place / "real" / "link.png").symlink_to(place / "real" / "a.png")
    (place / "real" / "loop").symlink_to(place / "real")
    (place / "real" / "self.png").symlink_to(place / "real" / "self.png")
    (place / "real" / "gone.png").symlink_to(place / "nowhere.png")
    assert names("real") == [
        str(Path("real/a.png")),
        "E_NOT_FOUND",
        str(Path("real/link.png")),
        "E_NOT_FOUND",
    ]


def test_names_that_are_no_text_are_read_all_the_same(place: Path) -> None:
    odd = [b"line\nbreak.png", "re\u202egnp.png".encode(), b"not-utf8-\xff.png", b"-dash.png"]
    for name in odd:
        (place / os.fsdecode(name)).write_bytes(picture())
    opened = list(open_documents(expand(["."])))
    assert len(opened) == 4
    assert all(item.failure is None for item in opened)


def test_a_file_that_changes_after_it_was_hashed_is_not_read_as_what_it_was(place: Path) -> None:
    (place / "a.png").write_bytes(picture(1))
    (source,) = expand(["a.png"])
    (place / "a.png").write_bytes(picture(2))
    assert isinstance(source, Source)
    with pytest.raises(NotFound, match="changed"):
        source.read()
    (opened,) = open_documents([source])
    assert opened.failure is not None
    (place / "a.png").unlink()
    (opened,) = open_documents([source])
    assert opened.failure is not None
    assert opened.failure.code == "E_NOT_FOUND"


def test_inputs_are_taken_one_by_one() -> None:
    def endless() -> object:
        while True:
            yield picture()

    stream = expand(endless())  # type: ignore[arg-type]
    assert [next(stream).name for _ in range(3)] == ["<bytes>"] * 3


def test_one_input_one_result_in_order_whatever_becomes_of_it(place: Path) -> None:
    (place / "a.png").write_bytes(picture())
    (place / "b.txt").write_text("a letter")
    opened = list(open_documents(expand(["gone.pdf", "a.png", "b.txt", picture(), b"%PDF-1.4 nothing"])))
    assert [item.failure.code if item.failure else "read" for item in opened] == [
        "E_NOT_FOUND",
        "read",
        "E_NOT_A_DOCUMENT",
        "read",
        "E_TRUNCATED",
    ]
    assert all(item.failure is None or item.failure.fix for item in opened)


def test_clips_come_from_the_same_workers() -> None:
    with Intake(Settings(jobs=1)) as intake:
        (opened,) = intake.open_documents(expand([picture(77)]))
        assert isinstance(opened.source, Source)
        (clip,) = intake.crops(opened.source, [(1, Box(0, 0, 10, 5))], dpi=144)
        assert clip.shape == (10, 20, 3)
        assert int(clip[5, 10, 0]) == 77
        assert intake.crops(opened.source, []) == []


@pytest.mark.parametrize(
    ("pages", "numbers"),
    [
        ("", [1, 2, 3, 4]),
        ("2", [2]),
        ("3-,1", [1, 3, 4]),
        ("-2", [1, 2]),
        ("2-9", [2, 3, 4]),
        ("7", []),
        (" 1 , 3-4 ", [1, 3, 4]),
    ],
)
def test_pages_are_chosen_by_number(pages: str, numbers: list[int]) -> None:
    assert chosen(pages, 4) == numbers


def test_an_empty_name_is_told_and_is_not_the_folder_one_is_in() -> None:
    assert names("") == ["E_NOT_FOUND"]


def test_a_list_that_names_itself_ends(place: Path) -> None:
    (place / "list.txt").write_text("@other.txt")
    (place / "other.txt").write_text("a.png\n@./list.txt")
    (place / "a.png").write_bytes(picture())
    assert names("@list.txt") == ["a.png", "E_NOT_FOUND"]


def test_a_list_that_powershell_wrote_is_read(place: Path) -> None:
    (place / "größe.png").write_bytes(picture())
    (place / "list.txt").write_bytes("größe.png\r\n".encode("utf-16"))
    assert names("@list.txt") == ["größe.png"]


@pytest.mark.parametrize("content", [PDF + b"\0\n\n", b"\xff\xfe\x00\xd8"])
def test_a_document_given_as_a_list_is_told_once(place: Path, content: bytes) -> None:
    (place / "invoice.pdf").write_bytes(content)
    assert names("@invoice.pdf") == ["E_NOT_A_DOCUMENT"]


def test_a_folder_given_as_a_list_is_told(place: Path) -> None:
    (place / "inbox").mkdir()
    assert names("@inbox") == ["E_NOT_A_DOCUMENT"]
