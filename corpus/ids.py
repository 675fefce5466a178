"""Which id a passage keeps when its text has changed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from corpus import words
from corpus.texts import Passage

NEARLY = 0.6  # share of words in common from which a passage counts as the same, edited


@dataclass(frozen=True)
class Known:
    """A passage the library had: its id, its text, and whether it was still shown."""

    id: str
    text: str
    position: int
    withdrawn: bool = False


def keep(known: Sequence[Known], passages: Sequence[Passage]) -> list[Passage]:
    """`passages` with the ids they had before, where they are the same or nearly so.

    First equal texts, then equal ids, then the most words in common. A new
    passage never takes the id of a known one that it does not resemble.
    """
    given: dict[int, str] = {}
    free = {k.id: k for k in sorted(known, key=lambda k: (k.withdrawn, k.position))}
    _give_equal(passages, free, given)
    _give_same_id(passages, free, given)
    _give_similar(passages, free, given)
    # An id once used is never given to something else, or a citation would lie.
    used = {k.id for k in known} | set(given.values())
    result = []
    for index, passage in enumerate(passages):
        name = given.get(index) or _unused(passage.id, used)
        used.add(name)
        result.append(passage if name == passage.id else replace(passage, id=name))
    return result


def _give_equal(passages: Sequence[Passage], free: dict[str, Known], given: dict[int, str]) -> None:
    by_text: dict[str, list[str]] = {}
    for k in free.values():
        by_text.setdefault(k.text, []).append(k.id)
    for index, passage in enumerate(passages):
        if ids := by_text.get(passage.text):
            given[index] = ids.pop(ids.index(passage.id) if passage.id in ids else 0)
            del free[given[index]]


def _give_same_id(
    passages: Sequence[Passage], free: dict[str, Known], given: dict[int, str]
) -> None:
    for index, passage in enumerate(passages):
        same = free.get(passage.id)
        if index not in given and same and likeness(_bag(same.text), _bag(passage.text)) >= 0.3:
            given[index] = passage.id
            del free[passage.id]


def _give_similar(
    passages: Sequence[Passage], free: dict[str, Known], given: dict[int, str]
) -> None:
    left = [i for i in range(len(passages)) if i not in given]
    bags = {k.id: _bag(k.text) for k in free.values()}
    holders = _holders(bags)
    pairs = []
    for index in left:
        bag = _bag(passages[index].text)
        for name in _candidates(bag, holders):
            alike = likeness(bag, bags[name])
            if alike >= NEARLY:
                apart = abs(free[name].position - passages[index].position)
                pairs.append((-alike, apart, index, name))
    for _, _, index, name in sorted(pairs):
        if index not in given and name in free:
            given[index] = name
            del free[name]


def likeness(a: Counter[str], b: Counter[str]) -> float:
    """Words in common as a share of the longer one, 0.0 to 1.0."""
    longer = max(a.total(), b.total())
    return (a & b).total() / longer if longer else 1.0


def _bag(text: str) -> Counter[str]:
    return Counter(words.tokens(text))


def _holders(bags: Mapping[str, Counter[str]]) -> dict[str, list[str]]:
    holders: dict[str, list[str]] = {}
    for name, bag in bags.items():
        for word in bag:
            holders.setdefault(word, []).append(name)
    return holders


def _candidates(bag: Iterable[str], holders: Mapping[str, list[str]]) -> list[str]:
    """The five that share most of the rarer words, so that a rewritten book
    does not compare every passage with every other."""
    shared: Counter[str] = Counter()
    for word in bag:
        names = holders.get(word, ())
        if len(names) <= 20:
            shared.update(names)
    return [name for name, _ in shared.most_common(5)]


def _unused(name: str, used: set[str]) -> str:
    if name not in used:
        return name
    base, number = name, 2
    while f"{base}-{number}" in used:
        number += 1
    return f"{base}-{number}"
