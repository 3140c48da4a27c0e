"""GIF, still and moving."""

from scrubber.formats import Format, Writer, register
from scrubber.inspection.containers import gif as container
from scrubber.photos import gif as codec
from scrubber.verification.allowlist import gif as allowlist

register(
    Format(
        name="gif",
        medium="photo",
        extensions=("gif",),
        magic=(b"GIF87a", b"GIF89a"),
        open=codec.read,
        writer=Writer(codec.write, alpha=True, moving=True),
        inspect=container.walk,
        audit=allowlist.objections,
    )
)
