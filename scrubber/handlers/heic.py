"""HEIC and HEIF, which iPhones write."""

from scrubber.formats import Format, Requirement, register
from scrubber.formats.brands import by_brand
from scrubber.inspection.containers import heif as container
from scrubber.photos import heic as codec

register(
    Format(
        name="heic",
        medium="photo",
        extensions=("heic", "heif", "hif"),
        recognises=lambda header: by_brand(header) == "heic",
        open=codec.read,
        inspect=container.walk,
        needs=Requirement(
            "pillow_heif",
            "pillow-heif",
            "opens HEIC and HEIF",
            "HEIC and HEIF, which iPhones write, are refused",
            "pip install pillow-heif",
        ),
    )
)
