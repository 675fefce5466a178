"""A live app and a real Chromium.

`live` serves the small organisation of tests/webapp over HTTP in a thread (with
CSRF and the strict content policy on, as in production). `page` is a fresh
browser context that fails the test on any script error or policy violation.
"""

from __future__ import annotations

import os
import queue
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from corpus import intake
from corpus.library import Library
from models.load import load_model
from recommender.indexing import sync_library
from tests.webapp.people import PASSWORD, add_member, found_organisation, running_app

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
TEXTS = Path(__file__).parents[1] / "webapp" / "texts"
SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 900}}


def pytest_collection_modifyitems(items) -> None:
    here = Path(__file__).parent
    ours = [item for item in items if here in Path(item.path).parents]
    for item in ours:
        item.add_marker(pytest.mark.browser)
        item.add_marker(pytest.mark.slow)
    # Last: Playwright keeps an event loop in this thread until the session ends, beside
    # which an app of another test cannot end its requests.
    items[:] = [item for item in items if item not in ours] + ours


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no browser at {CHROMIUM}: install Debian's chromium and fonts-noto-cjk")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def browser_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browser-built")
    model = load_model("hashing", folder)
    intake.build(folder / "library.db", [TEXTS])
    with Library.open(folder / "library.db") as library:
        sync_library(folder / "index", library, model)
    return folder


@dataclass
class Live:
    """The running app: its address, and people by name with their passwords."""

    app: Flask
    url: str
    emails: dict[str, str]
    server: Any

    password: str = PASSWORD

    def stop(self) -> None:
        self.server.shutdown()


@pytest.fixture
def live(tmp_path: Path, browser_library: Path) -> Iterator[Live]:
    data = tmp_path / "instance"
    shutil.copytree(browser_library, data)
    started: queue.Queue[Live | Exception] = queue.Queue()
    # In a thread from the beginning: Playwright keeps an event loop in this one,
    # and Flask-SQLAlchemy-Lite's teardown refuses to run beside another loop.
    thread = threading.Thread(target=serve, args=(data, started), daemon=True)
    thread.start()
    found = started.get(timeout=60)
    if isinstance(found, Exception):
        raise found
    yield found
    found.stop()
    thread.join()


def serve(data: Path, started: queue.Queue[Live | Exception]) -> None:
    """The app with its members, until it is stopped."""
    options = {"WTF_CSRF_ENABLED": True, "NOW": None, "PROPAGATE_EXCEPTIONS": False}
    try:
        with running_app(data, "", load_model("hashing", data), **options) as app:
            emails = add_members()
            server = make_server("127.0.0.1", 0, app, threaded=True)
            started.put(Live(app, f"http://127.0.0.1:{server.server_port}", emails, server))
            server.serve_forever()
    except Exception as problem:
        started.put(problem)
        raise


def add_members() -> dict[str, str]:
    """Four members; their e-mail addresses by first name."""
    organisation = found_organisation()
    emails = {}
    for name, unit, language, admin in (
        ("Maria Lopez", organisation.harbour, "en", False),
        ("Li Wen", organisation.harbour, "zh", False),
        ("Omar Haddad", organisation.hill, "en", False),
        ("Ada Admin", organisation.hill, "en", True),
    ):
        add_member(organisation, name, unit, language=language, administrator=admin)
        emails[name.split()[0].lower()] = f"{name.lower().replace(' ', '.')}@example.org"
    return emails


@pytest.fixture
def open_page(chromium, live: Live) -> Iterator[Callable[..., Any]]:
    """Opens a page in a context of its own; fails on script errors at the end."""
    contexts, troubles = [], []

    def make(
        who: str | None = None, *, size: str = "desk", dark: bool = False, language: str = "en"
    ):
        context = chromium.new_context(
            base_url=live.url,
            viewport=SIZES[size],
            color_scheme="dark" if dark else "light",
            # a colour measured half-way through a transition is nobody's choice
            reduced_motion="reduce",
            locale="zh-CN" if language == "zh" else "en-GB",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: troubles.append(f"script error: {error}"))
        page.on(
            "console",
            lambda message: (
                troubles.append(message.text) if "Content Security Policy" in message.text else None
            ),
        )
        if who is not None:
            sign_in(page, live.emails[who], live.password)
        return page

    yield make
    for context in contexts:
        context.close()
    assert troubles == []


def sign_in(page: Any, email: str, password: str) -> None:
    page.goto("/login")
    page.locator("#email").fill(email)
    page.locator("#password").fill(password)
    page.locator("main form button").click()
    page.wait_for_url(lambda url: "/login" not in url)
