"""An append-only file of JSON entries, each with a checksum of its own; private, safe for several processes.

It lies in the user's own state folder and is readable by nobody else: it names originals, so it must not lie among
files that are going to be published. A line that was cut off by a crash does not count.
"""

from __future__ import annotations

import errno
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scrubber.errors import NotWritable, PhotoError
from scrubber.guarded import read_bytes, resolved, size_of
from scrubber.output.own_records import state_path
from scrubber.storage.atomic_files import new_file, open_private, replace

_HASH: Final = re.compile(rb'"([0-9a-f]{64})"')
_SIZE: Final = re.compile(rb'"bytes": (\d+)')
_indices: Final = dict[Path, tuple[tuple[int, ...], "Index"]]()
_CHECKSUM: Final = 16  # hexadecimal digits of SHA-256 before each line; enough to notice damage
_KEY_BYTES: Final = 32
_REMEDY: Final = (
    "scrubber keeps its record of published copies there: make room or mend its permissions, or set XDG_STATE_HOME to "
    "another folder"
)
_OUTCOME: Final = frozenset(
    ("output", "sha256", "source", "input", "at", "purpose", "shows", "factors", "decided", "manifest", "restricted")
)
_FIELDS: Final = {  # what an entry of each kind holds at least; one that does not is none of ours
    "folder": frozenset(("schema", "folder")),
    "copy": _OUTCOME,
    "withheld": _OUTCOME,
    "refused": frozenset(("at",)),
    "agreed": frozenset(("at",)),
    "gone": frozenset(("output", "at", "why")),
    "staging": frozenset(("token", "process")),
}


def state_folder() -> Path:
    """Where ledgers lie, for their owner only. Raises `NotWritable`."""
    folder = state_path()
    with usable(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def ledger_path(out: Path) -> Path:
    """The ledger of the output folder `out`; whether or not it is there."""
    name = hashlib.sha256(os.fsencode(resolved(out))).hexdigest()[:32]
    return state_path() / "ledgers" / f"{name}.ledger"


def identity_of(path: Path) -> int | None:
    """What tells a file from another in its place: its number on the disk; None if there is none."""
    try:
        return path.stat().st_ino
    except OSError:
        return None


def all_ledgers() -> list[Path]:
    """Every ledger of this user. Raises `NotWritable` if nobody can tell which there are."""
    folder = state_path() / "ledgers"
    with usable(folder):
        try:
            return sorted(path for path in folder.iterdir() if path.suffix == ".ledger" and path.is_file())
        except FileNotFoundError:
            return []  # nothing was published yet


def folder_secret(out: Path, *, keep: bool) -> bytes:
    """The secret from which neutral names of folders below `out` are made; the same for every run into it.

    It differs between output folders, so that nobody can tell that two publications come from one person. The user's
    own secret behind it is made when it is needed first, and kept if `keep` says so.
    """
    secret = _user_secret(keep=keep)
    return hmac.digest(secret, os.fsencode(resolved(out)), "sha256")


def _user_secret(*, keep: bool) -> bytes:
    path = (state_folder() if keep else state_path()) / "names.key"
    try:
        key = read_bytes(path, _KEY_BYTES)
    except FileNotFoundError:
        key = b""
    except (OSError, PhotoError) as error:
        raise NotWritable(f"{path}: cannot be read ({error}); move it away, scrubber makes a new one") from error
    if len(key) == _KEY_BYTES:
        return key
    new = secrets.token_bytes(_KEY_BYTES)
    if not keep:
        return new
    with new_file(path, _replace_unless_kept, _REMEDY) as file:
        file.write(new)
    return read_bytes(path, _KEY_BYTES)


def _replace_unless_kept(temporary: Path, path: Path) -> None:
    """Put a key in its place, or leave the one that is there by then, if another run was quicker."""
    if size_of(path) == _KEY_BYTES:
        temporary.unlink()
    else:
        replace(temporary, path)


def append(path: Path, *entries: dict[str, Any]) -> None:
    """Add entries and see them down on the disk. Raises `NotWritable`."""
    # One write to a file opened for appending: lines of several processes do not mix. A process that is killed, or
    # a disk that is full, can cut a line off; the line feed in front keeps the next entry out of such a line.
    line = b"\n" + b"".join(map(_line, entries))
    with usable(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(open_private(path, os.O_APPEND), "wb", buffering=0) as file:
            if file.write(line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file.fileno())


def entries(
    path: Path, start: int = 0, damaged: Callable[[], None] | None = None
) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Every whole entry from the offset `start` on: where it begins, where it ends, what it says.

    `damaged` is called for each line that is none: it broke off, or somebody changed it.
    """
    with usable(path):
        if not path.exists():
            return
        if path.is_symlink() or not path.is_file():
            raise NotWritable(
                f"{path}: is no regular file, and scrubber keeps its record of published copies there; move "
                "it away, or set XDG_STATE_HOME to another folder"
            )
        with path.open("rb") as file:
            place = file.seek(start)
            for line in file:
                if line.endswith(b"\n"):
                    entry = _entry(line)
                    if entry is not None:
                        yield place, place + len(line), entry
                    elif damaged is not None and line != b"\n":
                        damaged()
                place += len(line)


def entry_at(path: Path, place: int) -> dict[str, Any] | None:
    """The entry that begins at an offset, if it is still there."""
    with usable(path), path.open("rb") as file:
        file.seek(place)
        return _entry(file.readline())


@dataclass(frozen=True, slots=True)
class Index:
    """Every SHA-256 in a ledger, and how large its copies are, in bytes; None if it does not say that of all."""

    hashes: frozenset[bytes]
    sizes: frozenset[int] | None


def index(path: Path) -> Index:
    """What a ledger mentions, without taking in its entries; computed once as long as the file stays as it is."""
    with usable(path):
        found = path.stat()
        mark = found.st_ino, found.st_size, found.st_mtime_ns
        known = _indices.get(path)
        if known is None or known[0] != mark:
            text = path.read_bytes()
            sizes = frozenset(map(int, _SIZE.findall(text)))
            whole = len(_SIZE.findall(text)) == text.count(b'"what": "copy"')
            known = _indices[path] = mark, Index(frozenset(_HASH.findall(text)), sizes if whole else None)
    return known[1]


def holds(path: Path, text: bytes) -> bool:
    """Whether some text occurs anywhere in the file, without taking in its entries."""
    with usable(path):
        return path.is_file() and not path.is_symlink() and text in path.read_bytes()


def rewrite(path: Path, entries: Iterable[dict[str, Any]]) -> None:
    """Put other entries in the place of all there are, in one step. Raises `NotWritable`."""
    with usable(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with new_file(path, replace, _REMEDY) as file:
        for entry in entries:
            file.write(_line(entry))


@contextmanager
def usable(path: Path) -> Iterator[None]:
    """Turns an `OSError` inside the block into a `NotWritable` that names a file of the record."""
    try:
        yield
    except OSError as error:
        raise NotWritable(f"{error.filename or path}: {error.strerror or error}; {_REMEDY}") from error


def _line(entry: dict[str, Any]) -> bytes:
    text = json.dumps(entry).encode()
    return _checksum(text) + b" " + text + b"\n"


def _entry(line: bytes) -> dict[str, Any] | None:
    """What a line says, if it is whole and of a known kind."""
    checksum, _, text = line.rstrip(b"\n").partition(b" ")
    if not text or checksum != _checksum(text):
        return None
    entry: dict[str, Any] = json.loads(text)
    return entry if _FIELDS.get(entry["what"], entry.keys()) <= entry.keys() else None


def _checksum(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest()[:_CHECKSUM].encode()
