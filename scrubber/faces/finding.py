"""The presets: which detectors look at a photo, at which scales, and how their findings are joined."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final

from scrubber.faces import blazeface
from scrubber.faces.blazeface import BlazeFace
from scrubber.faces.centerface import CenterFace
from scrubber.faces.compose import Scaled, Tiled, Union
from scrubber.faces.yunet import YuNet
from scrubber.types import Box, Face

if TYPE_CHECKING:
    from scrubber.faces.detector import Detector, Picture
    from scrubber.policy import Preset

_MEGAPIXELS: Final = 1_000_000
_TILE: Final = 2048
_OVERLAP: Final = 320


@contextmanager
def kept_warm() -> Iterator[None]:
    """Inside this block detectors stay loaded between photos."""
    with blazeface.kept_open():
        yield


def find(picture: Picture, preset: Preset) -> tuple[Face, ...]:
    """Faces in an upright H×W×3 RGB uint8 picture, best-scored first, boxes cut to the picture."""
    height, width = picture.shape[:2]
    with kept_warm():
        faces = _strategy(preset).detect(picture)
    return tuple(cut for face in faces if (cut := _within(face, width, height)) is not None)


@cache
def _strategy(preset: Preset) -> Detector:
    portraits = [BlazeFace("full", 0.5), BlazeFace("short", 0.5)] if blazeface.available() else []
    if preset == "fast":
        return Union(_scaled(YuNet(0.4), 1, 2), *portraits[:1])
    pyramid = (_scaled(YuNet(0.4), 0.5, 2), _scaled(YuNet(0.5), 1, 12), _scaled(YuNet(0.4), 2, 4))
    if preset == "balanced":
        return Union(*pyramid, _scaled(CenterFace(0.2), 1, 3), *portraits)
    return Union(
        *pyramid,
        _scaled(YuNet(0.5), 3, 12),
        _scaled(CenterFace(0.2), 1, 12),
        _scaled(CenterFace(0.2), 1.6, 12),
        *portraits,
    )


def _scaled(detector: Detector, factor: float, megapixels: float) -> Detector:
    """The detector at another scale, never on more than `megapixels`, in tiles so that memory is bounded."""
    return Scaled(Tiled(detector, _TILE, _OVERLAP), factor, int(megapixels * _MEGAPIXELS))


def _within(face: Face, width: int, height: int) -> Face | None:
    left, top = max(face.box.x, 0.0), max(face.box.y, 0.0)
    right, bottom = min(face.box.right, float(width)), min(face.box.bottom, float(height))
    if right - left < 1 or bottom - top < 1:
        return None
    return replace(face, box=Box(left, top, right - left, bottom - top))
