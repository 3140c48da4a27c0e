"""The styles by name: those of this room, and those of plug-ins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from scrubber import plugins
from scrubber.errors import ScrubberError
from scrubber.redaction import blur, pixelate, solid

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.redaction.patches import Patch

GROUP: Final = "scrubber.styles"
STYLES: Final[Mapping[str, Callable[[Patch], NDArray[np.uint8]]]] = MappingProxyType(
    {"blur": blur.paint, "pixelate": pixelate.paint, "solid": solid.paint}
)


def paint(patch: Patch, style: str) -> NDArray[np.uint8]:
    """The colours with which a patch is painted over: height×width×3 uint8. Raises `ScrubberError` if a plug-in fails.

    A patch gives visible pixels only, so that no style can hold anything of what it hides.
    """
    own = STYLES.get(style)
    return own(patch) if own else _by_plugin(patch, style)


def _by_plugin(patch: Patch, style: str) -> NDArray[np.uint8]:
    plugin = plugins.find(GROUP, style)
    paint_with = plugins.load(plugin)  # no other: one that cannot be loaded must not end runs that do without it
    try:
        painted: Any = paint_with(patch)  # type: ignore[call-arg]
        if painted.dtype != "uint8" or painted.shape != (*patch.shape, 3):
            raise ValueError(f"it gave {painted.dtype} of {painted.shape}, not uint8 of {(*patch.shape, 3)}")
    except Exception as error:  # whatever foreign code raises, or gives that is no picture
        raise ScrubberError(f"--style {style}: {plugins.said_of(plugin, error)}") from error
    return painted  # type: ignore[no-any-return]
