"""The one value that every stage sees: an upright picture and nothing else of its file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """An opened photo.

    `pixels` is H×W×3 uint8, sRGB, upright; `alpha` is H×W uint8 or None when everything is opaque, and where it is
    0 the pixels are black. `format` is the container it came in, `lossless` how its pixels were kept there.
    `notes` are sentences about what could not be taken over exactly.
    """

    pixels: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None
    format: str
    lossless: bool
    notes: tuple[str, ...] = ()
