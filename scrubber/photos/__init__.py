"""Files to upright pictures, and pictures to fresh files."""

from scrubber.photos.fitting import fitted
from scrubber.photos.likeness import alike, look
from scrubber.photos.opening import open_photo
from scrubber.photos.photo import Frame, Photo
from scrubber.photos.turning import turn_that_gives, turned_back
from scrubber.photos.writing import decode_written, format_from_name, laid, prepared, suits, write

__all__ = [
    "Frame",
    "Photo",
    "alike",
    "decode_written",
    "fitted",
    "format_from_name",
    "laid",
    "look",
    "open_photo",
    "prepared",
    "suits",
    "turn_that_gives",
    "turned_back",
    "write",
]
