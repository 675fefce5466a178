"""How a file from a stranger is read without harm: in a child process with limits.

One child reads many files, one after the other. It may use 10 seconds and
512 MiB per file and answer with at most 64 MiB; when it goes beyond, hangs or
dies, the file is refused and the next file gets a new child. The child is a
fresh interpreter (no fork: the server around us runs threads) and sees none of
our environment's settings.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from corpus.texts import Block, Section, Text, TextRefused

SECONDS = 10.0
MEMORY = 512 * 1024 * 1024
ANSWER = 64 * 1024 * 1024
START_SECONDS = 60.0  # a loaded machine may take its time to start an interpreter
WORN = 0.5  # share of its memory after which a child is replaced


class _Died(TextRefused):
    """The child is gone and gave no answer."""


class Reader:
    """Reads files in a child process. Thread-safe; close it, or use `with`."""

    def __init__(self, *, seconds: float = SECONDS, memory: int = MEMORY, answer: int = ANSWER):
        self._seconds, self._memory, self._answer = seconds, memory, answer
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self.started = 0  # children so far

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            self._stop()

    def read(self, path: Path) -> Text:
        """The text in a file, or `TextRefused`."""
        with self._lock:
            try:
                answer = self._ask_again(path) if self._child else self._ask(path)
            except BaseException:
                self._stop()  # Ctrl-C too: a half-read answer must not be taken for the next one
                raise
            if answer.get("worn"):
                self._stop()
        if "refused" in answer:
            raise TextRefused(answer["refused"])
        return _text(answer["text"])

    def _ask_again(self, path: Path) -> dict[str, Any]:
        """Asks a child that has read other files. When it is dead, that may be
        their doing, so this file is read once more by a new child."""
        try:
            return self._ask(path)
        except _Died:
            self._stop()
            return self._ask(path)

    def _ask(self, path: Path) -> dict[str, Any]:
        if self._child is None:
            self._start()
        assert self._child is not None
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(json.dumps({"path": os.path.abspath(path)}).encode() + b"\n")
            self._child.stdin.flush()
            answer: dict[str, Any] = json.loads(self._line(self._seconds))
            return answer
        except TimeoutError:
            raise TextRefused(
                f"Reading {path.name} took more than {self._seconds:.0f} seconds and was stopped. "
                "Divide the file or save it in a simpler form."
            ) from None
        except OverflowError:
            raise TextRefused(
                f"{path.name} holds more text than a library takes "
                f"({self._answer // 1024 // 1024} MiB). Divide it into parts."
            ) from None
        except (EOFError, OSError, ValueError):
            raise _Died(
                f"Reading {path.name} needed more than {self._memory // 1024 // 1024} MiB "
                "or broke its reader. Divide the file or save it in a simpler form."
            ) from None

    def _start(self) -> None:
        self._stop()
        here = str(Path(__file__).resolve().parent.parent)
        paths = [here, *(os.path.abspath(p) for p in sys.path if p)]
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONIOENCODING": "utf-8",
            # Each of NumPy's threads would reserve memory that the limit counts.
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        }
        self._child = subprocess.Popen(  # noqa: S603
            [
                sys.executable,
                "-P",
                "-c",
                "from corpus.child import main; main()",
                str(self._memory),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            process_group=0,  # Ctrl-C on the terminal is for us; we stop the child
        )
        self.started += 1
        try:
            self._line(START_SECONDS)
        except (TimeoutError, EOFError, OverflowError, OSError) as error:
            self._stop()
            raise TextRefused(
                "The process that reads files could not be started. "
                f"Is there enough memory? Try: {sys.executable} -c 'import corpus.child'"
            ) from error

    def _line(self, seconds: float) -> bytes:
        """The child's next line. Raises TimeoutError, EOFError or OverflowError."""
        assert self._child is not None
        assert self._child.stdout is not None
        fd = self._child.stdout.fileno()
        until = time.monotonic() + seconds
        parts: list[bytes] = []
        length = 0
        with selectors.DefaultSelector() as selector:
            selector.register(fd, selectors.EVENT_READ)
            while True:
                left = until - time.monotonic()
                if left <= 0 or not selector.select(left):
                    raise TimeoutError
                part = os.read(fd, 1 << 20)
                if not part:
                    raise EOFError
                parts.append(part)
                length += len(part)
                if length > self._answer:
                    raise OverflowError
                if part.endswith(b"\n"):
                    return b"".join(parts)

    def _stop(self) -> None:
        if self._child is not None:
            self._child.kill()
            for pipe in (self._child.stdin, self._child.stdout):
                if pipe:
                    with contextlib.suppress(OSError):  # the broken pipe of a dead child
                        pipe.close()
            self._child.wait()
            self._child = None


def main() -> None:
    """The child: a path a line in, an answer a line out, until there are no more."""
    memory = int(sys.argv[1])
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a parser prints must not be taken for an answer
    from corpus import formats

    _limit(memory)
    _say(out, {"ready": True})
    for line in sys.stdin.buffer:
        path = Path(json.loads(line)["path"])
        answer: dict[str, Any]
        try:
            answer = {"text": asdict(formats.read(path))}
        except TextRefused as refused:
            answer = {"refused": str(refused)}
        except (MemoryError, RecursionError):
            answer = {
                "worn": True,
                "refused": f"Reading {path.name} needed more than {memory // 1024 // 1024} MiB. "
                "Divide the file or save it in a simpler form.",
            }
        except Exception as error:
            answer = {
                "worn": True,
                "refused": f"{path.name} could not be read ({type(error).__name__}: {error}). "
                "Save it again in a simpler form.",
            }
        _say(out, {"worn": _used() > memory * WORN} | answer)


def _say(out: BinaryIO, answer: dict[str, Any]) -> None:
    out.write(json.dumps(answer).encode() + b"\n")
    out.flush()


def _limit(memory: int) -> None:
    try:
        import resource
    except ImportError:  # not on this system; the time limit still holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # A reader writes nothing itself; py3langid unpacks its model into a temporary file.
    resource.setrlimit(resource.RLIMIT_FSIZE, (256 << 20, 256 << 20))
    if hasattr(resource, "RLIMIT_NPROC") and os.geteuid() != 0:
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def _used() -> int:
    try:
        import resource
    except ImportError:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _text(values: dict[str, Any]) -> Text:
    sections = tuple(
        Section(tuple(s["path"]), tuple(Block(b["kind"], b["text"]) for b in s["blocks"]))
        for s in values["sections"]
    )
    lists = {key: tuple(values[key]) for key in ("themes", "roles", "sources")}
    return Text(**(values | lists | {"sections": sections}))
