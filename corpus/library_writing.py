"""The statements that write to library.db; each is called inside a transaction.

Beside every value that is shown stands what the file said (`own`) and what was
found by comparing texts (`found_version`): a decision of an organizer lies over
them, and taking it back gives the old value without reading the file again.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from corpus import decisions, passages
from corpus import library_rows as rows
from corpus.alike import Sketch
from corpus.decisions import Decided, Version
from corpus.library_rows import as_json
from corpus.records import FileRecord, Label, Proposal
from corpus.texts import Passage, Text


@dataclass(frozen=True)
class Compared:
    """What comparing a text with the others gave."""

    sketch: Sketch | None = None
    found: Version = field(default_factory=Version)


def now() -> str:
    """The present time as it is stored: ISO 8601, UTC, whole seconds."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def decided(conn: Any, slug: str) -> dict[str, Any]:
    """What organizers decided of a text."""
    row = conn.execute("select decided from decisions where slug = ?", (slug,)).fetchone()
    return _of_its_group(conn, json.loads(row[0])) if row else {}


def _of_its_group(conn: Any, wanted: Decided) -> dict[str, Any]:
    """A version of a text is a version of whatever that text is a version of."""
    values = dict(wanted)
    if values.get("version_of"):
        row = conn.execute(
            "select version_of from texts where slug = ? and version_of is not null",
            (values["version_of"],),
        ).fetchone()
        values["version_of"] = row[0] if row else values["version_of"]
    return values


def write_text(
    conn: Any, text: Text, kept: Sequence[Passage], decided: Decided, compared: Compared
) -> None:
    """`text` is as its file says; `decided` is laid over it."""
    said = decisions.own(text)
    values = _shown(decisions.in_force(said, decided, compared.found)) | {
        "slug": text.slug,
        "form": text.form,
        "series": text.series,
        "series_position": text.series_position,
        "sources": as_json(text.sources),
        "words": sum(p.words for p in kept),
        "passages": len(kept),
        "script": text.script,
        "identifiers": as_json(text.identifiers),
        "subjects": as_json(text.subjects),
        "left_out": as_json(text.left_out),
        "own": as_json(said),
        "found_version": compared.found.group,
        "found_why": compared.found.why,
        "sketch": rows.sketch_json(compared.sketch) if compared.sketch else None,
        "hashes": compared.sketch.hashes.tobytes() if compared.sketch else None,
        # Its file is back. What a person withdrew stays withdrawn.
        "withdrawn": "by hand" if decided.get("withdrawn") else None,
    }
    columns = list(values)
    conn.execute(
        f"insert into texts ({', '.join(columns)}, added_at, changed_at) "
        f"values ({', '.join(':' + c for c in columns)}, :now, :now) "
        f"on conflict (slug) do update set "
        + ", ".join(f"{c} = excluded.{c}" for c in columns if c != "slug")
        + ", changed_at = excluded.changed_at",
        values | {"now": now()},
    )


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """What `decisions.in_force` gives, as columns."""
    lists = {n: as_json(values[n]) for n in ("themes", "roles", "chosen", "origins")}
    return dict(values) | lists | {"sort_title": rows.sort_title(values["title"])}


def decide(conn: Any, slug: str, was: Decided, wanted: Decided) -> bool:
    """Lay `wanted` over a text instead of `was`; False where there is no such text."""
    row = conn.execute(
        "select own, found_version, found_why, language, title, author, subjects, withdrawn "
        "from texts where slug = ?",
        (slug,),
    ).fetchone()
    if row is None or row[0] is None:
        return False
    own, group, why, language, title, author, subjects, withdrawn = row
    wanted = _of_its_group(conn, wanted)
    values = decisions.in_force(json.loads(own), wanted, Version(group, why))
    shown = _shown(values) | {"withdrawn": _withdrawn(withdrawn, was, wanted)}
    conn.execute(
        f"update texts set {', '.join(f'{c} = :{c}' for c in shown)}, changed_at = :now "
        "where slug = :slug",
        shown | {"slug": slug, "now": now()},
    )
    if (title, author) != (values["title"], values["author"]):
        _name_passages(conn, slug, values["title"], values["author"], json.loads(subjects))
    if language != values["language"]:  # its sentences end elsewhere: the file is read again
        read_again(conn, slug)
    return True


def _withdrawn(present: str | None, was: Decided, wanted: Decided) -> str | None:
    if wanted.get("withdrawn"):
        return "by hand"
    if was.get("withdrawn") and present == "by hand":
        return None
    return present


def _name_passages(conn: Any, slug: str, title: str, author: str, subjects: Sequence[str]) -> None:
    found = conn.execute(
        "select id, path, text from passages where text_slug = ?", (slug,)
    ).fetchall()
    conn.executemany(
        "update passages set content_hash = ?, search_title = ? where id = ?",
        [
            (
                passages.content_hash(title, json.loads(path), text),
                rows.search_title(title, author, json.loads(path), subjects),
                id,
            )
            for id, path, text in found
        ],
    )


def read_again(conn: Any, slug: str) -> None:
    """Forget with what the text's file was read: the next build reads it again."""
    conn.execute("update files set made_with = '' where slug = ?", (slug,))


def join_version(conn: Any, slug: str, found: Version) -> None:
    """A text that was alone turns out to be a version of a new one."""
    row = conn.execute("select own, found_version from texts where slug = ?", (slug,)).fetchone()
    if row is None or row[0] is None or row[1] is not None:
        return
    conn.execute(
        "update texts set found_version = ?, found_why = ? where slug = ?",
        (found.group, found.why, slug),
    )
    wanted = decided(conn, slug)
    decide(conn, slug, wanted, wanted)


def join_decided(conn: Any, slug: str) -> set[str]:
    """The text that an organizer said this one is a version of, if it was alone."""
    other = decided(conn, slug).get("version_of")
    if not other:
        return set()
    alone = "select 1 from texts where slug = ? and slug <> ? and version_of is null"
    if conn.execute(alone, (other, slug)).fetchone() is None:
        return set()
    join_version(conn, other, Version(other, "organizer"))
    return {other}


def write_passages(conn: Any, text: Text, kept: Sequence[Passage]) -> None:
    names = [p.id for p in kept]
    conn.execute(
        "update passages set withdrawn = 1 where text_slug = ? and not withdrawn "
        "and id not in (select value from json_each(?))",
        (text.slug, as_json(names)),
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
        (rows.passage_row(text, p) for p in kept),
    )


def write_file(conn: Any, file: FileRecord) -> None:
    values = asdict(file) | {"checked_at": file.checked_at or now()}
    columns = list(values)
    conn.execute(
        f"insert or replace into files ({', '.join(columns)}) "
        f"values ({', '.join(':' + c for c in columns)})",
        values,
    )


def write_labels(conn: Any, table: str, labels: Sequence[Label]) -> int:
    """The number of labels that are new or changed."""
    changed = 0
    for position, label in enumerate(labels):
        changed += conn.execute(
            f"insert into {table} (id, position, names, descriptions) "
            "values (:id, :position, :names, :descriptions) "
            "on conflict (id) do update set position = excluded.position, "
            "names = excluded.names, descriptions = excluded.descriptions "
            "where names <> excluded.names or descriptions <> excluded.descriptions "
            "or position <> excluded.position",
            {
                "id": label.id,
                "position": position,
                "names": as_json(label.names),
                "descriptions": as_json(label.descriptions),
            },
        ).rowcount
    return changed


def write_proposals(conn: Any, slug: str, proposals: Sequence[Proposal]) -> None:
    conn.execute("delete from proposals where slug = ?", (slug,))
    conn.executemany(
        "insert into proposals (slug, position, field, value, confidence, why) "
        "values (?, ?, ?, ?, ?, ?)",
        [
            (slug, position, p.field, p.value, p.confidence, as_json(p.why))
            for position, p in enumerate(proposals)
        ],
    )


def count_change(conn: Any) -> None:
    conn.execute("update meta set value = cast(value as integer) + 1 where key = 'revision'")
