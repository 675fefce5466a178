"""An address that only takes forms, opened by itself: every one leads to the page above it."""

from __future__ import annotations

import re

import pytest


def test_every_address_that_only_takes_forms_leads_to_a_page(app, maria, client_as):
    rules = list(app.url_map.iter_rules())
    with_page = {re.sub("<[^>]+>", "<>", r.rule) for r in rules if "GET" in r.methods}
    only = [r for r in rules if "GET" not in r.methods and "POST" in r.methods]
    assert len(only) > 40
    client, adapter = client_as(maria), app.url_map.bind("")
    for rule in only:
        path = re.sub("<[^>]+>", "some", rule.rule)
        if re.sub("<[^>]+>", "<>", rule.rule) in with_page:
            continue  # the page has a rule of its own
        answer = client.get(f"{path}?done=1")
        assert answer.status_code == 303, path
        to = answer.location
        assert path.startswith(to), (path, to)
        adapter.match(to, method="GET")  # raises where there is no page


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/units/u1/people/m1/roles/a1/end", "/units/u1/people/m1"),
        ("/people/imports/i1/run", "/people/imports/i1"),
        ("/desk/acts/review/r1/take-back", "/desk"),
        ("/requirements/entries/piece/e1/agree", "/requirements"),
        ("/working-on", "/"),
    ],
)
def test_it_is_the_page_where_the_form_was(app, maria, client_as, path, page):
    assert client_as(maria).get(path).location == page


def test_a_script_and_other_methods_are_told_that_it_cannot_be_done(app, maria, client_as):
    client = client_as(maria)
    script = {"Accept": "application/json"}
    assert client.get("/working-on", headers=script).status_code == 405
    assert client.delete("/working-on").status_code == 405
