"""Runs in a process of its own, so that its time and its peak memory are its own: one way of finding faces.

Started as `python contestant.py NAME`. Reads one JSON string per line, the path of an H×W×3 RGB uint8 array
(.npy), and answers each with a JSON object: `faces` (left, top, width, height, then ten numbers of landmarks where
known), `seconds`, `cpu_seconds` and `peak_mib` so far. deface runs in its own environment, without scrubber.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

DEFACE_THRESHOLD = 0.2  # deface's default
SINGLE_THRESHOLDS = {"yunet": 0.4, "centerface": 0.2}  # where each alone is about as often wrong as deface


def main() -> None:
    with ExitStack() as stack:
        find = deface() if sys.argv[1] == "deface" else ours(sys.argv[1], stack)
        find(np.zeros((480, 640, 3), dtype=np.uint8))  # loading is not measured
        for line in sys.stdin:
            picture = np.load(json.loads(line))
            started, worked = time.perf_counter(), time.process_time()
            faces = find(picture)
            answer = {
                "faces": faces,
                "seconds": time.perf_counter() - started,
                "cpu_seconds": time.process_time() - worked,
                "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
            print(json.dumps(answer), flush=True)


def deface() -> Callable[[Any], list[list[float]]]:
    from deface.centerface import CenterFace  # type: ignore[import-not-found]

    net = CenterFace()

    def find(picture: Any) -> list[list[float]]:
        boxes, _ = net(picture, threshold=DEFACE_THRESHOLD)
        return [[float(v) for v in (x0, y0, x1 - x0, y1 - y0)] for x0, y0, x1, y1, _ in boxes]

    return find


def ours(name: str, stack: ExitStack) -> Callable[[Any], list[list[float]]]:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from scrubber.detection import presets
    from scrubber.detection.blazeface import BlazeFace
    from scrubber.detection.centerface import CenterFace
    from scrubber.detection.detector import Detector
    from scrubber.detection.yunet import YuNet
    from scrubber.values import Region

    stack.enter_context(presets.model_session())
    alone: dict[str, Detector] = {
        "yunet": YuNet(SINGLE_THRESHOLDS["yunet"]),
        "centerface": CenterFace(SINGLE_THRESHOLDS["centerface"]),
        "mediapipe": BlazeFace("full", 0.5),
    }

    def row(face: Region) -> list[float]:
        points = face.landmarks.points if face.landmarks else ()
        box = face.box
        return [box.x, box.y, box.width, box.height, *(value for point in points for value in point)]

    def find(picture: Any) -> list[list[float]]:
        faces = alone[name].detect(picture) if name in alone else presets.find(picture, name)  # type: ignore[arg-type]
        return [row(face) for face in faces]

    return find


if __name__ == "__main__":
    main()
