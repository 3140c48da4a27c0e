"""Files to upright pictures, and pictures to fresh files."""

from scrubber.photos.fitting import fitted
from scrubber.photos.likeness import alike, look
from scrubber.photos.opening import open_photo
from scrubber.photos.photo import Frame, Photo
from scrubber.photos.turning import turn_that_gives, turned_back
from scrubber.photos.writing import format_named, laid, prepared, reopened, suits, write

__all__ = [
    "Frame",
    "Photo",
    "alike",
    "fitted",
    "format_named",
    "laid",
    "look",
    "open_photo",
    "prepared",
    "reopened",
    "suits",
    "turn_that_gives",
    "turned_back",
    "write",
]
