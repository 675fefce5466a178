"""Reminders in a real browser: set, read again, and stopped from the mail."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.webapp.people import NOW
from webapp.community import db
from webapp.members.tables import Member
from webapp.reminders import actions

FITS = "document.documentElement.scrollWidth <= window.innerWidth"


def assert_accessible(page) -> None:
    found = Axe().run(page)["violations"]
    assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found] == []
    assert page.evaluate(FITS)


def token_to_stop(app, name: str) -> str:
    """As a mail to this member would carry it."""

    def made() -> str:
        with app.app_context():
            member = db.session.scalars(sa.select(Member).filter_by(name=name)).one()
            of = (member.organisation_id, member.id)
            return actions.stop_token(db.session, *of, now=NOW)

    with ThreadPoolExecutor() as pool:  # Playwright keeps an event loop in this thread
        return pool.submit(made).result()


def test_a_member_sets_reminders_and_a_private_calendar(live, open_page):
    page = open_page("maria", size="phone", dark=True)
    page.goto("/me")
    page.get_by_role("link", name="Reminders").click()
    expect(page.locator("#weekday")).to_be_hidden()
    page.get_by_role("radio", name="Once a week").check()
    page.locator("#weekday").select_option("Friday")
    page.locator("#hour").select_option("18:00")
    page.locator("#time_zone").fill("Shanghai")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#time_zone-problem")).to_contain_text("not the name of a time zone")
    expect(page.locator("#weekday")).to_have_value("4")
    assert_accessible(page)
    page.locator("#time_zone").fill("Asia/Shanghai")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#time_zone")).to_have_value("Asia/Shanghai")
    expect(page.locator("#time_zone-problem")).to_have_count(0)
    # Without a mail server there is no next one, and the page says why.
    expect(page.locator(".reminders__next")).to_have_count(0)
    expect(page.get_by_text("This installation sends no mail yet.")).to_be_visible()

    page.locator("#calendar").get_by_role("button", name="Make an address").click()
    address = page.get_by_label("Address of my calendar", exact=True).input_value()
    assert_accessible(page)
    program = page.context.request
    assert "BEGIN:VCALENDAR" in program.get(address).text()
    page.goto("/me/reminders")
    expect(page.get_by_label("Address of my calendar", exact=True)).to_have_count(0)
    page.locator("#calendar").get_by_role("button", name="End the address").click()
    expect(page.locator(".flash")).to_contain_text("Ended")
    assert program.get(address).status == 404


def test_without_script_somebody_signed_out_stops_the_mail_in_chinese(live, open_page):
    page = open_page("li", language="zh")
    page.goto("/me/reminders")
    page.get_by_role("radio", name="每天").check()
    page.get_by_role("button", name="保存", exact=True).click()
    assert_accessible(page)
    token = token_to_stop(live.app, "Li Wen")
    reader = open_page(size="phone", language="zh")
    reader.route("**/*.js", lambda route: route.abort())
    reader.goto(f"/stop/{token}")
    assert_accessible(reader)
    reader.get_by_role("button", name="停发邮件").click()
    expect(reader.locator("h1")).to_have_text("已停发")
    assert_accessible(reader)
    page.reload()
    expect(page.get_by_role("radio", name="不发")).to_be_checked()
