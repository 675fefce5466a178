"""The texts of the organisation: where they are kept and how they are asked for.

All SQL over library.db stands here. The file is ordinary SQLite: Datasette and
the `sqlite-utils` command open it. It holds no member and no vector, and can
always be built again from the files it was built from.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from corpus import connection, ids, passages, words
from corpus.records import (
    MINUTES,
    Facets,
    FileRecord,
    Label,
    MinutesBand,
    Page,
    TextFilter,
    TextRecord,
)
from corpus.texts import Block, CorpusError, Language, Passage, Text

CHUNK = 500  # parameters in one statement, below SQLite's smallest limit
TITLE_WEIGHT = 0.5  # of a word in title, author or headings, beside 1 in the passage

_RECORD = """
    t.slug, t.title, t.author, t.language, t.year, t.themes, t.roles, t.level, t.minutes,
    t.form, t.series, t.series_position, t.version_of, t.licence, t.sources, t.words,
    t.passages, t.withdrawn, t.sort_title,
    (select json_group_array(o.slug) from texts o
      where o.version_of = t.version_of and o.slug <> t.slug and o.withdrawn is null) as versions
"""
_PASSAGE = "p.id, p.text_slug, p.position, p.path, p.blocks, p.sentences, p.words, p.content_hash"


class Library:
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
        for some in _chunks(slugs):
            rows = self._rows(
                f"select {_RECORD} from texts t where t.slug in ({_marks(some)})"
                + ("" if withdrawn else " and t.withdrawn is null"),
                some,
            )
            found.update({row["slug"]: _record(row) for row in rows})
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
            key, slug = _place(after)
            where += f" and ({order}, t.slug) > (:key, :slug)"
            values |= {"key": key, "slug": slug}
        rows = self._rows(
            f"select {_RECORD}, {order} as place from texts t where {where} "
            f"order by {order}, t.slug limit :limit",
            values | {"limit": limit + 1},
        )
        shown = rows[:limit]
        more = len(rows) > limit and shown
        return Page(
            items=tuple(_record(row) for row in shown),
            next=_mark(shown[-1]["place"], shown[-1]["slug"]) if more else None,
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
            f"select {_PASSAGE} from passages p join texts t on t.slug = p.text_slug "
            "where p.text_slug = :slug "
            + ("" if withdrawn else "and not p.withdrawn and t.withdrawn is null ")
            + "order by p.withdrawn, p.position, p.id",
            {"slug": slug},
        )
        return [_passage(row) for row in rows]

    def passage(self, id: str, *, withdrawn: bool = False) -> Passage | None:
        return self.passages_by_id([id], withdrawn=withdrawn).get(id)

    def passages_by_id(self, ids: Iterable[str], *, withdrawn: bool = False) -> dict[str, Passage]:
        """Passages by id. With `withdrawn=True` an old citation still finds its words."""
        found = {}
        for some in _chunks(ids):
            rows = self._rows(
                f"select {_PASSAGE} from passages p join texts t on t.slug = p.text_slug "
                f"where p.id in ({_marks(some)})"
                + ("" if withdrawn else " and not p.withdrawn and t.withdrawn is null"),
                some,
            )
            found.update({row["id"]: _passage(row) for row in rows})
        return found

    def all_passages(self) -> Iterator[tuple[TextRecord, Passage]]:
        """Every passage that is not withdrawn, text by text."""
        slugs = self._rows("select slug from texts where withdrawn is null order by slug")
        for some in _chunks(row["slug"] for row in slugs):
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

    def files(self) -> list[FileRecord]:
        """What became of every file that was brought, by path."""
        rows = self._rows(
            "select path, folder, size, mtime_ns, sha256, slug, outcome, why, made_with, "
            "checked_at from files order by path"
        )
        return [FileRecord(**row) for row in rows]

    # Changes, each one transaction

    def put(self, text: Text, file: FileRecord | None = None) -> list[Passage]:
        """Adds a text or brings it up to date, and says what became of its file.

        Passages that stayed, or nearly, keep their ids; those that vanished are
        kept as withdrawn.
        """
        fresh = passages.cut(text)
        with self._connections.writing() as db:
            kept = ids.keep(self._known(text.slug), fresh)
            _write_text(db.conn, text, kept)
            _write_passages(db.conn, text, kept)
            if file:
                _write_file(db.conn, file)
            _count_change(db.conn)
        return kept

    def note_files(self, files: Sequence[FileRecord], *, forget: Iterable[str] = ()) -> None:
        """Remembers what became of files, and forgets the paths in `forget`."""
        with self._connections.writing() as db:
            for path in forget:
                db.conn.execute("delete from files where path = ?", (path,))
            for file in files:
                _write_file(db.conn, file)

    def withdraw(self, slug: str, *, why: str = "by hand") -> None:
        """Takes a text out of lists, search and suggestions. Nothing is lost."""
        self._set_withdrawn(slug, why)

    def restore(self, slug: str) -> None:
        self._set_withdrawn(slug, None)

    def gone(self, file: FileRecord) -> None:
        """Its file is gone: the text is withdrawn until the file comes back."""
        with self._connections.writing() as db:
            db.conn.execute(
                "update texts set withdrawn = 'gone' where slug = ? and withdrawn is null",
                (file.slug,),
            )
            _write_file(db.conn, file)
            _count_change(db.conn)

    def put_labels(self, themes: Sequence[Label], roles: Sequence[Label]) -> None:
        """Names and descriptions of themes and roles; those it knew and that
        are not given stay."""
        with self._connections.writing() as db:
            changed = 0
            for table, labels in (("themes", themes), ("roles", roles)):
                for position, label in enumerate(labels):
                    changed += db.conn.execute(
                        f"insert into {table} (id, position, names, descriptions) "
                        "values (:id, :position, :names, :descriptions) "
                        "on conflict (id) do update set position = excluded.position, "
                        "names = excluded.names, descriptions = excluded.descriptions "
                        "where names <> excluded.names or descriptions <> excluded.descriptions "
                        "or position <> excluded.position",
                        {
                            "id": label.id,
                            "position": position,
                            "names": _json(label.names),
                            "descriptions": _json(label.descriptions),
                        },
                    ).rowcount
            if changed:
                _count_change(db.conn)

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

    def _set_withdrawn(self, slug: str, why: str | None) -> None:
        with self._connections.writing() as db:
            found = db.conn.execute(
                "update texts set withdrawn = ? where slug = ?", (why, slug)
            ).rowcount
            _count_change(db.conn)
        if not found:
            raise CorpusError(f'There is no text "{slug}" in the library. See: xinde library list')

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


def now() -> str:
    """The present time as it is stored: ISO 8601, UTC, whole seconds."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


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
            values[column] = _json(chosen)
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
        parts.append(
            f"({t}.language = :prefer or {t}.version_of is null or not exists "
            f"(select 1 from texts v where v.version_of = {t}.version_of "
            f"and v.language = :prefer and {same}))"
        )
        values["prefer"] = wanted.prefer
    return " and ".join(parts), values


def _write_text(conn: Any, text: Text, kept: Sequence[Passage]) -> None:
    values = {
        "slug": text.slug,
        "title": text.title,
        "sort_title": _sort_title(text.title),
        "author": text.author,
        "language": text.language,
        "year": text.year,
        "themes": _json(text.themes),
        "roles": _json(text.roles),
        "level": text.level,
        "minutes": text.minutes,
        "form": text.form,
        "series": text.series,
        "series_position": text.series_position,
        "version_of": text.version_of,
        "licence": text.licence,
        "sources": _json(text.sources),
        "words": sum(p.words for p in kept),
        "passages": len(kept),
    }
    columns = list(values)
    conn.execute(
        f"insert into texts ({', '.join(columns)}, added_at, changed_at) "
        f"values ({', '.join(':' + c for c in columns)}, :now, :now) "
        f"on conflict (slug) do update set "
        + ", ".join(f"{c} = excluded.{c}" for c in columns if c != "slug")
        + ", changed_at = excluded.changed_at, "
        # Its file is back. What a person withdrew stays withdrawn.
        "withdrawn = nullif(withdrawn, 'gone')",
        values | {"now": now()},
    )


def _write_passages(conn: Any, text: Text, kept: Sequence[Passage]) -> None:
    names = [p.id for p in kept]
    conn.execute(
        "update passages set withdrawn = 1 where text_slug = ? and not withdrawn "
        "and id not in (select value from json_each(?))",
        (text.slug, _json(names)),
    )
    conn.executemany(
        """
        insert into passages (id, text_slug, position, path, text, blocks, sentences, words,
                              content_hash, search_text, search_title)
        values (:id, :text_slug, :position, :path, :text, :blocks, :sentences, :words,
                :content_hash, :search_text, :search_title)
        on conflict (id) do update set
            position = excluded.position, path = excluded.path, text = excluded.text,
            blocks = excluded.blocks, sentences = excluded.sentences, words = excluded.words,
            content_hash = excluded.content_hash, search_text = excluded.search_text,
            search_title = excluded.search_title, withdrawn = 0
        where withdrawn or position <> excluded.position or blocks <> excluded.blocks
            or sentences <> excluded.sentences or content_hash <> excluded.content_hash
            or search_text <> excluded.search_text or search_title <> excluded.search_title
        """,
        (_passage_row(text, p) for p in kept),
    )


def _passage_row(text: Text, passage: Passage) -> dict[str, Any]:
    return {
        "id": passage.id,
        "text_slug": passage.text_slug,
        "position": passage.position,
        "path": _json(passage.path),
        "text": passage.text,
        "blocks": _json([[b.kind, b.text] for b in passage.blocks]),
        "sentences": _json(passage.sentences),
        "words": passage.words,
        "content_hash": passage.content_hash,
        "search_text": words.search_text(passage.text),
        "search_title": words.search_text("\n".join([text.title, text.author, *passage.path])),
    }


def _write_file(conn: Any, file: FileRecord) -> None:
    values = asdict(file) | {"checked_at": file.checked_at or now()}
    columns = list(values)
    conn.execute(
        f"insert or replace into files ({', '.join(columns)}) "
        f"values ({', '.join(':' + c for c in columns)})",
        values,
    )


def _count_change(conn: Any) -> None:
    conn.execute("update meta set value = cast(value as integer) + 1 where key = 'revision'")


def _record(row: Mapping[str, Any]) -> TextRecord:
    return TextRecord(
        slug=row["slug"],
        title=row["title"],
        author=row["author"],
        language=row["language"],
        year=row["year"],
        themes=tuple(json.loads(row["themes"])),
        roles=tuple(json.loads(row["roles"])),
        level=row["level"],
        minutes=row["minutes"],
        form=row["form"],
        series=row["series"],
        series_position=row["series_position"],
        version_of=row["version_of"],
        licence=row["licence"],
        sources=tuple(json.loads(row["sources"])),
        words=row["words"],
        passages=row["passages"],
        withdrawn=row["withdrawn"] is not None,
        versions=tuple(sorted(json.loads(row["versions"]))),
    )


def _passage(row: Mapping[str, Any]) -> Passage:
    return Passage(
        id=row["id"],
        text_slug=row["text_slug"],
        position=row["position"],
        path=tuple(json.loads(row["path"])),
        blocks=tuple(Block(kind, text) for kind, text in json.loads(row["blocks"])),
        words=row["words"],
        content_hash=row["content_hash"],
        sentences=tuple((a, b) for a, b in json.loads(row["sentences"])),
    )


def _sort_title(title: str) -> str:
    """As a shelf is sorted: "The box" under b."""
    folded = words.simplified(title.casefold()).lstrip("\"'“‘《「(（ ")
    for article in ("the ", "a ", "an "):
        if folded.startswith(article):
            return folded[len(article) :]
    return folded


def _mark(place: object, slug: str) -> str:
    return base64.urlsafe_b64encode(_json([place, slug]).encode()).decode().rstrip("=")


def _place(mark: str) -> tuple[Any, str]:
    try:
        place, slug = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        if isinstance(place, str | int) and isinstance(slug, str) and abs(_number(place)) < 2**63:
            return place, slug
    except (ValueError, TypeError):
        pass
    raise CorpusError("This page of the list does not exist. Begin at the first page.")


def _number(place: str | int) -> int:
    return place if isinstance(place, int) else 0


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _chunks(values: Iterable[str]) -> Iterator[list[str]]:
    everything = list(dict.fromkeys(values))
    for start in range(0, len(everything), CHUNK):
        yield everything[start : start + CHUNK]
