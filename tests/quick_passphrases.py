"""Passphrases without the second of work that scrypt takes for each on purpose; pyrage lets nobody choose less.

A file that is locked so is an age file like any other (https://age-encryption.org/v1), but its key took next to no
work. It is opened as users open theirs. The test of what users lock takes the real thing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from types import SimpleNamespace

import numpy as np
import pyrage

WORK = 1  # the binary logarithm of how often scrypt goes round
_CHUNK = 64 * 1024


def age() -> SimpleNamespace:
    """Takes the place of `scrubber.consent.vault.locking.age`."""
    names = {name: getattr(pyrage, name) for name in dir(pyrage) if not name.startswith("_")}
    return SimpleNamespace(
        **names | {"passphrase": SimpleNamespace(encrypt=encrypt, decrypt=pyrage.passphrase.decrypt)}
    )


def encrypt(data: bytes, words: str) -> bytes:
    """The same as `pyrage.passphrase.encrypt`."""
    key, salt, nonce = (os.urandom(16) for _ in range(3))
    label = b"age-encryption.org/v1/scrypt"
    wrapping = hashlib.scrypt(words.encode(), salt=label + salt, n=1 << WORK, r=8, p=1, dklen=32)
    stanza = b"-> scrypt %s %d\n%s\n" % (_text(salt), WORK, _text(_sealed(wrapping, bytes(12), key)))
    head = b"age-encryption.org/v1\n" + stanza + b"---"
    head += b" " + _text(hmac.digest(_derived(key, b"", b"header"), head, "sha256")) + b"\n"
    stream, starts = _derived(key, nonce, b"payload"), range(0, max(len(data), 1), _CHUNK)
    chunks = [
        _sealed(stream, number.to_bytes(11, "big") + bytes([start == starts[-1]]), data[start : start + _CHUNK])
        for number, start in enumerate(starts)
    ]
    return head + nonce + b"".join(chunks)


def _text(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _derived(key: bytes, salt: bytes, info: bytes) -> bytes:
    """32 bytes of HKDF with SHA-256 (RFC 5869)."""
    return hmac.digest(hmac.digest(salt or bytes(32), key, "sha256"), info + b"\1", "sha256")


def _sealed(key: bytes, nonce: bytes, data: bytes) -> bytes:
    """ChaCha20-Poly1305 without additional data (RFC 8439)."""
    stream = _chacha(key, nonce, 1 + -(-len(data) // 64))
    hidden = (np.frombuffer(data, np.uint8) ^ np.frombuffer(stream[64:], np.uint8)[: len(data)]).tobytes()
    r, s = int.from_bytes(stream[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF, stream[16:32]
    told, tag = hidden + bytes(-len(hidden) % 16) + bytes(8) + len(hidden).to_bytes(8, "little"), 0
    for at in range(0, len(told), 16):
        tag = (tag + int.from_bytes(told[at : at + 16] + b"\1", "little")) * r % ((1 << 130) - 5)
    return hidden + ((tag + int.from_bytes(s, "little")) % (1 << 128)).to_bytes(16, "little")


def _chacha(key: bytes, nonce: bytes, blocks: int) -> bytes:
    begin = np.empty((16, blocks), np.uint32)
    begin[:, :] = np.frombuffer(b"expand 32-byte k" + key + bytes(4) + nonce, "<u4")[:, None]
    begin[12] = np.arange(blocks)
    state = begin.copy()
    for _ in range(10):
        for shift in range(4):
            _quarter(state, *range(shift, 16, 4))
        for shift in range(4):
            _quarter(state, *(4 * row + (shift + row) % 4 for row in range(4)))
    return (state + begin).T.astype("<u4").tobytes()


def _quarter(state: np.ndarray, a: int, b: int, c: int, d: int) -> None:
    for one, other, turned, bits in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        state[one] += state[other]
        mixed = state[turned] ^ state[one]
        state[turned] = mixed << np.uint32(bits) | mixed >> np.uint32(32 - bits)
