"""BlazeFace through MediaPipe Tasks: portraits and selfies, and a cheap second opinion on tiles."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, Literal

from scrubber import environment, weights
from scrubber.detection import stand_ins
from scrubber.errors import MissingPart
from scrubber.values import Box, Landmarks, Region

if TYPE_CHECKING:
    from scrubber.detection.detector import Picture

Range = Literal["short", "full"]

_UNUSED: Final = ("matplotlib", "matplotlib.pyplot", "sounddevice")
_LOCK = Lock()
_WEIGHTS: dict[Range, str] = {"short": "blazeface_short_range", "full": "blazeface_full_range_sparse"}


def available() -> bool:
    """Whether MediaPipe is installed here; it has no wheels for Intel Macs and ARM Linux."""
    return find_spec("mediapipe") is not None


@cache
def load() -> ModuleType:
    """MediaPipe, without what it imports for plots and sound. Raises `MissingPart` when it cannot be used here."""
    try:
        with environment.search_paths_kept(), stand_ins.kept_out(*_UNUSED):
            import mediapipe
    except (ImportError, OSError) as error:
        raise MissingPart(
            f"MediaPipe cannot be loaded ({error}); on Debian or Ubuntu: apt install libegl1 libgles2"
        ) from error
    module: ModuleType = mediapipe
    return module


class BlazeFace:
    """Detector after Bazarevsky et al. (2019). Raises `MissingPart` when MediaPipe cannot be used here.

    `reach` is `"short"` (faces that fill a good part of the picture) or `"full"`; `threshold` is 0 to 1.
    """

    def __init__(self, reach: Range = "full", threshold: float = 0.5) -> None:
        self.reach: Range = reach
        self.threshold = threshold
        self.name = f"blazeface-{reach}"

    def detect(self, picture: Picture) -> list[Region]:
        height, width = picture.shape[:2]
        with _LOCK:
            try:
                found = _TASKS.get(self.reach, self.threshold).detect(_image(picture)).detections
            finally:
                _TASKS.close_unless_kept()
        return [self._face(detection, width, height) for detection in found]

    def _face(self, detection: Any, width: int, height: int) -> Region:
        area = detection.bounding_box
        points = [(point.x * width, point.y * height) for point in detection.keypoints]
        right_eye, left_eye, nose, mouth = points[:4]
        return Region(
            Box(area.origin_x, area.origin_y, area.width, area.height),
            min(detection.categories[0].score, 1.0),
            (self.name,),
            Landmarks(right_eye, left_eye, nose, mouth, mouth),
        )


class _Tasks:
    """MediaPipe tasks that are open now, by reach and threshold."""

    def __init__(self) -> None:
        self.open: dict[tuple[Range, float], Any] = {}
        self.keepers = 0

    def get(self, reach: Range, threshold: float) -> Any:
        if (reach, threshold) not in self.open:
            self.open[reach, threshold] = _new_task(reach, threshold)
        return self.open[reach, threshold]

    def close_unless_kept(self) -> None:
        while self.open and not self.keepers:
            self.open.popitem()[1].close()


_TASKS = _Tasks()
_LOST: Final[list[_Tasks]] = []
"""Kept from being destroyed, which waits for threads of the process that opened them."""


def _open_anew() -> None:
    """In a fork of this process: the open tasks have no threads, and nobody would give the lock back."""
    global _TASKS, _LOCK
    _LOST.append(_TASKS)
    _TASKS, _LOCK = _Tasks(), Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_open_anew)


@contextmanager
def model_session() -> Iterator[None]:
    """Inside this block MediaPipe tasks stay open between pictures; opening one costs about 20 ms.

    Left open when the interpreter ends, a task prints a traceback; hence a block and not a cache.
    """
    with _LOCK:
        tasks = _TASKS
        tasks.keepers += 1
    try:
        yield
    finally:
        with _LOCK:
            tasks.keepers -= 1
            if tasks is _TASKS:  # not those of the process that this is a fork of
                tasks.close_unless_kept()


def _new_task(reach: Range, threshold: float) -> Any:
    model = weights.load(_WEIGHTS[reach])
    with _without_greeting():
        load()
        from mediapipe.tasks.python import BaseOptions, vision

        options = vision.FaceDetectorOptions(
            base_options=BaseOptions(model_asset_buffer=model), min_detection_confidence=threshold
        )
        return vision.FaceDetector.create_from_options(options)


def _image(picture: Picture) -> Any:
    import numpy as np

    mediapipe = load()
    return mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(picture))


@contextmanager
def _without_greeting() -> Iterator[None]:
    """MediaPipe's C++ part greets on file descriptor 2 whatever the log level; errors come as exceptions."""
    sys.stderr.flush()
    stderr = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(nowhere)
