"""The web app's tests hold on a real PostgreSQL as well: see tests/postgres.py."""

from __future__ import annotations

import pytest

from tests.postgres import Postgres


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.timeout(1200)
def test_the_web_app_works_on_postgresql(postgres: Postgres):
    status, said = postgres.result()
    assert status == 0, said[-8000:]
    assert " passed" in said
