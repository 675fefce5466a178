"""Into which passages a text is cut, and what they are called. Pure.

A passage is 120 to 220 words or 200 to 400 Chinese characters, ends where a
sentence ends, and never crosses a heading. Cutting and naming both look at
content only, never at counts from the beginning, so that an edit is felt
nearby and nowhere else:

- **Where to cut.** A section is divided at the place whose following words
  have the smallest hash, among the places that leave enough on both sides, and
  each half again until it fits (the idea of content-defined chunking, as a
  treap: Seidel and Aragon 1996). An edit changes the places beside it; far
  away the same places keep the same hashes and are chosen again. Ends of
  paragraphs are preferred to ends of sentences.
- **What it is called.** `text-slug/k3fp.7t2a`: four characters from the
  headings it stands under, four from its first eight words (sixteen Chinese
  characters). Mending a typing error further on keeps the id. Where two begin
  alike, the second gets `-2`.

The library goes one step further when it has seen the text before: a passage
that is the same, or nearly, keeps the id it had (`corpus/ids.py`).
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from corpus import sentences, slugs, words
from corpus.texts import Block, Language, Passage, Section, Text

VERSION = "1"  # raise when the same text would be cut or named differently

# Sizes are in English words; a Chinese character weighs 0.55 of one, so that
# 400 characters and 220 words are the same size.
LEAST = 110.0
MOST = 220.0
HAN_WEIGHT = 0.55
# What the model reads is counted in tokens. This many of our estimated ones,
# which lie above the real number, make 220 words of size.
TOKENS = 470.0

_WORD = re.compile(r"\w+")
_HAN = re.compile(rf"[{words.HAN}]")
_CLAUSE_END = re.compile(r"[,;:，；：、…—](?=\s|[^\x00-\x7f])|\s")
_ITEM_MARK = re.compile(r"\s*(?:[-*•]|\d{1,4}[.)、])\s+")
_BOUND_TO_NEXT = re.compile(r"[:：][*_”’\"')）]*$")


@dataclass(frozen=True)
class _Piece:
    """A sentence, or a part of one that is too long: `blocks[block].text[start:end]`."""

    block: int
    start: int
    end: int
    size: float
    rank: int  # how good a cut before it would be: 0 paragraph, 1 sentence, 2 within one
    key: str  # hash of its first words


def cut(text: Text) -> list[Passage]:
    """The passages of a text in reading order, with ids that depend on content only."""
    passages: list[Passage] = []
    taken: dict[str, int] = {}
    for section in text.sections:
        key = section_key(section.path)
        for blocks, spans in _cut_section(section, text.language):
            body = "\n\n".join(b.text for b in blocks)
            name = f"{text.slug}/{key}.{_start_key(body, 4)}"
            taken[name] = taken.get(name, 0) + 1
            passages.append(
                Passage(
                    id=name if taken[name] == 1 else f"{name}-{taken[name]}",
                    text_slug=text.slug,
                    position=len(passages),
                    path=section.path,
                    blocks=blocks,
                    words=words.count(body),
                    content_hash=content_hash(text.title, section.path, body),
                    sentences=spans,
                )
            )
    return passages


def section_key(path: Sequence[str]) -> str:
    """Four characters for a heading path; "0" for what stands before any heading."""
    return slugs.short_hash("\n".join(_bare(p) for p in path), 4) if path else "0"


def content_hash(title: str, path: Sequence[str], body: str) -> str:
    """Changes exactly when a passage must be embedded again."""
    whole = "\x1f".join([title, *path, body])
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def size(text: str) -> float:
    """How long a text is, in English words; never less than what the model will count."""
    han = len(_HAN.findall(text))
    count = words.count(text) - han + HAN_WEIGHT * han
    return max(count, _tokens(text, han) * MOST / TOKENS)


def _tokens(text: str, han: int) -> float:
    """An estimate from above of the tokens a multilingual model makes of it."""
    bare = text if text.isascii() else _HAN.sub(" ", text)
    marks = sum(1 for c in bare if not c.isalnum() and not c.isspace())
    return han + marks + sum(_word_tokens(w) for w in _WORD.findall(bare))


def _word_tokens(word: str) -> int:
    if len(word) > 20:
        return len(word)  # no word, but a key or a number: every letter may be a token
    return math.ceil(len(word) / (5 if word.isascii() else 2))


def _cut_section(
    section: Section, language: Language
) -> list[tuple[tuple[Block, ...], tuple[sentences.Span, ...]]]:
    pieces = [
        piece
        for index, block in enumerate(section.blocks)
        for piece in _pieces(index, section, language)
    ]
    return [
        _assembled(section.blocks, pieces[start:end])
        for start, end in _groups(pieces)
        if end > start
    ]


def _pieces(index: int, section: Section, language: Language) -> list[_Piece]:
    block = section.blocks[index]
    pieces: list[_Piece] = []
    for start, end in sentences.split(block.text, language):
        for part, (a, b) in enumerate(_small_enough(block.text, start, end)):
            rank = 2 if part else 1
            if not pieces:
                rank = 1 if index and _belongs(section.blocks[index - 1], block) else 0
            words_of_it = block.text[a:b]
            pieces.append(_Piece(index, a, b, size(words_of_it), rank, _start_key(words_of_it, 8)))
    return pieces


def _belongs(before: Block, block: Block) -> bool:
    """A list or quotation belongs to the line that announces it."""
    return _BOUND_TO_NEXT.search(before.text.rstrip()) is not None


def _small_enough(text: str, start: int, end: int) -> list[sentences.Span]:
    """A sentence as it is, or cut at clause marks, else hard, until each part fits."""
    parts = []
    while end - start > MOST / 2 and size(text[start : min(end, start + 4_000)]) > MOST:
        fits = _longest_fit(text, start, end)
        marks = [m.end() for m in _CLAUSE_END.finditer(text, start + (fits - start) // 2, fits)]
        stop = marks[-1] if marks else fits
        parts.append((start, stop))
        start = stop
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        parts.append((start, end))
    return parts


def _longest_fit(text: str, start: int, end: int) -> int:
    low, high = start + 1, min(end, start + 4_000)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(text[start:middle]) <= MOST else (low, middle - 1)
    return low


def _groups(pieces: Sequence[_Piece]) -> list[tuple[int, int]]:
    """Ranges of pieces that make a passage each, in order."""
    reach = [0.0]
    for piece in pieces:
        reach.append(reach[-1] + piece.size)
    done: list[tuple[int, int]] = []
    waiting = [(0, len(pieces))]
    while waiting:  # a stack, not recursion: a book of one section may be cut thousands of times
        start, end = waiting.pop()
        if reach[end] - reach[start] <= MOST or end - start == 1:
            done.append((start, end))
            continue
        at = _best_cut(pieces, reach, start, end)
        waiting += [(at, end), (start, at)]
    return done


def _best_cut(pieces: Sequence[_Piece], reach: Sequence[float], start: int, end: int) -> int:
    """Where to divide pieces[start:end], which are too many for one passage."""
    half = (reach[start] + reach[end]) / 2

    def choice(at: int) -> tuple[str, float]:
        # Nearer the middle where hashes are equal, so that a file of one line
        # said a million times is halved each time and not shaved.
        return pieces[at].key, abs(reach[at] - half)

    for most_rank, least in (
        (0, LEAST),
        (0, LEAST * 0.6),
        (1, LEAST),
        (1, LEAST * 0.6),
        (2, LEAST),
    ):
        first = bisect_left(reach, reach[start] + least, start + 1, end)
        last = bisect_right(reach, reach[end] - least, start + 1, end)
        places = [at for at in range(first, last) if pieces[at].rank <= most_rank]
        if places:
            return min(places, key=choice)
    return min(range(start + 1, end), key=lambda at: abs(reach[at] - half))


def _assembled(
    blocks: Sequence[Block], pieces: Sequence[_Piece]
) -> tuple[tuple[Block, ...], tuple[sentences.Span, ...]]:
    """Blocks of a passage, and its sentences as spans into the passage's text."""
    made: list[Block] = []
    spans: list[sentences.Span] = []
    at = 0
    for index in dict.fromkeys(p.block for p in pieces):
        own = [p for p in pieces if p.block == index]
        first, last = own[0].start, own[-1].end
        block = Block(blocks[index].kind, blocks[index].text[first:last])
        for piece in own:
            mark = _ITEM_MARK.match(blocks[index].text, piece.start, piece.end)
            skip = (
                mark.end()
                if mark and block.kind == "list" and mark.end() < piece.end
                else piece.start
            )
            spans.append((at + skip - first, at + piece.end - first))
        made.append(block)
        at += len(block.text) + 2
    return tuple(made), tuple(spans)


def _start_key(text: str, length: int) -> str:
    """A hash of the first eight words (or sixteen Chinese characters)."""
    found = []
    weight = 0.0
    for run in re.finditer(rf"[{words.HAN}]|[^\W_{words.HAN}]+", text[:400]):
        found.append(run[0])
        weight += 1 if _HAN.match(run[0]) is None else 0.5
        if weight >= 8:
            break
    return slugs.short_hash(_bare(" ".join(found)) if found else text[:40], length)


def _bare(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
