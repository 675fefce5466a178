"""Which sentences were chosen of what a member wrote; worked out once as long as the
process runs.

Of the words nothing is kept, nor of their vectors: only a digest of them and the
places of the chosen.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from hashlib import blake2b

from models.text_model import TextModel
from recommender import summarising
from recommender.summarising import OwnSentence

MOST_KEPT = 1_000
MOST_HEARTS = 4

_kept: OrderedDict[bytes, tuple[int, ...]] = OrderedDict()
_keeping = threading.Lock()


def summary(model: TextModel, found: Sequence[OwnSentence]) -> list[OwnSentence]:
    """A month in the writer's own sentences, in the order in which they were written.
    Encodes: call it outside transactions."""
    places = _once("summary", model, found, lambda: summarising.summary(model, found))
    return [found[k] for k in places]


def hearts(model: TextModel, found: Sequence[OwnSentence]) -> list[OwnSentence]:
    """The sentences that say best what a piece is about, the best first. Encodes, too."""
    places = _once(
        "hearts", model, found, lambda: summarising.hearts(model, found, most=MOST_HEARTS)
    )
    return [found[k] for k in places]


def _once(
    what: str, model: TextModel, found: Sequence[OwnSentence], work: Callable[[], list[int]]
) -> tuple[int, ...]:
    key = blake2b(f"{what}\0{model.fingerprint}".encode(), digest_size=16)
    for sentence in found:
        key.update(f"\0{sentence.piece}\0{sentence.language}\0".encode())
        key.update(sentence.text.encode("utf-8", "surrogatepass"))
    digest = key.digest()
    with _keeping:
        if digest in _kept:
            _kept.move_to_end(digest)
            return _kept[digest]
    places = tuple(work())
    with _keeping:
        _kept[digest] = places
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return places
