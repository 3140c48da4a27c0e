"""Takes a manifest and its files into a locked file, and back out to a folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from scrubber.consent.locking import Contents, Passphrase, is_locked, opened, sealed
from scrubber.consent.reading import read
from scrubber.consent.record import Consent
from scrubber.consent.saving import save_new, wipe
from scrubber.errors import ManifestError, UsageError


def gather(
    consent: Consent, others: Iterable[Path], embeddings: Mapping[str, tuple[float, ...]], recogniser: str
) -> Contents:
    """Everything to be locked: the manifest, all reference photos, and `others`, files or folders beside them.

    `embeddings` are those of reference photos by name, made by the recogniser called `recogniser`. Raises
    `UsageError` for a manifest that is locked already or for paths outside of its folder, `ManifestError` for
    references that are missing.
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
        files[name] = path.read_bytes()
    return Contents(consent.path.name, files, matches, embeddings, recogniser)


def lock(contents: Contents, passphrase: str, target: Path) -> None:
    """Write the locked file, then open it again to see that nothing is lost. Raises `NotWritable`, `ManifestError`."""
    save_new(sealed(contents, passphrase), target)
    if opened(read(target, str(target)), passphrase, str(target)) != contents:
        raise ManifestError(f"{target}: does not hold what was locked; delete it, keep the originals and try again")


def remove_originals(contents: Contents, folder: Path) -> None:
    """Overwrite and delete everything that was locked, and the folders that are empty then: their names tell ids.

    Raises `NotWritable`. Flash memory, snapshots and backups may keep copies that no program reaches.
    """
    for name in contents.files:
        wipe(folder / name)
    inside = {parent for name in contents.files for parent in PurePosixPath(name).parents if parent.name}
    for parent in sorted(inside, key=lambda path: -len(path.parts)):
        if not any((folder / parent).iterdir()):
            (folder / parent).rmdir()


def unlock(locked: Path, passphrase: Passphrase, folder: Path) -> tuple[str, ...]:
    """Write the files of a locked file to `folder`; their names. What is there already must be the same.

    Raises `ManifestError` if it does not open, `NotWritable` if another file is in the way.
    """
    content = read(locked, str(locked))
    if not is_locked(content):
        raise UsageError(f"{locked}: is not locked; name the file that `scrubber consent lock` made")
    contents = opened(content, passphrase, str(locked))
    for name, data in contents.files.items():
        save_new(data, folder / name)
    return tuple(contents.files)


def _files(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        yield from sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
