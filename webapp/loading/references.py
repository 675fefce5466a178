"""What a load file refers to: objects of the file, of an earlier load, texts of the library."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from corpus.texts import Passage
from webapp.loading.fields import shown
from webapp.loading.shape import Document, Item, Problems
from webapp.reflections import citations
from webapp.reflections.publication import MOST_THEMES

# Under a quotation, the source may name the text only; we look for the passage.
_TEXT_ONLY = re.compile(
    r"^( {0,3}> ?[—–-]{1,2} ?)\[((?:[^\[\]\\\n]|\\.){0,700})\]\(reading:([a-z0-9-]{1,80})\)\s*$"
)
_QUOTED = re.compile(r"^ {0,3}> ?(.*)$")


@dataclass(frozen=True)
class KnownText:
    title: str
    themes: tuple[str, ...]


@dataclass(frozen=True)
class World:
    """What there is already. Asks no database itself."""

    unit_names: Mapping[str, str]  # name -> id
    unit_ids: Collection[str]
    role_ids: Collection[str]
    theme_ids: Collection[str]
    member_units: Mapping[str, Collection[str]]  # of every member, by id
    reflection_ids: Collection[str]
    account_of: Mapping[str, str | None]  # lower-case address -> member id
    text: Callable[[str], KnownText | None]
    passages: Callable[[str], list[Passage]]
    derived: Callable[[str, str], str]  # ids.derived_id
    taken_slugs: Collection[str] = frozenset()  # slugs of texts from other folders


@dataclass
class Resolved:
    """References of the file as ids, by path of the object."""

    units: dict[str, str] = field(default_factory=dict)  # what the file calls it -> id
    members_units: dict[str, list[str]] = field(default_factory=dict)  # member id -> unit ids
    given_roles: dict[str, list[list[str]]] = field(default_factory=dict)  # -> [unit id, role]
    reflection_unit: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, str] = field(default_factory=dict)
    deed_readings: dict[str, tuple[str, str]] = field(default_factory=dict)  # (reading, group)


def resolve(document: Document, world: World, problems: Problems) -> Resolved:
    """Look everything up; whatever is not there goes to `problems`."""
    out = Resolved()
    _units(document, world, out, problems)
    roles = {*world.role_ids, *(item.key for item in document["roles"])}
    for item in document["members"]:
        _member(item, world, roles, out, problems)
    _addresses(document, world, problems)
    for item in document["readings"]:
        if item.key in world.taken_slugs:
            problems.add(
                f"{item.path}.key", f"is {item.key}, which another text of the library has"
            )
    authors = {item.key: world.derived("member", item.key) for item in document["members"]}
    for item in document["answers"]:
        _author(item, item.values["author"], f"{item.path}.author", authors, world, problems)
    for item in [*document["reflections"], *document["notes"]]:
        _author(item, item.values["author"], f"{item.path}.author", authors, world, problems)
        _about(item, world, problems)
    goals = {item.key: item.values["member"] for item in document["goals"]}
    for item in document["goals"]:
        _author(item, item.values["member"], f"{item.path}.member", authors, world, problems)
        _goal(item, document, world, out, problems)
    for item in document["reflections"]:
        _practice(item, goals, roles, world, problems)
        _audience(item, world, out, problems)
        out.bodies[item.path] = _body(item, world, problems)
    for item in document["deeds"]:
        _author(item, item.values["member"], f"{item.path}.member", authors, world, problems)
        _deed(item, document, world, out, problems)
    return out


def _units(document: Document, world: World, out: Resolved, problems: Problems) -> None:
    out.units.update(world.unit_names)
    for item in document["units"]:
        out.units[item.values["name"] or item.key] = world.derived("unit", item.key)
    for item in document["units"]:  # a key is meant before a name
        out.units[item.key] = world.derived("unit", item.key)
    parents = {}
    for item in document["units"]:
        parent = item.values["parent"]
        if parent is not None:
            found = _unit(parent, f"{item.path}.parent", world, out, problems)
            parents[world.derived("unit", item.key)] = found
    for item in document["units"]:
        here = start = world.derived("unit", item.key)
        seen = set()
        while here in parents and here not in seen:
            seen.add(here)
            here = parents[here] or ""
        if here == start and seen:
            problems.add(f"{item.path}.parent", "makes a ring: the unit would stand below itself")


def _unit(name: str, path: str, world: World, out: Resolved, problems: Problems) -> str | None:
    found = out.units.get(name) or world.derived("unit", name)
    if found in world.unit_ids or found in out.units.values():
        return found
    problems.add(path, f"is {shown(name)}; there is no unit of that key or name")
    return None


def _member(item: Item, world: World, roles: set[str], out: Resolved, problems: Problems) -> None:
    units = []
    named = [("unit", item.values["unit"])] if item.values["unit"] else []
    named += [(f"units[{i}]", name) for i, name in enumerate(item.values["units"])]
    for place, name in named:
        found = _unit(name, f"{item.path}.{place}", world, out, problems)
        if found and found not in units:
            units.append(found)
    id = world.derived("member", item.key)
    out.given_roles[id] = []
    for position, (name, role) in enumerate(item.values["given_roles"]):
        path = f"{item.path}.given_roles[{position}]"
        found = _unit(name, f"{path}.unit", world, out, problems)
        if role not in roles:
            problems.add(
                f"{path}.role",
                f"is {shown(role)}; there is no role of that name. There are: {', '.join(sorted(roles))}",
            )
        if found:
            out.given_roles[id].append([found, role])
            units += [found] if found not in units else []  # whoever has a role in it belongs to it
    if item.given & {"unit", "units"} or id not in world.member_units:
        out.members_units[id] = units  # else they stay in the units they are in
    for place, wanted, known in (("roles", "role", roles), ("interests", "theme", world.theme_ids)):
        for position, name in enumerate(item.values[place]):
            if name not in known:
                problems.add(
                    f"{item.path}.{place}[{position}]",
                    f"is {shown(name)}; there is no {wanted} of that name. There are: {', '.join(sorted(known))}",
                )
    if item.values["password"] and not item.values["email"]:
        problems.add(f"{item.path}.password", "needs an email beside it to sign in with")


def _addresses(document: Document, world: World, problems: Problems) -> None:
    seen: dict[str, str] = {}
    for item in document["members"]:
        address = (item.values["email"] or "").lower()
        if not address:
            continue
        if address in seen:
            problems.add(f"{item.path}.email", f"is {address}, which {seen[address]} has already")
        seen.setdefault(address, item.path)
        if world.account_of.get(address, world.derived("member", item.key)) != world.derived(
            "member", item.key
        ):
            problems.add(
                f"{item.path}.email",
                f"is {address}, which already is the account of another member",
            )


def _author(
    item: Item,
    name: str | None,
    path: str,
    authors: dict[str, str],
    world: World,
    problems: Problems,
) -> None:
    if name is None:
        return
    if name not in authors and world.derived("member", name) not in world.member_units:
        problems.add(
            path, f"is {shown(name)}; there is no member of that key, in the file or loaded before"
        )


def _about(item: Item, world: World, problems: Problems) -> None:
    about = item.values["about"]
    if about is not None and world.text(about.partition("/")[0]) is None:
        problems.add(
            f"{item.path}.about", f"is {shown(about)}; the library has no text of that slug"
        )


def _practice(
    item: Item,
    goals: Mapping[str, str | None],
    roles: Collection[str],
    world: World,
    problems: Problems,
) -> None:
    """What an experience says beside its telling, and the goal it was written about."""
    goal = item.values["goal"]
    if goal is not None and goals.get(goal, "") != item.values["author"]:
        problems.add(
            f"{item.path}.goal", f"is {shown(goal)}; its author has no goal of that key in the file"
        )
    if item.values["genre"] != "experience":
        for name in ("place", "people", "lesson", "for_roles", "themes"):
            if item.values[name]:
                problems.add(f"{item.path}.{name}", 'is only for "genre": "experience"')
        return
    if len(item.values["themes"]) > MOST_THEMES:
        problems.add(f"{item.path}.themes", f"names more than {MOST_THEMES} themes")
    for place, wanted, known in (
        ("for_roles", "role", roles),
        ("themes", "theme", world.theme_ids),
    ):
        for position, name in enumerate(item.values[place]):
            if name not in known:
                problems.add(
                    f"{item.path}.{place}[{position}]",
                    f"is {shown(name)}; there is no {wanted} of that name. There are: {', '.join(sorted(known))}",
                )


def _goal(item: Item, document: Document, world: World, out: Resolved, problems: Problems) -> None:
    """What a goal was born from; the day by when is given once."""
    if item.values["by"] is not None and item.values["in_days"] is not None:
        problems.add(f"{item.path}.in_days", "stands beside by; give one of them")
    piece, reading = item.values["from"], item.values["reading"]
    if piece is not None and reading is not None:
        problems.add(f"{item.path}.reading", "stands beside from; give one of them")
    if piece is not None:
        own = {
            r.key for r in document["reflections"] if r.values["author"] == item.values["member"]
        }
        if piece not in own:
            problems.add(
                f"{item.path}.from",
                f"is {shown(piece)}; its member has no reflection of that key in the file",
            )
    if reading is not None:
        _deed(item, document, world, out, problems)


def _audience(item: Item, world: World, out: Resolved, problems: Problems) -> None:
    audience, unit = item.values["audience"], item.values["unit"]
    if item.values["author"] is None:
        return
    told = any(path == f"{item.path}.audience" for path, _message in problems.found)
    if item.values["status"] == "submitted" and audience is None and not told:
        problems.add(
            f"{item.path}.audience", "is missing; it is one of: unit, organisation, anonymous"
        )
    if audience != "unit":
        if unit is not None:
            problems.add(f"{item.path}.unit", 'is only for "audience": "unit"')
        return
    author = world.derived("member", item.values["author"])
    own = out.members_units.get(author, world.member_units.get(author, ()))
    if unit is None:
        if len(own) == 1:
            out.reflection_unit[item.path] = next(iter(own))
        else:
            problems.add(
                f"{item.path}.unit",
                f"is missing: the author belongs to {len(own)} units; say which one reads it",
            )
        return
    found = _unit(unit, f"{item.path}.unit", world, out, problems)
    if found and found not in own:
        problems.add(f"{item.path}.unit", f"is {shown(unit)}, to which the author does not belong")
    elif found:
        out.reflection_unit[item.path] = found


def _body(item: Item, world: World, problems: Problems) -> str:
    """The body, in which every source that names a text only names the passage."""
    if item.values["body"] is None:
        return ""
    lines: list[str] = []
    quoted: list[str] = []
    for line in item.values["body"].splitlines():
        source = _TEXT_ONLY.match(line)
        if source:
            line = _with_passage(source, "\n".join(quoted), item, world, problems) or line
        match = _QUOTED.match(line)
        quoted = [*quoted, match[1]] if match and not source else []
        lines.append(line)
    return "\n".join(lines)


def _with_passage(
    source: re.Match[str], quote: str, item: Item, world: World, problems: Problems
) -> str | None:
    lead, label, slug = source.groups()
    text = world.text(slug)
    if text is None:
        problems.add(
            f"{item.path}.body", f"cites {shown(slug)}; the library has no text of that slug"
        )
        return None
    for passage in world.passages(slug):
        if citations.stands_in(quote, passage.text):
            named = label or citations.label(text.title, passage.path)
            return f"{lead}[{named}](reading:{passage.id})"
    problems.add(
        f"{item.path}.body",
        f"quotes words that stand in no one passage of {slug}: {shown(quote.strip())}",
    )
    return None


def _deed(item: Item, document: Document, world: World, out: Resolved, problems: Problems) -> None:
    reading = item.values["reading"]
    if reading is None:
        return
    if reading.startswith("reflection/"):
        name = reading.partition("/")[2]
        found = world.derived("reflection", name)
        if found in world.reflection_ids or any(r.key == name for r in document["reflections"]):
            out.deed_readings[item.path] = (f"reflection/{found}", f"reflection/{found}")
            return
        problems.add(
            f"{item.path}.reading", f"is {shown(reading)}; there is no reflection of that key"
        )
        return
    slug = reading.partition("/")[0]
    known = [p.id for p in world.passages(slug)] if world.text(slug) else []
    if reading in known:
        out.deed_readings[item.path] = (reading, slug)
    elif reading == slug and known:
        out.deed_readings[item.path] = (known[0], slug)
    else:
        problems.add(
            f"{item.path}.reading", f"is {shown(reading)}; the library has no such text or passage"
        )
