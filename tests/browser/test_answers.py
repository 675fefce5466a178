"""Answering a paragraph, replying and deciding, in a real browser."""

from __future__ import annotations

import re

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.webapp.people import NOW
from webapp.community import db
from webapp.ids import new_id
from webapp.members import store as members
from webapp.reflections import actions

BODY = (
    "I knocked at three doors before I wrote the report.\n\n"
    "Nobody had asked the families about the leak, and the table said that all was dry.\n\n"
    "Next week I go again."
)


def in_app(live, work):
    """In a thread with the app: Playwright keeps an event loop in this one."""
    import threading

    made: list[str] = []

    def run() -> None:
        with live.app.app_context():
            made.append(work())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return made[0]


def submitted(live, audience: str = "organisation") -> str:
    def work() -> str:
        maria = members.actor_of(
            db.session, members.member_by_email(db.session, live.emails["maria"])
        )
        made = actions.start(db.session, maria, title="Knocking first", body=BODY, now=NOW)
        actions.submit(
            db.session, maria, made, audience=audience, unit_id=None, key=new_id(), now=NOW
        )
        return made

    return in_app(live, work)


def accessible(page) -> None:
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert [(v["id"], [n["html"][:160] for n in v["nodes"]]) for v in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_paragraph_is_answered_where_it_stands_and_its_author_replies(open_page, live):
    """The reader on a phone in English, the author, who gives no name, in Chinese."""
    piece = submitted(live, "anonymous")
    reader = open_page("omar", size="phone", dark=True)
    reader.goto(f"/reflections/{piece}")
    accessible(reader)
    second = reader.locator("#par-2")
    second.locator("[data-paragraph]").focus()
    reader.keyboard.press("Enter")
    field = second.locator("textarea")  # the form has come to the paragraph
    expect(field).to_be_focused()
    expect(second.locator("[data-about] q")).to_contain_text("Nobody had asked the families")
    field.fill("Which families?")
    accessible(reader)
    reader.reload()  # what is not sent is not lost
    expect(reader.locator("#answer textarea")).to_have_value("Which families?")
    reader.locator("#par-2 [data-paragraph]").click()
    reader.locator("#answer input[value=question]").check()
    reader.locator("#answer button").click()
    reader.wait_for_url(re.compile("#a-"))
    expect(reader.locator(".answer__words")).to_have_text("Which families?")
    expect(reader.locator(".answer__about a")).to_have_attribute("href", "#par-2")
    expect(reader.locator("#answer textarea")).to_have_value("")

    author = open_page("maria", language="zh")
    author.goto("/write/mine")
    expect(author.locator(".news__dot")).to_be_visible()
    author.locator("a.news").click()
    expect(author.locator(".told .is-new")).to_have_count(1)
    accessible(author)
    author.locator(".told a").click()
    author.locator(".reply summary").click()
    author.locator(".reply textarea").fill("Those on the third floor.")
    author.locator(".reply button").click()
    expect(author.locator(".answer__replies .answer__words")).to_have_text(
        "Those on the third floor."
    )
    expect(author.locator(".news__dot")).to_have_count(0)
    author.goto(f"/reflections/{piece}/readers")
    accessible(author)
    author.locator(".readers__list a", has_text="Omar").click()
    expect(author.locator("aside.as-other")).to_contain_text("Omar Haddad")
    expect(author.locator(".answer__replies .is-author")).to_have_count(1)
    accessible(author)


def test_a_reader_reports_an_organizer_hides_and_the_list_is_narrowed_down(open_page, live):
    piece = submitted(live)
    reader = open_page("omar", size="phone")
    reader.goto(f"/reflections/{piece}")
    reader.locator("a", has_text="Report").first.click()
    accessible(reader)
    reader.get_by_role("textbox").fill("It names the family.")
    reader.locator("main form button").click()
    organizer = open_page("ada", dark=True)
    organizer.goto("/moderation")
    expect(organizer.locator(".reported__why")).to_contain_text("It names the family.")
    accessible(organizer)
    organizer.locator("button[value=hide]").click()
    expect(organizer.get_by_role("alert")).to_be_visible()  # a reason is asked for
    organizer.locator("textarea").fill("Please leave the name out.")
    organizer.locator("button[value=hide]").click()
    expect(organizer.get_by_text("Nothing waits for you.")).to_be_visible()
    reader.goto("/reflections")
    expect(reader.locator(".list a")).to_have_count(0)
    author = open_page("maria", size="phone")
    author.goto(f"/reflections/{piece}")
    expect(author.locator(".mine-tools")).to_contain_text("Please leave the name out.")
    accessible(author)
    organizer.locator("summary", has_text="Decide anew").click()
    organizer.locator("button[value=show]").click()
    reader.locator(".narrow-down summary").click()
    reader.locator("#f-genre").select_option("reflection")
    reader.locator("#f-when").select_option("year")
    reader.locator(".narrow-down button").click()
    expect(reader.locator(".chosen li")).to_have_count(3)
    accessible(reader)
    reader.locator(".chosen a").first.click()
    expect(reader.locator(".chosen li")).to_have_count(1)
