"""What becomes of the files in a folder: new, changed, same, gone, duplicate or refused, and why.

The library remembers every file by size, time and hash, so that only what
changed is read and written. Each text is one transaction: whenever a build is
interrupted, the same command goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from corpus import formats, passages, slugs
from corpus.child import Reader
from corpus.library import Library, now
from corpus.records import FileRecord, Label
from corpus.texts import CorpusError, LibraryBroken, Text, TextRefused

# Another number reads every file again.
MADE_WITH = f"formats {formats.VERSION}, passages {passages.VERSION}, words 1"

Progress = Callable[[int, int], None]  # files done, files in all


@dataclass(frozen=True)
class Outcome:
    """A file and what was found."""

    file: str
    why: str


@dataclass
class BuildReport:
    """What a build did. New, changed, same and gone are slugs of texts."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    duplicates: list[Outcome] = field(default_factory=list)
    refused: list[Outcome] = field(default_factory=list)

    @property
    def anything_changed(self) -> bool:
        return bool(self.new or self.changed or self.gone)


@dataclass(frozen=True)
class _Found:
    """A file on disk."""

    path: str
    folder: str
    size: int
    mtime_ns: int


def build(
    library_path: Path,
    folders: Sequence[Path],
    *,
    themes: Sequence[Label] = (),
    roles: Sequence[Label] = (),
    progress: Progress | None = None,
) -> BuildReport:
    """Makes the library agree with `folders`, and says what happened.

    Texts whose file is gone from one of these folders are withdrawn; texts
    from elsewhere are left alone. A folder that is missing, cannot be read, or
    is suddenly empty is an error, and then nothing at all is changed.
    """
    found = [file for folder in folders for file in _files(Path(folder))]
    _one_each(found)
    with Library.create(library_path) as library:
        _must_write(library)
        _nothing_vanished(library, [Path(f) for f in folders], found)
        report = _take(library, found, progress)
        _withdraw_gone(library, [Path(f) for f in folders], found, report)
        if themes or roles:
            library.put_labels(themes, roles)
        library.end_build()
    return report


def add_files(
    library_path: Path, files: Sequence[Path], *, progress: Progress | None = None
) -> BuildReport:
    """Adds single files, or brings them up to date. Withdraws nothing."""
    found = [_single(Path(file)) for file in files]
    with Library.create(library_path) as library:
        _must_write(library)
        report = _take(library, found, progress)
        library.end_build()
    return report


# What is on disk


def _files(folder: Path) -> list[_Found]:
    root = os.path.abspath(folder)
    if os.path.isfile(root):
        raise CorpusError(
            f"{folder} is a file, not a folder. Nothing was changed. Name the folder it is in."
        )
    if not os.path.isdir(root):
        raise CorpusError(
            f"The folder {folder} is not there. Nothing was changed. "
            "Is its disk connected? Check the path and run again."
        )

    def unreadable(error: OSError) -> None:
        raise CorpusError(
            f"The folder {error.filename} cannot be read: {error.strerror}. Nothing was changed. "
            "Give this user access to it and run again."
        ) from error

    found = []
    for here, below, names in os.walk(root, onerror=unreadable):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and (file := _facts(os.path.join(here, name), root)):
                found.append(file)
    return found


def _facts(path: str, folder: str) -> _Found | None:
    try:
        facts = os.stat(path)
    except OSError:
        return None  # a dangling link, or removed this moment
    return _Found(path, folder, facts.st_size, facts.st_mtime_ns)


def _single(file: Path) -> _Found:
    found = _facts(os.path.abspath(file), "")
    if found is None:
        raise CorpusError(f"There is no file {file}. Check the path and run again.")
    return found


def _one_each(found: list[_Found]) -> None:
    """One folder inside another is fine; each file counts for the first."""
    seen: set[str] = set()
    found[:] = [f for f in found if not (f.path in seen or seen.add(f.path))]  # type: ignore[func-returns-value]


def _must_write(library: Library) -> None:
    if not os.access(library.path.parent, os.W_OK) or not os.access(library.path, os.W_OK):
        raise LibraryBroken(
            f"The library {library.path} cannot be written. "
            "Give this user write access to the file and its folder and run again."
        )


def _nothing_vanished(library: Library, folders: Sequence[Path], found: Sequence[_Found]) -> None:
    """An empty mount point looks like a folder from which everything was removed."""
    present = {file.folder for file in found}
    files = [file for file in library.files() if file.outcome == "imported" and file.slug]
    shown = library.texts_by_slug([str(file.slug) for file in files])
    known = {file.folder for file in files if file.slug in shown}
    for folder in folders:
        root = os.path.abspath(folder)
        if root in known and root not in present:
            raise CorpusError(
                f"The folder {folder} gave texts before and is empty now. Nothing was changed. "
                "Is its disk connected? To take its texts out on purpose, withdraw each with: xinde library withdraw SLUG"
            )


# Taking files in


class _Shelf:
    """What the library knows of files, kept current while a build goes on."""

    def __init__(self, library: Library, found: Sequence[_Found]) -> None:
        self._here = {file.path for file in found}
        self.by_path = {record.path: record for record in library.files()}
        self.by_slug = {r.slug: r for r in self.by_path.values() if r.slug}
        self.by_hash = {r.sha256: r for r in self.by_path.values() if r.outcome == "imported"}

    def note(self, record: FileRecord) -> None:
        self.by_path[record.path] = record
        if record.slug:
            self.by_slug[record.slug] = record
        if record.outcome == "imported":
            self.by_hash[record.sha256] = record

    def left(self, record: FileRecord) -> bool:
        """Whether the file of `record` is no longer where it was, so that its
        text may be taken over by the same file elsewhere. A file that was added
        by itself may be removed by whoever added it; its text stays."""
        return bool(record.folder) and not (
            record.path in self._here or os.path.exists(record.path)
        )

    def original(self, sha256: str, path: str) -> FileRecord | None:
        """Another file with the same content that is in the library already."""
        other = self.by_hash.get(sha256)
        return other if other and other.path != path and not self.left(other) else None

    def slug_for(self, text: Text, found: _Found, sha256: str) -> tuple[str, str | None]:
        """The slug of a file's text, and the path of the file it takes over."""
        before = self.by_path.get(found.path)
        if before and before.slug:
            return before.slug, None
        moved = self.by_hash.get(sha256)
        if moved and moved.slug and moved.path != found.path and self.left(moved):
            return moved.slug, moved.path
        holder = self.by_slug.get(text.slug)
        if holder is None or holder.path == found.path:
            return text.slug, None
        if self.left(holder):
            return text.slug, holder.path
        place = os.path.relpath(found.path, found.folder) if found.folder else found.path
        return slugs.with_suffix(text.slug, slugs.short_hash(place, 5)), None


def _take(library: Library, found: Sequence[_Found], progress: Progress | None) -> BuildReport:
    report = BuildReport()
    shelf = _Shelf(library, found)
    notes: list[FileRecord] = []
    with Reader() as reader:
        for done, file in enumerate(found):
            note = _take_one(library, reader, shelf, file, report)
            if note:
                notes.append(note)
            if progress:
                progress(done + 1, len(found))
    if notes:
        library.note_files(notes)
    return report


def _take_one(
    library: Library, reader: Reader, shelf: _Shelf, file: _Found, report: BuildReport
) -> FileRecord | None:
    """Takes a file in; returns what is to be remembered of it where no text was written."""
    before = shelf.by_path.get(file.path)
    untouched = before and (before.size, before.mtime_ns) == (file.size, file.mtime_ns)
    if before and untouched and _stands(before, shelf, before.sha256):
        _report_again(before, report)
        return None
    try:
        sha256 = _hash(file)
    except OSError as error:
        return _refuse(file, "", f"cannot be read: {error.strerror}.", shelf, report)
    if before and _stands(before, shelf, sha256):
        _report_again(before, report)
        return replace(before, size=file.size, mtime_ns=file.mtime_ns, checked_at=now())
    if original := shelf.original(sha256, file.path):
        why = f"The same as {original.path}"
        report.duplicates.append(Outcome(file.path, why))
        record = _file_record(file, sha256, None, "duplicate", why)
        shelf.note(record)
        return record
    try:
        text = reader.read(Path(file.path))
    except TextRefused as refused:
        return _refuse(file, sha256, str(refused), shelf, report)
    _put(library, shelf, file, sha256, text, report)
    return None


def _put(
    library: Library, shelf: _Shelf, file: _Found, sha256: str, text: Text, report: BuildReport
) -> None:
    slug, taken_over = shelf.slug_for(text, file, sha256)
    is_new = library.text(slug) is None
    record = _file_record(file, sha256, slug, "imported", "")
    library.put(replace(text, slug=slug), record)
    if taken_over:
        library.note_files([], forget=[taken_over])
        shelf.by_path.pop(taken_over, None)
    shelf.note(record)
    (report.new if is_new else report.changed).append(slug)


def _stands(before: FileRecord, shelf: _Shelf, sha256: str) -> bool:
    """Whether what was found out about a file of this content still holds."""
    if before.sha256 != sha256 or before.made_with != MADE_WITH:
        return False
    if before.outcome == "duplicate":
        return shelf.original(sha256, before.path) is not None
    return before.outcome in ("imported", "refused")


def _report_again(before: FileRecord, report: BuildReport) -> None:
    if before.outcome == "refused":
        report.refused.append(Outcome(before.path, before.why))
    elif before.outcome == "duplicate":
        report.duplicates.append(Outcome(before.path, before.why))
    elif before.slug:
        report.same.append(before.slug)


def _refuse(file: _Found, sha256: str, why: str, shelf: _Shelf, report: BuildReport) -> FileRecord:
    before = shelf.by_path.get(file.path)
    slug = before.slug if before else None
    if slug:
        why += " The text as it was before stays in the library."
    report.refused.append(Outcome(file.path, why))
    record = _file_record(file, sha256, slug, "refused", why)
    shelf.note(record)
    return record


def _file_record(file: _Found, sha256: str, slug: str | None, outcome: str, why: str) -> FileRecord:
    return FileRecord(
        path=file.path,
        folder=file.folder,
        size=file.size,
        mtime_ns=file.mtime_ns,
        sha256=sha256,
        slug=slug,
        outcome=outcome,  # type: ignore[arg-type]
        why=why,
        made_with=MADE_WITH,
        checked_at=now(),
    )


def _hash(file: _Found) -> str:
    if file.size > formats.MAX_BYTES or not os.path.isfile(file.path):
        return f"unread:{file.size}"  # it will be refused; reading gigabytes first helps nobody
    with open(file.path, "rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _withdraw_gone(
    library: Library, folders: Sequence[Path], found: Sequence[_Found], report: BuildReport
) -> None:
    roots = {os.path.abspath(folder) for folder in folders}
    here = {file.path for file in found}
    forget = []
    for record in library.files():
        if record.folder not in roots or record.path in here or record.outcome == "gone":
            continue
        if record.slug:
            library.gone(replace(record, outcome="gone", why="The file is gone", checked_at=now()))
            report.gone.append(record.slug)
        else:
            forget.append(record.path)
    if forget:
        library.note_files([], forget=forget)
