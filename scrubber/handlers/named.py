"""Formats that are named when they are refused, and never opened: sound and documents."""

from scrubber.formats import Format, register
from scrubber.formats.brands import by_brand
from scrubber.inspection.containers import mp4

register(
    Format(
        name="m4a", medium="sound", extensions=("m4a",), recognises=lambda header: by_brand(header) == "m4a",
        inspect=mp4.walk,
    )
)  # fmt: skip
register(Format(name="pdf", medium="document", extensions=("pdf",), magic=(b"%PDF",)))
register(Format(name="psd", medium="photo", extensions=("psd",), magic=(b"8BPS",)))
