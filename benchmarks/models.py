"""How fast, how true and how large the served model is, against the original and raw ONNX Runtime.

    python benchmarks/models.py [--model NAME] [--folder FOLDER] [--passages N] [--repeats N]

Every figure that depends on the machine is a ratio inside one run: the
candidates take turns, and the median of the turns' ratios is reported.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from models.check import agree  # noqa: E402
from models.check_set import ENGLISH, QUESTIONS, SENTENCES  # noqa: E402
from models.load import DEFAULT_MODEL, home_of, load_model, serving_folder  # noqa: E402
from models.onnx_model import OnnxModel, open_session  # noqa: E402
from models.serving_folder import GRAPH, PRECISIONS, Precision  # noqa: E402

PASSAGE_CHARACTERS = {"en": 1000, "zh": 330}  # about 180 words, about 330 characters


def main() -> None:
    options = _options()
    models = {
        precision: load_model(options.model, options.folder, precision=precision)
        for precision in PRECISIONS
    }
    served = {name: model for name, model in models.items() if isinstance(model, OnnxModel)}
    passages = sample(options.passages, served["fp32"].languages)
    print(f"{options.model}, {len(passages)} passages, {options.repeats} turns")
    print_speed(options.model, options.folder, served, passages, options.repeats)
    print_agreement(options.model, options.folder, served, options.passages * 4)
    print_memory(options.model, options.folder)


def print_speed(
    name: str,
    folder: Path,
    models: dict[Precision, OnnxModel],
    passages: Sequence[str],
    repeats: int,
) -> None:
    """Passages per second by precision, and our whole encode against the bare session."""
    feeds = _feeds(models["fp32"], passages)
    runs: dict[str, Callable[[], object]] = {}
    for precision, model in models.items():
        session = open_session(serving_folder(home_of(name, folder), precision) / GRAPH, threads=2)
        runs[f"raw {precision}"] = lambda session=session: [session.run(None, f) for f in feeds]
        runs[f"encode {precision}"] = lambda model=model: model.encode(passages, kind="passage")
    spans = [[(0, len(p) // 2), (len(p) // 2, len(p))] for p in passages]
    fp32 = models["fp32"]
    runs["parts fp32"] = lambda: fp32.encode_with_parts(passages, spans, kind="passage")
    original = _original(name, folder)
    if original is not None:
        runs["sentence-transformers"] = lambda: original.encode(passages, kind="passage")
    seconds = take_turns(runs, repeats)
    print("\n                          passages/s   speed x raw, same precision   x encode fp32")
    print("                            (median)        wall    processor        wall   processor")
    for run, times in seconds.items():
        raw = seconds.get(f"raw {run.split()[-1]}", times)
        wall, processor = np.median(raw / times, axis=0)
        wall_fp32, processor_fp32 = np.median(seconds["encode fp32"] / times, axis=0)
        print(
            f"  {run:24s} {len(passages) / np.median(times[:, 0]):8.1f}"
            f"       {wall:6.2f}       {processor:6.2f}      {wall_fp32:6.2f}      {processor_fp32:6.2f}"
        )


def print_agreement(
    name: str, folder: Path, models: dict[Precision, OnnxModel], count: int
) -> None:
    """Cosine and top-10 agreement with sentence-transformers, on two sets."""
    original = _original(name, folder)
    if original is None:
        print("\nsentence-transformers is not installed: no agreement to report")
        return
    english = "zh" not in models["fp32"].languages
    questions = [q for q in QUESTIONS if q.isascii() or not english]
    sets = {
        "check set": ENGLISH if english else SENTENCES,
        "starter passages": sample(count, models["fp32"].languages),
    }
    print("\nagreement with sentence-transformers        cosine mean   worst    top-10")
    for label, texts in sets.items():
        theirs = _both(original, texts, questions)
        for precision, model in models.items():
            found = agree(_both(model, texts, questions), theirs)
            print(
                f"  {label:17s} {len(texts):4d}  {precision:14s}"
                f"    {found.cosine_mean:.5f}   {found.cosine_worst:.5f}   {found.top10:.3f}"
            )


def print_memory(name: str, folder: Path) -> None:
    """Resident memory of a fresh process, MiB: after opening, after encoding, at its peak."""
    print(
        "\nmemory of a process, MiB      start   opened   encoded   peak   seconds to first vector"
    )
    for precision in PRECISIONS:
        code = _MEMORY.format(root=str(ROOT), name=name, folder=str(folder), precision=precision)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
        m = json.loads(done.stdout)
        print(
            f"  {precision:27s} {m['start']:5.0f}   {m['opened']:6.0f}   {m['encoded']:7.0f}"
            f"   {m['peak']:4.0f}   {m['seconds']:.2f}"
        )


_MEMORY = """
import json, sys, time
begin = time.perf_counter()
sys.path.insert(0, {root!r})
def of(key):
    line = next(l for l in open("/proc/self/status") if l.startswith(key))
    return int(line.split()[1]) / 1024
import numpy
start = of("VmRSS")
from pathlib import Path
from models import load_model
model = load_model({name!r}, Path({folder!r}), precision={precision!r})
model.encode(["Read, act and write."], kind="query")
seconds = time.perf_counter() - begin
opened = of("VmRSS")
model.encode(["Read, act and write. " * 40] * 64, kind="passage")
print(json.dumps(dict(start=start, opened=opened, encoded=of("VmRSS"), peak=of("VmHWM"),
                      seconds=seconds)))
"""


def take_turns(runs: dict[str, Callable[[], object]], repeats: int) -> dict[str, np.ndarray]:
    """(repeats, 2) seconds of every run, by the wall and of the processors.

    One turn to warm up is not counted. Where other programs share the machine
    only the processors' seconds can be trusted.
    """
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for turn in range(repeats + 1):
        for name, run in runs.items():
            wall, processor = time.perf_counter(), time.process_time()
            run()
            if turn:
                spent = (time.perf_counter() - wall, time.process_time() - processor)
                seconds[name].append(spent)
    return {name: np.array(times) for name, times in seconds.items()}


def sample(count: int, languages: frozenset[str]) -> list[str]:
    """Passages of the starter library, languages in turn; of the check set where there is none."""
    per_language = [_of_starter(language) for language in sorted(languages)]
    in_turn = [p for group in zip(*per_language, strict=False) for p in group]
    if not in_turn:
        in_turn = [" ".join(ENGLISH[i : i + 12]) for i in range(len(ENGLISH) - 12)]
    return in_turn[:count]


def _of_starter(language: str) -> list[str]:
    passages: list[str] = []
    for path in sorted((ROOT / "corpus/starter/texts").glob(f"{language}/*.md")):
        body = path.read_text("utf-8").split("---", 2)[-1]
        for start in range(0, len(body), PASSAGE_CHARACTERS[language]):
            passages.append(body[start : start + PASSAGE_CHARACTERS[language]].strip())
    return [p for p in passages if len(p) > PASSAGE_CHARACTERS[language] // 2]


def _feeds(model: OnnxModel, passages: Sequence[str]) -> list[dict[str, np.ndarray]]:
    """What `encode` gives to its session for these passages."""
    return [model.feed(batch) for _, batch in model.batches(passages, kind="passage")]


def _both(model, passages, questions) -> tuple[np.ndarray, np.ndarray]:
    return model.encode(passages, kind="passage"), model.encode(questions, kind="query")


def _original(name: str, folder: Path):
    try:
        import torch

        from models.original import OriginalModel
    except ImportError:
        return None
    torch.set_num_threads(2)
    return OriginalModel(home_of(name, folder))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path(tempfile.gettempdir()) / "xinde-benchmark-models",
        help="where models are unpacked, and kept for the next run",
    )
    parser.add_argument("--passages", type=int, default=48)
    parser.add_argument("--repeats", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    main()
