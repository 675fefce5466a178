"""A theme list from the theme to the member who begins it, in a real browser."""

from __future__ import annotations

import re

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect


def look(page, what):
    """Nothing sticks out, and axe finds nothing."""
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1], what
    found = Axe().run(page)["violations"]
    assert [(v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in found] == [], what


def order(page):
    return page.locator("[data-reading] h3").all_inner_texts()


def test_a_theme_list_is_made_arranged_published_and_begun(open_page):
    page = open_page("ada")
    page.goto("/lists/build")
    look(page, "the empty form")
    page.get_by_label("What is the list about?").fill("blorp zint")
    page.get_by_role("button", name="Propose a list").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing in the library is about")
    look(page, "nothing found")
    page.get_by_label("What is the list about?").fill("goals and discussion")
    page.get_by_role("button", name="Propose a list").click()
    expect(page.locator("[data-part=order]")).to_be_visible()
    address = page.url
    first = order(page)
    assert len(first) >= 2
    look(page, "the builder")

    # by keyboard: the button keeps the focus, so that it can be pressed again
    down = page.locator("button[value^='down:']").first
    down.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-reading] h3").nth(1)).to_have_text(first[0])
    expect(page.locator("button:focus")).to_contain_text(first[0])

    # by mouse, and words that were just written are kept with it
    page.locator("[data-reading] summary").first.click()
    page.locator("textarea[name^='question:']").first.fill("What would you do?")
    handle = page.locator("[data-reading] h3").nth(1)
    box = handle.bounding_box()
    top = page.locator("[data-reading]").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(top["x"] + 60, top["y"] + 30, steps=4)
    page.mouse.move(top["x"] + 60, top["y"] + 6, steps=4)
    page.mouse.up()
    expect(page.locator("[data-reading] h3").first).to_have_text(first[0])
    asked = page.locator("textarea[name^='question:']").nth(1)
    expect(asked).to_have_value("What would you do?")

    page.locator("button[value^='drop:']").last.click()
    expect(page.locator("[data-reading]")).to_have_count(len(first) - 1)
    page.get_by_role("searchbox", name="Search").fill("meeting")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator(".could button").first).to_be_visible()
    look(page, "a search beside the list")

    page.get_by_role("button", name="Publish").click()
    look(page, "for whom and when")
    page.get_by_label("Everybody in it.").check()
    page.get_by_label("One reading a week").check()
    page.get_by_role("button", name="Publish").click()
    expect(page.locator("main")).to_contain_text("Published")

    reader = open_page("li", size="phone", dark=True, language="zh")
    reader.goto(re.sub(r"/build.*", "", address))
    expect(reader.locator(".week")).not_to_have_count(0)
    look(reader, "the list of weeks")
    reader.locator("button[name=number]").click()
    expect(reader.locator("form[action$='/stop'] button")).to_be_visible()
    reader.goto(address)
    expect(reader.locator("[data-part=order]")).to_have_count(0)
