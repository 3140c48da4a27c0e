"""JPEG XL."""

from scrubber.formats import Format, Requirement, register
from scrubber.inspection.containers import jxl as container
from scrubber.photos import jxl as codec

register(
    Format(
        name="jxl",
        medium="photo",
        extensions=("jxl",),
        magic=(b"\xff\x0a", b"\x00\x00\x00\x0cJXL \r\n\x87\n"),
        open=codec.read,
        inspect=container.walk,
        needs=Requirement(
            "pillow_jxl",
            "pillow-jxl-plugin",
            "opens JPEG XL",
            "JPEG XL is refused",
            'pip install "mediascrubber[jxl]"; an extra, because its licence is the GPL',
        ),
    )
)
