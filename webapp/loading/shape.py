"""What a load file looks like: its sections, their fields, and every problem in it. Pure.

docs/load-format.md says the same in words; a test keeps the field names equal.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from webapp.answers import limits
from webapp.goals import setting
from webapp.loading import fields
from webapp.loading.fields import Check, Wrong
from webapp.reflections import experiences
from webapp.reflections.genres import GENRES

TITLE, BODY = 200, 100_000  # characters of a reflection or note, as in the editor
MOST_OBJECTS = 200_000


@dataclass(frozen=True)
class Field:
    check: Check
    required: bool = False
    default: Any = None


def _must(check: Check) -> Field:
    return Field(check, required=True)


def _may(check: Check, default: Any = None) -> Field:
    return Field(check, default=default)


_LANGUAGE = fields.one_of("en", "zh")
_KEYS = fields.several(fields.key)

ORGANISATION = {"name": _may(fields.line(200)), "language": _may(_LANGUAGE)}

SECTIONS: dict[str, dict[str, Field]] = {
    "units": {
        "key": _must(fields.key),
        "name": _must(fields.line(200)),
        "kind": _may(fields.line(60), "unit"),
        "parent": _may(fields.line(200)),
    },
    "roles": {
        "key": _must(fields.slug),
        "name": _must(fields.in_both_languages(fields.line(120))),
        "duties": _must(fields.in_both_languages(fields.prose(1000))),
    },
    "readings": {
        "key": _must(fields.slug),
        "markdown": _must(fields.prose(2_000_000)),
        "title": _may(fields.line(300)),
        "author": _may(fields.line(200)),
        "language": _may(_LANGUAGE),
        "year": _may(fields.whole(-3000, 2200)),
        "themes": _may(_KEYS, ()),
        "roles": _may(_KEYS, ()),
        "level": _may(fields.one_of("introductory", "intermediate", "advanced")),
        "minutes": _may(fields.whole(1, 1000)),
        "licence": _may(fields.line(200)),
    },
    "members": {
        "key": _must(fields.key),
        "name": _must(fields.line(120)),
        "email": _may(fields.email),
        "password": _may(fields.password),
        "unit": _may(fields.line(200)),
        "units": _may(fields.several(fields.line(200)), ()),
        "roles": _may(_KEYS, ()),
        "given_roles": _may(fields.several(fields.role_in_unit), ()),
        "language": _may(_LANGUAGE, "en"),
        "reads": _may(fields.several(_LANGUAGE)),
        "interests": _may(_KEYS, ()),
        "working_on": _may(fields.line(300), ""),
        "administrator": _may(fields.flag, False),
        "organizer": _may(fields.flag, False),
        "welcomed": _may(fields.flag),
        "joined_at": _may(fields.moment),
        "days_ago": _may(fields.days_ago),
    },
    "reflections": {
        "key": _must(fields.key),
        "author": _must(fields.key),
        "about": _may(fields.line(120)),
        "audience": _may(fields.one_of("unit", "organisation", "anonymous")),
        "status": _may(fields.one_of("submitted", "draft"), "submitted"),
        "unit": _may(fields.line(200)),
        "title": _must(fields.line(TITLE)),
        "body": _must(fields.prose(BODY)),
        "language": _may(_LANGUAGE),
        "genre": _may(fields.one_of(*GENRES), "reflection"),
        "goal": _may(fields.key),
        "place": _may(fields.line(experiences.PLACE_LIMIT), ""),
        "people": _may(fields.prose(experiences.PEOPLE_LIMIT), ""),
        "people_agree": _may(fields.flag, False),
        "lesson": _may(fields.line(experiences.LESSON_LIMIT), ""),
        "for_roles": _may(_KEYS, ()),
        "themes": _may(_KEYS, ()),
        "submitted_at": _may(fields.moment),
        "days_ago": _may(fields.days_ago),
    },
    "goals": {
        "key": _must(fields.key),
        "member": _must(fields.key),
        "what": _must(fields.prose(setting.WHAT_LIMIT)),
        "how": _may(fields.prose(setting.HOW_LIMIT), ""),
        "by": _may(fields.day),
        "in_days": _may(fields.whole(-3650, 3650)),
        "from": _may(fields.key),
        "sentence": _may(fields.prose(1000), ""),
        "reading": _may(fields.line(160)),
        "status": _may(fields.one_of("open", *setting.ANSWERED, "let_go"), "open"),
        "outcome": _may(fields.prose(setting.OUTCOME_LIMIT), ""),
        "hindrance": _may(fields.prose(setting.OUTCOME_LIMIT), ""),
        "answered_days_ago": _may(fields.days_ago, 0.0),
        "in_chain": _may(fields.flag, False),
        "author_may_know": _may(fields.flag, False),
        "set_at": _may(fields.moment),
        "days_ago": _may(fields.days_ago),
    },
    "answers": {
        "key": _must(fields.key),
        "author": _must(fields.key),
        "reflection": _must(fields.key),
        "kind": _may(fields.one_of(*limits.KINDS)),
        "to": _may(fields.key),
        "paragraph": _may(fields.whole(1, 10_000)),
        "body": _must(fields.prose(limits.BODY_LIMIT)),
        "written_at": _may(fields.moment),
        "days_ago": _may(fields.days_ago),
    },
    "notes": {
        "key": _must(fields.key),
        "author": _must(fields.key),
        "about": _may(fields.line(160)),
        "title": _may(fields.line(TITLE), ""),
        "body": _must(fields.prose(BODY)),
        "written_at": _may(fields.moment),
        "days_ago": _may(fields.days_ago),
    },
    "deeds": {
        "key": _may(fields.key),
        "member": _must(fields.key),
        "kind": _must(fields.one_of("read", "saved", "set_aside")),
        "reading": _must(fields.line(160)),
        "at": _may(fields.moment),
        "days_ago": _may(fields.days_ago),
    },
}
_MOMENTS = {
    "members": "joined_at",
    "reflections": "submitted_at",
    "goals": "set_at",
    "answers": "written_at",
    "notes": "written_at",
    "deeds": "at",
}


@dataclass(frozen=True)
class Item:
    """One object of a section."""

    path: str  # e.g. "members[3]"
    key: str
    values: dict[str, Any]  # every field of its section, defaults filled in
    told: str  # the object as it stood in the file, for noticing changes; no password
    given: frozenset[str] = frozenset()  # names of the fields that the file gives


@dataclass
class Problems:
    """Everything that is wrong, by path, in the order of the file."""

    found: list[tuple[str, str]] = field(default_factory=list)

    def add(self, path: str, message: str) -> None:
        self.found.append((path, message))

    def lines(self) -> list[str]:
        return [f"{path} {message}" if path else message for path, message in self.found]


@dataclass
class Document:
    """A load file, read and checked by itself. References are not yet looked up.

    Where a value was wrong its field holds the default (None if it is required)."""

    organisation: dict[str, Any] = field(default_factory=dict)
    sections: dict[str, list[Item]] = field(default_factory=dict)

    def __getitem__(self, section: str) -> list[Item]:
        return self.sections.get(section, [])


def document(source: Any, problems: Problems) -> Document:
    """What the file says; whatever is wrong goes to `problems` and is left out."""
    out = Document()
    if not isinstance(source, dict):
        problems.add("", f"The file holds {fields.kind(source)}; it must hold one object, {{...}}.")
        return out
    known = {"organisation", *SECTIONS}
    for name in source:
        if name not in known:
            problems.add(
                _safe(name), f"is not a section; the sections are: {', '.join(sorted(known))}"
            )
    if source.get("organisation") is not None:
        out.organisation = _object(source["organisation"], ORGANISATION, "organisation", problems)
    if sum(len(v) for v in source.values() if isinstance(v, list)) > MOST_OBJECTS:
        problems.add("", f"The file holds more than {MOST_OBJECTS} objects; divide it.")
        return out
    for name in SECTIONS:
        out.sections[name] = _section(name, source.get(name), problems)
    return out


def _section(name: str, source: Any, problems: Problems) -> list[Item]:
    if source is None:
        return []
    if not isinstance(source, list):
        problems.add(name, f"is {fields.kind(source)}; it must be a list, in square brackets")
        return []
    items: list[Item] = []
    where: dict[str, str] = {}
    for position, entry in enumerate(source):
        path = f"{name}[{position}]"
        values = _object(entry, SECTIONS[name], path, problems)
        if not isinstance(entry, dict):
            continue
        _one_moment(name, values, path, problems)
        key = values.get("key") or _natural_key(name, values)
        if key in where:
            problems.add(f"{path}.key", f"is {fields.shown(key)}, which {where[key]} has already")
        elif key:
            where[key] = path
        if key:  # even with problems: what refers to it shall not be blamed for them
            given = frozenset(n for n, value in entry.items() if value is not None)
            items.append(Item(path, str(key), values, _told(entry), given))
    return items


def _object(source: Any, wanted: dict[str, Field], path: str, problems: Problems) -> dict[str, Any]:
    values = {name: f.default for name, f in wanted.items()}
    if not isinstance(source, dict):
        problems.add(path, f"is {fields.kind(source)}; it must be an object, in curly brackets")
        return values
    for name, value in source.items():
        if name not in wanted:
            problems.add(
                f"{path}.{_safe(name)}", f"is not a field here; the fields are: {', '.join(wanted)}"
            )
        elif value is not None:
            try:
                values[name] = wanted[name].check(value)
            except Wrong as wrong:
                inside = str(wrong).startswith(("[", "."))
                place, message = str(wrong).split(" ", 1) if inside else ("", str(wrong))
                problems.add(f"{path}.{name}{place}", message)
    for name, f in wanted.items():
        if f.required and source.get(name) is None:
            problems.add(f"{path}.{name}", "is missing")
    return values


def _one_moment(section: str, values: dict[str, Any], path: str, problems: Problems) -> None:
    name = _MOMENTS.get(section)
    if name and values.get(name) is not None and values.get("days_ago") is not None:
        problems.add(f"{path}.days_ago", f"stands beside {name}; give one of them")


def _natural_key(section: str, values: dict[str, Any]) -> str:
    """A deed needs no key: member, kind and reading are one."""
    if section != "deeds":
        return ""
    parts = (values["member"], values["kind"], values["reading"])
    return " ".join(parts) if all(parts) else ""


def _told(entry: dict[str, Any]) -> str:
    # A password is no part of it: it is used once, when the account is made.
    kept = {name: value for name, value in entry.items() if name != "password"}
    return json.dumps(kept, ensure_ascii=True, sort_keys=True, default=str)


def _safe(name: str) -> str:
    return fields.shown(name) if len(name) > 40 or not name.isprintable() else name
