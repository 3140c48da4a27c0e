"""Where a ledger says of photos that they are withheld, or that places in them are hidden."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scrubber.photos import alike
from scrubber.values import UNTURNED, SourceId


class RestrictedPhotos:
    """The places of entries in the file, in memory, to be looked up by hash and by looks."""

    def __init__(self) -> None:
        self._by_hash: dict[str, dict[str, int]] = {}  # then by hash of the file: where it is said last
        self._by_file: dict[str, tuple[int, str]] = {}  # the same, and what the photo looks like

    def take_in(self, place: int, entry: dict[str, Any]) -> None:
        """Take in an outcome. What is said of another file stays; so does all that was said if it was in doubt."""
        if entry["restricted"] is None:
            return
        sha256, pixels = entry["source"]["sha256"], entry["source"]["pixels"]
        for known in (sha256, pixels, pixels[:UNTURNED]):
            files = self._by_hash.setdefault(known, {})
            files.pop(sha256, None)
            if entry["restricted"]:
                files[sha256] = place
        self._by_file.pop(sha256, None)
        if entry["restricted"]:
            self._by_file[sha256] = place, entry["source"].get("look", "")

    def last(self, hashes: Iterable[str]) -> int | None:
        """The last place where a photo with one of these hashes is restricted, or any photo if there are none."""
        places = [place for known in tuple(hashes) or self._by_hash for place in self._by_hash.get(known, {}).values()]
        return max(places, default=None)

    def others(self, source: SourceId) -> list[int]:
        """The places where other files are restricted that may be this photo, the last one first."""
        near = (self._by_hash.get(known, {}) for known in (source.pixels, source.pixels[:UNTURNED]))
        places = {place for files in near for sha256, place in files.items() if sha256 != source.sha256}
        for sha256, (place, look) in self._by_file.items():
            if sha256 != source.sha256 and place not in places and alike(source.look, look):
                places.add(place)
        return sorted(places, reverse=True)
