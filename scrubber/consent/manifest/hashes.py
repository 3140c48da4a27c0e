"""Hashes of photos, as a manifest and a run compare them."""

from __future__ import annotations


def plain_sha256(text: str) -> str:
    """A hash in the one form that is compared: 64 lower-case hex digits, no `sha256:` in front."""
    return text.strip().lower().removeprefix("sha256:")
