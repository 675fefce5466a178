"""Browsing and searching the library."""

from __future__ import annotations

import re

import pytest

from corpus.library import Library
from corpus.texts import Block, Section, Text
from webapp.readings import library_page
from webapp.resources import resources


def titles(page: str) -> list[str]:
    return re.findall(r'<h2><a href="/read/[^"]+"[^>]*>([^<]+)</a>', page)


def test_a_text_in_two_languages_is_listed_once_in_the_one_read_first(maria, li, client_as):
    english = titles(client_as(maria).get("/library").text)
    chinese = titles(client_as(li).get("/library").text)
    assert "A discussion that thinks" in english
    assert "会思考的讨论" not in english
    assert "会思考的讨论" in chinese
    assert "A discussion that thinks" not in chinese
    assert len(english) == len(chinese) == 4


def test_the_other_language_of_a_text_is_one_link_away(maria, client_as):
    page = client_as(maria).get("/library").text
    assert '<a href="/read/hao-taolun-zh"' in page


def test_the_list_tells_each_member_what_they_themselves_read(maria, omar, client_as):
    def stamped(client):
        return client.get("/library").text.count('class="stamp"')

    def mark(client, **more):
        client.post("/readings/deed", data={"reading": "small-goals", "kind": "read", **more})

    one, other = client_as(maria), client_as(omar)
    assert (stamped(one), stamped(other)) == (0, 0)  # the list was drawn, and is kept
    mark(one)
    assert (stamped(one), stamped(other)) == (1, 0)
    one.set_cookie("language", "zh")
    assert stamped(one) == 1
    assert "4篇" in one.get("/library").text
    mark(one, undo="1")
    assert (stamped(one), stamped(other)) == (0, 0)


def test_texts_in_the_language_read_first_come_first(maria, li, client_as):
    assert titles(client_as(maria).get("/library").text)[-1] == "到现场去看一看"
    assert titles(client_as(li).get("/library").text)[:2] == ["会思考的讨论", "到现场去看一看"]


def test_the_count_is_the_number_of_texts_that_are_listed(maria, client_as):
    assert "4 texts" in client_as(maria).get("/library").text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("theme=goals", ["A small goal"]),
        ("theme=goals&theme=discussion", ["A discussion that thinks", "A small goal"]),
        ("role=secretary", ["Going to see", "到现场去看一看"]),
        ("level=intermediate", ["A discussion that thinks"]),
        ("language=zh", ["会思考的讨论", "到现场去看一看"]),
        ("language=zh&theme=discussion", ["会思考的讨论"]),
        ("minutes=over-20", []),
        ("theme=no-such-theme", []),
        ("level=nonsense&language=xx", 4),
    ],
)
def test_filters_narrow_the_list(maria, client_as, query, expected):
    found = titles(client_as(maria).get(f"/library?{query}").text)
    if expected == 4:
        assert len(found) == 4
    else:
        assert found == expected


def test_a_choice_that_leaves_nothing_can_be_taken_back(maria, client_as):
    page = client_as(maria).get("/library?theme=no-such-theme&level=advanced").text
    assert "No text fits all of these" in page
    assert 'href="/library?level=advanced"' in page
    assert 'href="/library?theme=no-such-theme"' in page


def test_a_facet_says_how_many_texts_it_would_leave(maria, client_as):
    page = client_as(maria).get("/library").text
    chinese = re.search(r'href="/library\?language=zh"[^>]*>.*?<span class="num">(\d+)<', page)
    assert chinese
    assert chinese[1] == "2"


def add_texts(app, count: int) -> None:
    library = Library.open(app.config["XINDE"].library_path)
    for number in range(count):
        words = Block("paragraph", f"The words of text number {number}.")
        library.put(
            Text(f"extra-{number}", f"Extra {number:02}", "A", "en", (Section((), (words,)),))
        )
    library.close()


def test_every_text_is_on_exactly_one_page_of_the_list(app, li, client_as):
    add_texts(app, 2 * library_page.ON_A_PAGE)
    client, address, found = client_as(li), "/library", []
    while address:
        page = client.get(address).text
        found += titles(page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        address = following[1].replace("&amp;", "&") if following else None
    assert len(found) == len(set(found)) == 4 + 2 * library_page.ON_A_PAGE


@pytest.mark.parametrize("after", ["x", "%00", "A" * 3000, "W10", "é", ""])
def test_a_place_in_the_list_that_was_never_given_is_a_plain_error(maria, client_as, after):
    assert client_as(maria).get(f"/library?after={after}").status_code == 400


def test_an_organisation_with_no_texts_is_told_how_to_get_some(app, maria, client_as):
    library = Library.open(app.config["XINDE"].library_path)
    for record in library.texts().items:
        library.withdraw(record.slug)
    library.close()
    assert "xinde library build" in client_as(maria).get("/library").text


# Search


def test_a_search_leads_to_the_passage_with_the_words_marked(maria, client_as):
    page = client_as(maria).get("/library?q=bucket").text
    passages = resources().library.passages("going-to-see")
    assert f'href="/read/going-to-see#p-{passages[0].id.partition("/")[2]}"' in page
    assert "<mark>bucket</mark>" in page


def test_two_chinese_characters_are_found(li, client_as):
    page = client_as(li).get("/library?q=漏水").text
    assert "到现场去看一看" in titles(page)
    assert "<mark>漏水</mark>" in page


def test_a_search_keeps_to_the_filters(maria, client_as):
    found = titles(client_as(maria).get("/library?q=the question&theme=discussion").text)
    assert found
    assert set(found) <= {"A discussion that thinks", "会思考的讨论"}


def test_an_empty_search_is_the_library(maria, client_as):
    assert len(titles(client_as(maria).get("/library?q=%20%20").text)) == 4


def test_a_search_without_a_word_says_what_to_try(maria, client_as):
    page = client_as(maria).get("/library?q=?!…&level=introductory").text
    assert "Nothing found" in page
    assert "without filters" in page


def test_a_whole_essay_as_a_query_is_searched_by_its_beginning(maria, client_as):
    answer = client_as(maria).get("/library", query_string={"q": "the bucket leaks " * 1700})
    assert answer.status_code == 200
    assert "searched by its beginning" in answer.text


@pytest.mark.parametrize("q", ['" OR 1', "*", "NEAR(", "<script>x</script>", "\ufffd", "%", "a\nb"])
def test_no_query_breaks_the_search(maria, client_as, q):
    answer = client_as(maria).get("/library", query_string={"q": q})
    assert answer.status_code == 200
    assert "<script>x" not in answer.text


def test_a_search_reads_the_query_once(app, maria, client_as, monkeypatch):
    model, calls = resources().model, []
    encode = type(model).encode

    def counted(self, texts, **options):
        calls.append(list(texts))
        return encode(self, texts, **options)

    monkeypatch.setattr(type(model), "encode", counted)
    client_as(maria).get("/library?q=leaks in Mill Street&theme=field-investigation")
    assert calls == [["leaks in Mill Street"]]


def test_a_withdrawn_text_is_no_longer_found(app, maria, client_as):
    library = Library.open(app.config["XINDE"].library_path)
    library.withdraw("going-to-see")
    library.close()
    client = client_as(maria)
    assert "Going to see" not in titles(client.get("/library").text)
    assert "Going to see" not in titles(client.get("/library?q=bucket").text)


def test_one_must_be_signed_in_to_see_the_library(client_as, app):
    for path in ("/library", "/library?q=x", "/read/going-to-see", "/saved"):
        assert client_as().get(path).status_code == 302
