"""PNG and animated PNG."""

from scrubber.formats import Format, Writer, register
from scrubber.inspection.containers import png as container
from scrubber.photos import png as codec
from scrubber.verification.allowlist import png as allowlist

register(
    Format(
        name="png",
        medium="photo",
        extensions=("png", "apng"),
        magic=(b"\x89PNG\r\n\x1a\n",),
        open=codec.read,
        writer=Writer(codec.write, alpha=True, moving=True),
        inspect=container.walk,
        audit=allowlist.objections,
    )
)
