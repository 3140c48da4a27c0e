"""JPEG 2000."""

from scrubber.formats import Format, register
from scrubber.inspection.containers import jp2 as container
from scrubber.photos import jp2 as codec

register(
    Format(
        name="jp2",
        medium="photo",
        extensions=("jp2", "j2k", "jpf"),
        magic=(b"\x00\x00\x00\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"),
        open=codec.read,
        inspect=container.walk,
    )
)
