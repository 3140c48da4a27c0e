"""Where the ledger's key lies: inside a locked manifest, or in a file beside one that was unlocked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from scrubber.consent.vault.sealing import MOST_BYTES, as_file, identity_in, key_name, new_identity
from scrubber.errors import ManifestError, PhotoError
from scrubber.guarded import read_bytes

if TYPE_CHECKING:
    from scrubber.consent.vault.locking import Contents


def identity_beside(manifest: Path) -> str | None:
    """The key in the file beside a manifest in clear; None if there is no such file. Raises `ManifestError`."""
    path = manifest.with_name(key_name(manifest.name))
    try:
        return identity_in(read_bytes(path, MOST_BYTES), str(path))
    except FileNotFoundError:
        return None
    except (OSError, PhotoError) as error:
        raise ManifestError(f"{path}: the key of the ledger cannot be read ({error}); check it") from error


def identity_inside(contents: Contents, name: str) -> str | None:
    """The key in a locked file; None if it was locked before there were keys. Raises `ManifestError`."""
    key = key_name(contents.manifest)
    return identity_in(contents.files[key], f"{name}/{key}") if key in contents.files else None


def with_key(contents: Contents, identity: str | None = None) -> Contents:
    """The same contents with a key in them: the one they have, else `identity`, else a new one."""
    key = key_name(contents.manifest)
    if key in contents.files:
        return contents
    return replace(contents, files={**contents.files, key: as_file(identity or new_identity())})
