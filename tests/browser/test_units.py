"""A unit from its place in the tree to its people and roles, in a real browser."""

from __future__ import annotations

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect


def look(page, what):
    """Nothing sticks out, and axe finds nothing."""
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1], what
    found = Axe().run(page)["violations"]
    assert [(v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in found] == [], what


def test_a_unit_is_added_led_given_people_and_roles_and_merged(open_page):
    ada = open_page("ada", size="phone", dark=True)
    ada.goto("/")
    ada.locator(".menu > summary").click()
    ada.locator(".menu").get_by_role("link", name="Units").click()
    expect(ada.get_by_role("heading", level=1)).to_have_text("Units")
    ada.get_by_role("link", name="Add a unit").click()
    ada.get_by_label("Name").fill("Night shift")
    ada.get_by_label("Kind").select_option(label="Team")
    ada.get_by_label("Stands below").select_option(label="Harbour")
    look(ada, "adding a unit")
    ada.get_by_role("button", name="Add", exact=True).click()
    expect(ada.get_by_role("heading", level=1)).to_have_text("Night shift")

    # its people, one of them with a role that organizes it
    ada.get_by_label("Take a member in").fill("Nobody of this name")
    ada.get_by_role("button", name="Take in").click()
    expect(ada.get_by_role("alert")).to_contain_text("There is no member of this name")
    expect(ada.get_by_label("Take a member in")).to_have_value("Nobody of this name")
    ada.get_by_label("Take a member in").fill("Li Wen")
    ada.get_by_role("button", name="Take in").click()
    expect(ada.get_by_role("heading", level=1)).to_have_text("Li Wen")
    ada.get_by_label("Role", exact=True).select_option(label="Organizer")
    look(ada, "a member in the unit")
    ada.get_by_role("button", name="Give the role").click()
    expect(ada.get_by_text("The role is given.")).to_be_visible()
    ada.get_by_role("link", name="Night shift").click()
    expect(ada.get_by_text("Li Wen was given the role: Organizer")).to_be_visible()
    look(ada, "the page of the unit")

    # from the next request on Li works on it, and nowhere above it
    li = open_page("li", language="zh")
    li.goto(ada.url)
    li.get_by_role("link", name="增加下级组织").click()
    li.get_by_label("名称").fill("早班")
    li.get_by_label("类型").select_option(label="小组")
    li.get_by_role("button", name="添加").click()
    expect(li.get_by_role("heading", level=1)).to_have_text("早班")
    li.goto(ada.url + "/close")  # told at once, without a form to fill in
    expect(li.locator("main form")).to_have_count(0)
    expect(li.get_by_role("alert")).to_contain_text("你的职务就是在这个组织授予的")
    look(li, "what cannot be closed")

    # the tree by keyboard
    ada.goto("/units")
    summary = ada.locator(".outline summary").first
    summary.focus()
    ada.keyboard.press("Enter")
    expect(ada.get_by_role("link", name="早班")).to_be_hidden()
    ada.keyboard.press("Enter")
    expect(ada.get_by_role("link", name="早班")).to_be_visible()
    look(ada, "the tree")

    # merged into another: its people are there
    ada.get_by_role("link", name="Night shift").click()
    ada.get_by_role("link", name="Merge it into another").click()
    look(ada, "merging")
    ada.get_by_label("Into", exact=True).select_option(label="Hill")
    ada.get_by_role("button", name="Merge", exact=True).click()
    expect(ada.get_by_role("heading", level=1)).to_have_text("Hill")
    expect(ada.get_by_role("link", name="早班")).to_be_visible()
    li.reload()
    li.goto(ada.url)
    expect(li.get_by_role("link", name="增加下级组织")).to_have_count(0)

    ada.goto("/roles/organizer")
    look(ada, "a role")
    ada.goto("/units/kinds")
    look(ada, "kinds")
