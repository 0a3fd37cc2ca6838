"""What a step's process gives up before it reads uploaded bytes. What the kernel refuses is gone without.

Without network and process namespaces, Landlock or both, the limits, the killing of the process group and
LibreOffice's own switches remain.
"""

import ctypes
import os
import resource
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

GIB = 1024**3
MEMORY = {"ingest": 4 * GIB}  # address space; LibreOffice maps far more than it uses
MEMORY_ELSE = 2 * GIB
FILE_SIZE = GIB + GIB // 2
OPEN_FILES = 1024

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x08000000, 0x10000000, 0x20000000, 0x40000000
SYS_LANDLOCK_CREATE, SYS_LANDLOCK_ADD, SYS_LANDLOCK_RESTRICT = 444, 445, 446  # the same on every architecture
READ = 0b1101  # execute, read files, list folders
READ_FOLDER = 0b1000
WRITE_FILE, REMOVE_FILE, MAKE_SOCKET = 1 << 1, 1 << 5, 1 << 9
RIGHTS = {1: 13, 2: 14}  # how many rights on files the versions of Landlock know; later ones know TRUNCATE too
RIGHTS_ELSE = 15
SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/etc", "/proc", "/sys/devices", "/sys/fs/cgroup")
SYSTEM_CACHES = ("/var/cache/fontconfig", "/var/lib/libreoffice", "/var/spool/libreoffice", "/opt")
SOCKETS = "/tmp"  # noqa: S108
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
CODE = Path(__file__).resolve().parents[2]  # the folder `documents`; settings and secrets lie beside it

libc = ctypes.CDLL(None, use_errno=True)


class _Ruleset(ctypes.Structure):
    _fields_ = [("handled", ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32)]


def die_with_parent(signal: int, parent: int | None = None) -> None:
    """Get `signal` when the process that started this one dies, or end now if it died already."""
    libc.prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def isolate() -> None:
    """No network, and a world of processes that ends with the first one that is forked after this."""
    user, group = os.getuid(), os.getgid()
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC) != 0:
        return
    # Unmapped, the process could not make files in folders that are open to their owner only on some filesystems.
    with suppress(OSError):
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def limit(kind: str) -> None:
    """Memory, size of files, number of open files; no core dumps."""
    memory = MEMORY.get(kind, MEMORY_ELSE)
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_FSIZE, FILE_SIZE),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (least, least))


def confine(kind: str, folder: Path, inputs: Iterable[str]) -> None:
    """Through Landlock: write below `folder`, read the system, this program and `inputs`, and nothing else."""
    version = libc.syscall(SYS_LANDLOCK_CREATE, None, 0, 1)
    if version < 1:
        return
    everything = (1 << RIGHTS.get(version, RIGHTS_ELSE)) - 1
    ruleset = libc.syscall(SYS_LANDLOCK_CREATE, ctypes.byref(_Ruleset(everything)), 8, 0)
    readable = (*SYSTEM, *SYSTEM_CACHES, str(CODE), sys.prefix, sys.base_prefix, os.environ.get("TESSDATA_PREFIX", ""))
    _allow(ruleset, (*readable, *inputs), READ)
    _allow(ruleset, DEVICES, READ | WRITE_FILE)
    _allow(ruleset, (str(folder),), everything)
    if kind == "ingest":
        # LibreOffice talks to itself through a socket, for which it knows no other place.
        _allow(ruleset, (SOCKETS,), READ_FOLDER | MAKE_SOCKET | REMOVE_FILE)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.syscall(SYS_LANDLOCK_RESTRICT, ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, names: Iterable[str], rights: int) -> None:
    of_files = 0b111 | 1 << 14  # the rights that make sense for a file
    for name in names:
        with suppress(OSError):
            where = os.open(name, os.O_PATH | os.O_CLOEXEC)
            allowed = rights if Path(name).is_dir() else rights & of_files
            libc.syscall(SYS_LANDLOCK_ADD, ruleset, 1, ctypes.byref(_Beneath(allowed, where)), 0)
            os.close(where)
