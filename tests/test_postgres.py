"""What goes on beside the other tests: see tests/postgres.py."""

from __future__ import annotations

import pytest

from tests.postgres import Postgres

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(1500)]


@pytest.mark.parametrize("run", ["postgresql", "beside"])
def test_what_runs_beside_the_others_passes(postgres: Postgres, run: str):
    """The web app's tests on a real PostgreSQL, and requests of every kind to every address."""
    status, said = postgres.result(run)
    print(said[-3000:])
    assert status == 0, said[-8000:]
    assert " passed" in said
