"""JPEG, and the pictures of phones and cameras that hold more than one (MPO)."""

from scrubber.formats import Format, Writer, register
from scrubber.inspection.containers import jpeg as container
from scrubber.photos import jpeg as codec
from scrubber.verification.allowlist import jpeg as allowlist

register(
    Format(
        name="jpeg",
        medium="photo",
        extensions=("jpg", "jpeg", "jpe", "jfif", "mpo"),
        magic=(b"\xff\xd8\xff",),
        open=codec.read,
        writer=Writer(codec.write),
        inspect=container.walk,
        audit=allowlist.objections,
    )
)
