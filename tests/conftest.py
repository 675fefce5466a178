"""What holds for all tests: under CI nothing important may be skipped; long ones begin first."""

from __future__ import annotations

import os

import pytest

MUST_RUN = ("browser", "postgres", "data")
FIRST = ("tests/test_postgres.py", "tests/webapp/test_hostile.py")  # minutes each

_skipped: list[str] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files are dealt to the processes in this order, and none may be left alone at the end."""
    items.sort(
        key=lambda item: next((n for n, f in enumerate(FIRST) if item.nodeid.startswith(f)), 9)
    )


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
    if _skipped and exitstatus == 0:
        session.exitstatus = 1
