"""Files from strangers are read in a process that may die."""

from __future__ import annotations

import json
import os
import platform
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import fields, replace
from pathlib import Path

import pytest

from corpus import answers, child
from corpus.child import Reader
from corpus.texts import Block, CorpusError, Section, Text, TextRefused

HEAD = "---\ntitle: T\nlanguage: en\n---\n\n"
LINUX = sys.platform == "linux"


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.md"
    path.write_text(HEAD + "Good words.\n\n> and a quotation\n", "utf-8")
    return path


@pytest.fixture(scope="module")
def reader():
    """A reader for the tests that leave its child alive."""
    with Reader() as shared:
        yield shared


def refusal(reader: Reader, path: Path) -> str:
    with pytest.raises(TextRefused) as refused:
        reader.read(path)
    return str(refused.value)


def test_what_comes_back_is_what_was_read(good, reader):
    from corpus.formats import read

    assert reader.read(good) == read(good)


def test_one_child_reads_many_files(good):
    with Reader() as reader:
        for _ in range(20):
            reader.read(good)
        assert reader.started == 1


def test_a_refusal_comes_back_as_such(tmp_path, reader):
    (tmp_path / "x.md").write_text("---\ntitle: [a\n---\n\nwords", "utf-8")
    assert refusal(reader, tmp_path / "x.md").startswith("The front matter of x.md is not valid")


# Limits


def test_a_child_that_computes_too_long_is_replaced(tmp_path, good):
    slow = tmp_path / "slow.md"
    slow.write_text(HEAD + "[" * 1_000_000, "utf-8")
    with Reader(seconds=1.0) as reader:
        assert "Reading slow.md took more than 1 seconds" in refusal(reader, slow)
        assert reader.read(good).title == "T"
        assert reader.started == 2


def test_a_child_that_only_waits_is_replaced(good):
    with Reader(seconds=1.0) as reader:
        reader.read(good)
        os.kill(reader._child.pid, signal.SIGSTOP)
        start = time.monotonic()
        assert "took more than" in refusal(reader, good)
        assert time.monotonic() - start < 20
        assert reader.read(good).title == "T"


def test_a_child_that_dies_is_replaced(good):
    with Reader() as reader:
        reader.read(good)
        os.kill(reader._child.pid, signal.SIGKILL)
        assert reader.read(good).title == "T"
        assert reader.started == 2


def test_a_file_that_kills_its_reader_is_named(good, monkeypatch):
    monkeypatch.setattr(child, "_BOOT", _SAYS.replace("ANSWER", "os.abort()"))
    with Reader() as reader:
        assert refusal(reader, good).startswith("Reading good.md needed more than 512 MiB or broke")


def test_a_file_that_needs_too_much_memory_is_refused(tmp_path, good):
    greedy = tmp_path / "greedy.md"
    greedy.write_text(HEAD + "*a " * 300_000, "utf-8")
    with Reader(memory=64 * 1024 * 1024) as reader:
        for _ in range(2):
            assert "64 MiB" in refusal(reader, greedy)
            assert reader.read(good).title == "T"


def test_a_child_whose_memory_has_grown_is_replaced_and_no_file_is_lost(good, monkeypatch):
    monkeypatch.setattr(child, "WORN", 0.01)
    with Reader() as reader:
        assert [reader.read(good).title for _ in range(3)] == ["T"] * 3
        assert reader.started == 3


def test_an_answer_that_is_too_long_is_refused(tmp_path, good):
    long = tmp_path / "long.md"
    long.write_text(HEAD + "word " * 100_000, "utf-8")
    with Reader(answer=100_000) as reader:
        assert "long.md holds more text" in refusal(reader, long)
        assert reader.read(good).title == "T"
        assert reader.started == 1


def test_too_many_paragraphs_are_refused():
    many = replace(FULL, sections=(Section((), (Block("paragraph", "Word."),) * 200_000),))
    with pytest.raises(TextRefused, match=r"many\.txt holds more than 200,000 paragraphs\. Divide"):
        answers.packed(many, Path("many.txt"))


def test_a_machine_that_starts_no_process_refuses_no_file(good, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with Reader() as reader, pytest.raises(CorpusError, match="could not be started") as error:
        reader.read(good)
    assert not isinstance(error.value, TextRefused)


# Which file is read


def test_what_is_no_ordinary_file_is_refused_without_waiting(tmp_path, reader):
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "folder.md").mkdir()
    plug = socket.socket(socket.AF_UNIX)
    plug.bind(str(tmp_path / "socket.md"))
    (tmp_path / "nothing.md").symlink_to("missing.md")
    (tmp_path / "loop.md").symlink_to("loop.md")
    (tmp_path / "empty.md").touch()
    assert "pipe.md is not an ordinary file (a pipe)" in refusal(reader, tmp_path / "pipe.md")
    assert "not an ordinary file (a folder)" in refusal(reader, tmp_path / "folder.md")
    assert "not an ordinary file (a socket)" in refusal(reader, tmp_path / "socket.md")
    assert "not an ordinary file (a device)" in refusal(reader, Path("/dev/zero"))
    assert "a link to a file that is not there" in refusal(reader, tmp_path / "nothing.md")
    assert "not an ordinary file (a link)" in refusal(reader, tmp_path / "loop.md")
    assert "is not there" in refusal(reader, tmp_path / "missing.md")
    assert "empty (0 bytes)" in refusal(reader, tmp_path / "empty.md")
    assert "cannot be read" in refusal(reader, tmp_path / "a\0b.md")
    assert "cannot be read" in refusal(reader, tmp_path / ("x" * 300 + ".md"))
    plug.close()


def test_a_link_is_followed_inside_its_folder_only(tmp_path, good, reader):
    folder = tmp_path / "folder"
    (folder / "below").mkdir(parents=True)
    (folder / "own.md").write_bytes(good.read_bytes())
    (folder / "below" / "link.md").symlink_to("../own.md")
    (folder / "out.md").symlink_to(good)
    (folder / "passwd.txt").symlink_to("/etc/passwd")
    assert reader.read(folder / "below" / "link.md", folder=folder).title == "T"
    assert "below" not in refusal(reader, folder / "below" / "link.md")
    for name in ("out.md", "passwd.txt"):
        assert refusal(reader, folder / name) == (
            f"{name} is a link that leads outside its folder. Bring the file itself."
        )


def test_a_folder_may_itself_be_reached_by_a_link(tmp_path, good, reader):
    (tmp_path / "texts").symlink_to(tmp_path)
    assert reader.read(tmp_path / "texts" / "good.md", folder=tmp_path / "texts").title == "T"


def test_where_there_are_no_files_in_memory_the_child_opens_the_file_itself(good, monkeypatch):
    monkeypatch.setattr(child, "_copies", lambda: False)
    with Reader() as reader:
        assert reader.read(good).title == "T"
        assert reader.read(good).title == "T"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_read_permission_is_refused(good, reader):
    good.chmod(0)
    assert "permission denied. Give this user access" in refusal(reader, good)


@pytest.mark.skipif(not child._copies(), reason="needs files in memory")
def test_a_file_that_grows_while_it_is_read_is_refused(good, monkeypatch, reader):
    reader.start()

    def and_write(fd: int, size: int, read=os.read) -> bytes:
        part = read(fd, size)
        with good.open("a") as file:
            file.write("more words\n")
        return part

    with monkeypatch.context() as patched:
        patched.setattr(child.os, "read", and_write)
        assert refusal(reader, good).startswith("good.md changed while it was read. Wait")
    assert reader.read(good).title == "T"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\nb\x07.md", "a\ufffdb\ufffd.md"),
        ("rtl\u202etxt.md", "rtl\ufffdtxt.md"),
        ("caf\udce9.md", "caf\ufffd.md"),
        ("x" * 252 + ".md", "x" * 76 + "….md"),
        ("📚 书.md", "📚 书.md"),
        ("..  ...md", "..  ...md"),
        ("-rf *;$(id).md", "-rf *;$(id).md"),
    ],
)
def test_names_of_every_sort_are_read_and_shown(tmp_path, name, shown, reader):
    path = tmp_path / name
    path.write_text(HEAD + "words", "utf-8")
    text = reader.read(path)
    assert text.slug
    path.write_text("---\ntitle: [a\n---\n\nwords", "utf-8")
    message = refusal(reader, path)
    assert f"The front matter of {shown} is" in message
    assert message.isprintable()


# What the child may do


CONFINED = (
    child._BOOT.replace("from corpus.child import main\nmain()\n", "")
    + """
from corpus import confinement
guard = confinement.Guard([sys.argv[1], *sys.path])
guard.given = sys.argv[3]
confinement.limit(512 << 20)
confinement.confine(guard, reads_copies=True)
"""
)


def confined(code: str, given: Path | str = "") -> subprocess.CompletedProcess[str]:
    package = os.path.dirname(os.path.abspath(child.__file__))
    settings = json.dumps({"places": child._places()})
    return subprocess.run(
        [sys.executable, *child._ALONE, "-c", CONFINED + code, package, settings, str(given)],
        env=child._ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "code",
    [
        "open('/etc/passwd')",
        "open(sys.argv[3] + '.other', 'w')",
        "open(sys.argv[3], 'a')",
        "import os; os.open(sys.argv[3], os.O_RDWR)",
        "import os; os.listdir('/')",
        "import os; os.remove(sys.argv[3])",
        "import os; os.system('true')",
        "import os; os.fork()",
        "import os; os.execv('/bin/true', ['true'])",
        "import os; os.posix_spawn('/bin/true', ['true'], {})",
        "import subprocess; subprocess.run(['true'])",
        "import socket; socket.socket()",
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1/')",
        "import ctypes; ctypes.CDLL(sys.argv[3])",
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
        "import tempfile; tempfile.mkstemp(dir='/tmp')",
        "import sqlite3; sqlite3.connect(sys.argv[3])",
        "import os; os.kill(os.getppid(), 0)",
    ],
)
def test_python_code_in_the_child_may_not(code, good):
    done = confined(code, good)
    assert done.returncode == 1
    assert "may not do this" in done.stderr, done.stderr
    assert good.read_text("utf-8").startswith("---")


def test_the_child_reads_the_file_given_to_it(good):
    done = confined("print(len(open(sys.argv[3]).read()))", good)
    # Landlock lets only the copy be read; without it, the hook lets this file pass.
    assert done.returncode == 0 or "Permission denied" in done.stderr


@pytest.mark.skipif(
    not LINUX or platform.machine() not in ("x86_64", "aarch64"), reason="no filter for this system"
)
def test_the_kernel_refuses_what_python_did_not_see(good):
    done = confined(
        """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
path = os.fsencode(sys.argv[3])
def refused(result):
    return result == -1 and ctypes.get_errno() in (1, 38)
print(
    refused(libc.socket(2, 1, 0)), refused(libc.socketpair(1, 1, 0, (ctypes.c_int * 2)())),
    refused(libc.fork()), refused(libc.execv(b"/bin/true", None)),
    refused(libc.open(path, os.O_RDWR)), refused(libc.open(path + b".new", os.O_CREAT, 0o600)),
    refused(libc.unlink(path)), refused(libc.rename(path, path + b"2")),
    refused(libc.truncate(path, 0)), refused(libc.mkdir(path + b"d", 0o700)),
    refused(libc.kill(os.getppid(), 0)), refused(libc.ptrace(16, os.getppid(), 0, 0)),
    refused(libc.setrlimit(9, (ctypes.c_uint64 * 2)(1 << 40, 1 << 40))),
)
""",
        good,
    )
    assert done.stdout.split() == ["True"] * 13, done.stderr
    assert sorted(p.name for p in good.parent.iterdir()) == ["good.md"]


def _has_landlock() -> bool:
    import ctypes

    return LINUX and ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1) >= 1


@pytest.mark.skipif(not _has_landlock(), reason="this kernel has no Landlock")
def test_no_other_file_can_be_read_where_the_kernel_has_landlock(good):
    done = confined(
        "import ctypes, os\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "print(libc.open(os.fsencode(sys.argv[3]), 0), ctypes.get_errno(),"
        " libc.open(b'/etc/passwd', 0), libc.open(b'/dev/null', 0) > 0)",
        good,
    )
    assert done.stdout.split() == ["-1", "13", "-1", "True"], done.stderr


def test_the_libraries_of_the_readers_work_in_the_child():
    done = confined(
        "import lxml.html, pypdfium2, mammoth, pypdf, yaml, markdown_it, io\n"
        "from corpus import languages\n"
        "pdf = pypdfium2.PdfDocument.new(); pdf.new_page(9, 9); out = io.BytesIO(); pdf.save(out)\n"
        "print(len(pypdfium2.PdfDocument(out.getvalue())))\n"
        "print(lxml.html.fromstring('<p>a</p>').text)\n"
        "print(languages.other_language('Les membres se réunissent chaque semaine pour étudier. ' * 20))\n"
    )
    assert done.stdout.split() == ["1", "a", "French"], done.stderr


def test_the_child_does_not_see_our_secrets(good, monkeypatch):
    monkeypatch.setenv("XINDE_SECRET_KEY", "s3cret")
    with Reader() as reader:
        reader.read(good)
        environment = Path(f"/proc/{reader._child.pid}/environ").read_bytes()
    assert b"OMP_NUM_THREADS" in environment
    assert b"s3cret" not in environment


def test_threads_may_share_a_reader(good, reader):
    seen = []
    threads = [
        threading.Thread(target=lambda: seen.append(reader.read(good).title)) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == ["T"] * 6


def test_no_child_is_left_behind(good):
    with Reader() as reader:
        reader.read(good)
        pid = reader._child.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


# What it may say

FULL = Text(
    slug="on-patience",
    title="On patience",
    author="Ana",
    language="zh",
    sections=(
        Section((), (Block("paragraph", "Words\nand 字 🌱."),)),
        Section(("One", "Two"), (Block("list", "- a\n- b"), Block("note", "1 c"))),
    ),
    year=-350,
    themes=("service", "field-work"),
    roles=("member",),
    level="advanced",
    minutes=9,
    form="essay",
    series="Habits",
    series_position=2,
    version_of="patience",
    licence="CC0-1.0",
    sources=("One", "Two"),
    script="Hant",
    identifiers=("isbn:9780000000002",),
    subjects=("Patience",),
    origins=(("title", "file"), ("year", "name")),
    left_out=("licence", "page numbers"),
)


def sent(text: Text, **changes: object) -> Text:
    header, body = answers.packed(text, Path("x.md"))
    values = json.loads(json.dumps(header["text"])) | changes
    return answers.unpacked(values, body, Path("x.md"))


def test_every_field_of_a_text_comes_back():
    assert sent(FULL) == FULL
    untold = [f.name for f in fields(Text) if getattr(FULL, f.name) == f.default]
    assert untold == []


def test_what_no_database_or_page_could_hold_is_taken_out():
    dirty = replace(
        FULL,
        title="On\x00 pa\u202etience \ud800",
        author="A\x1ena\n\nRuiz",
        sections=(
            Section(
                ("A\x1fhead\x1eing\x00 " + "x" * 400,),
                (
                    Block("paragraph", "a\x1e\x1fb\x00\x08c\ud800\uffff d"),
                    Block("verse", "\x00"),
                ),
            ),
        ),
        subjects=("", "x" * 600),
    )
    text = sent(dirty)
    assert (text.title, text.author) == ("On pa tience", "A na Ruiz")
    assert text.sections[0].path[0].startswith("A head ing xx")
    assert len(text.sections[0].path[0]) == 300
    assert [b.text for b in text.sections[0].blocks] == ["a  bc? d"]
    assert len(text.subjects[0]) == 500
    json.dumps(answers.packed(text, Path("x"))[0]).encode("utf-8")


def test_deep_headings_are_flattened():
    deep = tuple(f"h{n}" for n in range(5000))
    text = sent(replace(FULL, sections=(Section(deep, (Block("paragraph", "x"),)),)))
    assert text.sections[0].path == (*deep[:15], "h4999")


@pytest.mark.parametrize(
    "changes",
    [
        {"language": "fr"},
        {"language": None},
        {"language": ["en"]},
        {"year": "1990"},
        {"year": True},
        {"year": 10**30},
        {"minutes": float("nan")},
        {"level": "expert"},
        {"level": {}},
        {"themes": "x"},
        {"themes": ["../x"]},
        {"themes": [["x"]]},
        {"version_of": "A b"},
        {"title": ["x"]},
        {"author": {"a": 1}},
        {"sources": [1]},
        {"origins": [["title", "guess"]]},
        {"origins": [["rank", "file"]]},
        {"origins": ["title"]},
        {"left_out": ["<script>"]},
        {"script": "Latn"},
        {"secret": 1},
    ],
)
def test_an_answer_of_wrong_values_is_not_believed(changes):
    with pytest.raises(answers.Nonsense):
        sent(FULL, **changes)


def test_missing_values_are_filled_in():
    text = sent(FULL, slug="../../etc", title="", minutes=None)
    assert (text.slug, text.title, text.minutes) == ("x", "x", 1)


@pytest.mark.parametrize("body", [b"evil\x1fx", b"paragraph\x1fa\x1fb", b"paragraph"])
def test_a_body_of_wrong_parts_is_not_believed(body):
    with pytest.raises(answers.Nonsense):
        answers.unpacked(answers.packed(FULL, Path("x"))[0]["text"], body, Path("x"))


def test_a_body_of_a_million_pieces_is_not_even_divided():
    start = time.monotonic()
    with pytest.raises(answers.Nonsense):
        list(answers._sections(b"\x1f" * 30_000_000))
    assert time.monotonic() - start < 2


# A child that was taken over: says it is ready, then answers each file with ANSWER.
_SAYS = """
import os, socket
say = lambda data: os.write(1, data)
say(b'{"ready": true}\\n')
asked = socket.socket(fileno=os.dup(0))
while asked.recv(100000):
    ANSWER
"""


@pytest.mark.parametrize(
    "answer",
    [
        r"say(b'not json\n')",
        r"say(b'[1]\n')",
        r"say(b'[' * 500_000 + b'\n')",
        r"say(b'{}\n')",
        r"say(b'{\"length\": -1}\n')",
        r"say(b'{\"length\": 1e9}\n')",
        r"say(b'{\"length\": true}\n')",
        r"say(b'{\"text\": {}, \"length\": 11}\nparagraph\x1fx')",
        r"say(b'{\"text\": [], \"length\": 3, \"worn\": false}\nabcdef')",
        r"say(b'{\"refused\": 7}\n')",
        r"say(b'x' * 2_000_000)",
        r"say(b'{\"ready\": true}\n{\"ready\": true}\n')",
        r"say(b'\xff\xfe\n')",
    ],
)
def test_a_child_that_was_taken_over_is_not_believed(answer, good, monkeypatch):
    monkeypatch.setattr(child, "_BOOT", _SAYS.replace("ANSWER", answer))
    with Reader(seconds=1.0) as reader:
        for _ in range(2):
            message = refusal(reader, good)
            assert message.startswith(("Reading good.md", "good.md holds no text"))


def test_a_length_beyond_the_limit_is_not_waited_for(good, monkeypatch):
    monkeypatch.setattr(
        child, "_BOOT", _SAYS.replace("ANSWER", r"say(b'{\"length\": 99999999999}\n')")
    )
    with Reader() as reader:
        assert "holds more text" in refusal(reader, good)


def test_a_message_is_shown_harmlessly(good, monkeypatch):
    said = json.dumps({"refused": "a\x1b[31m\u202e\ud800\n" + "x" * 5000})
    monkeypatch.setattr(child, "_BOOT", _SAYS.replace("ANSWER", f"say({said.encode()!r} + b'\\n')"))
    with Reader() as reader:
        message = refusal(reader, good)
    assert message.isprintable()
    assert len(message) <= answers.MOST_MESSAGE
