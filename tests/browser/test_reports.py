"""A report as its reader meets it: on a phone and a desk, in the dark, in Chinese, on paper."""

from __future__ import annotations

import datetime as dt
import threading

import sqlalchemy as sa
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect

from webapp.community import change, db
from webapp.ids import new_id
from webapp.members import actions as members
from webapp.members.tables import Member
from webapp.reflections.tables import Reflection, ReflectionTheme
from webapp.requirements.tables import Requirement, RequirementVersion
from webapp.units.tables import Unit


def assert_accessible(page) -> None:
    found = Axe().run(page)["violations"]
    assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found] == []


def busy(app) -> str:
    """Harbour with eight more people who wrote; its id."""
    with app.app_context():
        now = dt.datetime.now(dt.UTC)
        with change(db.session) as session:
            harbour = session.scalars(sa.select(Unit).where(Unit.name == "Harbour")).one()
            of = harbour.organisation_id
            ids = [new_id() for _n in range(8)]
            for n, id in enumerate(ids):
                member = Member(
                    organisation_id=of, id=id, name=f"Person {n}", language="en", joined_at=now
                )
                session.add(member)
                session.flush()
                members.add_membership(session, member, harbour.id, now=now)
            for n, id in enumerate(ids[:6]):
                piece = Reflection(
                    organisation_id=of, id=new_id(), member_id=id, text_slug="going-to-see",
                    title="T", body="B", status="submitted", audience="organisation",
                    published_title=f"Doors {n}", published_body="B", submitted_at=now,
                    shown_at=now, created_at=now, updated_at=now, themes=["field-investigation"],
                    genre="experience" if n == 5 else "reflection",
                )  # fmt: skip
                session.add(piece)
                session.flush()
                session.add(
                    ReflectionTheme(
                        organisation_id=of, theme="field-investigation", reflection_id=piece.id
                    )
                )
            asked = Requirement(organisation_id=of, id=new_id(), unit_id=harbour.id, made_at=now)
            session.add(asked)
            session.flush()
            first = now.date().replace(day=1)
            session.add(
                RequirementVersion(
                    organisation_id=of, requirement_id=asked.id, number=1, from_day=first,
                    title="One piece a month", starts_on=first, pace="month", content="own",
                    answered_by="reader", accepted_when="answered", write=1, made_at=now,
                )
            )  # fmt: skip
            return str(harbour.id)


def made_busy(live) -> str:
    """In a thread of its own: Playwright keeps an event loop in this one."""
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(busy(live.app)))
    thread.start()
    thread.join()
    return found[0]


def test_a_report_is_read_narrowed_down_and_printed(live, open_page):
    unit = made_busy(live)
    page = open_page("ada", size="phone", dark=True)
    page.goto(f"/units/{unit}/report")
    expect(page.get_by_role("heading", name="Is the plan being kept?")).to_be_visible()
    drawing = page.get_by_role("img", name="One piece a month", exact=False)
    expect(drawing).to_be_visible()
    width = drawing.bounding_box()["width"]
    assert width <= 390
    names = drawing.locator("text").evaluate_all(
        "all => all.map(t => t.getBoundingClientRect().right)"
    )
    assert max(names) <= 390  # nothing runs out of the page
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator("#plan-1 summary").click()
    expect(page.locator("#plan-1 table")).to_be_visible()
    expect(page.locator("#plan-1 tbody tr")).to_have_count(1)
    assert_accessible(page)

    page.locator(".report__choice summary").click()
    page.locator("#from").fill("2026-02-02")
    page.locator("#to").fill("2026-02-01")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("alert")).to_contain_text("ends before it begins")
    expect(page.locator("#from")).to_have_value("2026-02-02")
    assert_accessible(page)
    page.get_by_role("link", name="This year").click()
    expect(page.get_by_role("link", name="This year")).to_have_attribute("aria-current", "true")

    page.emulate_media(media="print", color_scheme="light")
    expect(page.locator(".report__choice")).to_be_hidden()
    expect(page.locator("#plan-1 table")).to_be_hidden()
    expect(page.locator("#plan-1 svg.chart__drawing")).to_be_visible()
    page.close()

    desk = open_page("li", language="zh")
    desk.goto(f"/units/{unit}/report")  # a member who organizes nothing
    expect(desk.locator("#plan")).to_have_count(0)
