"""A page to look at before posting: every copy, small, with what was decided for each face. Needs nothing else.

It shows outputs only, never originals; still it names files and says who was hidden where, so it is to be kept private.
"""

from __future__ import annotations

import base64
import io
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from scrubber.errors import UnreadableFile
from scrubber.guarded import is_file, is_there, read_start
from scrubber.output.outcomes import outcome, said
from scrubber.output.private_files import private_file
from scrubber.printing import escaped
from scrubber.storage import refuse_original

if TYPE_CHECKING:
    from jinja2 import Template
    from PIL import Image

    from scrubber.results import Result, Status
    from scrubber.values import Decision, Reason

_SIDE: Final = 640  # pixels along the longer side of a small picture: sharp on screens of two pixels per point
_QUALITY: Final = 80
_GROUNDS: Final = ("white", "black")  # behind transparent copies: what cannot be told from one is seen on the other
_MARK: Final = b"<!doctype html>\n<!-- contact sheet of scrubber -->\n"
_WITH_COPY: Final[tuple[Status, ...]] = ("published", "unchanged")

_WORDS: Final[dict[Reason, str]] = {
    "no-manifest": "nobody is shown without a manifest",
    "no-match": "nobody the manifest knows",
    "ambiguous": "not clear beyond doubt who it is",
    "low-quality": "too small, blurred or turned to compare",
    "denied": "refused to be shown",
    "expired": "consent has run out",
    "not-yet-valid": "consent does not hold yet",
    "withdrawn": "consent was withdrawn",
    "wrong-purpose": "consent is for another purpose",
    "minor": "a minor, matched by likeness only",
    "no-photo-sign": "must not be shown at all",
    "hide-badge": "wears a badge that asks to be hidden",
    "dismissed": "no face, says the manifest",
    "badge": "a name badge",
    "plate": "a number plate",
    "text": "text",
    "pointed-hide": "hide box in the manifest",
    "allowed-by-box": "consent, pointed at",
    "allowed-by-match": "consent, recognised",
}


@contextmanager
def written_to(target: Path, overwrite: bool = False) -> Iterator[Callable[[Result], None]]:
    """A function that adds results to the page at `target`, which is there when the block ends; only for its owner.

    An earlier contact sheet is replaced, any other file only if `overwrite` says so, and an original never. Raises
    `UsageError` if such a file is in the way, `NotWritable` if the page cannot be written.
    """
    page = files("scrubber.output").joinpath("contact_sheet.html").read_text("utf-8")
    head, foot = page.split("<!-- photos -->\n")
    with private_file(target, overwrite, _is_contact_sheet) as file:
        file.write(_MARK + head.encode())

        def add(result: Result) -> None:
            original = Path(result.input)
            if is_there(target) and is_there(original):
                refuse_original(target, original)
            file.write(_figure(result, target.parent).encode())

        yield add
        file.write(foot.encode())


def outdated(folder: Path, since: str) -> Iterator[Path]:
    """Contact sheets in a folder, and below, that were made before the moment `since` (ISO 8601)."""
    for path in sorted(folder.rglob("*.htm*")):
        made = datetime.fromtimestamp(path.lstat().st_mtime, UTC)
        if made < datetime.fromisoformat(since) and is_file(path) and _is_contact_sheet(path):
            yield path


def _is_contact_sheet(path: Path) -> bool:
    try:
        return read_start(path, len(_MARK)) == _MARK
    except (OSError, UnreadableFile):
        return False


def _figure(result: Result, folder: Path) -> str:
    """One photo: its copy with boxes, or why there is none; `folder` is where the page lies."""
    copy = Path(result.output) if result.output is not None and result.status in _WITH_COPY else None
    pictures, lines, notes = _pictures(copy) if copy else ([], _why_none(result), [])
    return _template().render(
        about="|".join(_about(result, copy)),
        pictures=pictures,
        boxes=list(_boxes(result)),
        status=result.status,
        lines=lines,
        sha256=result.source and result.source.sha256,
        link=copy and _link(copy, folder),
        name=(copy or Path(result.input)).name,
        sentences=[*_sentences(result), *notes],
    )


@cache
def _template() -> Template:
    """The template of one photo. It escapes all that it is given, for HTML and for whoever reads it."""
    from jinja2 import Environment, StrictUndefined

    source = files("scrubber.output").joinpath("contact_sheet_photo.html").read_text("utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=_inactive, keep_trailing_newline=True
    )
    return environment.from_string(source)


def _inactive(value: object) -> object:
    """Names can hold characters that turn the text around them; the template escapes markup, and not these."""
    return escaped(value) if isinstance(value, str) else value


def _about(result: Result, copy: Path | None) -> list[str]:
    """What the page can be filtered by."""
    if copy is None and result.status != "rehearsed":
        return [result.status]
    found = {_labelled(decision) for decision in result.faces}
    return sorted(found) or ["no face found"]


def _link(output: Path, folder: Path) -> str:
    """From the page to the copy itself, so that it works wherever both are moved together."""
    try:
        return quote(os.path.relpath(output, folder).replace(os.sep, "/"), errors="surrogateescape")
    except ValueError:  # on Windows there is no way from one drive to another
        return output.resolve().as_uri()


def _why_none(result: Result) -> list[str]:
    """Why a photo has no copy, in lines."""
    if result.status == "rehearsed":
        return ["nothing was written, this was a rehearsal"]
    if result.status == "retracted":
        reasons = [_WORDS[reason] for reason in _WORDS if reason == result.reason]
        return ["the copy of an earlier run was taken away, for it must not be seen any more", *reasons]
    return [said(result), f"→ {outcome(result.reason).remedy}"]


def _pictures(path: Path) -> tuple[list[str], list[str], list[str]]:
    """The copy, small, as JPEG in base64; or else, in lines, why there is none; and what is to be said about it."""
    from PIL import Image

    try:
        with Image.open(path) as image:
            frames = getattr(image, "n_frames", 1)
            image.draft("RGB", (_SIDE, _SIDE))
            small = image.convert("RGBA" if image.has_transparency_data else "RGB")
    except (OSError, ValueError, SyntaxError) as error:
        return [], [f"cannot be shown: {error}"], []
    small.thumbnail((_SIDE, _SIDE))
    pictures = [_encoded(each) for each in _composites(small)]
    notes = [f"this is the first of {frames} pictures in it; open it to see the others"] if frames > 1 else []
    if len(pictures) > 1:
        notes.append("transparent in part: shown on white and on black")
    return pictures, [], notes


def _composites(small: Image.Image) -> Sequence[Image.Image]:
    """What a viewer may show: the picture itself, or if it is transparent, what it looks like on each ground."""
    from PIL import Image

    if small.mode != "RGBA":
        return [small]
    if small.getchannel("A").getextrema() == (255, 255):
        return [small.convert("RGB")]
    laid = [Image.new("RGB", small.size, ground) for ground in _GROUNDS]
    for picture in laid:
        picture.paste(small, mask=small.getchannel("A"))
    return laid


def _encoded(picture: Image.Image) -> str:
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=_QUALITY)
    return base64.b64encode(data.getvalue()).decode("ascii")


def _boxes(result: Result) -> Iterator[dict[str, str]]:
    if result.width and result.height:
        yield from (_box(decision, result) for decision in result.faces if decision.frame == 0)


def _box(decision: Decision, result: Result) -> dict[str, str]:
    """A box as shares of the picture, which are the same in the original and in a smaller copy."""
    box = decision.region.box
    left, right = (min(max(x / result.width, 0), 1) for x in (box.x, box.right))
    top, bottom = (min(max(y / result.height, 0), 1) for y in (box.y, box.bottom))
    place = f"left:{left:.2%};top:{top:.2%};width:{right - left:.2%};height:{bottom - top:.2%}"
    number = f"{decision.region.id}, " if decision.region.id else ""
    who = f" ({decision.person})" if decision.person else ""
    return {"action": decision.action, "title": f"{number}{_labelled(decision)}{who}", "place": place}


def _labelled(decision: Decision) -> str:
    return f"{'shown' if decision.action == 'show' else 'hidden'}: {_WORDS[decision.reason]}"


def _sentences(result: Result) -> Iterator[str]:
    counts = Counter(_labelled(decision) for decision in result.faces)
    yield from (f"{count} {label}" for label, count in sorted(counts.items(), reverse=True))
    if result.status in _WITH_COPY and not result.faces:
        yield "no face found: is there really none?"
    yield from result.warnings
