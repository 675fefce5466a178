"""What the coach says about real texts, to be read by a person: is any of it silly?

    python benchmarks/coach_remarks.py                    # what a writer would see, and counts
    python benchmarks/coach_remarks.py --rounds 4         # and after sending it away three times
    python benchmarks/coach_remarks.py --only thoreau

Essays by students and Chinese learners, student teachers' diaries, and excerpts
of 400 to 900 words from the library: essayists, guides, speeches, classical
Chinese, dialogue. Files are read as the product reads them. Nothing is scored:
there is no right answer to compare with, only eyes.
"""

from __future__ import annotations

import argparse
import csv
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from flask import Flask
from flask_babel import Babel

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from corpus import formats, sentences, words
from corpus.texts import Block, Text
from models.load import DEFAULT_MODEL, load_model
from models.text_model import TextModel
from webapp.coach.looking import look
from webapp.coach.phrases import Phrases
from webapp.coach.remarks import Quiet, Remark, SourcePassage

MODELS = Path.home() / ".cache" / "xinde" / "models"
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
DIARIES = 12
SIZE = {"en": 600, "zh": 900}  # words, characters of an excerpt

# (file, genre, how many excerpts)
MASTERS = [
    ("essays--henry-david-thoreau.epub", "reflection", 3),
    ("meditations-george-long--marcus-aurelius.epub", "reflection", 2),
    ("heretics--g-k-chesterton.epub", "reflection", 2),
    ("whats-wrong-with-the-world--g-k-chesterton.epub", "reflection", 1),
    ("pragmatism--william-james.epub", "speech", 1),
    ("the-sketch-book-of-geoffrey-crayon-gent--washington-irving.epub", "reflection", 2),
    ("up-from-slavery--booker-t-washington.md", "experience", 2),
    ("an-autobiography--theodore-roosevelt.docx", "experience", 2),
    ("my-first-summer-in-the-sierra--john-muir.txt", "reflection", 2),
    ("american-indian-stories--zitkala-sa.epub", "experience", 1),
    ("roads-to-freedom--bertrand-russell.docx", "reflection", 1),
    ("democracy-and-education--john-dewey.epub", "reflection", 1),
    ("discourses-george-long--epictetus.epub", "reflection", 1),
    ("dialogues-benjamin-jowett--plato.epub", "reflection", 1),
    ("tao-te-ching-james-legge--laozi.epub", "reflection", 1),
    ("sotu-1996-Clinton-1.txt", "speech", 1),
    ("sotu-1862-Lincoln-1.txt", "speech", 1),
    ("carpentries-motivation.md", "reflection", 1),
    ("opensource-guide-building-community.md", "experience", 1),
    ("pagerduty-blameless.md", "experience", 1),
    ("opensource-guide-building-community.zh-hans.md", "reflection", 1),
    ("opensource-guide-best-practices.zh-hans.md", "experience", 1),
    ("传习录.epub", "reflection", 2),
    ("了凡四训.md", "reflection", 1),
    ("徐霞客游记.txt", "experience", 1),
    ("浮生六記.txt", "reflection", 1),
    ("莊子.txt", "reflection", 1),
    ("論語.txt", "reflection", 1),
    ("debian-handbook-preface.zh-CN.html", "reflection", 1),
]
STUDENTS = [*(f"cs203_lab02_reflection{n}.md" for n in (1, 8, 14, 20, 26)),
            *(f"cs310_lab01_reflection{n}.md" for n in (2, 5, 8, 11)),
            *(f"lab1_reflection{n}.md" for n in (1, 6, 8, 10, 12, 16))]  # fmt: skip


@dataclass(frozen=True)
class Piece:
    name: str
    genre: str
    body: str
    about: tuple[SourcePassage, ...] = ()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--models-folder", type=Path, default=MODELS)
    parser.add_argument("--only", default="", help="pieces whose name holds this")
    parser.add_argument(
        "--rounds", type=int, default=1, help="each sends away what was said before"
    )
    parser.add_argument("--words", action="store_true", help="print the texts, too")
    given = parser.parse_args()
    model = load_model(DEFAULT_MODEL, given.models_folder)
    counts: Counter[str] = Counter()
    silent = total = 0
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        for piece in [p for p in pieces() if given.only in p.name]:
            total += 1
            rounds = list(said_in_rounds(model, piece, given.rounds))
            silent += not rounds[0]
            print(f"\n== {piece.name} ({piece.genre}, {words.count(piece.body)} words)")
            if given.words:
                print(textwrap.indent(piece.body, "    "))
            for number, remarks in enumerate(rounds):
                for remark in remarks:
                    counts[remark.kind] += 1
                    show(remark, number)
    print(f"\n{total} texts, nothing said about {silent}; by kind:")
    for kind, n in counts.most_common():
        print(f"  {kind:20} {n}")
    return 0


def said_in_rounds(model: TextModel, piece: Piece, rounds: int) -> Iterator[tuple[Remark, ...]]:
    dismissed: frozenset[str] = frozenset()
    kept = b""
    for _ in range(rounds):
        while True:  # of a long text a look reads only a part
            looked = look(
                piece.body,
                genre=piece.genre,
                cited=[],
                about=piece.about,
                goals=[],
                own_earlier=[],
                phrases=Phrases(),
                quiet=Quiet(dismissed=dismissed),
                kept=kept,
                model=model,
            )
            if looked.kept == kept:
                break
            kept = looked.kept
        dismissed |= {remark.key for remark in looked.remarks}
        yield looked.remarks


def show(remark: Remark, number: int) -> None:
    where = f"\n      AT  {' '.join(remark.sentence.split())}" if remark.sentence else ""
    print(f"  [{number + 1}] {remark.kind}{where}")
    print(f"      {remark.noticed} {remark.question}")


# The texts


def pieces() -> Iterator[Piece]:
    for path in sorted((DATA / "reflections" / "college_experience").glob("*.txt")):
        yield Piece(path.stem, "reflection", path.read_text("utf-8"))
    for name in STUDENTS:
        text = formats.read(DATA / "reflections" / "student_md" / name)
        yield Piece(name, "summary", markdown(text))
    for path in sorted((DATA / "reflections" / "zh_learning_stories").glob("*.md")):
        yield Piece(path.stem, "experience", markdown(formats.read(path)))
    yield from diaries()
    for name, genre, count in MASTERS:
        text = formats.read(DATA / "library" / "works" / name)
        yield from excerpts(text, name.rpartition(".")[0], genre, count)


def diaries() -> Iterator[Piece]:
    """Sewn together again from what stands around each sentence: there are no whole English ones."""
    path = DATA / "reflections" / "cered" / "sentences_en_train.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    following: dict[str, str] = {}
    for row in rows:
        cut = [row["context"][a:b] for a, b in sentences.split(row["context"], "en")]
        following.update(pairwise(cut))
    firsts = sorted(set(following) - set(following.values()))
    told = []
    for first in firsts:
        chain = {first: None}
        while (after := following.get(next(reversed(chain)))) and after not in chain:
            chain[after] = None
        told.append(list(chain))
    told.sort(key=lambda chain: (-len(chain), chain[0]))
    for number, chain in enumerate(told[:DIARIES]):
        paragraphs = [" ".join(chain[k : k + 6]) for k in range(0, len(chain), 6)]
        yield Piece(f"cered diary {number + 1}", "reflection", "\n\n".join(paragraphs))


def excerpts(text: Text, name: str, genre: str, count: int) -> Iterator[Piece]:
    """Runs of whole paragraphs, evenly over the text, past its front matter; begun, as it
    were, from the passage before them."""
    blocks = [block for section in text.sections for block in section.blocks]
    size = SIZE[text.language]
    for number in range(count):
        start = len(blocks) * (2 * number + 1) // (2 * count + 1) if len(blocks) > 40 else 0
        taken: list[Block] = []
        for block in blocks[start:]:
            if sum(words.count(b.text) for b in taken) >= size:
                break
            taken.append(block)
        body = "\n\n".join(map(as_markdown, taken))
        before = "\n".join(b.text for b in blocks[max(start - 3, 0) : start])[-1200:]
        about = (SourcePassage(f"{text.slug}/0", text.title, before, text.language),)
        yield Piece(f"{name} #{number + 1}", genre, body, about if before else ())


def markdown(text: Text) -> str:
    parts = []
    for section in text.sections:
        parts += [f"## {section.path[-1]}"] if section.path else []
        parts += map(as_markdown, section.blocks)
    return "\n\n".join(parts)


def as_markdown(block: Block) -> str:
    return (
        textwrap.indent(block.text, "> ", lambda _: True) if block.kind == "quote" else block.text
    )


if __name__ == "__main__":
    sys.exit(main())
