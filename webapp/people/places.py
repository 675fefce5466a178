"""Which unit does each row speak of: one that is there, or one that is to be made? Pure.

A unit is known by its name and by what stands above it. Two rows that put the
same name below different units speak of two units. Nothing is moved: whoever
wants that moves the unit itself. A new name that is near to another one may be
a slip of the hand: whoever imports says which it is (`New`, `Places.news`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import count

from webapp.people.columns import fold
from webapp.people.nearness import Names
from webapp.people.rows import DEEPEST, Row, parts

ADD = "+"  # of a word that is not known, and of a name that is near to another: it is new
AS = "="  # before the name of another new unit, beside which it would stand


@dataclass(frozen=True)
class UnitThere:
    id: str
    name: str
    parent_id: str | None
    kind: str


@dataclass
class Place:
    """A unit of the plan; `id` where it is there already."""

    name: str
    parent: Place | None
    id: str | None = None
    kind: str = ""  # which it has
    said_kind: str = ""  # which the table gives it, and in which row
    kind_line: int = 0
    depth: int = 0
    there: bool = False
    rows: int = 0  # that speak of it, or of what stands below it
    number: int = 0  # of new ones: in which order they are named

    def up(self) -> Iterator[Place]:
        """This and what stands above it."""
        at: Place | None = self
        while at is not None:
            yield at
            at = at.parent

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(reversed([place.name for place in self.up()]))


@dataclass
class New:
    """A name of the table for which no unit is there, where the table puts it."""

    mark: str  # "unit:…", by which a choice is kept
    name: str
    line: int  # the first row that says it
    parent: Place | None
    alone: bool  # the table says nothing of what stands above: it may be anywhere
    place: Place  # what it is taken for
    meant: bool  # which was chosen
    near: list[tuple[str, Place]] = field(default_factory=list)  # a choice, and what it means
    open: bool = False  # near to another, and nothing chosen yet


class Unplaced(Exception):
    """Why a row's unit cannot be told; `field` is the column that says so."""

    def __init__(self, field: str, code: str, value: str) -> None:
        super().__init__(code)
        self.field, self.code, self.value = field, code, value


Node = tuple[str, str]  # a unit as rows name it: its name, and the name above it ("": none said)


class Places:
    """The tree that is there, and what the rows add to it."""

    def __init__(
        self,
        there: Iterable[UnitThere],
        rows: Sequence[Row],
        *,
        below: str | None,
        chosen: Mapping[str, str],
    ) -> None:
        self._of_id: dict[str, Place] = {}
        self._children: dict[int | None, dict[str, Place]] = defaultdict(dict)
        self._named: dict[str, list[Place]] = defaultdict(list)
        self._nodes: dict[str, dict[str, Row]] = defaultdict(dict)  # name -> parents -> first row
        self._found: dict[Node, Place] = {}
        self._chosen = chosen
        self._news: dict[str, New] = {}
        self._line = 0  # of the row that is read
        self._numbers = count(1)
        self._names = {
            fold(n) for row in rows for n in (row.unit, row.parent, *parts(row.parent), *row.path)
        }
        self._put(list(there))
        self._below = self._of_id.get(below or "")
        for row in rows:
            if row.unit and not row.path:
                self._nodes[fold(row.unit)].setdefault(fold(row.parent), row)

    def _put(self, units: list[UnitThere]) -> None:
        for unit in units:
            self._of_id[unit.id] = Place(unit.name, None, unit.id, unit.kind, there=True)
        for unit in units:
            place = self._of_id[unit.id]
            place.parent = self._of_id.get(unit.parent_id or "")
            key = id(place.parent) if place.parent else None
            self._children[key].setdefault(fold(unit.name), place)
            self._named[fold(unit.name)].append(place)
        for place in self._of_id.values():
            above, place.depth = place.parent, 0
            while above is not None and place.depth < DEEPEST:
                above, place.depth = above.parent, place.depth + 1

    def of(self, row: Row) -> Place:
        """The unit of a row that names one; raises `Unplaced`."""
        self._line = row.line
        if row.path:
            whole = row.path
            if row.unit and fold(row.unit) != fold(row.path[-1]):
                whole = (*row.path, row.unit)  # the path says where the unit stands
            found = self._along(whole)
        else:
            found = self._node((fold(row.unit), fold(row.parent)))
        for place in found.up():
            place.rows += 1
        return found

    def _along(self, names: Sequence[str]) -> Place:
        place = self._start(names[0])
        for name in names[1:]:
            place = self._child(place, name)
        return place

    def _start(self, name: str) -> Place:
        """The first unit of a path: at the top, below the one at the top, or the only one."""
        key = fold(name)
        for among in (self._children[None], self._children[id(self._below)] if self._below else {}):
            if key in among:
                return among[key]
        if len(self._named[key]) == 1:
            return self._named[key][0]
        return self._child(self._below, name, alone=True)

    def _child(self, parent: Place | None, name: str, *, alone: bool = False) -> Place:
        among, key = self._children[id(parent) if parent else None], fold(name)
        if key in among:
            return among[key]
        mark = _mark(parent, key)
        meant = self._meant(parent, self._chosen.get(mark, ""))
        place = meant or self._make(parent, name)
        if mark not in self._news:
            self._news[mark] = New(mark, name, self._line, parent, alone, place, meant is not None)
        return place

    def _make(self, parent: Place | None, name: str) -> Place:
        depth = parent.depth + 1 if parent else 0
        if depth >= DEEPEST:
            raise Unplaced("unit", "deep", name)
        among, key = self._children[id(parent) if parent else None], fold(name)
        if key not in among:
            among[key] = Place(name, parent, depth=depth, number=next(self._numbers))
        return among[key]

    def _meant(self, parent: Place | None, choice: str) -> Place | None:
        """The unit that was chosen for a name; none where it is new, or no longer there."""
        if choice.startswith(AS):
            name = choice.removeprefix(AS)
            return self._make(parent, name) if fold(name) in self._names else None
        return self._of_id.get(choice)

    def _node(self, node: Node) -> Place:
        """Walks up to what is known, then down again (a loop: a table may say a long chain)."""
        chain: list[Node] = []
        place: Place | None = None
        while node not in self._found:
            if node in chain:
                raise Unplaced("parent", "circle", self._shown(node))
            chain.append(node)
            if len(chain) > DEEPEST:
                raise Unplaced("parent", "deep", self._shown(node))
            above = self._above(node)
            if not isinstance(above, tuple):
                place = above
                break
            node = above
        else:
            place = self._found[node]
        for each in reversed(chain):
            place = self._settled(each, place)
            self._found[each] = place
        assert place is not None
        return place

    def _settled(self, node: Node, parent: Place | None) -> Place:
        if not node[1] and parent is not None and fold(parent.name) == node[0]:
            return parent  # a name alone, which was found
        return self._child(parent, self._shown(node), alone=not node[1])

    def _above(self, node: Node) -> Node | Place | None:
        """What stands above a node: another node of the table, or a unit that is there.
        For a name alone: the unit of that name, or else what new units stand below."""
        name, parent = node
        if not parent:
            with_parent = [p for p in self._nodes[name] if p]
            if len(with_parent) == 1:
                return (name, with_parent[0])
            if len(with_parent) > 1 or len(self._named[name]) > 1:
                raise Unplaced("unit", "which", self._shown(node))
            return self._named[name][0] if self._named[name] else self._below
        if nodes := self._nodes.get(parent):
            said = [p for p in nodes if p]
            if len(said) > 1:
                raise Unplaced("parent", "which", self._parent_shown(node))
            return (parent, said[0] if said else "")
        if len(self._named[parent]) > 1:
            raise Unplaced("parent", "which", self._parent_shown(node))
        if self._named[parent]:
            return self._named[parent][0]
        shown = self._parent_shown(node)
        if len(names := parts(shown)) > 1:
            return self._along(names)
        raise Unplaced("parent", "no_parent", shown)

    def _shown(self, node: Node) -> str:
        return self._nodes[node[0]][node[1]].unit if node[1] in self._nodes[node[0]] else node[0]

    def _parent_shown(self, node: Node) -> str:
        return self._nodes[node[0]][node[1]].parent

    def twice(self) -> list[tuple[str, int, int]]:
        """Names that rows put below different units, with the first two rows."""
        return [
            (rows[0].unit, rows[0].line, rows[1].line)
            for nodes in self._nodes.values()
            if len(rows := [row for parent, row in nodes.items() if parent]) > 1
        ]

    # Names that may be a slip

    def news(self, kinds: Collection[str]) -> list[New]:
        """Every name for which no unit is there, with what it may mean: units beside it
        first; anywhere, where the table does not say what stands above it."""
        beside: dict[int | None, Names[Place]] = {}
        anywhere: Names[Place] | None = None
        for new in self._news.values():
            key = id(new.parent) if new.parent else None
            if key not in beside:
                among = self._children[key].values()
                beside[key] = Names(((p.name, p) for p in among), kinds=kinds)
            found = [p for p in beside[key].near(new.name) if p.there or self._rather(p, new)]
            if new.alone:
                if anywhere is None:
                    everyone = self._of_id.values()
                    anywhere = Names(((p.name, p) for p in everyone), kinds=kinds)
                above = set(map(id, new.parent.up())) if new.parent else set()
                known = above | set(map(id, found))
                found += [p for p in anywhere.near(new.name) if id(p) not in known]
            new.near = [(str(p.id) if p.there else f"{AS}{p.name}", p) for p in found]
            new.open = bool(found) and not new.meant and self._chosen.get(new.mark) != ADD
        return list(self._news.values())

    def _rather(self, other: Place, new: New) -> bool:
        """Of two new names the one that more rows use is right, else the first; once one
        was chosen for another, all are offered again."""
        this = new.place
        return new.meant or (other.rows, -other.number) > (this.rows, -this.number)


def _mark(parent: Place | None, key: str) -> str:
    """By which a choice for a new name is kept: its path, made short."""
    path = "\0".join([*map(fold, parent.path if parent else ()), key])
    return f"unit:{blake2b(path.encode(), digest_size=12).hexdigest()}"
