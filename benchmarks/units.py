"""Random sequences of changes of units, roles and audiences against the written permission table.

python -m benchmarks units                  2,000 sequences
python -m benchmarks units --sequences 200

Each sequence changes a small organisation in the real code (SQLite in memory) and in a
model that was written from docs/permissions.md alone (tests/webapp/units_world.py), and
compares after every change what a member belongs to, organizes and reads, and at the end
how every unit stood on every day. The fast tests
play 100 sequences that hypothesis chooses.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.webapp import units_world


def sequence(seed: int) -> list[units_world.Step]:
    draw = random.Random(seed)
    return [
        (draw.randrange(14), *(draw.randrange(42) for _number in range(4)))  # type: ignore[misc]
        for _step in range(draw.randint(4, 14))
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks units")
    parser.add_argument("--sequences", type=int, default=2_000)
    wanted = parser.parse_args().sequences
    wrong, steps, began = [], 0, time.perf_counter()
    with units_world.an_app(), units_world.in_memory() as connection:
        for seed in range(wanted):
            try:
                steps += len(sequence(seed))
                units_world.play(connection, sequence(seed))
            except AssertionError as problem:
                wrong.append((seed, str(problem).splitlines()[0]))
    took = time.perf_counter() - began
    print(f"{wanted} sequences, {steps} steps, {took:.0f} s: {len(wrong)} disagreements")
    for seed, said in wrong[:10]:
        print(f"  sequence {seed}: {said}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
