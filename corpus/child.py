"""How a file from a stranger is read without harm: in a child process with limits.

One child reads many files, one after the other. For each it has 10 seconds of
processor time (and three times as long by the clock, so that a busy machine
refuses no good file), 512 MiB of memory and 64 MiB for its answer. When it goes
beyond, hangs or dies, the file is refused and the next file gets a new child;
so does the next one after a child whose memory has grown. The child is a fresh
interpreter (no fork: the server around us runs threads), knows none of our
environment's settings, and its answer is believed only as far as it was checked.

What holds on every system: the limits above; the hook below, by which Python
code in the child opens no file but the given one and Python's own, writes none,
and starts no program and no connection.

We look at the file first, on every system: what is no ordinary file, or a link
out of its folder, is refused without being waited for.

What holds on every Linux that shows /proc in addition: the child does not open
the file. We copy it into memory and hand over the copy, sealed; a file that
changes meanwhile is refused, never half read.

What the kernel adds, so that a parser written in C that was taken over can do
no more than Python may: on x86-64 and ARM64 a filter of system calls (seccomp)
refuses sockets, programs, new processes, signals and every change to a file
system; where the kernel has Landlock (5.13 and later, unless switched off), no
file can be read but the copy, the installed Python and the system's libraries.
Neither needs root; where one is missing, the rest still holds. (No network
namespace: a child without sockets needs none, and many systems forbid it.)

What does not hold: a child that was taken over by one file could lie about the
files that it reads after it. It can change their words, nothing else.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import json
import os
import re
import select
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, TypeVar, get_args

from corpus import formats, opds, slugs
from corpus.formats import shown_name
from corpus.opds import Catalogue, CatalogueRefused
from corpus.texts import (
    Block,
    BlockKind,
    CorpusError,
    Language,
    LeftOut,
    Level,
    Origin,
    Script,
    Section,
    Text,
    TextRefused,
)

if TYPE_CHECKING:
    import subprocess

Answered = TypeVar("Answered")

SECONDS = 10.0  # of processor time
PATIENCE = 3  # times as long by the clock
MEMORY = 512 * 1024 * 1024
ANSWER = 64 * 1024 * 1024
START_SECONDS = 60.0  # a loaded machine may take its time to start an interpreter
WORN = 0.7  # share of its memory after which a child is replaced

MOST_BLOCKS = 200_000
MOST_PIECES = 1_000_000  # strings in one answer: each costs us more than its letters
MOST_HEADER = 1024 * 1024
MOST_DEPTH = 16  # headings above a block
MOST_HEADING = 300  # characters
MOST_MESSAGE = 600

_RECORD, _FIELD = "\x1e", "\x1f"  # between the parts of an answer; no text has them


class _Died(TextRefused):
    """The child is gone and gave no answer."""


class _Nonsense(ValueError):
    """An answer that our own child would not give."""


@dataclass(frozen=True)
class _Answer:
    header: dict[str, Any]
    body: bytes


class Reader:
    """Reads files in a child process. Thread-safe; close it, or use `with`."""

    def __init__(self, *, seconds: float = SECONDS, memory: int = MEMORY, answer: int = ANSWER):
        self._seconds, self._memory, self._answer = seconds, memory, answer
        self._child: subprocess.Popen[bytes] | None = None
        self._asks: socket.socket | None = None
        self._fresh = False  # whether the child has read nothing yet
        self._lock = threading.Lock()
        self.started = 0  # children so far

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            self._stop()

    def start(self) -> None:
        """Starts the child now; else the first file waits for it."""
        with self._lock:
            self._ready()

    def read(self, path: Path, *, folder: Path | None = None) -> Text:
        """The text in a file, or `TextRefused`. A link is followed to files
        below `folder`, which is that of the link itself unless said otherwise."""
        return self._read(path, folder, {}, lambda a: _unpacked(a.header.get("text"), a.body, path))

    def catalogue(self, body: bytes, content_type: str, base_url: str) -> Catalogue:
        """A page of an OPDS catalogue, as `opds.parse` gives it; `CatalogueRefused`
        where it is none."""
        with tempfile.TemporaryDirectory() as place:
            page = Path(place, "page.opds")
            page.write_bytes(body or b" ")
            asked = {"page": [content_type[:200], base_url]}
            try:
                return self._read(page, None, asked, lambda a: opds.unpacked(a.header.get("page")))
            except TextRefused as refused:
                said = str(refused).replace(page.name, base_url)
                raise CatalogueRefused(said) from None

    def _read(
        self,
        path: Path,
        folder: Path | None,
        asked: dict[str, Any],
        understood: Callable[[_Answer], Answered],
    ) -> Answered:
        with self._lock, _given(path, folder) as fd:
            try:
                answer = self._ask_again(path, fd, asked)
                if answer.header.get("worn") is not False:
                    self._stop()
                return self._checked(path, answer, understood)
            except CorpusError:
                raise
            except BaseException:
                self._stop()  # Ctrl-C too: a half-read answer must not be taken for the next one
                raise

    # One file

    def _ask_again(self, path: Path, fd: int | None, asked: dict[str, Any]) -> _Answer:
        """Asks the child. When one that has read other files dies or has no memory
        left, that may be their doing, so this file is read once more by a new one."""
        self._ready()
        if not self._fresh:
            with contextlib.suppress(_Died):
                answer = self._ask(path, fd, asked)
                if "memory" not in answer.header:
                    return answer
            self._stop()
        return self._ask(path, fd, asked)

    def _ask(self, path: Path, fd: int | None, asked: dict[str, Any]) -> _Answer:
        try:
            self._ready()
            self._send(path, fd, asked)
            return self._receive(self._seconds * PATIENCE)
        except TimeoutError:
            self._stop()
            raise self._too_slow(path) from None
        except OverflowError:
            self._stop()
            raise self._too_long(path) from None
        except (EOFError, OSError, ValueError, RecursionError) as error:
            ended = self._stop(patience=1.0 if isinstance(error, (EOFError, OSError)) else 0.0)
            if ended in (-signal.SIGPROF, -signal.SIGXCPU):
                raise self._too_slow(path) from None
            raise _Died(self._too_much(path)) from None

    def _send(self, path: Path, fd: int | None, asked: dict[str, Any]) -> None:
        assert self._asks is not None
        request = json.dumps({"path": os.path.abspath(path)} | asked).encode()
        socket.send_fds(self._asks, [request], [] if fd is None else [fd])
        self._fresh = False

    def _checked(
        self, path: Path, answer: _Answer, understood: Callable[[_Answer], Answered]
    ) -> Answered:
        header = answer.header
        match header:
            case {"refused": str(message)}:
                raise TextRefused(_message(message, path))
            case {"memory": _}:
                self._stop()
                raise TextRefused(self._too_much(path))
            case {"broken": str(what)}:
                self._stop()
                raise TextRefused(
                    f"{shown_name(path)} could not be read ({_message(what, path)}). "
                    "Save it again in a simpler form."
                )
        try:
            return understood(answer)
        except (_Nonsense, opds.Nonsense, UnicodeError):
            self._stop()
            raise TextRefused(
                f"Reading {shown_name(path)} gave an answer that makes no sense: the file is damaged, "
                "or made to do harm. Save it again in a simpler form."
            ) from None

    def _too_slow(self, path: Path) -> TextRefused:
        return TextRefused(
            f"Reading {shown_name(path)} took more than {self._seconds:.0f} seconds and was "
            "stopped. Divide the file or save it in a simpler form."
        )

    def _too_long(self, path: Path) -> TextRefused:
        return TextRefused(
            f"{shown_name(path)} holds more text than a library takes "
            f"({self._answer // 1024 // 1024} MiB). Divide it into parts."
        )

    def _too_much(self, path: Path) -> str:
        return (
            f"Reading {shown_name(path)} needed more than {self._memory // 1024 // 1024} MiB "
            "or broke its reader. Divide the file or save it in a simpler form."
        )

    # The child

    def _ready(self) -> None:
        """Sees to it that there is a child that waits for a file."""
        if self._child is not None and (self._child.poll() is not None or self._heard(0)):
            self._stop()
        if self._child is None:
            self._start()

    def _start(self) -> None:
        import subprocess

        ours, theirs = socket.socketpair()
        settings = {
            "memory": self._memory,
            "seconds": self._seconds,
            "answer": self._answer,
            "worn": int(self._memory * WORN),
            "copies": _copies(),
            "places": _places(),
        }
        package = os.path.dirname(os.path.abspath(__file__))
        try:
            self._child = subprocess.Popen(  # noqa: S603
                [sys.executable, *_ALONE, "-c", _BOOT, package, json.dumps(settings)],
                stdin=theirs.fileno(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_ENVIRONMENT,
                process_group=0,  # Ctrl-C on the terminal is for us; we stop the child
            )
            self._asks = ours
            self._fresh = True
            self.started += 1
            self._receive(START_SECONDS)
        except (EOFError, OverflowError, OSError, ValueError, RecursionError) as error:
            self._stop()
            ours.close()
            # No file is to blame, so none is refused: a refusal would be remembered.
            raise CorpusError(
                "The process that reads files could not be started. "
                f"Is there enough memory? Try: {sys.executable} -c 'import corpus.child'"
            ) from error
        finally:
            theirs.close()

    def _stop(self, *, patience: float = 0.0) -> int | None:
        """Ends the child, if there is one; how it ended, as `Popen.returncode`.
        One that has died already is given `patience` seconds to say of what."""
        if self._child is None:
            return None
        import subprocess

        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(patience)
        self._child.kill()
        for end in (self._asks, self._child.stdout):
            if end:
                end.close()
        ended = self._child.wait()
        self._child = self._asks = None
        return ended

    def _heard(self, seconds: float) -> bool:
        """Whether the child says something, or has ended, within `seconds`."""
        assert self._child is not None
        assert self._child.stdout is not None
        poll = select.poll()  # unlike select(), it takes the files of a busy server too
        poll.register(self._child.stdout, select.POLLIN)
        return bool(poll.poll(max(0, round(seconds * 1000))))

    def _receive(self, seconds: float) -> _Answer:
        """The child's next answer. Raises TimeoutError, EOFError, OverflowError or ValueError."""
        until = time.monotonic() + seconds
        data = bytearray()
        while (end := data.find(b"\n")) < 0:
            if len(data) > MOST_HEADER:
                raise ValueError("a header without an end")
            data += self._part(until)
        header = json.loads(data[:end])
        length = header.get("length", 0) if isinstance(header, dict) else None
        if type(length) is not int or length < 0:
            raise ValueError("not a header")
        if length > self._answer:
            raise OverflowError
        del data[: end + 1]
        while len(data) < length:
            data += self._part(until)
        if len(data) > length:
            raise ValueError("more than was said")
        return _Answer(header, bytes(data))

    def _part(self, until: float) -> bytes:
        left = until - time.monotonic()
        if left <= 0 or not self._heard(left):
            raise TimeoutError
        assert self._child is not None
        assert self._child.stdout is not None
        part = os.read(self._child.stdout.fileno(), 1 << 20)
        if not part:
            raise EOFError
        return part


# How a file is given to the child


@contextlib.contextmanager
def _given(path: Path, folder: Path | None) -> Iterator[int | None]:
    """A sealed copy of the file in memory; None where the system has none, and
    the child opens the file itself."""
    source = _opened(path, folder)
    try:
        copy = _copied(source, path) if _copies() else None
    finally:
        os.close(source)
    try:
        yield copy
    finally:
        if copy is not None:
            os.close(copy)


@cache
def _copies() -> bool:
    """Whether this system has files in memory that another process can open."""
    try:
        fd = os.memfd_create("text", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    except (AttributeError, OSError):
        return False
    try:
        os.close(os.open(f"/proc/self/fd/{fd}", os.O_RDONLY))
        return True
    except OSError:
        return False
    finally:
        os.close(fd)


def _opened(path: Path, folder: Path | None) -> int:
    """The file, open for reading. Waits for nothing and leaves no folder."""
    name = shown_name(path)
    try:
        real = os.path.realpath(path)
        inside = os.path.realpath(path.parent if folder is None else folder)
        if os.path.commonpath([real, inside]) != inside:
            raise TextRefused(
                f"{name} is a link that leads outside its folder. Bring the file itself."
            )
        formats.check(os.lstat(real), path.name)
        fd = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_NOCTTY)
    except FileNotFoundError:
        what = "is a link to a file that is not there" if path.is_symlink() else "is not there"
        raise TextRefused(f"{name} {what}. Check the path and bring it again.") from None
    except PermissionError:
        raise TextRefused(
            f"{name} cannot be read: permission denied. Give this user access to it."
        ) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise TextRefused(f"{name} cannot be read: {why}.") from None
    try:
        formats.check(os.fstat(fd), path.name)  # it may have been exchanged meanwhile
    except BaseException:
        os.close(fd)
        raise
    return fd


def _copied(source: int, path: Path) -> int:
    """A file in memory that nobody can change, with what `source` holds."""
    import fcntl

    before = os.fstat(source)
    copy = os.memfd_create("text", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        left = before.st_size + 1  # one more: it may have grown
        with open(copy, "wb", closefd=False) as file:
            while left and (part := os.read(source, min(left, 1 << 20))):
                file.write(part)
                left -= len(part)
        after = os.fstat(source)
        if left != 1 or (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise TextRefused(
                f"{shown_name(path)} changed while it was read. "
                "Wait until it is written completely and bring it again."
            )
        seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
        fcntl.fcntl(copy, fcntl.F_ADD_SEALS, seals)
    except OSError as error:
        os.close(copy)
        raise TextRefused(f"{shown_name(path)} cannot be read: {error.strerror}.") from error
    except BaseException:
        os.close(copy)
        raise
    return copy


# What comes back: a header of JSON in one line, then the words


def _packed(text: Text, path: Path) -> tuple[dict[str, Any], bytes]:
    """A text as header and body. The body is not JSON: that would be slower, and
    a small answer could unfold into a huge one in the memory of whoever reads it."""
    if sum(1 + len(section.blocks) for section in text.sections) > MOST_BLOCKS:
        raise TextRefused(
            f"{shown_name(path)} holds more than {MOST_BLOCKS:,} paragraphs. Divide it into parts."
        )
    records = []
    for section in text.sections:
        records.append(_FIELD.join(["", *map(_unmarked, _shallow(section.path))]))
        records += [f"{block.kind}{_FIELD}{_unmarked(block.text)}" for block in section.blocks]
    values = {f.name: getattr(text, f.name) for f in fields(text) if f.name != "sections"}
    return {"text": values}, _RECORD.join(records).encode("utf-8", "replace")


def _unmarked(words: str) -> str:
    if _RECORD in words or _FIELD in words:
        return words.replace(_RECORD, " ").replace(_FIELD, " ")
    return words


def _shallow(path: Sequence[str]) -> Sequence[str]:
    """A trail of headings without those between the fifteenth and the last."""
    return path if len(path) <= MOST_DEPTH else (*path[: MOST_DEPTH - 1], path[-1])


_CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\x1e\x1f") + b"\x7f"
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def _unpacked(values: object, body: bytes, path: Path) -> Text:
    """A text from an answer, whoever gave it: every value is of its type, of
    bounded size, and fit for a database, JSON and XML. Raises `_Nonsense` or
    `TextRefused`."""
    sections = tuple(_sections(body))
    if not sections:
        raise TextRefused(f"{shown_name(path)} holds no text.")
    if not isinstance(values, dict) or set(values) != set(_FIELDS):
        raise _Nonsense("not the fields of a text")
    checked = {name: check(values[name]) for name, check in _FIELDS.items()}
    checked["slug"] = checked["slug"] or slugs.slug(path.stem)
    checked["title"] = checked["title"] or shown_name(path.stem)
    return Text(sections=sections, **checked)


def _sections(body: bytes) -> Iterator[Section]:
    records = body.count(_RECORD.encode())
    if records > MOST_BLOCKS or records + body.count(_FIELD.encode()) > MOST_PIECES:
        raise _Nonsense("too many pieces")
    body = body.translate(None, _CONTROLS)
    body = body.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")  # no characters
    path: tuple[str, ...] = ()
    blocks: list[Block] = []
    for record in body.decode("utf-8", "replace").split(_RECORD):
        kind, *parts = record.split(_FIELD)
        if kind == "":
            if blocks:
                yield Section(path, tuple(blocks))
            path, blocks = tuple(_heading(part) for part in _shallow(parts)), []
        elif kind in _KINDS and len(parts) == 1:
            if parts[0].strip():
                blocks.append(Block(_KINDS[kind], parts[0]))
        else:
            raise _Nonsense("not a block")
    if blocks:
        yield Section(path, tuple(blocks))


_KINDS: dict[str, BlockKind] = {kind: kind for kind in get_args(BlockKind)}


def _heading(words: str) -> str:
    return _short(" ".join(words.split()), MOST_HEADING)


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def _line(most: int) -> Callable[[Any], str | None]:
    """Checks a line of text of at most so many characters, or None."""

    def check(value: Any) -> str | None:
        if value is None:
            return None
        if not isinstance(value, str):
            raise _Nonsense("not a line")
        return _short(" ".join(_UNPRINTABLE.sub(" ", value).split()), most)

    return check


def _always(check: Callable[[Any], str | None]) -> Callable[[Any], str]:
    return lambda value: check(value) or ""


def _list(most: int, of: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    def check(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise _Nonsense("not a list")
        return tuple(item for raw in value[:most] if (item := of(raw)))

    return check


def _id(value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > slugs.MAX or not _ID.fullmatch(value):
        raise _Nonsense("not an id")
    return value


def _one_of(allowed: object, *, needed: bool = False) -> Callable[[Any], Any]:
    values = get_args(allowed)

    def check(value: Any) -> Any:
        if value not in values if isinstance(value, str) else value is not None or needed:
            raise _Nonsense("not one of those allowed")
        return value

    return check


def _number(least: int, most: int) -> Callable[[Any], int | None]:
    def check(value: Any) -> int | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise _Nonsense("not such a number")
        return value

    return check


def _origin(value: Any) -> tuple[str, str]:
    match value:
        case [str(field), str(origin)] if field in _FIELDS and origin in get_args(Origin):
            return field, origin
    raise _Nonsense("not an origin")


_FIELDS: dict[str, Callable[[Any], Any]] = {
    "slug": lambda value: value if isinstance(value, str) and slugs.is_slug(value) else None,
    "title": _line(300),
    "author": _always(_line(500)),
    "language": _one_of(Language, needed=True),
    "year": _number(-5000, 2200),
    "themes": _list(50, _id),
    "roles": _list(50, _id),
    "level": _one_of(Level),
    "minutes": lambda value: _number(1, 1_000_000)(value) or 1,
    "form": _line(500),
    "series": _line(500),
    "series_position": _number(1, 10_000),
    "version_of": _id,
    "licence": _line(1000),
    "sources": _list(50, _line(500)),
    "script": _one_of(Script),
    "identifiers": _list(50, _line(500)),
    "subjects": _list(200, _line(500)),
    "origins": _list(50, _origin),
    "left_out": _list(50, _one_of(LeftOut)),
}


def _message(words: str, path: Path) -> str:
    """What the child said, fit to be shown: printable, short, the file's name too."""
    shown = shown_name(path)
    if shown != path.name:
        words = words.replace(path.name, shown)
    words = "".join(c if c.isprintable() or c in "\u200d\u3000" else " " for c in words)
    return _short(words.strip(), MOST_MESSAGE)


# In the child

# Without site, user settings, variables and what lies in the current folder.
_ALONE = ("-I", "-S", "-X", "utf8")
# Each of NumPy's threads would reserve memory that the limit counts.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
# Our packages without what `corpus/__init__.py` loads: a reader needs no database.
_BOOT = """
import json, sys, types
sys.path += json.loads(sys.argv[2])["places"]
package = types.ModuleType("corpus")
package.__path__ = [sys.argv[1]]
sys.modules["corpus"] = package
from corpus.child import main
main()
"""


@cache
def _places() -> list[str]:
    """The folders in which the packages are that readers import. Other folders
    of our path are none of the child's business."""
    import importlib.util
    import sysconfig

    ours = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    for name in _PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec and spec.submodule_search_locations:
            ours += [os.path.dirname(place) for place in spec.submodule_search_locations]
        elif spec and spec.origin:
            ours.append(os.path.dirname(spec.origin))
    wanted = {os.path.abspath(place) for place in ours}
    on_path = [os.path.abspath(place) for place in sys.path if place]
    return [place for place in dict.fromkeys(on_path) if place in wanted]


_PACKAGES = (
    "charset_normalizer", "lxml", "mammoth", "markdown_it", "numpy", "opencc", "py3langid",
    "pypdf", "pypdfium2", "Stemmer", "yaml",
)  # fmt: skip


class _Copy(type(Path())):  # type: ignore[misc]
    """The path of an open copy, which goes by the name of the file it was copied from."""

    original = ""

    @classmethod
    def of(cls, fd: int, name: str) -> _Copy:
        copy = cls(f"/proc/self/fd/{fd}")
        copy.original = name
        return copy

    @property
    def name(self) -> str:
        return self.original or super().name

    @property
    def stem(self) -> str:
        return Path(self.name).stem

    @property
    def suffix(self) -> str:
        return Path(self.name).suffix

    @property
    def suffixes(self) -> list[str]:
        return Path(self.name).suffixes

    # The link under /proc leads to a name that does not exist.
    def resolve(self, strict: bool = False) -> _Copy:
        return self

    def absolute(self) -> _Copy:
        return self

    def expanduser(self) -> _Copy:
        return self


def main() -> None:
    """The child: a file a message in, an answer out, until there are no more."""
    settings = json.loads(sys.argv[2])
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a parser prints must not be taken for an answer
    asked = socket.socket(fileno=os.dup(0))
    worn = _meter(settings["worn"])
    guard = _Guard([sys.argv[1], *sys.path])
    _limit(settings["memory"])
    _confine(guard, reads_copies=settings["copies"])
    _say(out, {"ready": True})
    while True:
        request, fds, _, _ = socket.recv_fds(asked, 1 << 17, 1)
        if not request:
            return
        told = json.loads(request)
        path = Path(told["path"])
        given = _Copy.of(fds[0], path.name) if fds else path
        guard.given = os.fspath(given)
        signal.setitimer(signal.ITIMER_PROF, settings["seconds"])  # its signal ends us
        header, body = _answer(given, settings["answer"], told.get("page"))
        signal.setitimer(signal.ITIMER_PROF, 0)
        for fd in fds:
            os.close(fd)
        _say(out, header | {"worn": worn()}, body)


def _answer(path: Path, most: int, page: list[str] | None = None) -> tuple[dict[str, Any], bytes]:
    try:
        if page is not None:
            return {"page": opds.packed(opds.parse(path.read_bytes(), *page))}, b""
        header, body = _packed(formats.read(path), path)
    except (TextRefused, CatalogueRefused) as refused:
        return {"refused": str(refused)}, b""
    except MemoryError:
        return {"memory": True}, b""
    except RecursionError:
        return {
            "refused": f"{shown_name(path)} is nested too deeply. Save it in a simpler form."
        }, b""
    except Exception as error:
        said = f"{type(error).__name__}: {error}".replace(os.fspath(path), path.name)
        return {"broken": said[:MOST_MESSAGE]}, b""
    if len(body) > most:
        return {
            "refused": f"{shown_name(path)} holds more text than a library takes "
            f"({most // 1024 // 1024} MiB). Divide it into parts."
        }, b""
    return header, body


def _say(out: BinaryIO | IO[bytes], header: dict[str, Any], body: bytes = b"") -> None:
    out.write(json.dumps(header | {"length": len(body)}).encode() + b"\n")
    out.write(body)
    out.flush()


def _meter(most: int) -> Callable[[], bool]:
    """A function that says whether the child holds more than `most` bytes, as
    its limit counts them, after giving back what it can."""
    if not os.path.exists("/proc/self/statm"):
        import resource

        unit = 1 if sys.platform == "darwin" else 1024
        return lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit > most
    import ctypes

    pages = os.open("/proc/self/statm", os.O_RDONLY)
    size = os.sysconf("SC_PAGE_SIZE")
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc

    def held() -> int:
        return int(os.pread(pages, 100, 0).split()[0]) * size

    def worn() -> bool:
        if held() <= most:
            return False
        gc.collect()
        if trim is not None:
            trim(0)
        return held() > most

    return worn


def _limit(memory: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    if os.geteuid() != 0:  # for root it does not count
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def _confine(guard: _Guard, *, reads_copies: bool) -> None:
    """Takes from this process what a reader does not need. For good."""
    _temporary_files_in_memory()
    if sys.platform == "linux":
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if reads_copies:
            _read_only_beneath(libc, [*guard.places, *_SYSTEM, *_libraries()])
        sys.addaudithook(guard)
        _refuse_calls(libc)
    else:
        sys.addaudithook(guard)


def _temporary_files_in_memory() -> None:
    """py3langid unpacks its model into a temporary file; memory does as well."""
    import io
    import tempfile

    def in_memory(*_: object, **__: object) -> io.BytesIO:
        return io.BytesIO()

    tempfile.TemporaryFile = tempfile.SpooledTemporaryFile = in_memory  # type: ignore


class _Guard:
    """The audit hook of the child: what Python code in it may not do."""

    def __init__(self, places: Sequence[str]) -> None:
        self.places = [os.path.abspath(place) for place in places]
        self._below = tuple(os.path.join(place, "") for place in (*self.places, *_SYSTEM))
        self.given = ""

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = args
            may = not flags & _WRITING and (path == self.given or self._is_ours(path))
            may = may or isinstance(path, int)  # open already
        elif event in ("os.listdir", "os.scandir", "ctypes.dlopen"):
            may = self._is_ours(args[0])
        else:
            may = event not in _REFUSED_EVENTS and not event.startswith(_REFUSED_ROOMS)
        if not may:
            raise PermissionError(errno.EPERM, f"a reader of files may not do this: {event}")

    def _is_ours(self, path: object) -> bool:
        """Whether a path belongs to the installed Python."""
        if path is None:  # dlopen(None): this very program
            return True
        try:
            name = os.path.abspath(os.fsdecode(path))  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return False
        return name in self.places or name.startswith(self._below)


_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_REFUSED_ROOMS = (
    "socket.", "subprocess.", "shutil.", "tempfile.", "pty.", "sqlite3.", "urllib.", "http.",
    "ftplib.", "imaplib.", "nntplib.", "poplib.", "smtplib.", "telnetlib.", "webbrowser.",
    "resource.", "syslog.", "fcntl.", "signal.", "os.exec", "os.spawn", "os.fork",
)  # fmt: skip
_REFUSED_EVENTS = (
    "os.chdir", "os.chflags", "os.chmod", "os.chown", "os.kill", "os.killpg", "os.link",
    "os.lockf", "os.mkdir", "os.posix_spawn", "os.remove", "os.removexattr", "os.rename",
    "os.rmdir", "os.setxattr", "os.symlink", "os.system", "os.truncate", "os.utime",
)  # fmt: skip
# What the installed Python and the libraries of its modules ask of the system.
_SYSTEM = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share/zoneinfo", "/etc/ld.so.cache",
    "/etc/localtime", "/etc/mime.types", "/dev/null", "/dev/urandom",
)  # fmt: skip


def _libraries() -> list[str]:
    """The folders of the libraries that are loaded, wherever this system has them."""
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
        files = {line.split(maxsplit=5)[5].rstrip("\n") for line in maps if "/" in line}
    return sorted({os.path.dirname(file) for file in files if ".so" in os.path.basename(file)})


# Landlock: which files this process may still open. The same numbers everywhere.

_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_ALL_BY_VERSION = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF}  # of rights; later ones 0xFFFF
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 38, 22


def _read_only_beneath(libc: Any, places: Sequence[str]) -> bool:
    """From now on only files beneath `places` can be opened, and only to be read.
    A sealed copy in memory stands in no folder and stays open to us. False where
    the kernel has no Landlock."""
    import ctypes
    import struct

    version = libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    # Files; connections from version 4; other processes' sockets and signals from version 6.
    attributes = [_ALL_BY_VERSION.get(version, 0xFFFF)]
    attributes += [0b11] if version >= 4 else []
    attributes += [0b11] if version >= 6 else []
    rules = struct.pack(f"={len(attributes)}Q", *attributes)
    rule_set = libc.syscall(_LANDLOCK_CREATE, rules, ctypes.c_size_t(len(rules)), 0)
    if rule_set < 0:
        return False
    try:
        for place in places:
            with contextlib.suppress(OSError):
                fd = os.open(place, os.O_PATH | os.O_CLOEXEC)
                rights = _READ_FILE | (_READ_FOLDER if os.path.isdir(place) else 0)
                libc.syscall(_LANDLOCK_ADD, rule_set, 1, struct.pack("=Qi", rights, fd), 0)
                os.close(fd)
        return bool(libc.syscall(_LANDLOCK_RESTRICT, rule_set, 0) == 0)
    finally:
        os.close(rule_set)


# Seccomp: which calls the kernel refuses this process.


def _refuse_calls(libc: Any) -> bool:
    """Refuses the system calls below, for good. False where that cannot be done."""
    import ctypes
    import platform

    program = _filter(platform.machine())
    if program is None:
        return False

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))

    given = Program(len(program) // 8, program)
    done = libc.prctl(_PR_SET_SECCOMP, 2, ctypes.byref(given), 0, 0)
    return bool(done == 0)


def _filter(machine: str) -> bytes | None:
    """The filter as the kernel wants it: instructions of 8 bytes."""
    import struct

    column = {"x86_64": 0, "aarch64": 1}.get(machine)
    if column is None:
        return None
    numbers = {name: row[column] for name, *row in map(str.split, _CALLS.strip().splitlines())}
    load, equal, at_least, any_bit, answer = 0x20, 0x15, 0x35, 0x45, 0x06
    allowed, refused, unknown = 0x7FFF0000, 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS
    code: list[tuple[int, int, int, int]] = [
        (load, 0, 0, 4),  # the architecture the call is made in
        (equal, 1, 0, (0xC000003E, 0xC00000B7)[column]),
        (answer, 0, 0, refused),
        (load, 0, 0, 0),  # the number of the call
        # io_uring, clone3, openat2 and all later ones: libraries go on without.
        (at_least, 0, 1, 424),
        (answer, 0, 0, unknown),
    ]
    for name, number in numbers.items():
        if number == "-":
            continue
        argument = _ONLY_WITH.get(name)
        if argument is None:
            code += [(equal, 0, 1, int(number)), (answer, 0, 0, refused)]
            continue
        at, bits = argument
        code += [
            (equal, 0, 4, int(number)),
            (load, 0, 0, 16 + 8 * at),  # the lower half of that argument
            (any_bit, 0, 1, bits),
            (answer, 0, 0, refused),
            (answer, 0, 0, allowed),
        ]
    code.append((answer, 0, 0, allowed))
    return b"".join(struct.pack("=HBBI", *line) for line in code)


# Opening is refused for writing, limits when they are to be set: (argument, bits).
_ONLY_WITH = {"open": (1, _WRITING), "openat": (2, _WRITING), "prlimit64": (2, 0xFFFFFFFF)}
# Name, number on x86-64, number on ARM64.
_CALLS = """
open 2 -
openat 257 56
prlimit64 302 261
setrlimit 160 164
creat 85 -
socket 41 198
socketpair 53 199
connect 42 203
bind 49 200
listen 50 201
accept 43 202
accept4 288 242
sendto 44 206
sendmsg 46 211
sendmmsg 307 269
execve 59 221
execveat 322 281
fork 57 -
vfork 58 -
clone 56 220
ptrace 101 117
process_vm_readv 310 270
process_vm_writev 311 271
kill 62 129
tkill 200 130
rt_sigqueueinfo 129 138
rt_tgsigqueueinfo 297 240
mknod 133 -
mknodat 259 33
mkdir 83 -
mkdirat 258 34
rmdir 84 -
unlink 87 -
unlinkat 263 35
rename 82 -
renameat 264 38
renameat2 316 276
link 86 -
linkat 265 37
symlink 88 -
symlinkat 266 36
chmod 90 -
fchmod 91 52
fchmodat 268 53
chown 92 -
fchown 93 55
lchown 94 -
fchownat 260 54
truncate 76 45
ftruncate 77 46
fallocate 285 47
utime 132 -
utimes 235 -
utimensat 280 88
futimesat 261 -
setxattr 188 5
lsetxattr 189 6
fsetxattr 190 7
removexattr 197 14
lremovexattr 198 15
fremovexattr 199 16
mount 165 40
umount2 166 39
pivot_root 155 41
chroot 161 51
setns 308 268
unshare 272 97
name_to_handle_at 303 264
open_by_handle_at 304 265
memfd_create 319 279
bpf 321 280
perf_event_open 298 241
userfaultfd 323 282
io_setup 206 0
keyctl 250 219
add_key 248 217
request_key 249 218
init_module 175 105
finit_module 313 273
delete_module 176 106
kexec_load 246 104
kexec_file_load 320 294
reboot 169 142
swapon 167 224
swapoff 168 225
setuid 105 146
setgid 106 144
setreuid 113 145
setregid 114 143
setresuid 117 147
setresgid 119 149
setgroups 116 159
capset 126 91
shmget 29 194
shmat 30 196
msgget 68 186
semget 64 190
mq_open 240 180
syslog 103 116
acct 163 89
settimeofday 164 170
clock_settime 227 112
clock_adjtime 305 266
adjtimex 159 171
quotactl 179 60
fanotify_init 300 262
inotify_init 253 -
inotify_init1 294 26
personality 135 92
"""
