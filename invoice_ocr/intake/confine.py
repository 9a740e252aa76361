"""What a process that parses untrusted bytes gives up before it sees any: memory, time, files, programs, network."""

from __future__ import annotations

import contextlib
import ctypes
import struct
import sys

_OPEN_FILES = 64
_NO_NEW_PRIVILEGES = 38  # PR_SET_NO_NEW_PRIVS of linux/prctl.h
_CREATE_RULESET, _RESTRICT_SELF = 444, 446  # system calls of Landlock, the same on every architecture
_ASK_VERSION = 1  # LANDLOCK_CREATE_RULESET_VERSION
_EXECUTE_AND_WRITE = 0b1_1111_1111_0011  # LANDLOCK_ACCESS_FS_*: all of version 1 but reading of files and folders
_ADDED = {2: 1 << 13, 3: 1 << 14}  # refer, truncate: rights that later versions brought
_BIND_AND_CONNECT = 0b11  # LANDLOCK_ACCESS_NET_*, from version 4
_SOCKETS_AND_SIGNALS = 0b11  # LANDLOCK_SCOPE_*, from version 6


def confine(memory_mb: int) -> list[str]:
    """Take away from this process what a parser never needs, for good. Returns the names of the barriers that stand.

    memory_mb: address space it keeps. Where the system has no such barrier, the process goes on without it.
    """
    standing = _limit(memory_mb)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0:
            standing.append("privileges")
            standing += _lock(libc)
    return standing


def _limit(memory_mb: int) -> list[str]:
    """Limits on memory, file size, open files and core dumps."""
    try:
        import resource
    except ImportError:  # Windows
        return []
    limits = {
        "memory": (resource.RLIMIT_AS, memory_mb * 1_000_000),
        "file size": (resource.RLIMIT_FSIZE, 0),
        "open files": (resource.RLIMIT_NOFILE, _OPEN_FILES),
        "core dumps": (resource.RLIMIT_CORE, 0),
    }
    standing = []
    for name, (kind, wanted) in limits.items():
        with contextlib.suppress(OSError, ValueError):  # macOS refuses RLIMIT_AS
            _, hard = resource.getrlimit(kind)
            most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(kind, (most, most))
            standing.append(name)
    return standing


def _lock(libc: ctypes.CDLL) -> list[str]:
    """With Landlock: no file is made, changed or run, no TCP, no signal to others. Files can still be read."""
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _ASK_VERSION)
    if version < 1:
        return []
    files = _EXECUTE_AND_WRITE + sum(right for since, right in _ADDED.items() if version >= since)
    parts = [files]
    if version >= 4:
        parts.append(_BIND_AND_CONNECT)
    if version >= 6:
        parts.append(_SOCKETS_AND_SIGNALS)
    rules = struct.pack(f"={len(parts)}Q", *parts)
    ruleset = libc.syscall(_CREATE_RULESET, rules, ctypes.c_size_t(len(rules)), 0)
    if ruleset < 0 or libc.syscall(_RESTRICT_SELF, ruleset, 0) != 0:
        return []
    return ["writing", "network", "signals"][: len(parts)]
