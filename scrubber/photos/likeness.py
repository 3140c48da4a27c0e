"""Whether two photos look alike: one may be the other, saved anew, made smaller, retouched or turned.

A difference hash (Krawetz, "Kind of Like That", 2013) of both directions: where the picture gets lighter to the right
and downwards, on a grid of 17×17 mean brightnesses. Mirroring and turning by quarters map such hashes to each other.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from scrubber import opencv

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Bits = NDArray[np.bool_]

_MOST_FRAMES: Final = 12  # that are looked at
_SIDE: Final = 17  # cells
_LOOKED_AT: Final = 544  # pixels of the shorter side, about: 32 in a cell
_FLAT: Final = 6.0  # levels of 255, standard deviation of the cells: in less the hash is noise
_LEAST_MIXED: Final = (
    0.14  # of the bits of one direction: skies and walls only get lighter; of 240 photos all have more
)
_BITS: Final = 2 * _SIDE * (_SIDE - 1)
# Of 150 photos all that were made smaller, retouched or saved anew at quality 60 differed by less, and 95 in 100 of
# those made brighter or cut by 2 %; no two of different scenes differ by less than .33.
MOST_DIFFERENT: Final = 0.12


def look(pictures: Sequence[NDArray[np.uint8]]) -> str:
    """The hashes of H×W×3 pictures, frames or pages of one photo, as hexadecimal digits with commas between them.

    Of many frames some are looked at. Empty if there is too little in all of them to tell.
    """
    step = -(-len(pictures) // _MOST_FRAMES)
    return ",".join(dict.fromkeys(filter(None, map(_hash, pictures[::step]))))


def alike(one: str, other: str) -> bool:
    """Whether two photos have a picture in common by their looks, in whichever of the eight orientations."""
    if not one or not other:
        return False
    seen = [int(code, 16) for code in one.split(",")]
    return any(
        (first ^ turned).bit_count() <= MOST_DIFFERENT * _BITS
        for code in other.split(",")
        for turned in _orientations(code)
        for first in seen
    )


def _hash(pixels: NDArray[np.uint8]) -> str:
    import numpy as np

    cv2 = opencv.load()
    step = max(1, min(pixels.shape[:2]) // _LOOKED_AT)
    pixels = np.ascontiguousarray(pixels[::step, ::step])
    small = cv2.resize(pixels, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    cells = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.int16)
    if cells.std() < _FLAT:
        return ""
    across, down = np.diff(cells, axis=1) > 0, np.diff(cells, axis=0) > 0
    if any(min(bits.mean(), 1 - bits.mean()) < _LEAST_MIXED for bits in (across, down)):
        return ""
    return _packed(across, down).hex()


def _packed(across: Bits, down: Bits) -> bytes:
    import numpy as np

    return np.packbits(np.concatenate([across.ravel(), down.ravel()])).tobytes()


@lru_cache(maxsize=4096)
def _orientations(code: str) -> tuple[int, ...]:
    """A hash as it would be of the picture mirrored and turned in all eight ways, as numbers."""
    import numpy as np

    bits = np.unpackbits(np.frombuffer(bytes.fromhex(code), np.uint8))[:_BITS].astype(bool)
    across = bits[: _BITS // 2].reshape(_SIDE, _SIDE - 1)
    down = bits[_BITS // 2 :].reshape(_SIDE - 1, _SIDE)
    found = []
    for _ in range(2):
        for _ in range(2):
            found += [_packed(across, down), _packed(~across[:, ::-1], down[:, ::-1])]
            across, down = across[::-1], ~down[::-1]
        across, down = down.T, across.T
    return tuple(int.from_bytes(one, "big") for one in found)
