"""AVIF, still and moving."""

from scrubber.formats import Format, register
from scrubber.formats.brands import by_brand
from scrubber.inspection.containers import heif as container
from scrubber.photos import avif as codec

register(
    Format(
        name="avif",
        medium="photo",
        extensions=("avif",),
        recognises=lambda header: by_brand(header) == "avif",
        open=codec.read,
        inspect=container.walk,
    )
)
