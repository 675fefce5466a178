"""The sample organisation: it loads as it is, and only where nobody lives yet."""

from __future__ import annotations

import re
from collections import Counter

import pytest
import sqlalchemy as sa

from webapp import demo, setup
from webapp.community import db
from webapp.members import store
from webapp.reflections import citations
from webapp.reflections.tables import Citation, Reflection
from webapp.settings import Settings
from webapp.texts import building
from webapp.units.tables import Unit


@pytest.fixture(scope="module")
def built_demo(tmp_path_factory, hashing):
    """A data folder with the starter library and the sample in it, and what was said."""
    settings = Settings(data=tmp_path_factory.mktemp("demo"), model="hashing")
    setup.folder(settings)
    app = setup.app_with_community(settings, model=hashing)
    said: list[str] = []
    with app.app_context():
        building.library(app)
        assert demo.load(app, say=said.append)
        yield app, "\n".join(said)
        db.session.rollback()
        db.engine.dispose()
    app.extensions["xinde_resources"].close()


pytestmark = pytest.mark.slow


def test_the_sample_is_as_it_was_meant(built_demo):
    organisation = store.organisation(db.session)
    assert "港湾读书会" in organisation.name
    tops = db.session.scalars(sa.select(Unit.name).where(Unit.parent_id.is_(None)))
    assert list(tops) == [organisation.name]
    assert len(store.members(db.session, organisation.id)) == 10
    audiences = Counter(db.session.scalars(sa.select(Reflection.audience)))
    assert audiences == {"organisation": 11, "anonymous": 2, "unit": 3}
    languages = Counter(db.session.scalars(sa.select(Reflection.language)))
    assert languages == {"en": 8, "zh": 8}


def test_its_reflections_are_long_enough_to_be_worth_reading():
    for piece in demo.source()["reflections"]:
        own = "\n".join(line for line in piece["body"].splitlines() if not line.startswith(">"))
        han = len(re.findall(r"[\u4e00-\u9fff]", own))
        assert (400 <= han <= 900) if han else (250 <= len(own.split()) <= 600), piece["key"]


def test_every_quotation_stands_in_the_passage_it_leads_to(built_demo):
    app, _said = built_demo
    library = app.extensions["xinde_resources"].library
    cited = list(db.session.scalars(sa.select(Citation)))
    assert len(cited) == 11
    for citation in cited:
        passage = library.passage(citation.passage_id)
        assert citations.stands_in(citation.quote, passage.text)


def test_its_password_is_drawn_said_once_and_opens_an_account(built_demo):
    app, said = built_demo
    password = re.search(r"with the password (\S+)", said)[1]
    client = app.test_client()
    page = client.get("/login").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    answer = client.post(
        "/login", data={"email": "maria@example.org", "password": password, "csrf_token": token}
    )
    assert answer.status_code == 302
    assert password not in demo.SAMPLE.read_text("utf-8")


def test_loading_it_again_changes_nothing(built_demo):
    app, _said = built_demo
    before = db.session.scalar(sa.select(sa.func.max(Reflection.published_version)))
    again: list[str] = []
    assert not demo.load(app, say=again.append)
    assert len(again) == 1  # no password: the one that was said once stays
    assert "xinde members reset-link maria@example.org" in again[0]
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.max(Reflection.published_version))) == before


def test_it_is_not_poured_over_real_people(app, maria):
    with pytest.raises(setup.SetupError, match=r"members already.*XINDE_DATA"):
        demo.load(app, say=setup.quietly)
