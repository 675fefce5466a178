"""How the rows of library.db become records, and records rows."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from corpus import words
from corpus.alike import Sketch
from corpus.records import Proposal, TextRecord
from corpus.texts import Block, CorpusError, Passage, Text

CHUNK = 500  # parameters in one statement, below SQLite's smallest limit

RECORD = """
    t.slug, t.title, t.author, t.language, t.year, t.themes, t.roles, t.level, t.minutes,
    t.form, t.series, t.series_position, t.version_of, t.licence, t.sources, t.words,
    t.passages, t.withdrawn, t.sort_title, t.rights, t.script, t.identifiers, t.subjects,
    t.origins, t.left_out, t.chosen, t.version_why, t.added_at,
    (select json_group_array(o.slug) from texts o
      where o.version_of = t.version_of and o.slug <> t.slug and o.withdrawn is null) as versions
"""
PASSAGE = "p.id, p.text_slug, p.position, p.path, p.blocks, p.sentences, p.words, p.content_hash"


def record(row: Mapping[str, Any]) -> TextRecord:
    """A row of RECORD."""
    return TextRecord(
        slug=row["slug"],
        title=row["title"],
        author=row["author"],
        language=row["language"],
        year=row["year"],
        themes=tuple(json.loads(row["themes"])),
        roles=tuple(json.loads(row["roles"])),
        level=row["level"],
        minutes=row["minutes"],
        form=row["form"],
        series=row["series"],
        series_position=row["series_position"],
        version_of=row["version_of"],
        licence=row["licence"],
        sources=tuple(json.loads(row["sources"])),
        words=row["words"],
        passages=row["passages"],
        withdrawn=row["withdrawn"] is not None,
        versions=tuple(sorted(json.loads(row["versions"]))),
        rights=row["rights"],
        script=row["script"],
        identifiers=tuple(json.loads(row["identifiers"])),
        subjects=tuple(json.loads(row["subjects"])),
        origins=json.loads(row["origins"]),
        left_out=tuple(json.loads(row["left_out"])),
        chosen=frozenset(json.loads(row["chosen"])),
        withdrawn_why=row["withdrawn"],
        version_why=row["version_why"],
        added_at=row["added_at"],
    )


def passage(row: Mapping[str, Any]) -> Passage:
    """A row of PASSAGE."""
    return Passage(
        id=row["id"],
        text_slug=row["text_slug"],
        position=row["position"],
        path=tuple(json.loads(row["path"])),
        blocks=tuple(Block(kind, text) for kind, text in json.loads(row["blocks"])),
        words=row["words"],
        content_hash=row["content_hash"],
        sentences=tuple((a, b) for a, b in json.loads(row["sentences"])),
    )


def passage_row(text: Text, passage: Passage) -> dict[str, Any]:
    return {
        "id": passage.id,
        "text_slug": passage.text_slug,
        "position": passage.position,
        "path": as_json(passage.path),
        "text": passage.text,
        "blocks": as_json([[b.kind, b.text] for b in passage.blocks]),
        "sentences": as_json(passage.sentences),
        "words": passage.words,
        "content_hash": passage.content_hash,
        "search_text": words.search_text(passage.text),
        "search_title": search_title(text.title, text.author, passage.path, text.subjects),
    }


def search_title(title: str, author: str, path: Sequence[str], subjects: Sequence[str]) -> str:
    """The words about a passage, as the full-text table indexes them."""
    return words.search_text("\n".join([title, author, *path, *subjects]))


def proposal(row: Mapping[str, Any]) -> Proposal:
    return Proposal(row["field"], row["value"], row["confidence"], json.loads(row["why"]))


def sketch_json(sketch: Sketch) -> str:
    """A sketch without its hashes, which are kept as bytes beside it."""
    return as_json(
        {
            "exact": sketch.exact,
            "runs": sketch.runs,
            "words": sketch.words,
            "name": sketch.name,
            "named_language": sketch.named_language,
            "identifiers": sorted(sketch.identifiers),
        }
    )


def sketch(row: Mapping[str, Any]) -> Sketch:
    kept = json.loads(row["sketch"])
    return Sketch(
        exact=kept["exact"],
        hashes=np.frombuffer(row["hashes"], np.uint64),
        runs=kept["runs"],
        language=row["language"],
        words=kept["words"],
        name=kept["name"],
        named_language=kept["named_language"],
        identifiers=frozenset(kept["identifiers"]),
    )


def sort_title(title: str) -> str:
    """As a shelf is sorted: "The box" under b."""
    folded = words.simplified(title.casefold()).lstrip("\"'“‘《「(（ ")
    for article in ("the ", "a ", "an "):
        if folded.startswith(article):
            return folded[len(article) :]
    return folded


def mark(place: object, slug: str) -> str:
    """A place in a list, to be given to whoever asks for the next page."""
    return base64.urlsafe_b64encode(as_json([place, slug]).encode()).decode().rstrip("=")


def place(mark: str) -> tuple[Any, str]:
    """What `mark` was made of; CorpusError for anything else."""
    try:
        place, slug = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        if isinstance(place, str | int) and isinstance(slug, str) and abs(_number(place)) < 2**63:
            return place, slug
    except (ValueError, TypeError):
        pass
    raise CorpusError("This page of the list does not exist. Begin at the first page.")


def _number(place: str | int) -> int:
    return place if isinstance(place, int) else 0


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def chunks(values: Iterable[str]) -> Iterator[list[str]]:
    everything = list(dict.fromkeys(values))
    for start in range(0, len(everything), CHUNK):
        yield everything[start : start + CHUNK]
