"""How a file from a stranger is read without harm: in a child process with limits.

One child reads many files, one after the other. For each it has 10 seconds of
processor time (and three times as long by the clock, so that a busy machine
refuses no good file), 512 MiB of memory and 64 MiB for its answer. When it goes
beyond, hangs or dies, the file is refused and the next file gets a new child;
so does the next one after a child whose memory has grown. The child is a fresh
interpreter (no fork: the server around us runs threads), knows none of our
environment's settings, and its answer is believed only as far as it was checked.

What holds on every system: the limits above; the hook in `confinement.py`, by which Python
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
import gc
import json
import os
import select
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, TypeVar

from corpus import answers, confinement, formats, opds, sheets
from corpus.formats import shown_name
from corpus.opds import Catalogue, CatalogueRefused
from corpus.sheets import Sheet
from corpus.texts import CorpusError, Text, TextRefused

if TYPE_CHECKING:
    import subprocess

Answered = TypeVar("Answered")

SECONDS = 10.0  # of processor time
PATIENCE = 3  # times as long by the clock
MEMORY = 512 * 1024 * 1024
ANSWER = 64 * 1024 * 1024
START_SECONDS = 60.0  # a loaded machine may take its time to start an interpreter
WORN = 0.7  # share of its memory after which a child is replaced

MOST_HEADER = 1024 * 1024


class _Died(TextRefused):
    """The child is gone and gave no answer."""


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
        return self._read(
            path, folder, {}, lambda a: answers.unpacked(a.header.get("text"), a.body, path)
        )

    def sheet(self, path: Path) -> Sheet:
        """The rows of a CSV file or a workbook, or `TextRefused`."""
        return self._read(
            path, None, {"sheet": True}, lambda a: sheets.unpacked(a.header.get("sheet"), a.body)
        )

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
                raise TextRefused(answers.message(message, path))
            case {"memory": _}:
                self._stop()
                raise TextRefused(self._too_much(path))
            case {"broken": str(what)}:
                self._stop()
                raise TextRefused(
                    f"{shown_name(path)} could not be read ({answers.message(what, path)}). "
                    "Save it again in a simpler form."
                )
        try:
            return understood(answer)
        except (answers.Nonsense, opds.Nonsense, UnicodeError):
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
    "charset_normalizer", "et_xmlfile", "lxml", "mammoth", "markdown_it", "numpy", "opencc",
    "openpyxl", "py3langid", "pypdf", "pypdfium2", "Stemmer", "yaml",
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
    guard = confinement.Guard([sys.argv[1], *sys.path])
    confinement.limit(settings["memory"])
    confinement.confine(guard, reads_copies=settings["copies"])
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
        header, body = _answer(given, settings["answer"], told)
        signal.setitimer(signal.ITIMER_PROF, 0)
        for fd in fds:
            os.close(fd)
        _say(out, header | {"worn": worn()}, body)


def _answer(path: Path, most: int, told: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    try:
        if page := told.get("page"):
            return {"page": opds.packed(opds.parse(path.read_bytes(), *page))}, b""
        if told.get("sheet"):
            header, body = sheets.packed(sheets.read(path))
        else:
            header, body = answers.packed(formats.read(path), path)
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
        return {"broken": said[: answers.MOST_MESSAGE]}, b""
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
