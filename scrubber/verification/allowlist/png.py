"""Allow-list for PNG (W3C PNG specification, third edition): a picture, or an animation, in as few chunks as can be.

`IHDR`, optionally `sRGB`, `PLTE` and `tRNS` for palette pictures, consecutive `IDAT`, `IEND`; in animations `acTL`,
and `fcTL` and `fdAT` for each frame. Checksums right, order right, each compressed stream exactly as long as the header
demands and nothing behind it, no palette entry that no pixel uses.
"""

from __future__ import annotations

from itertools import pairwise

from scrubber.values import Leak
from scrubber.verification.allowlist.apng import Frame, frames
from scrubber.verification.allowlist.inflating import Stream
from scrubber.verification.allowlist.png_chunks import ONCE, ORDER, accepted
from scrubber.verification.allowlist.scanlines import Layout, examine

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_PALETTE = 3
_MOST_PALETTE_PIXELS = 1 << 26
_MOST_BYTES = 1 << 32  # uncompressed, all frames together: a thousand megapixels


def objections(data: bytes) -> list[Leak]:
    """Everything in the PNG file `data` that is not on the list."""
    found: list[Leak] = []
    chunks = list(accepted(data, found))
    names = [chunk.name for chunk in chunks]
    if names[:1] != [b"IHDR"] or names[-1:] != [b"IEND"] or b"IDAT" not in names:
        return [*found, Leak("structure", "PNG", "header, picture data or end are missing")]
    found += [
        Leak("structure", f"PNG {name.decode()}", "there more than once") for name in ONCE if names.count(name) > 1
    ]
    if any(ORDER[after] < ORDER[before] for before, after in pairwise(names)):
        found.append(Leak("structure", "PNG", "chunks out of order"))
    layout = _header(chunks[0].payload)
    if layout is None:
        return [*found, Leak("structure", "PNG IHDR", "not valid")]
    first = {chunk.name: chunk.payload for chunk in reversed(chunks)}
    found += _side_chunks(first, layout)
    found += _pictures(frames(chunks, layout, found), len(first.get(b"PLTE", b"")) // 3)
    return found


def _header(payload: bytes) -> Layout | None:
    """The layout that IHDR states, or None if it is no valid one."""
    if len(payload) != 13:
        return None
    width, height = int.from_bytes(payload[:4], "big"), int.from_bytes(payload[4:8], "big")
    depth, colour, compression, filtering, interlace = payload[8:]
    if not 0 < width < 1 << 31 or not 0 < height < 1 << 31 or depth not in _DEPTHS.get(colour, ()):
        return None
    if compression or filtering or interlace > 1:
        return None
    return Layout(
        width,
        height,
        depth * _CHANNELS[colour],
        palette=colour == _PALETTE,
        interlaced=interlace == 1,
        colour=colour,
    )


def _side_chunks(first: dict[bytes, bytes], layout: Layout) -> list[Leak]:
    """sRGB, PLTE, tRNS and IEND: only where the picture needs them, and of the size it needs."""
    found = []
    palette, alpha = first.get(b"PLTE"), first.get(b"tRNS")
    if b"sRGB" in first and (len(first[b"sRGB"]) != 1 or first[b"sRGB"][0] > 3):
        found.append(Leak("structure", "PNG sRGB", "not one byte from 0 to 3"))
    if first[b"IEND"]:
        found.append(Leak("trailing-data", "PNG IEND", f"{len(first[b'IEND']):,} bytes in it"))
    if (palette is not None) != layout.palette:
        found.append(Leak("structure", "PNG PLTE", "a palette where none belongs, or none where one does"))
    elif palette is not None and (len(palette) % 3 or not 0 < len(palette) // 3 <= 1 << layout.bits):
        found.append(Leak("structure", "PNG PLTE", "not a whole number of colours, or too many"))
    # A grey or a colour that counts as clear is a free number where no pixel has it.
    if alpha is not None and (not layout.palette or not 0 < len(alpha) <= len(palette or b"") // 3):
        found.append(Leak("structure", "PNG tRNS", f"{len(alpha):,} bytes that the picture does not need"))
    return found


def _pictures(pictures: list[Frame], colours: int) -> list[Leak]:
    """Each frame's stream of exactly the right length, and every one of the palette's `colours` in some frame."""
    layouts = [picture.layout for picture in pictures]
    palette = layouts[0].palette
    if palette and sum(layout.width * layout.height for layout in layouts) > _MOST_PALETTE_PIXELS:
        return [Leak("structure", "PNG PLTE", "too many pixels to check which colours they use")]
    if sum(layout.stream_bytes for layout in layouts) > _MOST_BYTES:
        return [Leak("structure", "PNG IHDR", "more picture than can be checked")]
    found = []
    unused = set(range(colours if palette else 0))
    for picture, layout in zip(pictures, layouts, strict=True):
        stream = Stream(picture.pieces)
        unused, filled = examine(stream.inflate(layout.stream_bytes), layout, unused)
        if filled:
            found.append(Leak("structure", "PNG IDAT", "bits behind the pixels of a row that are not zero"))
        if stream.fault:
            kind = "trailing-data" if "behind" in stream.fault else "structure"
            found.append(Leak(kind, "PNG IDAT", stream.fault))
    if unused:
        words = f"{len(unused)} colours that no pixel has, perhaps of what was hidden"
        found.append(Leak("structure", "PNG PLTE", words))
    return found
