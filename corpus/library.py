"""The texts of the organisation: where they are kept and how they are asked for.

All SQL over library.db stands here and in the three files beside it:
`library_writing.py` (what changes), `library_desk.py` (what organizers ask) and
`library_rows.py` (rows and records). The file is ordinary SQLite: Datasette and
the `sqlite-utils` command open it. It holds no member and no vector, and can
always be built again from the files it was built from.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from corpus import connection, decisions, ids, passages, words
from corpus import library_rows as convert
from corpus import library_writing as writing
from corpus.decisions import Decided
from corpus.library_desk import Desk
from corpus.library_rows import PASSAGE, RECORD, as_json, chunks, marks
from corpus.library_writing import Compared, now
from corpus.records import (
    MINUTES,
    Facets,
    FileRecord,
    Label,
    MinutesBand,
    Page,
    Proposal,
    TextFilter,
    TextRecord,
)
from corpus.texts import CorpusError, Language, Passage, Text

TITLE_WEIGHT = 0.5  # of a word in title, author, headings or subjects, beside 1 in the passage


class Library(Desk):
    """An open library. Thread-safe: each thread has a connection of its own."""

    def __init__(self, connections: connection.Connections) -> None:
        self._connections = connections

    @classmethod
    def open(cls, path: Path, *, read_only: bool | None = None) -> Library:
        """The library at `path`; for reading only where its folder cannot be written.

        Raises `LibraryMissing` or `LibraryBroken`, each naming the cure.
        """
        path = Path(path)
        if read_only is None:
            read_only = path.exists() and not (
                os.access(path.parent, os.W_OK) and os.access(path, os.W_OK)
            )
        return cls(connection.opened(path, read_only=read_only))

    @classmethod
    def create(cls, path: Path) -> Library:
        """The library at `path`, made if it is not there."""
        return cls(connection.created(Path(path)))

    @property
    def path(self) -> Path:
        return self._connections.path

    @property
    def read_only(self) -> bool:
        return self._connections.read_only

    def close(self) -> None:
        self._connections.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Texts

    def text(self, slug: str, *, withdrawn: bool = False) -> TextRecord | None:
        """A text's record; one that was withdrawn only if asked for so."""
        return self.texts_by_slug([slug], withdrawn=withdrawn).get(slug)

    def texts_by_slug(
        self, slugs: Iterable[str], *, withdrawn: bool = False
    ) -> dict[str, TextRecord]:
        """Records by slug; unknown slugs are simply not there."""
        found = {}
        for some in chunks(slugs):
            rows = self._rows(
                f"select {RECORD} from texts t where t.slug in ({marks(some)})"
                + ("" if withdrawn else " and t.withdrawn is null"),
                some,
            )
            found.update({row["slug"]: convert.record(row) for row in rows})
        return found

    def titles(self, slugs: Iterable[str]) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Title and themes by slug; of texts that are not there, or were withdrawn, nothing."""
        found = {}
        for some in chunks(slugs):
            rows = self._rows(
                "select t.slug, t.title, t.themes from texts t"
                f" where t.slug in ({marks(some)}) and t.withdrawn is null",
                some,
            )
            found.update(
                {row["slug"]: (row["title"], tuple(json.loads(row["themes"]))) for row in rows}
            )
        return found

    def texts(
        self,
        wanted: TextFilter = TextFilter(),  # noqa: B008 (frozen)
        *,
        after: str | None = None,
        limit: int = 30,
    ) -> Page[TextRecord]:
        """A page of texts by title, those in the preferred language first; or by
        their place when one series is wanted.

        `after` is a page's `next`. A text added meanwhile shifts nothing.
        """
        where, values = _conditions(wanted)
        order = "t.sort_title"
        if wanted.prefer:
            order = "(case t.language when :prefer then '0' else '1' end || t.sort_title)"
        if wanted.series:
            order = "coalesce(t.series_position, 0)"
        total = self._rows(f"select count(*) as n from texts t where {where}", values)[0]["n"]
        if after is not None:
            key, slug = convert.place(after)
            where += f" and ({order}, t.slug) > (:key, :slug)"
            values |= {"key": key, "slug": slug}
        rows = self._rows(
            f"select {RECORD}, {order} as place from texts t where {where} "
            f"order by {order}, t.slug limit :limit",
            values | {"limit": limit + 1},
        )
        shown = rows[:limit]
        more = len(rows) > limit and shown
        return Page(
            items=tuple(convert.record(row) for row in shown),
            next=convert.mark(shown[-1]["place"], shown[-1]["slug"]) if more else None,
            total=total,
        )

    def facets(self, wanted: TextFilter = TextFilter()) -> Facets:  # noqa: B008
        return Facets(
            themes=self._counts(replace(wanted, themes=()), "themes"),
            roles=self._counts(replace(wanted, roles=()), "roles"),
            level=self._counts(replace(wanted, level=None), "level"),
            # Choosing a language shows every text in it, translations included.
            language=self._counts(replace(wanted, language=None, prefer=None), "language"),
            minutes=self._minutes(replace(wanted, minutes=None)),
        )

    def texts_of_themes(self) -> dict[str, int]:
        """How many texts there are of each theme."""
        return self._counts(TextFilter(), "themes")

    def versions(self, slug: str) -> list[TextRecord]:
        """The other versions of a text (its translation, say), not the withdrawn ones."""
        record = self.text(slug, withdrawn=True)
        return list(self.texts_by_slug(record.versions).values()) if record else []

    def series(self, name: str) -> list[TextRecord]:
        """The texts of a series in their order."""
        return list(self.texts(TextFilter(series=name), limit=1000).items)

    # Passages

    def passages(self, slug: str, *, withdrawn: bool = False) -> list[Passage]:
        """A text's passages in reading order; of a withdrawn text, and the
        withdrawn ones of a present text, only if asked for so."""
        rows = self._rows(
            f"select {PASSAGE} from passages p join texts t on t.slug = p.text_slug "
            "where p.text_slug = :slug "
            + ("" if withdrawn else "and not p.withdrawn and t.withdrawn is null ")
            + "order by p.withdrawn, p.position, p.id",
            {"slug": slug},
        )
        return [convert.passage(row) for row in rows]

    def passage(self, id: str, *, withdrawn: bool = False) -> Passage | None:
        return self.passages_by_id([id], withdrawn=withdrawn).get(id)

    def passages_by_id(self, ids: Iterable[str], *, withdrawn: bool = False) -> dict[str, Passage]:
        """Passages by id. With `withdrawn=True` an old citation still finds its words."""
        found = {}
        for some in chunks(ids):
            rows = self._rows(
                f"select {PASSAGE} from passages p join texts t on t.slug = p.text_slug "
                f"where p.id in ({marks(some)})"
                + ("" if withdrawn else " and not p.withdrawn and t.withdrawn is null"),
                some,
            )
            found.update({row["id"]: convert.passage(row) for row in rows})
        return found

    def all_passages(self) -> Iterator[tuple[TextRecord, Passage]]:
        """Every passage that is not withdrawn, text by text."""
        slugs = self._rows("select slug from texts where withdrawn is null order by slug")
        for some in chunks(row["slug"] for row in slugs):
            for slug, record in sorted(self.texts_by_slug(some).items()):
                for passage in self.passages(slug):
                    yield record, passage

    def passage_hashes(self) -> dict[str, str]:
        """Content hash by id of every passage that is not withdrawn: what an
        index compares itself with."""
        rows = self._rows(
            "select p.id, p.content_hash from passages p join texts t on t.slug = p.text_slug "
            "where not p.withdrawn and t.withdrawn is null order by p.id"
        )
        return {row["id"]: row["content_hash"] for row in rows}

    def positions(self) -> dict[str, int]:
        """Place in its text, 0 first, of every passage that is not withdrawn."""
        return {
            row["id"]: row["position"]
            for row in self._rows("select id, position from passages where not withdrawn")
        }

    def search_words(
        self, query: str, *, limit: int = 50, language: Language | None = None
    ) -> list[tuple[str, float]]:
        """Ids of passages with words of `query`, and their BM25 (higher is better).

        Any input is safe; one without words finds nothing.
        """
        expression = words.query(query)
        if not expression:
            return []
        rows = self._rows(
            f"select p.id, -bm25(passages_fts, 1.0, {TITLE_WEIGHT}) as score "
            "from passages_fts join passages p on p.number = passages_fts.rowid "
            "join texts t on t.slug = p.text_slug "
            "where passages_fts match :expression and not p.withdrawn and t.withdrawn is null "
            "and (:language is null or t.language = :language) "
            "order by score desc, p.id limit :limit",
            {"expression": expression, "language": language, "limit": limit},
        )
        return [(row["id"], row["score"]) for row in rows]

    # Labels and state

    def themes(self) -> dict[str, Label]:
        return self._labels("themes")

    def roles(self) -> dict[str, Label]:
        return self._labels("roles")

    @property
    def revision(self) -> int:
        """A number that grows with every change; equal numbers mean equal content."""
        return int(self._rows("select value from meta where key = 'revision'")[0]["value"])

    @property
    def built_at(self) -> str | None:
        """When a build last ended (ISO 8601, UTC), or None."""
        rows = self._rows("select value from meta where key = 'built_at'")
        return rows[0]["value"] if rows else None

    def counts(self) -> dict[str, int]:
        """Texts and passages that can be read, and texts that were withdrawn."""
        row = self._rows(
            "select (select count(*) from texts where withdrawn is null) as texts, "
            "(select count(*) from passages p join texts t on t.slug = p.text_slug "
            " where not p.withdrawn and t.withdrawn is null) as passages, "
            "(select count(*) from texts where withdrawn is not null) as withdrawn"
        )[0]
        return dict(row)

    # Changes, each one transaction

    def put(
        self,
        text: Text,
        file: FileRecord | None = None,
        *,
        compared: Compared = Compared(),  # noqa: B008 (frozen)
    ) -> list[Passage]:
        """Adds a text or brings it up to date, and says what became of its file.

        `text` is as its file says; what organizers decided is laid over it.
        Passages that stayed, or nearly, keep their ids; those that vanished are
        kept as withdrawn.
        """
        wanted = self._decided(text.slug)
        shown = decisions.over(text, wanted)
        fresh = passages.cut(shown)
        with self._connections.writing() as db:
            kept = ids.keep(self._known(text.slug), fresh)
            writing.write_text(db.conn, text, kept, wanted, compared)
            writing.write_passages(db.conn, shown, kept)
            if compared.found.group:
                writing.join_version(db.conn, compared.found.group, compared.found)
            if file:
                writing.write_file(db.conn, file)
            writing.count_change(db.conn)
        return kept

    def note_files(self, files: Sequence[FileRecord], *, forget: Iterable[str] = ()) -> None:
        """Remembers what became of files, and forgets the paths in `forget`."""
        with self._connections.writing() as db:
            for path in forget:
                db.conn.execute("delete from files where path = ?", (path,))
            for file in files:
                writing.write_file(db.conn, file)

    def set_decisions(self, wanted: Mapping[str, Decided]) -> set[str]:
        """Makes these the decisions of organizers, all others are taken back.
        The slugs of the texts that are shown otherwise now."""
        unknown = {field for d in wanted.values() for field in d} - decisions.FIELDS
        if unknown:
            raise CorpusError(f"Nobody can decide {', '.join(sorted(unknown))} of a text.")
        present = self.decisions()
        moved = [s for s in {**present, **wanted} if present.get(s, {}) != wanted.get(s, {})]
        if not moved:
            return set()
        changed = set()
        with self._connections.writing() as db:
            for slug in sorted(moved):
                was, now_wanted = present.get(slug, {}), wanted.get(slug, {})
                db.conn.execute("delete from decisions where slug = ?", (slug,))
                if now_wanted:
                    db.conn.execute(
                        "insert into decisions (slug, decided) values (?, ?)",
                        (slug, as_json(dict(now_wanted))),
                    )
                if writing.decide(db.conn, slug, was, now_wanted):
                    changed.add(slug)
                    changed |= writing.join_decided(db.conn, slug)
            writing.count_change(db.conn)
        return changed

    def withdraw(self, slug: str) -> None:
        """Takes a text out of lists, search and suggestions. Nothing is lost."""
        self._decide_withdrawn(slug, True)

    def restore(self, slug: str) -> None:
        """Puts back what was withdrawn by hand, or whose file is gone."""
        self._decide_withdrawn(slug, False)

    def read_again(self, slug: str) -> None:
        """Lets the next build read the text's file again, though it is the same."""
        with self._connections.writing() as db:
            writing.read_again(db.conn, slug)

    def gone(self, file: FileRecord) -> None:
        """Its file is gone: the text is withdrawn until the file comes back."""
        with self._connections.writing() as db:
            db.conn.execute(
                "update texts set withdrawn = 'gone' where slug = ? and withdrawn is null",
                (file.slug,),
            )
            writing.write_file(db.conn, file)
            writing.count_change(db.conn)

    def put_labels(self, themes: Sequence[Label], roles: Sequence[Label]) -> None:
        """Names and descriptions of themes and roles; those it knew and that
        are not given stay."""
        with self._connections.writing() as db:
            changed = writing.write_labels(db.conn, "themes", themes)
            changed += writing.write_labels(db.conn, "roles", roles)
            if changed:
                writing.count_change(db.conn)

    def put_proposals(self, proposals: Mapping[str, Sequence[Proposal]]) -> None:
        """Replaces what is proposed for these texts."""
        with self._connections.writing() as db:
            for slug, of_text in proposals.items():
                writing.write_proposals(db.conn, slug, of_text)

    def note(self, key: str) -> str | None:
        """What `put_note` kept."""
        found = self._rows("select value from meta where key = ?", (f"note:{key}",))
        return found[0]["value"] if found else None

    def put_note(self, key: str, value: str) -> None:
        """Keeps a short fact about the library that is lost with it."""
        with self._connections.writing() as db:
            db.conn.execute(
                "insert into meta (key, value) values (?, ?) "
                "on conflict (key) do update set value = excluded.value",
                (f"note:{key}", value),
            )

    def end_build(self) -> None:
        """Notes the time and folds the write-ahead log into the file."""
        with self._connections.writing() as db:
            db.conn.execute(
                "insert into meta (key, value) values ('built_at', ?) "
                "on conflict (key) do update set value = excluded.value",
                (now(),),
            )
        with connection.told(self.path):
            self._connections.db().conn.execute("pragma wal_checkpoint(truncate)").fetchall()

    # Inside

    def _rows(self, sql: str, values: Any = ()) -> list[dict[str, Any]]:
        with connection.told(self.path):
            cursor = self._connections.db().conn.execute(sql, values)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def _known(self, slug: str) -> list[ids.Known]:
        rows = self._rows(
            "select id, text, position, withdrawn from passages where text_slug = :slug",
            {"slug": slug},
        )
        return [
            ids.Known(row["id"], row["text"], row["position"], bool(row["withdrawn"]))
            for row in rows
        ]

    def _decided(self, slug: str) -> dict[str, Any]:
        return writing.decided(self._connections.db().conn, slug)

    def _decide_withdrawn(self, slug: str, withdrawn: bool) -> None:
        if self.text(slug, withdrawn=True) is None:
            raise CorpusError(f'There is no text "{slug}" in the library. See: xinde library list')
        wanted = {s: dict(d) for s, d in self.decisions().items()}
        own = {f: v for f, v in wanted.pop(slug, {}).items() if f != "withdrawn"}
        if withdrawn:
            own["withdrawn"] = True
        self.set_decisions(wanted | ({slug: own} if own else {}))
        if not withdrawn:
            with self._connections.writing() as db:
                db.conn.execute("update texts set withdrawn = null where slug = ?", (slug,))
                writing.count_change(db.conn)

    def _counts(self, wanted: TextFilter, column: str) -> dict[str, int]:
        where, values = _conditions(wanted)
        if column in ("themes", "roles"):
            source, value = f"texts t, json_each(t.{column}) j", "j.value"
        else:
            source, value = "texts t", f"t.{column}"
        rows = self._rows(
            f"select {value} as value, count(*) as n from {source} "
            f"where {where} and {value} is not null group by 1 order by n desc, 1",
            values,
        )
        return {row["value"]: row["n"] for row in rows}

    def _minutes(self, wanted: TextFilter) -> dict[str, int]:
        where, values = _conditions(wanted)
        rows = self._rows(
            f"select t.minutes, count(*) as n from texts t where {where} group by 1", values
        )
        counts = {
            band: sum(row["n"] for row in rows if low <= row["minutes"] <= high)
            for band, (low, high) in MINUTES.items()
        }
        return {band: n for band, n in counts.items() if n}

    def _labels(self, table: str) -> dict[str, Label]:
        rows = self._rows(f"select id, names, descriptions from {table} order by position, id")
        return {
            row["id"]: Label(row["id"], json.loads(row["names"]), json.loads(row["descriptions"]))
            for row in rows
        }


def minutes_band(minutes: int) -> MinutesBand:
    return next(band for band, (low, high) in MINUTES.items() if low <= minutes <= high)


def _conditions(wanted: TextFilter, t: str = "t") -> tuple[str, dict[str, Any]]:
    """What a row `t` of texts must fulfil, and the values of its parameters."""
    parts, values = [f"{t}.withdrawn is null"], dict[str, Any]()
    for column, chosen in (("themes", wanted.themes), ("roles", wanted.roles)):
        if chosen:
            parts.append(
                f"exists (select 1 from json_each({t}.{column}) "
                f"where value in (select value from json_each(:{column})))"
            )
            values[column] = as_json(chosen)
    for column, value in (
        ("level", wanted.level),
        ("language", wanted.language),
        ("series", wanted.series),
    ):
        if value is not None:
            parts.append(f"{t}.{column} = :{column}")
            values[column] = value
    if wanted.minutes is not None:
        low, high = MINUTES.get(wanted.minutes, (-1, -1))
        parts.append(f"{t}.minutes between :low and :high")
        values |= {"low": low, "high": high}
    if wanted.prefer is not None:
        same, _ = _conditions(replace(wanted, prefer=None), "v")
        # Of two editions in one language the first is listed: the one that the
        # version is named by.
        parts.append(
            f"({t}.version_of is null or not exists "
            f"(select 1 from texts v where v.version_of = {t}.version_of and v.slug <> {t}.slug "
            f"and {same} and ({t}.language <> :prefer and v.language = :prefer "
            f"or v.language = {t}.language and (v.slug = v.version_of "
            f"or {t}.slug <> {t}.version_of and v.slug < {t}.slug))))"
        )
        values["prefer"] = wanted.prefer
    return " and ".join(parts), values
