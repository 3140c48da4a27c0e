"""One encrypted file that holds a manifest, its reference photos and their embeddings.

A seized laptop then gives no list of people. The file is in the age format (age-encryption.org/v1) with a
passphrase: scrypt makes the key, ChaCha20-Poly1305 encrypts and notices any change. Inside is a plain zip archive, so
that `age -d consent.locked > consent.zip` opens it in ten years' time, with or without scrubber. What is opened here
stays in memory.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from types import ModuleType
from typing import Any, Final, TypeAlias

from scrubber.consent.vault.holdings import InMemory
from scrubber.errors import ManifestError, MissingPart, UsageError

LOCKED: Final = ".age"
"""What `scrubber consent lock` adds to the name of a manifest."""

Passphrase: TypeAlias = str | Callable[[], str]
"""The words that unlock a file, or a function that asks for them and is called only if they are needed."""

SHORTEST: Final = 12
"""Characters of a passphrase that is taken for locking: about four short words, or a random dozen of signs."""

_MARK: Final = b"age-encryption.org/"
_INDEX: Final = "scrubber-index.json"
_VERSION: Final = 1
_TOO_MUCH_WORK: Final = "Excessive work"
"""What age says of a passphrase that took another computer so much to make that this one will not even try."""
_LARGEST: Final = 1 << 31  # bytes of everything inside
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the same files make the same archive


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a locked file. `files` are by path with `/`, from the folder of the manifest.

    `manifest` names the one of them that is the manifest. `matches` tells for each pattern of the manifest which
    of the files it matched, `embeddings` holds what the recogniser called `recogniser` made of photos.
    """

    manifest: str
    files: Mapping[str, bytes] = field(repr=False)
    matches: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    embeddings: Mapping[str, tuple[float, ...]] = field(default_factory=dict, repr=False)
    recogniser: str = ""

    def holdings(self, place: str) -> InMemory:
        return InMemory(place, self.matches, self.files, self.embeddings, self.recogniser)


def is_locked(content: bytes) -> bool:
    return content.startswith(_MARK)


def refuse_weak(passphrase: str) -> None:
    """Raises `UsageError` for a passphrase that is too short."""
    if len(passphrase) < SHORTEST:
        raise UsageError(f"the passphrase has fewer than {SHORTEST} characters; take four or more random words")


def encrypt(contents: Contents, passphrase: str) -> bytes:
    """The locked file. Raises `UsageError` for a passphrase that is too short or a path that leaves the folder."""
    refuse_weak(passphrase)
    for name in contents.files:
        if not _stays_inside(name):
            raise UsageError(f"{name}: lies outside of the manifest's folder; move it there before you lock")
    data: bytes = age().passphrase.encrypt(_archive(contents), passphrase)
    return data


def decrypt(content: bytes, passphrase: Passphrase | None, name: str) -> Contents:
    """What the locked file `content` holds. Raises `ManifestError`, with `name` in it, if it cannot be opened."""
    if passphrase is None:
        raise ManifestError(f"{name}: is locked; give the passphrase, or set SCRUBBER_PASSPHRASE")
    words = passphrase if isinstance(passphrase, str) else passphrase()
    pyrage = age()
    try:
        archive = pyrage.passphrase.decrypt(content, words)
    except pyrage.DecryptError as error:
        if _TOO_MUCH_WORK in str(error):
            raise ManifestError(
                f"{name}: was locked on a faster or less busy computer than this one, which would need too long to "
                "open it; close other programs and try again, or open it there"
            ) from error
        raise ManifestError(
            f"{name}: does not open ({error}); the passphrase is another, or the file was changed or broke off"
        ) from error
    try:
        return _contents(archive)
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, NotImplementedError) as error:
        raise ManifestError(f"{name}: holds no manifest of scrubber ({error}); lock it again") from error


def _archive(contents: Contents) -> bytes:
    index = {
        "version": _VERSION,
        "manifest": contents.manifest,
        "matches": contents.matches,
        "recogniser": contents.recogniser,
        "embeddings": contents.embeddings,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo(_INDEX, _EPOCH), json.dumps(index, sort_keys=True))
        for name, data in sorted(contents.files.items()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data)
    return buffer.getvalue()


def _contents(archive: bytes) -> Contents:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened_archive:
        if sum(each.file_size for each in opened_archive.infolist()) > _LARGEST:
            raise ValueError("it holds more than fits into memory")
        files = {name: opened_archive.read(name) for name in opened_archive.namelist()}
    index: dict[str, Any] = json.loads(files.pop(_INDEX))
    if index["version"] != _VERSION:
        raise ValueError(f"its version is {index['version']!r}, this scrubber reads {_VERSION}")
    if index["manifest"] not in files or not all(map(_stays_inside, files)):
        raise ValueError("its list of files is not in order")
    return Contents(
        manifest=index["manifest"],
        files=files,
        matches={pattern: tuple(names) for pattern, names in index["matches"].items()},
        embeddings={name: tuple(map(float, numbers)) for name, numbers in index["embeddings"].items()},
        recogniser=index["recogniser"],
    )


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and "\\" not in name


def age() -> ModuleType:
    """The library for the age format. Raises `MissingPart` if it is not there."""
    try:
        import pyrage
    except ImportError as error:
        raise MissingPart(f"locked manifests need a package that is not there ({error}); pip install pyrage") from error
    module: ModuleType = pyrage
    return module
