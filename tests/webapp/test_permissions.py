"""The written permission table, the code and the routes are one and the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp import access
from webapp.access import PERMISSIONS, Actor
from webapp.doors import permission_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "permissions.md"


def written_table() -> dict[str, tuple[str, str]]:
    rows = re.findall(r"^\| `([\w.]+)` \| ([\w ]+) \| (.+?) \|$", DOCUMENT.read_text("utf-8"), re.M)
    return {name: (who, sentence) for name, who, sentence in rows}


def written_routes() -> set[tuple[str, str, str]]:
    rows = re.findall(
        r"^\| `(/[^`]*)` \| ([A-Z, ]+) \| `([\w.]+)` \|$", DOCUMENT.read_text("utf-8"), re.M
    )
    return {(path, methods, permission) for path, methods, permission in rows}


def test_the_written_table_says_what_the_code_does():
    assert written_table() == {p.name: (p.who, p.sentence) for p in PERMISSIONS.values()}


def test_every_route_names_a_permission(app):
    without = [
        r.endpoint for r in app.url_map.iter_rules() if permission_of(app, r.endpoint) is None
    ]
    assert without == []


def test_every_route_has_a_row(app):
    found = {
        (
            rule.rule,
            ", ".join(sorted(rule.methods - {"HEAD", "OPTIONS"})),
            permission_of(app, rule.endpoint),
        )
        for rule in app.url_map.iter_rules()
    }
    assert written_routes() == found


def test_a_route_without_a_permission_is_refused(app, client_as, maria):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app._got_first_request = False
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    assert client_as(maria).get("/forgotten").status_code == 404


@pytest.mark.parametrize("rule_name", sorted(PERMISSIONS))
def test_nobody_who_is_signed_out_passes_a_member_rule(rule_name):
    nobody = Actor(organisation="")
    if PERMISSIONS[rule_name].who == "anyone":
        access.check(nobody, rule_name)
    else:
        with pytest.raises(access.Refused) as refusal:
            access.check(nobody, rule_name)
        assert refusal.value.signed_out


members = st.sampled_from(["maria", "omar", "li", None])
actors = st.builds(
    Actor,
    organisation=st.just("o"),
    member=members,
    units=st.frozensets(st.sampled_from(["harbour", "hill"])),
    administrator=st.booleans(),
)


@given(
    actor=actors,
    status=st.sampled_from(["draft", "submitted", "withdrawn"]),
    audience=st.sampled_from(["unit", "organisation", "anonymous", None]),
    unit=st.sampled_from(["harbour", "hill", None]),
)
def test_drafts_and_withdrawn_pieces_are_read_by_their_author_alone(actor, status, audience, unit):
    may = access.may_read_reflection(
        actor, author="maria", status=status, audience=audience, unit=unit
    )
    if actor.member is None:
        assert not may
    elif actor.member == "maria":
        assert may
    elif status != "submitted":
        assert not may
    elif audience == "unit":
        assert may == (unit in actor.units)


@given(actor=actors)
def test_a_note_is_read_by_its_author_alone_administrators_included(actor):
    assert access.may_read_note(actor, author="maria") == (actor.member == "maria")
