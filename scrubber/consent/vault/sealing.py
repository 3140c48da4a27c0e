"""The key under which the ledger keeps what a locked manifest protects: who is shown in which copy.

A run adds to the ledger with the public half alone. What was added is read again with the secret half, which lies in
the locked manifest, so a seized laptop tells no more by its ledger than by its manifest. X25519 in the age format.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

from scrubber.consent.vault.locking import age
from scrubber.errors import ManifestError

SUFFIX: Final = ".ledger-key"
MOST_BYTES: Final = 4096
"""A key file holds one line of 74 characters."""


def key_name(manifest: str) -> str:
    """The name of the file beside a manifest that holds its key: consent.ledger-key for consent.toml."""
    return PurePath(manifest).with_suffix(SUFFIX).name


def new_identity() -> str:
    """A new secret key, `AGE-SECRET-KEY-1…`."""
    return str(age().x25519.Identity.generate())


def recipient_of(identity: str) -> str:
    """The public half of a secret key, `age1…`, which can only seal."""
    return str(age().x25519.Identity.from_str(identity).to_public())


def recipient_under(locked: bool, identity: str | None) -> str | None:
    """What a ledger is sealed with beside a manifest; None where it is not `locked`, and so nothing is sealed.

    Without a key nobody can read what is added to the ledger, but neither does it tell anything.
    """
    return recipient_of(identity or new_identity()) if locked else None


def seal(recipient: str, data: bytes) -> bytes:
    """`data`, readable with the secret key only."""
    sealed: bytes = age().encrypt(data, [age().x25519.Recipient.from_str(recipient)])
    return sealed


def unseal(identity: str, data: bytes) -> bytes | None:
    """What `seal` was given; None if it is sealed for another key, or was changed."""
    pyrage = age()
    try:
        opened: bytes = pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(identity)])
    except pyrage.DecryptError:
        return None
    return opened


def identity_in(content: bytes, name: str) -> str:
    """The secret key that a key file holds. Raises `ManifestError`, with `name` in it, for anything else."""
    pyrage = age()
    try:
        return str(pyrage.x25519.Identity.from_str(content.decode("ascii").strip()))
    except (UnicodeDecodeError, pyrage.IdentityError) as error:
        raise ManifestError(
            f"{name}: is no key of a ledger; restore it from a copy, or move it away if what was published is known "
            "otherwise"
        ) from error


def as_file(identity: str) -> bytes:
    """The content of a key file."""
    return f"{identity}\n".encode()
