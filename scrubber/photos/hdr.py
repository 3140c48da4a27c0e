"""Brings pictures of high dynamic range, or of wider colours than sRGB that no ICC profile names, to 8-bit sRGB.

What their numbers mean is said by coding-independent code points (ITU-T H.273) of the container. Shown as they are
they would look grey and dull. Curves and tables: perceptual quantiser (SMPTE ST 2084), hybrid log-gamma (ITU-R
BT.2100-2), tone mapping (ITU-R BT.2390-8, 5.4.1), reference white (ITU-R BT.2408-4, table 1), sRGB (IEC 61966-2-1).
The tone curve is the same for every picture: one that followed its brightest pixel would tell about what is hidden.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from scrubber import opencv

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.floating[Any]]
    Deep: TypeAlias = Callable[[], tuple[NDArray[np.uint16], int] | None]

TONE_MAPPED: Final = "high dynamic range became the range of an ordinary screen"

_PQ, _HLG = 16, 18  # transfer characteristics of H.273
_LIKE_SRGB: Final = frozenset({1, 6, 13, 14, 15})  # BT.709 and kin, which viewers show as if they were sRGB
_PEAK: Final = 1000.0  # cd/m²: nominal peak of BT.2100 displays; brighter parts are shown as if they had just that
_WHITE: Final = 203.0  # cd/m²: white paper in HDR, which is the brightest that sRGB has
_GAMMA: Final = 1.2  # system gamma of HLG at that peak
_ROWS: Final = 256  # handled at once, so that floating point copies stay small
_STEPS: Final = 4096  # of the tone curve, and
_LEVELS: Final = 1 << 16  # of the table of sRGB: half a level of 255 at most, and less but for the darkest ten

# Chromaticities of red, green and blue, by H.273. White is D65 for all of them.
_PRIMARIES: Final[dict[int, tuple[tuple[float, float], ...]]] = {
    1: ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060)),  # BT.709, sRGB
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),  # BT.2020
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),  # Display P3
}
_D65: Final = (0.3127, 0.3290)
_SRGB, _WIDEST = 1, 9


@dataclass(frozen=True, slots=True)
class Light:
    """What the numbers of a picture mean: `primaries` and `transfer` as in H.273.

    `narrow` says that black is 16 of 255 and white 235. `deep` gives H×W(×C) uint16 RGB, upright as little as the
    decoded image is, and the number that stands for full; or None where 8 bits are all that can be had.
    """

    primaries: int
    transfer: int
    narrow: bool = False
    deep: Deep | None = None

    @property
    def high(self) -> bool:
        """Whether it has high dynamic range."""
        return self.transfer in (_PQ, _HLG)

    @property
    def counts(self) -> bool:
        """Whether sRGB would show it wrong, and something is known that is right."""
        wide = self.primaries in _PRIMARIES and self.primaries != _SRGB
        return self.high or (wide and self.transfer in _LIKE_SRGB)


def to_srgb(pixels: NDArray[np.uint8], light: Light) -> NDArray[np.uint8]:
    """H×W×3 uint8 sRGB. `pixels`, H×W×3, are taken where there is nothing deeper of the same size."""
    import numpy as np

    cv2 = opencv.load()
    codes, most = _codes(pixels, light)
    table = _light(np.arange(most + 1) / most, light).astype(np.float32)
    matrix, encoding = _to_709(light.primaries).astype(np.float32), _encoding()
    result = np.empty_like(pixels)
    for top in range(0, len(pixels), _ROWS):
        linear = table[codes[top : top + _ROWS]]
        if light.high:
            linear = _toned(_displayed(linear, light) if light.transfer == _HLG else linear)
        shown = np.clip(cv2.transform(linear, matrix), 0, 1)
        result[top : top + _ROWS] = encoding[(shown * np.float32(_LEVELS - 1) + np.float32(0.5)).astype(np.int32)]
    return result


def icc_light(profile: bytes) -> Light | None:
    """What the `cicp` tag of an ICC profile says (ICC.1:2022, 9.2.17), if that is high dynamic range.

    LittleCMS knows no such tag, and what it makes of the rest of such a profile differs from one to the next.
    """
    count = min(int.from_bytes(profile[128:132], "big"), (len(profile) - 132) // 12)
    for at in range(132, 132 + 12 * count, 12):
        if profile[at : at + 4] == b"cicp":
            start = int.from_bytes(profile[at + 4 : at + 8], "big") + 8
            body = profile[start : start + 4]
            light = Light(body[0], body[1], narrow=body[3] == 0) if len(body) == 4 else None
            return light if light and light.high else None
    return None


def _codes(pixels: NDArray[np.uint8], light: Light) -> tuple[NDArray[Any], int]:
    found = light.deep() if light.deep else None
    if found is None or found[0].shape[:2] != pixels.shape[:2]:
        return pixels, 255
    deep, most = found
    if deep.ndim == 2:
        deep = deep[:, :, None].repeat(3, axis=2)
    return deep[:, :, :3].clip(max=most), most


def _light(code: Floats, light: Light) -> Floats:
    """Light for numbers from 0 to 1: in cd/m² for PQ, of the scene for HLG, of the display for the others."""
    import numpy as np

    if light.narrow:
        code = np.clip((code * 255 - 16) / 219, 0, 1)
    if light.transfer == _PQ:
        return _pq_light(code)
    if light.transfer == _HLG:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        return np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


# Constants of ST 2084.
_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_PQ_PEAK: Final = 10_000.0  # cd/m²


def _pq_light(code: Floats) -> Floats:
    import numpy as np

    root = code ** (1 / _M2)
    return np.asarray(_PQ_PEAK * (np.maximum(root - _C1, 0) / (_C2 - _C3 * root)) ** (1 / _M1))


def _pq_code(light: Floats) -> Floats:
    power = (light / _PQ_PEAK) ** _M1
    return ((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2


def _displayed(scene: Floats, light: Light) -> Floats:
    """What a display makes of HLG's light of the scene, in cd/m²: brightness to the power of the system gamma."""
    import numpy as np

    weights = _to_xyz(light.primaries)[1].astype(np.float32)
    brightness = np.maximum(scene @ weights, np.float32(1e-6))
    return np.asarray(scene * (np.float32(_PEAK) * brightness ** np.float32(_GAMMA - 1))[:, :, None])


def _toned(linear: Floats) -> Floats:
    """cd/m² to 0 to 1: up to 96 cd/m² as it is, what is brighter ever closer together, by its strongest colour."""
    import numpy as np

    lights, factors = _curve()
    return np.asarray(linear * np.interp(linear.max(axis=2), lights, factors).astype(np.float32)[:, :, None])


@cache
def _curve() -> tuple[Floats, Floats]:
    """The tone curve of BT.2390 from `_PEAK` to `_WHITE`: lights in cd/m², and what each is to be multiplied by."""
    import numpy as np

    source, most = _pq_code(np.array([_PEAK, _WHITE])).tolist()
    most /= source
    knee = 1.5 * most - 0.5
    codes = np.linspace(0, 1, _STEPS)[1:]
    part = np.maximum(codes - knee, 0) / (1 - knee)
    bent = (
        (2 * part**3 - 3 * part**2 + 1) * knee
        + (part**3 - 2 * part**2 + part) * (1 - knee)
        + (-2 * part**3 + 3 * part**2) * most
    )
    lights, shown = _pq_light(codes * source), _pq_light(np.where(codes < knee, codes, bent) * source)
    beyond = np.geomspace(_PEAK, _PQ_PEAK, 256)[1:]
    return np.append(lights, beyond), np.append(shown / lights, _WHITE / beyond) / _WHITE


@cache
def _encoding() -> NDArray[np.uint8]:
    """8-bit sRGB for each of `_LEVELS` steps of light."""
    import numpy as np

    light = np.linspace(0, 1, _LEVELS)
    code = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(code * 255), dtype=np.uint8)


def _to_709(primaries: int) -> Floats:
    import numpy as np

    return np.asarray(np.linalg.inv(_to_xyz(_SRGB)) @ _to_xyz(primaries))


def _to_xyz(primaries: int) -> Floats:
    """From RGB to CIE XYZ (SMPTE RP 177). Unknown primaries of an HDR picture are those of BT.2020."""
    import numpy as np

    def xyz(point: tuple[float, float]) -> tuple[float, float, float]:
        x, y = point
        return x / y, 1.0, (1 - x - y) / y

    columns = np.array([xyz(point) for point in _PRIMARIES.get(primaries, _PRIMARIES[_WIDEST])]).T
    return np.asarray(columns * np.linalg.solve(columns, np.array(xyz(_D65))))
