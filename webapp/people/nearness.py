"""Which names are so near to a new one that one of them may be meant? Pure.

Near is what one slip of the hand makes: a sign too many, too few, another one, or two
that changed places; other spaces and signs between the same letters; the same name
with and without the word for its kind; and one of the parts of a name in two languages
("Hill branch · 山坡支部"). Names that differ in what tells units apart (a
number, a direction, a letter that stands alone) are not near: Group 1 and Group 2 are two.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Generic, TypeVar

from webapp.people.columns import fold

T = TypeVar("T")

_TELLING = re.compile(
    r"\d+|[一二三四五六七八九十百甲乙丙丁戊东南西北中上下左右前后内外大小老新男女初高]"
    r"|(?<![a-z])(?:[a-z]|[ivx]+)(?![a-z])"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_BETWEEN = re.compile(r"[\W_]+")


_PARTS = re.compile(r"\s*[·•・/／|｜()（）\[\]【】]\s*|\s+[-–—]\s+")


class Names(Generic[T]):
    """Names with what they stand for, asked for those that are near to another. The time
    it takes grows with the names, not with their pairs."""

    def __init__(self, named: Iterable[tuple[str, T]], *, kinds: Collection[str] = ()) -> None:
        """`kinds`: words for kinds of units, which a name may have or lack."""
        self._kinds = sorted({_letters(kind) for kind in kinds if kind}, key=len, reverse=True)
        self._of: dict[str, list[tuple[str, T]]] = defaultdict(list)
        for name, thing in named:
            for key in self._keys(name):
                self._of[key].append((name, thing))

    def near(self, name: str) -> list[T]:
        found: dict[int, T] = {}
        for key in self._keys(name):
            for other, thing in self._of.get(key, ()):
                if id(thing) not in found and self._alike(name, other):
                    found[id(thing)] = thing
        return list(found.values())

    def _keys(self, name: str) -> set[str]:
        found: set[str] = set()
        for part in (name, *_parts(name)):
            letters = _letters(part)
            found |= {letters, self._core(letters), *_without_one(letters)}
        return found

    def _core(self, letters: str) -> str:
        """The name without the word for its kind."""
        for kind in self._kinds:
            for core in (letters.removesuffix(kind), letters.removeprefix(kind)):
                if core and core != letters:
                    return core
        return letters

    def _alike(self, name: str, other: str) -> bool:
        """As a whole, or one as a part of the other; "Team (A)" and "Team (B)", which have
        only a part in common, are two."""
        return (
            self._same(name, other)
            or any(self._same(name, part) for part in _parts(other))
            or any(self._same(part, other) for part in _parts(name))
        )

    def _same(self, name: str, other: str) -> bool:
        one, two = _letters(name), _letters(other)
        if _TELLING.findall(fold(name)) != _TELLING.findall(fold(other)):
            return False
        return one == two or _one_slip(one, two) or self._core(one) == two or self._core(two) == one


def one_person(name: str, other: str) -> bool:
    """Whether two names, of one address or number, may be those of one person: a slip,
    another order, fewer words, initials. Where they differ more, somebody has to say so."""
    if (one := _letters(name)) == (two := _letters(other)) or _one_slip(one, two):
        return True
    few, many = sorted((_words(name), _words(other)), key=len)
    return bool(few) and all(
        any(
            word == each or (min(len(word), len(each)) == 1 and word[0] == each[0]) for each in many
        )
        for word in few
    )


def _words(name: str) -> list[str]:
    return [word for word in _BETWEEN.split(fold(name)) if word]


def _parts(name: str) -> list[str]:
    """The parts of a name that stands in two languages; none of a simple one."""
    found = [part for part in _PARTS.split(name) if len(_letters(part)) > 1]
    return found if len(found) > 1 else []


def _letters(name: str) -> str:
    return _BETWEEN.sub("", fold(name))


def _without_one(letters: str) -> Iterator[str]:
    for at in range(len(letters)):
        yield letters[:at] + letters[at + 1 :]


def _one_slip(one: str, two: str) -> bool:
    """Whether one slip of the hand makes one of the other. In short names another sign is
    another name; a Chinese sign says as much as a few letters."""
    shorter = min(len(one), len(two))
    start = next((n for n in range(shorter) if one[n] != two[n]), shorter)
    end = next((n for n in range(shorter - start) if one[-1 - n] != two[-1 - n]), shorter - start)
    here, there = one[start : len(one) - end], two[start : len(two) - end]
    if len(here) + len(there) == 1:  # one too many
        return shorter >= (2 if _HAN.search(one) else 3)
    if len(here) == len(there) == 1:  # another one
        return shorter >= (4 if _HAN.search(one) else 6)
    return len(here) == 2 and here == there[::-1] and shorter >= 3
