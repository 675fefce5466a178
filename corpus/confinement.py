"""What a process that reads a stranger's file may do, and how all else is taken from it.

Limits and an audit hook on every system; on Linux, where the kernel lets it, a
filter of system calls (seccomp) and rules for files (Landlock). `corpus/child.py`
says what holds where.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Sequence
from typing import Any


def limit(memory: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    if os.geteuid() != 0:  # for root it does not count
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def confine(guard: Guard, *, reads_copies: bool) -> None:
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


class Guard:
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
        return name in self.places or name in _SYSTEM or name.startswith(self._below)


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
