"""Steering the list in a real browser: in front of one's eyes, by keyboard, without script."""

from __future__ import annotations

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect

from corpus import starter

LEAKS = "Nobody in our houses reports a leak before the water comes through the ceiling."


@pytest.fixture
def page(live, open_page):
    """Maria's list, made of what she works on."""
    label(live)
    page = open_page("maria")
    begin(page)
    return page


def label(live) -> None:
    live.app.extensions["xinde_resources"].library.put_labels(starter.themes(), starter.roles())


def begin(page, *, script: bool = True) -> None:
    page.goto("/")
    page.locator("#working_on").fill(LEAKS)
    page.locator(".now button").click()
    expect(page.locator(".flash")).to_be_visible()
    if script:  # it hides the button that is there without it
        expect(page.locator(".newness button")).to_be_hidden()


def open_menu(page, number: int = 0):
    card = page.locator(".suggestion").nth(number)
    card.locator(".more > summary").click()
    return card


def titles(page) -> list[str]:
    return page.locator(".suggestion h3").all_inner_texts()


def test_less_like_this_changes_the_list_in_place_and_undo_brings_it_back(page):
    before = titles(page)
    open_menu(page).get_by_role("button", name="Less like this").click()
    aside = page.locator("#steered")
    expect(aside).to_contain_text(f"Less like “{before[0]}”")
    expect(aside.get_by_role("button", name="Undo")).to_be_focused()
    expect(page.locator(".said")).to_contain_text("Less like")
    assert "steered" not in page.url, "the page was not left"
    expect(page.locator(".how .chip")).to_have_count(1)
    assert before[0] not in titles(page)
    page.keyboard.press("Enter")
    expect(page.locator("#steered")).to_have_count(0)
    expect(page.locator(".how")).to_have_count(0)
    expect(page.locator(".suggestion h3")).to_have_text(before)
    expect(page.locator("#list")).to_be_focused()


def test_an_author_and_a_theme_are_left_out_by_name(page):
    card = open_menu(page)
    card.get_by_role("button", name="Not this author").click()
    expect(page.locator(".how .chip")).to_contain_text("Nothing by Test library")
    expect(page.locator(".suggestion .meta", has_text="Test library")).to_have_count(0)
    page.locator(".how .chip").get_by_role("button", name="Undo").click()
    expect(page.locator(".how")).to_have_count(0)
    theme = page.locator(".more__themes button").first
    name = theme.text_content().partition(":")[2].strip()
    page.locator(".more > summary").first.click()
    theme.click()
    expect(page.locator(".how .chip")).to_contain_text(f"Nothing on the theme “{name}”")


def test_the_menu_closes_by_escape_and_by_a_click_elsewhere(page):
    open_menu(page)
    menu = page.locator(".more").first
    expect(menu.get_by_role("button", name="More like this")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu.get_by_role("button", name="More like this")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()
    menu.locator("summary").click()
    page.locator("h1").click()
    expect(menu.get_by_role("button", name="More like this")).to_be_hidden()


def test_the_slider_works_by_keyboard_and_says_its_step(page):
    slider = page.get_by_role("slider", name="Familiar or new")
    expect(slider).to_have_attribute("aria-valuetext", "Some of each")
    slider.focus()
    with page.expect_response("**/?part=list"):
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "Something new")
    expect(page.locator(".newness output")).to_have_text("Something new")
    expect(slider).to_be_focused()
    page.reload()
    expect(slider).to_have_attribute("aria-valuetext", "Something new")


def test_todays_time_is_chosen_with_one_press(page):
    fifteen = page.get_by_role("button", name="15 min")
    with page.expect_response("**/?part=list"):
        fifteen.click()
    expect(fifteen).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Any")).to_have_attribute("aria-pressed", "false")
    page.reload()
    expect(fifteen).to_have_attribute("aria-pressed", "true")


def test_what_the_script_cannot_send_is_sent_by_the_form(page):
    page.route(
        "**/suggestions/steer",
        lambda route: (
            route.fulfill(status=502)
            if "part=list" in (route.request.post_data or "")
            else route.continue_()
        ),
    )
    open_menu(page).get_by_role("button", name="Less like this").click()
    page.wait_for_url("**steered=**")
    expect(page.locator("#steered")).to_contain_text("Less like")


def test_all_of_it_works_without_script(chromium, live):
    label(live)
    context = chromium.new_context(base_url=live.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/login")
    page.locator("#email").fill(live.emails["maria"])
    page.locator("#password").fill(live.password)
    page.locator("main form button").click()
    begin(page, script=False)
    open_menu(page).get_by_role("button", name="Less like this").click()
    expect(page.locator("#steered")).to_contain_text("Less like")
    page.locator("#steered").get_by_role("button", name="Undo").click()
    expect(page.locator(".flash")).to_contain_text("Taken back.")
    page.get_by_role("slider").fill("3")
    page.get_by_role("button", name="Show the list so").click()
    expect(page.locator("output")).to_have_text("Rather new")
    page.goto("/me/known")
    page.get_by_role("switch").first.click()
    expect(page.get_by_role("switch").first).to_have_attribute("aria-checked", "false")
    page.get_by_role("button", name="Switch everything off").click()
    page.goto("/")
    expect(page.locator("main")).to_contain_text("You switched everything off.")
    page.get_by_role("button", name="Switch on again").click()
    expect(page.locator("#working_on")).to_have_value(LEAKS)
    context.close()


@pytest.mark.parametrize("size", ["phone", "desk"])
@pytest.mark.parametrize(("language", "dark"), [("en", False), ("zh", True)])
def test_pages_of_steering_are_usable_by_everybody(live, open_page, size, language, dark):
    label(live)
    page = open_page("li" if language == "zh" else "maria", size=size, dark=dark, language=language)
    begin(page)
    open_menu(page).locator("button[value=more]").click()
    expect(page.locator(".said")).not_to_be_empty()
    open_menu(page, 1).locator("button[value=less]").click()
    expect(page.locator(".how .chip")).to_have_count(2)
    page.locator(".more > summary").first.click()
    check(page, "the list with a menu open")
    page.goto("/me/known")
    check(page, "what Xinde knows")
    with page.expect_navigation():  # a page without its style yet has other colours
        page.locator(".known--all button").click()
    check(page, "everything off")
    page.goto("/")
    check(page, "the list of who switched everything off")


def check(page, what: str) -> None:
    found = Axe().run(page)
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == [], what
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{what} is {wide} px too wide"
