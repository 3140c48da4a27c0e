"""What every detector is: a name, and a function from a picture to the faces in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.values import Region

    Picture: TypeAlias = NDArray[np.uint8]
    """Upright picture: H×W×3, RGB, 0 to 255."""


class Detector(Protocol):
    """Finds faces. Detectors know nothing of each other; strategy is how they are composed."""

    @property
    def name(self) -> str:
        """Short, stable, shown in reports."""
        ...

    def detect(self, picture: Picture) -> list[Region]:
        """All faces in an H×W×3 RGB uint8 picture, boxes in its pixels, scores 0 to 1, in no promised order."""
        ...
