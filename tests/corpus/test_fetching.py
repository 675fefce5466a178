"""What is fetched from the web opens no way into our network, and ends."""

from __future__ import annotations

import gzip
import socket
import socketserver
import ssl
import threading
import time
import zlib
from functools import partial

import pytest
import trustme

from corpus import fetching
from corpus.fetching import FetchRefused, get, is_public

HOME = "127.0.0.1"


class Server(socketserver.ThreadingTCPServer):
    """A real web server whose answers are bytes, or functions that write them."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        super().__init__((HOME, 0), _Handler)
        self.answers: dict[str, object] = {}
        self.asked: list[str] = []
        self.heads: list[bytes] = []
        self.over = threading.Event()
        self.context = context

    @property
    def url(self) -> str:
        return f"http://{HOME}:{self.server_address[1]}"

    def handle_error(self, request, client_address) -> None:
        """Clients that hang up are what these tests are about."""


class _Handler(socketserver.StreamRequestHandler):
    def setup(self) -> None:
        if self.server.context:
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def handle(self) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.rfile.readline()
            if not line:
                return
            head += line
        path = head.split(b" ")[1].decode()
        self.server.asked.append(path)
        self.server.heads.append(head)
        answer = self.server.answers.get(path, b"HTTP/1.1 404 Not Found\r\n\r\n")
        if callable(answer):
            answer(self.wfile, self.server.over)
        else:
            self.wfile.write(answer)


def ok(body: bytes, **headers: str) -> bytes:
    lines = {
        "Content-Length": str(len(body)),
        **{k.replace("_", "-"): v for k, v in headers.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return b"HTTP/1.1 200 OK\r\n" + head.encode() + b"\r\n" + body


def moved(to: str, status: int = 302) -> bytes:
    return f"HTTP/1.1 {status} Moved\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()


def running(server: Server):
    thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.01))
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def server():
    yield from running(Server())


@pytest.fixture(scope="session")
def authority():
    """Whoever vouches for the hosts of these tests."""
    return trustme.CA()


@pytest.fixture
def secure(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    yield from running(Server(context))


@pytest.fixture
def trusting(authority):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


here = partial(get, allowed=lambda address: address == HOME)


# What is ordinary


def test_a_file_comes_with_its_address_and_kind(server):
    server.answers["/a%20b?q=1"] = ok("学习".encode(), Content_Type="text/plain; charset=utf-8")
    fetched = here(f"{server.url}/a b?q=1#part")
    assert fetched.body.decode() == "学习"
    assert fetched.content_type == "text/plain; charset=utf-8"
    assert fetched.url == f"{server.url}/a%20b?q=1"


def test_what_is_sent_says_who_asks_and_nothing_else(server):
    server.answers["/feed"] = ok(b"x")
    here(f"{server.url}/feed", accept="application/atom+xml")
    lines = server.heads[0].decode().splitlines()
    assert sorted(lines[1:-1]) == [
        "Accept-Encoding: identity",
        "Accept: application/atom+xml",
        "Connection: close",
        f"Host: {server.url.removeprefix('http://')}",
        "User-Agent: Xinde",
    ]


def test_an_address_in_chinese_is_encoded(server):
    server.answers["/%E8%AE%BA%E8%AF%AD"] = ok(b"x")
    assert here(f"{server.url}/论语").body == b"x"


def test_proxies_of_the_environment_are_not_asked(server, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.answers["/a"] = ok(b"x")
    assert here(f"{server.url}/a").body == b"x"


def test_a_body_in_chunks_and_one_that_ends_with_the_connection_are_whole(server):
    chunks = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    server.answers |= {"/chunks": chunks, "/open": b"HTTP/1.0 200 OK\r\n\r\nabc"}
    assert here(f"{server.url}/chunks").body == b"abcde"
    assert here(f"{server.url}/open").body == b"abc"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(server, status):
    server.answers |= {"/a": moved("b/c", status), "/b/c": ok(b"found")}
    fetched = here(f"{server.url}/a")
    assert (fetched.body, fetched.url) == (b"found", f"{server.url}/b/c")


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("401 Unauthorized", "is not open to all"),
        ("403 Forbidden", "is not open to all"),
        ("404 Not Found", "There is nothing at"),
        ("429 Too Many Requests", "Try again later"),
        ("503 Service Unavailable", "Try again later"),
        ("206 Partial Content", "answered 206"),
        ("302 Found", "answered 302"),
    ],
)
def test_an_answer_that_is_no_file_is_refused(server, status, why):
    server.answers["/a"] = f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()
    with pytest.raises(FetchRefused, match=why):
        here(f"{server.url}/a")


@pytest.mark.parametrize(
    "answer",
    [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500, b"\0" * 9000],
)
def test_what_is_no_http_is_refused(server, answer):
    server.answers["/a"] = answer
    with pytest.raises(FetchRefused):
        here(f"{server.url}/a")


def test_a_host_that_does_not_answer_is_named(server):
    port = server.server_address[1]
    server.shutdown()
    server.server_close()
    with pytest.raises(FetchRefused, match=f"http://127.0.0.1:{port}/a cannot be reached"):
        here(f"http://127.0.0.1:{port}/a")


# Whom we ask


PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.100.100.200", "100.127.255.255", "192.0.0.8", "192.0.0.192",
    "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255", "168.63.129.16",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "2002:7f00:1::",
    "2002:c0a8:101::1", "2001:0:7f00:1::", "2001:db8::1", "3fff::1", "5f00::1", "100::1", "fc00::1",
    "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "2606:4700::1%eth0", "fec0::1", "ff02::1", "4000::1",
    "localhost", "", "2130706433", "127.1",
]  # fmt: skip
PUBLIC = [
    "1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.32.0.1", "192.0.1.1", "223.5.5.5",
    "2606:4700:4700::1111", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_private(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_on_the_open_internet_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
        "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.0.1.", "127。0。0。1",
        "１２７.０.０.１", "ⓛocalhost",
    ],
)  # fmt: skip
def test_no_way_of_writing_this_machine_is_asked(server, host):
    server.answers["/a"] = ok(b"secret")
    with pytest.raises(FetchRefused, match=r"private network|no host"):
        get(f"http://{host}:{server.server_address[1]}/a")
    assert server.asked == []


def names(monkeypatch, *answers: list[str]) -> list[str]:
    """A name server that gives these addresses, one answer after the other."""
    asked: list[str] = []

    def look_up(host, port, **_):
        asked.append(host)
        found = answers[len(asked) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


def test_a_name_that_leads_to_this_machine_is_not_asked(server, monkeypatch):
    names(monkeypatch, [HOME])
    with pytest.raises(FetchRefused, match=r"private network \(127\.0\.0\.1\)"):
        get(f"http://books.example:{server.server_address[1]}/a")
    assert server.asked == []


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    names(monkeypatch, ["1.1.1.1", "10.0.0.1"])
    with pytest.raises(FetchRefused, match=r"10\.0\.0\.1"):
        get("http://books.example/a")


def test_a_name_is_looked_up_once_so_that_it_cannot_change_its_mind(server, monkeypatch):
    server.answers["/a"] = ok(b"x")
    asked = names(monkeypatch, [HOME])  # a second look-up would fail
    assert here(f"http://books.example:{server.server_address[1]}/a").body == b"x"
    assert asked == ["books.example"]
    assert b"Host: books.example:" in server.heads[0]


def test_the_next_address_is_tried_when_one_does_not_answer(server, monkeypatch):
    server.answers["/a"] = ok(b"x")
    names(monkeypatch, ["127.0.0.9", HOME])
    url = f"http://books.example:{server.server_address[1]}/a"
    assert get(url, allowed=lambda address: address.startswith("127.")).body == b"x"


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.2:{port}/b",
        "//[::1]:{port}/b",
        "http://169.254.169.254/latest",
        "http://10.0.0.1/",
    ],
)
def test_a_redirect_into_a_private_network_is_not_followed(server, to):
    server.answers["/a"] = moved(to.format(port=server.server_address[1]))
    with pytest.raises(FetchRefused, match="private network"):
        get(f"{server.url}/a", allowed=lambda address: address == HOME or is_public(address))
    assert server.asked == ["/a"]


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("file:///etc/passwd", "not a web address"),
        ("ftp://books.example/", "not a web address"),
        ("gopher://127.0.0.1:70/_x", "not a web address"),
        ("http://user:word@books.example/", "a name or a password"),
        ("http://books.example:22/", "names the port 22"),
        ("http://[::1/", "no address|not a web address"),
    ],
)
def test_a_redirect_to_something_else_is_not_followed(server, to, why):
    server.answers["/a"] = moved(to)
    with pytest.raises(FetchRefused, match=why):
        here(f"{server.url}/a")
    assert server.asked == ["/a"]


def test_five_redirects_are_enough(server):
    server.answers |= {f"/{n}": moved(f"/{n + 1}") for n in range(9)}
    server.answers["/5"] = ok(b"five")
    assert here(f"{server.url}/0").body == b"five"
    server.answers["/5"] = moved("/6")
    with pytest.raises(FetchRefused, match="more than 5 other addresses"):
        here(f"{server.url}/0")
    assert server.asked[-1] == "/5"


def test_strangers_send_us_to_usual_ports_only(server):
    server.answers["/a"] = ok(b"x")
    with pytest.raises(FetchRefused, match="Only the usual ports"):
        here(f"{server.url}/a", ports=fetching.PORTS)
    assert server.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "", "books.example/feed", "ftp://books.example", "file:///etc/passwd", "javascript:alert(1)", "http://",
        "http:///a", "http://a b/", "http://books.example:99999/", "http://books.example:0/", "http://[::1",
        "http://%31%32%37.0.0.1/", "http://" + "a" * 70 + ".example/", "http://books.example\r\nX: y/",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(url):
    with pytest.raises(FetchRefused) as refused:
        get(url)
    assert "\n" not in str(refused.value)


def test_a_password_in_an_address_is_refused_and_not_repeated():
    with pytest.raises(FetchRefused, match="a name or a password") as refused:
        get("https://maria:s3cret@books.example/feed")
    assert "s3cret" not in str(refused.value)


# Connections that are encrypted


def at(server: Server, host: str = "localhost") -> str:
    return f"https://{host}:{server.server_address[1]}"


def test_an_encrypted_connection_is_made_under_the_hosts_name(secure, trusting):
    secure.answers["/a"] = ok(b"secret book")
    assert here(f"{at(secure)}/a", context=trusting).body == b"secret book"
    assert f"Host: localhost:{secure.server_address[1]}".encode() in secure.heads[0]


def test_a_certificate_that_nobody_vouches_for_is_refused(secure):
    with pytest.raises(FetchRefused, match="does not prove who it is"):
        here(f"{at(secure)}/a")
    assert secure.asked == []


def test_a_certificate_of_another_host_is_refused(secure, trusting, monkeypatch):
    names(monkeypatch, [HOME])
    with pytest.raises(FetchRefused, match="does not prove who it is"):
        here(f"{at(secure, 'books.example')}/a", context=trusting)


def test_from_an_encrypted_connection_no_redirect_leads_to_an_open_one(secure, server, trusting):
    secure.answers["/a"] = moved(f"{server.url}/b")
    server.answers["/b"] = ok(b"x")
    ports = {secure.server_address[1], server.server_address[1]}
    with pytest.raises(FetchRefused, match="encrypted connection to one that is not"):
        here(f"{at(secure)}/a", context=trusting, ports=ports)
    assert server.asked == []


def test_a_server_that_does_not_encrypt_is_refused():
    def answer(plain):
        connection, _ = plain.accept()
        with connection:
            connection.recv(9)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server((HOME, 0)) as plain:
        thread = threading.Thread(target=answer, args=(plain,))
        thread.start()
        with pytest.raises(FetchRefused, match=r"No encrypted connection|cannot be reached"):
            here(f"https://{HOME}:{plain.getsockname()[1]}/a")
        thread.join()


# What does not end by itself


def drip(wfile, over) -> None:
    while not over.wait(0.02):
        wfile.write(b"x")


def drip_a_body(wfile, over) -> None:
    wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    drip(wfile, over)


def drip_a_header(wfile, over) -> None:
    wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    drip(wfile, over)


def drip_chunks(wfile, over) -> None:
    wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not over.wait(0.02):
        wfile.write(b"1\r\nx\r\n")


def go_on_and_on(wfile, over) -> None:
    while not over.wait(0.02):
        wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")


def say_nothing(wfile, over) -> None:
    over.wait()


@pytest.mark.parametrize(
    "answer", [drip, drip_a_body, drip_a_header, drip_chunks, go_on_and_on, say_nothing]
)
def test_a_server_that_never_comes_to_an_end_is_left(server, answer):
    server.answers["/a"] = answer
    start = time.monotonic()
    with pytest.raises(FetchRefused, match=r"did not answer in full within 0\.3 seconds"):
        here(f"{server.url}/a", seconds=0.3)
    assert time.monotonic() - start < 10


def test_redirects_do_not_win_time(server):
    def slowly(wfile, over):
        over.wait(0.25)
        wfile.write(moved("/a"))

    server.answers["/a"] = slowly
    with pytest.raises(FetchRefused, match="did not answer in full"):
        here(f"{server.url}/a", seconds=0.4)
    assert len(server.asked) <= 2


def test_a_handshake_that_never_comes_is_left():
    with socket.create_server((HOME, 0)) as silent:
        start = time.monotonic()
        with pytest.raises(FetchRefused, match="did not answer in full"):
            here(f"https://{HOME}:{silent.getsockname()[1]}/", seconds=0.3)
        assert time.monotonic() - start < 10


def test_a_name_server_that_says_nothing_is_left(monkeypatch):
    over = threading.Event()

    def never(*_, **__):
        over.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", never)
    with pytest.raises(FetchRefused, match="did not answer in full"):
        here("http://books.example/", seconds=0.2)
    over.set()


def test_a_name_that_nobody_knows_is_said_to_be_so(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(FetchRefused, match=r"There is no host books\.example"):
        get("http://books.example/")


def flood(wfile, over) -> None:
    wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while not over.is_set():
        wfile.write(b"x" * 65536)


BOMB = gzip.compress(b"\0" * 30_000_000)


@pytest.mark.parametrize(
    "answer",
    [
        flood,
        ok(b"", Content_Length="999999999"),
        ok(BOMB, Content_Encoding="gzip"),
        ok(zlib.compress(b"\0" * 30_000_000), Content_Encoding="deflate"),
    ],
)
def test_what_is_too_large_is_not_fetched(server, answer):
    server.answers["/a"] = answer
    with pytest.raises(FetchRefused, match="larger than 1 MB and was not fetched"):
        here(f"{server.url}/a", most_bytes=1_000_000)


def test_a_size_that_just_fits_is_fetched(server):
    server.answers |= {
        "/a": ok(b"x" * 1000),
        "/b": ok(gzip.compress(b"y" * 1000), Content_Encoding="gzip"),
    }
    assert len(here(f"{server.url}/a", most_bytes=1000).body) == 1000
    assert len(here(f"{server.url}/b", most_bytes=1000).body) == 1000
    for path in ("/a", "/b"):
        with pytest.raises(FetchRefused, match="larger than"):
            here(server.url + path, most_bytes=999)


def test_what_a_server_packs_although_it_was_asked_not_to_is_unpacked(server):
    server.answers |= {
        "/gzip": ok(gzip.compress(b"words"), Content_Encoding="gzip"),
        "/deflate": ok(zlib.compress(b"words"), Content_Encoding="Deflate"),
        "/br": ok(b"words", Content_Encoding="br"),
    }
    assert here(f"{server.url}/gzip").body == b"words"
    assert here(f"{server.url}/deflate").body == b"words"
    with pytest.raises(FetchRefused, match="not asked for"):
        here(f"{server.url}/br")


@pytest.mark.parametrize(
    "answer",
    [
        ok(b"half", Content_Length="8"),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nhalf",
        ok(gzip.compress(b"words" * 1000)[:-9], Content_Encoding="gzip", Content_Length="9999"),
        ok(b"no gzip", Content_Encoding="gzip"),
    ],
)
def test_a_body_that_broke_off_is_not_taken_for_a_whole_one(server, answer):
    server.answers["/a"] = answer
    with pytest.raises(FetchRefused, match="broke off"):
        here(f"{server.url}/a")
