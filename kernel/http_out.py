"""The one client for calls to other machines by HTTP. To be used in jobs: no request and no transaction waits for one.

An address that a person can type is called only over HTTPS, and only when all that its name resolves to is public. The
connection goes to the address that was looked at, so that a name that resolves to another one a moment later gains
nothing. No redirect is followed, and a call has limits of time and size whatever the other side does.
"""

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException
from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util import SKIP_HEADER

SECONDS = 10.0
BYTES_MAX = 1024 * 1024
CHUNK = 64 * 1024
URL_MAX = 2000
GLOBAL_UNICAST = IPv6Network("2000::/3")
TUNNELS = (IPv6Network("2002::/16"), IPv6Network("2001::/32"))
"""6to4 and Teredo: addresses with another address in them."""
NAT64 = IPv6Network("64:ff9b::/96")
"""What networks that have IPv6 alone make of an IPv4 address."""

_look_up = socket.getaddrinfo

Address = tuple[socket.AddressFamily, Any]


class CallFailed(Exception):
    """The base of all that may go wrong. Its text names no address: that may hold a secret."""


class AddressRefused(CallFailed):
    """The address is not one that may be called."""


class Unreachable(CallFailed):
    """The name is not known, nothing answers there, or it does not prove who it is."""


class TooSlow(CallFailed):
    """The answer was not complete in time."""


class TooLarge(CallFailed):
    """The answer is larger than was asked for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever the status: a redirect is an answer too."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_ok(self) -> bool:
        return 200 <= self.status < 300


def call(
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    is_from_settings: bool = False,
    seconds: float = SECONDS,
    bytes_max: int = BYTES_MAX,
) -> Answer:
    """Call `url`, in `seconds` in all, and read `bytes_max` of the answer's body at the most.

    `is_from_settings`: who operates the product has set this address; it may be one of the own network, and plain HTTP.
    Raises `AddressRefused`, `Unreachable`, `TooSlow` or `TooLarge`.
    """
    deadline = time.monotonic() + seconds
    parts = _checked(url, schemes=("https", "http") if is_from_settings else ("https",))
    host, port = parts.hostname or "", parts.port or {"https": 443, "http": 80}[parts.scheme]
    addresses = _resolved(host, port, deadline)
    if not is_from_settings and not all(is_public(address[0]) for _family, address in addresses):
        raise AddressRefused("The address is not public.")
    connection = _connection(parts.scheme, host, port, addresses, deadline)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    # Nothing is unpacked: a small answer could become a large one.
    sent = {"Accept-Encoding": SKIP_HEADER, "User-Agent": "Driver-Offers", **(headers or {})}
    with _ended_at(deadline, connection):
        connection.request(method, target, body=body, headers=sent, preload_content=False, decode_content=False)
        response = connection.getresponse()
        return Answer(response.status, dict(response.headers), _read(response, bytes_max))


def is_public(address: str) -> bool:
    """Whether an address is one of the internet: not private, local, reserved or multicast, in IPv6 spelling either."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv4Address):
        return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)
    if ip.ipv4_mapped is not None:
        return is_public(str(ip.ipv4_mapped))
    if ip in NAT64:
        return is_public(str(IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip in GLOBAL_UNICAST and ip.is_global and not any(ip in tunnel for tunnel in TUNNELS)


def _checked(url: str, *, schemes: tuple[str, ...]) -> SplitResult:
    """The parts of a URL that may be called. What readers of URLs understand differently is refused."""
    is_plain = url.isascii() and url.isprintable() and len(url) <= URL_MAX and not set(url) & set(" \\")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused("This is no address.") from error
    if not is_plain or parts.scheme not in schemes or not parts.hostname or "@" in parts.netloc or port == 0:
        raise AddressRefused("This address cannot be called.")
    return parts


def _resolved(host: str, port: int, deadline: float) -> list[Address]:
    """All addresses of a name. The system's resolver has no limit of time, so it is asked in a thread of its own."""
    found: list[Any] = []

    def ask() -> None:
        try:
            found.append(_look_up(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.append(error)

    asking = threading.Thread(target=ask, name="resolving", daemon=True)
    asking.start()
    asking.join(max(0.0, deadline - time.monotonic()))
    if not found:
        raise TooSlow("The name was not resolved in time.")
    if isinstance(found[0], Exception) or not found[0]:
        raise Unreachable("The name is not known.")
    return [(family, address) for family, _type, _protocol, _name, address in found[0]]


def _opened(address: Address, seconds: float) -> socket.socket:
    family, place = address
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.settimeout(seconds)
        opened.connect(place)
    except BaseException:
        opened.close()
        raise
    return opened


@cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()


def _connection(
    scheme: str, host: str, port: int, addresses: list[Address], deadline: float
) -> HTTPConnection | HTTPSConnection:
    """A connection that goes to one of `addresses`, whatever the name resolves to by now."""

    def connected() -> socket.socket:
        fault: OSError | None = None
        for address in addresses:
            try:
                return _opened(address, max(0.1, deadline - time.monotonic()))
            except OSError as error:
                fault = error
            if time.monotonic() > deadline:
                break
        raise fault or OSError("There is no address.")

    connection: HTTPConnection | HTTPSConnection
    if scheme == "https":
        connection = HTTPSConnection(host, port, ssl_context=_context())
    else:
        connection = HTTPConnection(host, port)
    connection._new_conn = connected  # type: ignore[method-assign]
    return connection


@contextmanager
def _ended_at(deadline: float, connection: HTTPConnection | HTTPSConnection) -> Iterator[None]:
    """Cut the connection off at the deadline, and tell faults apart.

    A limit for each reading would not do: one byte at a time, an answer could go on for ever.
    """
    ours: list[socket.socket] = []
    is_late = threading.Event()
    new_connection = connection._new_conn

    def noted() -> socket.socket:
        opened = new_connection()
        ours.append(opened.dup())  # TLS takes the socket over.
        if is_late.is_set():
            opened.close()
            raise TimeoutError
        return opened

    def cut() -> None:
        is_late.set()
        for each in ours:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # It has ended by itself.

    connection._new_conn = noted  # type: ignore[method-assign]
    timer = threading.Timer(max(0.0, deadline - time.monotonic()), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, HTTPError, HTTPException, ValueError) as error:
        if is_late.is_set() or isinstance(error, TimeoutError):
            raise TooSlow("The answer was not complete in time.") from error
        raise Unreachable(f"The call has failed: {type(error).__name__}.") from error
    finally:
        timer.cancel()
        connection.close()
        for each in ours:
            each.close()


def _read(response: Any, bytes_max: int) -> bytes:
    body = bytearray()
    for chunk in response.stream(min(CHUNK, bytes_max + 1), decode_content=False):
        body += chunk
        if len(body) > bytes_max:
            raise TooLarge("The answer is too large.")
    return bytes(body)
