"""Where the test data is that is not part of the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared(*parts: str) -> Path:
    """A path below ../shared. Where it is missing the test is skipped, but in
    CI it fails: there, a skipped test would look like a passed one."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        reason = f"needs {path}, which is not here"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path
