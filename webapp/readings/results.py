"""How what a search found becomes results: one per text, best first. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from corpus.records import TextRecord
from recommender.readings import Hit
from webapp.readings.blocks import without_marks

MOST_PLACES = 3  # shown of one text
WEAK = 0.25  # of the best score: a passage below it that has none of the words is noise


@dataclass(frozen=True)
class Found:
    """A passage that matched: where it stands and its best sentence."""

    reading: str
    heading: str
    sentence: str
    matched: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Result:
    record: TextRecord
    places: tuple[Found, ...]


def results(
    hits: Sequence[Hit], records: Mapping[str, TextRecord], *, limit: int, present: Collection[str]
) -> list[Result]:
    """`hits` by text, in the order of each text's best passage.

    The versions of one text are one result, in the language that matched best.
    A hit whose text or passage has left the library (`records` and `present`
    are what is there) is passed over: the index may be a little behind.
    """
    texts: dict[str, str] = {}  # text or version group -> slug of the version shown
    places: dict[str, list[Found]] = {}
    for hit in hits:
        record = records.get(hit.reading.group)
        if record is None or hit.reading.id not in present or _is_noise(hit, hits[0]):
            continue
        slug = texts.setdefault(record.version_of or record.slug, record.slug)
        if slug != record.slug:
            continue
        found = places.setdefault(slug, [])
        if len(found) < MOST_PLACES:
            found.append(_found(hit))
    return [Result(records[slug], tuple(found)) for slug, found in places.items()][:limit]


def _is_noise(hit: Hit, best: Hit) -> bool:
    return hit is not best and not hit.matched and hit.score < WEAK * best.score


def _found(hit: Hit) -> Found:
    sentence, matched = without_marks(" ".join(hit.sentence.split("\n")), hit.matched)
    heading = hit.reading.path[-1] if hit.reading.path else ""
    return Found(hit.reading.id, heading, sentence, tuple(matched))
