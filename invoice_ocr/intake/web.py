"""One file from the web, and never from a private network: not by name, nor by redirect, nor by a second look-up.

The addresses that a name stands for are looked up once, all have to be public, and the connection goes to one of
those: what the name stands for a moment later does not matter. Proxies of the environment are not used.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import quote, urljoin, urlsplit

from invoice_ocr import __version__
from invoice_ocr.errors import InputError, NetworkBlocked, NotFound, Timeout, TooBigFile, Unsupported

if TYPE_CHECKING:
    from urllib.parse import SplitResult

    from invoice_ocr.settings import Settings

SCHEMES = ("http", "https")
_CHUNK = 1 << 16
_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def download(address: str, into: BinaryIO, limits: Settings) -> None:
    """Write the file at an http or https address into a stream.

    limits: max_file_mb, timeout (seconds for all of it, redirects too) and allow_private_hosts.
    Raises NetworkBlocked, TooBigFile, Timeout, Unsupported, or NotFound for all that the server or the line refuses.
    """
    until = time.monotonic() + limits.timeout
    for _ in range(_MOST_REDIRECTS + 1):
        target = _fetch(address, into, limits, until)
        if target is None:
            return
        if address.lower().startswith("https:") and not target.lower().startswith("https:"):
            raise NetworkBlocked(f"{address} leads from https to {target}.", fix="Give the address that it leads to.")
        address = target
    raise NotFound(f"{address} comes after more than {_MOST_REDIRECTS} redirects.", fix="Fetch it and give the file.")


def _fetch(address: str, into: BinaryIO, limits: Settings, until: float) -> str | None:
    """Ask one server. The address that it points to, or None when the file was written."""
    parts = _parts(address)
    secure = parts.scheme.lower() == "https"
    host, port = parts.hostname or "", parts.port or (443 if secure else 80)
    places = vetted(host, port, private=limits.allow_private_hosts)
    late = threading.Event()
    connection = _Pinned(host, port, places, secure=secure, seconds=until - time.monotonic())

    def expire() -> None:
        late.set()
        connection.abort()

    timer = threading.Timer(max(0.0, until - time.monotonic()), expire)
    timer.daemon = True
    timer.start()
    try:
        asked = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (f"?{parts.query}" if parts.query else "")
        headers = {"User-Agent": f"invoice-ocr/{__version__}", "Accept-Encoding": "identity", "Connection": "close"}
        connection.request("GET", asked, headers=headers)
        where = _answer(connection.getresponse(), address, into, limits)
        if late.is_set():  # what was broken off reads as if it had ended
            raise TimeoutError
    except InputError:
        raise
    except (OSError, ValueError, http.client.HTTPException) as error:
        if late.is_set() or isinstance(error, TimeoutError):
            raise Timeout(f"{address} was not there in {limits.timeout:g} seconds.") from None
        why = str(error) or type(error).__name__
        raise NotFound(f"{address} cannot be fetched: {why}.", fix="Try again later.") from None
    finally:
        timer.cancel()
        connection.abort()
        connection.close()
    return where


def _parts(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError as error:
        raise NotFound(f"{address} is no address: {error}.") from None
    if parts.scheme.lower() not in SCHEMES or not parts.hostname:
        raise Unsupported(f"{address} is no address of the web.", fix="Fetch it and give the file.")
    if parts.username is not None:
        raise Unsupported("An address with a name and a password in it is not fetched.", fix="Give the file.")
    return parts


def _answer(response: http.client.HTTPResponse, address: str, into: BinaryIO, limits: Settings) -> str | None:
    if response.status in _REDIRECTS and (where := response.headers.get("Location")):
        return urljoin(address, where)
    if response.status != http.client.OK:
        raise NotFound(f"{address} is refused: {response.status} {response.reason}.", fix="Look at it in a browser.")
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Unsupported(f"{address} comes compressed although that was not asked for.", fix="Give the file.")
    most, size = limits.max_file_mb * 1_000_000, 0
    wanted = response.length
    while chunk := response.read1(_CHUNK):
        size += len(chunk)
        if size > most:
            raise TooBigFile(f"{address} has more than {limits.max_file_mb} MB (--max-file-mb).")
        into.write(chunk)
    if wanted is not None and size < wanted:
        raise NotFound(f"{address} broke off after {size} of {wanted} bytes.", fix="Try again later.")
    return None


def vetted(host: str, port: int, *, private: bool = False) -> list[str]:
    """The IP addresses that a name stands for. private: whether they may be others than public ones.

    Raises NetworkBlocked when one of them is not public, NotFound for a name that nobody knows.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotFound(f"{host} is not known: {error}.", fix="Check the address and the network.") from None
    places = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for place in places:
        if not private and not public(place):
            shown = place if host == place else f"{host}, {place},"
            raise NetworkBlocked(f"{shown} is an address of a private network.")
    return places


def public(place: str) -> bool:
    """Whether an IP address is one of the public internet, also where it stands inside another."""
    address = ipaddress.ip_address(place.partition("%")[0])
    inner: ipaddress.IPv4Address | None = None
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return address.is_global and not address.is_multicast


class _Pinned(http.client.HTTPConnection):
    """A connection to one of the addresses that were vetted, under the name that was asked for."""

    def __init__(self, host: str, port: int, places: list[str], *, secure: bool, seconds: float) -> None:
        super().__init__(host, port, timeout=max(0.1, seconds))
        self._places = places
        self._secure = secure
        self._open: socket.socket | None = None

    def connect(self) -> None:
        self._open = self._first()
        if self._secure:
            context = ssl.create_default_context()
            self._open = context.wrap_socket(self._open, server_hostname=self.host)
        self.sock = self._open

    def _first(self) -> socket.socket:
        failed: OSError = OSError("it has no address")
        for place in self._places:
            try:
                return socket.create_connection((place, self.port), self.timeout)
            except OSError as error:
                failed = error
        raise failed

    def abort(self) -> None:
        """Break off what is going on, from any thread."""
        if self._open is not None:
            with contextlib.suppress(OSError):
                self._open.shutdown(socket.SHUT_RDWR)
