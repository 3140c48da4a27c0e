"""What a whole folder gives away, in a few sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from scrubber.values import Leak

_SAID: Final = {
    "place": "say where they were taken",
    "identity": "name people or carry somebody's identifier",
    "time": "say when they were taken",
    "serial": "carry the serial number of a device",
    "thumbnail": "carry a small copy of themselves that may show what was hidden or cut away",
    "hidden-picture": "hold something of a picture that is not seen: another one, a part of one, or a mention of it",
    "video": "are a video, or hold one behind the picture",
    "depth": "hold a depth map",
    "history": "tell how they were edited",
    "trailing-data": "have something after their end",
    "file-name": "give something away by their name",
}
_MODEL: Final = "model: "  # how the inventory begins the detail of a camera's name


class Overview:
    """Counts, over many files, how many give away each kind of thing."""

    def __init__(self) -> None:
        self._files = 0
        self._kinds: Counter[str] = Counter()
        self._models: set[str] = set()

    def add(self, leaks: Iterable[Leak]) -> None:
        """Take in the findings of one file."""
        leaks = tuple(leaks)
        self._files += 1
        self._kinds.update({leak.kind for leak in leaks})
        self._models |= {leak.detail for leak in leaks if leak.kind == "device" and leak.detail.startswith(_MODEL)}

    def sentences(self) -> Iterator[str]:
        """The most dangerous first; nothing about what no file gives away."""
        for kind, said in _SAID.items():
            if self._kinds[kind]:
                yield f"{self._kinds[kind]} of {self._files} files {said}"
        if self._models:
            count = len(self._models)
            yield f"{count} {'camera or phone' if count == 1 else 'different cameras or phones'} can be told from them"
        if not self._kinds:
            yield f"{self._files} files hold nothing but their pictures"
