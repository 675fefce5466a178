"""Which sentence of a piece shows that it was found. Pure."""

from __future__ import annotations

from corpus import sentences, words
from recommender.search import matched_spans

Spans = tuple[tuple[int, int], ...]

MOST_READ = 60_000  # characters looked through for the best sentence
LONGEST = 320


def best_sentence(text: str, language: str, query: str) -> tuple[str, Spans]:
    """The sentence with the most different words of the query, and where they stand;
    ("", ()) when no sentence has one."""
    spoken = frozenset(words.tokens(query))
    best, most = "", 0
    head = text[:MOST_READ]
    for start, end in sentences.split(head, "zh" if language == "zh" else "en"):
        sentence = head[start:end]
        score = len(spoken & set(words.tokens(sentence)))
        if score > most:
            best, most = sentence, score
    if len(best) > LONGEST:
        best = _around(best, matched_spans(best, spoken))
    return best, matched_spans(best, spoken)


def holds(text: str, sentence: str) -> bool:
    """Whether the sentence stands in the text as it is now."""
    return bool(sentence) and sentence in text


def _around(sentence: str, spans: Spans) -> str:
    start = max(0, (spans[0][0] if spans else 0) - LONGEST // 3)
    piece = sentence[start : start + LONGEST].strip()
    return ("…" if start else "") + piece + ("…" if start + LONGEST < len(sentence) else "")
