"""Backup and restore: what may never be lost, in one file that can be checked.

In the file are the community database, the secrets (without them no session,
password or derived id fits any more) and the organisation's own texts, with a
manifest of sizes and sha256. The library, the index and the models are not:
they are made again.
"""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from webapp import setup

if TYPE_CHECKING:
    from webapp.settings import Settings

FORMAT = "xinde-backup-1"
MANIFEST = "manifest.json"
SQLITE, DUMP = "community.db", "community.dump"
MOST_ENTRIES = 200_000
_WORKING, _RESTORING = ".xinde-backup-", ".restoring-"  # folders that are there meanwhile
_NAME = re.compile(r"(community\.(db|dump)|secrets/[A-Za-z0-9_-]{1,40}|texts/.{1,400})", re.S)


# What reading a broken or hostile archive may raise.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    TypeError,
    AttributeError,
    ValueError,  # names that are no UTF-8, too
    OverflowError,
    NotImplementedError,
    RuntimeError,  # encrypted; RecursionError of a manifest nested without end
)
# What a file system says to a name that it cannot have.
_BAD_NAME = {errno.ENAMETOOLONG, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.EINVAL}


class KeepingError(Exception):
    """A backup cannot be made or restored; the message names the thing and the cure."""


# Backup


def backup(settings: Settings, target: Path) -> dict[str, Any]:
    """Write the backup; returns its manifest. Never overwrites a file."""
    if target.exists():
        raise KeepingError(
            f"{target} is there already and is not overwritten. Choose another name."
        )
    if not target.parent.is_dir():
        raise KeepingError(f"There is no folder {target.parent}. Make it, or choose another place.")
    _clear_after_killed(target.parent)
    with tempfile.TemporaryDirectory(
        dir=target.parent, prefix=f"{_WORKING}{os.getpid()}-"
    ) as folder:
        files = {_copy_community(settings, Path(folder)).name: Path(folder)}
        sources = {name: place / name for name, place in files.items()}
        for kind in ("secrets", "texts"):
            sources |= {
                f"{kind}/{p}": settings.data / kind / p for p in _below(settings.data / kind)
            }
        manifest = _manifest(sources)
        part = Path(folder) / "whole.zip"
        _pack(part, manifest, sources)
        try:
            os.link(part, target)  # unlike a rename it never replaces what is there
        except FileExistsError:
            raise KeepingError(
                f"{target} is there already and is not overwritten. Choose another name."
            ) from None
        except OSError:  # a file system without links
            part.rename(target)
    return manifest


def _clear_after_killed(folder: Path) -> None:
    """Remove what a backup that was killed left behind: it holds people's words."""
    for left in folder.glob(f"{_WORKING}*"):
        process = left.name.removeprefix(_WORKING).partition("-")[0]
        if process.isdigit() and not Path("/proc", process).exists():
            shutil.rmtree(left, ignore_errors=True)


def _below(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    return sorted(
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*")
        if file.is_file() and not file.is_symlink() and not file.name.endswith(".part")
    )


def _copy_community(settings: Settings, folder: Path) -> Path:
    if settings.community_url.startswith("sqlite"):
        return _copy_sqlite(_sqlite_path(settings), folder / SQLITE)
    return _dump_postgres(settings, folder / DUMP)


def _sqlite_path(settings: Settings) -> Path:
    return Path(settings.community_url.removeprefix("sqlite:///"))


def _copy_sqlite(source: Path, target: Path) -> Path:
    """A copy of one moment, taken while others may write."""
    if not source.exists():
        raise KeepingError(
            f"There is no community database at {source}: nothing to keep yet. Is XINDE_DATA right?"
        )
    target.touch(mode=0o600)
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=30)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        copy.execute("pragma journal_mode=delete")
        found = copy.execute("pragma integrity_check").fetchone()[0]
    if found != "ok":
        raise KeepingError(
            f"The community database {source} is damaged ({found}). Nothing was written. See: xinde doctor"
        )
    return target


def _dump_postgres(settings: Settings, target: Path) -> Path:
    program = shutil.which("pg_dump")
    if program is None:
        raise KeepingError(
            "The community database is PostgreSQL, and the program pg_dump is not here. "
            "Install the PostgreSQL client (Debian: postgresql-client) and run the same command again."
        )
    url = settings.community_url.replace("postgresql+psycopg://", "postgresql://", 1)
    target.touch(mode=0o600)
    done = subprocess.run(  # noqa: S603
        [program, "--format=custom", "--no-owner", f"--file={target}", f"--dbname={url}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise KeepingError(
            f"pg_dump could not copy the community database: {said[-1] if said else 'no reason given'}"
        )
    return target


def _manifest(sources: dict[str, Path]) -> dict[str, Any]:
    files = {
        name: {"size": path.stat().st_size, "sha256": _hash(path)} for name, path in sources.items()
    }
    return {
        "format": FORMAT,
        "made_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "bytes": sum(path.stat().st_size for path in sources.values()),
        "files": files,
    }


def _hash(path: Path) -> str:
    with open(path, "rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _pack(target: Path, manifest: dict[str, Any], sources: dict[str, Path]) -> None:
    target.touch(mode=0o600)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
        for name, path in sources.items():
            packed.write(path, name)
    with open(target, "rb") as whole:
        os.fsync(whole.fileno())


# Restore


def restore(settings: Settings, source: Path) -> int:
    """Put a backup into an empty data folder; how many files. Nothing is written
    there before all of it was checked."""
    data = settings.data
    _must_be_empty(data)
    for left in data.glob(f"{_RESTORING}*"):
        shutil.rmtree(left)
    setup.folder(settings)
    with _opened(source) as packed:
        manifest = _checked_manifest(packed, source)
        _enough_room(data, manifest)
        with tempfile.TemporaryDirectory(dir=data, prefix=_RESTORING) as folder:
            _unpack(packed, manifest, Path(folder), source)
            _fits(settings, Path(folder), source)
            for name in sorted(manifest["files"], key=lambda n: n == SQLITE):  # the database last
                if name == DUMP:
                    continue
                target = data / name
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                (Path(folder) / name).replace(target)
    return len(manifest["files"])


def _must_be_empty(data: Path) -> None:
    """A restore that was stopped may be run again: the database comes last, so
    without one nothing was done with the folder meanwhile."""
    if any(data.glob(f"{_RESTORING}*")) and not (data / SQLITE).exists():
        return
    present = [
        name
        for name in (SQLITE, "secrets", "texts", "library.db", "jobs.db")
        if (data / name).is_file() or _below(data / name)
    ]
    if present:
        raise KeepingError(
            f"The data folder {data.resolve()} is not empty (it has {', '.join(present)}), and nothing in it is overwritten. "
            "Restore into a new one: XINDE_DATA=./restored xinde restore FILE"
        )


@contextmanager
def _opened(source: Path) -> Iterator[zipfile.ZipFile]:
    if not source.is_file():
        raise KeepingError(
            f"There is no file {source}. Check the path and run the same command again."
        )
    try:
        packed = zipfile.ZipFile(source)
    except _BROKEN:
        raise KeepingError(
            f"{source} is no backup of Xinde, or a part of it is missing. Use another copy."
        ) from None
    with packed:
        yield packed


def _checked_manifest(packed: zipfile.ZipFile, source: Path) -> dict[str, Any]:
    """The manifest, when it and the list of entries are what a backup has."""
    entries = [info.filename for info in packed.infolist()]
    try:
        if len(entries) > MOST_ENTRIES or packed.getinfo(MANIFEST).file_size > 100_000_000:
            raise ValueError
        manifest = json.loads(packed.read(MANIFEST))
        files = manifest["files"]
        good = manifest["format"] == FORMAT and isinstance(files, dict)
        sizes = [int(facts["size"]) for facts in files.values()]
        good = good and all(size >= 0 for size in sizes)
        good = good and all(isinstance(facts["sha256"], str) for facts in files.values())
    except _BROKEN:
        good = False
    if not good:
        raise KeepingError(
            f"{source} is no backup of Xinde that this version can read. Use another copy."
        )
    if sorted(entries) != sorted([MANIFEST, *files]):
        raise KeepingError(
            f"{source} holds other files than it says. It was changed; use another copy."
        )
    for name in files:
        _check_name(name, source)
    return dict(manifest)


def _check_name(name: str, source: Path) -> None:
    """Nothing may land outside the data folder, or on top of something else."""
    parts = name.split("/")
    hostile = "\\" in name or "\x00" in name or any(part in ("", ".", "..") for part in parts)
    if hostile or not _NAME.fullmatch(name):
        raise KeepingError(
            f"{source} holds a file named {name[:80]!r}, which no backup has. It was changed; use another copy."
        )


def _enough_room(data: Path, manifest: dict[str, Any]) -> None:
    needed = sum(int(facts["size"]) for facts in manifest["files"].values())
    if shutil.disk_usage(data).free < needed + setup.ROOM_NEEDED:
        raise KeepingError(
            f"The backup needs {needed:,} bytes, more than the disk of {data.resolve()} has free. Make room and try again."
        )


def _unpack(packed: zipfile.ZipFile, manifest: dict[str, Any], folder: Path, source: Path) -> None:
    for name, facts in manifest["files"].items():
        target = folder / name
        digest, left = hashlib.sha256(), int(facts["size"])
        try:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with (
                packed.open(name) as inside,
                open(os.open(target, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as out,
            ):
                while chunk := inside.read(1 << 20):
                    left -= len(chunk)
                    if left < 0:
                        break  # more than it says: a bomb is not unpacked to its end
                    digest.update(chunk)
                    out.write(chunk)
        except OSError as problem:
            if problem.errno not in _BAD_NAME:
                raise
            left = -1
        except _BROKEN:
            left = -1
        if left != 0 or digest.hexdigest() != facts["sha256"]:
            raise KeepingError(
                f"{source} is damaged: {name[:80]} is not what was kept. Nothing was restored; use another copy."
            )


def _fits(settings: Settings, folder: Path, source: Path) -> None:
    """The database in the backup is whole, and of a kind these settings use."""
    if (folder / DUMP).exists():
        raise KeepingError(
            f"{source} holds a PostgreSQL database. Restore it with pg_restore from the file {DUMP} inside (unzip it), "
            "unpack secrets and texts into the data folder, and run: xinde doctor"
        )
    if not (folder / SQLITE).exists():
        raise KeepingError(f"{source} holds no community database. Use another copy.")
    if settings.database_url:
        raise KeepingError(
            f"{source} holds an SQLite database, but DATABASE_URL names another one. Unset it and run the same command again."
        )
    try:
        with closing(sqlite3.connect(folder / SQLITE)) as found:
            state = found.execute("pragma integrity_check").fetchone()[0]
            found.execute("select count(*) from organisations").fetchone()
            found.execute("select version_num from alembic_version").fetchone()
    except sqlite3.Error as problem:
        state = str(problem)
    if state != "ok":
        raise KeepingError(
            f"The community database in {source} is damaged ({state}). Nothing was restored; use another copy."
        )
