"""Passphrases without the second of work that scrypt takes for each on purpose; pyrage lets nobody choose less.

A file that is locked so is an age file, too, for a key that only the process knows that locked it, by the passphrase.
Tests of the format itself use the real thing.
"""

from __future__ import annotations

from types import SimpleNamespace

import pyrage

_SCRYPT = b"\n-> scrypt "
_keys: dict[str, pyrage.x25519.Identity] = {}


def age() -> SimpleNamespace:
    """Takes the place of `scrubber.consent.vault.locking.age`."""
    names = {name: getattr(pyrage, name) for name in dir(pyrage) if not name.startswith("_")}
    return SimpleNamespace(**names | {"passphrase": SimpleNamespace(encrypt=_encrypt, decrypt=_decrypt)})


def _encrypt(data: bytes, words: str) -> bytes:
    return pyrage.encrypt(data, [_key(words).to_public()])


def _decrypt(data: bytes, words: str) -> bytes:
    if _SCRYPT in data[:200]:  # another process locked it
        return pyrage.passphrase.decrypt(data, words)
    return pyrage.decrypt(data, [_key(words)])


def _key(words: str) -> pyrage.x25519.Identity:
    return _keys.setdefault(words, pyrage.x25519.Identity.generate())
