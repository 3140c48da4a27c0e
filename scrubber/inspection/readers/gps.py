"""Places in words: EXIF GPS tags (CIPA DC-008, 4.6.6) and their XMP twins (CIPA DC-010), and those of videos."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from scrubber.inspection.readers.tiff import Value
from scrubber.inspection.wording import decode, plain
from scrubber.values import Leak

_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE = 1, 2, 3, 4
_ALTITUDE_REF, _ALTITUDE, _TIME, _DOP = 5, 6, 7, 11
_SPEED_REF, _SPEED, _TRACK, _DIRECTION = 12, 13, 15, 17
_DESTINATION = (19, 20, 21, 22)
_METHOD, _AREA, _DATE, _ERROR = 27, 28, 29, 31
_SPEED_UNITS = {b"K": "km/h", b"M": "miles/h", b"N": "knots"}
_XMP_COORDINATE = re.compile(
    r"(\d{1,3})(?:,(\d{1,2}(?:\.\d+)?))?(?:,(\d{1,2}(?:\.\d+)?))?\s*([NSEW])?|(-?\d{1,3}\.\d+)"
)
_ISO_6709 = re.compile(r"[+-]\d{1,8}(?:\.\d{1,9})?")


def from_exif(where: str, tags: Mapping[int, Value]) -> Iterator[Leak]:
    """What a GPS directory says: one leak for the place, one for the time, one for a place aimed at."""
    if not tags:
        return
    latitude = _degrees(tags.get(_LATITUDE), tags.get(_LATITUDE_REF))
    longitude = _degrees(tags.get(_LONGITUDE), tags.get(_LONGITUDE_REF))
    words = [*_around(tags)]
    if latitude is None or longitude is None:
        words.insert(0, "GPS block without readable coordinates")
    else:
        words.insert(0, pair(latitude, longitude))
    yield Leak("place", where, plain(", ".join(words), 300))
    aimed = _degrees(tags.get(_DESTINATION[1]), tags.get(_DESTINATION[0]))
    across = _degrees(tags.get(_DESTINATION[3]), tags.get(_DESTINATION[2]))
    if aimed is not None and across is not None:
        yield Leak("place", where, f"place aimed at: {pair(aimed, across)}")
    moment = _moment(tags)
    if moment:
        yield Leak("time", where, f"satellite time {moment} UTC")


def from_xmp(where: str, latitude: str, longitude: str) -> Leak:
    """The place in `exif:GPSLatitude` and `exif:GPSLongitude`, "52,31.2N" or "52,31,12N"."""
    north, east = _xmp_degrees(latitude), _xmp_degrees(longitude)
    if north is None or east is None:
        return Leak("place", where, plain(f"{latitude} {longitude}"))
    return Leak("place", where, pair(north, east))


def from_iso6709(where: str, text: str) -> Leak:
    """The place in "+52.5200+013.4050+034.000/", as videos carry it (ISO 6709, annex H)."""
    numbers = [float(number) for number in _ISO_6709.findall(text)[:3]]
    if len(numbers) < 2:
        return Leak("place", where, text or "empty place")
    altitude = f", altitude {numbers[2]:.0f} m" if len(numbers) > 2 else ""
    return Leak("place", where, pair(numbers[0], numbers[1]) + altitude)


def pair(latitude: float, longitude: float) -> str:
    """Two coordinates in decimal degrees."""
    unset = " (probably not set)" if latitude == longitude == 0 else ""
    return f"{latitude:.5f}, {longitude:.5f}{unset}"


def _around(tags: Mapping[int, Value]) -> Iterator[str]:
    """What stands beside the coordinates: altitude, direction, movement, precision, names."""
    altitude = number(tags.get(_ALTITUDE))
    if altitude is not None:
        below = tags.get(_ALTITUDE_REF) in (1, (1,), b"\1")
        yield f"altitude {round(-altitude if below else altitude)} m"
    direction, track = number(tags.get(_DIRECTION)), number(tags.get(_TRACK))
    if direction is not None:
        yield f"camera pointing {direction:.0f}°"
    if track is not None:
        yield f"moving towards {track:.0f}°"
    speed = number(tags.get(_SPEED))
    if speed is not None:
        yield f"speed {speed:.1f} {_SPEED_UNITS.get(_bytes(tags.get(_SPEED_REF))[:1], 'km/h')}"
    error, dilution = number(tags.get(_ERROR)), number(tags.get(_DOP))
    if error is not None:
        yield f"precise to {error:.0f} m"
    elif dilution is not None:
        yield f"dilution of precision {dilution:.1f}"
    for tag in (_METHOD, _AREA):
        words = decode(_bytes(tags.get(tag))[8:], 60)  # the first 8 bytes name the character code
        if words:
            yield words


def _moment(tags: Mapping[int, Value]) -> str:
    date = decode(_bytes(tags.get(_DATE))).replace(":", "-")
    parts = _numbers(tags.get(_TIME))
    clock = "{:02.0f}:{:02.0f}:{:02.0f}".format(*parts) if len(parts) == 3 else ""
    return f"{date} {clock}".strip()


def _degrees(value: Value | None, reference: Value | None) -> float | None:
    """Decimal degrees out of degrees, minutes and seconds; south and west are negative."""
    parts = _numbers(value)
    if not parts:
        return None
    degrees = math.fsum(part / 60**power for power, part in enumerate(parts[:3]))
    negative = _bytes(reference)[:1].upper() in (b"S", b"W")
    return -degrees if negative else degrees


def number(value: Value | None) -> float | None:
    """A rational `(numerator, denominator)` or plain number as a float; None for 0/0 and anything else."""
    if isinstance(value, int | float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, tuple) and len(value) == 2 and all(isinstance(part, int) for part in value):
        return float(value[0] / value[1]) if value[1] else None
    if isinstance(value, tuple) and len(value) == 1:
        return number(value[0])
    return None


def _numbers(value: Value | None) -> list[float]:
    """The numbers of a list of rationals; what cannot be divided counts as 0 unless it is the first."""
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        parts = [number(item) for item in value]
    else:
        parts = [number(value)]
    return [] if parts[0] is None else [part or 0.0 for part in parts]


def _bytes(value: Value | None) -> bytes:
    return value if isinstance(value, bytes) else b""


def _xmp_degrees(text: str) -> float | None:
    match = _XMP_COORDINATE.search(text)
    if match is None:
        return None
    if match[5]:
        return float(match[5])
    degrees = float(match[1]) + float(match[2] or 0) / 60 + float(match[3] or 0) / 3600
    return -degrees if match[4] in ("S", "W") else degrees
