"""What the library answers, to many at once, and what it says when it cannot."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import sqlite_utils

from corpus import CorpusError, Library, LibraryBroken, LibraryMissing, TextFilter, build
from corpus.migrations import migrations
from corpus.records import Label
from tests.corpus.conftest import text_of

ROOT = Path(__file__).resolve().parents[2]


def slugs(page):
    return [t.slug for t in page.items]


# Asking


def test_a_record_says_all_that_the_file_said(library):
    record = library.text("patience")
    assert (record.title, record.author, record.year, record.level) == (
        "On patience",
        "Ana Ruiz",
        2024,
        "introductory",
    )
    assert (record.themes, record.roles, record.minutes) == (
        ("reflection", "service"),
        ("member",),
        4,
    )
    assert (record.series, record.series_position, record.sources) == (
        "Habits",
        1,
        ("Seneca, Letters",),
    )
    assert (record.passages, record.withdrawn, record.versions) == (2, False, ("patience-zh",))
    assert library.text("nobody") is None


def test_versions_lead_both_ways(library):
    assert [t.slug for t in library.versions("patience-zh")] == ["patience"]
    assert library.versions("ledger") == []


def test_texts_are_listed_by_title_without_their_article(library):
    assert slugs(library.texts()) == ["patience", "ledger", "patience-zh"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (TextFilter(themes=("service",)), ["patience"]),
        (TextFilter(themes=("service", "integrity")), ["patience", "ledger"]),
        (TextFilter(roles=("mentor",)), ["patience-zh"]),
        (TextFilter(level="advanced"), ["ledger"]),
        (TextFilter(language="zh", themes=("reflection",)), ["patience-zh"]),
        (TextFilter(minutes="11-20"), ["ledger"]),
        (TextFilter(series="Habits"), ["patience"]),
        (TextFilter(themes=("' or 1=1 --",)), []),
        (TextFilter(minutes="nonsense"), []),
    ],
)
def test_filters_narrow(library, wanted, found):
    page = library.texts(wanted)
    assert slugs(page) == found
    assert page.total == len(found)


def test_pages_follow_each_other_without_a_gap(library):
    for n in range(10):
        library.put(replace(text_of("Words."), slug=f"t-{n}", title="Same title"))
    seen, after = [], None
    while True:
        page = library.texts(after=after, limit=3)
        seen += slugs(page)
        after = page.next
        if after is None:
            break
    assert len(seen) == 13
    assert sorted(seen) == sorted(set(seen))


def test_a_text_added_meanwhile_shifts_nothing(library):
    first = library.texts(limit=2)
    library.put(replace(text_of("Words."), slug="aaa", title="AAA"))
    assert slugs(library.texts(after=first.next)) == ["patience-zh"]


@pytest.mark.parametrize("mark", ["", "x", "WzEsIDJd", "W10", "é", "bnVsbA", "WyJhIl0", "a" * 9999])
def test_a_page_mark_that_is_not_ours_is_told(library, mark):
    with pytest.raises(CorpusError, match="Begin at the first page"):
        library.texts(after=mark)


def test_facets_count_the_alternatives(library):
    facets = library.facets(TextFilter(language="en"))
    assert facets.language == {"en": 2, "zh": 1}
    assert facets.themes == {"integrity": 1, "reflection": 1, "service": 1}
    assert facets.roles == {"member": 1, "secretary": 1}
    assert facets.level == {"advanced": 1, "introductory": 1}
    assert facets.minutes == {"up-to-5": 1, "11-20": 1}


def test_passages_come_in_reading_order_with_their_sentences(library):
    first, second = library.passages("patience")
    assert (first.position, first.path, second.path) == (0, (), ("In the garden",))
    assert next(first.text[a:b] for a, b in first.sentences) == "Patience is not waiting."
    assert library.passage(first.id) == first
    assert library.passages_by_id([second.id, "no/such.one"]) == {second.id: second}


def test_all_passages_and_their_hashes_agree(library):
    everything = list(library.all_passages())
    assert [r.slug for r, _ in everything] == ["ledger", "patience", "patience", "patience-zh"]
    assert library.passage_hashes() == {p.id: p.content_hash for _, p in everything}


@pytest.mark.parametrize(
    ("query", "slug"),
    [
        ("seedlings", "patience"),
        ("学习", "patience-zh"),
        ("調查研究", "patience-zh"),
        ("也要调查研究", "patience-zh"),
        ("treasurer's ACCOUNT", "ledger"),
        ("Ana Ruiz", "patience"),
        ("open ledger", "ledger"),
        ("garden", "patience"),
    ],
)
def test_words_find_their_passage_first(library, query, slug):
    (first, score), *_ = library.search_words(query)
    assert first.startswith(slug + "/")
    assert score > 0


def test_better_matches_have_higher_scores(library):
    scores = [score for _, score in library.search_words("patience waiting work gardener")]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("query", ["", " ", '"', "AND", "zzzz", "(*)", "\x00", "a" * 100_000, "🙂"])
def test_a_query_that_finds_nothing_is_no_error(library, query):
    assert library.search_words(query, language="zh") == []


def test_search_can_be_kept_to_one_language_and_a_number(library):
    assert library.search_words("学习", language="en") == []
    assert len(library.search_words("the patience accounts", limit=1)) == 1


def test_hundreds_of_ids_can_be_asked_at_once(library):
    assert library.passages_by_id(f"a/{n}" for n in range(5_000)) == {}
    assert set(library.texts_by_slug(["patience", *(str(n) for n in range(2_000))])) == {"patience"}


# Changing


def test_a_withdrawn_text_is_no_longer_found(library):
    (id, _), *_ = library.search_words("treasurer")
    library.withdraw("ledger")
    assert library.text("ledger") is None
    assert "ledger" not in slugs(library.texts())
    assert library.search_words("treasurer") == []
    assert library.passages("ledger") == []
    assert library.passage(id) is None
    assert "ledger" not in {r.slug for r, _ in library.all_passages()}
    assert library.facets().themes.get("integrity") is None
    assert library.counts() == {"texts": 2, "passages": 3, "withdrawn": 1}


def test_a_withdrawn_text_still_answers_to_its_citations(library):
    (id, _), *_ = library.search_words("treasurer")
    library.withdraw("ledger")
    assert library.text("ledger", withdrawn=True).withdrawn
    assert "treasurer" in library.passage(id, withdrawn=True).text
    library.restore("ledger")
    assert library.text("ledger") is not None
    assert library.search_words("treasurer")[0][0] == id


def test_withdrawing_what_is_not_there_is_told(library):
    with pytest.raises(CorpusError, match='There is no text "nobody"'):
        library.withdraw("nobody")


def test_a_passage_that_vanished_is_kept_as_withdrawn(library):
    library.put(text_of("One stays here and nothing else is like it.", "Two goes away."))
    library.put(text_of("Three came: wholly other words, about boats."))
    assert [p.text for p in library.passages("t")] == [
        "Three came: wholly other words, about boats."
    ]
    assert len(library.passages("t", withdrawn=True)) == 2
    assert library.search_words("goes away") == []


def test_equal_content_writes_nothing_but_the_record(library):
    before = library.passages("patience")
    from corpus.formats import read  # the same file once more

    row = library._rows("select number from passages where text_slug = 'patience'")
    library.put(read(Path(library.files()[2].path)))
    assert library.passages("patience") == before
    assert library._rows("select number from passages where text_slug = 'patience'") == row


def test_the_revision_grows_with_every_change(library):
    before = library.revision
    library.withdraw("ledger")
    assert library.revision == before + 1


def test_labels_are_kept_per_language(library):
    service = Label("service", {"en": "Service", "zh": "服务"}, {"en": "Serving people."})
    library.put_labels([service], [])
    assert library.themes() == {"service": service}
    assert library.themes()["service"].name("zh") == "服务"
    assert library.themes()["service"].description("zh") == "Serving people."
    revision = library.revision
    library.put_labels([service], [])
    assert library.revision == revision


# Many at once


def test_threads_read_while_one_writes(library):
    wrong = []

    def read():
        for _ in range(30):
            texts = library.texts().items
            if len(library.texts_by_slug([t.slug for t in texts])) != len(texts):
                wrong.append("lost a text")
            library.search_words("patience")

    threads = [threading.Thread(target=read) for _ in range(6)]
    for t in threads:
        t.start()
    for n in range(20):
        library.put(replace(text_of(f"Words number {n} about patience."), slug=f"w-{n}"))
    for t in threads:
        t.join()
    assert wrong == []


def test_an_error_in_the_middle_leaves_no_half_text(library):
    def stop_halfway():
        with library._connections.writing() as db:
            db.conn.execute("update texts set title = 'half'")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop_halfway()
    assert library.text("patience").title == "On patience"


def test_foreign_keys_are_on(library):
    with pytest.raises(LibraryBroken, match="FOREIGN KEY"), library._connections.writing() as db:
        db.conn.execute("update passages set text_slug = 'nobody'")


def test_any_tool_for_sqlite_opens_the_file(library):
    library.end_build()
    db = sqlite_utils.Database(library.path)
    assert {"texts", "passages", "passages_fts", "files", "meta"} <= set(db.table_names())
    assert db["texts"].count == 3
    assert db["passages"].detect_fts() == "passages_fts"
    assert [r["text_slug"] for r in db["passages"].search("treasur")] == ["ledger"]
    db.close()


# When it cannot be used


def test_a_missing_library_names_the_command(tmp_path):
    with pytest.raises(
        LibraryMissing,
        match=r"There is no library at .*none.db. Make one with: xinde library build",
    ):
        Library.open(tmp_path / "none.db")


@pytest.mark.parametrize("content", [b"not a database at all, just words" * 99, b"\x00" * 5000])
def test_a_file_that_is_no_database_is_named(tmp_path, content):
    path = tmp_path / "library.db"
    path.write_bytes(content)
    with pytest.raises(LibraryBroken, match=r"library.db is not a library, or it is damaged"):
        Library.open(path)
    assert path.read_bytes() == content


def test_an_empty_file_and_a_folder_are_no_library(tmp_path):
    (tmp_path / "library.db").touch()
    with pytest.raises(LibraryBroken, match="not a library of Xinde"):
        Library.open(tmp_path / "library.db")
    with pytest.raises(LibraryBroken, match="is a folder"):
        Library.open(tmp_path)


def test_another_programs_database_is_left_alone(tmp_path):
    path = tmp_path / "library.db"
    db = sqlite3.connect(path)
    db.execute("create table photos (id)")
    db.close()
    for open_it in (Library.open, Library.create):
        with pytest.raises(LibraryBroken, match="not a library of Xinde"):
            open_it(path)


def test_a_damaged_library_says_so(library, library_path):
    library.end_build()
    library.close()
    content = bytearray(library_path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    library_path.write_bytes(content)

    def read_it():
        with Library.open(library_path) as broken:
            return list(broken.all_passages())

    with pytest.raises(LibraryBroken, match="Move it away and run: xinde library build"):
        read_it()


def test_a_library_from_a_newer_version_is_not_touched(library, library_path):
    with library._connections.writing() as db:
        db.conn.execute(
            "insert into _sqlite_migrations (migration_set, name, applied_at) values (?, ?, ?)",
            (migrations.name, "m999_from_the_future", "2030-01-01"),
        )
    with pytest.raises(LibraryBroken, match=r"made by a newer version of Xinde. Update Xinde"):
        Library.open(library_path)


def test_a_full_disk_is_told_and_leaves_nothing_half_done(library):
    pages = library._rows("pragma page_count")[0]["page_count"]
    library._connections.db().conn.execute(f"pragma max_page_count = {pages + 2}")
    long = text_of(
        *(f"Paragraph {n}. " + "Words and more words to fill the disk. " * 20 for n in range(200))
    )
    with pytest.raises(LibraryBroken, match=r"The disk is full: .*library.db.* Free some space"):
        library.put(long)
    assert library.text("t", withdrawn=True) is None
    assert library.search_words("gardener")


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(LibraryBroken, match="cannot be made"):
        Library.create(tmp_path / "file" / "below" / "library.db")


def test_a_closed_library_says_so(library):
    library.close()
    with pytest.raises(LibraryBroken, match="was closed"):
        library.text("patience")


def test_open_for_reading_only_writes_nothing(library, library_path):
    with Library.open(library_path, read_only=True) as reading:
        assert reading.text("patience")
        with pytest.raises(LibraryBroken, match="open for reading only"):
            reading.withdraw("patience")


AS_NOBODY = """
import os, sys
from pathlib import Path
from corpus import CorpusError, Library, build, words
import sqlite_utils
# What a root's own Python loads late is loaded while this user may still read it.
words.query("学习")
sqlite_utils.Database(memory=True).close()
if os.geteuid() == 0:  # root may write everywhere
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
path, folder = Path(sys.argv[1]), Path(sys.argv[2])
with Library.open(path) as library:
    print(library.read_only, library.counts()["texts"], library.search_words("学习")[0][0])
try:
    build(path, [folder])
except CorpusError as error:
    print(error)
"""


def test_a_read_only_folder_is_served_and_not_written(shelf):
    place = Path(tempfile.mkdtemp())
    try:
        folder = shutil.copytree(shelf, place / "texts")
        data = place / "data"
        build(data / "library.db", [folder])
        (data / "library.db").chmod(0o444)
        for path in (data, place):
            path.chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, str(data / "library.db"), str(folder)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        served, refused = done.stdout.splitlines()
        assert served.startswith("True 3 patience-zh/")
        assert refused.endswith(
            "Give this user write access to the file and its folder and run again."
        )
    finally:
        place.chmod(0o755)
        (place / "data").chmod(0o755)
        shutil.rmtree(place)
