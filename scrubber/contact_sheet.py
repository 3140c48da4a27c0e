"""A page to look at before posting: every copy, small, with what was decided for each face. Needs nothing else.

It shows outputs only, never originals; still it names files and says who was hidden where, so it is to be kept private.
"""

from __future__ import annotations

import base64
import html
import io
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO
from urllib.parse import quote

from scrubber.errors import NotWritable
from scrubber.outcomes import outcome, said

if TYPE_CHECKING:
    from scrubber.types import Decision, Reason, Result

_SIDE: Final = 640  # pixels along the longer side of a small picture: sharp on screens of two pixels per point
_QUALITY: Final = 80

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
def written_to(target: Path) -> Iterator[Callable[[Result], None]]:
    """A function that adds results to the page at `target`, which is there when the block ends; only for its owner.

    Raises `NotWritable` if it cannot be written.
    """
    temporary = target.with_name(f".{target.name}.part")
    head, foot = (files("scrubber").joinpath("contact_sheet.html").read_text("utf-8")).split("<!-- photos -->\n")
    with _writable(target):
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        page = os.fdopen(handle, "w", encoding="utf-8", errors="replace")
        try:
            _add(page, head, target)
            yield lambda result: _add(page, _figure(result, target.parent), target)
            _add(page, foot, target)
        finally:
            with _writable(target):
                page.close()
        with _writable(target):
            temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _add(page: TextIO, text: str, target: Path) -> None:
    with _writable(target):
        page.write(text)
        page.flush()


@contextmanager
def _writable(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NotWritable(
            f"{target}: {error.strerror}; make room or choose another place for the contact sheet"
        ) from error


def _figure(result: Result, folder: Path) -> str:
    """One photo: its copy with boxes, or why there is none; `folder` is where the page lies."""
    name = html.escape(Path(result.output or result.input).name)
    if result.output is None:
        known = outcome(result.reason)
        picture = (
            f'<div class="none"><b>{result.status}</b><br>{html.escape(said(result.reason))}<br>→ {known.remedy}</div>'
        )
    else:
        picture = _picture(Path(result.output), result.faces)
        name = f'<a href="{html.escape(_link(Path(result.output), folder))}" target="_blank">{name}</a>'
    listed = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in _sentences(result))
    return (
        f'<figure tabindex="0" data-about="{html.escape("|".join(_about(result)))}">{picture}'
        f"<figcaption>{name}<ul>{listed}</ul></figcaption></figure>\n"
    )


def _about(result: Result) -> list[str]:
    """What the page can be filtered by."""
    if result.output is None:
        return [result.status]
    found = {_labelled(decision) for decision in result.faces}
    return sorted(found) or ["no face found"]


def _link(output: Path, folder: Path) -> str:
    """From the page to the copy itself, so that it works wherever both are moved together."""
    try:
        return quote(os.path.relpath(output, folder).replace(os.sep, "/"), errors="surrogateescape")
    except ValueError:  # on Windows there is no way from one drive to another
        return output.resolve().as_uri()


def _picture(path: Path, faces: tuple[Decision, ...]) -> str:
    from PIL import Image

    with Image.open(path) as image:
        width, height = image.size
        image.draft("RGB", (_SIDE, _SIDE))
        small = image.convert("RGB")
    small.thumbnail((_SIDE, _SIDE))
    data = io.BytesIO()
    small.save(data, "JPEG", quality=_QUALITY)
    encoded = base64.b64encode(data.getvalue()).decode("ascii")
    boxes = "".join(_box(decision, width, height) for decision in faces if decision.frame == 0)
    return (
        f'<div class="stage"><div class="picture"><img alt="{html.escape(path.name)}" '
        f'src="data:image/jpeg;base64,{encoded}">{boxes}</div></div>'
    )


def _box(decision: Decision, width: int, height: int) -> str:
    box = decision.face.box
    left, top = 100 * box.x / width, 100 * box.y / height
    size = f"width:{100 * box.width / width:.2f}%;height:{100 * box.height / height:.2f}%"
    title = html.escape(_labelled(decision) + (f" ({decision.person})" if decision.person else ""))
    return f'<div class="face {decision.action}" title="{title}" style="left:{left:.2f}%;top:{top:.2f}%;{size}"></div>'


def _labelled(decision: Decision) -> str:
    return f"{'shown' if decision.action == 'show' else 'hidden'}: {_WORDS[decision.reason]}"


def _sentences(result: Result) -> Iterator[str]:
    counts = Counter(_labelled(decision) for decision in result.faces)
    yield from (f"{count} {label}" for label, count in sorted(counts.items(), reverse=True))
    if result.output is not None and not result.faces:
        yield "no face found: is there really none?"
    yield from result.warnings
