"""The index agrees with the library, and only what changed is embedded."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import replace

import numpy as np
import pytest

from corpus import intake
from corpus.library import Library
from recommender import (
    Index,
    IndexBroken,
    IndexMismatch,
    IndexMissing,
    put_readings,
    remove_readings,
    search,
    segments,
    sync_library,
)
from tests.recommender.counting_model import CountingModel
from tests.recommender.readings_for_tests import published, small_library


def found(index, model, query, limit=50):
    return {hit.reading.id for hit in search(index, model, query, limit=limit)}


def test_a_second_sync_embeds_nothing(folder):
    model = CountingModel()
    report = sync_library(folder, small_library(), model)
    assert (report.new, report.changed, report.gone, report.same) == (0, 0, 0, 16)
    assert model.texts_encoded == 0


def test_only_a_changed_passage_is_embedded_again(folder, index, model):
    library = small_library()
    text, passage = library.passages["budget/1.1"]
    new = "Lanterns light the account book."
    library.passages["budget/1.1"] = (
        text,
        replace(passage, text=new, sentences=((0, len(new)),), content_hash="new"),
    )
    report = sync_library(folder, library, model)
    assert (report.new, report.changed, report.same) == (0, 1, 15)
    hit = search(index, model, "lanterns")[0]
    assert (hit.reading.id, hit.reading.text) == ("budget/1.1", new)


def test_a_withdrawn_text_is_no_longer_found(folder, index, model):
    library = small_library()
    for key in ("budget/1.1", "budget/1.2"):
        text, passage = library.passages[key]
        library.passages[key] = (replace(text, withdrawn=True), passage)
    assert sync_library(folder, library, model).gone == 2
    assert not {"budget/1.1", "budget/1.2"} & found(index, model, "receipt gift")


def test_new_themes_are_known_without_embedding(folder, index):
    library = small_library()
    for key, (text, passage) in library.passages.items():
        if text.slug == "budget":
            library.passages[key] = (replace(text, themes=("judgement",)), passage)
    model = CountingModel()
    report = sync_library(folder, library, model)
    assert (report.relabelled, report.changed, model.texts_encoded) == (2, 0, 0)
    assert search(index, model, "receipt")[0].reading.themes == ("judgement",)


def test_ctrl_c_keeps_what_was_saved_and_the_next_run_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr("recommender.indexing.BATCH", 4)
    seen = []

    def stop(done, total):
        seen.append(done)
        if sum(seen) >= 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync_library(tmp_path, small_library(), CountingModel(), progress=stop)
    model = CountingModel()
    report = sync_library(tmp_path, small_library(), model)
    assert (report.new, report.same) == (8, 8)
    assert len(found(Index.open(tmp_path, model), model, "bench")) == 16


def test_progress_adds_up(tmp_path, model):
    calls = []
    sync_library(
        tmp_path, small_library(), model, progress=lambda n, total: calls.append((n, total))
    )
    assert calls[0] == (0, 16)
    assert sum(done for done, _ in calls) == 16


def test_a_published_piece_is_found_at_once_and_gone_at_once(folder, index, model):
    assert put_readings(folder, model, [published(1, "Lanterns over the river.")]) == 1
    assert search(index, model, "lanterns")[0].reading.id == "reflection/1"
    assert remove_readings(folder, ["reflection/1", "reflection/2"]) == 1
    assert "reflection/1" not in found(index, model, "lanterns")


def test_putting_the_same_piece_again_embeds_nothing(folder, model):
    piece = published(1, "Lanterns over the river.")
    put_readings(folder, model, [piece])
    assert put_readings(folder, model, [piece]) == 0
    assert put_readings(folder, model, [replace(piece, title="Another")]) == 1


def test_a_published_piece_survives_a_sync_of_the_library(folder, index, model):
    put_readings(folder, model, [published(1, "Lanterns over the river.")])
    sync_library(folder, small_library(("budget",)), model)
    assert found(index, model, "lanterns") == {"reflection/1", "budget/1.1", "budget/1.2"}


def test_a_few_changes_leave_the_matrix_as_it_is(folder, model):
    before = {p: p.stat().st_mtime_ns for p in folder.glob("base-*/*")}
    assert before
    put_readings(folder, model, [published(1, "Lanterns over the river.")])
    assert {p: p.stat().st_mtime_ns for p in folder.glob("base-*/*")} == before


def test_many_changes_make_the_matrix_anew_and_change_no_answer(folder, model, monkeypatch):
    pieces = [published(n, f"Lanterns over river number {n}. Benches too.") for n in range(12)]
    put_readings(folder, model, pieces)
    remove_readings(folder, ["reflection/3", "listening/1.1"])
    late = Index.open(folder, model)
    before = [(h.reading.id, h.score) for h in search(late, model, "lanterns bench", limit=99)]
    monkeypatch.setattr(segments, "MOST_CHANGES", 3)
    put_readings(folder, model, [published(99, "An unrelated story.")])
    remove_readings(folder, ["reflection/99"])
    assert len(list(folder.glob("base-*"))) == 1
    for index in (late, Index.open(folder, model)):
        after = search(index, model, "lanterns bench", limit=99)
        assert [h.reading.id for h in after] == [i for i, _ in before]
        np.testing.assert_allclose([h.score for h in after], [s for _, s in before], rtol=1e-5)


def test_a_long_reflection_is_found_by_its_last_sentence(folder, index, model):
    filler = "We met on Tuesday and spoke about the usual matters of the week. " * 60
    put_readings(folder, model, [published(1, filler + "Lanterns lit the river.")])
    hit = search(index, model, "lanterns river")[0]
    assert (hit.reading.id, hit.sentence) == ("reflection/1", "Lanterns lit the river.")


def test_a_missing_index_names_the_cure(tmp_path, model):
    with pytest.raises(IndexMissing, match="xinde library build"):
        Index.open(tmp_path / "nowhere", model)


def test_another_model_is_named_beside_the_cure(folder, model):
    with pytest.raises(IndexMismatch, match=r"hashing .*other .*xinde library build"):
        Index.open(folder, CountingModel("other"))
    with pytest.raises(IndexMismatch, match="xinde library build"):
        put_readings(folder, CountingModel("other"), [published(1, "Lanterns.")])


def test_building_with_another_model_embeds_everything_again(folder, model):
    put_readings(folder, model, [published(1, "Lanterns over the river.")])
    other = CountingModel("other")
    report = sync_library(folder, small_library(), other)
    assert report.changed == 17
    assert len(found(Index.open(folder, other), other, "lanterns")) == 17


def test_a_damaged_index_names_the_cure(folder, model):
    next(folder.glob("base-*/centred.npy")).write_bytes(b"junk")
    with pytest.raises(IndexBroken, match="xinde library build"):
        Index.open(folder, model)


def test_a_base_that_was_deleted_names_the_cure(folder, model):
    shutil.rmtree(next(folder.glob("base-*")))
    with pytest.raises(IndexBroken, match="xinde library build"):
        Index.open(folder, model)


def test_a_file_that_is_no_database_names_the_cure(tmp_path, model):
    (tmp_path / "index.db").write_bytes(b"not a database, but long enough to be read as one" * 50)
    with pytest.raises(IndexBroken, match="xinde library build"):
        Index.open(tmp_path, model)


def test_an_empty_library_is_an_index_without_answers(tmp_path, model):
    sync_library(tmp_path, small_library(()), model)
    index = Index.open(tmp_path, model)
    assert search(index, model, "bench") == []


def test_the_store_opens_with_plain_sqlite(folder):
    db = sqlite3.connect(folder / "index.db")
    assert db.execute("select count(*) from readings").fetchone() == (16,)
    db.close()


def test_a_library_built_from_files_is_searched_and_follows_them(tmp_path, model):
    folder, library_path = tmp_path / "texts", tmp_path / "library.db"
    folder.mkdir()
    front = "---\ntitle: {0}\nlanguage: en\nthemes: [service]\n---\n\n"
    (folder / "bench.md").write_text(front.format("The bench") + "Nobody sat on the green bench.\n")
    (folder / "lamp.md").write_text(front.format("The lamp") + "Lanterns lit the river.\n")
    intake.build(library_path, [folder])
    with Library.open(library_path) as library:
        assert sync_library(tmp_path / "index", library, model).new == 2
    index = Index.open(tmp_path / "index", model)
    assert search(index, model, "lanterns")[0].reading.group == "lamp"
    (folder / "lamp.md").unlink()
    intake.build(library_path, [folder])
    with Library.open(library_path) as library:
        assert sync_library(tmp_path / "index", library, model).gone == 1
    assert {hit.reading.group for hit in search(index, model, "lanterns")} == {"bench"}
    index.close()


def test_a_base_of_an_earlier_version_is_read_and_made_anew_by_the_next_sync(folder, model):
    now = Index.open(folder, model)
    before = [(h.reading.id, h.score) for h in search(now, model, "bench residents", limit=5)]
    base = next(folder.glob("base-*"))
    db = sqlite3.connect(folder / "index.db")
    plain = dict(db.execute("select number, vector from readings"))
    db.close()
    rows = [np.frombuffer(plain[int(number)], np.float32) for number in now.snapshot().numbers]
    now.close()
    np.save(base / "vectors.npy", np.array(rows))
    for name in ("centred", "centre", "bare"):
        (base / f"{name}.npy").unlink()
    old = Index.open(folder, model)
    after = [(h.reading.id, h.score) for h in search(old, model, "bench residents", limit=5)]
    old.close()
    assert [i for i, _ in after] == [i for i, _ in before]
    np.testing.assert_allclose([s for _, s in after], [s for _, s in before], rtol=1e-4)
    sync_library(folder, small_library(), model)
    assert [p.name for p in folder.glob("base-*/*.npy") if p.stem in ("centred", "vectors")] == [
        "centred.npy"
    ]


def test_a_publication_does_not_move_the_centre(folder, model, monkeypatch):
    monkeypatch.setattr(segments, "MOST_CHANGES", 0)
    before = np.load(next(folder.glob("base-*/centre.npy")))
    put_readings(folder, model, [published(1, "Lanterns over the river.")])
    np.testing.assert_array_equal(np.load(next(folder.glob("base-*/centre.npy"))), before)
    put_readings(folder, model, [published(n, f"Lantern number {n}.") for n in range(2, 40)])
    assert not np.array_equal(np.load(next(folder.glob("base-*/centre.npy"))), before)
