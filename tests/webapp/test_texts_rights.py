"""A text of which one passage at a time may be shown, and the script of Chinese texts."""

from __future__ import annotations

import re

import pytest

from corpus.texts import Block, Section, Text
from tests.webapp.people import NOW
from webapp.access import Actor
from webapp.community import db
from webapp.resources import library
from webapp.texts import actions, building

SLUG = "going-to-see"


@pytest.fixture
def decide(app, organisation):
    """Decides fields of a text, as an organizer would."""
    numbers = iter(range(100))

    def made(slug: str = SLUG, **fields):
        actions.decide(
            db.session, Actor(organisation=organisation.id), {slug: fields},
            kind="edit", key=f"decision-{next(numbers)}", now=NOW,
        )  # fmt: skip
        building.apply_decisions(app)

    return made


@pytest.fixture
def passages(decide):
    """The passages of a text that is shown one at a time."""
    decide(rights="passages")
    found = library().passages(SLUG)
    assert len(found) > 1
    return found


def tail(passage) -> str:
    return passage.id.partition("/")[2]


def shown(page: str, passages) -> list[int]:
    """Which of the passages have any sentence in the words of the page."""
    prose = re.search(r'<div class="prose".*?</div>', page, re.S)[0]
    return [i for i, p in enumerate(passages) if f'data-passage="{p.id}"' in prose]


def sentences_of_others(page: str, passages, at: int) -> list[str]:
    bare = re.sub(r"<[^>]+>", "", page)
    return [
        words
        for i, p in enumerate(passages)
        if i != at
        for start, end in p.sentences
        if len(words := p.text[start:end].strip()) > 30 and words in bare
    ]


def test_the_first_passage_is_shown_and_why_there_is_no_more(client_as, maria, passages):
    page = client_as(maria).get(f"/read/{SLUG}").text
    assert shown(page, passages) == [0]
    assert "The library may not show this text in full" in page
    assert f"Passage 1 of {len(passages)}" in page
    assert sentences_of_others(page, passages, 0) == []


def test_the_passage_that_is_asked_for_is_shown_alone(client_as, maria, passages):
    client = client_as(maria)
    for at in range(1, len(passages)):
        page = client.get(f"/read/{SLUG}?p={tail(passages[at])}").text
        assert shown(page, passages) == [at]
        assert sentences_of_others(page, passages, at) == []


def test_the_contents_lead_to_the_passage_under_each_heading(client_as, maria, passages):
    client = client_as(maria)
    page = client.get(f"/read/{SLUG}").text
    links = re.findall(rf'class="toc__\d"><a href="(/read/{SLUG}\?p=[^"#]+)"', page)
    assert len(links) == len({p.path for p in passages if p.path})
    assert shown(client.get(links[-1]).text, passages) != [0]


def test_a_passage_that_is_gone_says_so(client_as, maria, passages):
    page = client_as(maria).get(f"/read/{SLUG}?p=zzzz.9").text
    assert shown(page, passages) == [0]
    assert '<p class="notice" data-moved>' in page


def test_words_are_looked_for_within_the_text(client_as, maria, passages):
    client = client_as(maria)
    page = client.get(f"/read/{SLUG}?q=bucket").text
    found = re.findall(rf'href="/read/{SLUG}\?p=([^#"]+)#p-', page)
    assert found
    assert all("bucket" in library().passage(f"{SLUG}/{t}").text.lower() for t in found)
    assert "These words do not stand in this text" in client.get(f"/read/{SLUG}?q=xylophone").text


def test_links_from_everywhere_lead_to_the_right_passage(client_as, maria, passages):
    client = client_as(maria)
    page = client.get("/library?q=bucket").text
    links = re.findall(rf'href="(/read/{SLUG}\?p=[^"#]+)#p-([^"]+)"', page)
    assert links
    for url, anchor in links:
        assert f'id="p-{anchor}"' in client.get(url).text
    whole = re.findall(r'href="(/read/(?!going-to-see)[\w-]+[^"]*)"', page)
    assert all("?p=" not in url for url in whole)


def test_citing_offers_no_more_than_was_asked_for(client_as, maria, passages):
    client = client_as(maria)
    listed = client.get(f"/write/passages?text={SLUG}").json["passages"]
    assert listed == []
    found = client.get(f"/write/passages?text={SLUG}&q=bucket").json["passages"]
    assert found
    full = sum(len(p.text) for p in passages)
    assert sum(len(p["quote"]) for p in found if SLUG in p["block"]) < full / 2


def test_a_text_in_full_is_shown_in_full_again(client_as, maria, passages, decide):
    decide(rights="full")
    client = client_as(maria)
    page = client.get(f"/read/{SLUG}").text
    assert len(shown(page, passages)) == len(passages)
    assert "?p=" not in client.get("/library?q=bucket").text
    # an old address of one passage still opens the text
    assert client.get(f"/read/{SLUG}?p={tail(passages[1])}").status_code == 200


def test_the_place_in_such_a_text_leads_to_the_passage(client_as, maria, passages):
    client = client_as(maria)
    client.post("/readings/place", json={"passage": passages[-1].id})
    page = client.get(f"/read/{SLUG}").text
    assert f'<p class="resume"><a href="/read/{SLUG}?p={tail(passages[-1])}#p-' in page


@pytest.mark.parametrize(("script", "lang"), [("Hant", "zh-Hant"), ("Hans", "zh-Hans")])
def test_a_chinese_text_says_in_which_characters_it_is(client_as, maria, script, lang):
    words = "我們這個隊伍完全是為著解放人民的，是徹底地為人民的利益工作的。" * 8
    text = Text(
        "serve",
        "為人民服務",
        "佚名",
        "zh",
        (Section((), (Block("paragraph", words),)),),
        script=script,
    )
    library().put(text)
    client = client_as(maria)
    page = client.get("/read/serve").text
    assert f'<div class="prose" lang="{lang}">' in page
    assert f'<h1 lang="{lang}">為人民服務</h1>' in page
    assert f'href="/read/serve" lang="{lang}"' in client.get("/library").text
