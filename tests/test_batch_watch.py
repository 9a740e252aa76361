"""A watched folder: each file once, whole, and put where it belongs; nothing stops the watch but the user."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from faults.desk import Desk, sheet
from test_batch_cli import LAYER, LETTER, elsewhere, invoke  # noqa: F401  fixtures
from test_batch_run import LAYER as SETTINGS
from test_batch_run import PACK

from invoice_ocr.batch import results, scheduler
from invoice_ocr.batch.ledger import opened
from invoice_ocr.batch.watch import Folder, put_away, watch
from invoice_ocr.errors import ConfigError, DiskFull, Locked, OutputReadonly


class Post:
    """A watched folder with a clock that moves when nothing is to be done, and things that happen meanwhile."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.inbox = place / "inbox"
        self.inbox.mkdir()
        self.now = 0.0
        self.events: list[object] = []
        self.turns: list[list[str]] = []
        self.folder = Folder(self.inbox, place / "done", place / "bad", settle=5.0, clock=lambda: self.now)

    def pause(self) -> None:
        self.now += 2.0
        if self.events:
            self.events.pop(0)()  # type: ignore[operator]

    def turn(self, paths: list[Path]) -> None:
        self.turns.append([path.name for path in paths])
        with opened(self.place / "l.sqlite", write=True) as book:
            scheduler.run(paths, book, SETTINGS, pack=PACK, open_intake=Desk)
            put_away(book, self.folder, paths)

    def watch(self) -> None:
        self.folder.check()
        watch(self.folder, self.turn, pause=self.pause, once=True)

    def names(self, folder: str) -> list[str]:
        return sorted(str(path.relative_to(self.place / folder)) for path in (self.place / folder).rglob("*.*"))


@pytest.fixture
def post(tmp_path: Path) -> Post:
    return Post(tmp_path)


def test_files_are_read_once_and_put_where_they_belong(post: Post) -> None:
    (post.inbox / "good.pdf").write_text(sheet("A-1"))
    (post.inbox / "broken.pdf").write_text("broken")
    (post.inbox / "crash.pdf").write_text("crash")
    (post.inbox / "deep").mkdir()
    (post.inbox / "deep" / "good.pdf").write_text(sheet("A-2"))
    post.watch()
    assert post.names("done") == ["deep/good.pdf", "good.pdf"]
    assert post.names("bad") == ["broken.pdf", "broken.pdf.error.json", "crash.pdf", "crash.pdf.error.json"]
    assert post.names("inbox") == []
    told = json.loads((post.place / "bad" / "broken.pdf.error.json").read_text())
    assert told["code"] == "E_NOT_A_DOCUMENT"
    assert told["fix"]
    with opened(post.place / "l.sqlite") as book:
        assert results.counts(book)["post"] == 2
        path, _ = book.latest(next(iter(results.records(book))).sha256)
    assert path is not None
    assert path.exists()


def test_what_cannot_even_be_opened_and_what_is_no_invoice_is_rejected_with_the_reason(post: Post) -> None:
    (post.inbox / "empty.pdf").write_bytes(b"")
    (post.inbox / "letter.pdf").write_text("Dear Sir, | thank you for the talk.")
    post.watch()
    assert post.names("inbox") == post.names("done") == []
    names = ["empty.pdf", "letter.pdf"]
    assert post.names("bad")[::2] == names
    told = [json.loads((post.place / "bad" / f"{name}.error.json").read_text()) for name in names]
    assert [one["code"] for one in told] == ["E_EMPTY", "document.no-invoice"]
    assert len(post.turns) == 1


def test_a_name_that_was_rejected_may_come_again(post: Post) -> None:
    path = post.inbox / "a.pdf"
    path.write_bytes(b"")
    post.watch()
    path.write_text(sheet("A-1"))
    post.watch()
    path.write_bytes(b"")
    post.watch()
    assert post.names("done") == ["a.pdf"]
    assert post.names("bad") == ["a.2.pdf", "a.2.pdf.error.json", "a.pdf", "a.pdf.error.json"]


def test_a_file_that_still_grows_is_left_until_it_rests(post: Post) -> None:
    path = post.inbox / "a.pdf"
    path.write_text("")

    def grow() -> None:
        path.write_text(path.read_text() + "x")

    def end() -> None:
        path.write_text(sheet("A-1"))

    post.events = [grow, grow, grow, grow, end]
    post.watch()
    assert post.turns == [["a.pdf"]]
    assert post.now >= 10.0 + 5.0
    assert post.names("done") == ["a.pdf"]


def test_links_hidden_and_half_made_files_are_left_alone(post: Post) -> None:
    for name in (".a.pdf", "~$a.pdf", "a.pdf.part", "Thumbs.db"):
        (post.inbox / name).write_text(sheet("A-1"))
    (post.place / "secret.pdf").write_text(sheet("A-2"))
    (post.inbox / "link.pdf").symlink_to(post.place / "secret.pdf")
    os.mkfifo(post.inbox / "pipe.pdf")
    post.watch()
    assert post.turns == []
    assert (post.place / "secret.pdf").exists()


def test_names_that_are_taken_get_a_number_and_the_same_bytes_are_one_document(post: Post) -> None:
    (post.inbox / "a.pdf").write_text(sheet("A-1"))
    post.watch()
    (post.inbox / "a.pdf").write_text(sheet("A-2"))
    post.watch()
    (post.inbox / "copy.pdf").write_text(sheet("A-1"))
    post.watch()
    assert post.names("done") == ["a.2.pdf", "a.pdf", "copy.pdf"]
    with opened(post.place / "l.sqlite") as book:
        assert results.counts(book).total() == 2


def test_a_file_that_goes_while_it_is_read_stops_nothing(post: Post) -> None:
    (post.inbox / "a.pdf").write_text(sheet("A-1"))
    (post.inbox / "b.pdf").write_text(sheet("A-2"))
    plain = post.turn

    def turn(paths: list[Path]) -> None:
        (post.inbox / "a.pdf").unlink(missing_ok=True)
        plain(paths)

    watch(post.folder, turn, pause=post.pause, once=True)
    assert post.names("done") == ["b.pdf"]


def test_a_ledger_that_another_run_holds_is_waited_for(post: Post) -> None:
    (post.inbox / "a.pdf").write_text(sheet("A-1"))
    held = [Locked("another run"), Locked("another run")]
    plain = post.turn

    def turn(paths: list[Path]) -> None:
        if held:
            raise held.pop()
        plain(paths)

    post.folder.check()
    watch(post.folder, turn, pause=post.pause, once=True)
    assert post.names("done") == ["a.pdf"]


def test_a_full_disk_ends_the_watch(post: Post) -> None:
    (post.inbox / "a.pdf").write_text(sheet("A-1"))

    def turn(_paths: list[Path]) -> None:
        raise DiskFull("full")

    with pytest.raises(DiskFull):
        watch(post.folder, turn, pause=post.pause)
    assert post.names("inbox") == ["a.pdf"]


def test_folders_that_would_be_watched_themselves_are_refused(post: Post) -> None:
    with pytest.raises(OutputReadonly):
        Folder(post.inbox, post.inbox / "done", post.place / "bad").check()
    with pytest.raises(ConfigError):
        Folder(post.place / "nowhere", post.place / "done", post.place / "bad").check()


def test_the_command_does_what_is_there_and_leaves_when_told_to(invoke, elsewhere: Path) -> None:  # noqa: F811
    (elsewhere / "inbox").mkdir()
    (elsewhere / "inbox" / "a.pdf").write_bytes(LETTER.read_bytes())
    (elsewhere / "inbox" / "b.pdf").write_bytes(b"%PDF-1.4 nothing")
    done = invoke("watch", "inbox", "-o", "out.csv", "--once", "--settle", "0", "--every", "0.1", *LAYER)
    assert "Ctrl-C" not in done.err
    assert done.code == 0, done.err
    assert [path.name for path in (elsewhere / "inbox-processed").iterdir()] == ["a.pdf"]
    assert sorted(path.name for path in (elsewhere / "inbox-rejected").iterdir()) == ["b.pdf", "b.pdf.error.json"]
    assert "24241.82" in (elsewhere / "out.csv").read_text()
