"""The main job as people do it: the real command, the real model, a real browser.

One `xinde serve --demo` for the whole file, started on an empty folder.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect

SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 900}}
FIRST_START = 400  # seconds; about 70 on two cores

pytestmark = pytest.mark.timeout(900)


@dataclass
class Served:
    url: str
    data: Path
    output: str
    process: subprocess.Popen[bytes]

    def said(self, pattern: str) -> str:
        found = re.search(pattern, self.output)
        assert found, self.output
        return found[1]


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def start(data: Path, *options: str, wait: int) -> Served:
    port = free_port()
    log = data.parent / "serve.log"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("XINDE_")}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "webapp.cli", "serve", "--port", str(port), *options],
            env={**environment, "XINDE_DATA": str(data), "PYTHONUNBUFFERED": "1"},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    until = time.monotonic() + wait
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text("utf-8", "replace")
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    break
        except OSError:
            time.sleep(0.3)
    else:
        process.kill()
        pytest.fail(f"not ready after {wait} s: " + log.read_text("utf-8", "replace")[-2000:])
    return Served(url, data, log.read_text("utf-8", "replace"), process)


def stop(served: Served) -> int:
    served.process.send_signal(signal.SIGINT)
    return served.process.wait(timeout=30)


@pytest.fixture(scope="module")
def served(chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    running = start(tmp_path_factory.mktemp("journey") / "instance", "--demo", wait=FIRST_START)
    yield running
    stop(running)


@pytest.fixture
def visit(chromium, served: Served) -> Iterator[Any]:
    contexts, troubles = [], []

    def make(*, size: str = "desk", language: str = "en", dark: bool = False):
        context = chromium.new_context(
            base_url=served.url,
            viewport=SIZES[size],
            locale="zh-CN" if language == "zh" else "en-GB",
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        context.add_cookies([{"name": "language", "value": language, "url": served.url}])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda e: troubles.append(str(e)))
        page.on(
            "response",
            lambda r: troubles.append(f"{r.status} {r.url}") if r.status >= 500 else None,
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert troubles == []


def sign_in(page, served: Served, who: str = "maria@example.org") -> None:
    page.goto("/login")
    page.locator("#email").fill(who)
    page.locator("#password").fill(served.said(r"with the password (\S+)"))
    page.locator("main form button").click()
    page.wait_for_url(lambda url: "/login" not in url)


def test_the_main_job_from_invitation_to_suggestion(visit, served):
    # The administrator link from the terminal, then an invitation.
    admin = visit()
    admin.goto(served.said(r"(http://\S+/join/\S+)"))
    admin.get_by_label("Your name").fill("Ada Admin")
    admin.get_by_label("E-mail address").fill("ada@example.net")
    admin.get_by_label("Password").fill("seven quiet lanterns")
    admin.get_by_role("button", name="Join").click()
    for _step in range(3):
        admin.get_by_role("button", name="Skip").click()
    admin.goto("/people/invitations")
    admin.get_by_text("For one person: more").click()
    admin.get_by_label("Name (may stay empty)").fill("Noor")
    admin.get_by_role("button", name="Make a link").click()
    link = admin.locator("#new_link").input_value()

    # A new member, on a phone.
    noor = visit(size="phone")
    noor.goto(link)
    noor.get_by_label("E-mail address").fill("noor@example.net")
    noor.get_by_label("Password").fill("eight quiet lanterns")
    noor.get_by_role("button", name="Join").click()
    noor.get_by_role("checkbox", name="Group leader").check()
    noor.get_by_role("button", name="Continue").click()
    noor.get_by_role("checkbox", name="Reflection and summing up").check()
    noor.get_by_role("button", name="Continue").click()
    sentence = "Nobody speaks in our meetings, and I would like quiet people to talk."
    noor.locator("#working_on").fill(sentence)
    noor.get_by_role("button", name="Show my suggestions").click()
    expect(noor.get_by_role("heading", level=1)).to_have_text("For you today")
    expect(noor.get_by_role("heading", name="Because you wrote")).to_be_visible()
    expect(
        noor.locator(".reason blockquote", has_text="Nobody speaks in our meetings").first
    ).to_be_visible()
    assert 5 <= noor.locator("article.suggestion").count() <= 7
    expect(noor.locator("main")).to_contain_text("A discussion that thinks")
    before = [noor.locator("article.suggestion h3").all_inner_texts()]
    noor.reload()
    assert noor.locator("article.suggestion h3").all_inner_texts() == before[0]

    # Not this one, and undo.
    card = noor.locator("article.suggestion").first
    card.get_by_role("button", name="Not this one").click()
    expect(card).to_have_class(re.compile("is-aside"))
    noor.locator(".said button").click()
    expect(card).not_to_have_class(re.compile("is-aside"))

    # A Chinese question finds an English passage.
    noor.goto("/library")
    noor.get_by_role("searchbox").fill("体检筛查结果是阳性，真的有病的可能有多大？")
    noor.keyboard.press("Enter")
    expect(noor.locator("main li h2").first).to_have_text("A letter about the screening van")

    # Read, and write with a quotation.
    noor.goto("/read/a-discussion-that-thinks")
    noor.get_by_role("link", name="Write a reflection").first.click()
    body = noor.locator("textarea[name=body]")
    body.fill("Last Tuesday I kept two minutes of silence, and three people spoke who never speak.")
    noor.locator("input[name=title]").fill("Two minutes")
    expect(noor.locator("main")).to_contain_text(re.compile(r"Saved \d\d:\d\d"))
    noor.get_by_role("button", name="Continue to submit").click()
    expect(noor.locator("main")).to_contain_text("without")
    noor.locator('input[name=audience][value="anonymous"]').check()
    noor.locator("main form").filter(has=noor.locator("input[name=audience]")).get_by_role(
        "button"
    ).last.click()
    expect(noor.locator("main")).to_contain_text("three people spoke who never speak")

    # Another member finds it, without a name; it is suggested once the worker has seen it.
    maria = visit()
    sign_in(maria, served)
    maria.goto("/reflections?q=two+minutes+of+silence")
    found = maria.get_by_role("link", name="Two minutes", exact=True).first
    expect(found).to_be_visible()
    found.click()
    expect(maria.locator("main")).not_to_contain_text("Noor")
    where = maria.url

    # Withdrawn, it is gone at once.
    noor.goto(where)
    noor.get_by_role("link", name="Withdraw").click()
    noor.get_by_role("button", name="Withdraw").click()
    assert maria.goto(where).status == 404
    maria.goto("/reflections?q=two+minutes+of+silence")
    expect(maria.get_by_role("link", name="Two minutes", exact=True)).to_have_count(0)


PAGES = (
    "/",
    "/library",
    "/library?theme=discussion&language=zh",
    "/library?q=学习",
    "/library?q=zzzzzz",
    "/read/a-discussion-that-thinks",
    "/read/going-to-see-zh",
    "/saved",
    "/reflections",
    "/reflections?q=silence",
    "/write",
    "/write?text=going-to-see",
    "/write/mine",
    "/notes",
    "/notes/new",
    "/me",
    "/welcome/role",
    "/welcome/interests",
    "/welcome/now",
    "/password",
    "/no-such-page",
)


# Every pair of size, paper and language: what is wrong only in a phone's dark Chinese
# is not worth as much time again.
LOOKS = [
    ("phone", False, "en"),
    ("phone", True, "zh"),
    ("desk", False, "zh"),
    ("desk", True, "en"),
]


@pytest.mark.parametrize(("size", "dark", "language"), LOOKS)
def test_no_page_has_an_accessibility_violation_or_runs_over_the_edge(
    visit, served, language, size, dark
):
    page = visit(size=size, language=language, dark=dark)
    page.goto("/login")
    assert violations(page) == []
    sign_in(page, served, "liwen@example.org" if language == "zh" else "maria@example.org")
    found = []
    links = []
    for path in PAGES:
        page.goto(path)
        found += [f"{path}: {v}" for v in violations(page)]
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            found.append(f"{path}: {over} px over the edge")
        links += page.locator('main a[href^="/reflections/"]').evaluate_all(
            "all => all.map(a => a.getAttribute('href'))"
        )
    for path in sorted({link for link in links if re.fullmatch(r"/reflections/[a-z2-7]+", link)})[
        :3
    ]:
        page.goto(path)
        found += [f"{path}: {v}" for v in violations(page)]
    assert found == []


def violations(page) -> list[str]:
    result = Axe().run(page)
    return [f"{v['id']} ({v['help']}): {v['nodes'][0]['html'][:160]}" for v in result["violations"]]


def test_a_second_start_is_ready_at_once_and_ctrl_c_stops_it(served, tmp_path):
    data = served.data
    assert stop(served) in (0, 130, -signal.SIGINT)
    began = time.monotonic()
    again = start(data, "--demo", wait=60)
    took = time.monotonic() - began
    print(f"second start ready after {took:.1f} s")
    assert "embedded" not in again.output or re.search(r"\b0 passages embedded", again.output)
    assert stop(again) in (0, 130, -signal.SIGINT)
