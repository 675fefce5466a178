"""What somebody brought in a zip is unpacked whole, and does no harm."""

from __future__ import annotations

import errno
import os
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import pytest

from corpus import archives
from corpus.archives import Limits, clean_name, is_archive, unpack


@dataclass(frozen=True)
class Part:
    """An entry of a zip as any program might have written it, right or wrong."""

    name: bytes
    data: bytes = b"words"
    packed: bytes | None = None  # as stored; deflated unless given
    method: int = 8
    flags: int = 0
    mode: int = 0
    size: int | None = None  # a lie, where given
    crc: int | None = None
    extra: bytes = b""
    at: int | None = None  # another entry's place

    @property
    def bytes(self) -> bytes:
        if self.packed is not None:
            return self.packed
        if self.method != 8:
            return self.data
        deflate = zlib.compressobj(9, wbits=-15)
        return deflate.compress(self.data) + deflate.flush()

    @property
    def numbers(self) -> tuple[int, int, int]:
        size = len(self.data) if self.size is None else self.size
        crc = zlib.crc32(self.data) if self.crc is None else self.crc
        return crc, len(self.bytes), size


def zip_of(*parts: Part | tuple[str, bytes], before: bytes = b"", comment: bytes = b"") -> bytes:
    body, directory = before, b""
    written = [Part(p[0].encode(), p[1], flags=0x800) if isinstance(p, tuple) else p for p in parts]
    for p in written:
        at = len(body) if p.at is None else p.at
        head = struct.pack("<3H2H3L", 20, p.flags, p.method, 0, 0, *p.numbers)
        if p.at is None:
            body += b"PK\3\4" + head + struct.pack("<2H", len(p.name), 0) + p.name + p.bytes
        directory += b"PK\1\2" + struct.pack("<H", 20) + head
        directory += struct.pack("<5H2L", len(p.name), len(p.extra), 0, 0, 0, p.mode << 16, at)
        directory += p.name + p.extra
    end = struct.pack(
        "<4H2LH", 0, 0, len(written), len(written), len(directory), len(body), len(comment)
    )
    return body + directory + b"PK\5\6" + end + comment


@pytest.fixture
def bring(tmp_path):
    """Unpacks bytes as an archive: (what became of them, the folder)."""

    def unpacked(data: bytes, **limits: int):
        (tmp_path / "brought.zip").write_bytes(data)
        into = tmp_path / "into"
        return unpack(tmp_path / "brought.zip", into, limits=Limits(**limits)), into

    return unpacked


def names(result, folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in result.files]


def on_disk(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir())


# What is ordinary


def test_files_and_folders_come_out_as_they_were(bring):
    result, into = bring(
        zip_of(("one.txt", b"1"), ("folder/two.md", b"2" * 100_000), ("folder/", b""))
    )
    assert names(result, into) == ["one.txt", "folder/two.md"]
    assert (into / "folder/two.md").read_bytes() == b"2" * 100_000
    assert result.refused == []


def test_what_pythons_own_module_writes_is_read(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("stored.txt", "s", zipfile.ZIP_STORED)
        made.writestr("packed.txt", "p" * 9999, zipfile.ZIP_DEFLATED)
        with made.open("large.txt", "w", force_zip64=True) as large:
            large.write("学习".encode())
    result = unpack(path, tmp_path / "into")
    assert [p.read_text("utf-8") for p in result.files] == ["s", "p" * 9999, "学习"]


def test_an_archive_may_stand_behind_something_else_and_have_a_comment(bring):
    made = zip_of(("a.txt", b"a"), comment=b"from Li Wen")
    result, into = bring(b"a program that unpacks itself" + made)
    assert names(result, into) == ["a.txt"]


def test_running_it_twice_gives_the_same_files_and_touches_none(bring):
    data = zip_of(("a.txt", b"one"), ("A.txt", b"two"), ("b/c.txt", b"three"))
    first, into = bring(data)
    before = {p: (p.stat().st_mtime_ns, p.stat().st_ino) for p in first.files}
    second, _ = bring(data)
    assert second == first
    assert {p: (p.stat().st_mtime_ns, p.stat().st_ino) for p in second.files} == before
    assert on_disk(into) == ["A (2).txt", "a.txt", "b/c.txt"]


def test_a_file_that_was_damaged_on_the_disk_is_made_whole_again(bring):
    data = zip_of(("a.txt", b"whole words"))
    first, into = bring(data)
    (into / "a.txt").write_bytes(b"\0" * 11)  # a power cut
    bring(data)
    assert first.files[0].read_bytes() == b"whole words"


def test_a_newer_archive_replaces_what_changed(bring):
    bring(zip_of(("a.txt", b"old")))
    result, _ = bring(zip_of(("a.txt", b"newer")))
    assert result.files[0].read_bytes() == b"newer"


def test_what_systems_leave_in_archives_is_passed_over_silently(bring):
    left = [
        "__MACOSX/._a.txt",
        ".DS_Store",
        "x/Thumbs.db",
        "x/desktop.ini",
        ".git/HEAD",
        "~$a.docx",
    ]
    result, into = bring(zip_of(("a.txt", b"a"), *((name, b"x") for name in left)))
    assert names(result, into) == ["a.txt"]
    assert result.refused == []


# Names


TITLES = ["学习材料/三问.txt", "心得体会.txt", "读书报告（第二稿）.txt", "调查研究/甲.txt"]
TRADITIONAL = ["學習材料/三問.txt", "心得體會.txt", "論語.txt", "許功蓋.txt"]


@pytest.mark.parametrize(
    ("encoding", "wanted"),
    [
        ("gbk", TITLES),
        ("big5", TRADITIONAL),
        ("utf-8", TITLES),  # macOS does not say that it is
        ("cp437", ["Résumé.txt", "Año/Übung.txt", "naïve.txt"]),
        ("gbk", ["学习.txt"]),  # these bytes are UTF-8 too, for two letters nobody uses
        ("utf-8", ["Война и мир.txt"]),
        ("utf-8", ["日本語のテキスト.txt", "📚.txt"]),
    ],
)
def test_names_are_read_in_the_encoding_they_were_written_in(bring, encoding, wanted):
    result, into = bring(zip_of(*(Part(name.encode(encoding)) for name in wanted)))
    assert names(result, into) == wanted


def test_names_of_two_encodings_in_one_archive_are_each_read(bring):
    wanted = ["学习材料.txt", "心得體會.txt", "读书报告.txt"]
    made = zip_of(
        Part(wanted[0].encode("gbk")),
        Part(wanted[1].encode("utf-8")),
        Part(wanted[2].encode("gbk")),
    )
    result, into = bring(made)
    assert names(result, into) == wanted


def test_a_name_that_says_utf8_and_is_not_spoils_no_other(bring):
    result, into = bring(
        zip_of(Part("心得体会.txt".encode("gbk"), flags=0x800), ("论语.txt", b"x"))
    )
    assert names(result, into) == ["心得体会.txt", "论语.txt"]


def test_a_unicode_name_beside_the_old_one_is_taken_where_it_belongs_to_it(bring):
    old = b"??.txt"
    new = "礼记.txt".encode()
    field = struct.pack("<HHBL", 0x7075, 5 + len(new), 1, zlib.crc32(old)) + new
    stale = struct.pack("<HHBL", 0x7075, 5 + len(new), 1, 7) + new
    result, into = bring(zip_of(Part(old, extra=field), Part(b"b.txt", extra=stale)))
    assert names(result, into) == ["礼记.txt", "b.txt"]


@pytest.mark.parametrize(
    "name",
    [
        "../out.txt", "a/../../out.txt", "..\\out.txt", "/etc/out.txt", "\\\\server\\out.txt",
        "C:\\out.txt", "c:/out.txt", "a/.. /out.txt", "a/..",
    ],
)  # fmt: skip
def test_a_name_that_leads_outside_is_refused_and_the_rest_goes_on(bring, tmp_path, name):
    result, into = bring(zip_of(Part(name.encode(), b"evil"), ("good.txt", b"good")))
    assert on_disk(tmp_path) == ["brought.zip", "into/good.txt"]
    assert names(result, into) == ["good.txt"]
    [(refused, why)] = result.refused
    assert refused == name
    assert "leads out of the archive's folder" in why


def test_backslashes_are_folders_as_on_windows(bring):
    result, into = bring(zip_of(Part(b"texts\\one.txt"), Part(b"texts\\")))
    assert names(result, into) == ["texts/one.txt"]


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("plain name.txt", "plain name.txt"),
        ("a\x00b\x1bc\n.txt", "abc .txt"),
        ("\u202etxt.exe", "txt.exe"),
        ("dots and space. . ", "dots and space"),
        ("what?<now>|*:.txt", "what__now____.txt"),
        ("CON.txt", "_CON.txt"),
        ("nul", "_nul"),
        ("Console.txt", "Console.txt"),
        ("e\u0301te\u0301.txt", "été.txt"),
        ("👩‍🏫 lesson.txt", "👩‍🏫 lesson.txt"),
        ("..", "_"),
        ("", "_"),
        ("\ud800.txt", "txt"),
    ],
)
def test_names_are_cleaned_for_every_system(name, clean):
    assert clean_name(name) == clean


@pytest.mark.parametrize("letter", ["a", "长", "📚"])
def test_a_name_of_300_characters_is_shortened_and_keeps_its_suffix(letter):
    one, two = clean_name(letter * 300 + "1.txt"), clean_name(letter * 300 + "2.txt")
    assert one != two
    assert one.startswith(letter * 40)
    assert one.endswith(".txt")
    assert len(one.encode()) <= 200
    assert clean_name(letter * 300 + "1.txt") == one


def test_clean_names_stay_as_they_are():
    for name in ("CON.txt", "a" * 400 + ".md", "x?.txt", "长" * 300):
        assert clean_name(clean_name(name)) == clean_name(name)


def test_names_that_are_one_on_some_disks_are_told_apart(bring):
    parts = [
        ("a.txt", b"1"),
        ("A.TXT", b"2"),
        ("a.txt", b"3"),
        ("a (2).txt", b"4"),
        ("a?.txt", b"5"),
        ("a_.txt", b"6"),
    ]
    result, into = bring(zip_of(*parts))
    assert len({name.casefold() for name in names(result, into)}) == 6
    assert [path.read_bytes() for path in result.files] == [b"1", b"2", b"3", b"4", b"5", b"6"]


def test_a_file_and_a_folder_of_one_name_find_room_beside_each_other(bring):
    result, into = bring(zip_of(("a", b"file"), ("a/b.txt", b"in the folder")))
    assert names(result, into) == ["a (2)", "a/b.txt"]


def test_thousands_of_equal_names_take_no_longer_than_others(bring):
    result, into = bring(zip_of(*[("same.txt", b"x")] * 2000))
    assert len(set(names(result, into))) == 2000


def test_folders_in_folders_without_end_are_refused(bring):
    result, _ = bring(zip_of(("a/" * 200 + "deep.txt", b"x"), ("a/b/c.txt", b"y")))
    assert [p.name for p in result.files] == ["c.txt"]
    assert "more than 16 folders" in result.refused[0][1]


# What is no file


@pytest.mark.parametrize(
    ("mode", "why"),
    [
        (stat.S_IFLNK | 0o777, "is a link to another place"),
        (stat.S_IFCHR | 0o666, "is a device"),
        (stat.S_IFBLK | 0o666, "is a device"),
        (stat.S_IFIFO | 0o666, "a pipe"),
    ],
)
def test_links_and_devices_are_refused(bring, mode, why):
    made = zip_of(Part(b"passwd.txt", b"/etc/passwd", mode=mode), ("good.txt", b"good"))
    result, into = bring(made)
    assert on_disk(into) == ["good.txt"]
    assert why in result.refused[0][1]


def test_nothing_is_written_through_a_link_that_lies_there_already(bring, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "into").mkdir()
    (tmp_path / "into/sub").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "into/link.txt").symlink_to(tmp_path / "elsewhere/target.txt")
    result, into = bring(zip_of(("sub/x.txt", b"x"), ("link.txt", b"words")))
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert names(result, into) == ["link.txt"]
    assert not (into / "link.txt").is_symlink()
    assert "outside of" in result.refused[0][1]


def test_what_is_written_may_be_run_by_nobody(bring):
    result, _ = bring(zip_of(Part(b"run.sh", mode=stat.S_IFREG | 0o4777)))
    assert result.files[0].stat().st_mode & 0o7111 == 0


# What is locked or broken


@pytest.mark.parametrize("part", [Part(b"secret.txt", flags=1), Part(b"secret.txt", method=99)])
def test_an_entry_with_a_password_is_refused_by_itself(bring, part):
    result, into = bring(zip_of(part, ("open.txt", b"open")))
    assert names(result, into) == ["open.txt"]
    assert result.refused == [
        (
            "secret.txt",
            "secret.txt is protected with a password. "
            "Unpack it yourself with the password and bring the file.",
        )
    ]


@pytest.mark.parametrize(
    "part",
    [
        Part(b"bad.txt", crc=1),
        Part(b"bad.txt", size=4),
        Part(b"bad.txt", size=6),
        Part(b"bad.txt", packed=b"\xff\xff\xff"),
        Part(b"bad.txt", b"long " * 100_000, packed=zlib.compress(b"long " * 100_000)[2:40]),
        Part(b"bad.txt", at=3),
        Part(b"bad.txt", at=0xFFFFFFF0),
        Part(b"bad.txt", method=0, packed=b"", data=b"words"),
    ],
)
def test_a_damaged_entry_is_refused_by_itself_and_leaves_nothing(bring, part):
    result, into = bring(zip_of(("good.txt", b"good"), part, ("also.txt", b"good")))
    assert on_disk(into) == ["also.txt", "good.txt"]
    [(name, why)] = result.refused
    assert name == "bad.txt"
    assert "damaged" in why


def test_a_method_nobody_uses_is_named(bring):
    result, _ = bring(zip_of(Part(b"a.txt", method=14), ("b.txt", b"b")))
    assert "packed in an unusual way (method 14)" in result.refused[0][1]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is damaged"),
        (b"not a zip at all", "is damaged"),
        (zip_of(("a.txt", b"x" * 5000))[:-30], "Often a download or a copy broke off"),
        (zip_of(("a.txt", b"x"))[60:], "is damaged"),
        (zip_of(), "is empty"),
        (zip_of((".DS_Store", b"x")), "is empty"),
        (b"PK\5\6" + struct.pack("<4H2LH", 2, 2, 1, 1, 0, 0, 0), "one part of an archive in several parts"),
        (b"PK\5\6" + struct.pack("<4H2LH", 0, 0, 1, 1, 0x7FFFFFFF, 0, 0), "is damaged"),
        (b"PK\6\7" + struct.pack("<LQL", 0, 2**63 + 5, 1) + b"PK\5\6" + b"\0" * 8 + b"\xff" * 8 + b"\0\0", "is damaged"),
    ],
)  # fmt: skip
def test_an_archive_that_is_none_is_refused_by_its_name(bring, data, why):
    result, into = bring(data)
    assert result.files == []
    [(name, said)] = result.refused
    assert name == "brought.zip"
    assert why in said
    assert not into.exists()


def test_a_directory_that_is_torn_in_the_middle_is_not_read_in_half(bring):
    data = bytearray(zip_of(("a.txt", b"a"), ("b.txt", b"b")))
    at = data.rindex(b"PK\1\2")
    data[at : at + 4] = b"XXXX"
    result, _ = bring(bytes(data))
    assert result.files == []
    assert "is damaged" in result.refused[0][1]


def test_a_file_that_is_not_there_is_refused(tmp_path):
    result = unpack(tmp_path / "gone.zip", tmp_path / "into")
    assert result.refused == [("gone.zip", "gone.zip cannot be read: No such file or directory.")]


# What is made to fill the disk


def test_an_entry_that_grows_beyond_measure_is_refused(bring):
    bomb = Part(b"bomb.txt", b"\0" * 20_000_000)
    result, into = bring(zip_of(bomb, ("good.txt", b"good")))
    assert on_disk(into) == ["good.txt"]
    assert "more than 200 times its size" in result.refused[0][1]


def test_a_claimed_size_is_not_believed(bring):
    bomb = Part(b"bomb.txt", b"\0" * 20_000_000, size=10)
    result, into = bring(zip_of(bomb, ("good.txt", b"good")))
    assert on_disk(into) == ["good.txt"]
    assert "more than 200 times its size" in result.refused[0][1]


def test_one_entry_may_be_too_large(bring):
    made = zip_of(Part(b"large.txt", os.urandom(3_000_000), method=0), ("good.txt", b"good"))
    result, into = bring(made, entry=2_000_000)
    assert on_disk(into) == ["good.txt"]
    assert "larger than 2 MB unpacked" in result.refused[0][1]


def test_all_entries_together_may_be_too_large(bring):
    parts = [Part(b"%d.txt" % n, os.urandom(600_000), method=0) for n in range(4)]
    result, into = bring(zip_of(*parts), total=2_000_000)
    assert on_disk(into) == ["0.txt", "1.txt", "2.txt"]
    assert "holds more than 2 MB unpacked" in result.refused[0][1]


def test_too_many_entries_are_refused_before_anything_is_written(bring):
    result, into = bring(zip_of(*((f"{n}.txt", b"") for n in range(11))), entries=10)
    assert result.files == []
    assert not into.exists()
    assert "brought.zip holds more than 10 files" in result.refused[0][1]


def test_an_endless_directory_is_not_read(bring, monkeypatch):
    monkeypatch.setattr(archives, "MOST_DIRECTORY", 500)
    result, _ = bring(zip_of(*((f"{n}.txt", b"") for n in range(20))))
    assert "brought.zip holds too many files" in result.refused[0][1]


def test_entries_that_share_their_bytes_are_unpacked_once(bring):
    first = Part(b"a.txt", os.urandom(1000), method=0)
    twice = [Part(b"%d.txt" % n, first.data, method=0, at=0) for n in range(50)]
    result, into = bring(zip_of(first, *twice))
    assert names(result, into) == ["a.txt"]
    assert len(result.refused) == 50
    assert "shares its bytes with another entry" in result.refused[0][1]


def test_a_full_disk_leaves_nothing_half_written(bring, monkeypatch):
    written = []

    def room_for_one(self, file, one):
        if written:
            yield b"half"
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(one)
        yield b"1"

    with monkeypatch.context() as patch:
        patch.setattr(archives._Job, "_counted", room_for_one)
        result, into = bring(zip_of(("1.txt", b"1"), ("2.txt", b"2"), ("3.txt", b"3")))
    assert on_disk(into) == ["1.txt"]
    assert [name for name, _ in result.refused] == ["2.txt", "3.txt"]
    assert "The disk is full" in result.refused[0][1]
    again, _ = bring(zip_of(("1.txt", b"1"), ("2.txt", b"2"), ("3.txt", b"3")))
    assert on_disk(into) == ["1.txt", "2.txt", "3.txt"]
    assert again.refused == []


def test_what_a_killed_run_left_is_cleared_away(bring):
    data = zip_of(("a.txt", b"a"))
    _, into = bring(data)
    part = into / f".{archives.short_hash('a.txt', 16)}.part"
    part.write_bytes(b"half")
    (into / "a.txt").unlink()
    bring(data)
    assert on_disk(into) == ["a.txt"]


# Archives in archives, and documents that are zips


def test_an_archive_in_the_archive_becomes_a_folder(bring):
    inner = zip_of(("one.txt", b"1"), ("one.txt", b"2"), ("../x.txt", b"x"))
    result, into = bring(zip_of(("speeches/inner.zip", inner), ("two.txt", b"2")))
    assert on_disk(into) == [
        "speeches/inner.zip/one (2).txt",
        "speeches/inner.zip/one.txt",
        "two.txt",
    ]
    assert [name for name, _ in result.refused] == ["speeches/inner.zip/../x.txt"]
    again, _ = bring(zip_of(("speeches/inner.zip", inner), ("two.txt", b"2")))
    assert again == result


def test_archives_go_one_level_deep(bring):
    third = zip_of(("deep.txt", b"deep"))
    result, into = bring(zip_of(("a.zip", zip_of(("b.zip", third), ("c.txt", b"c")))))
    assert on_disk(into) == ["a.zip/c.txt"]
    [(name, why)] = result.refused
    assert name == "a.zip/b.zip"
    assert "an archive in an archive that was in an archive" in why


def test_limits_count_what_is_in_inner_archives(bring):
    inner = zip_of(*((f"{n}.txt", b"x") for n in range(8)))
    result, into = bring(zip_of(("a.zip", inner), ("b.zip", inner)), entries=12)
    assert len(on_disk(into)) == 8
    assert [name for name, _ in result.refused] == ["b.zip"]


def test_a_broken_inner_archive_is_refused_by_itself(bring):
    inner = zip_of(("one.txt", b"1" * 500))[:-25]
    result, into = bring(zip_of(("bad.zip", inner), ("good.txt", b"good")))
    assert on_disk(into) == ["good.txt"]
    assert result.refused[0][0] == "bad.zip"


EPUB = zip_of(
    Part(b"mimetype", b"application/epub+zip", method=0),
    ("META-INF/container.xml", b"<container/>"),
)
DOCX = zip_of(("word/document.xml", b"<w/>"), ("[Content_Types].xml", b"<Types/>"))
ODT = zip_of(Part(b"mimetype", b"application/vnd.oasis.opendocument.text", method=0))


@pytest.mark.parametrize(
    ("name", "data", "is_one"),
    [
        ("a.zip", zip_of(("a.txt", b"a")), True),
        ("a.txt", zip_of(("a.txt", b"a")), True),
        ("a.zip", zip_of(), True),
        ("a.zip", zip_of(("a.txt", b"a" * 999))[:-40], True),
        ("a.epub", EPUB, False),
        ("a.zip", EPUB, False),
        ("a.zip", EPUB[:-40], False),
        ("a.docx", DOCX, False),
        ("wrong.zip", DOCX, False),
        ("a.odt", ODT, False),
        ("broken.epub", zip_of(("a.txt", b"a")), False),
        ("a.zip", b"Rar!\x1a\x07", False),
        ("a.zip", b"", False),
        ("a.txt", b"PK is how this text begins", False),
    ],
)
def test_an_archive_is_told_from_a_document_by_what_is_in_it(tmp_path, name, data, is_one):
    (tmp_path / name).write_bytes(data)
    assert is_archive(tmp_path / name) is is_one


def test_a_document_in_an_archive_stays_a_file(bring):
    result, into = bring(zip_of(("a.epub", EPUB), ("b", DOCX)))
    assert names(result, into) == ["a.epub", "b"]
    assert result.files[0].read_bytes() == EPUB


def test_what_is_no_ordinary_file_is_no_archive(tmp_path):
    os.mkfifo(tmp_path / "pipe.zip")
    for path in (tmp_path, tmp_path / "pipe.zip"):
        assert not is_archive(path)
        assert "is not an ordinary file" in unpack(path, tmp_path / "into").refused[0][1]
    assert not is_archive(tmp_path / "gone.zip")


# Anything at all


def test_no_mutation_of_an_archive_breaks_out_or_breaks_down(tmp_path):
    import random

    rng = random.Random(7)
    inner = zip_of(("i.txt", b"inner " * 50))
    whole = zip_of(
        ("a.txt", b"words " * 200),
        Part("学习.txt".encode("gbk")),
        ("sub/inner.zip", inner),
        comment=b"c",
    )
    for round_ in range(400):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 12)):
            data[rng.randrange(len(data))] = rng.choice((0, 0xFF, 0x2F, 0x2E, rng.randrange(256)))
        cut = data[: rng.randint(0, len(data))] if rng.random() < 0.2 else data
        home = tmp_path / str(round_)
        home.mkdir()
        (home / "m.zip").write_bytes(bytes(cut))
        result = unpack(home / "m.zip", home / "into")
        assert [p.name for p in home.iterdir() if p.name not in ("m.zip", "into")] == []
        assert not [name for name in on_disk(home) if name.endswith(".part")]
        assert result.files or result.refused
