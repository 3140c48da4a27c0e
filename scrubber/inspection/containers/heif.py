"""Walks through HEIC, HEIF and AVIF files and hands out what lies beside the picture.

ISO 23008-12 (HEIF); AV1 Image File Format; auxiliary pictures as Apple names them; gain maps: ISO 21496-1; motion
photos: developer.android.com/media/platform/motion-photo-format; Samsung's `sefd` box: what its phones hang to JPEGs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scrubber.inspection.binary import uint
from scrubber.inspection.containers.boxes import Box, boxes, file_boxes, inner, skipped
from scrubber.inspection.containers.heif_items import Contents, Item
from scrubber.inspection.containers.mp4 import C2PA, XMP, handler_name, manifest, movie, tracks
from scrubber.inspection.containers.png import inflate
from scrubber.inspection.parts import BrokenError, Finding, Part
from scrubber.inspection.wording import decode, listing
from scrubber.values import Leak

_PLAIN = frozenset({b"ftyp", b"mdat", b"free", b"skip", b"wide", b"pdin", b"styp", b"sidx", b"moof", b"mfra"})
_SKIPPED = frozenset({b"free", b"skip", b"wide"})
_READ = frozenset({b"meta", b"moov", b"mpvd", b"sefd", b"uuid"})
_CODED = frozenset({b"hvc1", b"lhv1", b"hvt1", b"av01", b"avc1", b"vvc1", b"j2k1", b"jpeg", b"unci", b"evc1"})
_DERIVED = frozenset({b"grid", b"iovl", b"iden", b"tili"})
_TONE_MAP = b"tmap"
_CUT_AWAY = 64  # pixels: up to here a clean aperture only hides what fills up the last blocks
# Names of items that every program writes.
_PLAIN_NAMES = frozenset({"Color", "Alpha", "Image", "Exif", "XMP", "GMap", "mime"})
# Properties that say how a picture is coded and placed (ISO 23008-12, 6.5; AV1 Image File Format, 2).
_OF_CODING = frozenset({
    b"ispe", b"pixi", b"colr", b"irot", b"imir", b"clap", b"pasp", b"auxC", b"rloc", b"lsel", b"hvcC", b"av1C", b"avcC",
    b"vvcC", b"lhvC", b"oinf", b"tols", b"a1op", b"a1lx", b"clli", b"mdcv", b"cclv", b"amve", b"reve", b"ndwt", b"free",
    b"skip", b"j2kH", b"jpgC", b"uncC", b"cmpd", b"tilC", b"iscl", b"rref", b"aebr", b"wbbr", b"fobr", b"afbr", b"dobr",
})  # fmt: skip
_FILLING = 8  # bytes between items, which some programs align
# Ends of the names of auxiliary pictures: kind and words.
_AUXILIARY = (
    ("hdrgainmap", "hidden-picture", "gain map: a second picture that shows every face"),
    ("portraiteffectsmatte", "depth", "outline of the person, from portrait mode"),
    ("skinmatte", "depth", "outline of skin"),
    ("hairmatte", "depth", "outline of hair"),
    ("teethmatte", "depth", "outline of teeth"),
    ("glassesmatte", "depth", "outline of glasses"),
    ("skymatte", "hidden-picture", "outline of the sky"),
    ("disparity", "depth", "depth map, shows the shapes of faces and bodies"),
    ("depth", "depth", "depth map, shows the shapes of faces and bodies"),
    ("auxid:2", "depth", "depth map, shows the shapes of faces and bodies"),
    ("alpha", "structure", "transparency, under which colours may lie hidden"),
    ("auxid:1", "structure", "transparency, under which colours may lie hidden"),
)
# Properties of a picture that tell something: kind and words.
_TELLING = {
    b"udes": ("comment", "description"),
    b"altt": ("comment", "description"),
    b"crtt": ("time", "taken: the picture's own time is set"),
    b"mdft": ("time", "last changed: the picture's own time is set"),
    b"cmex": ("device", "position and direction of the camera"),
    b"cmin": ("device", "geometry of the camera"),
}


def walk(part: Part) -> Iterator[Finding]:
    """Parts and leaks of a HEIC, HEIF or AVIF file."""
    data, position, seen = part.payload, 0, set[bytes]()
    used: list[tuple[int, int]] = []
    media: list[Box] = []
    for box in file_boxes(data, _PLAIN | _READ):
        position = box.stop
        seen.add(box.type)
        media += [box] if box.type == b"mdat" else []
        yield from _look(box, used)
    if not seen & {b"moov", b"moof"}:
        yield from _unused(media, sorted(used))
    if position > len(data) or not seen & {b"meta", b"moov"}:
        yield Leak("structure", "HEIF", "the picture breaks off")
    elif position < len(data):
        yield Part("trailing", "after HEIF end", data[position:])


def _unused(media: list[Box], used: list[tuple[int, int]]) -> Iterator[Part]:
    """What lies among the data of the items, whose places are `used`, and belongs to none of them."""
    for box in media:
        pieces, at = [], box.start
        for start, stop in used:
            if at < start < box.stop:
                pieces.append(box.data[at:start])
            at = max(at, stop)
        left = b"".join([*pieces, box.data[at : box.stop]])
        if len(left.strip(b"\0")) > _FILLING:
            yield Part("trailing", "HEIF mdat", left)


def _look(box: Box, used: list[tuple[int, int]]) -> Iterator[Finding]:
    """What a box tells; the places of items in the file are added to `used`."""
    if box.type == b"meta":
        try:
            contents = Contents.parse(box.data, box.content)
        except BrokenError as problem:
            yield Leak("metadata", "HEIF meta", f"its table of contents could not be read: {problem}")
        else:
            used += contents.places()
            yield from _items(contents)
    elif box.type == b"moov":
        yield from _sequence(box.content)
    elif box.type == b"mpvd":
        yield Leak("video", "HEIF mpvd", f"motion photo: a short video, often with sound, {len(box.content):,} bytes")
        yield Part("file", "HEIF mpvd", box.content)
    elif box.type == b"sefd":
        yield Part("trailing", "HEIF sefd", box.content)
    elif box.type not in _PLAIN or box.type in _SKIPPED:
        yield from _further(box)


def _further(box: Box) -> Iterator[Finding]:
    """A box of which no picture needs anything."""
    if box.uuid == XMP:
        yield Part("xmp", "XMP", box.content)
    elif box.uuid == C2PA:
        yield Part("c2pa", "HEIF C2PA", manifest(box.content))
    elif box.type == b"hdlr":
        name = handler_name(box.content)
        if name:
            yield Leak("device", "HEIF hdlr", f"written by: {name}")
    elif box.type == b"dinf":
        for entry in boxes(inner(box.content, b"dref") or b"", 8):
            yield from skipped(replace(entry, start=entry.start + 4), "HEIF")  # behind version and flags
    elif box.type != b"grpl":  # which items belong together
        yield from skipped(box, "HEIF")


def _sequence(content: bytes) -> Iterator[Finding]:
    """Pictures that follow each other, or the video of a Live Photo, in the same file."""
    for track in tracks(content):
        if track.handler == b"pict":
            yield Leak("structure", "HEIF moov", f"animation or burst of {track.samples} pictures")
        elif track.handler == b"vide":
            yield Leak("video", "HEIF moov", f"video of {track.samples} pictures")
        elif track.handler == b"soun":
            yield Leak("video", "HEIF moov", "sound")
    yield from movie(content)


def _items(contents: Contents) -> Iterator[Finding]:
    for item in contents.items.values():
        if item.type == b"Exif":
            raw = contents.read(item)
            # four bytes say how far the TIFF header is (ISO 23008-12, A.2.1)
            yield Part("exif", "EXIF", raw[4 + uint(raw, 0, 4) :].removeprefix(b"Exif\0\0"))
        elif item.type == b"mime":
            yield _text(contents, item)
        elif item.type in (b"uri ", b"jumb", b"c2pa"):
            kind = f"{item.content_type} ".lstrip().encode()
            yield Part("private", f"HEIF {decode(item.type).strip()} item", kind + contents.read(item))
        yield from _cut_away(item)
    names = listing(item.name for item in contents.items.values() if item.name not in _PLAIN_NAMES)
    if names:
        yield Leak("comment", "HEIF infe", f"names of its parts: {names}")
    for box in contents.properties:
        yield from _property(box)
    for box in contents.others:
        yield from _further(box)
    yield from _pictures(contents)


def _text(contents: Contents, item: Item) -> Finding:
    raw = contents.read(item)
    if item.encoding == "deflate":
        raw = inflate(raw)
    if item.content_type in ("application/rdf+xml", "text/xml") or b"<x:xmpmeta" in raw[:1000]:
        return Part("xmp", "XMP", raw)
    return Part("private", "HEIF mime item", item.content_type.encode() + b" " + raw)


def _property(box: Box) -> Iterator[Finding]:
    """What a property tells, of however many items it is one."""
    content = box.content
    if box.type == b"colr" and content[:4] in (b"prof", b"rICC"):
        yield Part("icc", "ICC profile", content[4:])
    elif box.type in _TELLING:
        kind, words = _TELLING[box.type]
        text = decode(content[4:].replace(b"\0", b" ")) if kind == "comment" else ""
        yield Leak(kind, f"HEIF {box.name}", f"{words}: {text}" if text else words)
    elif box.type not in _OF_CODING or box.type in _SKIPPED:
        yield from skipped(box, "HEIF")


def _cut_away(item: Item) -> Iterator[Leak]:
    """A clean aperture: the part of a picture that is shown (ISO 14496-12, 12.1.4)."""
    size, cut = item.dimensions, item.property(b"clap")
    if size is None or cut is None or len(cut) < 16:
        return
    width, height = (uint(cut, at, 4) // max(uint(cut, at + 4, 4), 1) for at in (0, 8))
    if size[0] - width > _CUT_AWAY or size[1] - height > _CUT_AWAY:
        words = f"shown cut to {width}×{height} of {size[0]}×{size[1]} px; what was cut away is still there"
        yield Leak("hidden-picture", "HEIF clap", words)


def _pictures(contents: Contents) -> Iterator[Finding]:
    """Pictures besides the one that is shown; those that another one is put together from do not count."""
    roles = _roles(contents)
    others = []
    for item in contents.items.values():
        role = roles.get(item.number)
        if item.type not in _CODED | _DERIVED or role in (b"pitm", b"dimg"):
            continue
        if role == b"thmb":
            yield _thumbnail(contents, item)
        elif role == b"auxl":
            yield _auxiliary(item)
        elif role == b"tmap":
            yield Leak("hidden-picture", "HEIF tmap", f"{_size(item)}gain map: a second picture that shows every face")
        else:
            others.append(item)
    for index, item in enumerate(others, 2):
        words = f"picture {index} of {len(others) + 1}: {_size(item)}further picture that viewers do not show"
        yield Leak("hidden-picture", "HEIF item", words)


def _roles(contents: Contents) -> dict[int, bytes]:
    """What items are to others, by the letters that the file uses: the primary picture (`pitm`), a piece of another one
    (`dimg`), a small copy (`thmb`), an auxiliary picture (`auxl`), a gain map (`tmap`).
    """
    roles: dict[int, bytes] = {}
    for reference in contents.references:
        source = contents.items.get(reference.source)
        if reference.kind in (b"thmb", b"auxl"):
            roles[reference.source] = reference.kind
        elif reference.kind == b"dimg" and source is not None and source.type == _TONE_MAP:
            # put together from the picture that older viewers show, and its gain map
            roles.update(zip(reference.targets, (b"pitm", b"tmap"), strict=False))
        elif reference.kind == b"dimg":
            for target in reference.targets:
                roles.setdefault(target, b"dimg")
    return roles | {contents.primary: b"pitm"}


def _size(item: Item) -> str:
    return f"{item.dimensions[0]}×{item.dimensions[1]} px, " if item.dimensions else ""


def _thumbnail(contents: Contents, item: Item) -> Finding:
    if item.type == b"jpeg":
        return Part("thumbnail", "HEIF thmb", contents.read(item))
    words = "small copy, may still show what was hidden or cut away later"
    return Leak("thumbnail", "HEIF thmb", f"{_size(item)}{item.size:,} bytes: {words}")


def _auxiliary(item: Item) -> Leak:
    name = decode((item.property(b"auxC") or b"")[4:].split(b"\0")[0])
    for end, kind, words in _AUXILIARY:
        if end in name.lower():
            return Leak(kind, "HEIF auxl", f"{_size(item)}{words}")
    return Leak("hidden-picture", "HEIF auxl", f"{_size(item)}auxiliary picture that viewers do not show ({name})")
