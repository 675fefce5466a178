"""What organizers ask of the library: what came in, what waits, what is missing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from corpus import library_rows as rows
from corpus.alike import Sketch
from corpus.records import Coverage, DeskFilter, FileRecord, Page, Proposal, TextRecord

# A proposal is open as long as neither the file nor an organizer has said it.
_OPEN = """
    (p.field = 'theme' and t.themes = '[]'
        and not exists (select 1 from json_each(t.chosen) where value = 'themes')
     or p.field = 'role' and t.roles = '[]'
        and not exists (select 1 from json_each(t.chosen) where value = 'roles')
     or p.field = 'level' and t.level is null
        and not exists (select 1 from json_each(t.chosen) where value = 'level')
     or p.field = 'version' and t.version_of is null
        and not exists (select 1 from json_each(t.chosen) where value = 'version_of'))
"""
_WAITS = f"exists (select 1 from proposals p where p.slug = t.slug and {_OPEN})"
_STATES = {
    "all": "1",
    "waiting": f"t.withdrawn is null and {_WAITS}",
    "settled": f"t.withdrawn is null and not {_WAITS}",
    "withdrawn": "t.withdrawn is not null",
    "versions": "t.version_of is not null",
}
_FILE = (
    "path, folder, size, mtime_ns, sha256, slug, outcome, why, made_with, checked_at, same_as, kind"
)


class Desk:
    """The organizers' side of `Library`."""

    def _rows(self, sql: str, values: Any = ()) -> list[dict[str, Any]]:
        raise NotImplementedError  # Library's

    def desk(
        self,
        wanted: DeskFilter = DeskFilter(),  # noqa: B008 (frozen)
        *,
        after: str | None = None,
        limit: int = 30,
    ) -> Page[TextRecord]:
        """A page of all texts, the newest first, withdrawn ones too."""
        where, values = _wanted(wanted)
        total = self._rows(f"select count(*) as n from texts t where {where}", values)[0]["n"]
        if after is not None:
            at, slug = rows.place(after)
            where += " and (t.added_at < :at or (t.added_at = :at and t.slug > :slug))"
            values |= {"at": at, "slug": slug}
        found = self._rows(
            f"select {rows.RECORD} from texts t where {where} "
            "order by t.added_at desc, t.slug limit :limit",
            values | {"limit": limit + 1},
        )
        shown = found[:limit]
        more = len(found) > limit and shown
        return Page(
            items=tuple(rows.record(row) for row in shown),
            next=rows.mark(shown[-1]["added_at"], shown[-1]["slug"]) if more else None,
            total=total,
        )

    def desk_counts(self) -> dict[str, int]:
        """Texts that can be read, that wait for a decision, that are withdrawn;
        files that were refused or are duplicates."""
        row = self._rows(
            "select (select count(*) from texts where withdrawn is null) as texts, "
            f"(select count(*) from texts t where {_STATES['waiting']}) as waiting, "
            "(select count(*) from texts where withdrawn is not null) as withdrawn, "
            "(select count(*) from files where outcome = 'refused') as refused, "
            "(select count(*) from files where outcome = 'duplicate') as duplicates, "
            "(select count(*) from passages p join texts t on t.slug = p.text_slug "
            " where not p.withdrawn and t.withdrawn is null) as passages"
        )[0]
        return dict(row)

    def proposals(self, slugs: Iterable[str]) -> dict[str, tuple[Proposal, ...]]:
        """What is proposed for texts and not yet decided, the surest first."""
        found: dict[str, list[Proposal]] = {}
        for some in rows.chunks(slugs):
            for row in self._rows(
                "select p.slug, p.field, p.value, p.confidence, p.why "
                "from proposals p join texts t on t.slug = p.slug "
                f"where p.slug in ({rows.marks(some)}) and {_OPEN} order by p.slug, p.position",
                some,
            ):
                found.setdefault(row["slug"], []).append(rows.proposal(row))
        return {slug: tuple(proposals) for slug, proposals in found.items()}

    def coverage(self) -> list[Coverage]:
        """Texts by theme and language; every known theme in both, gaps as 0."""
        found = self._rows(
            f"""
            select th.id as theme, l.language,
                (select count(*) from texts t, json_each(t.themes) j
                  where t.withdrawn is null and t.language = l.language
                    and j.value = th.id) as texts,
                (select count(*) from texts t join proposals p on p.slug = t.slug
                  where t.withdrawn is null and t.language = l.language
                    and p.field = 'theme' and p.value = th.id and {_OPEN}) as proposed
            from themes th, (select 'en' as language union all select 'zh') l
            order by th.position, th.id, l.language
            """
        )
        return [Coverage(**row) for row in found]

    def files(self, *, outcome: str | None = None, slug: str | None = None) -> list[FileRecord]:
        """What became of the files that were brought, by path."""
        found = self._rows(
            f"select {_FILE} from files where (:outcome is null or outcome = :outcome) "
            "and (:slug is null or slug = :slug) order by path",
            {"outcome": outcome, "slug": slug},
        )
        return [FileRecord(**row) for row in found]

    def latest_files(self, limit: int = 30) -> list[FileRecord]:
        """The files that were last read or looked at, newest first."""
        found = self._rows(
            f"select {_FILE} from files order by checked_at desc, path limit ?", (limit,)
        )
        return [FileRecord(**row) for row in found]

    def file_of(self, slug: str) -> FileRecord | None:
        """The file that a text was read from."""
        return next(iter(self.files(slug=slug)), None)

    def passages_only(self) -> frozenset[str]:
        """Slugs of the texts of which one passage at a time may be shown."""
        found = self._rows("select slug from texts where rights = 'passages'")
        return frozenset(row["slug"] for row in found)

    def decisions(self) -> dict[str, dict[str, Any]]:
        """What organizers decided, as it was last given to this library."""
        found = self._rows("select slug, decided from decisions")
        return {row["slug"]: json.loads(row["decided"]) for row in found}

    def sketches(self) -> list[tuple[str, str | None, Sketch]]:
        """Slug, version group and sketch of every text that was not withdrawn."""
        found = self._rows(
            "select slug, version_of, language, sketch, hashes from texts "
            "where sketch is not null and withdrawn is null order by added_at, slug"
        )
        return [(row["slug"], row["version_of"], rows.sketch(row)) for row in found]


def _wanted(wanted: DeskFilter) -> tuple[str, dict[str, Any]]:
    parts, values = [_STATES[wanted.state]], dict[str, Any]()
    if wanted.language is not None:
        parts.append("t.language = :language")
        values["language"] = wanted.language
    if wanted.theme == "":
        parts.append("t.themes = '[]'")
    elif wanted.theme is not None:
        parts.append("exists (select 1 from json_each(t.themes) where value = :theme)")
        values["theme"] = wanted.theme
    for number, word in enumerate(wanted.q.casefold().split()[:20]):
        parts.append(f"instr(lower(t.title || ' ' || t.author || ' ' || t.slug), :q{number}) > 0")
        values[f"q{number}"] = word
    return " and ".join(f"({part})" for part in parts), values


def settled(record: TextRecord, field: str) -> bool:
    """Whether the file or an organizer has said `themes`, `roles` or `level`."""
    return bool(getattr(record, field)) or field in record.chosen
