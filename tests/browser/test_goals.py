"""The circle in a real browser: a sentence, a goal, its day, an experience, the chain."""

from __future__ import annotations

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect

SENTENCE = "I will knock at three doors before the next report."


def assert_accessible(page) -> None:
    found = Axe().run(page)["violations"]
    assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found] == []


def test_from_a_sentence_to_an_experience_that_others_read(live, open_page):
    page = open_page("maria")
    page.goto("/write?text=going-to-see")
    page.locator("#title").fill("Knocking first")
    page.locator("#body").fill(f"The table had been wrong about the leaks. {SENTENCE}")
    page.get_by_role("button", name="Continue to submit").click()
    page.get_by_role("radio", name="The organisation", exact=False).first.check()
    page.get_by_role("button", name="Submit", exact=True).click()
    assert_accessible(page)
    page.get_by_role("link", name="Make this a goal").click()
    expect(page.locator("#what")).to_have_value(SENTENCE)

    # writing a day means that day
    today = page.locator("#by").get_attribute("min")
    page.locator("#by").fill(today)
    expect(page.locator("#when-day")).to_be_checked()
    assert_accessible(page)
    page.get_by_role("button", name="Set the goal").click()
    expect(page.locator(".flash")).to_contain_text("Only you see it")
    assert_accessible(page)

    page.goto("/")
    page.locator(".due").get_by_role("link", name="What happened?").click()
    expect(page.locator("#answer")).to_have_attribute("open", "")
    expect(page.locator("#hindrance")).to_be_hidden()
    page.get_by_role("radio", name="Not done").check()
    expect(page.locator("#hindrance")).to_be_visible()
    page.get_by_role("radio", name="Partly done").check()
    page.locator("#happened").fill("Two of three were at home.")
    page.get_by_role("button", name="Keep the answer").click()
    page.get_by_role("link", name="Tell it as an experience").click()

    body = page.locator("#body")
    begins = body.input_value()
    assert all(not line or line.startswith(">") for line in begins.splitlines())
    assert "Two of three were at home." in begins
    page.get_by_role("button", name="Insert these headings").click()
    assert begins.strip() in body.input_value()
    assert "# What we did" in body.input_value()
    expect(body).to_be_focused()
    page.keyboard.type("We knocked and listened.")
    assert "# What we did\n\nWe knocked and listened." in body.input_value()
    page.locator("#title").fill("Three doors")
    assert_accessible(page)
    page.get_by_role("button", name="Continue to submit").click()
    page.locator("#place").fill("Mill Street")
    page.locator("#lesson").fill("Ask at the sink, not in the hall.")
    page.locator("#people").fill("Ana and Mr Sorel")
    page.get_by_role("checkbox", name="Show the goal in the chain.", exact=False).check()
    page.get_by_role("radio", name="The organisation", exact=False).first.check()
    assert_accessible(page)
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.locator(".chain li")).to_have_count(5)

    reader = open_page("omar", size="phone", dark=True)
    reader.goto(page.url)
    expect(reader.locator(".experience")).to_contain_text("Ask at the sink")
    expect(reader.locator("main")).not_to_contain_text("Mr Sorel")
    expect(reader.locator(".chain")).to_contain_text(SENTENCE)
    expect(reader.locator(".chain")).not_to_contain_text("only you see this")
    assert_accessible(reader)
    wide = "document.documentElement.scrollWidth <= window.innerWidth"
    assert reader.evaluate(wide)
    reader.locator(".chain a", has_text="Going to see").click()
    reader.wait_for_url("**/read/going-to-see**")


def test_a_goal_is_set_and_answered_without_script_in_chinese(live, open_page):
    page = open_page("li", size="phone", language="zh")
    page.route("**/*.js", lambda route: route.abort())
    page.goto("/goals/new")
    page.get_by_role("button", name="定下目标").click()
    expect(page.locator("#what-problem")).to_contain_text("说说你要做什么")
    page.locator("#what").fill("下次开会先请不爱说话的人开口。")
    page.get_by_role("radio", name="先不定日子").check()
    page.get_by_role("button", name="定下目标").click()
    page.locator("#answer summary").click()
    page.get_by_role("radio", name="放下它").check()
    page.get_by_role("button", name="保存回答").click()
    expect(page.locator(".flash")).to_contain_text("放下了")
    page.get_by_role("button", name="收回这个回答").click()
    page.goto("/goals")
    expect(page.locator(".list h3")).to_have_text("下次开会先请不爱说话的人开口。")
    assert_accessible(page)
