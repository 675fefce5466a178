"""The organizer's desk in a real browser: keys, undo, and a second organizer."""

from __future__ import annotations

import re

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.test_answers import in_app
from tests.webapp.people import NOW
from webapp.community import change, db
from webapp.ids import new_id
from webapp.members import store as members
from webapp.reflections import actions
from webapp.units.tables import Appointment


def prepared(live) -> str:
    """Three pieces of Maria, and Omar who organizes her unit; the first piece's id."""

    def work() -> str:
        maria = members.member_by_email(db.session, live.emails["maria"])
        omar = members.member_by_email(db.session, live.emails["omar"])
        actor = members.actor_of(db.session, maria)
        made = []
        for title in ("The leak", "The stairs", "The gate"):
            made.append(actions.start(db.session, actor, title=title, body=f"{title}: what we saw there.", now=NOW))  # fmt: skip
            actions.submit(db.session, actor, made[-1], audience="organisation", unit_id=None, key=new_id(), now=NOW)  # fmt: skip
        with change(db.session) as session:
            session.add(
                Appointment(
                    organisation_id=maria.organisation_id, id=new_id(), member_id=omar.id,
                    unit_id=next(iter(actor.units)), role_id="organizer", since=NOW,
                )
            )  # fmt: skip
        return made[0]

    return in_app(live, work)


def accepted_by_ada(live, piece: str) -> None:
    from tests.webapp.test_desk import acted

    def work() -> str:
        acted(members.member_by_email(db.session, live.emails["ada"]), piece, "accept", "Thank you.")  # fmt: skip
        return ""

    in_app(live, work)


def test_a_desk_is_worked_through_with_keys_alone(live, open_page):
    prepared(live)
    page = open_page("omar")
    page.goto("/desk")
    keys = page.keyboard
    rows = page.locator(".waits")
    expect(rows).to_have_count(3)
    shown = [row.locator("h3").inner_text() for row in rows.all()]

    keys.press("?")
    expect(page.locator("#keys")).to_have_attribute("open", "")
    keys.press("?")
    keys.press("j")
    keys.press("j")
    expect(rows.nth(1).locator("h3 a")).to_be_focused()
    keys.press("k")
    keys.press("o")
    expect(rows.nth(0).locator(".prose")).to_contain_text("what we saw there")
    assert [v["id"] for v in Axe().run(page)["violations"]] == []

    # ask back, and send with Ctrl+Enter: the next piece has the focus
    keys.press("q")
    expect(rows.nth(0).get_by_label("Your words to the author")).to_be_focused()
    keys.type("Who else saw it? jkyoq?")
    keys.press("Control+Enter")
    said = page.locator(".said")
    expect(said).to_contain_text(f"“{shown[0]}” is asked back")
    expect(page.locator(".waits:visible")).to_have_count(2)
    expect(page.get_by_role("link", name=shown[1], exact=True)).to_be_focused()

    # accept with one key, and undo it
    keys.press("y")
    expect(said).to_contain_text(f"“{shown[1]}” is accepted")
    keys.press("u")
    expect(page.locator(".waits:visible")).to_have_count(2)
    expect(page.get_by_role("link", name=shown[1], exact=True)).to_be_focused()
    keys.press("y")
    expect(page.locator(".waits:visible")).to_have_count(1)

    # another organizer was faster: told so, with the words still there
    keys.press("a")
    words = page.locator(".waits:visible").get_by_label("Your words to the author")
    words.fill("It stayed with me.")
    piece = page.locator(".waits:visible").get_attribute("data-piece")
    accepted_by_ada(live, str(piece))
    keys.press("Control+Enter")
    expect(page.locator("[data-problem]:visible")).to_contain_text(
        "Ada Admin accepted it meanwhile"
    )
    expect(words).to_have_value("It stayed with me.")
    keys.press("Control+Enter")
    expect(page.locator(".waits:visible")).to_have_count(0)

    page.reload()
    expect(page.get_by_text("Nothing waits for an answer")).to_be_visible()
    expect(page.get_by_role("heading", name="Asked back, not submitted again yet")).to_be_visible()
    assert [v["id"] for v in Axe().run(page)["violations"]] == []

    # the author sees what became of it, and what to do
    hers = open_page("maria", size="phone", dark=True)
    hers.goto("/news")
    hers.get_by_role("link", name=re.compile(shown[0])).first.click()
    expect(hers.get_by_text("You were asked something.")).to_be_visible()
    assert [v["id"] for v in Axe().run(hers)["violations"]] == []
