"""What holds for all tests: under CI nothing important may be skipped."""

from __future__ import annotations

import os

import pytest

MUST_RUN = ("browser", "postgres", "data")
_skipped: list[str] = []


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
