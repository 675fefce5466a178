"""What becomes of files: imported, a duplicate of another, or refused, and why.

The library remembers every file by size, time and hash, so that only what
changed is read and written. Each text is one transaction: whenever a build is
interrupted, the same command goes on where it stopped.

`build` makes the library agree with folders. `add_files` brings single files:
what can be read is copied into a folder of ours, so that the library can be
built again without the stranger's disk.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from corpus import alike, formats, passages, slugs
from corpus.alike import Sketch
from corpus.child import Reader
from corpus.decisions import Version
from corpus.library import Library
from corpus.library_writing import Compared, now
from corpus.records import FileRecord, Label
from corpus.texts import CorpusError, LibraryBroken, Text, TextRefused

# Another number reads every file again.
MADE_WITH = f"formats {formats.VERSION}, passages {passages.VERSION}, words 1"

HASHED = 256 << 20  # bytes beyond which a file is refused without reading it all

Progress = Callable[[int, int], None]  # files done, files in all


@dataclass(frozen=True)
class Outcome:
    """What became of one file."""

    file: str
    why: str  # of an imported file "", or of which text it is a version
    outcome: str = ""  # "imported", "duplicate" or "refused"
    slug: str | None = None  # of the text it became, or of which it is a duplicate
    state: str = ""  # of an imported one: "new", "changed" or "same"


@dataclass
class BuildReport:
    """What a build did. New, changed, same and gone are slugs of texts."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    duplicates: list[Outcome] = field(default_factory=list)
    refused: list[Outcome] = field(default_factory=list)
    files: list[Outcome] = field(default_factory=list)  # every file that was looked at

    @property
    def anything_changed(self) -> bool:
        return bool(self.new or self.changed or self.gone)

    def note(self, told: Outcome) -> None:
        self.files.append(told)
        if told.outcome == "refused":
            self.refused.append(told)
        elif told.outcome == "duplicate":
            self.duplicates.append(told)
        elif told.slug:
            getattr(self, told.state).append(told.slug)


@dataclass(frozen=True)
class Brought:
    """A file that somebody brings, and where it is kept if it can be read."""

    source: Path
    keep: Path
    name: str = ""  # what it is remembered by; "": its path


@dataclass(frozen=True)
class _Found:
    """A file on disk."""

    path: str
    folder: str
    size: int
    mtime_ns: int
    name: str  # what the library remembers it by
    keep: str | None = None  # where it is copied to if it can be read
    root: str = ""  # the folder that `keep` is below

    @property
    def kept_name(self) -> str:
        """What its text's file is remembered by."""
        return _name(self.keep) if self.keep else self.name


def _name(path: str) -> str:
    """A path as it can be kept in a database: names may hold bytes that are no text."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


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
    library_path: Path,
    brought: Sequence[Brought],
    *,
    folder: Path,
    progress: Progress | None = None,
) -> BuildReport:
    """Brings single files: each that can be read is copied to its place below
    `folder` and becomes a text, or replaces the text that its place holds.
    Withdraws nothing. What is there already is not read again.
    """
    root = os.path.abspath(folder)
    found = [_single(b, root) for b in brought]
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
    return _Found(path, folder, facts.st_size, facts.st_mtime_ns, _name(path))


def _single(brought: Brought, root: str) -> _Found:
    path, keep = os.path.abspath(brought.source), os.path.abspath(brought.keep)
    found = _facts(path, root if path == keep else "")
    if found is None:
        raise CorpusError(f"There is no file {brought.source}. Check the path and run again.")
    if path == keep:
        return found
    return replace(found, name=brought.name or found.name, keep=keep, root=root)


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
    present = {_name(file.folder) for file in found}
    files = [file for file in library.files() if file.outcome == "imported" and file.slug]
    shown = library.texts_by_slug([str(file.slug) for file in files])
    known = {file.folder for file in files if file.slug in shown}
    for folder in folders:
        root = _name(os.path.abspath(folder))
        if root in known and root not in present:
            raise CorpusError(
                f"The folder {folder} gave texts before and is empty now. Nothing was changed. "
                "Is its disk connected? To take its texts out on purpose, withdraw each with: xinde library withdraw SLUG"
            )


# Taking files in


class _Shelf:
    """What the library knows of files and texts, kept current while a build goes on."""

    def __init__(self, library: Library, found: Sequence[_Found]) -> None:
        self._here = {file.name for file in found}
        self.by_path = {record.path: record for record in library.files()}
        self.by_slug = {r.slug: r for r in self.by_path.values() if r.slug}
        self.by_hash = {r.sha256: r for r in self.by_path.values() if r.outcome == "imported"}
        self._sketches: dict[str, tuple[str | None, Sketch]] | None = None
        self._library = library

    def note(self, record: FileRecord) -> None:
        self.by_path[record.path] = record
        if record.slug:
            self.by_slug[record.slug] = record
        if record.outcome == "imported":
            self.by_hash[record.sha256] = record

    def before(self, file: _Found) -> list[FileRecord]:
        """What was found out the last time about a file, and about its copy."""
        known = [self.by_path.get(file.name)]
        if file.keep and os.path.exists(file.keep):
            known.insert(0, self.by_path.get(file.kept_name))
        return [record for record in known if record]

    def left(self, record: FileRecord) -> bool:
        """Whether the file of `record` is no longer where it was, so that its
        text may be taken over by the same file elsewhere."""
        return bool(record.folder) and not (
            record.path in self._here or os.path.exists(record.path)
        )

    def original(self, sha256: str, file: _Found) -> FileRecord | None:
        """Another file with the same content that is in the library already."""
        other = self.by_hash.get(sha256)
        own = (file.name, file.kept_name)
        return other if other and other.path not in own and not self.left(other) else None

    def holds(self, slug: str | None) -> bool:
        """Whether a text's file is there."""
        holder = self.by_slug.get(slug or "")
        return holder is not None and holder.outcome == "imported" and not self.left(holder)

    def slug_for(self, text: Text, found: _Found, sha256: str) -> tuple[str, str | None]:
        """The slug of a file's text, and the path of the file it takes over."""
        before = self.by_path.get(found.kept_name)
        if before and before.slug:
            return before.slug, None
        moved = self.by_hash.get(sha256)
        if moved and moved.slug and moved.path != found.kept_name and self.left(moved):
            return moved.slug, moved.path
        holder = self.by_slug.get(text.slug)
        if holder is None or holder.path == found.kept_name:
            return text.slug, None
        if self.left(holder):
            return text.slug, holder.path
        place = os.path.relpath(found.path, found.folder) if found.folder else found.kept_name
        return slugs.with_suffix(text.slug, slugs.short_hash(_name(place), 5)), None

    # Texts that are alike

    def kin(self, slug: str, sketch: Sketch) -> tuple[alike.Kind, str, Version] | None:
        """To which text of the library this one is kin, and how: the nearest."""
        found: dict[alike.Kind, tuple[str, Version]] = {}
        for other, (group, known) in self._known().items():
            if other != slug and (kind := alike.kinship(sketch, known)):
                found.setdefault(kind, (other, Version(group or other, kind)))
        for kind in ("same", "edition", "translation"):
            if kind in found:
                return kind, *found[kind]
        return None

    def sketched(self, slug: str, sketch: Sketch, found: Version) -> None:
        known = self._known()
        known[slug] = (found.group, sketch)
        if found.group in known:
            known[str(found.group)] = (found.group, known[str(found.group)][1])

    def _known(self) -> dict[str, tuple[str | None, Sketch]]:
        if self._sketches is None:  # not read where no file is new
            self._sketches = {s: (group, sketch) for s, group, sketch in self._library.sketches()}
        return self._sketches


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
    before = shelf.before(file)
    for record in before:
        untouched = (record.size, record.mtime_ns) == (file.size, file.mtime_ns)
        if untouched and _stands(record, shelf, record.sha256):
            report.note(_told_again(file, record))
            return None
    try:
        sha256 = _hash(file)
    except OSError as error:
        return _refuse(file, "", f"It cannot be read: {error.strerror}.", shelf, report)
    for record in before:
        if _stands(record, shelf, sha256):
            report.note(_told_again(file, record))
            return replace(record, size=file.size, mtime_ns=file.mtime_ns, checked_at=now())
    if original := shelf.original(sha256, file):
        why = f"The same file as {_titled(library, original.slug)}"
        return _duplicate(file, sha256, original.slug, why, shelf, report)
    try:
        text = reader.read(Path(file.path), folder=Path(file.folder) if file.folder else None)
    except TextRefused as refused:
        return _refuse(file, sha256, str(refused), shelf, report)
    return _put(library, shelf, file, sha256, text, report)


def _put(
    library: Library, shelf: _Shelf, file: _Found, sha256: str, text: Text, report: BuildReport
) -> FileRecord | None:
    slug, taken_over = shelf.slug_for(text, file, sha256)
    sketch = alike.sketch(text, Path(file.kept_name).stem)
    is_new = library.text(slug) is None
    kind, other, found = shelf.kin(slug, sketch) or (None, "", Version())
    if kind == "same" and is_new and not taken_over and shelf.holds(other):
        why = f"The same words as {_titled(library, other)}"
        return _duplicate(file, sha256, other, why, shelf, report)
    if kind == "same":
        found = replace(found, why="edition")
    why = ""
    if kind:
        what = "A translation" if kind == "translation" else "Another edition"
        why = f"{what} of {_titled(library, other)}"
    try:
        kept = _keep(file)
    except OSError as error:
        why = f"It cannot be kept in {Path(str(file.keep)).parent}: {error.strerror}."
        return _refuse(file, sha256, why, shelf, report)
    record_of_file = _file_record(kept, sha256, slug, "imported", why)
    library.put(replace(text, slug=slug), record_of_file, compared=Compared(sketch, found))
    forget = [p for p in (taken_over, file.name) if p and p != kept.name]
    forget = [p for p in forget if p in shelf.by_path]
    if forget:
        library.note_files([], forget=forget)
        for path in forget:
            shelf.by_path.pop(path, None)
    shelf.note(record_of_file)
    shelf.sketched(slug, sketch, found)
    state = "new" if is_new else "changed"
    report.note(Outcome(file.name, why, "imported", slug, state))
    return None


def _titled(library: Library, slug: str | None) -> str:
    record = library.text(slug or "", withdrawn=True)
    return f'"{record.title}" ({slug})' if record else f"{slug}"


def _keep(file: _Found) -> _Found:
    """The file where it stays: copied whole to its place, or where it is."""
    if file.keep is None:
        return file
    target = Path(file.keep)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{secrets.token_hex(4)}.part")
    try:
        shutil.copyfile(file.path, part)
        with contextlib.suppress(OSError):
            shutil.copystat(file.path, part)
            part.chmod(0o600)  # files of the data folder are its owner's alone
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    facts = target.stat()
    return _Found(file.keep, file.root, facts.st_size, facts.st_mtime_ns, file.kept_name)


def _stands(before: FileRecord, shelf: _Shelf, sha256: str) -> bool:
    """Whether what was found out about a file of this content still holds."""
    if before.sha256 != sha256 or before.made_with != MADE_WITH:
        return False
    if before.outcome == "duplicate":
        return shelf.holds(before.same_as)
    return before.outcome in ("imported", "refused")


def _told_again(file: _Found, before: FileRecord) -> Outcome:
    if before.outcome == "imported":
        return Outcome(file.name, before.why, "imported", before.slug, "same")
    return Outcome(file.name, before.why, before.outcome, before.same_as)


def _duplicate(
    file: _Found, sha256: str, same_as: str | None, why: str, shelf: _Shelf, report: BuildReport
) -> FileRecord:
    report.note(Outcome(file.name, why, "duplicate", same_as))
    record = replace(_file_record(file, sha256, None, "duplicate", why), same_as=same_as)
    shelf.note(record)
    return record


def _refuse(file: _Found, sha256: str, why: str, shelf: _Shelf, report: BuildReport) -> FileRecord:
    before = shelf.by_path.get(file.kept_name)
    slug = before.slug if before else None
    if slug:
        why += " The text as it was before stays in the library."
    report.note(Outcome(file.name, why, "refused"))
    record = _file_record(file, sha256, None if file.keep else slug, "refused", why)
    shelf.note(record)
    return record


def _file_record(file: _Found, sha256: str, slug: str | None, outcome: str, why: str) -> FileRecord:
    return FileRecord(
        path=file.name,
        folder=_name(file.folder),
        size=file.size,
        mtime_ns=file.mtime_ns,
        sha256=sha256,
        slug=slug,
        outcome=outcome,  # type: ignore[arg-type]
        why=why,
        made_with=MADE_WITH,
        checked_at=now(),
        kind=Path(file.name).suffix.lower().lstrip(".")[:8],
    )


def _hash(file: _Found) -> str:
    if file.size > HASHED or not os.path.isfile(file.path):
        return f"unread:{file.size}"  # it will be refused; reading gigabytes first helps nobody
    with open(file.path, "rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _withdraw_gone(
    library: Library, folders: Sequence[Path], found: Sequence[_Found], report: BuildReport
) -> None:
    roots = {_name(os.path.abspath(folder)) for folder in folders}
    here = {file.name for file in found}
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
