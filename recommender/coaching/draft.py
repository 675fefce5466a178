"""What each sentence of a draft does, and how near it stands to the passages it may speak of.

Unchanged sentences are neither encoded nor judged again. For the draft's author only.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from models.text_model import Span, TextModel
from recommender.coaching import kept as keeping
from recommender.coaching.classifier import MOST_CHARACTERS, Judged, SentenceClassifier
from recommender.coaching.kept import Kept, KeptPassage, KeptSentence, Key
from recommender.coaching.labels import LABELS, NUMBER
from recommender.coaching.sentence import read_sentences

# Sentences, and bytes of them, encoded at a look: the rest of a long draft at the next ones.
MOST_NEW = 60
MOST_BYTES = 4_000
AT_ONCE = 32
LONGEST = max(MOST_CHARACTERS.values())  # characters of a sentence
MOST_PASSAGES = 3
MOST_LETTERS = 2_000  # of a passage; the model reads no more

# A sentence beside a passage that has nothing to do with it: median and spread
# of their product, for the model that the classifier was learned with. From
# the validation sentences against seven works of ../shared/data/library.
_ORDINARY = {("en", "en"): (0.774, 0.021), ("zh", "zh"): (0.848, 0.017)}
_ACROSS = (0.766, 0.016)
# What is not known is not far: only what surely is far from a passage is spoken of.
_UNKNOWN = 99.0


@dataclass(frozen=True)
class Said:
    """A sentence and the language it is in."""

    words: str
    language: str


@dataclass(frozen=True)
class Words:
    """A passage that the draft may speak of, and where its sentences are."""

    text: str
    language: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True)
class DraftRead:
    """All in the order of what was given."""

    judged: tuple[Judged | None, ...]  # of the sentences; None: not read yet
    near: tuple[tuple[float, ...], ...]  # [sentence][passage], in spreads beyond the ordinary
    points: tuple[tuple[float, ...], ...]  # [passage][its sentence]: share in what it is about
    kept: bytes  # for the next reading of this draft

    @property
    def is_whole(self) -> bool:
        return None not in self.judged


def read_draft(
    sentences: Sequence[Said],
    passages: Sequence[Words],
    *,
    kept: bytes | None,
    model: TextModel,
    classifier: SentenceClassifier,
) -> DraftRead:
    """Encodes what `kept` does not hold: at most MOST_NEW sentences and MOST_PASSAGES passages.

    The model must be the one that the classifier was learned with.
    """
    whose = f"{model.fingerprint}/{classifier.version}"
    known = keeping.read(kept, whose=whose, dim=model.dim)
    names = [keeping.key(s.words, s.language) for s in sentences]
    passages = passages[:MOST_PASSAGES]
    titles = [keeping.key(p.text, p.language) for p in passages]
    known = known.only(frozenset(names), frozenset(titles))

    said = dict(zip(names, sentences, strict=True))
    new = {name: said[name] for name in newest_first(names, known.sentences)}
    _read_sentences(known, _as_many_as_fit(new), model, classifier)
    known.sentences = {name: known.sentences[name] for name in said if name in known.sentences}
    _read_passages(
        known,
        {n: p for n, p in zip(titles, passages, strict=True) if n not in known.passages},
        model,
    )
    found = [known.sentences.get(name) for name in names]
    return DraftRead(
        judged=tuple(_judged(one) for one in found),
        near=_nearness(sentences, found, passages, [known.passages[t] for t in titles]),
        points=tuple(known.passages[t].points for t in titles),
        kept=keeping.write(known, whose=whose, dim=model.dim),
    )


def newest_first(names: Sequence[Key], known: Collection[Key]) -> list[Key]:
    """What is not known yet, what was changed last first.

    A few new sentences among known ones were changed just now; many together are
    the part of a long draft that was never read. Of that the end comes first:
    there one writes.
    """
    gaps: list[list[Key]] = [[]]
    for name in names:
        if name not in known:
            gaps[-1].append(name)
        elif gaps[-1]:
            gaps.append([])
    gaps.reverse()
    return [name for gap in sorted(gaps, key=len) for name in reversed(gap)]


def _as_many_as_fit(new: dict[Key, Said]) -> dict[Key, Said]:
    """By bytes as well: a Chinese character costs the model about three English letters."""
    some: dict[Key, Said] = {}
    left = MOST_BYTES
    for name, said in new.items():
        left -= len(said.words[:LONGEST].encode("utf-8", "surrogatepass"))
        if len(some) == MOST_NEW or (left < 0 and some):
            break
        some[name] = said
    return some


def _judged(one: KeptSentence | None) -> Judged | None:
    return Judged(LABELS[one.label], one.probability, one.sure) if one else None


def _read_sentences(
    known: Kept, new: dict[bytes, Said], model: TextModel, classifier: SentenceClassifier
) -> None:
    """A few at a time: the shares of all words of a long draft would be hundreds of megabytes."""
    listed = list(new.items())
    for start in range(0, len(listed), AT_ONCE):
        some = dict(listed[start : start + AT_ONCE])
        # A longer one is no sentence and is not judged; its beginning says what it is about.
        read = read_sentences(model, [s.words[:LONGEST] for s in some.values()])
        vectors = dict(zip(some, read, strict=True))
        for language in {s.language for s in some.values()}:
            names = [name for name, s in some.items() if s.language == language]
            judged = classifier.classify(
                [some[name].words for name in names],
                language=language,
                vectors=[vectors[name] for name in names],
            )
            for name, one in zip(names, judged, strict=True):
                known.sentences[name] = KeptSentence(
                    NUMBER[one.label],
                    one.probability,
                    one.sure,
                    keeping.rounded(vectors[name].whole),
                )


def _read_passages(known: Kept, new: dict[bytes, Words], model: TextModel) -> None:
    """One encoding of each passage: its sentences are its shares."""
    if not new:
        return
    texts = [p.text[:MOST_LETTERS] for p in new.values()]
    spans = [
        [(a, b) for a, b in p.sentences if b <= MOST_LETTERS][: keeping.MOST_POINTS]
        for p in new.values()
    ]
    encoded = model.encode_with_parts(texts, spans, kind="passage")
    for name, whole, shares in zip(new, encoded.vectors, encoded.parts, strict=True):
        points = np.asarray(shares @ whole, np.float32)
        known.passages[name] = KeptPassage(keeping.rounded(whole), tuple(points.tolist()))


def _nearness(
    sentences: Sequence[Said],
    found: Sequence[KeptSentence | None],
    passages: Sequence[Words],
    wholes: Sequence[KeptPassage],
) -> tuple[tuple[float, ...], ...]:
    """Nothing is near where a sentence was not read; where its vector was not kept it may be."""
    if not passages:
        return tuple(() for _ in sentences)
    matrix = np.stack([p.vector for p in wholes])
    rows = []
    for said, read in zip(sentences, found, strict=True):
        if read and read.vector is None:
            rows.append((_UNKNOWN,) * len(passages))
            continue
        products = matrix @ read.vector if read else np.full(len(passages), -1.0)
        ordinary = [_ORDINARY.get((said.language, p.language), _ACROSS) for p in passages]
        rows.append(
            tuple(
                (float(x) - mean) / spread
                for x, (mean, spread) in zip(products, ordinary, strict=True)
            )
        )
    return tuple(rows)
