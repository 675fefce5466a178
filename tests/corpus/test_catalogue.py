"""What a catalogue on the web offers to all, and how a book of it comes to us."""

from __future__ import annotations

import json
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from corpus import catalogue, fetching, opds
from corpus.catalogue import collect, download, file_name
from corpus.child import Reader
from corpus.fetching import Fetched, FetchRefused
from corpus.opds import CatalogueRefused, Entry, parse

BASE = "https://books.example/opds/all"
ATOM = "application/atom+xml;profile=opds-catalog"
JSON = "application/opds+json"
OPEN = "http://opds-spec.org/acquisition/open-access"


def feed(*parts: str, title: str = "Open books") -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/terms/" '
        'xmlns:opds="http://opds-spec.org/2010/catalog">'
        f"<title>{title}</title>{''.join(parts)}</feed>"
    ).encode()


def book(*links: str, title: str = "Walden", id_: str = "urn:1", more: str = "") -> str:
    return f"<entry><title>{title}</title><id>{id_}</id>{more}{''.join(links)}</entry>"


def link(href: str, rel: str = OPEN, kind: str = "application/epub+zip", inside: str = "") -> str:
    return f'<link rel="{rel}" href="{href}" type="{kind}">{inside}</link>'


def section(title: str, href: str) -> str:
    return book(link(href, "subsection", ATOM), title=title, id_=href)


def of_atom(*parts: str):
    return parse(feed(*parts), ATOM, BASE)


def of_json(root: object):
    return parse(json.dumps(root).encode(), JSON, BASE)


# OPDS 1.2


def test_an_entry_says_what_the_feed_says():
    more = """
      <author><name>Henry David Thoreau</name></author><author><name>An  Editor</name></author>
      <updated>2024-05-01T10:00:00Z</updated><dc:language>en-US</dc:language>
      <rights>CC0 1.0</rights>
      <summary type="html">Two years &lt;b&gt;by a pond&lt;/b&gt; &amp;amp; after.</summary>
      <!-- a remark --><category term="x"/>"""
    found = of_atom(book(link("walden.epub"), more=more))
    assert found.title == "Open books"
    assert found.entries == (
        Entry(
            title="Walden",
            author="Henry David Thoreau, An Editor",
            language="en-US",
            updated="2024-05-01T10:00:00Z",
            id="urn:1",
            summary="Two years by a pond & after.",
            licence="CC0 1.0",
            acquisitions=(("https://books.example/opds/walden.epub", "application/epub+zip"),),
        ),
    )


def test_the_best_format_that_is_read_stands_first():
    links = [
        link("a.mobi", kind="application/x-mobipocket-ebook"),
        link("a.txt", kind="text/plain; charset=utf-8"),
        link("a.pdf", kind="application/pdf"),
        link("a.html", kind="text/html"),
        link("a.epub"),
        link("b.epub", kind="application/octet-stream"),
    ]
    [entry] = of_atom(book(*links)).entries
    assert [address.rpartition("/")[2] for address, _ in entry.acquisitions] == [
        "a.epub", "b.epub", "a.html", "a.pdf", "a.txt",
    ]  # fmt: skip


PRICE = '<opds:price currencycode="EUR">3.00</opds:price>'
THROUGH = '<opds:indirectAcquisition type="application/epub+zip"/>'


@pytest.mark.parametrize(
    ("links", "why"),
    [
        ([link("a", f"{opds._ACQUISITION}/buy")], "It is for sale, not open to all."),
        ([link("a", f"{opds._ACQUISITION}/borrow")], "It is lent, not open to all."),
        (
            [link("a", f"{opds._ACQUISITION}/subscribe")],
            "It is for subscribers, not open to all.",
        ),
        ([link("a", f"{opds._ACQUISITION}/sample")], "Only a sample of it is open to all."),
        ([link("a", opds._ACQUISITION, inside=PRICE)], "It is not open to all."),
        ([link("a", OPEN, inside=THROUGH)], "It is not open to all."),
        (
            [link("a", kind="application/x-mobipocket-ebook")],
            "It comes only in formats that Xinde does not read (application/x-mobipocket-ebook).",
        ),
        ([link("a", "alternate", "text/html")], "The catalogue gives no address to fetch it from."),
        ([link("javascript:alert(1)")], "The catalogue gives no address to fetch it from."),
        ([link("file:///etc/passwd")], "The catalogue gives no address to fetch it from."),
        ([link("data:text/plain,x")], "The catalogue gives no address to fetch it from."),
        ([link("http://[::1")], "The catalogue gives no address to fetch it from."),
        ([], "The catalogue gives no address to fetch it from."),
    ],
)
def test_a_book_that_is_not_open_says_why(links, why):
    [entry] = of_atom(book(*links)).entries
    assert (entry.acquisitions, entry.why_not) == ((), why)


def test_a_book_to_fetch_at_once_without_a_price_is_open():
    [entry] = of_atom(book(link("a.epub", "http://opds-spec.org/acquisition"))).entries
    assert entry.acquisitions
    assert not entry.why_not


def test_sections_and_the_next_page_are_told_from_books():
    found = of_atom(
        '<link rel="self" href="all" type="application/atom+xml"/>',
        '<link rel="next" href="?page=2" type="application/atom+xml"/>',
        '<link rel="search" href="search.xml"/>',
        section("By author", "/authors"),
        book(link("a.epub"), link("related", "related", ATOM)),
    )
    assert found.next == "https://books.example/opds/all?page=2"
    assert found.sections == (("By author", "https://books.example/authors"),)
    assert [entry.title for entry in found.entries] == ["Walden"]


def test_an_entry_without_its_full_record_leads_to_it():
    short = link("/walden.xml", "alternate", "application/atom+xml;type=entry;profile=opds-catalog")
    assert of_atom(book(short)).sections == (("Walden", "https://books.example/walden.xml"),)
    full = feed(book(link("walden.epub"))).partition(b"</title>")[2].removesuffix(b"</feed>")
    full = full.replace(b"<entry>", b'<entry xmlns="http://www.w3.org/2005/Atom">')
    assert [entry.title for entry in parse(full, ATOM, BASE).entries] == ["Walden"]


def test_addresses_are_resolved_also_where_the_feed_sets_another_base():
    body = feed(book(link("a.epub"))).replace(
        b"<entry>", b'<entry xml:base="https://other.example/x/">'
    )
    [entry] = parse(body, ATOM, BASE).entries
    assert entry.acquisitions[0][0] == "https://other.example/x/a.epub"


def test_names_are_words_on_one_line():
    title = "A\u202e title\n with &#x9; much " + "x" * 5000
    [entry] = of_atom(book(link("a.epub"), title=title)).entries
    assert entry.title.startswith("A title with much xxx")
    assert len(entry.title) == 300


@pytest.mark.parametrize(
    ("body", "kind", "why"),
    [
        (b"<!DOCTYPE html><html><p>Hello", "text/html", "is a web page, not a catalogue"),
        (b"  <HTML>", "", "is a web page, not a catalogue"),
        (b"", "", "is no catalogue that can be read"),
        (b"\0\1\2", "", "is no catalogue that can be read"),
        (b"<feed>", ATOM, "is no catalogue that can be read"),
        (feed(book())[:-20], ATOM, "is no catalogue that can be read"),
        (b"<rss version='2.0'/>", "application/rss+xml", "it begins with <rss>"),
        (b"<feed/>", ATOM, "no OPDS catalogue"),
        (b"{", JSON, "is no catalogue that can be read"),
        (b"[" * 100_000, JSON, "is no catalogue that can be read"),
        (b'{"a":' * 100_000, "", "is no catalogue that can be read"),
        (b"9" * 10_000, JSON, "is no catalogue that can be read"),
        (b'{"detail": "Not found"}', JSON, "is no catalogue that can be read"),
        (b"x" * (opds.MOST_PAGE + 1), ATOM, "is larger than a page of a catalogue may be"),
    ],
)
def test_what_is_no_catalogue_is_refused(body, kind, why):
    with pytest.raises(CatalogueRefused, match=BASE) as refused:
        parse(body, kind, BASE)
    assert why in str(refused.value)


def test_entities_are_neither_read_from_files_nor_multiplied(tmp_path):
    (tmp_path / "secret").write_text("s3cret")
    outside = f'<!DOCTYPE feed [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]>'
    laughs = "<!DOCTYPE feed [" + '<!ENTITY l0 "ha">'
    laughs += "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)) + "]>"
    for kind, use in ((outside, "&x;"), (laughs, "&l9;")):
        for where in (book(title=use), book(link(f"a?{use}"))):
            body = feed(where).replace(b"?>", b"?>" + kind.encode(), 1)
            start = time.monotonic()
            with pytest.raises(CatalogueRefused) as refused:
                parse(body, ATOM, BASE)
            assert "s3cret" not in str(refused.value)
            assert time.monotonic() - start < 5


def test_a_page_without_end_is_read_to_a_limit(monkeypatch):
    monkeypatch.setattr(opds, "MOST_ON_A_PAGE", 10)
    assert len(of_atom(*(book(id_=str(n)) for n in range(50))).entries) == 10


# OPDS 2.0


def publication(**more: object) -> dict:
    links = [{"rel": OPEN, "href": "a.epub", "type": "application/epub+zip"}]
    return {"metadata": {"title": "论语", "identifier": "urn:2"}, "links": links} | more


def test_a_publication_says_what_the_feed_says():
    said = {
        "title": {"zh": "论语", "en": "Analects"},
        "author": [{"name": "孔子"}, "A Disciple", {"name": {"en": "Zeng Shen"}}],
        "language": ["zh", "en"],
        "modified": "2025-01-01",
        "identifier": "urn:2",
        "description": "<p>Words &amp; deeds",
        "rights": "Public domain",
    }
    root = {"metadata": {"title": "Classics"}, "publications": [publication(metadata=said)]}
    found = of_json(root)
    assert found.title == "Classics"
    assert found.entries == (
        Entry(
            title="论语",
            author="孔子, A Disciple, Zeng Shen",
            language="zh",
            updated="2025-01-01",
            id="urn:2",
            summary="Words & deeds",
            licence="Public domain",
            acquisitions=(("https://books.example/opds/a.epub", "application/epub+zip"),),
        ),
    )


def test_navigation_groups_and_the_next_page_are_found():
    found = of_json(
        {
            "metadata": {"title": "Classics"},
            "links": [{"rel": ["next", "x"], "href": "?page=2"}, {"rel": "self", "href": "all"}],
            "navigation": [
                {"title": "New", "href": "/new", "type": JSON},
                {"title": "Bare", "href": "/bare"},
                {"title": "About us", "href": "/about", "type": "text/html"},
                {"title": "Search", "href": "/search{?q}", "templated": True},
            ],
            "groups": [
                {
                    "metadata": {"title": "Poems"},
                    "links": [{"rel": "self", "href": "/poems", "type": JSON}],
                    "publications": [publication()],
                }
            ],
        }
    )
    assert found.next == "https://books.example/opds/all?page=2"
    assert found.sections == (
        ("New", "https://books.example/new"),
        ("Bare", "https://books.example/bare"),
        ("Poems", "https://books.example/poems"),
    )
    assert [entry.title for entry in found.entries] == ["论语"]


@pytest.mark.parametrize(
    "properties",
    [
        {"price": {"value": 3, "currency": "EUR"}},
        {"indirectAcquisition": [{"type": "application/epub+zip"}]},
        {"availability": {"state": "unavailable"}},
    ],
)
def test_a_publication_behind_something_is_not_open(properties):
    links = publication()["links"]
    closed = publication(links=[links[0] | {"properties": properties}])
    [entry] = of_json({"publications": [closed]}).entries
    assert entry.why_not == "It is not open to all."


def test_the_record_of_one_publication_is_a_catalogue_of_one():
    assert [entry.title for entry in of_json(publication()).entries] == ["论语"]


WRONG = [None, 7, "x", [], {}, [[]], [None], {"a": 1}, True]


@pytest.mark.parametrize("wrong", WRONG)
def test_values_of_the_wrong_kind_break_nothing(wrong):
    said = dict.fromkeys(
        ("title", "author", "language", "modified", "identifier", "description", "rights"), wrong
    )
    of_json({"publications": [publication(metadata=said)]})
    of_json(
        {
            "publications": wrong,
            "navigation": wrong,
            "groups": wrong,
            "metadata": wrong,
            "links": wrong,
        }
    )
    of_json(
        {
            "groups": [
                {"publications": wrong, "navigation": wrong, "links": wrong, "metadata": wrong}
            ]
        }
    )
    of_json({"publications": [{"metadata": said, "links": wrong}, {"links": [dict.fromkeys(
        ("href", "rel", "type", "title", "properties", "templated"), wrong)]}]})  # fmt: skip


def test_half_characters_in_json_do_no_harm():
    body = rb'{"publications": [{"metadata": {"title": "a\ud800b", "identifier": "\udfff"}, "links": []}]}'
    [entry] = parse(body, JSON, BASE).entries
    assert entry.title == "a b"


# From page to page


class Web:
    """Pages by address: the one outside edge of `collect` and `download`."""

    def __init__(self, pages: dict[str, bytes | str]) -> None:
        self.pages = pages
        self.asked: list[str] = []
        self.ports: set[frozenset[int]] = set()

    def get(self, url: str, *, most_bytes, seconds, accept, ports) -> Fetched:
        assert seconds > 0
        self.asked.append(url)
        self.ports.add(frozenset(ports))
        page = self.pages.get(url)
        if page is None:
            raise FetchRefused(f"There is nothing at {url}")
        if isinstance(page, str):
            return self.get(
                page, most_bytes=most_bytes, seconds=seconds, accept=accept, ports=ports
            )
        if len(page) > most_bytes:
            raise FetchRefused(f"{url} is larger than that")
        return Fetched(url, page, "")


def on(path: str) -> str:
    return f"https://books.example/{path}"


def following(path: str) -> str:
    return f'<link rel="next" href="/{path}"/>'


def one(n: int) -> str:
    return book(link(f"/{n}.epub"), title=f"Book {n}", id_=f"urn:{n}")


def titles(found) -> list[str]:
    return [entry.title for entry in found.entries]


def test_pages_and_sections_are_followed_and_each_book_is_named_once():
    web = Web(
        {
            on("all"): feed(following("all2"), section("Poems", "/poems"), one(1)),
            on("all2"): feed(one(2), one(1)),
            on("poems"): feed(section("Old poems", "/old"), one(2), one(3)),
            on("old"): feed(section("Older", "/older"), one(4)),
        }
    )
    found = collect(on("all"), web.get)
    assert found.title == "Open books"
    assert titles(found) == ["Book 1", "Book 2", "Book 3", "Book 4"]
    assert web.asked == [on("all"), on("all2"), on("poems"), on("old")]
    assert found.sections == [("Older", on("older"))]
    assert found.refused == []


def test_without_depth_sections_are_named_and_not_followed():
    web = Web({on("all"): feed(following("2"), section("Poems", "/poems")), on("2"): feed(one(1))})
    found = collect(on("all"), web.get, depth=0)
    assert titles(found) == ["Book 1"]
    assert found.sections == [("Poems", on("poems"))]
    assert on("poems") not in web.asked


def test_a_catalogue_that_leads_back_to_itself_is_read_once():
    web = Web(
        {
            on("a"): feed(
                following("a#again"), section("B", "/b"), section("Alias", "/alias"), one(1)
            ),
            on("b"): feed(following("a"), section("A", "/a"), section("B", "/b"), one(2)),
            on("alias"): on("a"),
        }
    )
    found = collect(on("a"), web.get, depth=9)
    assert titles(found) == ["Book 1", "Book 2"]
    assert web.asked == [on("a"), on("b"), on("alias"), on("a")]


def test_what_fails_later_is_named_and_the_rest_goes_on():
    web = Web(
        {
            on("all"): feed(
                section("Gone", "/gone"), section("Broken", "/broken"), section("Good", "/good")
            ),
            on("broken"): b"<html>",
            on("good"): feed(
                one(1), book(link("x", f"{opds._ACQUISITION}/buy"), title="Dear", id_="urn:d")
            ),
        }
    )
    found = collect(on("all"), web.get)
    assert titles(found) == ["Book 1"]
    assert [what for what, _ in found.refused] == ["Gone", "Broken", "Dear"]
    assert found.refused[0][1] == "There is nothing at https://books.example/gone"


def test_what_fails_first_is_raised():
    with pytest.raises(FetchRefused, match="There is nothing"):
        collect(on("gone"), Web({}).get)
    with pytest.raises(CatalogueRefused, match="web page"):
        collect(on("page"), Web({on("page"): b"<html>"}).get)


def test_no_more_books_are_taken_than_asked_for_and_that_is_said():
    web = Web({on("all"): feed(following("2"), *(one(n) for n in range(5))), on("2"): feed(one(7))})
    found = collect(on("all"), web.get, most=3)
    assert titles(found) == ["Book 0", "Book 1", "Book 2"]
    assert found.refused == [
        (
            "Open books",
            "Only the first 3 books were taken. "
            "Give the address of a section of the catalogue to take others.",
        )
    ]
    assert web.asked == [on("all")]
    assert collect(on("2"), web.get, most=1).refused == []


def test_a_catalogue_without_end_is_left_after_some_pages():
    class Endless(Web):
        def get(self, url, **limits):
            self.pages[url] = feed(following(str(len(self.asked) + 1)))
            return super().get(url, **limits)

    web = Endless({})
    found = collect(on("0"), web.get, pages=7)
    assert len(web.asked) == 7
    assert "more than 7 pages" in found.refused[0][1]


def test_a_catalogue_that_takes_too_long_is_left():
    now = [0.0]
    web = Web({on(str(n)): feed(following(str(n + 1)), one(n)) for n in range(9)})

    def slow(url, **limits):
        now[0] += 4
        return web.get(url, **limits)

    found = collect(on("0"), slow, seconds=10, clock=lambda: now[0])
    assert titles(found) == ["Book 0", "Book 1", "Book 2"]
    assert "took too long" in found.refused[0][1]


def test_only_the_administrators_own_port_is_unusual():
    web = Web({"https://books.example:8443/all": feed(one(1))})
    found = collect("https://books.example:8443/all", web.get)
    assert found.ports == {80, 443, 8443}
    assert web.ports == {found.ports}


def test_pages_may_be_read_elsewhere():
    read = []

    def in_a_child(body: bytes, kind: str, base: str):
        read.append(base)
        return parse(body, kind, base)

    collect(on("all"), Web({on("all"): feed(one(1))}).get, parse=in_a_child)
    assert read == [on("all")]


# A book


EPUB = b"PK\3\4 pages"
WALDEN = Entry(
    "Walden",
    "H. D. Thoreau",
    id="urn:1",
    updated="1",
    acquisitions=((on("w"), "application/epub+zip"),),
)


def test_a_book_comes_under_its_title_and_author(tmp_path):
    path = download(WALDEN, tmp_path / "books", Web({on("w"): EPUB}).get)
    assert path == tmp_path / "books/Walden--H. D. Thoreau.epub"
    assert path.read_bytes() == EPUB


def test_a_book_that_did_not_change_is_not_fetched_again(tmp_path):
    web = Web({on("w"): EPUB})
    first = download(WALDEN, tmp_path, web.get)
    moved = Entry(**(vars(WALDEN) | {"acquisitions": ((on("elsewhere"), "application/epub+zip"),)}))
    assert download(WALDEN, tmp_path, web.get) == download(moved, tmp_path, web.get) == first
    assert web.asked == [on("w")]


def test_a_book_that_changed_or_was_removed_is_fetched_again_under_its_name(tmp_path):
    web = Web({on("w"): EPUB})
    first = download(WALDEN, tmp_path, web.get)
    newer = Entry(**(vars(WALDEN) | {"updated": "2", "title": "Walden, corrected"}))
    web.pages[on("w")] = EPUB + b" corrected"
    assert download(newer, tmp_path, web.get) == first
    assert first.read_bytes() == EPUB + b" corrected"
    first.unlink()
    assert download(newer, tmp_path, web.get).is_file()
    assert len(web.asked) == 3


def test_two_books_of_one_name_lie_beside_each_other(tmp_path):
    other = Entry(
        **(
            vars(WALDEN)
            | {
                "id": "urn:2",
                "title": "WALDEN",
                "acquisitions": ((on("o"), "application/epub+zip"),),
            }
        )
    )
    (tmp_path / "Walden (2)--H. D. Thoreau.epub").write_bytes(b"somebody's own")
    web = Web({on("w"): EPUB, on("o"): EPUB + b" other"})
    assert download(WALDEN, tmp_path, web.get).name == "Walden--H. D. Thoreau.epub"
    assert download(other, tmp_path, web.get).name == "WALDEN (2)--H. D. Thoreau.epub"
    assert download(WALDEN, tmp_path, web.get).read_bytes() == EPUB


def test_a_file_of_somebody_else_is_not_replaced(tmp_path):
    (tmp_path / "Walden--H. D. Thoreau.epub").write_bytes(b"my own notes")
    path = download(WALDEN, tmp_path, Web({on("w"): EPUB}).get)
    assert path.name == "Walden (2)--H. D. Thoreau.epub"


@pytest.mark.parametrize(
    "record",
    [
        None,
        b"",
        b"[]",
        b'{"books": {"urn:1": 7}}',
        b"\xff",
        b'{"books": {"urn:1": {"file": "../x", "updated": "1"}}}',
    ],
)
def test_without_its_record_a_book_is_fetched_and_found_to_be_there(tmp_path, record):
    web = Web({on("w"): EPUB})
    first = download(WALDEN, tmp_path, web.get)
    if record is None:
        (tmp_path / catalogue.RECORD).unlink()
    else:
        (tmp_path / catalogue.RECORD).write_bytes(record)
    assert download(WALDEN, tmp_path, web.get) == first
    assert sorted(p.name for p in tmp_path.iterdir()) == [catalogue.RECORD, first.name]
    assert len(web.asked) == 2


def test_the_next_format_is_tried_when_the_best_cannot_be_had(tmp_path):
    two = ((on("gone.epub"), "application/epub+zip"), (on("a.txt"), "text/plain"))
    entry = Entry("Letters", acquisitions=two)
    path = download(entry, tmp_path, Web({on("a.txt"): "信".encode()}).get)
    assert path.name == "Letters.txt"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/epub+zip", b"<!DOCTYPE html><p>Please sign in"),
        ("application/epub+zip", b""),
        ("application/pdf", b"<html>"),
        ("text/plain", b"\n<!doctype HTML>"),
        ("text/html", b"  \n"),
    ],
)
def test_a_page_that_asks_for_a_password_is_not_taken_for_a_book(tmp_path, kind, body):
    entry = Entry("Walden", acquisitions=((on("w"), kind),))
    with pytest.raises(CatalogueRefused, match=r"Walden was not fetched: .* is no [A-Z]+ file"):
        download(entry, tmp_path, Web({on("w"): body}).get)
    assert list(tmp_path.iterdir()) == []


def test_a_book_that_is_not_open_is_not_fetched(tmp_path):
    with pytest.raises(CatalogueRefused, match=r"Walden was not fetched\. It is for sale"):
        download(Entry("Walden", why_not="It is for sale, not open to all."), tmp_path, Web({}).get)


def test_a_book_that_cannot_be_had_leaves_the_old_one(tmp_path):
    web = Web({on("w"): EPUB})
    path = download(WALDEN, tmp_path, web.get)
    web.pages = {}
    with pytest.raises(FetchRefused):
        download(Entry(**(vars(WALDEN) | {"updated": "2"})), tmp_path, web.get)
    assert path.read_bytes() == EPUB


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "books").write_text("a file")
    with pytest.raises(CatalogueRefused, match=r"books/Walden--.* cannot be written"):
        download(WALDEN, tmp_path / "books", Web({on("w"): EPUB}).get)


@pytest.mark.parametrize(
    ("title", "author", "name"),
    [
        ("Walden", "", "Walden.epub"),
        ("论语", "孔子", "论语--孔子.epub"),
        ("../../etc/passwd", "..", "etc_passwd.epub"),
        ("A -- B", "C--D", "A - B--C-D.epub"),
        ("What? A: B", "x/y", "What_ A_ B--x_y.epub"),
        ("", "\u202e", "Untitled.epub"),
        (".hidden", "", "hidden.epub"),
        ("CON", "", "_CON.epub"),
    ],
)
def test_names_of_files_are_clean(title, author, name):
    assert file_name(Entry(title, author), ".epub") == name


def test_a_long_name_keeps_title_author_and_suffix():
    name = file_name(Entry("长" * 300, "Zhang " * 50), ".epub", 12)
    assert len(name.encode()) <= 200
    assert name.startswith("长" * 30)
    assert " (12)--Zhang Zhang" in name
    assert name.endswith(".epub")


def test_the_library_reads_title_and_author_back_from_the_name():
    from corpus.formats.naming import from_name

    for title, author in (("On the Origin of Species", "Charles Darwin"), ("论语", "孔子")):
        read = from_name(Path(file_name(Entry(title, author), ".epub")).stem)
        assert (read.title, read.author) == (title, author)


# All of it, over a real connection


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "site"
    folder.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.01))
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_books_come_from_a_real_server_and_only_once(site, tmp_path):
    folder, address = site
    (folder / "walden.epub").write_bytes(EPUB)
    (folder / "feed.xml").write_bytes(feed(section("More", "more.json"), book(link("walden.epub"))))
    more = publication(links=[{"rel": OPEN, "href": "论语.txt", "type": "text/plain"}])
    (folder / "more.json").write_text(json.dumps({"publications": [more]}), "utf-8")
    (folder / "论语.txt").write_text("学而时习之", "utf-8")
    get = partial(fetching.get, allowed=lambda ip: ip == "127.0.0.1")
    found = collect(f"{address}/feed.xml", get)
    paths = [download(entry, tmp_path / "in", get, ports=found.ports) for entry in found.entries]
    assert [path.name for path in paths] == ["Walden.epub", "论语.txt"]
    assert paths[1].read_text("utf-8") == "学而时习之"
    for path in folder.iterdir():
        path.unlink()
    assert [download(e, tmp_path / "in", get, ports=found.ports) for e in found.entries] == paths


def test_a_catalogue_on_this_machine_is_refused_as_any_private_address(site):
    _, address = site
    with pytest.raises(FetchRefused, match="private network"):
        collect(f"{address}/feed.xml")


def test_a_page_is_read_in_the_child_that_reads_files():
    body = (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><title>Open shelf</title><entry>'
        b"<title>On wells</title><id>urn:1</id><link type='text/plain' href='/w.txt'"
        b" rel='http://opds-spec.org/acquisition/open-access'/></entry></feed>"
    )
    given = (body, "application/atom+xml", "https://shelf.example.org/opds")
    with Reader() as reader:
        assert reader.catalogue(*given) == parse(*given)
        with pytest.raises(CatalogueRefused, match="web page, not a catalogue"):
            reader.catalogue(b"<!doctype html><p>Hello", "text/html", "https://x.example.org/")
        with pytest.raises(CatalogueRefused):
            reader.catalogue(b"", "application/atom+xml", "https://x.example.org/")
        assert reader.catalogue(*given).entries[0].title == "On wells"


@pytest.mark.parametrize(
    "answer",
    [None, [], {}, {"title": 1, "entries": [], "next": None, "sections": []},
     {"title": "x", "entries": [{"title": "y"}], "next": None, "sections": []},
     {"title": "x", "entries": [], "next": None, "sections": [["a"]]}],
)  # fmt: skip
def test_an_answer_that_makes_no_sense_is_not_believed(answer):
    with pytest.raises(opds.Nonsense):
        opds.unpacked(answer)
