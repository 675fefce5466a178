"""One member looks back, in a real browser: a year ago, then the month."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect

SAID = "I learned that nobody reports a leak before the water comes through."
THIS_MONTH = "I knocked at three doors before I wrote the report. {}"


def complaints(page) -> list[str]:
    found = Axe().run(page)["violations"]
    return [f"{rule['id']}: {[node['html'][:90] for node in rule['nodes']]}" for rule in found]


def write_note(page, title: str, body: str) -> None:
    page.goto("/notes/new")
    page.locator("#title").fill(title)
    page.locator("#body").fill(body)
    expect(page.locator("#state")).to_contain_text("Saved", timeout=15_000)


def make_older(live, title: str, days: int) -> None:
    """As if the note had been written so many days before."""
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    then = (now - dt.timedelta(days=days)).isoformat(sep=" ")
    database = live.app.config["XINDE"].data / "community.db"
    with closing(sqlite3.connect(database)) as connection, connection:
        changed = connection.execute(
            "update notes set created_at = ?, updated_at = ? where title = ?", (then, then, title)
        )
        assert changed.rowcount == 1


def test_a_member_looks_back_at_a_year_ago_and_at_a_month(live, open_page):
    page = open_page("maria", size="phone", dark=True)
    write_note(page, "The bucket", f"Hello everyone, I am glad that you came. {SAID}")
    write_note(page, "Three doors", THIS_MONTH.format("Nobody had asked the oldest tenant yet."))
    make_older(live, "The bucket", 365)

    page.goto("/")
    ago = page.locator(".ago")
    expect(ago).to_contain_text(SAID)
    expect(ago.get_by_role("link")).to_have_text("The bucket")
    assert complaints(page) == []
    ago.locator("summary").press("Enter")
    expect(ago.get_by_role("button", name="Never this piece again")).to_be_visible()
    assert complaints(page) == []
    page.keyboard.press("Escape")
    ago.get_by_role("button", name="Write about it again").click()
    expect(page.locator("#body")).to_have_value(f"> {SAID}\n>\n> — {day(365)}\n\n")

    page.goto("/")
    ago.get_by_role("button", name="Not today").click()
    expect(page.locator(".flash")).to_contain_text("Nothing from earlier today.")
    expect(ago).to_have_count(0)

    page.locator(".menu > summary").click()
    page.get_by_role("link", name="My month").click()
    said = page.locator(".said-then blockquote p")
    expect(said.first).to_have_text("I knocked at three doors before I wrote the report.")
    assert complaints(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.emulate_media(media="print")
    expect(page.locator(".begin")).to_be_hidden()
    expect(said.first).to_be_visible()
    page.emulate_media(media="screen")
    page.get_by_role("button", name="Begin a monthly summary").click()
    page.wait_for_url("**/edit*")
    assert page.locator("#body").input_value().startswith("> I knocked at three doors")
    page.go_back()
    page.get_by_role("link", name="Three doors").first.click()
    page.wait_for_url("**/notes/*")


def day(ago: int) -> str:
    then = dt.datetime.now(dt.UTC) - dt.timedelta(days=ago)
    return f"{then.day} {then:%B %Y}"
