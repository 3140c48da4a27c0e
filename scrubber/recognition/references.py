"""Is this a reference photo that faces can be compared with? Exactly one good face, or the reason why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from scrubber import photos
from scrubber.detection import presets
from scrubber.errors import PhotoError
from scrubber.recognition import embedder
from scrubber.values import Region

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scrubber.policy import Limits
    from scrubber.recognition.embedder import Embedding, Flaw

REMEDY: Final = "use a photo that shows this person alone, sharp and face to the camera"

# Pixels of face width. LFW faces 48 pixels wide are recognised as often as those of 112, narrower ones less and less.
NARROWEST_REFERENCE: Final = 48

# Detection score, 0 to 1, from which a second face counts; below it are shadows, posters and backs of heads.
_CLEARLY: Final = 0.6
# Of the largest face's width. A smaller face is somebody in the background; of two that are nearer in size nobody can
# tell which was meant, a parent or the child.
_BACKGROUND: Final = 0.5

_FLAWS: Final[dict[Flaw, str]] = {
    "unplaced": "eyes, nose and mouth cannot be made out",
    "blurred": "the face is blurred",
    "dark": "the face is too dark or without contrast",
    "turned": "the face is turned too far to the side",
}


@dataclass(frozen=True, slots=True)
class AssessedReference:
    """A reference photo that was looked at. `fault` is None if it shows exactly one good face, else says why not.

    `embeddings` are those of the good faces in it, the largest first.
    """

    name: str
    embeddings: tuple[Embedding, ...] = ()
    fault: str | None = None


ReferenceAssessor: TypeAlias = "Callable[[Sequence[tuple[str, bytes]], Limits], list[AssessedReference]]"
"""Looks at photos, each with its name: here, or in other processes."""


def assess_here(photos: Sequence[tuple[str, bytes]], limits: Limits) -> list[AssessedReference]:
    """Looks at reference photos in this process, one after the other."""
    with presets.model_session():
        return [assess_reference(data, name, limits) for name, data in photos]


def assess_reference(data: bytes, name: str, limits: Limits) -> AssessedReference:
    """Looks at the reference photo that `data` holds; `name` is only for messages. Never raises `PhotoError`."""
    try:
        photo = photos.open_photo(data, name, limits)
    except PhotoError as error:
        return AssessedReference(name, fault=f"it cannot be opened ({error})")
    picture = photo.frames[0].composites()[0]
    clear = [face for face in presets.find(picture, "fast") if face.score >= _CLEARLY]
    if not clear:
        return AssessedReference(name, fault="it shows no face")
    seen = [(face, embedder.examine(picture, face)) for face in clear]
    meant = _meant(seen)
    if len(meant) > 1:
        return AssessedReference(
            name, tuple(one for _, one in meant if not isinstance(one, str)), f"it shows {len(meant)} faces"
        )
    return _alone(name, *(meant or seen)[0])


def _meant(seen: Sequence[tuple[Region, Embedding | Flaw]]) -> list[tuple[Region, Embedding | Flaw]]:
    """Those that might be meant, the largest first. Where no eyes, nose and mouth are, a detector was mistaken."""
    faces = sorted(
        (pair for pair in seen if not isinstance(pair[1], str) or pair[1] != "unplaced"),
        key=lambda pair: -pair[0].box.width,
    )
    return [pair for pair in faces if pair[0].box.width >= _BACKGROUND * faces[0][0].box.width]


def _alone(name: str, face: Region, found: Embedding | Flaw) -> AssessedReference:
    if isinstance(found, str):
        return AssessedReference(name, fault=_FLAWS[found])
    if face.box.width < NARROWEST_REFERENCE:
        width = f"the face is {face.box.width:.0f} pixels wide"
        return AssessedReference(name, fault=f"{width}, and less than {NARROWEST_REFERENCE} are too few")
    return AssessedReference(name, (found,))
