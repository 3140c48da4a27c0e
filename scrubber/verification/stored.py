"""The pictures of a file as they are stored, each alone: before one is drawn over another, and with all their colours.

A viewer of an animation never shows what a frame holds where it is clear, for there the frame before shines through. So
each frame is made a file of its own and decoded as such.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from scrubber.formats import formats
from scrubber.photos.source import open_with_pillow

if TYPE_CHECKING:
    from PIL import Image

    from scrubber.photos.source import Source

_PNG_START: Final = b"\x89PNG\r\n\x1a\n"
_PNG_NEEDED: Final = (b"PLTE", b"tRNS")
_WEBP_FRAME: Final = 16  # bytes of an ANMF chunk before its own chunks
_ALPHA_FLAG: Final = 0x10  # of VP8X (RFC 9649, 2.7.1)
_GIF_EXTENSION, _GIF_CONTROL, _GIF_IMAGE = 0x21, 0xF9, 0x2C
_GIF_HEADER: Final = 13  # bytes before the palette of the screen
_MOST: Final = 10_000  # frames


def pictures(data: bytes, form: str, most: int) -> Iterator[Image.Image]:
    """Each picture of a file of the format `form` as Pillow decodes it, in its own mode.

    Raises what decoders raise, `OSError` too if there are more than `most` pixels in all of them.
    """
    total = 0

    def check(size: tuple[int, int]) -> None:
        nonlocal total
        total += size[0] * size[1]
        if total > most:
            raise OSError("there is more picture than can be looked at")

    with _bombs_refused():
        if form not in _CUTS:
            yield from _source(data, form).frames(check)
            return
        for each in alone(data, form):
            with decode_with(each, form.upper()) as image:
                check(image.size)
                image.load()
                yield image


def _source(data: bytes, form: str) -> Source:
    known = formats()[form].open
    if known is None:
        raise OSError(f"{form} cannot be opened")
    source: Source = known(data)
    return source


def decode_with(data: bytes, decoder: str) -> Image.Image:
    """A file opened by one of Pillow's decoders. Raises what it raises, `OSError` for a bomb."""
    with _bombs_refused():
        return open_with_pillow(data, decoder)


@contextmanager
def _bombs_refused() -> Iterator[None]:
    from PIL import Image

    try:
        yield
    except Image.DecompressionBombError as error:
        raise OSError(str(error)) from error


def alone(data: bytes, form: str) -> Iterator[bytes]:
    """Each frame of an animation as a file of its own; any other file as it is."""
    cut = _CUTS.get(form)
    yield from (data,) if cut is None else cut(data)


def is_lossy(picture: Image.Image, data: bytes) -> bool:
    """Whether its colours went through a lossy coder, which leaves some of its own under what is clear."""
    return picture.format == "WEBP" and b"VP8 " in data


def _png(data: bytes) -> Iterator[bytes]:
    """The picture, or each frame of an animation, as a PNG."""
    chunks = list(_png_chunks(data))
    header = next(body for name, body in chunks if name == b"IHDR")
    needed = b"".join(_png_chunk(name, body) for name, body in chunks if name in _PNG_NEEDED)
    frames: list[tuple[bytes, list[bytes]]] = [(header[:8], [])]
    for name, body in chunks:
        if name == b"fcTL" and (frames[-1][1] or len(frames) > 1):
            frames.append((body[4:12], []))
        elif name == b"IDAT":
            frames[-1][1].append(body)
        elif name == b"fdAT":
            frames[-1][1].append(body[4:])
    for size, pieces in frames[:_MOST]:
        whole = _png_chunk(b"IHDR", size + header[8:]) + needed + _png_chunk(b"IDAT", b"".join(pieces))
        yield _PNG_START + whole + _png_chunk(b"IEND", b"")


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG_START)
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], data[at + 8 : end - 4]
        at = end


def _png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _webp(data: bytes) -> Iterator[bytes]:
    """The picture, or each frame of an animation, as a WebP."""
    frames = [body for name, body in webp_chunks(data, 12) if name == b"ANMF"]
    if not frames:
        yield data
    for body in frames[:_MOST]:
        inside = list(webp_chunks(body, _WEBP_FRAME))
        head = b""
        if any(name == b"ALPH" for name, _ in inside):
            head = _webp_chunk(b"VP8X", bytes([_ALPHA_FLAG, 0, 0, 0]) + body[6:12])
        yield webp_file(inside, head)


def webp_chunks(data: bytes, start: int) -> Iterator[tuple[bytes, bytes]]:
    """Name and content of each chunk from the offset `start` on."""
    at = start
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def webp_file(chunks: Iterable[tuple[bytes, bytes]], head: bytes = b"") -> bytes:
    """A WebP of these chunks, by name and content, behind the chunk `head`."""
    return _webp_chunk(b"RIFF", b"WEBP" + head + b"".join(_webp_chunk(*chunk) for chunk in chunks))


def _webp_chunk(name: bytes, body: bytes) -> bytes:
    return name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)


def _gif(data: bytes) -> Iterator[bytes]:
    """Each frame as a GIF, in numbers of its own palette or of that of the screen."""
    at = _GIF_HEADER + _gif_palette(data[10])
    shared, control = data[10:at], b""
    for _ in range(_MOST):
        if at >= len(data):
            return
        start = at
        if data[at] == _GIF_EXTENSION:
            at = _behind_blocks(data, at + 2)
            if data[start + 1] == _GIF_CONTROL:
                control = data[start:at]
        elif data[at] == _GIF_IMAGE:
            flags = data[at + 9]
            at = _behind_blocks(data, at + 10 + _gif_palette(flags) + 1)
            size = data[start + 5 : start + 9]
            place = b"\x2c" + bytes(4) + size
            yield b"GIF89a" + size + shared + control + place + data[start + 9 : at] + b";"
            control = b""
        else:
            return


def _gif_palette(flags: int) -> int:
    """Bytes of the palette that the flags of a screen or a frame announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _behind_blocks(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += 1 + data[at]
    return at + 1


_CUTS: Final[dict[str, Callable[[bytes], Iterator[bytes]]]] = {"png": _png, "webp": _webp, "gif": _gif}
