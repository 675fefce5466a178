"""Writing in a real browser: what is saved, where unsaved words are, two tabs, citing."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import expect


@pytest.fixture
def bodies(live):
    """The words of a member's drafts as the database file has them now."""

    def read(who: str) -> list[str]:
        database = live.app.config["XINDE"].data / "community.db"
        with closing(sqlite3.connect(database)) as connection:
            rows = connection.execute(
                "select r.body from reflections r join members m on m.id = r.member_id "
                "join accounts a on a.id = m.account_id where a.email = ?",
                (live.emails[who],),
            )
            return [body for (body,) in rows]

    return read


def write(page: Any, text: str) -> None:
    page.locator("#body").press_sequentially(text)


def said(page: Any, words: str | re.Pattern[str]) -> None:
    expect(page.locator("#state")).to_contain_text(words, timeout=15_000)


def begun(page: Any, text: str = "A first line.") -> None:
    """A new draft with its first words saved."""
    page.goto("/write")
    write(page, text)
    said(page, "Saved")


def test_what_is_written_is_saved_by_itself_and_is_there_after_a_reload(open_page, bodies):
    page = open_page("maria")
    page.goto("/write")
    expect(page.locator("#state")).to_have_text("")
    write(page, "I knocked at five doors.")
    said(page, re.compile(r"Saved \d{1,2}:\d\d"))
    assert re.search(r"/reflections/\w+/edit$", page.url)
    page.locator("#title").fill("Five doors")
    page.locator("#body").focus()
    said(page, "Saved")
    expect.set_options(timeout=10_000)
    page.wait_for_timeout(600)
    page.reload()
    expect(page.locator("#body")).to_have_value("I knocked at five doors.")
    expect(page.locator("#title")).to_have_value("Five doors")
    expect(page.locator(".found-here")).to_be_hidden()
    assert len(bodies("maria")) == 1


def test_words_typed_before_the_script_has_come_are_saved(open_page, bodies):
    page = open_page("maria")
    begun(page)
    held = []
    page.route("**/js/draft.js*", lambda route: held.append(route))
    page.goto(page.url, wait_until="commit")
    page.locator("#body").press("End")
    write(page, " Typed at once.")
    while not held:
        page.wait_for_timeout(50)
    held[0].continue_()
    said(page, "Saved")
    page.wait_for_timeout(2_500)
    assert bodies("maria") == ["A first line. Typed at once."]


def test_a_visit_without_a_word_leaves_nothing(open_page, bodies):
    page = open_page("maria")
    page.goto("/write?text=going-to-see")
    page.locator("#body").focus()
    page.goto("/write/mine")
    assert bodies("maria") == []


def test_offline_words_are_kept_on_this_device_and_saved_when_the_net_is_back(open_page, bodies):
    page = open_page("maria")
    begun(page)
    page.context.set_offline(True)
    write(page, " Written on the train.")
    said(page, "Offline, kept on this device")
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    said(page, "Saved")
    assert bodies("maria")[0] == "A first line. Written on the train."
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_words_of_a_page_that_was_lost_are_offered_again(open_page, bodies):
    page = open_page("maria")
    begun(page)
    page.route("**/draft", lambda route: route.abort())
    write(page, " Lost with the battery.")
    said(page, "Offline, kept on this device")
    page.unroute_all(behavior="wait")
    page.route("**/draft", lambda route: route.abort())
    page.reload()
    page.unroute_all(behavior="wait")
    box = page.locator(".found-here")
    expect(box).to_be_visible()
    expect(page.locator("#body")).to_have_value("A first line.")
    box.get_by_role("button", name="Look").click()
    expect(box.locator("pre")).to_contain_text("Lost with the battery.")
    box.get_by_role("button", name="Restore them").click()
    expect(page.locator("#body")).to_have_value("A first line. Lost with the battery.")
    said(page, "Saved")
    page.wait_for_timeout(500)
    assert bodies("maria")[0] == "A first line. Lost with the battery."
    page.reload()
    expect(box).to_be_hidden()


def test_another_member_on_the_same_device_does_not_get_the_words(open_page, live):
    page = open_page("maria")
    page.goto("/write")
    page.route(
        "**/write",
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
    )
    write(page, "Maria's own thought.")
    said(page, "Offline, kept on this device")
    page.unroute_all(behavior="wait")
    page.context.clear_cookies()
    page.goto("/login")
    page.locator("#email").fill(live.emails["omar"])
    page.locator("#password").fill(live.password)
    page.locator("main form button").click()
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto("/write")
    expect(page.locator("#body")).to_have_value("")
    expect(page.locator(".found-here")).to_be_hidden()


def test_two_tabs_meet_in_a_page_that_compares_them(open_page, bodies):
    one = open_page("maria")
    begun(one)
    two = one.context.new_page()
    two.goto(one.url)
    write(one, " From the first tab.")
    said(one, "Saved")
    one.wait_for_timeout(2_000)
    two.locator("#body").focus()
    two.keyboard.press("Control+End")
    write(two, " From the second.")
    said(two, "Changed elsewhere: compare")
    two.locator("#state button").click()
    expect(two.get_by_role("heading", level=1)).to_have_text("Changed in two places")
    expect(two.locator("pre.words")).to_have_count(2)
    two.get_by_role("button", name="Keep both, one after the other").click()
    expect(two.locator("#body")).to_have_value(
        "A first line. From the first tab.\n\n---\n\nA first line. From the second."
    )
    expect(two.locator(".found-here")).to_be_hidden()
    assert "---" in bodies("maria")[0]


def test_words_written_after_a_settled_conflict_outlive_the_session(open_page, live, bodies):
    page = open_page("maria")
    begun(page)
    address = page.url
    other = page.context.new_page()
    other.goto(address)
    write(other, " Elsewhere.")
    said(other, "Saved")
    write(page, " Here.")
    page.get_by_role("button", name="Changed elsewhere: compare").click()
    page.get_by_role("button", name="Keep what is written here").click()
    expect(page.locator("#body")).to_have_value("A first line. Here.")
    page.context.clear_cookies()
    page.locator("#body").press("End")
    write(page, " Later.")
    said(page, "You are signed out")
    page.locator("#state a").click()
    page.locator("#email").fill(live.emails["maria"])
    page.locator("#password").fill(live.password)
    page.locator("main form button").click()
    page.wait_for_url(address)
    page.get_by_role("button", name="Restore them").click()
    expect(page.locator("#body")).to_have_value("A first line. Here. Later.")


def test_after_the_session_ended_the_words_are_kept_and_found_after_signing_in(
    open_page, live, bodies
):
    page = open_page("maria")
    begun(page)
    address = page.url
    page.context.clear_cookies()
    write(page, " Written after the session ended.")
    said(page, "You are signed out: sign in again, your text is kept on this device")
    page.locator("#state a").click()
    page.locator("#email").fill(live.emails["maria"])
    page.locator("#password").fill(live.password)
    page.locator("main form button").click()
    page.wait_for_url(address)
    page.get_by_role("button", name="Restore them").click()
    said(page, "Saved")
    page.wait_for_timeout(800)
    assert bodies("maria")[0].endswith("after the session ended.")


def test_a_passage_is_cited_where_the_caret_is(open_page, bodies):
    page = open_page("maria")
    page.goto("/write?text=going-to-see")
    write(page, "As the clerk says:")
    page.get_by_role("button", name="Cite a passage").click()
    expect(page.locator(".cite__list li")).to_have_count(2)
    page.locator("#cite-words").fill("a bucket under the sink")
    page.locator("#cite-words").press("Enter")
    first = page.locator(".cite__list li").first
    expect(first.locator("blockquote")).to_contain_text("bucket")
    first.get_by_role("button").click()
    expect(page.locator("#body")).to_have_value(
        re.compile(
            r"^As the clerk says:\n\n> .*bucket.*\n>\n> — \[Going to see · .*\]\(reading:going-to-see/[\w.]+\)\n\n$"
        )
    )
    said(page, "Saved")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".editor__preview blockquote a")).to_have_attribute(
        "href", re.compile(r"^/read/going-to-see#p-")
    )
    assert len(bodies("maria")) == 1


def test_twenty_thousand_words_are_written_on_without_lag(open_page):
    page = open_page("maria")
    begun(page)
    paragraphs = "\n\n".join(["word " * 199 + "end."] * 100)
    page.locator("#body").fill(paragraphs)
    said(page, "Saved")
    page.locator("#body").focus()
    page.keyboard.press("Control+End")
    taken = page.evaluate(
        """() => {
          const body = document.getElementById("body");
          const begun = performance.now();
          for (let i = 0; i < 50; i += 1) {
            body.setRangeText("x", body.value.length, body.value.length, "end");
            body.dispatchEvent(new Event("input", { bubbles: true }));
          }
          return (performance.now() - begun) / 50;
        }"""
    )
    assert taken < 16  # ms a key: one frame
    said(page, "Saved")


def test_a_reflection_goes_from_the_editor_to_its_readers(open_page, live):
    page = open_page("maria", size="phone")
    begun(page, "I knocked at five doors.")
    page.get_by_role("button", name="Continue to submit").click()
    expect(page.get_by_label("Title")).to_have_value("I knocked at five doors")
    expect(page.locator("main")).to_contain_text("Readable by the 2 members of Harbour")
    page.get_by_text("The organisation, without my name").click()
    page.get_by_role("button", name="Submit").click()
    expect(page.locator(".flash")).to_contain_text("Submitted.")
    reader = open_page("omar")
    reader.goto("/reflections")
    expect(reader.locator(".list")).to_contain_text("A member")
    reader.get_by_role("link", name="I knocked at five doors").click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("I knocked at five doors")
    expect(reader.locator("main")).not_to_contain_text("Maria")


def test_without_script_a_draft_is_saved_and_submitted(chromium, live):
    context = chromium.new_context(
        base_url=live.url, java_script_enabled=False, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto("/login")
    page.locator("#email").fill(live.emails["li"])
    page.locator("#password").fill(live.password)
    page.locator("main form button").click()
    page.goto("/write")
    page.locator("#title").fill("敲门")
    page.locator("#body").fill("我们敲了五扇门。")
    page.locator('button[value="submit"]').click()
    page.locator('input[value="organisation"]').check()
    page.locator(".editor__end button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("敲门")
    context.close()


def test_a_note_is_kept_the_same_way(open_page):
    page = open_page("maria")
    page.goto("/notes/new")
    write(page, "A question to come back to.")
    said(page, "Saved")
    assert re.search(r"/notes/\w+$", page.url)
    page.reload()
    expect(page.locator("#body")).to_have_value("A question to come back to.")
    expect(page.locator("main")).to_contain_text("Only you can read this.")
    page.get_by_role("button", name="Make a reflection from this note").click()
    expect(page.locator("#body")).to_have_value("A question to come back to.")
    assert "/reflections/" in page.url
