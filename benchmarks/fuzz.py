"""Whether any of 20,000 damaged files harms the process that has them read.

    python benchmarks/fuzz.py                    20,000 files, all formats
    python benchmarks/fuzz.py --number 300       fewer
    python benchmarks/fuzz.py --minutes 10       as many as can be done until then
    python benchmarks/fuzz.py --only 4711        one of them again, with its message

Each file is a good one, spoiled: bits turned, parts cut off, doubled, exchanged,
XML inside zip archives, objects of PDFs and encodings of texts disturbed. File
number n of a seed is always the same. Ends with 1 when the parent crashed, a file
outlived its time, memory grew, a refusal was no clear sentence, or a text came
back that no database or page could hold.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import io
import json
import os
import random
import re
import sys
import tempfile
import time
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from corpus.child import MEMORY, PATIENCE, SECONDS, Reader
from corpus.formats import shown_name
from corpus.texts import Text, TextRefused
from tests.corpus import hostile
from tests.shared_data import SHARED

MOST = 4 * 1024 * 1024  # bytes of a spoiled file
REAL = 150_000  # bytes; larger real files take too long to be read thousands of times
GROWTH = 24 * 1024 * 1024  # of this process, after it has warmed up
WARM = 200  # files
SLACK = 10.0  # seconds beyond the limit until a child was stopped and another started

Seed = tuple[str, bytes]  # name, content
Spoil = Callable[[random.Random, bytes, Sequence[Seed]], bytes]


# Good files


def seeds() -> list[Seed]:
    """Small good files: made here, and real ones where ../shared is."""
    found = list(hostile.good_files().items())
    works = SHARED / "data" / "library" / "works"
    if works.is_dir():
        small = sorted(p for p in works.iterdir() if p.stat().st_size <= REAL)
        found += [(p.name, p.read_bytes()) for p in small]
    return found


# Ways to spoil bytes


def _place(rng: random.Random, data: bytes) -> tuple[int, int]:
    """A part of the data: mostly short, sometimes long."""
    start = rng.randrange(len(data) + 1)
    length = int(len(data) ** rng.random())
    return start, min(len(data), start + length)


def bits(rng: random.Random, data: bytes, _: Sequence[Seed]) -> bytes:
    out = bytearray(data)
    for _n in range(int(60 ** rng.random())):
        if out:
            out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def values(rng: random.Random, data: bytes, _: Sequence[Seed]) -> bytes:
    out = bytearray(data)
    for _n in range(int(60 ** rng.random())):
        if out:
            out[rng.randrange(len(out))] = rng.choice(
                b"\x00\x01\x7f\x80\xff\xfe\x20\x0a\x1a\x1b<>&%[]*"
            )
    return bytes(out)


def cut_end(rng: random.Random, data: bytes, _: Sequence[Seed]) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def cut_start(rng: random.Random, data: bytes, _: Sequence[Seed]) -> bytes:
    return data[rng.randrange(len(data) + 1) :]


def cut_out(rng: random.Random, data: bytes, _: Sequence[Seed]) -> bytes:
    start, end = _place(rng, data)
    return data[:start] + data[end:]


def double(rng: random.Random, data: bytes, _: Sequence[Seed]) -> bytes:
    start, end = _place(rng, data)
    return data[:end] + _again(data[start:end], int(2000 ** rng.random())) + data[end:]


def _again(part: bytes, times: int) -> bytes:
    return part * max(1, min(times, MOST // max(1, len(part))))


def exchange(rng: random.Random, data: bytes, _: Sequence[Seed]) -> bytes:
    a, b = sorted((_place(rng, data), _place(rng, data)))
    if a[1] > b[0]:
        return data[: a[0]] + data[b[0] :] + data[: a[1]]
    return data[: a[0]] + data[b[0] : b[1]] + data[a[1] : b[0]] + data[a[0] : a[1]] + data[b[1] :]


def splice(rng: random.Random, data: bytes, others: Sequence[Seed]) -> bytes:
    other = rng.choice(others)[1]
    start, end = _place(rng, other)
    at = rng.randrange(len(data) + 1)
    return data[:at] + other[start:end] + data[at + rng.choice([0, end - start]) :]


def noise(rng: random.Random, data: bytes, _: Sequence[Seed]) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.randbytes(int(5000 ** rng.random())) + data[at:]


TOKENS = [
    b"<", b"</", b"<![CDATA[", b"<!--", b"-->", b"<!DOCTYPE x [", b"]]>", b"&#x0;", b"&#xD800;", b"&l9;", b"&",
    b"<p>", b"</p>", b"<div>", b"<table><tr><td>", b"<blockquote>", b"<ol>", b"<script>", b"<svg>", b"<title>",
    b"<w:tbl>", b"<w:p>", b"</w:p>", b"<w:r>", b"<w:t>", b"xml:space='preserve'", b"xmlns:x='y'", b" id='n'",
    b"obj", b"endobj", b"stream\n", b"endstream", b"xref\n", b"trailer", b"1 0 R", b"2 0 R", b"<<", b">>", b"/Kids [",
    b"/Length 99999999", b"/Count -1", b"/Filter /FlateDecode", b"(", b")", b"BT", b"ET", b" Tj", b"PK\x03\x04", b"PK\x01\x02",
    b"---\n", b"# ", b"> ", b"- ", b"* ", b"**", b"[", b"](", b"![", b"[^1]: ", b"|", b"|-|\n", b"```\n", b"`", b"~~~\n",
    b"\n\n", b"\r", b"\t", b"\0", b"\x0c", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xf0\x9f\x8c\xb1", b"\xe2\x80\xae", b"\xed\xa0\x80",
    "第一章".encode(), "《".encode(), "學".encode("big5"), "学".encode("gbk"), b"99999999999999999999", b"-1", b"1e999", b"%2e%2e/", b"../../", b"http://127.0.0.1:9/",
    b"file:///etc/passwd", b"Chapter 1", b"Project Gutenberg", b"title: ", b"!!python/object:x", b"&a [*a]", b"*a",
]  # fmt: skip


def tokens(rng: random.Random, data: bytes, _: Sequence[Seed]) -> bytes:
    for _n in range(int(20 ** rng.random())):
        at = rng.randrange(len(data) + 1)
        data = data[:at] + rng.choice(TOKENS) * int(3000 ** (rng.random() ** 3)) + data[at:]
    return data


def numbers(rng: random.Random, data: bytes, _: Sequence[Seed]) -> bytes:
    """Some of the numbers written in it are others."""

    def other(match: re.Match[bytes]) -> bytes:
        if rng.random() < 0.7:
            return match[0]
        return rng.choice(
            [b"0", b"-1", b"1", b"2", b"7", b"65536", b"2147483648", b"9" * 30, b"1e9", b""]
        )

    return re.sub(rb"\d+", other, data)


BYTES: tuple[Spoil, ...] = (
    bits, values, cut_end, cut_start, cut_out, double, exchange, splice, noise, tokens, numbers,
)  # fmt: skip


# Ways to spoil what is in the bytes


def markup(rng: random.Random, data: bytes, _: Sequence[Seed]) -> bytes:
    """Tags left out, doubled, renamed, nested."""
    parts = re.split(rb"(<[^<>]*>)", data)
    for _n in range(int(20 ** rng.random())):
        tags = range(1, len(parts), 2)
        if not tags:
            return data
        at = rng.choice(tags)
        match rng.randrange(6):
            case 0:
                parts[at] = b""
            case 1:
                parts[at] = _again(parts[at], int(2000 ** rng.random()))
            case 2:
                parts[at] = parts[rng.choice(tags)]
            case 3:
                parts[at] = parts[at].replace(b" ", b" x='" + rng.choice(TOKENS) + b"' ", 1)
            case 4:
                parts[at] = re.sub(
                    rb"[\w:]+",
                    rng.choice([b"p", b"w:p", b"a:b", b"x", b"li", b"td"]),
                    parts[at],
                    count=1,
                )
            case 5:
                parts[at] = re.sub(
                    rb"(['\"])[^'\"]*\1",
                    b"'" + rng.choice(TOKENS).replace(b"'", b"") + b"'",
                    parts[at],
                    count=1,
                )
    return b"".join(parts)


def archive(rng: random.Random, data: bytes, others: Sequence[Seed]) -> bytes:
    """Members of a zip archive spoiled, left out, doubled or renamed; packed anew."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as source:
            members = [(info.filename, source.read(info)) for info in source.infolist()]
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        zlib.error,
        OSError,
        ValueError,
        RuntimeError,
        EOFError,
    ):
        return bits(rng, data, others)
    texts = [
        n
        for n, (name, _) in enumerate(members)
        if not name.endswith((".png", ".jpg", ".otf", ".ttf"))
    ]
    for _n in range(rng.randint(1, 3)):
        at = rng.choice(texts)
        name, inner = members[at]
        match rng.randrange(10):
            case 0:
                members[at] = (name, b"")
            case 1:
                members[at] = (
                    rng.choice(
                        ["../" + name, name.upper(), "/" + name, name[1:], name + "\\x", "x" * 300]
                    ),
                    inner,
                )
            case 2:
                members.append((name, spoiled(rng, inner, others, rng.choice([markup, *BYTES]))))
            case 3:
                members[at] = (name, members[rng.choice(texts)][1])
            case _:
                members[at] = (
                    name,
                    spoiled(rng, inner, others, rng.choice([markup, markup, markup, *BYTES])),
                )
    if rng.random() < 0.1:
        rng.shuffle(members)
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as target:
        warnings.simplefilter("ignore")  # about names that come twice: that is meant
        for name, inner in members:
            packing = rng.choice(
                [zipfile.ZIP_DEFLATED] * 4 + [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2]
            )
            target.writestr(zipfile.ZipInfo(name or "x", (2020, 1, 1, 0, 0, 0)), inner, packing)
    return out.getvalue()


def objects(rng: random.Random, data: bytes, others: Sequence[Seed]) -> bytes:
    """Objects of a PDF spoiled, exchanged, made to refer to others."""
    parts = re.split(rb"(?<=endobj\n)", data)
    for _n in range(rng.randint(1, 4)):
        at, other = rng.randrange(len(parts)), rng.randrange(len(parts))
        match rng.randrange(6):
            case 0:
                parts[at] = re.sub(
                    rb"(\d+) 0 R", lambda _m: b"%d 0 R" % rng.randrange(12), parts[at]
                )
            case 1:
                number = re.match(rb"\d+", parts[at])
                if number:
                    parts[at] = re.sub(rb"^\d+", number[0], parts[other])
            case 2:
                parts[at] = _other_names(rng, parts[at], data)
            case 3:
                parts[at] = _inside_stream(rng, parts[at], others)
            case 4:
                parts[at] = parts[at][:MOST] * rng.randint(0, 3)
            case 5:
                parts[at] = spoiled(rng, parts[at], others, rng.choice(BYTES))
    return b"".join(parts)


def _other_names(rng: random.Random, part: bytes, data: bytes) -> bytes:
    names = re.findall(rb"/[A-Za-z0-9]+", data) or [b"/X"]
    return re.sub(rb"/[A-Za-z0-9]+", lambda m: rng.choice([m[0]] * 5 + [rng.choice(names)]), part)


def _inside_stream(rng: random.Random, part: bytes, others: Sequence[Seed]) -> bytes:
    """The stream of an object spoiled as it is before it is packed."""
    match = re.search(rb"stream\n(.*)\nendstream", part, re.DOTALL)
    if not match:
        return numbers(rng, part, others)
    inner = match[1]
    packed = b"FlateDecode" in part
    if packed:
        try:
            inner = zlib.decompress(inner)
        except zlib.error:
            packed = False
    inner = spoiled(
        rng, inner, others, rng.choice([tokens, numbers, double, bits, exchange, cut_out])
    )
    if packed:
        inner = zlib.compress(inner)
    length = len(inner) if rng.random() < 0.8 else rng.randrange(1 << 20)
    head = re.sub(rb"/Length \d+", b"/Length %d" % length, part[: match.start()])
    return head + b"stream\n" + inner + b"\nendstream" + part[match.end() :]


ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gbk", "gb18030", "big5", "cp1252", "utf-7", "shift_jis", "koi8-r", "cp037")  # fmt: skip


def encodings(rng: random.Random, data: bytes, _: Sequence[Seed]) -> bytes:
    """Written in another encoding, or half in one and half in another."""
    for known in ("utf-8", "utf-16", "gbk", "big5"):
        try:
            text = data.decode(known)
            break
        except UnicodeDecodeError:
            continue
    else:
        text = data.decode("latin-1")
    at = rng.choice([0, 0, rng.randrange(len(text) + 1)])
    one, two = rng.choice(ENCODINGS), rng.choice(ENCODINGS)
    made = text[:at].encode(one, "ignore") + text[at:].encode(two, "ignore")
    return made[: len(made) - rng.choice([0, 0, 1, 2, 3])]


INSIDE: dict[str, tuple[Spoil, ...]] = {
    "epub": (archive, archive, archive),
    "docx": (archive, archive, archive),
    "pdf": (objects, objects),
    "html": (markup, markup, encodings),
    "md": (tokens, encodings),
    "txt": (encodings, encodings),
}


def spoiled(rng: random.Random, data: bytes, others: Sequence[Seed], way: Spoil) -> bytes:
    return way(rng, data or b"x", others)[:MOST]


@dataclass(frozen=True)
class Made:
    """A spoiled file."""

    number: int
    format: str
    name: str
    data: bytes


def format_of(name: str) -> str:
    suffix = name.rpartition(".")[2].lower()
    return {"htm": "html", "xhtml": "html", "markdown": "md"}.get(suffix, suffix)


def make(number: int, seed: int, good: Sequence[Seed]) -> Made:
    """Spoiled file `number`, always the same for the same good files."""
    rng = random.Random(f"{seed}:{number}")
    formats = sorted(INSIDE)
    kind = formats[number % len(formats)]
    own = [g for g in good if format_of(g[0]) == kind]
    small = [g for g in own if len(g[1]) < 20_000]
    _, data = rng.choice(own if rng.random() < 0.1 else small)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        data = spoiled(rng, data, own, rng.choice([*INSIDE[kind], *rng.choices(BYTES, k=2)]))
    suffix = "." + (kind if rng.random() < 0.95 else rng.choice([*formats, "doc", "zip", "x"]))
    return Made(number, kind, f"{number}{suffix}", data)


# What became of them


@dataclass
class Report:
    """What became of all files, and what is wrong with that."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)  # (outcome, format)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    done: int = 0
    children: int = 0
    before: int = 0  # bytes of this process
    after: int = 0
    seconds: float = 0.0


def run(
    count: int,
    seed: int,
    *,
    minutes: float | None = None,
    keep: Path | None = None,
    each: Callable[[Iterator[int]], Iterator[int]] = iter,  # type: ignore[assignment]
) -> Report:
    """Has `count` spoiled files read. What went wrong is kept in the folder `keep`."""
    report, good = Report(), seeds()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, Reader() as reader:
        for number in each(iter(range(count))):
            if minutes is not None and time.monotonic() - start > minutes * 60:
                break
            made = make(number, seed, good)
            path = Path(folder) / made.name
            path.write_bytes(made.data)
            _read(reader, path, made, report, keep)
            path.unlink()
            report.done += 1
            if number == min(WARM, count - 1):
                report.before = _memory()
        report.children = reader.started
    report.after = _memory()
    report.seconds = time.monotonic() - start
    if report.after - report.before > GROWTH:
        report.problems.append(f"memory grew by {(report.after - report.before) >> 20} MB")
    return report


def _read(reader: Reader, path: Path, made: Made, report: Report, keep: Path | None) -> None:
    start = time.monotonic()
    problem = None
    try:
        problem = _unfit(reader.read(path))
        outcome = "imported"
    except TextRefused as refused:
        message = str(refused)
        outcome = _sort(message)
        problem = hostile.unclear(message, shown_name(path))
        if problem:
            problem = f"refusal {problem}: {message}"
    except Exception as error:
        outcome, problem = "CRASH", f"{type(error).__name__}: {error}"
    taken = time.monotonic() - start
    if taken > SECONDS * PATIENCE * 2 + SLACK:
        problem = f"hung for {taken:.0f} s"
    report.outcomes[outcome, made.format] += 1
    report.slowest = sorted([*report.slowest, (taken, made.name)], reverse=True)[:5]
    if problem:
        report.problems.append(f"{made.name}: {problem}")
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
            (keep / made.name).write_bytes(made.data)


def _sort(message: str) -> str:
    if "took more than" in message:
        return "refused: time"
    if re.search(r"needed more than \d+ MiB", message):
        return "refused: memory or crash"
    return "refused"


def _unfit(text: Text) -> str | None:
    """Why no database, JSON or XML could hold a text, or None."""
    words = [text.title, text.author, *(h for s in text.sections for h in s.path)]
    words += [b.text for s in text.sections for b in s.blocks]
    everything = "".join(words)
    if re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", everything):
        return "a text with characters that nothing can hold"
    if hostile.STOLEN.search(everything):
        return "a text with words from another file of this machine"
    if not text.title or not everything.strip():
        return "a text without title or words"
    json.dumps(words)
    return None


def _memory() -> int:
    """Bytes that this process holds, after giving back what it does not need."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc
    if trim is not None:
        trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def table(report: Report) -> list[str]:
    formats = sorted(INSIDE)
    outcomes = sorted({outcome for outcome, _ in report.outcomes})
    lines = [f"{'':26}" + "".join(f"{f:>8}" for f in formats) + f"{'all':>9}"]
    for outcome in outcomes:
        row = [report.outcomes[outcome, f] for f in formats]
        lines.append(f"{outcome:26}" + "".join(f"{n:8,}" for n in row) + f"{sum(row):9,}")
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--number", type=int, default=20_000, help="how many files")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives other files")
    parser.add_argument("--minutes", type=float, help="stop after so many minutes")
    parser.add_argument("--only", type=int, help="read only the file of this number")
    parser.add_argument("--keep", type=Path, help="folder for files that were not answered well")
    asked = parser.parse_args()
    if asked.only is not None:
        return _once(asked.only, asked.seed, asked.keep)

    from tqdm import tqdm

    report = run(
        asked.number,
        asked.seed,
        minutes=asked.minutes,
        keep=asked.keep,
        each=lambda numbers: iter(tqdm(numbers, total=asked.number, unit="file", mininterval=1)),
    )
    print(f"{report.done:,} spoiled files, seed {asked.seed}, {report.seconds:.0f} s")
    print("\n".join(table(report)))
    print("slowest: " + ", ".join(f"{name} {taken:.1f} s" for taken, name in report.slowest))
    print(
        f"children used: {report.children}; a child may have {MEMORY >> 20} MiB and {SECONDS:.0f} s"
    )
    print(
        f"this process: {report.before >> 20} MB after {WARM} files, {report.after >> 20} MB at the end"
    )
    for problem in report.problems[:50]:
        print("PROBLEM", problem)
    if report.problems:
        print(f"{len(report.problems)} problems; see one with: --seed {asked.seed} --only NUMBER")
    return 1 if report.problems else 0


def _once(number: int, seed: int, keep: Path | None) -> int:
    made = make(number, seed, seeds())
    report = Report()
    with tempfile.TemporaryDirectory() as folder, Reader() as reader:
        path = (keep or Path(folder)) / made.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made.data)
        _read(reader, path, made, report, None)
        try:
            text = reader.read(path)
            print(f"imported: {text.title!r}, {sum(len(s.blocks) for s in text.sections)} blocks")
        except TextRefused as refused:
            print(f"refused: {refused}")
    print("\n".join(report.problems) or "no problem")
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())
