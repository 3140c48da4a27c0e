"""Files to upright pictures, and pictures to fresh files."""

from scrubber.photos.opening import open_photo, read_file
from scrubber.photos.photo import Photo
from scrubber.photos.writing import extension, flattened, write

__all__ = ["Photo", "extension", "flattened", "open_photo", "read_file", "write"]
