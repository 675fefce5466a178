"""Writing with the coach beside the text, in a real browser."""

from __future__ import annotations

import re
from typing import Any

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect

WORN = "I was deeply touched by the text and by everything that it says."
TEXT = f"""Last month I read about the clerk who went to see, and thought it was about other people.

There was a bucket under the sink because nobody reports a leak.

We put the notice on the board and told each other that it was well known by now. {WORN} Reading \
it again in the evening I saw my own house in it, with its stairs and its doors, and the list"""
NEAR = "because nobody reports a leak."


def faults(page: Any) -> list[str]:
    found = Axe().run(page)["violations"]
    return [f"{rule['id']}: {[node['html'][:90] for node in rule['nodes']]}" for rule in found]


def caret_after(page: Any, words: str) -> None:
    """A click where the words end."""
    page.evaluate(
        """(words) => {
          const body = document.getElementById("body");
          const at = body.value.indexOf(words) + words.length;
          body.focus();
          body.setSelectionRange(at, at);
          body.dispatchEvent(new MouseEvent("click", { bubbles: true }));
        }""",
        words,
    )


def begun(page: Any) -> None:
    page.goto("/write?text=going-to-see")
    page.locator("#body").fill(TEXT)
    page.locator("#body").press("End")
    page.keyboard.type(" beside.")
    expect(page.locator(".remark__question").first).to_be_visible(timeout=15_000)


def test_the_coach_asks_beside_the_text_and_never_in_its_way(open_page):
    page = open_page("maria")
    begun(page)
    panel, body = page.locator("#coach"), page.locator("#body")
    expect(body).to_be_focused()
    worn = panel.locator("li", has_text=WORN)
    expect(worn).to_have_count(1)
    # beside the text, which keeps a measure that can be read
    text, beside = body.bounding_box(), panel.bounding_box()
    assert beside["x"] >= text["x"] + text["width"]
    assert 560 <= text["width"] <= 720
    # its sentence is found in the text, also after words were put before it
    page.evaluate("document.getElementById('body').setRangeText('Yesterday. ', 0, 0)")
    worn.get_by_title("Show it in the text").click()
    expect(body).to_be_focused()
    selected = page.evaluate(
        "(() => { const b = document.getElementById('body'); "
        "return b.value.slice(b.selectionStart, b.selectionEnd); })()"
    )
    assert selected == WORN
    # passages that speak to the sentence under the caret, one of them cited
    caret_after(page, NEAR)
    expect(panel.locator(".speaks__sentence")).to_contain_text("bucket", timeout=10_000)
    passage = panel.locator(".speaks__list li").first
    assert faults(page) == []
    passage.get_by_role("button", name="Cite").press("Enter")
    expect(passage.get_by_role("button")).to_be_focused()
    expect(body).to_have_value(
        re.compile(r"reports a leak\.\n\n> .+\n>\n> — \[.+\]\(reading:going-to-see/.+\)\n\nWe put")
    )
    # put away, and back again, by keyboard alone
    worn.get_by_role("button", name="Not now").press("Enter")
    back = panel.get_by_role("button", name="Undo")
    expect(back).to_be_focused()
    back.press("Enter")
    expect(worn.get_by_title("Show it in the text")).to_be_visible()
    # what is there stays in its place while one goes on writing
    page.evaluate("document.querySelector('.remark').marked = true")
    body.press("Control+End")
    page.keyboard.type(" I will ask them all again.")
    expect(page.locator("#state")).to_contain_text("Saved", timeout=15_000)
    page.wait_for_timeout(300)
    assert page.evaluate("document.querySelector('.remark').marked") is True
    # without a connection the coach is silent and the editor goes on
    page.context.set_offline(True)
    caret_after(page, "again.")
    page.keyboard.type(" Written on the train.")
    expect(page.locator("#state")).to_contain_text("Offline, kept on this device", timeout=15_000)
    worn.get_by_role("button", name="Not now").click()
    expect(panel.get_by_role("status")).to_contain_text("cannot be reached just now")
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#state")).to_contain_text("Saved", timeout=15_000)
    # an answer that got lost is no conflict with oneself
    lost = []
    page.route("**/draft", lambda route: (lost.append(route.fetch()), route.abort()))
    page.locator("#body").press("Control+End")
    page.keyboard.type(" Lost.")
    expect(page.locator("#state")).to_contain_text("Offline", timeout=15_000)
    page.unroute_all(behavior="wait")
    page.keyboard.type(" And found.")
    expect(page.locator("#state")).to_contain_text("Saved", timeout=20_000)
    assert len(lost) >= 1


def test_on_a_phone_in_the_dark_the_coach_stands_below_and_folds(open_page):
    page = open_page("maria", size="phone", dark=True)
    lost: list[Any] = []

    def lose(route: Any) -> None:  # the first words arrive, and their answer does not
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    page.route(re.compile("/write$"), lose)
    page.goto("/write?text=going-to-see")
    page.locator("#body").fill(TEXT)
    expect(page.locator("#state")).to_contain_text("Offline", timeout=15_000)
    page.locator("#body").press("Control+End")
    page.keyboard.type(" beside.")
    expect(page.locator(".remark__question").first).to_be_visible(timeout=15_000)
    panel, body = page.locator("#coach"), page.locator("#body")
    assert panel.bounding_box()["y"] >= body.bounding_box()["y"] + body.bounding_box()["height"]
    page.locator(".coach__jump").click()
    expect(panel.locator(".coach__head")).to_be_in_viewport()
    page.locator(".remark__why summary").first.click()
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    panel.locator(".coach__head").click()
    page.reload()
    expect(panel.locator(".coach__head")).to_be_visible()
    expect(panel.locator(".coach__list")).to_be_hidden()
    expect(body).to_have_value(TEXT + " beside.")
    panel.locator(".coach__head").click()
    expect(page.locator(".remark__question").first).to_be_visible()
    page.goto("/coach")
    assert faults(page) == []
    page.get_by_role("button", name="Switch the coach off").click()
    expect(page.locator(".flash")).to_contain_text("The coach is off.")
    page.goto("/write")
    expect(panel).to_contain_text("The coach is off.")
    organizer = open_page("ada", size="phone", dark=True)
    organizer.goto("/coach/phrases")
    organizer.locator(".sheet > summary").first.click()
    assert faults(organizer) == []
    assert organizer.evaluate("document.documentElement.scrollWidth") <= 390
