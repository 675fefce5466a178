"""Finding, reading, marking and citing texts in a real browser."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

SELECT = """([id, from, to]) => {
  const words = document.getElementById(id).querySelector("p").firstChild;
  const range = document.createRange();
  range.setStart(words, from); range.setEnd(words, to);
  getSelection().removeAllRanges(); getSelection().addRange(range);
}"""


def passages(page) -> list[str]:
    return page.locator(".passage").evaluate_all("found => found.map(p => p.id)")


def test_a_member_finds_a_passage_and_is_led_to_it(open_page):
    page = open_page("maria")
    page.goto("/library")
    page.get_by_role("searchbox").fill("bucket")
    page.get_by_role("searchbox").press("Enter")
    page.locator(".places a", has_text="bucket").first.click()
    expect(page.locator(".passage:target")).to_contain_text("bucket")
    expect(page.locator(".passage:target")).to_be_in_viewport()


def test_a_mark_is_set_in_place_and_undone(open_page):
    page = open_page("maria")
    page.goto("/read/going-to-see")
    bar = page.locator(".read__bar").get_by_role("button", name="Save")
    bar.click()
    expect(page.get_by_role("status").last).to_contain_text("Saved.")
    expect(bar).to_have_attribute("aria-pressed", "true")
    # the same mark at the end of the text turns over with it
    expect(page.locator(".read__end").get_by_role("button", name="Saved")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(bar).to_have_attribute("aria-pressed", "false")
    page.goto("/saved")
    expect(page.locator("main")).to_contain_text("Nothing saved yet")


def test_a_mark_that_the_script_cannot_send_is_sent_by_the_form(open_page):
    page = open_page("maria")
    page.goto("/read/going-to-see")

    def refuse_scripts(route):
        if route.request.headers.get("content-type", "").startswith("application/json"):
            route.fulfill(status=502)
        else:
            route.continue_()

    page.route("**/readings/deed", refuse_scripts)
    page.locator(".read__end").get_by_role("button", name="Mark as read").click()
    expect(page.locator(".flash")).to_contain_text("Marked as read.")
    expect(page.locator(".read__end").get_by_role("button", name="Read")).to_have_attribute(
        "aria-pressed", "true"
    )


def test_a_card_that_is_set_aside_says_how_to_bring_it_back(open_page):
    page = open_page("maria")
    page.goto("/")
    card = page.locator(".suggestion").first
    title = card.locator("h3").inner_text()
    card.get_by_role("button", name="Not this one").click()
    expect(card.get_by_role("button", name="Undo")).to_be_visible()
    page.reload()
    expect(page.locator(".aside-line")).to_contain_text(title)
    page.locator(".aside-line").get_by_role("button", name="Undo").click()
    expect(page.locator(".suggestion h3").first).to_have_text(title)


def test_selected_words_are_cited_with_the_keyboard(open_page):
    page = open_page("maria")
    page.goto("/read/going-to-see")
    first = passages(page)[0]
    expect(page.locator(".pick")).to_be_hidden()
    page.locator(f'[id="{first}"] p').first.click()
    page.evaluate(SELECT, [first, 0, 18])
    expect(page.locator(".pick")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("[data-cite]")).to_be_focused()
    asked = parse_qs(urlsplit(page.locator("[data-cite]").get_attribute("href")).query)
    assert asked["quote"] == ["The housing office"]
    assert asked["passage"] == [f"going-to-see/{first.removeprefix('p-')}"]
    page.keyboard.press("Enter")
    page.wait_for_url("**/write?**")
    expect(page.locator("main")).to_contain_text("The housing office")


def test_escape_takes_the_offer_away(open_page):
    page = open_page("maria")
    page.goto("/read/going-to-see")
    page.evaluate(SELECT, [passages(page)[0], 0, 18])
    expect(page.locator(".pick")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".pick")).to_be_hidden()


def test_a_selection_over_two_passages_quotes_the_first(open_page):
    page = open_page("maria")
    page.goto("/read/going-to-see")
    page.evaluate(
        """([a, b]) => {
          const range = document.createRange();
          range.setStart(document.getElementById(a).querySelector("p").firstChild, 4);
          range.setEnd(document.getElementById(b).querySelector("p").firstChild, 9);
          getSelection().removeAllRanges(); getSelection().addRange(range);
        }""",
        passages(page)[:2],
    )
    expect(page.locator(".pick")).to_be_visible()
    asked = parse_qs(urlsplit(page.locator("[data-cite]").get_attribute("href")).query)
    assert asked["quote"][0].startswith("housing office had a table")
    assert asked["quote"][0].endswith("tidies what people say.")


def test_the_place_is_kept_when_the_page_is_left(open_page):
    page = open_page("maria", size="phone")
    page.goto("/read/going-to-see")
    last = passages(page)[-1]
    page.evaluate("id => document.getElementById(id).scrollIntoView({ behavior: 'instant' })", last)
    page.wait_for_timeout(400)  # less than it waits before it keeps the place
    page.goto("/library")
    page.goto("/read/going-to-see")
    go_on = page.get_by_role("link", name="Continue where you were: What the numbers hid")
    expect(go_on).to_have_attribute("href", f"#{last}")


def test_opening_a_text_is_not_being_somewhere_in_it(open_page):
    page = open_page("maria")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/read/going-to-see")
    page.wait_for_timeout(2000)
    page.goto("/library")
    assert not any("/readings/place" in url for url in asked)


def test_letters_change_size_at_once_and_stay(open_page):
    page = open_page("maria")
    page.goto("/read/going-to-see")
    letters = page.locator(".prose")
    before = letters.evaluate("e => getComputedStyle(e).fontSize")
    with page.expect_response("**/text-size"):
        page.get_by_role("button", name="Large letters", exact=True).click()
    larger = letters.evaluate("e => getComputedStyle(e).fontSize")
    assert float(larger[:-2]) > float(before[:-2])
    page.reload()
    assert letters.evaluate("e => getComputedStyle(e).fontSize") == larger


def test_a_link_to_a_passage_that_is_gone_says_so(open_page):
    page = open_page("maria")
    page.goto("/read/going-to-see#p-zzzz.zzzz")
    expect(page.locator("[data-moved]")).to_be_visible()


@pytest.mark.parametrize("path", ["/library", "/library?q=bucket", "/read/going-to-see", "/saved"])
@pytest.mark.parametrize(("size", "language"), [("phone", "zh"), ("phone", "en"), ("desk", "zh")])
def test_nothing_is_wider_than_the_screen(open_page, path, size, language):
    page = open_page("li" if language == "zh" else "maria", size=size, language=language)
    page.goto(path)
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]


def test_filters_fold_on_a_phone_and_stand_open_on_a_desk(open_page):
    phone, desk = open_page("maria", size="phone"), open_page("maria")
    for page in (phone, desk):
        page.goto("/library")
    expect(phone.locator(".facet a").first).to_be_hidden()
    phone.locator(".filters > summary").click()
    expect(phone.locator(".facet a").first).to_be_visible()
    expect(desk.locator(".facet a").first).to_be_visible()


def test_everything_works_without_script(live, chromium):
    context = chromium.new_context(
        base_url=live.url, java_script_enabled=False, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto("/login")
    page.locator("#email").fill(live.emails["maria"])
    page.locator("#password").fill(live.password)
    page.locator("main form button").click()
    page.goto("/library")
    page.get_by_role("link", name="A small goal").click()
    page.locator(".read__end").get_by_role("button", name="Mark as read").click()
    expect(page.locator(".flash")).to_contain_text("Marked as read.")
    page.get_by_role("button", name="Large letters", exact=True).click()
    expect(page.locator(".read")).to_have_attribute("data-size", "large")
    page.locator(".cite").first.click()
    expect(page.locator("main")).to_contain_text("A goal that cannot be started")
    page.goto("/saved?show=read")
    page.get_by_role("button", name="Not read").click()
    expect(page.locator("main")).to_contain_text("Nothing marked as read yet")
    context.close()
