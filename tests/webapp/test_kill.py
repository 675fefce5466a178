"""kill -9 while members are submitting: what was acknowledged is there, and there once."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.webapp.serving import ROOT, Browser, Server, hidden

pytestmark = pytest.mark.slow

WRITERS = 4
PASSWORD = "a password for tests"


def organisation(folder: Path) -> Path:
    file = folder / "org.json"
    file.write_text(
        json.dumps(
            {
                "members": [
                    {
                        "key": f"w{n}",
                        "name": f"Writer {n}",
                        "email": f"w{n}@example.org",
                        "password": PASSWORD,
                        "welcomed": True,
                    }
                    for n in range(WRITERS)
                ]
            }
        )
    )
    return file


class Writer(threading.Thread):
    """Writes and submits until the server is gone; remembers what was acknowledged."""

    def __init__(self, browser: Browser, number: int) -> None:
        super().__init__()
        self.browser, self.number = browser, number
        self.acknowledged: list[str] = []
        self.unanswered: dict[str, tuple[str, dict[str, str]]] = {}
        self.strange: list[str] = []

    def run(self) -> None:
        for count in range(10_000):
            try:
                self.submit(f"Piece {self.number}-{count}")
            except (OSError, http.client.HTTPException):
                return  # the server is gone, or went in the middle of an answer

    def submit(self, title: str) -> None:
        page = self.browser.get("/write")[1]
        status, _page, to = self.browser.post(
            "/write",
            title=title,
            body=f"What {title} says.",
            key=hidden(page, "key"),
            csrf_token=hidden(page, "csrf_token"),
        )
        if status not in (302, 303):
            self.strange.append(f"write: {status}")
            return
        piece = re.search(r"/reflections/([a-z2-7]{16})", to)[1]
        path = f"/reflections/{piece}/submit"
        page = self.browser.get(path)[1]
        fields = {
            "title": title,
            "audience": "organisation",
            "key": hidden(page, "key"),
            "version": hidden(page, "version"),
            "csrf_token": hidden(page, "csrf_token"),
        }
        self.unanswered[title] = (path, fields)
        status, page, _to = self.browser.post(path, **fields)
        if status == 303:
            self.acknowledged.append(title)
        else:
            self.strange.append(f"submit: {status}")
        del self.unanswered[title]


def test_nothing_acknowledged_is_lost_or_doubled(tmp_path):
    data = tmp_path / "instance"
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "from webapp.cli import main; main()",
            "load",
            str(organisation(tmp_path)),
        ],
        env={
            "XINDE_DATA": str(data),
            "XINDE_MODEL": "hashing",
            "PYTHONPATH": str(ROOT),
            "PATH": "/usr/bin:/bin",
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert loaded.returncode == 0, loaded.stderr
    acknowledged: list[str] = []
    for _round in range(2):
        with Server(data) as server:
            server.wait_until_ready()
            writers = []
            for number in range(WRITERS):
                browser = Browser(server.address)
                browser.sign_in(f"w{number}@example.org", PASSWORD)
                writers.append(Writer(browser, number + 10 * _round))
            for writer in writers:
                writer.start()
            deadline = time.monotonic() + 60
            while sum(len(w.acknowledged) for w in writers) < 12 and time.monotonic() < deadline:
                time.sleep(0.05)
            server.kill()
            for writer in writers:
                writer.join(60)
        assert [s for w in writers for s in w.strange] == []
        acknowledged += [title for w in writers for title in w.acknowledged]
    assert len(acknowledged) >= 24
    with Server(data) as server:
        server.wait_until_ready()
        browser = Browser(server.address)
        browser.sign_in("w0@example.org", PASSWORD)
        # A press that was not answered is pressed again: done once, whatever had become of it.
        for number, writer in enumerate(writers):
            mine = Browser(server.address)
            mine.sign_in(f"w{number}@example.org", PASSWORD)
            for title, (path, fields) in writer.unanswered.items():
                token = hidden(mine.get("/me")[1], "csrf_token")
                again = {**fields, "csrf_token": token}
                assert [mine.post(path, **again)[0] for _ in range(2)] == [303, 303]
                acknowledged.append(title)
        server.stop()
    titles = submitted(data)
    assert sorted(set(acknowledged) - set(titles)) == []
    assert sorted(t for t in titles if titles.count(t) > 1) == []


def submitted(data: Path) -> list[str]:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(data / "community.db")) as found:
        assert found.execute("pragma integrity_check").fetchone()[0] == "ok"
        rows = found.execute("select published_title from reflections where status = 'submitted'")
        return [title for (title,) in rows]
