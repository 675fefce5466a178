"""Fetching from a catalogue: off until it is named, and nothing but what is open to all."""

from __future__ import annotations

import pytest

from corpus.fetching import Fetched, FetchRefused
from webapp.setup import SetupError
from webapp.texts import catalogues

FEED = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Open shelf</title>
<entry><title>On wells</title><id>urn:1</id><updated>2026-01-01</updated>
<link rel="http://opds-spec.org/acquisition/open-access" type="text/plain" href="/wells.txt"/></entry>
<entry><title>For sale</title><id>urn:2</id>
<link rel="http://opds-spec.org/acquisition/buy" type="text/plain" href="/sale.txt"/></entry>
<entry><title>Lost</title><id>urn:3</id>
<link rel="http://opds-spec.org/acquisition/open-access" type="text/plain" href="/lost.txt"/></entry>
</feed>"""
BOOK = "On wells\n\nThe well stood dry for a summer.\n"
ADDRESS = "https://shelf.example.org/opds"


class Web:
    """A web of three addresses that remembers what was asked."""

    def __init__(self):
        self.asked = []

    def get(self, url, **_):
        self.asked.append(url)
        if url == ADDRESS:
            return Fetched(url, FEED.encode(), "application/atom+xml")
        if url.endswith("/wells.txt"):
            return Fetched(url, BOOK.encode(), "text/plain")
        raise FetchRefused(f"{url} is not there.")


def test_nothing_is_fetched_until_a_catalogue_is_named():
    with pytest.raises(SetupError, match="no catalogue is named"):
        catalogues.chosen((), ADDRESS)
    with pytest.raises(SetupError, match="not among the catalogues"):
        catalogues.chosen(("https://other.example.org/",), ADDRESS)
    assert catalogues.chosen((ADDRESS,), None) == [ADDRESS]


def test_open_books_come_and_the_others_are_named_with_the_reason(tmp_path):
    web = Web()
    told = catalogues.fetch(ADDRESS, tmp_path, most=10, get=web.get)
    assert [f.read_text("utf-8") for f in told.files] == [BOOK]
    assert told.files[0].is_relative_to(tmp_path / "catalogues" / "shelf.example.org")
    assert {title for title, _ in told.refused} == {"For sale", "Lost"}
    assert all(why for _, why in told.refused)


def test_what_was_fetched_is_not_fetched_again(tmp_path):
    web = Web()
    catalogues.fetch(ADDRESS, tmp_path, most=10, get=web.get)
    web.asked.clear()
    catalogues.fetch(ADDRESS, tmp_path, most=10, get=web.get)
    assert not any(url.endswith("wells.txt") for url in web.asked)
