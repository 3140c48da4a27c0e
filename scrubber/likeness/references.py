"""Is this a reference photo that faces can be compared with? Exactly one good face, or the reason why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from scrubber import photos
from scrubber.errors import PhotoError
from scrubber.faces import finding, recogniser
from scrubber.types import Face

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubber.faces.detector import Picture
    from scrubber.faces.recogniser import Embedding, Flaw
    from scrubber.policy import Limits

REMEDY: Final = "use a photo that shows this person alone, sharp and face to the camera"

# Pixels of face width. Templates made of LFW faces 48 pixels wide recognise as many as those of the originals.
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
class Judged:
    """A reference photo that was looked at. `fault` is None if it shows exactly one good face, else says why not.

    `embeddings` are those of the good faces in it, the largest first.
    """

    name: str
    embeddings: tuple[Embedding, ...] = ()
    fault: str | None = None


def judge(data: bytes, name: str, limits: Limits) -> Judged:
    """Looks at the reference photo that `data` holds; `name` is only for messages. Never raises `PhotoError`."""
    try:
        photo = photos.open_photo(data, name, limits)
    except PhotoError as error:
        return Judged(name, fault=f"it cannot be opened ({error})")
    faces = _counted(finding.find(photo.pixels, "fast"))
    if not faces:
        return Judged(name, fault="it shows no face")
    seen = [_seen(photo.pixels, face) for face in faces]
    good = tuple(one for one in seen if not isinstance(one, str))
    if len(faces) > 1:
        return Judged(name, good, f"it shows {len(faces)} faces")
    return Judged(name, good, seen[0] if isinstance(seen[0], str) else None)


def _counted(faces: Sequence[Face]) -> list[Face]:
    """The faces that might be meant, the largest first."""
    clear = sorted((face for face in faces if face.score >= _CLEARLY), key=lambda face: -face.box.width)
    return [face for face in clear if face.box.width >= _BACKGROUND * clear[0].box.width]


def _seen(picture: Picture, face: Face) -> Embedding | str:
    if face.box.width < NARROWEST_REFERENCE:
        return f"the face is {face.box.width:.0f} pixels wide, and less than {NARROWEST_REFERENCE} are too few"
    found = recogniser.examine(picture, face)
    return _FLAWS[found] if isinstance(found, str) else found
