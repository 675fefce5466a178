"""Asking the library and keeping lists in a real browser."""

from __future__ import annotations

import re
import threading

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect

from corpus import starter
from tests.webapp.people import NOW
from webapp.community import db
from webapp.members import store as members
from webapp.themes import actions
from webapp.themes.store import Item

QUESTION = "Why does nobody report a leak in our houses? Which saxophone reeds suit beginners?"
CHINESE = "漏水没有人报修，办事员怎样走访调查？萨克斯风的哨片哪种好？"
WAYS = [
    ("maria", "en", "phone", False),
    ("maria", "en", "desk", True),
    ("li", "zh", "phone", True),
    ("li", "zh", "desk", False),
]


@pytest.fixture
def named_themes(live):
    live.app.extensions["xinde_resources"].library.put_labels(starter.themes(), starter.roles())


def ask(page, question: str) -> None:
    page.goto("/ask")
    page.get_by_role("textbox").fill(question)
    page.locator(".ask__form button").click()


def keep(page) -> str:
    page.locator(".keep button").click()
    page.wait_for_url("**/lists/*")
    return str(page.url)


def three_readings(live) -> str:
    """A list of Maria's; its id. In a thread: Playwright keeps an event loop in this one."""
    made: list[str] = []

    def work() -> None:
        with live.app.app_context():
            maria = members.member_by_email(db.session, live.emails["maria"])
            actor = members.actor_of(db.session, maria)
            items = [
                Item("going-to-see/1", "going-to-see", "Going to see", "A bucket.", (), 3, ""),
                Item("small-goals/1", "small-goals", "Small goals", "A goal.", (), 2, ""),
                Item("good-discussion/1", "good-discussion", "Discussion", "Ask.", (), 4, ""),
            ]
            made.append(
                actions.keep(
                    db.session, actor, key="k" * 16, title="Three readings", items=items,
                    question="Why me?", now=NOW,
                )
            )  # fmt: skip

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return made[0]


def look(page, what: str) -> None:
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1], what
    found = Axe().run(page)["violations"]
    assert [(v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in found] == [], what


@pytest.mark.parametrize(("who", "language", "size", "dark"), WAYS)
def test_every_page_of_it_can_be_used_by_everybody(
    open_page, named_themes, who, language, size, dark
):
    page = open_page(who, size=size, dark=dark, language=language)
    page.goto("/ask")
    look(page, "the empty field")
    ask(page, CHINESE if language == "zh" else QUESTION)
    expect(page.locator(".entries")).to_be_visible()
    expect(page.locator(".unanswered")).to_be_visible()
    look(page, "an answer")
    made = keep(page)
    look(page, "a list")
    for tail in ("/edit", "/share", "/delete"):
        page.goto(made + tail)
        look(page, tail)
    page.goto("/lists")
    look(page, "lists")
    ask(page, "zirconium isotopes" if language == "en" else "锆的同位素")
    expect(page.locator(".empty")).to_be_visible()
    look(page, "nothing")


def test_a_question_stays_out_of_the_address_and_is_there_when_one_comes_back(open_page):
    page = open_page("maria")
    ask(page, QUESTION)
    expect(page.locator(".entries")).to_be_visible()
    assert "leak" not in page.url
    page.locator(".entry h3 a").first.click()
    expect(page.locator("h1")).to_be_visible()
    assert "/read/" in page.url
    page.go_back()
    expect(page.locator(".entries")).to_be_visible()
    expect(page.get_by_role("textbox").first).to_have_value(QUESTION)


def test_a_list_is_kept_arranged_by_keyboard_and_shared(open_page, live):
    made = three_readings(live)
    page = open_page("maria")
    page.goto(f"/lists/{made}/edit")
    page.get_by_label("A note on the list").fill("For the Monday round")
    up = page.locator("button[value='up:good-discussion/1']")
    up.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".arrange li").nth(1)).to_have_id("r-good-discussion-1")
    expect(up).to_be_focused()
    page.keyboard.press("Enter")
    # at the top only the way down is left, and it has the focus
    expect(page.locator("button[value='down:good-discussion/1']")).to_be_focused()
    page.get_by_label("Title").focus()
    page.keyboard.press("Enter")  # saves, and moves nothing
    expect(page.locator("main")).to_contain_text("For the Monday round")
    links = page.locator(".entry h3 a").evaluate_all("found => found.map(a => a.pathname)")
    assert links == ["/read/good-discussion", "/read/going-to-see", "/read/small-goals"]

    page.get_by_role("link", name="Share").click()
    page.get_by_label(re.compile("The organisation")).check()
    page.get_by_role("button", name="Change").click()
    expect(page.locator(".flash")).to_contain_text("Shared.")
    other = open_page("omar")
    other.goto("/lists")
    other.get_by_role("link", name="Three readings").click()
    expect(other.locator("main")).to_contain_text("For the Monday round")
    expect(other.locator("main")).not_to_contain_text("Why me?")
    look(other, "a list of another")


def test_an_organizer_gives_a_theme_list(open_page):
    page = open_page("ada")
    ask(page, QUESTION)
    made = keep(page)
    with page.expect_navigation():
        page.get_by_role("link", name="Make it a theme list").click()
    look(page, "publishing")
    page.get_by_label("For whom?").select_option(label="Harbour")
    page.get_by_role("button", name="Make it a theme list").click()
    expect(page.locator("main")).to_contain_text("Theme list")
    reader = open_page("maria")
    reader.goto(made)
    expect(reader.locator("main")).to_contain_text("For Harbour")
    outsider = open_page("omar")
    assert outsider.goto(made).status == 404


def test_it_works_without_script(chromium, live):
    from tests.browser.conftest import sign_in

    context = chromium.new_context(base_url=live.url, java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    sign_in(page, live.emails["maria"], live.password)
    ask(page, QUESTION)
    expect(page.locator(".entries")).to_be_visible()
    keep(page)
    expect(page.locator("main")).to_contain_text("Only you see it")
    context.close()
