"""The command line: help for everybody, one clear line for what goes wrong, safe to run twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from webapp.cli import main

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def once_built(tmp_path_factory) -> Path:
    """A data folder as `xinde library build` leaves it, with the hashing model."""
    data = tmp_path_factory.mktemp("cli")
    done = run_xinde("library", "build", data=data)
    assert done.returncode == 0, done.stderr
    return data


@pytest.fixture
def data(tmp_path, once_built) -> Path:
    import shutil

    target = tmp_path / "instance"
    shutil.copytree(once_built, target)
    return target


def environment(data: Path) -> dict[str, str]:
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith("XINDE_") and k != "DATABASE_URL"
    }
    return {**kept, "XINDE_DATA": str(data), "XINDE_MODEL": "hashing", "PYTHONPATH": str(ROOT)}


def run_xinde(*arguments: str, data: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from webapp.command import main; main()", *arguments],
        env={**environment(data), **more},
        cwd=data.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def xinde(data, monkeypatch) -> Iterator[Callable[..., Result]]:
    """Run a command in this process."""
    for name in [n for n in os.environ if n.startswith("XINDE_") or n == "DATABASE_URL"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XINDE_DATA", str(data))
    monkeypatch.setenv("XINDE_MODEL", "hashing")
    monkeypatch.chdir(data.parent)
    before = os.umask(0o077)  # the command sets it for its process, which here is ours
    yield lambda *arguments: CliRunner().invoke(main, list(arguments), catch_exceptions=False)
    os.umask(before)


def commands(group: click.Command, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [path]
    for name, command in getattr(group, "commands", {}).items():
        found += commands(command, (*path, name))
    return found


@pytest.mark.parametrize("path", commands(main), ids=" ".join)
def test_the_help_of_every_command_is_a_sentence_and_an_example(path):
    shown = CliRunner().invoke(main, [*path, "--help"])
    assert shown.exit_code == 0
    command: click.Command = main
    for name in path:
        command = command.commands[name]  # type: ignore[attr-defined]
    assert command.help.split("\n\n")[0].strip().endswith((".", ".\n"))
    assert "Example:" in shown.output
    assert f"xinde {' '.join(path)}".strip() in shown.output.split("Example:")[1]


def test_help_answers_at_once(tmp_path):
    """Without importing what serves pages or computes vectors."""
    listed = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, webapp.cli; print([m for m in sys.modules if m in "
            "('numpy', 'flask', 'sqlalchemy', 'onnxruntime', 'torch', 'gunicorn', 'tqdm')])",
        ],
        env=environment(tmp_path),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert listed.stdout.strip() == "[]"
    times = []
    for _ in range(3):
        start = time.perf_counter()
        assert run_xinde("--help", data=tmp_path).returncode == 0
        times.append(time.perf_counter() - start)
    assert min(times) < 1.5  # 0.2 s alone; the limit leaves room for a busy machine


def test_a_library_is_listed_and_searched(xinde):
    rows = json.loads(xinde("library", "list", "--language", "zh", "--json").stdout)
    assert len(rows) >= 20
    assert {r["language"] for r in rows} == {"zh"}
    hits = json.loads(xinde("library", "search", "going to see the block", "--json").stdout)
    assert hits[0]["reading"].startswith("going-to-see/")
    assert hits[0]["sentence"]


def test_building_again_embeds_nothing(xinde):
    report = json.loads(xinde("library", "build", "--json").stdout)
    assert report["texts"]["new"] == report["texts"]["changed"] == []
    assert report["index"]["new"] == report["index"]["changed"] == 0


def test_an_added_text_is_found_and_a_refused_one_says_why(xinde, tmp_path):
    good = tmp_path / "on-kettles.md"
    good.write_text("---\ntitle: On kettles\n---\nA kettle that whistles is heard in the yard.\n")
    empty = tmp_path / "nothing.md"
    empty.write_text("")
    added = xinde("library", "add", str(good))
    assert added.exit_code == 0
    assert "1 new" in added.stdout
    found = json.loads(xinde("library", "search", "whistling kettle", "--json").stdout)
    assert found[0]["reading"].startswith("on-kettles/")
    refused = xinde("library", "add", str(empty))
    assert refused.exit_code == 1
    assert "nothing.md" in refused.stdout
    assert "empty" in refused.stdout


def test_what_a_command_makes_is_readable_by_its_owner_alone(once_built):
    files = [once_built / "community.db", *once_built.glob("*.db"), *once_built.rglob("*.woff2")]
    assert len(files) >= 5
    for file in [*files, once_built / "texts"]:
        assert file.stat().st_mode & 0o077 == 0, file


def test_a_withdrawn_text_is_gone_until_it_is_restored(xinde):
    def listed() -> set[str]:
        return {t["slug"] for t in json.loads(xinde("library", "list", "--json").stdout)}

    def found() -> set[str]:
        hits = json.loads(xinde("library", "search", "going to see the block", "--json").stdout)
        return {hit["reading"].partition("/")[0] for hit in hits}

    assert "going-to-see" in listed() & found()
    done = xinde("library", "withdraw", "going-to-see")
    assert done.exit_code == 0
    assert "xinde library restore going-to-see" in done.stdout
    assert "going-to-see" not in listed() | found()
    assert xinde("library", "build").exit_code == 0
    assert "going-to-see" not in listed() | found()
    assert xinde("library", "restore", "going-to-see").exit_code == 0
    assert "going-to-see" in listed() & found()
    unknown = xinde("library", "withdraw", "no-such-text")
    assert unknown.exit_code == 1
    assert "xinde library list" in unknown.stderr


def test_an_emptied_folder_is_an_error_until_its_texts_are_withdrawn(xinde, tmp_path, monkeypatch):
    own = tmp_path / "own"
    own.mkdir()
    (own / "on-kettles.md").write_text("---\ntitle: On kettles\n---\nA kettle whistles.\n")
    monkeypatch.setenv("XINDE_TEXTS", str(own))
    assert xinde("library", "build").exit_code == 0
    (own / "on-kettles.md").unlink()
    emptied = xinde("library", "build")
    assert emptied.exit_code == 1
    assert "xinde library withdraw SLUG" in emptied.stderr
    assert xinde("library", "withdraw", "on-kettles").exit_code == 0
    assert xinde("library", "build").exit_code == 0
    gone = xinde("library", "restore", "on-kettles")
    assert gone.exit_code == 1
    assert "on-kettles.md" in gone.stderr


def test_models_are_listed_with_their_languages(xinde):
    shown = xinde("models", "list").stdout
    assert " en, zh " in shown
    assert "frozenset" not in shown


def test_members_are_added_once_invited_and_listed(xinde):
    first = xinde(
        "members", "add", "li@example.org", "李文", "--role", "mentor", "--language", "zh"
    )
    assert "/reset/" in first.stdout
    again = xinde("members", "add", "LI@example.org", "李文")
    assert "nothing was changed" in again.stdout
    rows = json.loads(xinde("members", "list", "--json").stdout)
    assert [(r["name"], r["email"]) for r in rows] == [("李文", "li@example.org")]
    assert (
        "/join/"
        in json.loads(xinde("members", "invite", "--administrator", "--json").stdout)["link"]
    )
    assert "/reset/" in xinde("members", "reset-link", "li@example.org").stdout
    assert "no unit Nowhere" in xinde("members", "invite", "--unit", "Nowhere").stderr
    assert "no role king" in xinde("members", "add", "x@example.org", "X", "--role", "king").stderr
    assert xinde("members", "reset-link", "nobody@example.org").exit_code == 1


def test_load_jobs_and_suggest_work_together(xinde, tmp_path):
    file = tmp_path / "org.json"
    file.write_text(
        json.dumps(
            {
                "members": [
                    {
                        "key": "a",
                        "name": "Ann",
                        "email": "ann@example.org",
                        "password": "a long password",
                        "working_on": "How volunteers come back a second time",
                    },
                    {
                        "key": "b",
                        "name": "Bo",
                        "email": "bo@example.org",
                        "password": "a long password",
                    },
                ],
                "reflections": [
                    {
                        "key": "r",
                        "author": "b",
                        "audience": "organisation",
                        "title": "Volunteers who came back",
                        "body": "Volunteers come back a second time when somebody saw them leave.",
                    }
                ],
            }
        )
    )
    assert xinde("load", str(file)).exit_code == 0
    assert json.loads(xinde("load", str(file), "--json").stdout)["sections"]["members"]["same"] == 2
    done = json.loads(xinde("jobs", "run", "--json").stdout)
    assert (done["swept"], done["still_behind"]) == (1, 0)
    assert json.loads(xinde("jobs", "run", "--json").stdout)["swept"] == 0
    found = json.loads(xinde("suggest", "ann@example.org", "--json", "--day", "2026-05-04").stdout)
    readings = {s["reading"] for s in found["suggestions"]}
    assert any(r.startswith("reflection/") for r in readings)
    shown = xinde("suggest", "ann@example.org", "--day", "2026-05-04").stdout
    own = "How volunteers come back a second time"
    assert own not in json.dumps(found) + shown
    assert "(the member's own words are not shown)" in shown
    for suggestion in found["suggestions"]:
        assert suggestion["score"] == pytest.approx(
            sum(p["value"] for p in suggestion["parts"]), abs=1e-4
        )
        for part in suggestion["parts"]:
            assert part["value"] == pytest.approx(part["words"] + part["meaning"], abs=1e-4)


def test_a_wrong_file_is_one_message_and_exit_code_one(data, tmp_path):
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"members": [{"key": "a"}], "persons": []}')
    done = run_xinde("load", str(wrong), data=data)
    assert done.returncode == 1
    assert "members[0].name is missing" in done.stderr
    assert "persons is not a section" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_route_has_its_permission(xinde):
    rows = json.loads(xinde("routes", "--json").stdout)
    assert {r["route"] for r in rows} >= {"/", "/healthz", "/readyz", "/login"}
    assert [r["route"] for r in rows if not r["permission"]] == []
    assert all(r["methods"] and r["who"] and r["sentence"] for r in rows)


def test_doctor_is_content_with_a_fresh_folder_and_names_what_is_wrong(xinde, data):
    well = xinde("doctor")
    assert well.exit_code == 0, well.stdout
    assert well.stdout.count("ok ") >= 10
    (data / "index" / "index.db").unlink()
    for name in ("index.db-wal", "index.db-shm"):
        (data / "index" / name).unlink(missing_ok=True)
    ill = xinde("doctor")
    assert ill.exit_code == 1
    assert "xinde library build" in next(
        line for line in ill.stdout.splitlines() if "PROBLEM" in line
    )
    assert xinde("library", "check").exit_code == 1


def test_doctor_says_when_every_user_of_the_machine_can_read_what_people_wrote(xinde, data):
    data.chmod(0o755)
    (data / "community.db").chmod(0o644)
    found = next(line for line in xinde("doctor").stdout.splitlines() if " folder " in line)
    assert found.startswith("PROBLEM")
    assert f"chmod -R go= {data}" in found
    data.chmod(0o700)
    found = next(line for line in xinde("doctor").stdout.splitlines() if " folder " in line)
    assert found.startswith("ok")


def test_doctor_of_an_empty_folder_says_how_to_begin(tmp_path):
    done = run_xinde("doctor", data=tmp_path / "nothing")
    assert done.returncode == 1
    assert "xinde serve" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("XINDE_COLOUR", "blue", "XINDE_COLOUR is not a setting"),
        ("XINDE_THREADS", "many", "whole number"),
        ("XINDE_LANGUAGE", "fr", "en or zh"),
        ("DATABASE_URL", "mysql://x", "postgresql://"),
        ("DATABASE_URL", "postgresql://127.0.0.1:1/none", "does not answer"),
        ("DATABASE_URL", "postgresql://no.such.host.invalid/x", "does not answer"),
        ("DATABASE_URL", "sqlite", "names no database"),
        ("DATABASE_URL", "sqlite://", "names no database"),
        ("DATABASE_URL", "postgresql://u:p@127.0.0.1:port/x", "names no database"),
        ("XINDE_THREADS", "999999999", "from 1 to 500"),
        ("XINDE_PROXIES", "-3", "from 0 to 20"),
        ("XINDE_PUBLIC_URL", "study.example.org", "https://study.example.org"),
        ("XINDE_TEXTS", "/etc/passwd", "is a file, not a folder"),
        ("XINDE_MODEL", "no-such-model", "There is no model"),
        ("XINDE_TEXTS", "/no/such/folder", "/no/such/folder"),
    ],
)
def test_a_wrong_setting_is_one_clear_line(data, name, value, said):
    done = run_xinde("library", "build", data=data, **{name: value})
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("url", ["ftp://x", "smtp://h:99999", "smtp://[::1", "smtp://"])
def test_a_mail_address_that_cannot_be_is_a_setting_to_correct(url):
    from webapp.settings import SettingsError, read

    with pytest.raises(SettingsError, match="XINDE_MAIL_URL must look like smtp://"):
        read({"XINDE_MAIL_URL": url, "XINDE_PUBLIC_URL": "https://a.example.org"}, dotenv=None)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"XINDE_\xff=1", "is not UTF-8"),
        (b"# good\nthis is not a setting\n", "line 2"),
        (b"XINDE_THREADS=many", "whole number"),
    ],
)
def test_a_file_of_settings_that_cannot_be_understood_is_named(tmp_path, content, said):
    from webapp.settings import SettingsError, read

    file = tmp_path / ".env"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=said):
        read({}, dotenv=file)
    file.write_text('# a comment\n\nexport XINDE_LANGUAGE="zh"\n')
    assert read({}, dotenv=file).language == "zh"


def test_what_sqlite_says_of_a_full_or_read_only_disk_is_told_as_such(data, monkeypatch):
    """Its own words sound like damage, and the cure for that would delete the file."""
    from collections import namedtuple

    from corpus.texts import LibraryBroken
    from recommender.errors import IndexBroken
    from webapp.cli import errors

    monkeypatch.setenv("XINDE_DATA", str(data))
    broken = LibraryBroken("library.db failed: disk I/O error. Move it away.")
    assert errors.sentence(broken) == str(broken)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage(10, 10, 0))
    assert "is full" in errors.sentence(broken)
    read_only = IndexBroken("index.db cannot be read (attempt to write a readonly database).")
    assert f"{data} cannot be written" in errors.sentence(read_only)


def test_ctrl_c_is_answered_in_a_sentence_even_while_the_program_is_read(tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys\n"
            "class Stop:\n"
            "    def find_spec(self, name, *_):\n"
            "        if name == 'click': raise KeyboardInterrupt\n"
            "sys.meta_path.insert(0, Stop())\n"
            "from webapp.command import main; main()",
        ],
        env=environment(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 130
    assert done.stderr.strip() == "Stopped. Run the same command again; it goes on."


def test_a_broken_file_does_not_replace_a_good_text(xinde, data, tmp_path):
    file = tmp_path / "on-kettles.md"
    file.write_text("---\ntitle: On kettles\n---\nA kettle that whistles is heard.\n")
    assert xinde("library", "add", str(file)).exit_code == 0
    file.write_text("")
    refused = xinde("library", "add", str(file))
    assert refused.exit_code == 1
    assert "on-kettles.md is empty" in refused.stdout
    assert "whistles" in (data / "texts" / "on-kettles.md").read_text()
    assert sorted(p.name for p in (data / "texts").iterdir()) == ["on-kettles.md"]


def test_what_cannot_be_added_is_said_before_anything_is_copied(xinde, data, tmp_path):
    one, other = tmp_path / "a" / "x.md", tmp_path / "b" / "x.md"
    for file in (one, other):
        file.parent.mkdir()
        file.write_text("# X\n\nWords.\n")
    hidden = tmp_path / ".hidden.md"
    hidden.write_text("# Hidden\n\nWords.\n")
    for wrong, said in (
        ([one, other], "same name"),
        ([one, hidden], "begins with a dot"),
        ([one, tmp_path / "none.md"], "There is no file"),
    ):
        done = xinde("library", "add", *map(str, wrong))
        assert done.exit_code == 1
        assert said in done.stderr
    assert list((data / "texts").iterdir()) == []


def test_a_folder_and_a_zip_are_brought_in_one_command(xinde, data, tmp_path):
    import zipfile

    folder = tmp_path / "Study group"
    (folder / "letters").mkdir(parents=True)
    (folder / "letters" / "one.md").write_text("# A letter\n\nThe kettle is on.\n")
    (folder / "empty.txt").write_text("")
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
        archive.writestr("井.txt", "井\n\n井干了一个夏天。\n")
        archive.writestr("../../escaped.txt", "Out\n\nThis must stay inside.\n")
    command = ("library", "add", str(folder), str(tmp_path / "more.zip"), "--no-index")
    done = xinde(*command)
    assert done.exit_code == 1  # one was refused
    assert "imported   one.md" in done.stdout
    assert "empty.txt is empty" in done.stdout
    assert (data / "texts" / "Study group" / "letters" / "one.md").exists()
    assert (data / "texts" / "more" / "井.txt").exists()
    assert not list(tmp_path.glob("**/escaped.txt")) or all(
        p.is_relative_to(data / "texts" / "more") for p in tmp_path.glob("**/escaped.txt")
    )
    again = xinde(*command)
    assert "as before  one.md" in again.stdout
    assert "0 new, 0 changed" in again.stdout
    told = json.loads(xinde("library", "files", "--json").stdout)
    letter = next(f for f in told if f["file"].endswith("one.md"))
    assert letter["text"]["title"] == "A letter"
    assert letter["text"]["origins"]["title"] == "heading"
    refused = json.loads(xinde("library", "files", "--outcome", "refused", "--json").stdout)
    assert [Path(f["file"]).name for f in refused if "empty" in f["file"]] == ["empty.txt"]


def test_an_index_of_another_model_names_the_cure(data, tmp_path):
    import sqlite3

    with sqlite3.connect(data / "index" / "index.db") as index:
        index.execute("update meta set value = 'other/1' where key = 'model'")
    index.close()
    done = run_xinde("library", "search", "kettle", data=data)
    assert done.returncode == 1
    assert "xinde library build" in done.stderr
    assert run_xinde("library", "build", data=data).returncode == 0
    assert run_xinde("library", "search", "kettle", data=data).returncode == 0


def test_a_newer_database_is_not_touched(data):
    import sqlite3

    with sqlite3.connect(data / "community.db") as community:
        community.execute("update alembic_version set version_num = '9999'")
    community.close()
    done = run_xinde("members", "list", data=data)
    assert done.returncode == 1
    assert "newer Xinde" in done.stderr
    assert "9999" in done.stderr


def test_a_data_folder_that_is_a_file_is_said(tmp_path):
    (tmp_path / "instance").write_text("")
    done = run_xinde("members", "list", data=tmp_path / "instance")
    assert done.returncode == 1
    assert "is a file" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_full_disk_is_said(data, xinde, monkeypatch):
    from collections import namedtuple

    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage(10, 10, 0))
    done = xinde("members", "list")
    assert done.exit_code == 1
    assert "is full" in done.stderr
    assert str(data) in done.stderr


def test_a_large_library_without_codes_is_told_how_to_be_searched_faster():
    from webapp.doctor import searched_slowly

    assert searched_slowly([], engine=False) == ""
    said = searched_slowly([("en", 120_000)], engine=False)
    assert "120,000" in said
    assert "pip install 'xinde[large]'" in said
    assert "pip" not in searched_slowly([("en", 120_000)], engine=True)


def test_a_table_of_people_is_looked_at_then_brought_in_whole_or_not_at_all(xinde, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("name,email,unit\nNoor,noor@example.org,Mill\nZoe,zoe@,Mill\n")
    looked = xinde("members", "import", str(file), "--dry-run")
    assert "row 3, E-mail address: “zoe@” is not an e-mail address" in looked.output
    assert "It would be: 1 new person, 1 new unit" in looked.output
    assert xinde("members", "import", str(file)).exit_code == 1
    assert "Noor" not in xinde("members", "list").output
    for expected in ("Done: 1 new person", "It would be: nothing"):
        done = xinde("members", "import", str(file), "--leave-out")
        assert (done.exit_code, expected in done.output) == (0, True), done.output
    assert "Noor" in xinde("members", "list").output
