"""Pages, memory and start of the real server, as ratios inside one run.

    python -m benchmarks web             # builds a demo folder first (a minute)
    python benchmarks/web.py --data FOLDER

Prints: a signed-in library page of 30 texts to a hello-world page on the same
server (gunicorn, gthread, one worker, 8 threads; the page is of Flask alone, with
none of our sessions, database or templates), the suggestions page to that page,
memory after 1,000 mixed requests, and the time of a second start.

The ratios are of the processor time of the serving process. Those of the clock stand
beside them: on a machine with other work a page of 5 ms waits for its turn and one of
half a millisecond does not, so that they say more about the other work.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

HELLO = "from flask import Flask\napp = Flask(__name__)\n@app.get('/')\ndef hello(): return 'hello world'\n"
LIMITS = {"cards / hello": 6.0, "suggestions / cards": 2.5}
ROUNDS = 40
IN_A_ROUND = 5  # requests of each page
MIXED = 1000


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


class Visitor:
    """One kept-alive connection with its cookies."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        method = "GET" if form is None else "POST"
        self.connection.request(method, path, urlencode(form or {}) or None, headers)
        answer = self.connection.getresponse()
        body = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, body

    def timed(self, path: str) -> float:
        began = time.perf_counter()
        status, _body = self.ask(path)
        took = time.perf_counter() - began
        if status != 200:
            raise SystemExit(f"{path} answered {status}")
        return took


def wait_ready(port: int, path: str, process: subprocess.Popen[bytes], limit: float) -> float:
    began = time.monotonic()
    while time.monotonic() - began < limit:
        if process.poll() is not None:
            raise SystemExit(f"the server ended with {process.returncode}")
        try:
            if Visitor(port).ask(path)[0] == 200:
                return time.monotonic() - began
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"not ready after {limit} s")


def serve(data: Path, port: int, log: Path) -> subprocess.Popen[bytes]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("XINDE_")}
    return subprocess.Popen(
        [sys.executable, "-m", "webapp.cli", "serve", "--demo", "--port", str(port)],
        env={**environment, "XINDE_DATA": str(data), "PYTHONUNBUFFERED": "1"},
        stdout=log.open("ab"),
        stderr=subprocess.STDOUT,
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    process.wait(timeout=30)


def sign_in(port: int, email: str, password: str) -> Visitor:
    visitor = Visitor(port)
    _status, page = visitor.ask("/login")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    status, _page = visitor.ask(
        "/login", {"email": email, "password": password, "csrf_token": token}
    )
    if status != 302:
        raise SystemExit(f"sign-in answered {status}")
    return visitor


def resident(root: int) -> list[tuple[int, float]]:
    """(pid, MiB of resident memory) of the server's processes, largest first."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            status = (folder / "status").read_text()
        except OSError:
            continue
        pid, parent = int(folder.name), int(re.search(r"PPid:\s+(\d+)", status)[1])
        if pid == root or parent == root:
            size = re.search(r"VmRSS:\s+(\d+)", status)
            found.append((pid, int(size[1]) / 1024 if size else 0.0))
    return sorted(found, key=lambda item: -item[1])


def serving(root: int) -> int:
    """The process that answers: of a server's, the one that holds most."""
    return resident(root)[0][0]


def processor_time(pid: int) -> float:
    """Seconds that a process has run, all its threads together. Linux alone counts so finely."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, help="a data folder of `xinde serve --demo` to keep")
    options = parser.parse_args()
    folder = options.data or Path(tempfile.mkdtemp(prefix="xinde-bench-")) / "instance"
    log = folder.parent / "serve.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    port = free_port()
    server = serve(folder, port, log)
    print(f"first start, ready after  {wait_ready(port, '/readyz', server, 900):6.1f} s")
    password = re.findall(r"with the password (\S+)", log.read_text())[-1]
    stop(server)
    server = serve(folder, port, log)
    second = wait_ready(port, "/readyz", server, 60)
    print(
        f"second start, ready after {second:6.1f} s   limit 3.0   {'ok' if second <= 3 else 'MISSED'}"
    )

    hello_file = folder.parent / "hello_app.py"
    hello_file.write_text(HELLO)
    hello_port = free_port()
    hello = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", "1", "--threads", "8",
         "-b", f"127.0.0.1:{hello_port}", "--keep-alive", "5", "hello_app:app"],
        cwd=folder.parent, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    wait_ready(hello_port, "/", hello, 30)
    plain = Visitor(hello_port)
    member = sign_in(port, "maria@example.org", password)
    _status, page = member.ask("/library")
    print(
        f"the library page shows {page.count('<li class=' + chr(34) + 'text') or page.count('<h2')} texts in {len(page)} bytes"
    )
    pages = {"hello": (plain, "/", serving(hello.pid)), "cards": (member, "/library", serving(server.pid)),
             "suggestions": (member, "/", serving(server.pid))}  # fmt: skip
    spent: dict[str, list[float]] = {name: [] for name in pages}
    times: dict[str, list[float]] = {name: [] for name in pages}
    for visitor, path, _pid in pages.values():
        for _each in range(2 * IN_A_ROUND):  # every thread has opened what it needs
            visitor.timed(path)
    for _round in range(ROUNDS):
        for name, (visitor, path, pid) in pages.items():
            before = processor_time(pid)
            times[name] += [visitor.timed(path) for _ in range(IN_A_ROUND)]
            time.sleep(0.01)  # what is done after an answer is part of it
            spent[name].append((processor_time(pid) - before) / IN_A_ROUND)
    middle = {name: statistics.median(values) for name, values in spent.items()}
    waited = {name: statistics.median(values) for name, values in times.items()}
    missed = 0
    for name, limit in LIMITS.items():
        top, _, bottom = name.partition(" / ")
        ratio = middle[top] / middle[bottom]
        missed += ratio > limit
        print(
            f"{name:24}  {ratio:6.2f}     limit {limit}   {'ok' if ratio <= limit else 'MISSED'}"
            f"   ({waited[top] / waited[bottom]:.2f} by the clock)"
        )
    for what, found in (("processor time", middle), ("clock", waited)):
        print(f"{what}: " + ", ".join(f"{n} {v * 1000:.2f} ms" for n, v in found.items()))

    paths = ["/", "/library", "/library?q=silence", "/library?q=%E5%AD%A6%E4%B9%A0",
             "/read/going-to-see", "/reflections", "/reflections?q=bench", "/notes", "/me"]  # fmt: skip
    after = []
    for turn in range(2):
        for number in range(MIXED if turn == 0 else MIXED // 2):
            member.ask(paths[number % len(paths)])
        after.append(resident(server.pid))
    total = [sum(size for _pid, size in each) for each in after]
    print(
        f"memory after {MIXED} requests {after[0][0][1]:6.0f} MiB (serving process)  limit 600  "
        f"all processes {total[0]:.0f} MiB; after {MIXED // 2} more: {total[1]:.0f} MiB"
    )
    stop(server)
    hello.terminate()
    hello.wait()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
