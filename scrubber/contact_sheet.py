"""A page to look at before posting: every copy, small, with what was decided for each face. Needs nothing else.

It shows outputs only, never originals; still it names files and says who was hidden where, so it is to be kept private.
"""

from __future__ import annotations

import base64
import html
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from scrubber.errors import NotWritable
from scrubber.types import Decision, Result

_SIDE: Final = 480  # pixels along the longer side of a small picture
_QUALITY: Final = 80

_HEAD: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>scrubber: contact sheet</title><style>
body{font:15px/1.4 system-ui,sans-serif;margin:0;background:#1b1b1d;color:#eee}
header{position:sticky;top:0;background:#1b1b1d;padding:.6em 1em;z-index:2;border-bottom:1px solid #444}
.private{background:#8a1f11;color:#fff;padding:.5em 1em;font-weight:600}
main{display:grid;grid-template-columns:repeat(auto-fill,minmax(320px,1fr));gap:1em;padding:1em}
figure{margin:0;padding:.5em;background:#29292c;border-radius:6px;outline-offset:2px}
figure:focus{outline:3px solid #7fb4ff}
.picture{position:relative;display:inline-block;line-height:0}
.picture img{max-width:100%;height:auto}
.face{position:absolute;border:2px solid #7fb4ff;border-radius:4px;box-sizing:border-box}
.face.show{border-color:#ffb000;border-style:dashed}
figcaption{overflow-wrap:anywhere}
ul{margin:.3em 0 0;padding-left:1.2em;font-size:.9em;color:#ccc}
.none{padding:2em 1em;background:#3a2020;border-radius:4px}
label{margin-right:1em}
</style></head><body>
<div class="private" role="note">Keep this page private: it names your files and says where faces were hidden.</div>
<header><form id="filter" aria-label="Show photos with">Show photos with: </form>
<small>Tab or the arrow keys go from photo to photo, B shows and hides the boxes.</small></header><main>
"""

_FOOT: Final = """</main><script>
const figures=[...document.querySelectorAll("figure")],form=document.getElementById("filter"),counts={};
for(const f of figures)for(const r of f.dataset.reasons.split(" "))if(r)counts[r]=(counts[r]||0)+1;
for(const r of Object.keys(counts).sort()){const l=document.createElement("label"),i=document.createElement("input");
i.type="checkbox";i.value=r;l.append(i," "+r+" ("+counts[r]+")");form.append(l)}
form.addEventListener("change",()=>{const w=[...form.querySelectorAll(":checked")].map(i=>i.value);
for(const f of figures){const r=f.dataset.reasons.split(" ");f.hidden=w.length>0&&!w.some(x=>r.includes(x))}});
document.addEventListener("keydown",e=>{const s=figures.filter(f=>!f.hidden),n=s.indexOf(document.activeElement);
const d={ArrowRight:1,ArrowLeft:-1}[e.key],t=d&&s[n+d];if(t){t.focus();e.preventDefault()}
if(e.key==="b"||e.key==="B")for(const b of document.querySelectorAll(".face"))b.hidden=!b.hidden});
</script></body></html>
"""


@contextmanager
def written_to(target: Path) -> Iterator[Callable[[Result], None]]:
    """A function that adds results to the page at `target`, which is there when the block ends; only for its owner.

    Raises `NotWritable` if it cannot be written.
    """
    temporary = target.with_name(f".{target.name}.part")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise NotWritable(f"{target}: {error.strerror}; choose another place for the contact sheet") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as page:
            page.write(_HEAD)
            yield lambda result: print(_figure(result), file=page)
            page.write(_FOOT)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _figure(result: Result) -> str:
    """One photo: its copy with boxes, or why there is none."""
    reasons = sorted({decision.reason for decision in result.faces} | {result.status})
    name = html.escape(Path(result.output or result.input).name)
    if result.output is None:
        picture = f'<div class="none">{html.escape(result.status)}: {html.escape(result.reason or "")}</div>'
    else:
        picture = _picture(Path(result.output), result.faces)
    said = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in _sentences(result))
    return (
        f'<figure tabindex="0" data-reasons="{html.escape(" ".join(reasons))}">{picture}'
        f"<figcaption>{name}<ul>{said}</ul></figcaption></figure>"
    )


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
    return f'<div class="picture"><img alt="" loading="lazy" src="data:image/jpeg;base64,{encoded}">{boxes}</div>'


def _box(decision: Decision, width: int, height: int) -> str:
    box = decision.face.box
    left, top = 100 * box.x / width, 100 * box.y / height
    size = f"width:{100 * box.width / width:.2f}%;height:{100 * box.height / height:.2f}%"
    title = html.escape(f"{decision.action}: {decision.reason}")
    return f'<div class="face {decision.action}" title="{title}" style="left:{left:.2f}%;top:{top:.2f}%;{size}"></div>'


def _sentences(result: Result) -> Iterator[str]:
    counts: dict[str, int] = {}
    for decision in result.faces:
        said = f"{'shown' if decision.action == 'show' else 'hidden'}: {decision.reason}"
        counts[said] = counts.get(said, 0) + 1
    yield from (f"{count} {said}" for said, count in sorted(counts.items()))
    yield from result.warnings
