"""Which sentence a person reads when a command cannot go on."""

from __future__ import annotations

import errno
import sqlite3
import sys

LITTLE = 1024 * 1024  # bytes free; below, a write that failed failed for want of room


def sentence(error: BaseException) -> str | None:
    """What happened, to which thing, and the cure; None for a fault of ours,
    which deserves its traceback."""
    if isinstance(error, _expected()):
        return _told_of_the_disk(str(error)) or str(error)
    if isinstance(error, sqlite3.Error):
        return _sqlite(str(error))
    if "sqlalchemy" in sys.modules:
        import sqlalchemy.exc

        if isinstance(error, sqlalchemy.exc.OperationalError):
            return _database(str(error.orig))
    if isinstance(error, OSError):
        return _disk(error)
    return None


def _told_of_the_disk(message: str) -> str | None:
    """What SQLite says of a full or read-only disk sounds like a damaged file; the
    cure for those, to delete the file, would do harm."""
    if "disk I/O error" in message and _is_full():
        return _full()
    if "readonly database" in message:
        return _not_writable()
    return None


def _is_full() -> bool:
    import shutil

    try:
        return shutil.disk_usage(_folder()).free < LITTLE
    except OSError:
        return False


def _full() -> str:
    return f"The disk that holds {_folder()} is full. Make room and run the same command again; nothing was lost."


def _not_writable() -> str:
    return f"{_folder()} cannot be written. Give this user the right to write there, or set XINDE_DATA to another folder."


def _expected() -> tuple[type[BaseException], ...]:
    """The errors that are drawn for people. Only packages that were imported can
    have raised any."""
    found: list[type[BaseException]] = []
    for module, name in (
        ("webapp.settings", "SettingsError"),
        ("webapp.setup", "SetupError"),
        ("webapp.serve", "ServeError"),
        ("webapp.loading", "LoadError"),
        ("webapp.keeping", "KeepingError"),
        ("webapp.members.accounts", "MailError"),
        ("webapp.members.actions", "JoinError"),
        ("corpus.texts", "CorpusError"),
        ("models.text_model", "ModelError"),
        ("recommender.errors", "RecommenderError"),
    ):
        kind = getattr(sys.modules.get(module), name, None)
        if kind is not None:
            found.append(kind)
    return tuple(found)


def _folder() -> str:
    from webapp import settings

    try:
        return str(settings.read().data.resolve())
    except settings.SettingsError:
        return "the data folder"


def _sqlite(message: str) -> str:
    folder = _folder()
    if "full" in message or ("disk I/O error" in message and _is_full()):
        return _full()
    if "readonly" in message or "unable to open" in message:
        return _not_writable()
    if "locked" in message:
        return f"A database in {folder} is busy. Wait until the other command has ended and run this one again."
    if "no such table" in message:
        return f"The database in {folder} is not set up. Start Xinde once with: xinde serve"
    return (
        f"A database in {folder} cannot be used ({message}). See what is wrong with: xinde doctor"
    )


def _database(message: str) -> str:
    first = message.strip().splitlines()[0] if message.strip() else "no answer"
    if _is_elsewhere():
        return f"The database at DATABASE_URL does not answer: {first}. Is it running, and is the address right?"
    return _sqlite(first)


def _is_elsewhere() -> bool:
    """Whether people's words are in a database that is no file in the data folder."""
    from webapp import settings

    try:
        return bool(settings.read().database_url)
    except settings.SettingsError:
        return False


def _disk(error: OSError) -> str | None:
    where = error.filename or _folder()
    if error.errno == errno.ENOSPC or error.errno == errno.EDQUOT:
        return _full()
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{where} cannot be written or read ({error.strerror}). Give this user the right to it, or set XINDE_DATA to another folder."
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EISDIR):
        return f"{where}: {error.strerror}. Check the path and run the same command again."
    return None
