"""Requirements in a real browser: an organizer sets one, a member sees what counts and objects
to an entry, and the organizer follows up."""

from __future__ import annotations

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect


def assert_accessible(page) -> None:
    found = Axe().run(page)["violations"]
    assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found] == []


def test_what_is_asked_is_set_explained_and_followed_up(live, open_page):
    ada = open_page("ada", size="phone", dark=True)
    ada.goto("/units")
    ada.get_by_role("link", name="Harbour", exact=True).first.click()
    ada.get_by_role("link", name="Requirements", exact=True).click()
    unit = ada.url.rpartition("/")[0]
    ada.get_by_role("link", name="Set a requirement").click()
    expect(ada.locator(".content--themes")).to_be_hidden()
    ada.get_by_text("Certain themes").click()
    expect(ada.locator(".content--themes")).to_be_visible()
    ada.locator("#count_attend").fill("1")
    ada.get_by_role("button", name="Set it").click()
    expect(ada.locator("#title-problem")).to_contain_text("Give it a title")
    assert_accessible(ada)
    ada.locator("#title").fill("A piece and a meeting")
    ada.get_by_text("What each member chooses").click()
    ada.get_by_role("button", name="Set it").click()
    expect(ada.locator(".flash")).to_contain_text("It holds from now on")
    assert_accessible(ada)

    ada.goto(f"{unit}/attendance")
    ada.locator("#what").fill("Reading evening")
    ada.get_by_label("Maria Lopez").check()
    assert_accessible(ada)
    ada.get_by_role("button", name="Enter it").click()
    expect(ada.locator(".list")).to_contain_text("entered by Ada Admin")

    maria = open_page("maria")
    maria.goto("/")
    maria.get_by_role("link", name="A piece and a meeting").click()
    expect(maria.locator(".asked")).to_contain_text("1 of 1")
    expect(maria.locator(".asked")).to_contain_text("0 of 1")
    assert_accessible(maria)
    maria.get_by_text("This is not right").click()
    maria.get_by_role("button", name="Object").click()
    expect(maria.locator(".asked")).to_contain_text("does not count", ignore_case=True)
    assert_accessible(maria)

    ada.goto(f"{unit}/progress")
    expect(ada.locator(".followed__people")).to_contain_text("is not right")
    assert_accessible(ada)
    ada.goto(f"{unit}/entered")
    assert_accessible(ada)
