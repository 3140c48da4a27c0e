"""Detectors of outside packages. They join with a neutral weight: what they find is added, and takes nothing away.

The weights of the fusion were learnt for the looks of the presets; of a detector that it never met nothing is known.
So its own score counts: regions from `LEAST` on are regions. Where a preset found one already, nothing is added.
None of this runs when a copy is checked or a file is verified.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from scrubber import plugins
from scrubber.detection import presets
from scrubber.errors import ScrubberError
from scrubber.values import Region

if TYPE_CHECKING:
    from scrubber.detection.detector import Detector, Picture
    from scrubber.detection.thresholds import Thresholds
    from scrubber.policy import Preset

GROUP: Final = "scrubber.detectors"
LEAST: Final = 0.5
"""Lowest score, 0 to 1, that counts: a detector says that it is likelier a region than not."""

_SAME: Final = 0.35  # intersection over union of two boxes of one region, as for finished strategies


def find(picture: Picture, preset: Preset, thresholds: Thresholds | None = None) -> tuple[Region, ...]:
    """What `presets.find` finds, and what plug-ins find beside it.

    Raises `ScrubberError` if a plug-in fails: a photo in which one of the detectors did not look must not pass.
    """
    found = presets.find(picture, preset, thresholds)
    for plugin, detector in _detectors():
        found = (*found, *_new(_detected(plugin, detector, picture), found))
    return found


def _detected(plugin: plugins.Plugin, detector: Detector, picture: Picture) -> tuple[Region, ...]:
    try:
        seen = [region for region in detector.detect(picture.copy()) if region.score >= LEAST]
        return presets.cut(picture, [_signed(region, detector) for region in seen])
    except Exception as error:  # whatever foreign code raises, or gives that is no region
        raise ScrubberError(
            f"the detector {detector.name!r} of a plug-in failed ({type(error).__name__}: {error}); mend or uninstall "
            f"{plugin.package or 'it'}, or set {plugins.VARIABLE}=none"
        ) from error


def _signed(region: Region, detector: Detector) -> Region:
    from dataclasses import replace

    return region if region.detectors else replace(region, detectors=(detector.name,))


def _new(seen: Sequence[Region], found: Sequence[Region]) -> list[Region]:
    return [
        region
        for region in seen
        if all(region.kind != known.kind or region.box.iou(known.box) < _SAME for known in found)
    ]


@cache
def _detectors() -> tuple[tuple[plugins.Plugin, Detector], ...]:
    ours = [plugin for plugin in plugins.installed() if plugin.group == GROUP]
    return tuple((plugin, made(plugin.name, plugins.load(plugin))) for plugin in ours)


def made(name: str, make: Callable[[], Any]) -> Detector:
    """The detector that a plug-in of that name makes. Raises `MissingPart` if it makes none."""
    try:
        detector: Detector = make()
        _ = detector.name, detector.detect
    except Exception as error:  # whatever foreign code raises, or gives that is no detector
        raise plugins.unusable(name, error) from error
    return detector
