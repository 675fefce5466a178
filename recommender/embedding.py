"""How a reading becomes a vector whose parts are its sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.text_model import Span, TextModel
from recommender.readings import Reading
from recommender.vector_store import Embedded, pack_shares, pack_terms
from recommender.word_index import term_hashes

# Characters that surely fit one token of the model's window, by language:
# English words of five letters are about 1.3 tokens, a Chinese character 0.7.
CHARACTERS_PER_TOKEN = {"zh": 1.2}
OTHERWISE = 3.2


@dataclass(frozen=True)
class Piece:
    """What is given to the model at once: some sentences, under their headings."""

    text: str
    spans: tuple[Span, ...]  # of the sentences, into `text`


def sentences_of(reading: Reading) -> tuple[Span, ...]:
    """The reading's sentences; the whole text when nobody divided it."""
    if reading.sentences:
        return reading.sentences
    return ((0, len(reading.text)),) if reading.text.strip() else ()


def head(reading: Reading) -> str:
    """Title and headings: they tell what a passage is about and are found with it."""
    return " - ".join(part for part in (reading.title[:200], *reading.path) if part)


def pieces(reading: Reading, max_tokens: int) -> list[Piece]:
    """The reading in as few windows of the model as hold it, cut between sentences.

    A passage is one piece. A long reflection is several; its vector is their
    normalised sum, so that its end is found as well as its beginning.
    """
    room = int(max_tokens * CHARACTERS_PER_TOKEN.get(reading.language, OTHERWISE))
    above = head(reading)[: room // 4]
    found: list[list[Span]] = [[]]
    for span in sentences_of(reading):
        group = found[-1]
        if group and span[1] - group[0][0] > room - len(above):
            found.append([span])
        else:
            group.append(span)
    return [_piece(reading.text, above, group) for group in found]


def _piece(text: str, above: str, group: Sequence[Span]) -> Piece:
    if not group:
        return Piece(above, ())
    first, end = group[0][0], group[-1][1]
    shift = len(above) + 1 - first if above else -first
    body = f"{above}\n{text[first:end]}" if above else text[first:end]
    return Piece(body, tuple((a + shift, b + shift) for a, b in group))


def embed(model: TextModel, readings: Sequence[Reading]) -> list[Embedded]:
    """Vectors, sentence shares and hashed words of readings, in their order."""
    cut = [pieces(reading, model.max_tokens) for reading in readings]
    flat = [piece for of_one in cut for piece in of_one]
    encoded = model.encode_with_parts(
        [piece.text for piece in flat], [piece.spans for piece in flat], kind="passage"
    )
    done, at = [], 0
    for reading, of_one in zip(readings, cut, strict=True):
        vectors = encoded.vectors[at : at + len(of_one)]
        shares = np.concatenate(
            [part.reshape(-1, model.dim) for part in encoded.parts[at : at + len(of_one)]]
        )
        at += len(of_one)
        whole = vectors.sum(axis=0)
        length = float(np.linalg.norm(whole)) or 1.0
        done.append(Embedded(reading, whole / length, pack_shares(shares / length), terms(reading)))
    return done


def terms(reading: Reading) -> bytes:
    """Hashed words of the headings, then of each sentence."""
    return pack_terms(
        [
            term_hashes(head(reading)),
            *(term_hashes(reading.text[a:b]) for a, b in sentences_of(reading)),
        ]
    )
