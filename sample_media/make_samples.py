"""Makes the two astronaut photos from the picture in the scikit-image package (see their cards).

    python sample_media/make_samples.py path/to/skimage/data/astronaut.png

Everything in their EXIF is invented: no such camera, owner or journey exists, and the place is in the sea.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

import piexif
from PIL import Image

HERE = Path(__file__).parent
QUALITY = 92
THUMBNAIL = (160, 160)
SIDEWAYS = 6  # EXIF orientation: turn by a quarter clockwise to see it upright


def exif(picture: Image.Image, orientation: int) -> bytes:
    """Invented EXIF with a place, a time, a camera, an owner, and a small copy of `picture`."""
    small = picture.copy()
    small.thumbnail(THUMBNAIL)
    copy = BytesIO()
    small.save(copy, "JPEG", quality=80)
    return piexif.dump(
        {
            "0th": {
                piexif.ImageIFD.Make: "Example Optics",
                piexif.ImageIFD.Model: "Invented 1",
                piexif.ImageIFD.Orientation: orientation,
                piexif.ImageIFD.DateTime: "2026:03:02 10:15:30",
                piexif.ImageIFD.Artist: "Nobody Real",
                piexif.ImageIFD.Software: "Example Editor 0.0",
            },
            "Exif": {
                piexif.ExifIFD.DateTimeOriginal: "2026:03:02 10:15:30",
                piexif.ExifIFD.OffsetTimeOriginal: "+00:00",
                piexif.ExifIFD.BodySerialNumber: "000-EXAMPLE-000",
                piexif.ExifIFD.CameraOwnerName: "Nobody Real",
            },
            "GPS": {
                piexif.GPSIFD.GPSLatitudeRef: "N",
                piexif.GPSIFD.GPSLatitude: ((0, 1), (0, 1), (3600, 100)),
                piexif.GPSIFD.GPSLongitudeRef: "W",
                piexif.GPSIFD.GPSLongitude: ((30, 1), (0, 1), (3600, 100)),
                piexif.GPSIFD.GPSAltitude: (12, 1),
            },
            "1st": {piexif.ImageIFD.Compression: 6},
            "thumbnail": copy.getvalue(),
        }
    )


def main(source: str) -> None:
    with Image.open(source) as opened:
        upright = opened.convert("RGB")
    upright.save(HERE / "astronaut.jpg", quality=QUALITY, exif=exif(upright, 1))
    stored = upright.transpose(Image.Transpose.ROTATE_90)
    stored.save(HERE / "astronaut_sideways.jpg", quality=QUALITY, exif=exif(stored, SIDEWAYS))


if __name__ == "__main__":
    main(sys.argv[1])
