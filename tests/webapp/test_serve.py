"""`xinde serve`, as a real process: starts, says what is wrong, stops, starts again."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.webapp.serving import Browser, Server, hidden
from webapp import create_app, serve, setup
from webapp.community import db
from webapp.serve import ServeError, address, check_port, in_child, only_server
from webapp.settings import Settings


def test_a_second_server_on_a_folder_is_told_which_process_has_it(tmp_path):
    with only_server(tmp_path):
        other = subprocess.run(
            [
                sys.executable,
                "-c",
                "import sys; from pathlib import Path; from webapp.serve import only_server\n"
                "with only_server(Path(sys.argv[1])): pass",
                str(tmp_path),
            ],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=False,
        )
        import os

        assert f"Process {os.getpid()} is serving" in other.stderr
        assert "XINDE_DATA" in other.stderr
    with only_server(tmp_path):
        pass  # given back


def test_a_port_in_use_is_named_with_another_one():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(
            ServeError, match=rf"Port {port} .*--port {port + 1 if port < 65535 else 8000}"
        ):
            check_port("127.0.0.1", port)


@pytest.mark.parametrize(
    "host", ["no.such.host.invalid", "203.0.113.7", "a b", "a..b", "x" * 300 + ".org"]
)
def test_a_host_that_is_not_ours_is_said(host):
    with pytest.raises(ServeError, match=r"no address of this machine.*--host"):
        check_port(host, 8000)


@pytest.mark.parametrize(
    ("host", "public", "shown"),
    [
        ("127.0.0.1", "", "http://127.0.0.1:8000"),
        ("0.0.0.0", "", "http://127.0.0.1:8000"),
        ("::", "", "http://[::1]:8000"),
        ("127.0.0.1", "https://study.example.org/", "https://study.example.org"),
    ],
)
def test_the_address_that_is_printed_can_be_opened(host, public, shown):
    assert address(Settings(public_url=public), host, 8000) == shown


def test_set_up_in_a_child_gives_its_outcome_as_a_code(capfd):
    def refuse() -> None:
        raise ServeError("The pier is closed.")

    def stopped() -> None:
        raise KeyboardInterrupt

    assert in_child(lambda: None) == 0
    assert in_child(refuse) == 1
    assert in_child(stopped) == 130
    assert "xinde: The pier is closed." in capfd.readouterr().err


def test_a_dead_holder_of_the_lock_is_waited_for(tmp_path, monkeypatch):
    """The children of a killed server hold its lock for a moment longer."""
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import fcntl, sys, time\n"
            "f = open(sys.argv[1], 'a+'); fcntl.flock(f, fcntl.LOCK_EX)\n"
            "f.truncate(0); f.write('999999999\\n'); f.flush(); print('held', flush=True); time.sleep(1)",
            str(tmp_path / serve.LOCK),
        ],
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    start = time.monotonic()
    with only_server(tmp_path):
        assert time.monotonic() - start < 8
    holder.wait()
    holder.stdout.close()


def test_a_server_on_an_untouched_folder_says_what_to_run(tmp_path):
    """As `flask --app webapp run` without a first `xinde serve`."""
    app = create_app(Settings(data=tmp_path / "instance", model="hashing"))
    client = app.test_client()
    for path in ("/", "/login", "/static/app.css", "/no-such-page"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert answer.mimetype == "text/plain"
        assert "xinde serve" in answer.text
        assert answer.headers["Content-Security-Policy"]
    told = client.get("/library", headers={"Accept": "application/json"})
    assert (told.status_code, told.mimetype) == (503, "application/json")
    assert "xinde serve" in told.json["message"]
    assert client.post("/login", json={}).status_code == 503
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    with app.app_context():
        setup.community(app)
        setup.organisation(app)
        assert client.get("/login").status_code == 200
        db.session.rollback()
        db.engine.dispose()


@pytest.mark.slow
def test_first_start_second_start_and_a_quiet_end(tmp_path):
    data = tmp_path / "instance"
    with Server(data, "--demo") as server:
        server.wait_until_ready()
        said = server.output
        assert "Texts: " in said
        link = re.search(r"http://127\.0\.0\.1:\d+(/join/\S+)", said)[1]
        password = re.search(r"with the password (\S+)", said)[1]
        browser = Browser(server.address)
        for face in ("literata", "literata-italic"):
            with urllib.request.urlopen(f"{server.address}/fonts/{face}.woff2") as answer:
                assert answer.status == 200
                assert answer.read(4) == b"wOF2"
        assert (data / "community.db").stat().st_mode & 0o077 == 0
        assert (data / "jobs.db").stat().st_mode & 0o077 == 0
        assert browser.get(link)[0] == 200
        browser.sign_in("maria@example.org", password)
        assert browser.get("/")[0] == 200
        with Server(data) as second:
            assert second.process.wait(60) == 1
            assert f"Process {server.process.pid} is serving" in second.output
        with Server(tmp_path / "other", port=server.port) as third:
            assert third.process.wait(60) == 1
            assert f"Port {server.port}" in third.output
        assert server.stop() == 0
        assert "Traceback" not in server.output
    with Server(data, "--demo") as again:
        again.wait_until_ready()
        assert "Texts: " not in again.output  # nothing was built again
        assert "password" not in again.output
        assert "xinde members reset-link maria@example.org" in again.output
        fresh = re.search(r"(/join/\S+)", again.output)[1]
        assert fresh != link
        browser = Browser(again.address)
        assert "csrf_token" not in browser.get(link)[1] or browser.get(link)[0] != 200
        status, page, _to = browser.get(fresh)
        assert status == 200
        token = hidden(page, "csrf_token")
        status, page, _to = browser.post(
            fresh,
            name="Ada",
            email="ada@example.org",
            password="a long new password",
            password_confirm="a long new password",
            csrf_token=token,
        )
        assert status in (302, 303), page
        assert again.stop(signal.SIGTERM) == 0
    with Server(data) as last:
        last.wait_until_ready()
        assert "/join/" not in last.output
        assert last.stop() == 0


@pytest.mark.slow
def test_a_first_start_that_is_stopped_goes_on_with_the_same_command(tmp_path):
    data = tmp_path / "instance"
    for pause in (0.3, 1.0, 1.6, 2.2, 2.8):
        with Server(data) as server:
            time.sleep(pause)
            code = server.stop()
            assert code in (0, 130, -signal.SIGINT), server.output
            # before our first line runs, Python itself answers
            assert "Traceback" not in server.output or pause < 0.5, server.output
    with Server(data) as server:
        server.wait_until_ready()
        assert server.stop() == 0


@pytest.mark.slow
def test_a_server_that_was_killed_starts_again_at_once(tmp_path):
    data = tmp_path / "instance"
    with Server(data) as server:
        server.wait_until_ready()
        server.process.kill()  # the arbiter alone: its child must notice by itself
        server.process.wait()
        with Server(data, port=server.port + 1 if server.port < 65000 else None) as again:
            again.wait_until_ready()
            assert again.stop() == 0
