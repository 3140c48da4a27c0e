"""WebP: what is coded and not shown (RFC 6386; RFC 9649, 2.7.1 and 3).

Bytes at the end of a picture's data that no decoder needs; alpha in lossless data that says it has none; colours in the
data of alpha, of which decoders take the green alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from scrubber.photos.source import DECODER_FAULTS
from scrubber.values import Leak
from scrubber.verification import idle
from scrubber.verification.stored import alone, decode_with, webp_chunks, webp_file

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LOSSY, _LOSSLESS, _ALPHA = b"VP8 ", b"VP8L", b"ALPH"
_KEY_FRAME: Final = 10  # bytes of its header (RFC 6386, 9.1)
_SIGNATURE: Final = b"\x2f"  # of lossless data
_ALPHA_IS_USED: Final = 1 << 28  # in the 32 bits behind the signature
_OPAQUE: Final = 255


def objections(data: bytes, most: int) -> Iterator[Leak]:
    """Chunks of the WebP `data`, of each frame, that hold more than their picture. `most` is how many pixels are looked
    at. Never raises.
    """
    for number, picture in enumerate(alone(data, "webp")):
        chunks = dict(webp_chunks(picture, 12))
        place = f", frame {number}" if number else ""
        most -= _pixels(chunks)
        if most < 0:
            yield Leak("structure", "WebP", "there is more picture than can be looked at")
            return
        yield from _idle(picture, place)
        try:
            yield from _hidden(chunks, place)
        except DECODER_FAULTS:
            yield Leak("structure", f"WebP{place}", "data that cannot be decoded with all its channels")


def _pixels(chunks: dict[bytes, bytes]) -> int:
    if _LOSSLESS in chunks:
        bits = _bits(chunks[_LOSSLESS])
        return (1 + (bits & 0x3FFF)) * (1 + (bits >> 14 & 0x3FFF))
    width, height = _size(chunks.get(_LOSSY, b""))
    return width * height


def _idle(picture: bytes, place: str) -> Iterator[Leak]:
    shown = idle.decoded(picture)
    position = 12
    for name, body in webp_chunks(picture, position):
        start = position + 8
        position = start + len(body) + len(body) % 2
        for end in _ends(name, body) if name in (_LOSSY, _LOSSLESS, _ALPHA) else ():
            if shown is not None and end > idle.BYTES and idle.is_idle(picture, start + end, shown):
                where = f"WebP {name.decode().strip()}{place}"
                yield Leak("trailing-data", where, "bytes behind the end of the picture data")


def _ends(name: bytes, body: bytes) -> tuple[int, ...]:
    """Where coded data ends in a chunk: VP8 has a part for how blocks are predicted, then one for what is left."""
    if name != _LOSSY:
        return (len(body),)
    return _KEY_FRAME + (int.from_bytes(body[:3], "little") >> 5), len(body)


def _hidden(chunks: dict[bytes, bytes], place: str) -> Iterator[Leak]:
    """Channels that are coded and that no decoder shows. Raises what decoders raise."""
    lossless, alpha = chunks.get(_LOSSLESS, b""), chunks.get(_ALPHA, b"")
    if lossless and not _bits(lossless) & _ALPHA_IS_USED:
        clear = int((_channels(_bits(lossless), lossless[5:])[:, :, 3] != _OPAQUE).sum())
        if clear:
            words = f"{clear:,} pixels have alpha, in which a picture may lie, though it says that there is none"
            yield Leak("hidden-picture", f"WebP VP8L{place}", words)
    if alpha and alpha[0] & 3 == 1:  # compressed, as lossless data is, without its header
        width, height = _size(chunks.get(_LOSSY, b""))
        channels = _channels(width - 1 | height - 1 << 14, alpha[1:])
        if (channels[:, :, (0, 2, 3)] != channels[0, 0, (0, 2, 3)]).any():
            words = "its red, blue and alpha, which nobody sees, are not of one value: a picture may lie in them"
            yield Leak("hidden-picture", f"WebP ALPH{place}", words)


def _channels(size: int, stream: bytes) -> NDArray[np.uint8]:
    """All channels, H×W×4, of lossless data behind a header of that size, in bits as they stand there."""
    import numpy as np

    header = (size | _ALPHA_IS_USED).to_bytes(4, "little")
    with decode_with(webp_file([(_LOSSLESS, _SIGNATURE + header + stream)]), "WEBP") as image:
        return np.asarray(image.convert("RGBA"))


def _bits(lossless: bytes) -> int:
    return int.from_bytes(lossless[1:5], "little")


def _size(lossy: bytes) -> tuple[int, int]:
    """Width and height from the header of a key frame; 1 where there is none."""
    width, height = (int.from_bytes(lossy[at : at + 2], "little") & 0x3FFF for at in (6, 8))
    return max(width, 1), max(height, 1)
