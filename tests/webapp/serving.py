"""A real `xinde serve` in a process of its own, for tests."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Server:
    """Started in a process group of its own, so that all of it can be killed."""

    def __init__(self, data: Path, *arguments: str, port: int | None = None, **more: str) -> None:
        self.data, self.port = data, port or free_port()
        kept = {
            k: v
            for k, v in os.environ.items()
            if not k.startswith("XINDE_") and k != "DATABASE_URL"
        }
        self.said = data.parent / f"serve-{self.port}.log"
        with open(self.said, "a") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    "from webapp.command import main; main()",
                    "serve",
                    "--port",
                    str(self.port),
                    *arguments,
                ],
                env={
                    **kept,
                    "XINDE_DATA": str(data),
                    "XINDE_MODEL": "hashing",
                    "PYTHONPATH": str(ROOT),
                    **more,
                },
                cwd=data.parent,
                stdout=log,
                stderr=log,
                start_new_session=True,
                # A shell that runs the tests in the background hands on an ignored Ctrl-C.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
            )

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        return self.said.read_text()

    def wait_until_ready(self, seconds: float = 120) -> float:
        """How long it took until /readyz said yes."""
        start = time.monotonic()
        while time.monotonic() - start < seconds:
            if self.process.poll() is not None:
                raise AssertionError(f"serve ended with {self.process.returncode}: {self.output}")
            try:
                with urllib.request.urlopen(f"{self.address}/readyz", timeout=30) as answer:
                    if json.load(answer)["ready"]:
                        return time.monotonic() - start
            except (OSError, urllib.error.HTTPError):
                time.sleep(0.05)
        raise AssertionError(f"not ready after {seconds} s: {self.output}")

    def stop(self, number: int = signal.SIGINT) -> int:
        """As Ctrl-C on a terminal does: to the whole group. The exit code."""
        os.killpg(self.process.pid, number)
        return self.process.wait(30)

    def kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(30)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


class Browser:
    """Just enough of one: cookies, forms with their token, redirects not followed."""

    def __init__(self, address: str) -> None:
        self.address = address

        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_: Any) -> None:
                return None

        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar()), Stay()
        )

    def get(self, path: str) -> tuple[int, str, str]:
        """Status, body, location."""
        return self._ask(urllib.request.Request(f"{self.address}{path}"))

    def post(self, path: str, **fields: str) -> tuple[int, str, str]:
        request = urllib.request.Request(f"{self.address}{path}", urlencode(fields).encode())
        request.add_header("Referer", f"{self.address}{path}")
        return self._ask(request)

    def _ask(self, request: urllib.request.Request) -> tuple[int, str, str]:
        try:
            with self._opener.open(request, timeout=30) as answer:
                return answer.status, answer.read().decode(), ""
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, answer.read().decode(), answer.headers.get("Location") or ""

    def sign_in(self, email: str, password: str) -> None:
        token = hidden(self.get("/login")[1], "csrf_token")
        status, page, _to = self.post("/login", email=email, password=password, csrf_token=token)
        assert status == 302, page


def hidden(page: str, name: str) -> str:
    """The value of a form field."""
    for field in re.findall(r"<input[^>]*>", page):
        if f'name="{name}"' in field and (found := re.search(r'value="([^"]*)"', field)):
            return found[1]
    raise AssertionError(f"no field {name} in the page")
