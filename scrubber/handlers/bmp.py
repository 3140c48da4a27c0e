"""Windows bitmaps."""

from scrubber.formats import Format, Writer, register
from scrubber.inspection.containers import bmp as container
from scrubber.photos import bmp as codec
from scrubber.verification.allowlist import bmp as allowlist

register(
    Format(
        name="bmp",
        medium="photo",
        extensions=("bmp", "dib"),
        magic=(b"BM",),
        open=codec.read,
        writer=Writer(codec.write),
        inspect=container.walk,
        audit=allowlist.objections,
    )
)
