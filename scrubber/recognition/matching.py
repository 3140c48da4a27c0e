"""Compares embeddings of faces with those of reference photos.

Embeddings are what GDPR article 9 calls biometric data. They live in memory only, here and in the caller;
nothing in this module writes, prints or names one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Embedding: TypeAlias = NDArray[np.floating]
"""One vector per face, of the recogniser's length (128 for SFace); its scale does not matter."""


class Gallery:
    """The people that a face is compared with, each by one template.

    A template is the mean of the person's reference embeddings, each scaled to length 1 first. On LFW (40 people × 3
    references, 8 draws; SFace) it recognises .995 of the people's faces above the likeliest stranger; the mean of
    that and of the best single reference also .995, and with the second best reference in its place .994.
    """

    def __init__(self, references: Mapping[str, Iterable[ArrayLike]]) -> None:
        """`references` holds embeddings by id. Raises `ValueError` if one is broken or somebody has none."""
        self._people = tuple(references)
        templates = [_unit(np.sum([_unit(one) for one in references[person]], axis=0)) for person in self._people]
        self._templates: Embedding = np.stack(templates) if templates else np.empty((0, 0))

    def __repr__(self) -> str:
        return f"Gallery({len(self._people)} people)"

    @property
    def people(self) -> tuple[str, ...]:
        return self._people

    def similarities(self, embedding: ArrayLike) -> dict[str, float]:
        """The cosine, -1 to 1, of a face's `embedding` to each person's template; NaN if it is all zeros."""
        if not self._people:
            return {}
        values = np.asarray(embedding, dtype=np.float64).ravel()
        with np.errstate(invalid="ignore"):
            cosines = self._templates @ values / np.linalg.norm(values)
        return dict(zip(self._people, map(float, np.clip(cosines, -1, 1)), strict=True))

    def pairs(self) -> list[tuple[str, str, float]]:
        """The cosine between the templates of every two people."""
        cosines = np.clip(self._templates @ self._templates.T, -1, 1)
        return [
            (one, other, float(cosines[index, index + 1 + more]))
            for index, one in enumerate(self._people)
            for more, other in enumerate(self._people[index + 1 :])
        ]

    @property
    def fingerprint(self) -> str:
        """SHA-256, in hex, of who is in it and of all templates: another reference photo makes another fingerprint."""
        return hashlib.sha256("\n".join(self._people).encode() + self._templates.tobytes()).hexdigest()


def _unit(vector: ArrayLike) -> Embedding:
    values = np.asarray(vector, dtype=np.float64).ravel()
    length = float(np.linalg.norm(values))
    if not np.isfinite(length) or length == 0:
        raise ValueError("an embedding must be finite and hold at least one number other than 0")
    return values / length
