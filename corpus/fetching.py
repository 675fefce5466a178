"""How a file comes from an address on the web without opening a way into our network.

An administrator names a catalogue; the catalogue, and whoever answers for it,
names everything after that. So a name is resolved once and we connect to the
very address that was checked: a second answer of the name server changes
nothing. Every redirect is checked anew; size and time end what does not end by
itself. Written on http.client: a client that keeps connections and reads proxy
settings would have to be talked out of what it is good at.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from corpus.texts import CorpusError

MOST_BYTES = 50_000_000
SECONDS = 60.0
MOST_REDIRECTS = 5
CHUNK = 64 * 1024
PORTS = frozenset({80, 443})
USER_AGENT = "Xinde"


class FetchRefused(CorpusError):
    """Nothing was fetched; the message names the address, what happened and the cure."""


@dataclass(frozen=True)
class Fetched:
    """What stood at an address."""

    url: str  # where it was found, after redirects
    body: bytes
    content_type: str  # as the server says it; "" where it does not


# Whom we may connect to


def is_public(address: str) -> bool:
    """Whether an address in numbers lies on the open internet, and in nobody's own network.

    Addresses of the newer kind that stand for an older one are judged by that.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.scope_id is not None:
            return False
        inner = _inner(ip)
        if inner is None:
            return _is_open(ip) and ip in _UNICAST
        ip = inner
    return _is_open(ip)


def _inner(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The older address that a newer one stands for: mapped, 6to4, NAT64."""
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour


def _is_open(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    closed = (
        ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_reserved
        or ip.is_unspecified or not ip.is_global
    )  # fmt: skip
    return not (
        closed or any(ip in network for network in _CLOSED if network.version == ip.version)
    )


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_UNICAST = ipaddress.IPv6Network("2000::/3")  # all that is given out so far
# Beyond what `ipaddress` of every Python we run on counts as private.
_CLOSED = [
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # providers' own networks, and some clouds' own services
        "168.63.129.16/32",  # a cloud's own service under a public number
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "240.0.0.0/4",
        "64:ff9b:1::/48",  # NAT64 of one network
        "2001::/23",  # Teredo, benchmarks, identifiers
        "2001:db8::/32",
        "3fff::/20",
        "fec0::/10",
    )
]


# Getting


def get(
    url: str,
    *,
    most_bytes: int = MOST_BYTES,
    seconds: float = SECONDS,
    accept: str = "*/*",
    ports: Collection[int] | None = None,
    allowed: Callable[[str], bool] = is_public,
    context: ssl.SSLContext | None = None,
) -> Fetched:
    """What stands at an http or https address, or FetchRefused.

    `seconds` is for everything together: names, redirects, the last byte.
    `ports`: None when an administrator wrote the address, for 80, 443 and the
    port in it; else those a stranger may send us to. `allowed` decides on the
    address that is connected to, in numbers.
    """
    until = time.monotonic() + seconds
    where = parts_of(url)
    if ports is None:
        ports = ports_of(url)
    for _ in range(MOST_REDIRECTS + 1):
        try:
            answer = _ask(where, accept, most_bytes, until, ports, allowed, context)
        except TimeoutError:
            raise FetchRefused(
                f"{_shown(where)} did not answer in full within {seconds:g} seconds. "
                "Try again later."
            ) from None
        if isinstance(answer, Fetched):
            return answer
        where = _next(where, answer)
    raise FetchRefused(
        f"{_brief(url)} leads on and on, to more than {MOST_REDIRECTS} other addresses. Check the address."
    )


def ports_of(url: str) -> frozenset[int]:
    """The usual ports, and the one in an address that an administrator wrote."""
    return PORTS | {_port(parts_of(url))}


def parts_of(url: str) -> SplitResult:
    """The parts of a web address, made ready to be asked for; FetchRefused where it is none.

    Writing beyond ASCII is encoded: a path as UTF-8, a host's name as IDNA.
    """
    try:
        where = urlsplit(url.strip())
        host, port = where.hostname, where.port
    except ValueError:
        raise FetchRefused(f"{_brief(url)} is not a web address. Check it.") from None
    if where.scheme not in ("http", "https") or not host:
        raise FetchRefused(
            f"{_brief(url)} is not a web address. "
            "It must begin with https:// or http:// and name a host."
        )
    if "@" in where.netloc:
        raise FetchRefused(
            f"The address {_brief(url)} holds a name or a password. "
            "Xinde brings in what is open to all: leave out everything before the @."
        )
    host = _ascii(host)
    if port == 0 or not _HOST.fullmatch(host):
        raise FetchRefused(f"{_brief(url)} names no host that can exist. Check the address.")
    bracketed = f"[{host}]" if ":" in host else host
    netloc = bracketed if port is None else f"{bracketed}:{port}"
    keep = "%/:@!$&'()*+,;=~-._"
    path, query = quote(where.path or "/", safe=keep), quote(where.query, safe=keep + "?[]{}|^")
    return SplitResult(where.scheme, netloc, path, query, "")


_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")


def _ascii(host: str) -> str:
    """A host's name as name servers know it; as it is where it can be none."""
    try:
        return (host if host.isascii() else host.encode("idna").decode()).rstrip(".")
    except UnicodeError:
        return host


# One question, one answer


def _ask(
    where: SplitResult,
    accept: str,
    most_bytes: int,
    until: float,
    ports: Collection[int],
    allowed: Callable[[str], bool],
    context: ssl.SSLContext | None,
) -> Fetched | str:
    """What an address answers: a body, or the address to ask instead."""
    if _port(where) not in ports:
        raise FetchRefused(
            f"{_shown(where)} names the port {_port(where)}. Only the usual ports, 80 and 443, "
            "are used where the administrator's own address names no other."
        )
    asked = http.client.HTTPConnection(str(where.hostname), _port(where))
    asked.default_port = 443 if where.scheme == "https" else 80
    try:
        with _connected(where, until, allowed, context) as raw:
            asked.sock = _Timed(raw, until)  # type: ignore[assignment]
            asked.request("GET", _target(where), headers=_headers(accept))
            with asked.getresponse() as response:
                return _answer(where, response, most_bytes)
    except (http.client.HTTPException, OSError, zlib.error) as error:
        if isinstance(error, TimeoutError) or time.monotonic() >= until:
            raise TimeoutError from error
        raise FetchRefused(_explain(where, error)) from error
    finally:
        asked.close()


def _answer(
    where: SplitResult, response: http.client.HTTPResponse, most_bytes: int
) -> Fetched | str:
    location = response.headers.get("Location")
    if response.status in (301, 302, 303, 307, 308) and location:
        return location.encode("latin-1", "replace").decode("utf-8", "replace")  # as it was sent
    if response.status != 200:
        raise FetchRefused(_status(where, response.status))
    body = _decoded(where, response, most_bytes)
    return Fetched(where.geturl(), body, response.headers.get("Content-Type", "")[:200].strip())


def _decoded(where: SplitResult, response: http.client.HTTPResponse, most_bytes: int) -> bytes:
    """The body, unpacked where the server packed it although it was asked not to."""
    too_large = FetchRefused(
        f"{_shown(where)} is larger than {most_bytes / 1_000_000:.0f} MB and was not fetched."
    )
    coding = response.headers.get("Content-Encoding", "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise FetchRefused(
            f"{_shown(where)} was sent packed in a way that was not asked for. "
            "Fetch it yourself and bring the file."
        )
    announced = response.length
    if (announced or 0) > most_bytes:
        raise too_large
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if coding not in ("", "identity") else None
    body, received = bytearray(), 0
    while not (unpack and unpack.eof) and (part := response.read(CHUNK)):
        received += len(part)
        body += unpack.decompress(part, most_bytes + 1 - len(body)) if unpack else part
        if max(received, len(body)) > most_bytes:
            raise too_large
    whole = unpack.eof if unpack else received >= (announced or 0)
    if not whole:
        raise http.client.IncompleteRead(b"")
    return bytes(body)


def _next(here: SplitResult, location: str) -> SplitResult:
    """Where a redirect leads."""
    try:
        there = parts_of(urljoin(here.geturl(), location))
    except ValueError:
        raise FetchRefused(f"{_shown(here)} leads to something that is no address.") from None
    if here.scheme == "https" and there.scheme == "http":
        raise FetchRefused(
            f"{_shown(here)} leads from an encrypted connection to one that is not "
            f"({_shown(there)}). It was not followed."
        )
    return there


def _headers(accept: str) -> dict[str, str]:
    return {
        "User-Agent": USER_AGENT,
        "Accept": accept,
        "Accept-Encoding": "identity",
        "Connection": "close",
    }


def _target(where: SplitResult) -> str:
    return where.path + (f"?{where.query}" if where.query else "")


def _port(where: SplitResult) -> int:
    return where.port or (443 if where.scheme == "https" else 80)


# Connecting, each step within the time that is left


def _connected(
    where: SplitResult,
    until: float,
    allowed: Callable[[str], bool],
    context: ssl.SSLContext | None,
) -> socket.socket:
    addresses = _resolved(where, until)
    for _, address in addresses:
        if not allowed(address[0]):
            raise FetchRefused(
                f"{_shown(where)} leads into a private network ({address[0]}), where Xinde fetches "
                "nothing. Only addresses on the open internet can be used."
            )
    raw = _first_open(addresses, until)
    try:
        if where.scheme == "https":
            context = context or ssl.create_default_context()
            raw.settimeout(_left(until))
            raw = context.wrap_socket(raw, server_hostname=where.hostname)
        return raw
    except BaseException:
        raw.close()
        raise


def _resolved(where: SplitResult, until: float) -> list[tuple[int, tuple[Any, ...]]]:
    """(family, address) of a host. Asked in a thread: a name server that does
    not answer cannot be interrupted, only left behind."""
    found: list[Any] = []
    ask = partial(
        socket.getaddrinfo,
        where.hostname,
        _port(where),
        type=socket.SOCK_STREAM,
        proto=socket.IPPROTO_TCP,
    )

    def run() -> None:
        try:
            found.append(ask())
        except (OSError, UnicodeError) as error:
            found.append(error)

    thread = threading.Thread(target=run, daemon=True, name="xinde-resolve")
    thread.start()
    thread.join(_left(until))
    if not found:
        raise TimeoutError
    if isinstance(found[0], Exception) or not found[0]:
        raise FetchRefused(
            f"There is no host {where.hostname}, or its name cannot be looked up now. "
            "Check the address and the network."
        )
    return [(family, address) for family, _, _, _, address in found[0]]


def _first_open(addresses: list[tuple[int, tuple[Any, ...]]], until: float) -> socket.socket:
    """The first address that answers; each gets its share of the time."""
    last: OSError = TimeoutError()
    for at, (family, address) in enumerate(addresses):
        raw = socket.socket(family, socket.SOCK_STREAM)
        try:
            raw.settimeout(_left(until) / (len(addresses) - at))
            raw.connect(address)
            return raw
        except OSError as error:
            raw.close()
            last = error
        except BaseException:
            raw.close()
            raise
    raise last


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Timed:
    """A socket whose every read and write ends when the time is over. A limit
    on each read alone would wait for ever for one byte a second."""

    def __init__(self, raw: socket.socket, until: float) -> None:
        self._raw, self._until = raw, until

    def sendall(self, data: bytes) -> None:
        self._raw.settimeout(_left(self._until))
        self._raw.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reading(self._raw, self._until), CHUNK)

    def close(self) -> None:
        """Called while the answer is still being read: whoever connected closes."""


class _Reading(io.RawIOBase):
    def __init__(self, raw: socket.socket, until: float) -> None:
        self._raw, self._until = raw, until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._raw.settimeout(_left(self._until))
        return self._raw.recv_into(buffer)


# What is said of it


def _shown(where: SplitResult) -> str:
    return _brief(where.geturl())


def _brief(url: str) -> str:
    """An address for a message: on one line, and without what is nobody's business."""
    plain = "".join(c for c in url if c.isprintable())
    plain = re.sub(r"//[^/?#]*@", "//", plain)
    return plain if len(plain) <= 200 else f"{plain[:200]}…"


def _status(where: SplitResult, status: int) -> str:
    if status in (401, 403, 407):
        return (
            f"{_shown(where)} is not open to all (the server answered {status}). "
            "Fetch it yourself and bring the file."
        )
    if status in (404, 410):
        return f"There is nothing at {_shown(where)} ({status}). Check the address."
    if status == 429 or status >= 500:
        return f"{_shown(where)} cannot answer now ({status}). Try again later."
    return f"{_shown(where)} answered {status}, which is no file. Check the address."


def _explain(where: SplitResult, error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"{_shown(where)} does not prove who it is ({error.verify_message}). "
            "Check the address; ask its operator to renew the certificate."
        )
    if isinstance(error, ssl.SSLError):
        return f"No encrypted connection to {_shown(where)} could be made ({error.reason})."
    if isinstance(error, http.client.IncompleteRead | zlib.error):
        return f"{_shown(where)} broke off or was damaged on the way. Try again later."
    if isinstance(error, OSError):
        return f"{_shown(where)} cannot be reached ({error.strerror or error}). Try again later."
    return f"{_shown(where)} gave an answer that is no HTTP ({type(error).__name__})."
