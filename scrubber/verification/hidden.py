"""Colours that a file holds and nobody sees: under alpha 0, in entries of a palette, in low halves of 16 bits."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Final

from scrubber import opencv
from scrubber.formats import missing
from scrubber.photos.photo import FAINT
from scrubber.photos.source import DECODER_FAULTS
from scrubber.values import Leak
from scrubber.verification.stored import is_lossy, pictures

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    Pixels = NDArray[np.uint8]

ALPHA_FORMATS: Final = frozenset({"png", "webp", "gif", "tiff", "bmp", "heic", "avif", "jxl", "jp2"})
UNDER_ALPHA: Final = "colours under alpha 0"
UNUSED: Final = "unused palette entries"
_TWICE: Final = "palette"
_SOFT: Final = 16  # different values of alpha from which on it is a matte, no mere cut-out
# Lossy WebP: by how many levels, on average around a pixel, what lies under alpha 0 may differ from what a coder leaves
# there that was given black. On photos cut out sharply, softly, in dots and by noise our own copies reached 11, those
# of quality 50 and 80 reached 31, and photos that were kept under alpha 0 differed by 79 to 255.
_LOSSY_LEVELS: Final = 40.0
_AROUND: Final = 8  # pixels
_LOSSY_QUALITY: Final = 95


def layers(data: bytes, form: str, most: int) -> Iterator[tuple[int, Image.Image, Pixels, Pixels]]:
    """Of each picture that has alpha: its number from 0 on, itself, its colours (H×W×3) as stored and its alpha (H×W).

    Raises what decoders raise.
    """
    import numpy as np

    for number, picture in enumerate(pictures(data, form, most)):
        if picture.has_transparency_data or picture.mode in ("La", "RGBa", "PA"):
            whole = picture.convert("LA") if picture.mode == "La" else picture
            rgba = np.asarray(whole.convert("RGBA"))
            if rgba[:, :, 3].min() < 255:
                yield number, picture, np.ascontiguousarray(rgba[:, :, :3]), np.ascontiguousarray(rgba[:, :, 3])


def objections(data: bytes, form: str, most: int) -> Iterator[Leak]:
    """What a fit file must not have: a picture in colours or numbers that are not seen. Never raises.

    `most` is how many pixels are looked at.
    """
    if form not in ALPHA_FORMATS or missing(form):
        return
    try:
        for number, picture, colours, alpha in layers(data, form, most):
            yield from _under_alpha(number, colours, alpha, lossy=is_lossy(picture, data))
        for number, picture in enumerate(pictures(data, form, most)):
            yield from _same_colours(number, picture)
        if form == "png":
            yield from _low_halves(data)
    except DECODER_FAULTS as problem:
        yield Leak("structure", form.upper(), f"a picture in it cannot be decoded alone ({_said(problem)})")


def unseen_colours(data: bytes, form: str, most: int) -> Iterator[Leak]:
    """What `inspect` says beyond that: palette entries that no pixel uses, and soft mattes. Never raises."""
    import numpy as np

    if form not in ALPHA_FORMATS or missing(form):
        return
    try:
        for number, picture in enumerate(pictures(data, form, most)):
            unused = _unused(picture)
            if unused:
                words = f"{unused} colours that no pixel has, perhaps of what was hidden"
                yield Leak("hidden-picture", UNUSED, _in_frame(number, words))
        for number, _, _, alpha in layers(data, form, most):
            if len(np.unique(alpha)) >= _SOFT:
                yield Leak("structure", "alpha", _in_frame(number, "a matte: the outline of what was cut out"))
    except DECODER_FAULTS:
        return  # what cannot be decoded is said by `objections`


def _under_alpha(number: int, colours: Pixels, alpha: Pixels, *, lossy: bool) -> Iterator[Leak]:
    clear = alpha < FAINT
    if not clear.any():
        return
    hidden = colours[clear]
    if (hidden == hidden[0]).all():
        return
    if lossy and not _is_more_than_a_coder_leaves(colours, alpha):
        return
    words = f"{int(clear.sum()):,} clear pixels have colours of their own, in which a picture may lie"
    yield Leak("hidden-picture", UNDER_ALPHA, _in_frame(number, words))


def _is_more_than_a_coder_leaves(colours: Pixels, alpha: Pixels) -> bool:
    """Whether clear pixels differ from what a lossy coder leaves of black ones, which it blends with what is beside."""
    import numpy as np
    from PIL import Image

    cv2 = opencv.load()
    clear = alpha < FAINT
    black = np.dstack([np.where(clear[:, :, None], 0, colours), alpha]).astype(np.uint8)
    target = BytesIO()
    Image.fromarray(black).save(target, "WEBP", quality=_LOSSY_QUALITY)
    with Image.open(target) as image:
        left = np.asarray(image.convert("RGBA"))[:, :, :3]
    differs = np.where(clear, np.abs(colours.astype(np.int16) - left).max(axis=2), 0).astype(np.float32)
    share = cv2.blur(clear.astype(np.float32), (_AROUND, _AROUND))
    around = cv2.blur(differs, (_AROUND, _AROUND))
    return bool((around[clear] > _LOSSY_LEVELS * share[clear]).any())


def _same_colours(number: int, picture: Image.Image) -> Iterator[Leak]:
    """Several numbers for one colour: a picture in the numbers is seen by nobody."""
    entries = _entries(picture)
    used = [entries[at] for at in _used(picture) if at < len(entries)] if entries else []
    seen = [bytes(3) + entry[3:] if len(entry) == 4 and entry[3] == 0 else entry for entry in used]
    if len(set(seen)) < len(seen):
        words = (
            f"{len(seen) - len(set(seen))} numbers stand for colours that others stand for, so that they may say more"
        )
        yield Leak("hidden-picture", _TWICE, _in_frame(number, words))


def _entries(picture: Image.Image) -> list[bytes]:
    """The palette, each entry as 3 bytes of colour or 4 with alpha; empty if there is none."""
    if picture.mode != "P" or picture.palette is None:
        return []
    copy = picture.copy()
    copy.apply_transparency()
    raw = copy.getpalette("RGBA") or []
    return [bytes(raw[at : at + 4]) for at in range(0, len(raw), 4)]


def _used(picture: Image.Image) -> list[int]:
    return [number for number, count in enumerate(picture.histogram()[:256]) if count]


def _unused(picture: Image.Image) -> int:
    """How many entries of the palette no pixel uses; black ones only fill it up."""
    used = set(_used(picture)) if picture.mode == "P" else set()
    return sum(number not in used and any(entry[:3]) for number, entry in enumerate(_entries(picture)))


def _low_halves(data: bytes) -> Iterator[Leak]:
    """PNGs of 16 bits: screens show the high half of each sample, and the low one has room for a picture."""
    import numpy as np

    if data[24:25] != b"\x10":  # bits per sample in IHDR
        return
    cv2 = opencv.load()
    deep = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    if deep is None or deep.dtype != np.uint16 or ((deep >> 8) != (deep & 255)).any():
        yield Leak("hidden-picture", "PNG low bits", "16 bits a sample, of which nobody sees the lower half")


def _in_frame(number: int, words: str) -> str:
    return f"frame {number}: {words}" if number else words


def _said(problem: BaseException) -> str:
    return str(problem).replace("\n", " ")[:100] or type(problem).__name__
