"""What becomes of files: new, changed, same, gone, duplicate, refused."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from corpus import Brought, CorpusError, Library, LibraryBroken, add_files, build, intake
from corpus.records import TextFilter
from tests.corpus.conftest import LEDGER, PATIENCE
from tests.shared_data import shared

ROOT = Path(__file__).resolve().parents[2]


def texts(library_path):
    with Library.open(library_path) as library:
        return [t.slug for t in library.texts().items]


def write(path, content):
    path.write_text(content, "utf-8")
    later = time.time_ns() + 5_000_000_000
    os.utime(path, ns=(later, later))


def test_the_first_build_takes_everything(shelf, library_path):
    report = build(library_path, [shelf])
    assert sorted(report.new) == ["ledger", "patience", "patience-zh"]
    assert not (report.changed)
    assert not (report.same)
    assert not (report.gone)
    assert not (report.refused)
    assert not (report.duplicates)


def test_a_second_build_writes_no_text(shelf, library_path):
    build(library_path, [shelf])
    with Library.open(library_path) as library:
        revision = library.revision
    report = build(library_path, [shelf])
    assert sorted(report.same) == ["ledger", "patience", "patience-zh"]
    assert not report.anything_changed
    with Library.open(library_path) as library:
        assert library.revision == revision


def test_a_second_build_reads_no_file(shelf, library_path, monkeypatch):
    build(library_path, [shelf])
    monkeypatch.setattr(intake, "_hash", lambda file: pytest.fail(f"read {file.path}"))
    assert len(build(library_path, [shelf]).same) == 3


def test_a_file_that_was_only_touched_is_the_same(shelf, library_path):
    build(library_path, [shelf])
    write(shelf / "ledger.md", LEDGER)
    assert len(build(library_path, [shelf]).same) == 3


def test_only_what_changed_is_read_and_written(shelf, library_path):
    build(library_path, [shelf])
    with Library.open(library_path) as library:
        before = library.passage_hashes()
    write(shelf / "patience.md", PATIENCE.replace("weeded", "hoed"))
    report = build(library_path, [shelf])
    assert (report.changed, sorted(report.same)) == (["patience"], ["ledger", "patience-zh"])
    with Library.open(library_path) as library:
        after = library.passage_hashes()
    assert before.keys() == after.keys()
    assert sum(before[id] != after[id] for id in before) == 1


def test_another_cut_reads_everything_again(shelf, library_path, monkeypatch):
    build(library_path, [shelf])
    monkeypatch.setattr(intake, "MADE_WITH", "a later version")
    assert len(build(library_path, [shelf]).changed) == 3


def test_a_file_that_is_gone_withdraws_its_text_until_it_is_back(shelf, library_path):
    build(library_path, [shelf])
    (shelf / "ledger.md").unlink()
    assert build(library_path, [shelf]).gone == ["ledger"]
    assert texts(library_path) == ["patience", "patience-zh"]
    assert build(library_path, [shelf]).gone == []
    write(shelf / "ledger.md", LEDGER)
    assert build(library_path, [shelf]).new == ["ledger"]
    assert "ledger" in texts(library_path)


def test_what_a_person_withdrew_stays_withdrawn(shelf, library_path):
    build(library_path, [shelf])
    with Library.open(library_path) as library:
        library.withdraw("ledger")
    write(shelf / "ledger.md", LEDGER + "\nAnother line.\n")
    build(library_path, [shelf])
    assert "ledger" not in texts(library_path)


def test_a_folder_that_vanishes_withdraws_nothing(shelf, library_path):
    build(library_path, [shelf])
    shelf.rename(shelf.with_name("elsewhere"))
    with pytest.raises(CorpusError, match=r"The folder .*texts is not there. Nothing was changed"):
        build(library_path, [shelf])
    shelf.mkdir()  # an empty mount point
    with pytest.raises(CorpusError, match=r"empty now. Nothing was changed"):
        build(library_path, [shelf])
    assert len(texts(library_path)) == 3


def test_one_missing_folder_of_two_changes_nothing(shelf, library_path, tmp_path):
    with pytest.raises(CorpusError, match="is not there"):
        build(library_path, [shelf, tmp_path / "none"])
    assert not library_path.exists()


def test_a_renamed_file_keeps_its_slug(shelf, library_path):
    build(library_path, [shelf])
    (shelf / "ledger.md").rename(shelf / "accounts.md")
    report = build(library_path, [shelf])
    assert (report.new, report.gone) == ([], [])
    assert "ledger" in texts(library_path)
    assert not build(library_path, [shelf]).anything_changed


def test_a_folder_that_moved_keeps_its_slugs(shelf, library_path, tmp_path):
    build(library_path, [shelf])
    moved = shelf.rename(tmp_path / "moved")
    write(moved / "ledger.md", LEDGER + "\nAnd one more line.\n")
    report = build(library_path, [moved])
    assert (report.new, report.gone, report.duplicates) == ([], [], [])
    assert sorted(texts(library_path)) == ["ledger", "patience", "patience-zh"]
    assert len(build(library_path, [moved]).same) == 3


def test_the_same_content_twice_is_a_duplicate(shelf, library_path):
    shutil.copy(shelf / "ledger.md", shelf / "zz-copy.md")
    report = build(library_path, [shelf])
    assert [(Path(o.file).name, o.why) for o in report.duplicates] == [
        ("zz-copy.md", 'The same file as "The open ledger" (ledger)')
    ]
    assert len(build(library_path, [shelf]).duplicates) == 1
    (shelf / "ledger.md").unlink()
    report = build(library_path, [shelf])
    assert (report.duplicates, report.gone) == ([], [])
    assert "ledger" in texts(library_path)


def test_two_files_of_one_name_get_two_slugs_that_stay(shelf, library_path):
    (shelf / "sub").mkdir()
    write(shelf / "sub" / "ledger.md", LEDGER.replace("Friday", "Monday"))
    build(library_path, [shelf])
    before = texts(library_path)
    assert len(before) == 4
    assert sum(slug.startswith("ledger-") for slug in before) == 1
    build(library_path, [shelf])
    assert texts(library_path) == before


def test_a_refused_file_does_not_stop_the_rest(shelf, library_path):
    write(shelf / "a-broken.md", "---\ntitle: X\nWords without an end of the front matter.\n")
    (shelf / "b-picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    (shelf / "c-empty.txt").touch()
    for _ in range(2):
        report = build(library_path, [shelf])
        why = {Path(o.file).name: o.why for o in report.refused}
        assert sorted(why) == ["a-broken.md", "b-picture.png", "c-empty.txt"]
        assert "is not closed" in why["a-broken.md"]
        assert "picture" in why["b-picture.png"]
        assert "empty" in why["c-empty.txt"]
    assert len(texts(library_path)) == 3
    with Library.open(library_path) as library:
        assert sum(f.outcome == "refused" for f in library.files()) == 3


def test_a_file_that_breaks_keeps_its_earlier_text(shelf, library_path):
    build(library_path, [shelf])
    write(shelf / "ledger.md", LEDGER.replace("level: advanced", "level: hard"))
    report = build(library_path, [shelf])
    assert "stays in the library" in report.refused[0].why
    assert "ledger" in texts(library_path)
    write(shelf / "ledger.md", LEDGER)
    assert build(library_path, [shelf]).changed == ["ledger"]


@pytest.mark.slow
def test_five_megabytes_on_one_line_come_in_or_are_refused(shelf, library_path):
    write(
        shelf / "oneline.md", "---\ntitle: Long\nlanguage: en\n---\n" + "word and more. " * 350_000
    )
    report = build(library_path, [shelf])
    assert len(report.new) + len(report.refused) == 4
    assert len(texts(library_path)) >= 3


def test_hidden_files_are_not_looked_at(shelf, library_path):
    write(shelf / ".draft.md", LEDGER.replace("Friday", "Sunday"))
    (shelf / ".git").mkdir()
    write(shelf / ".git" / "x.md", LEDGER.replace("Friday", "Sunday"))
    assert len(build(library_path, [shelf]).new) == 3


def test_a_folder_within_a_folder_counts_once(shelf, library_path):
    assert len(build(library_path, [shelf, shelf]).new) == 3


def bring(library_path, folder, *files):
    """Adds files to a folder of ours, under their names."""
    return add_files(library_path, [Brought(f, folder / f.name) for f in files], folder=folder)


SMALL = "A small title\n\nIt holds a few words about boats and the sea.\n"


def test_a_single_file_is_copied_and_becomes_a_text(shelf, library_path, tmp_path):
    build(library_path, [shelf])
    extra = tmp_path / "extra.txt"
    write(extra, SMALL)
    assert bring(library_path, shelf, extra).new == ["extra"]
    extra.unlink()
    assert sorted(build(library_path, [shelf]).same) == [
        "extra",
        "ledger",
        "patience",
        "patience-zh",
    ]
    with pytest.raises(CorpusError, match="There is no file"):
        bring(library_path, shelf, extra)


def test_a_file_that_was_brought_is_not_read_again(shelf, library_path, tmp_path, monkeypatch):
    extra = tmp_path / "extra.txt"
    write(extra, SMALL)
    bring(library_path, shelf, extra)
    monkeypatch.setattr(intake, "_hash", lambda file: pytest.fail(f"read {file.path}"))
    assert bring(library_path, shelf, extra).same == ["extra"]


def test_a_file_of_the_same_name_replaces_the_text(shelf, library_path, tmp_path):
    extra = tmp_path / "extra.txt"
    write(extra, SMALL)
    bring(library_path, shelf, extra)
    write(extra, SMALL.replace("few", "hundred"))
    assert bring(library_path, shelf, extra).changed == ["extra"]
    assert "hundred" in (shelf / "extra.txt").read_text("utf-8")


def test_a_broken_file_replaces_nothing_and_its_refusal_is_remembered(
    shelf, library_path, tmp_path, monkeypatch
):
    extra = tmp_path / "extra.txt"
    write(extra, SMALL)
    bring(library_path, shelf, extra)
    write(extra, "")
    report = bring(library_path, shelf, extra)
    assert "The text as it was before stays in the library." in report.refused[0].why
    assert (shelf / "extra.txt").read_text("utf-8") == SMALL
    monkeypatch.setattr(intake.Reader, "read", lambda *_: pytest.fail("read again"))
    assert bring(library_path, shelf, extra).refused == report.refused
    with Library.open(library_path) as library:
        assert [f.path for f in library.files(outcome="refused")] == [str(extra)]
        assert library.text("extra") is not None


def test_the_same_words_in_another_encoding_are_a_duplicate(shelf, library_path, tmp_path):
    extra = tmp_path / "extra.txt"
    extra.write_bytes(
        "一个小题目\n\n井干了一个夏天，村里没有人说得清是谁最后看过它。\n".encode("gbk")
    )
    other = tmp_path / "other.txt"
    other.write_bytes(b"\xef\xbb\xbf" + extra.read_bytes().decode("gbk").encode())
    report = bring(library_path, shelf, extra, other)
    assert report.new == ["extra"]
    assert [(o.slug, o.outcome) for o in report.duplicates] == [("extra", "duplicate")]
    assert "The same words as" in report.duplicates[0].why
    assert not (shelf / "other.txt").exists()


def long_text(title, *, changed=False):
    sentences = [f"Sentence {n} speaks of the well and of rope number {n * 7}." for n in range(200)]
    if changed:
        sentences[50:60] = [f"Another hand wrote line {n} of it anew." for n in range(10)]
    return f"# {title}\n\n" + " ".join(sentences) + "\n"


def test_an_edition_becomes_a_version_and_not_a_second_text(shelf, library_path, tmp_path):
    first, second = tmp_path / "well.md", tmp_path / "well-revised.md"
    write(first, long_text("The well"))
    write(second, long_text("The well, revised", changed=True))
    report = bring(library_path, shelf, first, second)
    assert 'Another edition of "The well" (well)' in [o.why for o in report.files]
    with Library.open(library_path) as library:
        assert library.text("well").versions == ("well-revised",)
        assert library.text("well-revised").version_why == "edition"
        listed = library.texts(TextFilter(prefer="en"))
        assert "well-revised" not in [t.slug for t in listed.items]
        assert "well" in [t.slug for t in listed.items]


def test_a_translation_is_told_by_its_name(shelf, library_path, tmp_path):
    english, chinese = tmp_path / "well.md", tmp_path / "well.zh-hans.md"
    write(english, long_text("The well"))
    write(chinese, "# 井\n\n" + "井干了一个夏天，村里没有人说得清是谁最后看过它。" * 90)
    bring(library_path, shelf, english, chinese)
    with Library.open(library_path) as library:
        (other,) = library.versions("well")
        assert (other.language, other.version_why) == ("zh", "translation")


def test_what_an_organizer_decided_stays_when_the_file_is_read_again(shelf, library_path):
    build(library_path, [shelf])
    with Library.open(library_path) as library:
        assert library.set_decisions(
            {"ledger": {"title": "An open ledger", "themes": ["service"]}}
        ) == {"ledger"}
    write(shelf / "ledger.md", LEDGER.replace("Friday", "Sunday"))
    assert build(library_path, [shelf]).changed == ["ledger"]
    with Library.open(library_path) as library:
        text = library.text("ledger")
        assert (text.title, text.themes, text.origins["title"]) == (
            "An open ledger",
            ("service",),
            "organizer",
        )
        assert library.search_words("open ledger")
        library.set_decisions({})
        text = library.text("ledger")
        assert (text.title, text.themes, text.chosen) == (
            "The open ledger",
            ("integrity",),
            frozenset(),
        )


def test_another_title_changes_what_is_embedded_and_nothing_else(shelf, library_path):
    build(library_path, [shelf])
    with Library.open(library_path) as library:
        before = library.passage_hashes()
        library.set_decisions({"ledger": {"title": "An open ledger"}})
        after = library.passage_hashes()
    assert before.keys() == after.keys()
    assert {i.split("/")[0] for i in before if before[i] != after[i]} == {"ledger"}


def test_another_language_lets_the_file_be_read_again(shelf, library_path):
    build(library_path, [shelf])
    with Library.open(library_path) as library:
        library.set_decisions({"ledger": {"language": "zh"}})
    assert build(library_path, [shelf]).changed == ["ledger"]


def test_a_text_that_was_withdrawn_stays_so_whatever_becomes_of_its_file(shelf, library_path):
    build(library_path, [shelf])
    with Library.open(library_path) as library:
        library.withdraw("ledger")
    write(shelf / "ledger.md", LEDGER.replace("Friday", "Sunday"))
    build(library_path, [shelf])
    with Library.open(library_path) as library:
        assert library.text("ledger") is None
        library.restore("ledger")
        assert library.text("ledger") is not None


@pytest.mark.skipif(sys.platform != "linux", reason="names of bytes")
def test_a_name_that_is_no_text_breaks_nothing(shelf, library_path):
    odd = os.fsencode(shelf) + b"/odd\xff\n.txt"
    with open(odd, "wb") as file:
        file.write(SMALL.encode())
    report = build(library_path, [shelf])
    assert len(report.new) == 4
    assert len(build(library_path, [shelf]).same) == 4


def test_progress_counts_every_file(shelf, library_path):
    seen = []
    build(library_path, [shelf], progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_ctrl_c_in_the_middle_goes_on_with_the_same_command(shelf, library_path):
    def stop(done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(library_path, [shelf], progress=stop)
    assert len(texts(library_path)) == 2
    report = build(library_path, [shelf])
    assert (len(report.new), len(report.same)) == (1, 2)


KILLED = """
import os, sys
from pathlib import Path
from corpus import build
build(Path(sys.argv[1]), [Path(sys.argv[2])],
      progress=lambda done, total: done == 2 and os.kill(os.getpid(), 9))
"""


def test_a_killed_build_goes_on_with_the_same_command(shelf, library_path):
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(library_path), str(shelf)], cwd=ROOT, check=False
    )
    assert done.returncode == -signal.SIGKILL
    report = build(library_path, [shelf])
    assert (len(report.new), len(report.same)) == (1, 2)
    assert len(texts(library_path)) == 3


def test_a_full_disk_during_a_build_says_so(shelf, library_path):
    build(library_path, [shelf])
    big = "---\ntitle: Big\nlanguage: en\n---\n\n" + "\n\n".join(
        f"Paragraph {n}. " + "Words to fill the disk with. " * 30 for n in range(300)
    )
    write(shelf / "big.md", big)
    found = intake._files(shelf)
    with Library.open(library_path) as library:
        pages = library._rows("pragma page_count")[0]["page_count"]
        library._connections.db().conn.execute(f"pragma max_page_count = {pages + 1}")
        with pytest.raises(LibraryBroken, match="The disk is full"):
            intake._take(library, found, None)
    assert len(build(library_path, [shelf]).new) == 1


@pytest.mark.data
@pytest.mark.slow
def test_the_open_set_comes_in_with_the_phrases_it_must_contain(tmp_path):
    import csv

    folder = shared("data", "library")
    with (folder / "manifest.csv").open(encoding="utf-8") as manifest:
        rows = [row for row in csv.DictReader(manifest) if row["format"] in ("md", "txt")]
    report = bring(
        tmp_path / "library.db", tmp_path / "texts", *[folder / row["file"] for row in rows]
    )
    assert report.refused == []
    assert len(report.new) >= 60
    squeezed = {}
    with Library.open(tmp_path / "library.db") as library:
        slug_of = {Path(f.path).name: f.slug for f in library.files()}
        for row in rows:
            if slug := slug_of[Path(row["file"]).name]:
                squeezed[row["file"]] = "".join(
                    "".join("".join(p.path) + p.text for p in library.passages(slug)).split()
                ).replace("*", "")
                assert library.text(slug).language == row["language"][:2], row["file"]
    for row in rows:
        if row["file"] in squeezed:
            assert "".join(row["must_contain"].split()).replace("*", "") in squeezed[row["file"]], (
                row["file"]
            )
