"""WebP, still and moving."""

from scrubber.formats import Format, Writer, register
from scrubber.inspection.containers import webp as container
from scrubber.photos import webp as codec
from scrubber.verification.allowlist import webp as allowlist

register(
    Format(
        name="webp",
        medium="photo",
        extensions=("webp",),
        recognises=lambda header: header[:4] == b"RIFF" and header[8:12] == b"WEBP",
        open=codec.read,
        writer=Writer(codec.write, alpha=True, moving=True),
        inspect=container.walk,
        audit=allowlist.objections,
    )
)
