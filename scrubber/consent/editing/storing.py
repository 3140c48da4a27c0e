"""Takes a manifest and its files into a locked file, and back out to a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from scrubber.consent.editing.saving import holds, save, save_new
from scrubber.consent.manifest.reading import read
from scrubber.consent.record import Consent
from scrubber.consent.vault.keys import with_key
from scrubber.consent.vault.locking import Contents, Passphrase, decrypt, encrypt, is_locked
from scrubber.errors import ManifestError, NotWritable, UsageError
from scrubber.guarded import read_bytes
from scrubber.storage.atomic_files import writable

_LARGEST: Final = 1 << 29  # bytes of one file


def gather(
    consent: Consent, others: Iterable[Path], embeddings: Mapping[str, tuple[float, ...]], recogniser: str
) -> Contents:
    """Everything to be locked: the manifest, all reference photos, the ledger's key, and `others` beside them.

    `others` are files or folders, `embeddings` those of reference photos by name, made by the recogniser called
    `recogniser`. Raises `UsageError` for a manifest that is locked already or for paths outside of its folder,
    `ManifestError` for references that are missing, `PhotoError` for what is no file.
    """
    if consent.path is None or consent.locked:
        raise UsageError(f"{consent.name}: is locked already, or no file; name a manifest that is in clear")
    files = {consent.path.name: read(consent.path, consent.name)}
    matches: dict[str, tuple[str, ...]] = {}
    for person in consent.people:
        files |= consent.reference_bytes(person.id)
        matches |= consent.matches(person.id)
    for path in _files(others):
        if not path.resolve().is_relative_to(consent.folder.resolve()):
            raise UsageError(f"{path}: lies outside of the manifest's folder; move it there before you lock")
        name = path.resolve().relative_to(consent.folder.resolve()).as_posix()
        files[name] = read_bytes(path, _LARGEST)
    contents = Contents(consent.path.name, files, matches, embeddings, recogniser)
    return with_key(contents, consent.ledger_identity)


def lock(contents: Contents, passphrase: str, target: Path) -> None:
    """Write the locked file, then open it again to see that nothing is lost. Raises `NotWritable`, `ManifestError`."""
    save_new(encrypt(contents, passphrase), target)
    if decrypt(read(target, str(target)), passphrase, str(target)) != contents:
        raise ManifestError(f"{target}: does not hold what was locked; delete it, keep the originals and try again")


def lock_again(contents: Contents, passphrase: str, target: Path) -> None:
    """Put changed contents in the place of a locked file in one step, after a look whether they open again.

    Raises `NotWritable`, `ManifestError`.
    """
    content = encrypt(contents, passphrase)
    if decrypt(content, passphrase, str(target)) != contents:
        raise ManifestError(f"{target}: cannot be locked again, and stays as it was; unlock it and change that")
    save(content, target)


def remove_originals(contents: Contents, folder: Path) -> tuple[str, ...]:
    """Delete everything that was locked, and the folders that are empty then: their names tell ids.

    Only names are taken away, nothing is written to what they lead to. Sentences on what remains: other names of a
    file, files behind links, and files that changed since they were locked. Raises `NotWritable`. Flash memory,
    snapshots and backups may keep copies that no program reaches.
    """
    remains = [said for name, data in contents.files.items() for said in _remove(folder / name, data, folder)]
    inside = {parent for name in contents.files for parent in PurePosixPath(name).parents if parent.name}
    for parent in sorted((folder / path for path in inside), key=lambda path: -len(path.parts)):
        if parent.is_dir() and not parent.is_symlink() and not any(parent.iterdir()):
            parent.rmdir()
    return tuple(remains)


def unlock(locked: Path, passphrase: Passphrase, folder: Path) -> tuple[str, ...]:
    """Write the files of a locked file to `folder`; their names. What is there already must be the same.

    Raises `ManifestError` if it does not open, `NotWritable` if another file, or a link, is in the way.
    """
    content = read(locked, str(locked))
    if not is_locked(content):
        raise UsageError(f"{locked}: is not locked; name the file that `scrubber consent lock` made")
    contents = decrypt(content, passphrase, str(locked))
    for name in contents.files:
        link = _link_on_the_way(folder / name, folder)
        if link:
            raise NotWritable(f"{link}: is a link, which is not written through; unlock to another folder")
    for name, data in contents.files.items():
        save_new(data, folder / name)
    return tuple(contents.files)


def _remove(path: Path, data: bytes, folder: Path) -> Iterator[str]:
    link = _link_on_the_way(path, folder)
    if link and link != path:
        yield f"{path}: lies behind the link {link}, so it remains; delete it by hand"
        return
    with writable(path, "delete it by hand"):
        if link:
            remains = path.resolve()
            path.unlink()
            yield f"{path}: was a link and is deleted; the file that it led to remains: {remains}"
        elif os.path.lexists(path):
            yield from _unlinked(path, data)


def _unlinked(path: Path, data: bytes) -> Iterator[str]:
    if not holds(path, data):
        yield f"{path}: has changed since it was locked, so it remains; lock it again or delete it by hand"
        return
    others = path.stat().st_nlink - 1
    path.unlink()
    if others:
        yield f"{path}: is deleted, and another name of this file remains ({others} of them); find and delete it"


def _link_on_the_way(path: Path, folder: Path) -> Path | None:
    """The first link among `path` and the folders between it and `folder`; None if there is none."""
    between = [folder.joinpath(*path.relative_to(folder).parts[:depth]) for depth in range(1, len(path.parts) + 1)]
    return next((each for each in between if each.is_symlink()), None)


def _files(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        yield from sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
