"""Files that people bring: from the command line, and through the web.

What can be read is copied into the data folder, whatever it was called and
wherever it came from; a folder or a zip counts as the files in it.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from webapp.progress import bar
from webapp.setup import SetupError
from webapp.texts.building import alone, decide, sources

if TYPE_CHECKING:
    from flask import Flask

    from corpus.intake import Brought, BuildReport, Outcome
    from webapp.settings import Settings

MOST_UPLOAD = 200 * 1024 * 1024  # bytes of one file that is brought through the web


class UploadRefused(SetupError):
    """A file was not kept; the message is for the organizer who brought it."""


def bring(settings: Settings, given: Sequence[Path]) -> BuildReport:
    from corpus import intake

    _can_be_brought(given)
    texts = settings.data / "texts"
    with tempfile.TemporaryDirectory(dir=settings.data, prefix=".unpacked-") as scratch:
        brought, refused = _spread(given, texts, Path(scratch))
        with bar("Reading new files", "file") as shown:
            report = intake.add_files(
                settings.library_path, brought, folder=texts, progress=shown.at
            )
    for outcome in refused:
        report.note(outcome)
    return report


def _can_be_brought(given: Sequence[Path]) -> None:
    names: dict[str, Path] = {}
    for path in given:
        if not path.exists():
            raise SetupError(
                f"There is no file {path}. Check the path and run the same command again."
            )
        if path.name.startswith("."):
            raise SetupError(
                f"{path} begins with a dot; the library passes over such files. Give it another name."
            )
        if path.name in names:
            raise SetupError(
                f"{names[path.name]} and {path} have the same name, so the second would replace the first. "
                "Rename one of them."
            )
        names[path.name] = path


def _spread(
    given: Sequence[Path], texts: Path, scratch: Path
) -> tuple[list[Brought], list[Outcome]]:
    """Folders and zips as the files in them; each with its place below `texts`."""
    from corpus import archives
    from corpus.intake import Brought, Outcome

    brought: list[Brought] = []
    refused: list[Outcome] = []
    for number, path in enumerate(given):
        path = path.absolute()
        if path.is_dir():
            brought += [
                Brought(file, texts / path.name / file.relative_to(path)) for file in _within(path)
            ]
        elif archives.is_archive(path):
            place = scratch / str(number)
            unpacked = archives.unpack(path, place)
            brought += [
                Brought(
                    file,
                    texts / path.stem / file.relative_to(place),
                    f"{path}/{file.relative_to(place)}",
                )
                for file in unpacked.files
            ]
            refused += [Outcome(f"{path}/{n}", why, "refused") for n, why in unpacked.refused]
        else:
            brought.append(Brought(path, texts / path.name))
    return brought, refused


def _within(folder: Path) -> list[Path]:
    """The files of a folder, in order; those that begin with a dot are passed over."""
    found = []
    for here, below, names in os.walk(folder):
        below[:] = sorted(name for name in below if not name.startswith("."))
        found += [Path(here, name) for name in sorted(names) if not name.startswith(".")]
    return found


# Files that are brought through the web


@dataclass(frozen=True)
class TakenFile:
    """What became of one file of an upload."""

    name: str
    outcome: str  # "imported", "duplicate" or "refused"
    why: str
    slug: str | None = None
    title: str | None = None


def keep_upload(
    settings: Settings, upload_id: str, name: str, stream: BinaryIO
) -> tuple[Path, int]:
    """Keep what is sent until it is read; its place and its size in bytes.

    Raises UploadRefused where it is empty, too large, or the disk is full.
    """
    from corpus.archives import clean_name

    place = settings.data / "uploads" / upload_id
    place.mkdir(parents=True, exist_ok=True)
    target, size = place / clean_name(name).lstrip("."), 0
    try:
        with target.open("wb") as kept:
            while piece := stream.read(1 << 20):
                size += len(piece)
                if size > MOST_UPLOAD:
                    raise UploadRefused(
                        f"It is larger than {MOST_UPLOAD >> 20} MB. Divide it, or let an "
                        "administrator bring it with: xinde library add"
                    )
                kept.write(piece)
            kept.flush()
            os.fsync(kept.fileno())
    except OSError as problem:
        shutil.rmtree(place, ignore_errors=True)
        raise UploadRefused(
            f"It could not be kept: {problem.strerror}. Tell an administrator and send it again."
        ) from None
    except UploadRefused:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return target, size


def take_upload(
    app: Flask, upload_id: str, path: Path, name: str, *, replace: bool
) -> list[TakenFile]:
    """Read a kept file (a zip: each file in it) into the library; what became of each.

    Embeds nothing, and leaves the kept file where it is. Needs an app context.
    """
    from corpus import intake
    from corpus.intake import Outcome
    from corpus.library import Library

    settings: Settings = app.config["XINDE"]
    texts = settings.data / "texts"
    refused: list[Outcome] = []
    with (
        alone(settings),
        tempfile.TemporaryDirectory(dir=settings.data, prefix=".unpacked-") as scratch,
    ):
        brought, refused = _spread([path], texts, Path(scratch))
        ready = []
        for file in brought:
            if not replace and _other_file_there(file):
                refused.append(Outcome(str(file.keep), _THERE_ALREADY, "refused"))
            else:
                ready.append(file)
        report = intake.add_files(settings.library_path, ready, folder=texts)
        with Library.open(settings.library_path) as made:
            decide(made)
            slugs = [o.slug for o in report.files if o.slug]
            titles = made.texts_by_slug(slugs, withdrawn=True)
    return [
        TakenFile(
            Path(o.file).name,
            o.outcome,
            o.why,
            o.slug,
            titles[o.slug].title if o.slug in titles else None,
        )
        for o in [*report.files, *refused]
    ]


_THERE_ALREADY = (
    "A file of this name is in the library and has other content. "
    "Tick “replace” and send it again, or give it another name."
)


def _other_file_there(file: Brought) -> bool:
    """Whether the place of a file is taken by one with other content."""
    return file.keep.exists() and not filecmp.cmp(file.source, file.keep, shallow=False)


def reread(app: Flask, slug: str) -> TakenFile:
    """Read a text's file again, though it did not change. Embeds nothing."""
    from corpus import intake
    from corpus.library import Library

    settings: Settings = app.config["XINDE"]
    with alone(settings):
        with Library.open(settings.library_path) as made:
            text, file = made.text(slug, withdrawn=True), made.file_of(slug)
            if text is None or file is None:
                raise SetupError(
                    f'There is no file for "{slug}" in the library. See: xinde library files'
                )
            made.read_again(slug)
        report = intake.build(settings.library_path, sources(settings))
        with Library.open(settings.library_path) as made:
            after = made.text(slug, withdrawn=True)
    told = next((o for o in report.files if o.file == file.path), None)
    if told is None:
        return TakenFile(Path(file.path).name, "refused", "Its file is gone.", slug, text.title)
    return TakenFile(
        Path(file.path).name, told.outcome, told.why, slug, after.title if after else text.title
    )
