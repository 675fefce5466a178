"""The library desk in a real browser: files brought in, texts gone through by keyboard."""

from __future__ import annotations

import re
import threading

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect

from corpus import starter
from corpus.records import Proposal
from webapp.jobs import queue

TAP = "# The tap\n\n" + "The tap had dripped for a month before anybody wrote it down. " * 12


@pytest.fixture
def waiting(live):
    """Two texts for which something is proposed; both were brought in as files."""
    library = live.app.extensions["xinde_resources"].library
    library.put_labels(starter.themes(), starter.roles())
    slugs = ["tap", "lamp"]
    bring(live, *slugs)
    propose(live, slugs)
    return slugs


def propose(live, slugs: list[str]) -> None:
    """As the software does once everything is embedded; it would then propose anew."""
    library = live.app.extensions["xinde_resources"].library
    why = {"kind": "description", "sentence": "The tap had dripped for a month."}
    library.put_proposals(
        {
            slug: [
                Proposal("theme", "service", 0.91, why),
                Proposal("role", "mentor", 0.42, {"kind": "subject", "subject": "Repairs"}),
                Proposal("level", "introductory", 0.66, {"kind": "readability", "sentence_words": 13}),
            ]
            for slug in slugs
        }
    )  # fmt: skip


def bring(live, *slugs: str) -> None:
    from webapp.texts import brought

    def work() -> None:
        for slug in slugs:
            place = live.app.config["XINDE"].data / "uploads" / slug
            place.mkdir(parents=True)
            file = place / f"{slug}.md"
            file.write_text(TAP.replace("tap", slug), "utf-8")
            brought.take_upload(live.app, slug, file, file.name, replace=False)

    in_app(live, work)


def run_jobs(live) -> None:
    in_app(live, queue.run_waiting)


def in_app(live, work) -> None:
    """In a thread of its own: Playwright keeps an event loop in this one."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            with live.app.app_context():
                work()
        except BaseException as problem:
            failed.append(problem)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


def test_two_files_are_brought_in_and_their_outcomes_appear_by_themselves(live, open_page):
    page = open_page("ada")
    page.goto("/library/desk")
    page.locator("#files").set_input_files(
        [
            {"name": "The tap.md", "mimeType": "text/markdown", "buffer": TAP.encode()},
            {"name": "broken.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 no"},
        ]
    )
    page.get_by_role("button", name="Bring in").click()
    expect(page.locator(".upload")).to_have_count(2)
    expect(page.locator("#lately")).to_contain_text("2 files are not read yet")
    run_jobs(live)
    lately = page.locator("#lately")
    expect(lately.get_by_role("link", name="The tap")).to_be_visible(timeout=15_000)
    expect(lately).to_contain_text("Refused")
    expect(lately).not_to_contain_text("not read yet")
    lately.get_by_role("link", name="The tap").click()
    expect(page.locator("h1")).to_have_text("The tap")


def test_files_are_dropped_anywhere_on_the_page(open_page):
    page = open_page("ada")
    page.goto("/library/desk")
    page.evaluate(
        """words => {
          const data = new DataTransfer();
          data.items.add(new File([words], "dropped.md", { type: "text/markdown" }));
          document.querySelector("h1").dispatchEvent(
            new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        }""",
        TAP,
    )
    expect(page.locator(".upload")).to_contain_text("dropped.md")


def test_a_file_that_was_not_sent_can_be_sent_again(open_page):
    page = open_page("ada")
    page.goto("/library/desk")
    page.route("**/library/desk/uploads", lambda route: route.abort())
    page.locator("#files").set_input_files(
        [{"name": "tap.md", "mimeType": "text/markdown", "buffer": TAP.encode()}]
    )
    page.get_by_role("button", name="Bring in").click()
    expect(page.locator(".sending")).to_contain_text("there is no connection")
    page.unroute("**/library/desk/uploads")
    page.get_by_role("button", name="Send again").click()
    expect(page.locator(".upload")).to_contain_text("tap.md")
    expect(page.locator(".sending")).to_be_hidden()


def test_texts_are_gone_through_with_the_keyboard(waiting, open_page):
    page = open_page("ada")
    page.goto("/library/desk/texts?state=waiting")
    expect(page.locator(".text")).to_have_count(2)
    first = page.locator(".text").first.get_attribute("data-slug")
    page.keyboard.press("j")
    expect(page.locator(f'[data-slug="{first}"] h2 a')).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator(".bulk__count")).to_have_text("1 text ticked")
    page.keyboard.press("x")
    page.keyboard.press("c")
    expect(page.locator("[data-told]")).to_contain_text("Confirmed what was proposed for 1 text")
    expect(page.locator(".text")).to_have_count(1)
    expect(page.locator(".text h2 a")).to_be_focused()
    page.keyboard.press("u")
    expect(page.locator("[data-told]")).to_contain_text("Took a change back")
    expect(page.locator(".text")).to_have_count(2)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile(r"/library/desk/texts/(tap|lamp)\?"))


def test_keys_do_nothing_in_fields_nor_when_they_are_switched_off(waiting, open_page):
    page = open_page("ada")
    page.goto("/library/desk/texts?state=waiting")
    page.locator("#q").press_sequentially("jcx")
    expect(page.locator("#q")).to_have_value("jcx")
    expect(page.locator(".text")).to_have_count(2)
    switch = page.get_by_role("button", name="Keyboard shortcuts")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "false")
    page.reload()
    page.keyboard.press("j")
    expect(page.locator(".is-here")).to_have_count(0)


def test_several_texts_are_changed_at_once_and_the_list_stays(waiting, open_page):
    page = open_page("ada")
    page.goto("/library/desk/texts?state=waiting")
    page.get_by_label("Tick all on this page").check()
    page.get_by_role("button", name="Confirm what is proposed").click()
    expect(page.locator("[data-told]")).to_contain_text("for 2 texts")
    expect(page.locator("main")).to_contain_text("Nothing waits for a decision")
    expect(page.locator(".states [aria-current]")).to_contain_text("Waiting 0")


def test_everything_works_without_script(live, waiting, chromium):
    context = chromium.new_context(
        base_url=live.url, java_script_enabled=False, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto("/login")
    page.locator("#email").fill(live.emails["ada"])
    page.locator("#password").fill(live.password)
    page.locator("main form button").click()
    page.goto("/library/desk")
    page.locator("#files").set_input_files(
        [{"name": "more.md", "mimeType": "text/markdown", "buffer": TAP.replace("tap", "roof").encode()}]
    )  # fmt: skip
    page.get_by_role("button", name="Bring in").click()
    expect(page.locator("#lately")).to_contain_text("1 file is not read yet")
    run_jobs(live)
    page.get_by_role("link", name="Refresh").click()
    expect(page.locator("#lately")).to_contain_text("Brought in")
    propose(live, waiting)
    page.goto("/library/desk/texts?state=waiting")
    page.get_by_role("button", name=re.compile("Confirm all.*The tap")).click()
    expect(page.locator(".flash")).to_contain_text("Confirmed what was proposed for 1 text")
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name=re.compile("Confirm all.*The tap")).click()
    page.goto("/library/desk/changes")
    expect(page.locator(".history > li")).to_have_count(3)
    context.close()


def test_a_link_into_a_text_that_is_shown_by_passages_leads_to_the_passage(
    live, waiting, open_page
):
    page = open_page("ada")
    page.goto("/library/desk/texts/going-to-see")
    page.get_by_text("Passages only").click()
    page.get_by_role("button", name="Save").last.click()
    page.goto("/read/going-to-see")
    expect(page.locator(".passage")).to_have_count(1)
    library = live.app.extensions["xinde_resources"].library
    last = library.passages("going-to-see")[-1].id.partition("/")[2]
    page.goto(f"/read/going-to-see#p-{last}")  # as it was copied before
    expect(page.locator(f'[id="p-{last}"]')).to_be_visible()


PAGES = (
    "/library/desk",
    "/library/desk/texts",
    "/library/desk/texts/tap",
    "/library/desk/files",
    "/library/desk/files?show=imported",
    "/library/desk/changes",
    "/read/going-to-see",
    "/people",
)
LOOKS = (
    ("phone", "zh", True),
    ("desk", "en", False),
)


@pytest.mark.parametrize(("size", "language", "dark"), LOOKS)
def test_desk_pages_are_accessible_and_no_wider_than_the_screen(
    live, waiting, open_page, size, language, dark
):
    page = open_page("ada", size=size, language=language, dark=dark)
    context = page.context
    context.add_cookies([{"name": "language", "value": language, "url": live.url}])
    page.goto("/library/desk/texts/going-to-see")
    page.locator("input[name=rights][value=passages]").check(force=True)
    page.locator(".save button").click()
    page.goto("/library/desk/texts/small-goals")
    page.locator("#title").fill("")
    page.locator(".save button").click()
    look(page, "a form with an error")
    for path in PAGES:
        page.goto(path)
        for closed in page.locator("main details:not([open]) > summary").all()[:6]:
            if closed.is_visible():
                closed.click()
        look(page, path)


def look(page, what: str) -> None:
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1], what
    found = Axe().run(page)["violations"]
    assert [(v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in found] == [], what
