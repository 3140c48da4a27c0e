"""TIFF, with all its pages."""

from scrubber.formats import Format, Writer, register
from scrubber.formats.tiff_heads import MAGIC, is_raw
from scrubber.inspection.containers import tiff as container
from scrubber.photos import tiff as codec
from scrubber.verification.allowlist import tiff as allowlist

register(
    Format(
        name="tiff",
        medium="photo",
        extensions=("tif", "tiff"),
        recognises=lambda header: header.startswith(MAGIC) and not is_raw(header),
        open=codec.read,
        writer=Writer(codec.write, alpha=True, pages=True),
        inspect=container.walk,
        audit=allowlist.objections,
    )
)
