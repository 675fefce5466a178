"""The same thought in other words: a question, on request, about the library alone."""

from __future__ import annotations

import logging
import re
from html import unescape

from models.text_model import ModelError
from tests.webapp.reflecting import draft, row, submitted
from webapp.jobs import reconcile
from webapp.originality import meaning
from webapp.originality.own_sentences import own_sentences
from webapp.resources import resources

# A sentence of "Going to see" with its words in another order: no run of words is common, and
# the tests' model knows words only, so to it this is the same thought.
TURNED = "Under the sink three kitchens, of the five, a bucket had, I saw."
OWN = "Our choir has had a new piano since March and nobody told us who paid for it."
FORM = re.compile(r'name="(version|source|at|from|to)" value="([^"]*)"')
ASK = "Look also for the same thoughts in other words"


def section(client, made: str) -> str:
    html = unescape(client.get(f"/reflections/{made}/submit?meaning=1").text)
    found = re.search(r'<section class="close" id="meaning".*?</section>', html, re.S)
    assert found
    assert ASK not in html
    return found[0]


def test_a_thought_is_asked_about_on_request_and_cited_with_one_click(
    client_as, maria, omar, caplog
):
    client = client_as(maria)
    made = draft(maria, body=f"{OWN}\n\n{TURNED}\n\nThe end.")
    before = row(maria, made)
    kept = (before.version, before.body, before.updated_at)
    quiet = unescape(client.get(f"/reflections/{made}/submit").text)
    assert ASK in quiet
    assert "going-to-see" not in quiet
    with caplog.at_level(logging.DEBUG):
        shown = section(client, made)
    assert "bucket" not in caplog.text
    after = row(maria, made)
    assert (after.version, after.body, after.updated_at) == kept
    assert "Did you think of it?" in shown
    assert TURNED in shown
    assert OWN not in shown
    assert "Three of the five kitchens had a bucket under the sink." in shown
    assert "/read/going-to-see" in shown
    assert not re.search(r"plagia|%|percent|score|抄袭", shown, re.I)
    assert client_as(omar).get(f"/reflections/{made}/submit?meaning=1").status_code == 404
    client = client_as(maria)
    client.post(f"/reflections/{made}/cite", data=dict(FORM.findall(shown)))
    assert f"{TURNED}\n\n> Three of the five kitchens" in row(maria, made).body
    assert "Nothing in the library is that close." in section(client, made)


def test_what_a_colleague_wrote_is_no_question_and_a_model_that_fails_is_no_hindrance(
    client_as, maria, omar, monkeypatch, caplog
):
    said = "The old lift at the harbour mill stops between two floors on a Sunday."
    turned = "Between two floors, on a Sunday, the old lift stops at the harbour mill, always."
    submitted(maria, "The lift", f"I ride it daily. {said}")
    reconcile.sweep()
    client = client_as(omar)
    made = draft(omar, body=f"{OWN} {turned}")
    assert "Nothing in the library is that close." in section(client, made)

    def fails(*_given, **_more):
        raise ModelError("gone")

    monkeypatch.setattr(type(resources().model), "encode", fails)
    with caplog.at_level(logging.DEBUG):
        assert "could not look for them just now" in section(client, made)
    assert "floors" not in caplog.text


def test_what_is_quoted_or_told_already_or_names_its_source_is_not_asked_about():
    cited = "> The clerk knocked at five doors in Mill Street on Tuesday.\n>\n> — [T](reading:a/1)"
    mine = "It took us three evenings to count the leaks."
    copied = "Nobody had asked for the notebook that she took along."
    told = "The clerk knocked at five doors in Mill Street on Tuesday."
    named = "In the text somebody counts the buckets under all sinks."
    body = f"{cited}\n\n{told} {named} {copied} {mine} 文中那位表妹问出水口在哪里。"
    own = own_sentences(body)
    at = body.index(copied)
    asked = meaning.asked_about(own, {(at, at + len(copied))})
    assert [body[a:b] for a, b in asked] == [mine]
    assert meaning.cited_in(f"{cited}\n\nSee [it](reading:b/2.1).") == {"a/1", "b/2.1"}
