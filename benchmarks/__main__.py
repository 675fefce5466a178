"""All measured ratios of docs and design, by one command.

python -m benchmarks            everything that can run here
python -m benchmarks NAME ...   some of it
python -m benchmarks --list     what there is
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ORDER = ("models", "corpus", "recommender", "retrieval", "suggestions", "web")


def main() -> int:
    asked = [a for a in sys.argv[1:] if not a.startswith("-")]
    unknown = set(asked) - set(ORDER)
    if unknown:
        print(f"no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(ORDER)}")
        return 2
    if "--list" in sys.argv:
        for name in ORDER:
            doc = ast.get_docstring(ast.parse((HERE / f"{name}.py").read_text("utf-8"))) or ""
            print(f"{name:12} {doc.splitlines()[0]}")
        return 0
    worst = 0
    for name in asked or ORDER:
        print(f"== {name}", flush=True)
        worst = max(
            worst,
            subprocess.run([sys.executable, str(HERE / f"{name}.py")], check=False).returncode,
        )
    return worst


if __name__ == "__main__":
    sys.exit(main())
