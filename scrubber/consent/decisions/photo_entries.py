"""Which entries of a manifest are about a photo: found by its bytes, by its pixels, or turned another way.

Whatever is said about one photo counts together. No entry takes the force of another: of several that name the same
photo every hide box holds, and one no-photo sign withholds it.

The first digits of a hash of pixels only tell which entries are worth a look at the picture. An entry is about a photo
if the picture itself says so. One that shares these digits and no more is in doubt: it is probably about what the photo
was before somebody retouched it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeVar

from scrubber.values import UNTURNED, Box, SourceId

if TYPE_CHECKING:
    from scrubber.consent.manifest.model import PhotoEntry

_SHOWN: Final = 12  # digits of a hash in messages

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class PhotoEntries:
    """All `[[photos]]` of a manifest, to be looked up by source. Picklable."""

    entries: tuple[PhotoEntry, ...] = ()
    by_bytes: Mapping[str, PhotoEntry] = field(default_factory=dict, repr=False)
    by_pixels: Mapping[str, PhotoEntry] = field(default_factory=dict, repr=False)
    by_unturned: Mapping[str, tuple[PhotoEntry, ...]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, entries: Sequence[PhotoEntry]) -> PhotoEntries:
        unturned: dict[str, tuple[PhotoEntry, ...]] = {}
        for entry in entries:
            if entry.pixels:
                key = entry.pixels[:UNTURNED]
                unturned[key] = (*unturned.get(key, ()), entry)
        return cls(
            tuple(entries),
            {entry.sha256: entry for entry in entries if entry.sha256},
            {entry.pixels: entry for entry in entries if entry.pixels},
            unturned,
        )

    def about(self, source: SourceId) -> tuple[PhotoEntry, ...]:
        """Entries that name the photo by its bytes or by its pixels as they lie: two at most, each once."""
        found = (self.by_bytes.get(source.sha256), self.by_pixels.get(source.pixels))
        return tuple({id(entry): entry for entry in found if entry}.values())

    def maybe_turned(self, source: SourceId) -> tuple[PhotoEntry, ...]:
        """Entries that may name the same picture turned another way. Only the picture itself tells."""
        known = self.about(source)
        alike = self.by_unturned.get(source.pixels[:UNTURNED], ())
        return tuple(entry for entry in alike if not any(entry is one for one in known))

    def applied(self, source: SourceId) -> tuple[PhotoEntry, ...]:
        """Entries about the photo, as it lies or turned as somebody who looked at it found (`SourceId.turned`)."""
        turned = (self.by_pixels[pixels] for pixels in source.turned if pixels in self.by_pixels)
        return tuple({id(entry): entry for entry in (*self.about(source), *turned)}.values())

    def in_doubt(self, source: SourceId) -> tuple[tuple[int, PhotoEntry], ...]:
        """Restricting entries that are probably about this photo before it was edited, with their place, from 1.

        Entries that do apply lift a doubt if they say anew what is in doubt: as many hide boxes, or whether the photo
        may be seen at all (`no_photo`, true or false). Nothing else does: a show box for an edited photo must not
        free what was hidden in the photo.
        """
        own = self.applied(source)
        if any("no_photo" in entry.model_fields_set for entry in own):
            return ()
        hidden = len({hide.box for entry in own for hide in entry.hide})
        doubted = [
            entry
            for entry in self.maybe_turned(source)
            if restricts(entry)
            and not any(entry is one for one in own)
            and (entry.no_photo or len(entry.hide) > hidden)
        ]
        places = {id(entry): place for place, entry in enumerate(self.entries, 1)} if doubted else {}
        return tuple((places[id(entry)], entry) for entry in doubted)

    def unseen(self, seen: Iterable[SourceId]) -> Iterator[tuple[int, PhotoEntry]]:
        """Entries that are about no photo of `seen`, with their place in the manifest, from 1."""
        known = {id(entry) for source in seen for entry in self.applied(source)}
        return ((place, entry) for place, entry in enumerate(self.entries, 1) if id(entry) not in known)


def combined(entries: Sequence[PhotoEntry]) -> PhotoEntry | None:
    """All that several entries say about one photo; None if there are none."""
    if len(entries) < 2:
        return next(iter(entries), None)
    return entries[0].model_copy(
        update={
            "sha256": next((entry.sha256 for entry in entries if entry.sha256), None),
            "pixels": next((entry.pixels for entry in entries if entry.pixels), None),
            "show": _each_once(entry.show for entry in entries),
            "hide": _each_once(entry.hide for entry in entries),
            "dismiss": _each_once(entry.dismiss for entry in entries),
            "no_photo": any(entry.no_photo for entry in entries),
        }
    )


def with_boxes(entry: PhotoEntry, carry: Callable[[Box, int | None], Box]) -> PhotoEntry:
    """The same entry with its boxes elsewhere; `carry` gets each box and the frame that it is about, None for all."""
    return entry.model_copy(
        update={
            key: tuple(one.model_copy(update={"box": carry(one.box, one.frame)}) for one in getattr(entry, key))
            for key in ("show", "hide", "dismiss")
        }
    )


def for_each_frame(entry: PhotoEntry, frames: int) -> PhotoEntry:
    """The same entry with a box for each of so many frames in place of every box that is about all of them."""
    spread = {
        key: tuple(
            one.model_copy(update={"frame": frame})
            for one in getattr(entry, key)
            for frame in (range(frames) if one.frame is None else [one.frame])
        )
        for key in ("hide", "dismiss")
    }
    return entry.model_copy(update=spread)


def restricts(entry: PhotoEntry) -> bool:
    """Whether something would be seen if the entry were not there, whoever else agreed to what."""
    return entry.no_photo or bool(entry.hide)


def short_hash(entry: PhotoEntry) -> str:
    """How messages call the photo of an entry: the start of a hash of it."""
    known = entry.sha256 or entry.pixels or ""
    return f"{known[:_SHOWN]}…"


def _each_once(lists: Iterable[Iterable[Item]]) -> tuple[Item, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(lists)))
