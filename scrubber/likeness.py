"""Joins reference photos, recogniser and manifest: how alike is this face to people who agreed to be compared?

Embeddings live in memory, for as long as the process does, and nowhere else.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from scrubber import photos
from scrubber.errors import ManifestError, PhotoError
from scrubber.faces import finding, recogniser

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.consent import Consent, Likeness, Measured
    from scrubber.consent.matching import Gallery
    from scrubber.faces.detector import Picture
    from scrubber.policy import Limits
    from scrubber.types import Face


@lru_cache(maxsize=4)
def gallery(consent: Consent, people: tuple[str, ...], limits: Limits) -> Gallery:
    """One template for each of `people` (their ids), built once per process and manifest.

    Raises `ManifestError` if a reference photo is missing or does not show exactly one face.
    """
    from scrubber.consent.matching import Gallery

    with finding.kept_warm():
        return Gallery({person: [_reference(path, limits) for path in consent.references(person)] for person in people})


def likeness(picture: Picture, people: Gallery) -> Likeness:
    """A function that compares a face of `picture` with everybody in the gallery."""

    def measure(face: Face) -> Measured:
        embedding = recogniser.embed(picture, face)
        return "low-quality" if embedding is None else people.similarities(embedding)

    return measure


def _reference(path: Path, limits: Limits) -> recogniser.Embedding:
    remedy = "use a photo that shows this person alone, face to the camera"
    try:
        photo = photos.open_photo(path.read_bytes(), str(path), limits)
    except (OSError, PhotoError) as error:
        raise ManifestError(f"{path}: this reference photo cannot be opened ({error}); {remedy}") from error
    faces = finding.find(photo.pixels, "fast")
    if len(faces) != 1:
        raise ManifestError(f"{path}: this reference photo shows {len(faces) or 'no'} faces; {remedy}")
    embedding = recogniser.embed(photo.pixels, faces[0])
    if embedding is None:
        raise ManifestError(f"{path}: the face in this reference photo is not clear enough; {remedy}")
    return embedding
