"""All measured ratios of docs and design, by one command.

python -m benchmarks            everything that can run here
python -m benchmarks NAME ...   some of it; options after the names go to each
python -m benchmarks --list     what there is
"""

from __future__ import annotations

import ast
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

HERE = Path(__file__).parent
ORDER = (
    "models",
    "corpus",
    "intake",
    "parsing",
    "recommender",
    "retrieval",
    "themes",
    "theme_lists",
    "proposals",
    "versions",
    "suggestions",
    "steering",
    "asking",
    "coaching",
    "summaries",
    "originality",
    "originality_meaning",
    "units",
    "people",
    "study",
    "web",
    "nightly",
)
ALONE = ("fuzz", "quantised")  # hours, or they need files: only when asked for by name


def main() -> int:
    given = sys.argv[1:]
    asked = list(takewhile(lambda a: not a.startswith("-"), given))
    options = given[len(asked) :]
    unknown = set(asked) - {*ORDER, *ALONE}
    if unknown:
        print(
            f"no benchmark {', '.join(sorted(unknown))}; there are: {', '.join((*ORDER, *ALONE))}"
        )
        return 2
    if options == ["--list"]:
        for name in (*ORDER, *ALONE):
            doc = ast.get_docstring(ast.parse((HERE / f"{name}.py").read_text("utf-8"))) or ""
            print(f"{name:12} {doc.splitlines()[0]}")
        return 0
    worst = 0
    for name in asked or ORDER:
        print(f"== {name}", flush=True)
        worst = max(
            worst,
            subprocess.run(
                [sys.executable, str(HERE / f"{name}.py"), *options], check=False
            ).returncode,
        )
    return worst


if __name__ == "__main__":
    sys.exit(main())
