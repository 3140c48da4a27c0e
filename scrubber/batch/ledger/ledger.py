"""What was published into one output folder: which source became which copy, under which terms, showing whom.

There is no second record. Carrying on, stable names, collisions, withdrawals and retraction all read this one. It is
kept until its owner says forget.

Who is shown, and what was decided, is private: where the manifest is locked, that part of an entry is sealed with the
manifest's own key, so that the ledger tells nobody what the locked file protects.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path, PurePath
from threading import RLock
from typing import Any, NamedTuple

from scrubber.batch.ledger import entry_log
from scrubber.batch.ledger.entries import (
    SCHEMA,
    Copy,
    Refusal,
    copy_as_json,
    copy_from_json,
    folded,
    now,
    private_as_json,
    refusal_as_json,
    refusal_from_json,
)
from scrubber.batch.ledger.restricted_photos import RestrictedPhotos
from scrubber.batch.ledger.sealed_parts import Sealing
from scrubber.consent.manifest.look_alikes import appearance
from scrubber.errors import NotWritable
from scrubber.guarded import resolved, size_of
from scrubber.storage import LocalFolder, Storage
from scrubber.values import SourceId


class _Out(NamedTuple):
    """A copy that is out: where its entry begins, the hash of its source, and its own."""

    place: int
    source: str
    sha256: str


@lru_cache(maxsize=8)
def ledger_of(path: Path, out: Path, recipient: str | None, identity: str | None) -> Ledger:
    """The ledger of `out` at `path`, kept open for a program that publishes one photo after the other."""
    return Ledger(out, recipient, identity, path)


class Ledger:
    """The ledger of the output folder `out`. Safe to append to from several processes.

    `recipient` is the public key to seal new entries with, `identity` the secret one to open sealed entries. In memory
    are only the places of entries in the file, so that a folder of any size can be carried on with. Methods raise
    `NotWritable` if the state folder cannot be used.
    """

    _read_to: int

    def __init__(
        self, out: Path, recipient: str | None = None, identity: str | None = None, path: Path | None = None
    ) -> None:
        """`path` is the file itself, where it was found and not made from `out`: the folder may be a link by now."""
        self.out = out
        self.storage: Storage = LocalFolder(out)
        """Where the copies lie."""
        self.path = path or entry_log.ledger_path(out)
        self._sealing = Sealing(recipient, identity)
        self._lock = RLock()
        self._start_over(None)

    def refresh(self) -> None:
        """Take in what was appended since the last look; all of it, if the file is another one now."""
        with self._lock:
            file = entry_log.identity_of(self.path)
            if file != self._file or size_of(self.path) < self._read_to:
                self._start_over(file)
            for place, end, entry in entry_log.entries(self.path, self._read_to, self._count_damage):
                self._read_to = end
                self._take_in(place, entry)

    def refresh_refusals(self) -> None:
        """Take in what was appended if it tells of people who may not be shown; most ledgers do not."""
        if self._read_to or entry_log.holds(self.path, b'"refused"'):
            self.refresh()

    def copies(self) -> Iterator[Copy]:
        """Every copy that was published and not taken away since, in the order of their names."""
        for name in sorted(self._live):
            copy = self._copy(self._live[name][-1].place)
            if copy is not None:
                yield copy

    def at(self, output: PurePath | str) -> Copy | None:
        """The copy that lies, or should lie, under this name."""
        found = self._live.get(folded(output))
        return None if found is None else self._copy(found[-1].place)

    def with_bytes(self, sha256: str) -> Copy | None:
        """The newest copy with these bytes that was ever published."""
        place = self._by_bytes.get(sha256)
        return None if place is None else self._copy(place)

    def made_of(self, sha256: str) -> list[Copy]:
        """What became of the source with these bytes: copies that are still out, or that it was withheld."""
        found = (self._copy(place) for place in self._by_source.get(sha256, {}).values())
        return [copy for copy in found if copy is not None]

    def knows_source(self, sha256: str) -> bool:
        """Whether a photo with these bytes was ever made safe here."""
        return sha256 in self._by_source

    def was_input(self, source: str) -> bool:
        """Whether a copy was ever made here from a file at this place."""
        return source in self._by_input

    def made_from(self, source: str) -> list[Copy]:
        """The copies that are out and were made from a file at this place."""
        found = (self.at(name) for name in sorted(self._by_input.get(source, ())))
        return [copy for copy in found if copy is not None and copy.input == source]

    def restricting(self, *hashes: str) -> Copy | None:
        """The last outcome for a photo with one of these hashes, or any, if its manifest restricted it."""
        place = self._restricted.last(hashes)
        return None if place is None else self._copy(place)

    def restricted_others(self, source: SourceId) -> Iterator[Copy]:
        """The last outcomes for other files that were restricted and may be this photo, the newest first.

        They have its pixels, or the first digits in common with them, or look like it.
        """
        return (copy for place in self._restricted.others(source) if (copy := self._copy(place)) is not None)

    def history(self) -> Iterator[tuple[Copy, str | None]]:
        """Every copy ever published, the oldest first, and why it is no longer out, None if it is."""
        ended: dict[int, str | None] = {}  # by where the entry of the copy begins
        current: dict[str, list[tuple[str, int]]] = {}
        for place, _, entry in entry_log.entries(self.path):
            if entry["what"] == "copy":
                ended[place] = None
                current.setdefault(folded(entry["output"]), []).append((entry["sha256"], place))
            elif entry["what"] == "gone":
                there = current.get(folded(entry["output"]), [])
                sha256 = entry.get("sha256")
                gone = next((one for one in reversed(there) if sha256 in (one[0], None)), None)
                if gone is not None:
                    there.remove(gone)
                    ended[gone[1]] = entry["why"]
        for there in current.values():
            ended |= {place: "made again" for _, place in there[:-1]}
        for place, why in ended.items():
            copy = self._copy(place)
            if copy is not None:
                yield copy, why

    @property
    def names(self) -> frozenset[str]:
        """The folded names of all copies that are out."""
        return frozenset(self._live)

    def note(self, copy: Copy) -> None:
        """Append an outcome; a copy is noted before it gets its final name."""
        assert copy.private is not None
        self._append(copy_as_json(copy) | self._sealing.sealed(private_as_json(copy.private)))

    def note_refusals(self, refusals: Sequence[Refusal]) -> None:
        """Append who may not be shown, as a manifest says: no older one is to undo it."""
        if refusals:
            self._append(*(self._word("refused", one.manifest, refusal_as_json(one)) for one in refusals))

    def note_agreed(self, person: str, manifest: str | None) -> None:
        """Append that somebody who had refused agreed anew: if they refuse again, that is another refusal."""
        self._append(self._word("agreed", manifest, {"person": person}))

    def _word(self, what: str, manifest: str | None, said: dict[str, Any]) -> dict[str, Any]:
        return {"what": what, "at": now(), "manifest_path": manifest, **self._sealing.sealed(said)}

    def note_gone(self, copy: Copy, why: str) -> None:
        """Append that a copy is no longer out: it was taken away, or somebody else did it."""
        self._append({"what": "gone", "output": copy.output, "sha256": copy.sha256, "at": now(), "why": why})

    def note_staging(self, token: str, process: int | None) -> None:
        """Append that a run begins to stage files under this token, or, without a process, that it has ended."""
        self._append({"what": "staging", "token": token, "process": process})

    @property
    def abandoned(self) -> dict[str, int]:
        """Tokens of runs that have not said that they ended, and their processes."""
        return dict(self._staging)

    def forget(self) -> bool:
        """Delete the ledger. The copies stay; whether there was anything to forget."""
        there = self.path.exists()
        with entry_log.usable(self.path):
            self.path.unlink(missing_ok=True)
        return there

    def _start_over(self, file: int | None) -> None:
        self._file = file
        self._read_to = 0
        self.damaged = 0
        """Lines that cannot be read."""
        self.withdrew = ""
        """When a copy was taken away last because it must not be seen; empty if that never happened."""
        self._live: dict[str, list[_Out]] = {}  # by folded output, the newest last
        self._by_source: dict[str, dict[str | None, int]] = {}  # by hash of the source, then by folded output
        self._by_input: dict[str, set[str]] = {}  # folded outputs that were ever made from a file at this place
        self._by_bytes: dict[str, int] = {}  # by hash of the copy: where its last entry begins
        self._restricted = RestrictedPhotos()
        self._staging: dict[str, int] = {}  # tokens of runs that have not said that they ended, and their processes
        self.refusals: list[Refusal] = []
        """Who may not be shown, as manifests of earlier runs said."""
        self.answered: dict[str, int] = {}
        """By the appearance of the id of who agreed anew since: how many of `refusals` that answers."""
        self.manifests: set[str] = set()
        """The manifests of earlier runs into this folder, by their paths."""
        self.sealed_refusals = 0
        """Entries that say so of people whose ids are sealed with a key that is not at hand."""

    def _append(self, *entries: dict[str, Any]) -> None:
        if not self.path.exists():
            entry_log.append(self.path, {"what": "folder", "schema": SCHEMA, "folder": str(resolved(self.out))})
        entry_log.append(self.path, *entries)
        self.refresh()

    def _take_in(self, place: int, entry: dict[str, Any]) -> None:
        match entry["what"]:
            case "folder" if entry["schema"] > SCHEMA:
                raise NotWritable(
                    f"{self.path}: a newer scrubber keeps this record of published copies; use that one for {self.out}"
                )
            case "copy" | "withheld":
                self._restricted.take_in(place, entry)
                self.manifests.add(entry.get("manifest_path") or "")
        match entry["what"]:
            case "copy":
                name, source = folded(entry["output"]), entry["source"]["sha256"]
                self._by_bytes[entry["sha256"]] = place
                self._live.setdefault(name, []).append(_Out(place, source, entry["sha256"]))
                self._by_source.setdefault(source, {})[name] = place
                self._by_source[source].pop(None, None)
                self._by_input.setdefault(entry["input"], set()).add(name)
            case "withheld":
                self._by_source.setdefault(entry["source"]["sha256"], {})[None] = place
            case "refused" | "agreed":
                self._take_in_word(entry)
            case "gone":
                self._forget(folded(entry["output"]), entry.get("sha256"))
                self.withdrew = entry["at"] if entry["why"] == "must not be seen" else self.withdrew
            case "staging" if entry["process"] is not None:
                self._staging[entry["token"]] = entry["process"]
            case "staging":
                self._staging.pop(entry["token"], None)

    def _take_in_word(self, entry: dict[str, Any]) -> None:
        """What somebody said of themselves: that they refuse, or that they agree anew."""
        text = self._sealing.text_of(entry)
        try:
            if text is None:
                self.sealed_refusals += entry["what"] == "refused"
            elif entry["what"] == "agreed":
                self.answered[appearance(json.loads(text)["person"])] = len(self.refusals)
            else:
                self.refusals.append(refusal_from_json(json.loads(text), entry["at"], entry.get("manifest_path")))
        except (KeyError, TypeError, ValueError):
            self._count_damage()

    def _count_damage(self) -> None:
        self.damaged += 1

    def _forget(self, name: str, sha256: str | None) -> None:
        """One copy is gone. Two runs may have wanted the name at once: then the other one's copy lies there."""
        there = self._live.pop(name, [])
        for gone in reversed(there):
            if sha256 in (gone.sha256, None):
                break
        else:
            gone = None
        if gone is not None:
            self._by_source.get(gone.source, {}).pop(name, None)
            there = [one for one in there if one is not gone and sha256 is not None]
        if there:
            self._live[name] = there
            self._by_source.setdefault(there[-1].source, {})[name] = there[-1].place

    def _copy(self, place: int) -> Copy | None:
        entry = entry_log.entry_at(self.path, place)
        return None if entry is None else copy_from_json(entry, self._sealing.private_of(entry))
