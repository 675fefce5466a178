"""Backup and restore: what comes back is what was kept, and a changed file is refused."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import zipfile
from pathlib import Path

import pytest

from webapp import keeping
from webapp.community import change, db
from webapp.keeping import KeepingError
from webapp.notes.tables import Note
from webapp.settings import Settings

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("TEST_DATABASE_URL")),
    reason="the SQLite way; PostgreSQL is copied by pg_dump",
)


@pytest.fixture
def settings(app) -> Settings:
    found: Settings = app.config["XINDE"]
    return found


@pytest.fixture
def kept(app, settings, maria, tmp_path) -> Path:
    """A backup of an organisation with a member, a note and a text of its own."""
    from tests.webapp.people import NOW

    with change(db.session) as session:
        session.add(
            Note(
                organisation_id=maria.organisation_id,
                id="note1",
                member_id=maria.id,
                body="札记: kept",
                created_at=NOW,
                updated_at=NOW,
            )
        )
    (settings.data / "texts").mkdir(exist_ok=True)
    (settings.data / "texts" / "学习.md").write_text("---\ntitle: Our own\n---\nWords.", "utf-8")
    target = tmp_path / "backup.zip"
    keeping.backup(settings, target)
    return target


def into(tmp_path: Path, name: str = "restored") -> Settings:
    return Settings(data=tmp_path / name, model="hashing")


def changed(source: Path, target: Path, change) -> Path:
    """The backup with its entries changed by `change(names -> bytes)`."""
    with zipfile.ZipFile(source) as packed:
        entries = {info.filename: packed.read(info) for info in packed.infolist()}
    entries = change(entries) or entries
    with zipfile.ZipFile(target, "w") as packed:
        for name, content in entries.items():
            packed.writestr(name, content)
    return target


def test_what_was_kept_comes_back(kept, settings, tmp_path):
    restored = into(tmp_path)
    keeping.restore(restored, kept)
    with sqlite3.connect(restored.data / "community.db") as found:
        assert found.execute("select body from notes").fetchone()[0] == "札记: kept"
    for name in ("secret_key", "password_salt", "id_salt"):
        if (settings.data / "secrets" / name).exists():
            there = (restored.data / "secrets" / name).read_text()
            assert there == (settings.data / "secrets" / name).read_text()
    assert "Our own" in (restored.data / "texts" / "学习.md").read_text("utf-8")


def test_secrets_and_database_come_back_readable_by_their_owner_alone(kept, tmp_path):
    restored = into(tmp_path)
    keeping.restore(restored, kept)
    for file in [restored.data / "community.db", *(restored.data / "secrets").iterdir()]:
        assert file.stat().st_mode & 0o077 == 0, file
    assert kept.stat().st_mode & 0o077 == 0


def test_the_restored_organisation_opens(kept, settings, tmp_path):
    from webapp import setup
    from webapp.members import store

    restored = into(tmp_path)
    keeping.restore(restored, kept)
    app = setup.app_with_community(restored)
    with app.app_context():
        organisation = store.organisation(db.session)
        assert [m.name for m in store.members(db.session, organisation.id)] == ["Maria Lopez"]
        db.session.rollback()
        db.engine.dispose()


def test_a_backup_taken_while_somebody_writes_is_whole(app, settings, maria, tmp_path):
    writer = sqlite3.connect(settings.data / "community.db", isolation_level=None)
    writer.execute("begin immediate")
    writer.execute("update members set name = 'Half done'")
    keeping.backup(settings, tmp_path / "b.zip")
    writer.execute("rollback")
    writer.close()
    keeping.restore(into(tmp_path), tmp_path / "b.zip")
    with sqlite3.connect(tmp_path / "restored" / "community.db") as found:
        assert found.execute("select name from members").fetchone()[0] == "Maria Lopez"


def test_a_file_that_is_there_is_not_overwritten(kept, settings):
    before = kept.read_bytes()
    with pytest.raises(KeepingError, match="not overwritten"):
        keeping.backup(settings, kept)
    assert kept.read_bytes() == before


def test_a_folder_with_data_is_not_overwritten(kept, settings, tmp_path):
    with pytest.raises(KeepingError, match=r"not empty.*XINDE_DATA"):
        keeping.restore(settings, kept)
    restored = into(tmp_path)
    keeping.restore(restored, kept)
    with pytest.raises(KeepingError, match="not empty"):
        keeping.restore(restored, kept)


def test_a_restore_that_was_killed_goes_on_with_the_same_command(kept, tmp_path, monkeypatch):
    restored = into(tmp_path)
    real, moved = Path.replace, []

    def replace(self, target):
        if Path(target).name == "community.db":
            raise KeyboardInterrupt  # the last step
        moved.append(target)
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(KeyboardInterrupt):
        keeping.restore(restored, kept)
    monkeypatch.undo()
    assert moved
    (restored.data / ".restoring-killed" / "texts").mkdir(parents=True)  # as kill -9 leaves it
    keeping.restore(restored, kept)
    assert (restored.data / "community.db").exists()
    assert not list(restored.data.glob(".restoring-*"))
    with pytest.raises(KeepingError, match="not empty"):
        keeping.restore(restored, kept)


def test_a_backup_that_was_killed_leaves_no_words_behind(app, settings, maria, tmp_path):
    left = tmp_path / ".xinde-backup-999999999-x"
    left.mkdir()
    (left / "community.db").write_bytes(b"words")
    running = tmp_path / f".xinde-backup-{os.getpid()}-y"
    running.mkdir()
    keeping.backup(settings, tmp_path / "b.zip")
    assert not left.exists()
    assert running.exists()


def _refused(settings: Settings, source: Path, said: str) -> None:
    with pytest.raises(KeepingError, match=said):
        keeping.restore(settings, source)
    left = [p for p in settings.data.rglob("*") if p.is_file()] if settings.data.exists() else []
    assert left == []


def test_a_truncated_backup_is_refused_whatever_is_missing(kept, tmp_path):
    whole = kept.read_bytes()
    for part in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        cut = tmp_path / "cut.zip"
        cut.write_bytes(whole[:part])
        _refused(into(tmp_path), cut, "Use another copy")


def test_a_backup_with_a_changed_byte_is_refused(kept, tmp_path):
    def flip(entries):
        content = bytearray(entries["community.db"])
        content[len(content) // 2] ^= 0xFF
        entries["community.db"] = bytes(content)

    _refused(into(tmp_path), changed(kept, tmp_path / "x.zip", flip), "damaged")


@pytest.mark.parametrize(
    "name",
    [
        "../outside.txt",
        "texts/../../outside.txt",
        "/etc/outside",
        "texts/a\\..\\b",
        "secrets/../community.db",
        "library.db",
        "texts/./a.md",
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(kept, tmp_path, name):
    def smuggle(entries):
        manifest = json.loads(entries["manifest.json"])
        manifest["files"][name] = manifest["files"]["community.db"]
        entries["manifest.json"] = json.dumps(manifest).encode()
        entries[name] = entries["community.db"]

    _refused(into(tmp_path), changed(kept, tmp_path / "x.zip", smuggle), "which no backup has")
    assert not (tmp_path / "outside.txt").exists()


@pytest.mark.parametrize(
    "names", [["texts/" + "n" * 300], ["texts/" + "学" * 120], ["texts/a", "texts/a/b"]]
)
def test_names_that_no_disk_can_have_are_refused(kept, tmp_path, names):
    def add(entries):
        manifest = json.loads(entries["manifest.json"])
        for name in names:
            manifest["files"][name] = manifest["files"]["community.db"]
            entries[name] = entries["community.db"]
        entries["manifest.json"] = json.dumps(manifest).encode()

    _refused(into(tmp_path), changed(kept, tmp_path / "x.zip", add), "Nothing was restored")


def test_an_encrypted_archive_is_refused(kept, tmp_path):
    content = bytearray(kept.read_bytes())
    place = -1
    while (place := content.find(b"PK\x01\x02", place + 1)) >= 0:
        content[place + 8] |= 1
    (tmp_path / "x.zip").write_bytes(content)
    _refused(into(tmp_path), tmp_path / "x.zip", "Use another copy")


def test_whichever_bit_is_turned_what_comes_back_is_what_was_kept(kept, settings, tmp_path):
    """A turned bit is refused in a sentence, or was in a place that holds nothing."""
    import random

    chance = random.Random(2)
    whole = kept.read_bytes()
    truth = {p.name: p.read_bytes() for p in (settings.data / "secrets").iterdir()}
    refused = 0
    for turn in range(120):
        content = bytearray(whole)
        # every second one near the end, where the list of entries stands
        first = 0 if turn % 2 else len(whole) - 700
        content[chance.randrange(first, len(content))] ^= 1 << chance.randrange(8)
        (tmp_path / "x.zip").write_bytes(content)
        to = into(tmp_path, f"turned-{turn}")
        try:
            keeping.restore(to, tmp_path / "x.zip")
        except KeepingError:
            refused += 1
        else:
            assert {p.name: p.read_bytes() for p in (to.data / "secrets").iterdir()} == truth
    assert refused > 60


def test_an_entry_beyond_the_manifest_is_refused(kept, tmp_path):
    def add(entries):
        entries["secrets/extra"] = b"key"

    _refused(into(tmp_path), changed(kept, tmp_path / "x.zip", add), "other files than it says")


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"[]",
        b"{}",
        b'{"format": "xinde-backup-1", "files": []}',
        b'{"format": "other", "files": {}}',
        b'{"format": "xinde-backup-1", "files": {"community.db": {"size": 1e999, "sha256": ""}}}',
        b"[" * 200_000,
    ],
)
def test_a_manifest_that_says_nothing_is_refused(kept, tmp_path, manifest):
    def replace(entries):
        entries["manifest.json"] = manifest

    _refused(into(tmp_path), changed(kept, tmp_path / "x.zip", replace), "Use another copy")


def test_what_is_larger_than_it_says_is_not_unpacked_to_its_end(kept, tmp_path):
    def bomb(entries):
        manifest = json.loads(entries["manifest.json"])
        manifest["files"]["texts/bomb.md"] = {"size": 10, "sha256": "0" * 64}
        entries["manifest.json"] = json.dumps(manifest).encode()
        entries["texts/bomb.md"] = b"0" * 5_000_000

    _refused(into(tmp_path), changed(kept, tmp_path / "x.zip", bomb), "damaged")


def test_a_file_that_is_no_backup_is_refused(tmp_path):
    other = tmp_path / "holiday.zip"
    other.write_bytes(b"not a zip at all")
    _refused(into(tmp_path), other, "no backup of Xinde")
    _refused(into(tmp_path), tmp_path / "missing.zip", "There is no file")


def test_nothing_to_keep_is_said(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(KeepingError, match="no community database"):
        keeping.backup(into(tmp_path, "empty"), tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()


def test_postgresql_without_pg_dump_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    found = Settings(data=tmp_path, database_url="postgresql://localhost/x")
    with pytest.raises(KeepingError, match="pg_dump"):
        keeping.backup(found, tmp_path / "b.zip")
