"""When an animation shows its frames, and how often: what is left of it in an output.

A list of durations holds anything that somebody writes into it, and the odd ones tell which program, screen or camera
made it. Players honour little of that, and people see less. So frames last as long as one of 16 durations, 25 % off at
most, and an animation is shown once or for ever. Equal frames stay equal, so that movements stay even.
"""

from __future__ import annotations

import math
from bisect import bisect
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from scrubber.photos.photo import Photo

# Milliseconds; all are whole ticks of a GIF. The rates that programs offer (50, 33, 25, 20 and 10 a second) are kept
# as they are. From five seconds on a pause is a pause.
_DURATIONS: Final = (20, 30, 40, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000)
_BOUNDS: Final = tuple(math.sqrt(one * other) for one, other in pairwise(_DURATIONS))
# Browsers take what is shorter for a mistake, and show such a frame for a tenth of a second (WebKit bug 36082).
_SHORTEST: Final = 20.0
_INSTEAD: Final = 100.0
FOREVER, ONCE = 0, 1
"""The two values of `Photo.loops` that are written."""


def quantised(photo: Photo) -> Photo:
    """The photo with the times that it may have, which are none if it does not move."""
    if not photo.moving:
        return replace(photo, frames=tuple(replace(frame, milliseconds=0.0) for frame in photo.frames), loops=None)
    frames = tuple(replace(frame, milliseconds=_nearest(frame.milliseconds)) for frame in photo.frames)
    return replace(photo, frames=frames, loops=ONCE if photo.loops in (None, ONCE) else FOREVER)


def is_quantised(photo: Photo) -> bool:
    """Whether every frame lasts as long as it may, and the whole is shown as often as it may."""
    if not photo.moving:
        return not any(frame.milliseconds for frame in photo.frames)
    fit = all(frame.milliseconds in _DURATIONS for frame in photo.frames)
    return fit and photo.loops in (None, ONCE, FOREVER)


def _nearest(milliseconds: float) -> float:
    """The duration that is off by the smallest factor."""
    honoured = milliseconds if milliseconds >= _SHORTEST else _INSTEAD
    return float(_DURATIONS[bisect(_BOUNDS, honoured)])
