"""What holds for all tests: under CI nothing important may be skipped."""

from __future__ import annotations

import os

import pytest

MUST_RUN = ("browser", "postgres", "data")


def pytest_terminal_summary(terminalreporter, exitstatus, config) -> None:
    skipped = getattr(config, "_must_have_run", [])
    if skipped:
        terminalreporter.section("skipped, but must run under CI")
        for line in skipped:
            terminalreporter.write_line(line)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if not report.skipped or not os.environ.get("CI") or hasattr(report, "wasxfail"):
        return
    marks = [name for name in MUST_RUN if item.get_closest_marker(name)]
    if marks:
        found = getattr(item.config, "_must_have_run", [])
        found.append(f"{item.nodeid} ({', '.join(marks)}): {report.longrepr}")
        item.config._must_have_run = found


def pytest_sessionfinish(session, exitstatus) -> None:
    if getattr(session.config, "_must_have_run", []) and exitstatus == 0:
        session.exitstatus = 1
