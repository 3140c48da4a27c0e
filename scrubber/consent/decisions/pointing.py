"""Which found face does a pointed box mean? Geometry only; who may be seen is no concern of this module.

A person pointed at a face on a screen, a detector drew its own box: the two differ by a head's worth of hair
and never agree exactly. Nothing here depends on anyone's consent, so a consent that ends can only hide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scrubber.values import Box, Region

if TYPE_CHECKING:
    from scrubber.consent.manifest.model import DismissBox, PhotoEntry, ShowBox

# A box round the whole head has about twice the side of the tightest face box that detectors draw.
SIDE_RATIO = 2.0
# Of two faces that a box may mean, the better one must lead by this much intersection over union.
CLEAR_LEAD = 0.10
# A `hide` box beats a box with which it shares this part of the smaller of both: neighbours in a crowd touch,
# they seldom overlap by more.
HIDE_SHARE = 0.25
# Pixels that a `hide` box may reach beyond a hidden face and need no mask of its own: boxes are written down rounded,
# and the mask of a face holds its whole box and a pixel more (`hiding.polygons`).
ROUNDED_BY = 1.0


@dataclass(slots=True)
class Pointed:
    """What the boxes of one frame mean, by index into its found faces.

    `hidden`: hit by a `hide` box. `dismissed`: meant by a `dismiss` box and by no `hide` box. `unclear`: one of several
    that a `show` box may mean. `claims`: ids of the people that a `show` box names for this face. `uncovered`: `hide`
    boxes that no hidden face holds wholly. `missed`: `show` boxes without a face. `idle`: `dismiss` boxes that mean no
    face, or several.
    """

    hidden: set[int] = field(default_factory=set)
    dismissed: set[int] = field(default_factory=set)
    unclear: set[int] = field(default_factory=set)
    claims: dict[int, list[str]] = field(default_factory=dict)
    uncovered: list[Box] = field(default_factory=list)
    missed: list[ShowBox] = field(default_factory=list)
    idle: list[DismissBox] = field(default_factory=list)


def means(pointed: Box, found: Box) -> bool:
    """Can both boxes be of the same face? Yes if each holds the centre of the other and sizes are alike.

    Stricter than an overlap alone: a box drawn round somebody whom no detector found can overlap a neighbour
    by a third, but it is not centred on the neighbour.
    """
    smaller, larger = sorted((pointed.area, found.area))
    alike = 0 < larger <= smaller * SIDE_RATIO**2
    return alike and _holds(pointed, found.center) and _holds(found, pointed.center)


def beats(hide: Box, other: Box) -> bool:
    """Does a `hide` box win over a face or a `show` box? More easily than any box could show that face."""
    shared = hide.intersection(other)
    return means(hide, other) or (shared > 0 and shared >= HIDE_SHARE * min(hide.area, other.area))


def point(faces: Sequence[Region], entry: PhotoEntry | None, frame: int = 0) -> Pointed:
    """Assigns those boxes of `entry` that are about this frame to the faces found in it.

    At most one face is claimed for each `show` box, and at most one dismissed for each `dismiss` box.
    """
    pointed = Pointed()
    if entry is None:
        return pointed
    hides = [hide.box for hide in entry.hide if hide.frame in (None, frame)]
    for show in (show for show in entry.show if show.frame == frame):
        likeliest = _likeliest(show.box, faces)
        # The claim stays beside the hide: dropping it would free the person to be matched elsewhere.
        if any(beats(hide, show.box) for hide in hides):
            pointed.hidden.update(likeliest)
        if len(likeliest) > 1:
            pointed.unclear.update(likeliest)
        elif likeliest:
            pointed.claims.setdefault(likeliest[0], []).append(show.person)
        else:
            pointed.missed.append(show)
    _dismiss(pointed, faces, [one for one in entry.dismiss if one.frame in (None, frame)], hides)
    pointed.hidden.update(index for index, face in enumerate(faces) if any(beats(hide, face.box) for hide in hides))
    pointed.dismissed -= pointed.hidden
    covering = [faces[index].box for index in pointed.hidden]
    pointed.uncovered = [hide for hide in dict.fromkeys(hides) if not any(_inside(hide, box) for box in covering)]
    return pointed


def _dismiss(pointed: Pointed, faces: Sequence[Region], boxes: Sequence[DismissBox], hides: Sequence[Box]) -> None:
    for one in boxes:
        likeliest = _likeliest(one.box, faces)
        if any(beats(hide, one.box) for hide in hides):
            pointed.hidden.update(likeliest)
        elif len(likeliest) == 1:
            pointed.dismissed.update(likeliest)
        else:
            pointed.idle.append(one)


def _likeliest(box: Box, faces: Sequence[Region]) -> list[int]:
    """Indices of the faces that `box` may mean, down to one if that one clearly fits best."""
    agreement = {index: box.iou(face.box) for index, face in enumerate(faces) if means(box, face.box)}
    best = max(agreement.values(), default=0.0)
    return [index for index, iou in agreement.items() if iou > best - CLEAR_LEAD]


def _inside(box: Box, other: Box) -> bool:
    across = other.x - ROUNDED_BY <= box.x and box.right <= other.right + ROUNDED_BY
    return across and other.y - ROUNDED_BY <= box.y and box.bottom <= other.bottom + ROUNDED_BY


def _holds(box: Box, point: tuple[float, float]) -> bool:
    return box.x <= point[0] <= box.right and box.y <= point[1] <= box.bottom
