"""Documents from the web and from a cloud's storage; everything here listens on the loopback alone."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from faults.desk import Desk, sheet

from invoice_ocr import settings
from invoice_ocr.batch import results, scheduler
from invoice_ocr.batch.ledger import opened
from invoice_ocr.errors import MissingPart, NetworkBlocked, NotFound
from invoice_ocr.intake import Failed, Source, expand, web
from invoice_ocr.settings import Settings

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"
Answer = Callable[[BaseHTTPRequestHandler], None]


def sends(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in ({"Content_Length": str(len(body))} | headers).items():
            if value:
                request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return answer


def drips(request: BaseHTTPRequestHandler) -> None:
    """A byte every tenth of a second, for ever: no single read takes long."""
    request.send_response(200)
    request.end_headers()
    while True:
        request.wfile.write(b"%")
        request.wfile.flush()
        time.sleep(0.1)


@pytest.fixture
def site() -> Iterator[Callable[..., str]]:
    """Serves paths: a function that takes them with their answers, and where to listen, and gives the address."""
    servers = []

    def serve(host: str = "127.0.0.1", **answers: Answer) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.partition("?")[0].strip("/").replace(".", "_")
                try:
                    answers.get(name, sends(b"", 404))(self)
                except OSError:
                    return

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer((host, 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://{host}:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def from_web(address: str, **changed: Any) -> Source | Failed:
    (one,) = expand([address], settings.make({"allow_private_hosts": True, "timeout": 20.0} | changed))
    return one


def code(one: Source | Failed) -> str:
    return one.failure.code if isinstance(one, Failed) else "read"


def test_a_file_on_the_web_is_a_source_named_by_its_address(site: Callable[..., str]) -> None:
    address = site(a_pdf=sends(PDF)) + "/a.pdf?version=2"
    one = from_web(address + "#page=1")
    assert isinstance(one, Source)
    assert (one.name, one.read(), one.passing) == (address, PDF, True)


def test_redirects_are_followed_within_reason(site: Callable[..., str]) -> None:
    address = site(
        a=sends(b"", 302, Location="b"), b=sends(b"", 308, Location="/c_pdf"), c_pdf=sends(PDF),
        round=sends(b"", 302, Location="/round"),
    )  # fmt: skip
    assert code(from_web(f"{address}/a")) == "read"
    assert code(from_web(f"{address}/round")) == "E_NOT_FOUND"


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/a", "http://localhost/a", "http://[::1]/a", "http://10.1.2.3/a", "http://192.168.0.1/a",
        "http://169.254.169.254/latest/meta-data", "http://[::ffff:127.0.0.1]/a", "http://[64:ff9b::7f00:1]/a",
        "http://0.0.0.0/a", "http://[fe80::1]/a", "http://[fd00::1]/a", "http://100.64.0.1/a", "http://224.0.0.1/a",
        "http://2130706433/a", "http://0x7f.1/a", "http://[2002:7f00:1::]/a",
    ],
)  # fmt: skip
def test_private_addresses_are_refused_however_they_are_spelled(address: str) -> None:
    one = from_web(address, allow_private_hosts=False)
    assert code(one) == "E_NETWORK_BLOCKED"
    assert isinstance(one, Failed)
    assert "--allow-private-hosts" in one.failure.fix


def test_a_name_is_refused_when_one_of_its_addresses_is_private(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, 1, 6, "", (place, port)) for place in ("8.8.8.8", "10.0.0.7")]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(NetworkBlocked, match=r"10\.0\.0\.7"):
        web.vetted("rebound.example", 80)
    assert web.vetted("rebound.example", 80, private=True) == ["8.8.8.8", "10.0.0.7"]


def test_a_redirect_into_a_private_network_is_refused(
    site: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = site(secret=sends(PDF))
    outside = site(host="127.0.0.2", a=sends(b"", 302, Location=f"{inside}/secret"))
    monkeypatch.setattr(web, "public", lambda place: place == "127.0.0.2")
    assert code(from_web(f"{outside}/a", allow_private_hosts=False)) == "E_NETWORK_BLOCKED"


def test_the_name_is_looked_up_once(site: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    # A name that is public when it is checked and private when it is used must not get that far.
    address = site(a=sends(PDF))
    look_up, asked = socket.getaddrinfo, []

    def counted(host: Any, *rest: Any, **named: Any) -> Any:
        asked.append(host)
        return look_up("127.0.0.1", *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", counted)
    assert code(from_web(address.replace("127.0.0.1", "name.example") + "/a")) == "read"
    assert asked.count("name.example") == 1


@pytest.mark.parametrize("told", [True, False])
def test_a_file_that_is_too_big_is_given_up(site: Callable[..., str], told: bool) -> None:
    length = {} if told else {"Content_Length": ""}
    one = from_web(site(a=sends(b"x" * 1_000_001, **length)) + "/a", max_file_mb=1)
    assert code(one) == "E_TOO_BIG_FILE"


def test_a_server_that_drips_is_given_up_in_time(site: Callable[..., str]) -> None:
    since = time.monotonic()
    assert code(from_web(site(a=drips) + "/a", timeout=1.0)) == "E_TIMEOUT"
    assert time.monotonic() - since < 15


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (sends(b"", 503), "E_NOT_FOUND"),
        (sends(b"", 200), "E_EMPTY"),
        (sends(PDF, Content_Encoding="gzip"), "E_UNSUPPORTED"),
        (sends(PDF, Content_Length="4000"), "E_NOT_FOUND"),
        (sends(b"", 302, Location="file:///etc/passwd"), "E_UNSUPPORTED"),
        (sends(b"", 302, Location="http://[bad/"), "E_NOT_FOUND"),
    ],
)
def test_what_a_server_does_wrong_costs_one_input(site: Callable[..., str], answer: Answer, wanted: str) -> None:
    assert code(from_web(site(a=answer) + "/a")) == wanted


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("http://user:secret@127.0.0.1/a", "E_UNSUPPORTED"),
        ("http:///a", "E_UNSUPPORTED"),
        ("http://127.0.0.1:0/a", "E_NOT_FOUND"),
        ("http://127.0.0.1:99999/a", "E_NOT_FOUND"),
        ("http://nowhere.invalid/a", "E_NOT_FOUND"),
        ("gopher://example.com/a", "E_UNSUPPORTED"),
    ],
)
def test_addresses_that_cannot_be_fetched_cost_one_input(address: str, wanted: str) -> None:
    one = from_web(address)
    assert code(one) == wanted
    assert isinstance(one, Failed)
    assert "secret" not in one.failure.message


def test_https_leads_to_https(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(web, "_fetch", lambda *_: "http://example.com/a")
    with (tmp_path / "a").open("wb") as stream, pytest.raises(NetworkBlocked, match="https"):
        web.download("https://example.com/a", stream, Settings())


def test_a_batch_takes_addresses_and_leaves_no_copy_in_its_ledger(site: Callable[..., str], tmp_path: Path) -> None:
    address = site(a=sends(sheet("A-1").encode()), b=sends(b"", 404))
    chosen = settings.make({"allow_private_hosts": True, "jobs": 1, "lang": "en"})
    with opened(tmp_path / "books", write=True) as book:
        scheduler.run([f"{address}/a", f"{address}/b"], book, chosen, open_intake=Desk)
        made = list(results.records(book))
        assert book.connection.execute("SELECT path FROM place").fetchall() == [(None,), (None,)]
    assert [one.file for one in made] == [f"{address}/a", f"{address}/b"]
    assert made[0].invoice is not None
    assert made[0].invoice.fields["invoice_number"].value == "A-1"
    assert made[1].failure is not None


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A bucket `books` in a storage of our own that speaks S3."""
    import boto3
    import s3fs
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    store = boto3.client("s3")
    store.create_bucket(Bucket="books")
    yield store
    server.stop()


def put(bucket: Any, **files: bytes) -> None:
    for name, content in files.items():
        bucket.put_object(Bucket="books", Key=name.replace("__", "/").replace("_", "."), Body=content)


def names(*addresses: str, **changed: Any) -> list[str]:
    return [
        one.failure.code if isinstance(one, Failed) else one.name for one in expand(addresses, settings.make(changed))
    ]


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_files_folders_and_patterns_in_a_bucket(bucket: Any) -> None:
    put(bucket, in__b_pdf=PDF, in__a_pdf=PDF + b"a", in__deep__scan=PDF + b"s", in__notes_txt=b"a letter", x_pdf=PDF)
    assert names("s3://books/in/a.pdf") == ["s3://books/in/a.pdf"]
    assert names("s3://books/in/") == ["s3://books/in/a.pdf", "s3://books/in/b.pdf", "s3://books/in/deep/scan"]
    assert names("s3://books") == [*names("s3://books/in"), "s3://books/x.pdf"]
    assert names("s3://books/in/*.pdf") == ["s3://books/in/a.pdf", "s3://books/in/b.pdf"]
    (one,) = expand(["s3://books/in/a.pdf"])
    assert isinstance(one, Source)
    assert one.read() == PDF + b"a"


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_what_is_not_there_or_too_big_costs_one_input(bucket: Any) -> None:
    put(bucket, big_pdf=PDF + b"x" * 1_000_000, empty_pdf=b"")
    assert names("s3://books/gone.pdf", "s3://nobody/a.pdf", "s3://books/none/*.pdf") == ["E_NOT_FOUND"] * 3
    assert names("s3://books/big.pdf", "s3://books/empty.pdf", max_file_mb=1) == ["E_TOO_BIG_FILE", "E_EMPTY"]


def test_a_cloud_without_its_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "upath", None)
    with pytest.raises(MissingPart, match="gcsfs") as caught:
        names("gs://books/a.pdf")
    assert "cloud" in caught.value.fix


def test_a_copy_that_has_gone_is_not_found(site: Callable[..., str]) -> None:
    one = from_web(site(a=sends(PDF)) + "/a")
    assert isinstance(one, Source)
    assert one.path is not None
    assert one.path.is_relative_to(os.environ.get("TMPDIR", "/tmp"))  # noqa: S108  where temporary files are
    one.path.unlink()
    with pytest.raises(NotFound):
        one.read()
