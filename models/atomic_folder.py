"""How a folder comes to be complete at once or not at all.

Whatever stops the work (Ctrl-C, kill -9, a full disk) leaves either the
finished folder or none; the next call starts over and clears what was left.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from models.text_model import ModelError


def fill_once(target: Path, fill: Callable[[Path], None]) -> None:
    """Runs `fill` on an empty folder and renames it to `target`, unless that exists.

    Two processes may call this at once: the second waits, then finds it done.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _lock(target):
            if target.exists():
                return
            draft = target.with_name(f".{target.name}.unfinished")
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir()
            try:
                fill(draft)
                _flush(draft)
                draft.rename(target)
            finally:
                shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise ModelError(_explain(error, target)) from error


@contextmanager
def _lock(target: Path) -> Iterator[None]:
    # The lock file stays: removing it would let two processes hold two different files.
    with target.with_name(f".{target.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _flush(folder: Path) -> None:
    """Without this a power cut may leave the new name on files whose content never arrived."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())


def _explain(error: OSError, target: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"The disk is full: {target} could not be written. Free about 1 GB, or choose "
            f"another folder, and run the same command again."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{target} cannot be written ({error.strerror}). Make its folder writable."
    return f"{target} could not be made: {error}. Run the same command again."
