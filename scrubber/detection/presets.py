"""The presets: which detectors look at a photo, at which scales, and how their findings are joined."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final

from scrubber import stages
from scrubber.detection import blazeface
from scrubber.detection.blazeface import BlazeFace, Range
from scrubber.detection.centerface import CenterFace
from scrubber.detection.exposure import Lit
from scrubber.detection.fusion import Fused
from scrubber.detection.grain import Smoothed
from scrubber.detection.leaning import Leaning
from scrubber.detection.thresholds import THRESHOLDS, Thresholds, least, likely
from scrubber.detection.transforms import Detail, Halved, Rotated, Scaled, Tiled, Turned, merge
from scrubber.detection.upright import Upright
from scrubber.detection.yunet import YuNet
from scrubber.values import Box, Region

if TYPE_CHECKING:
    from scrubber.detection.detector import Detector, Picture
    from scrubber.policy import Preset

DETAILS: Final[dict[Preset, Detail]] = {
    "fast": Detail(1.5e6, 1 / 8),
    "balanced": Detail(1.5e6, 1 / 8),
    "thorough": Detail(4e6, 1 / 3),
}
"""The working picture of each preset, to which the factors of its looks refer."""

_GLANCE: Final = Detail(250_000)
"""The whole photo at once, whatever its size: sees the faces that are too large for the other looks, and which side of
the photo is up (right for 97 photos in 100, at half of it for 95)."""

_QUICK_GLANCE: Final = Detail(160_000)
"""The same for the look of `fast` alone, which finds as many faces by it."""

# A tile takes CenterFace 240 MiB, YuNet 90. An overlap holds faces up to 192 pixels of the look, larger ones are seen
# by looks at less detail.
_TILE: Final = 1280
_OVERLAP: Final = 192

# Lowest scores that are weighed; half and one and a half times as much measured alike.
_YUNET: Final = 0.1
_CENTERFACE: Final = 0.08
_BLAZEFACE: Final = 0.2

_AGAIN: Final = 0.6
"""Score of YuNet from which it has seen a face in a picture that was judged before."""


@contextmanager
def model_session() -> Iterator[None]:
    """Inside this block detectors stay loaded between photos."""
    with blazeface.model_session():
        yield


def find(picture: Picture, preset: Preset, thresholds: Thresholds | None = None) -> tuple[Region, ...]:
    """Faces in an upright H×W×3 RGB uint8 picture, likeliest first, boxes cut to the picture.

    `Region.score` is how likely it is a face, 0 to 1; `thresholds` are those of the preset unless others are given.
    Raises `MissingPart` when a model or OpenCV is absent.
    """
    stages.announce("detect")
    with model_session():
        return _counted(picture, _strategy(preset, blazeface.available()), thresholds or THRESHOLDS[preset])


def find_upright(picture: Picture, preset: Preset) -> tuple[Region, ...]:
    """The same in a picture that is known to stand as it should, such as a copy that a run has made.

    Where all faces are painted over, nothing tells which side is up, and a look at the wrong one sees faces in shoes.
    """
    with model_session():
        return _counted(picture, Lit(_fused(preset, blazeface.available())), THRESHOLDS[preset])


def find_again(picture: Picture) -> tuple[Region, ...]:
    """Faces that YuNet alone is sure of, quickly, in a picture that was judged before and is known to be upright."""
    seen = (look.detect(picture) for look in _second_looks())
    return cut(picture, merge([face for faces in seen for face in faces]))


def looks(preset: Preset) -> dict[str, Detector]:
    """The looks of a preset by the names that its model knows them by, the dearest last, without those of MediaPipe."""
    yunet, centerface = YuNet(_YUNET), CenterFace(_CENTERFACE)
    glance = Scaled(yunet, 1, _QUICK_GLANCE if preset == "fast" else _GLANCE)

    def at(factor: float, detector: Detector) -> tuple[str, Detector]:
        return f"{detector.name} {factor}", _tiled(detector, factor, DETAILS[preset])

    if preset == "fast":
        halves = Halved(Tiled(yunet, _TILE, _OVERLAP), _OVERLAP // 2, _TILE)
        return {"yunet glance": glance, "yunet 1.15": Scaled(halves, 1.15, DETAILS[preset])}
    if preset == "balanced":
        others = [at(1, yunet), at(1.75, yunet), at(0.8, centerface)]
    else:
        others = [at(1, yunet), at(2, yunet), at(1, centerface), at(1.4, centerface)]
    return {"yunet glance": glance, **dict(others)}


def rotated(preset: Preset) -> dict[str, Callable[[float], Detector]]:
    """For some looks of a preset, by name, the same look at the picture rotated by so many degrees.

    YuNet's, which learnt from upright faces; CenterFace's landmarks say when, so `fast` has none.
    """
    factors = {"fast": (), "balanced": (1, 1.75), "thorough": (1, 2)}[preset]

    def at(factor: float) -> Callable[[float], Detector]:
        tiled = Tiled(YuNet(_YUNET), _TILE, _OVERLAP)
        return lambda degrees: Scaled(Rotated(tiled, degrees), factor, DETAILS[preset])

    return {f"{YuNet.name} {factor}": at(factor) for factor in factors}


def portraits(preset: Preset) -> dict[str, Detector]:
    """The looks of a preset that are MediaPipe's: the whole photo, for faces that fill a good part of it."""
    reaches: tuple[Range, ...] = ("short", "full") if preset == "thorough" else ("short",)
    return {f"blazeface {reach}": Scaled(BlazeFace(reach, _BLAZEFACE), 1, _GLANCE) for reach in reaches}


@cache
def _second_looks() -> tuple[Detector, ...]:
    yunet = YuNet(_AGAIN)
    return Scaled(yunet, 1, _GLANCE), _tiled(yunet, 0.7, DETAILS["fast"])


def _tiled(detector: Detector, factor: float, detail: Detail) -> Detector:
    return Tiled(detector, _TILE, _OVERLAP, factor, detail)


@cache
def _strategy(preset: Preset, mediapipe: bool) -> Detector:
    looks = Leaning(_fused(preset, mediapipe), rotated(preset))
    return Smoothed(Lit(Upright(looks, _glances(bool(looks.rotated)))))


def _glances(rotate: bool) -> dict[int, Detector]:
    """Quick looks that tell which side is up, by the degrees that they rotate the photo against the clock."""
    yunet = YuNet(_YUNET)
    turned = {90 * quarters: Scaled(Turned(yunet, quarters), 1, _GLANCE) for quarters in range(4)}
    leaning = {degrees: Scaled(Rotated(yunet, degrees), 1, _GLANCE) for degrees in (40, -40) if rotate}
    return {**turned, **leaning}


@cache
def _fused(preset: Preset, mediapipe: bool) -> Fused:
    if mediapipe:
        return Fused(preset, least(preset), DETAILS[preset], looks(preset) | portraits(preset))
    return Fused(f"{preset}-without-mediapipe", least(preset), DETAILS[preset], looks(preset))


def _counted(picture: Picture, strategy: Detector, thresholds: Thresholds) -> tuple[Region, ...]:
    height, width = picture.shape[:2]
    return cut(picture, likely(strategy.detect(picture), height * width, thresholds))


def cut(picture: Picture, faces: Iterable[Region]) -> tuple[Region, ...]:
    """Regions with their boxes cut to the picture, the likeliest first; those that lie outside are left out."""
    height, width = picture.shape[:2]
    cut = (_within(face, width, height) for face in faces)
    return tuple(sorted((face for face in cut if face), key=lambda face: -face.score))


def _within(face: Region, width: int, height: int) -> Region | None:
    left, top = max(face.box.x, 0.0), max(face.box.y, 0.0)
    right, bottom = min(face.box.right, float(width)), min(face.box.bottom, float(height))
    if right - left < 1 or bottom - top < 1:
        return None
    return replace(face, box=Box(left, top, right - left, bottom - top))
