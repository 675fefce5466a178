"""The server: one process that serves pages and does the background work.

`run` holds a lock on the data folder, lets a child process set up what is
missing (so that what set-up needs in memory is gone afterwards, and the text
model's threads are never carried over a fork), then serves with gunicorn. The
model and the index are opened in the serving process, in the background;
/readyz answers once they are there.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from webapp import setup
from webapp.setup import Say

if TYPE_CHECKING:
    from flask import Flask

    from webapp.settings import Settings

LOCK = "serve.lock"
ORPHANS_END_WITHIN = 10.0  # seconds until the rest of a killed server has noticed
STOP_WITHIN = 10  # seconds that requests and a job may still take after Ctrl-C
POLL = 0.2  # seconds between two looks at the queue


class ServeError(Exception):
    """The server cannot start; the message names the thing and the cure."""


def run(settings: Settings, *, host: str, port: int, demo: bool, say: Say) -> int:
    """Set up, serve until Ctrl-C or SIGTERM; the exit code."""
    setup.folder(settings)
    with only_server(settings.data):
        check_port(host, port)
        base = address(settings, host, port)
        _import_once()
        code = in_child(lambda: _prepare(settings, demo=demo, base=base, say=say))
        if code:
            return code
        return _serve(settings, host=host, port=port, base=base, say=say)


def _import_once() -> None:
    """What set-up and serving both need, before either is forked: a second of
    imports is then spent once. Nothing here starts a thread of ours or opens a file."""
    import gunicorn.arbiter
    import gunicorn.workers.gthread  # noqa: F401

    import webapp.asking.views
    import webapp.members.accounts
    import webapp.members.views
    import webapp.migrations
    import webapp.notes.views
    import webapp.people.views
    import webapp.readings.views
    import webapp.reflections.views
    import webapp.resources
    import webapp.suggestions.views
    import webapp.texts.views
    import webapp.themes.views  # noqa: F401


def address(settings: Settings, host: str, port: int) -> str:
    """Where people find the server, for links that are printed."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


# One server per data folder, one per port


@contextmanager
def only_server(data: Path) -> Iterator[None]:
    """Hold the folder's lock, or say which process does.

    The lock belongs to the open file and goes with the last process that has it:
    nothing has to be cleaned up after a crash.
    """
    with open(data / LOCK, "a+", encoding="ascii") as lock:
        _take(lock, data)
        lock.seek(0)
        lock.truncate()
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def _take(lock: Any, data: Path) -> None:
    deadline = time.monotonic() + ORPHANS_END_WITHIN
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            holder = _holder(lock)
            if time.monotonic() < deadline and holder and not _is_alive(holder):
                time.sleep(0.2)  # its children end as soon as they notice
                continue
            raise ServeError(
                f"Process {holder or '(unknown)'} is serving the data folder {data.resolve()} already. "
                "Stop it first, or set XINDE_DATA to another folder."
            ) from None


def _holder(lock: Any) -> int | None:
    lock.seek(0)
    written = lock.read().strip()
    return int(written) if written.isdigit() else None


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def check_port(host: str, port: int) -> None:
    """Say at once, before minutes of set-up, that the address cannot be had."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError):  # UnicodeError: no name can be like that
        raise _no_address(host) from None
    family, kind, _protocol, _name, where = found[0]
    with socket.socket(family, kind) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(where)
            trial.listen(1)
        except PermissionError:
            raise ServeError(
                f"Port {port} is reserved for the system. Use another: --port 8000"
            ) from None
        except OSError as problem:
            if problem.errno == errno.EADDRNOTAVAIL:
                raise _no_address(host) from None
            raise ServeError(
                f"Port {port} on {host} cannot be had ({problem.strerror}). "
                f"Another program may be using it. Use another: --port {port + 1 if port < 65535 else 8000}"
            ) from None


def _no_address(host: str) -> ServeError:
    return ServeError(
        f"{host[:80] or 'An empty name'} is no address of this machine. "
        "Use --host 127.0.0.1, or 0.0.0.0 for every address."
    )


# Setting up in a child process


def in_child(work: Callable[[], None]) -> int:
    """Run `work` in a forked process; its exit code. It ends when we end."""
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        _end_with(parent)
        os._exit(_outcome(work))
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    except KeyboardInterrupt:
        _forward(child)
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


def _stop(_number: int, _frame: Any) -> None:
    raise KeyboardInterrupt


def _forward(child: int) -> None:
    try:
        os.kill(child, signal.SIGINT)
        os.waitpid(child, 0)
    except (ProcessLookupError, ChildProcessError):
        pass


def _outcome(work: Callable[[], None]) -> int:
    from webapp.cli import errors

    code = 0
    try:
        work()
    except KeyboardInterrupt:
        code = 130
    except BaseException as problem:
        sentence = errors.sentence(problem)
        if sentence is None:
            import traceback

            traceback.print_exc()
        else:
            print(f"xinde: {sentence}", file=sys.stderr)
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def _end_with(parent: int) -> None:
    """Ask the kernel to end this process with its parent (Linux); a killed `serve`
    then leaves nothing behind that still writes."""
    try:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    except (OSError, AttributeError):
        return
    if os.getppid() != parent:
        os._exit(1)


def _prepare(settings: Settings, *, demo: bool, base: str, say: Say) -> None:
    app = setup.app_with_community(settings)
    with app.app_context():
        setup.everything(app, demo=demo, base=base, say=say)


# Serving


def _serve(settings: Settings, *, host: str, port: int, base: str, say: Say) -> int:
    from gunicorn.app.base import BaseApplication
    from gunicorn.arbiter import Arbiter

    background: list[Background] = []

    def started(worker: Any) -> None:
        background.append(Background(worker.wsgi, base=base, say=say))
        background[0].start()

    def ended(_server: Any, _worker: Any) -> None:
        for each in background:
            each.stop()

    class Server(BaseApplication):
        def load_config(self) -> None:
            for name, value in {
                "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
                "worker_class": "gthread",
                "workers": 1,
                "threads": settings.threads,
                "timeout": 120,
                "graceful_timeout": STOP_WITHIN,
                "loglevel": "warning",
                "control_socket_disable": True,
                "proc_name": "xinde",
                "post_worker_init": started,
                "worker_exit": ended,
            }.items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            from webapp import create_app

            return create_app(settings)

    try:
        Arbiter(Server()).run()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


class Background:
    """What the serving process does beside answering: opens model and index, sees
    what the queue lost, then works through the queue. On threads of its own."""

    def __init__(self, app: Flask, *, base: str = "", say: Say = setup.quietly) -> None:
        self._app, self._base, self._say = app, base, say
        self._consumer = consumer(app)
        self._stopping = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, name="xinde-background", daemon=True).start()

    def stop(self) -> None:
        """Let the job at hand end; whatever is left waits in the queue."""
        self._stopping.set()
        if self._consumer.scheduler.is_alive():
            self._consumer.stop(graceful=True)

    def _run(self) -> None:
        from webapp.cli import errors

        try:
            resources = self._app.extensions["xinde_resources"]
            resources.library  # noqa: B018
            resources.index  # noqa: B018
        except Exception as problem:
            said = errors.sentence(problem) or repr(problem)
            self._say(f"Serving on {self._base}, but not ready: {said}")
        else:
            self._say(f"Xinde is ready at {self._base}  (Ctrl-C stops)")
        if not self._stopping.is_set():
            look_for_lost_work(self._app)
        if not self._stopping.is_set():
            self._consumer.start()


def look_for_lost_work(app: Flask) -> None:
    """One sweep now; the next come with the clock."""
    import structlog

    from webapp.jobs import reconcile
    from webapp.texts import bringing

    with app.app_context():
        for sweep in (reconcile.sweep, bringing.sweep):
            try:
                sweep()
            except Exception as problem:  # the pages must be served whatever the index has
                structlog.get_logger("xinde.jobs").error("sweep failed", problem=str(problem))


def consumer(app: Flask) -> Any:
    """Huey's consumer with one worker thread, which leaves our signals alone."""
    from huey.consumer import Consumer

    class QuietConsumer(Consumer):
        def _set_signal_handlers(self) -> None:
            """Gunicorn, or the command, has its own."""

    return QuietConsumer(
        app.extensions["xinde_huey"],
        workers=1,
        periodic=True,
        initial_delay=POLL,
        max_delay=POLL,
        backoff=1.0001,
        check_worker_health=False,
        shutdown_timeout=STOP_WITHIN,
    )


def work_until_stopped(app: Flask) -> None:
    """The background work alone, until Ctrl-C or SIGTERM."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    app.extensions["xinde_resources"].index  # says at once when there is none  # noqa: B018
    worker = Background(app)
    worker.start()
    while not stop.wait(1):
        pass
    worker.stop()
