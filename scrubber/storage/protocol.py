"""What a place must be able to do in which copies lie. `LocalFolder` is one."""

from __future__ import annotations

from pathlib import PurePath
from typing import Literal, Protocol, TypeAlias

State: TypeAlias = Literal["intact", "missing", "changed"]


class Storage(Protocol):
    """Where copies are staged, get their names, and are taken away again. Names are relative paths below it.

    It can be handed to other processes, which stage files in it. `NotWritable` names the file and the remedy.
    """

    token: str
    """What marks the staged files of one run; no other file is taken for one."""

    def prepare(self) -> None:
        """Make the place, and try at once whether files can be put there. Raises `NotWritable`."""

    def address(self, name: PurePath) -> str:
        """What people call the file under a name."""

    def stage(self, data: bytes) -> PurePath:
        """Keep `data` under a temporary name, which is returned. Raises `NotWritable`."""

    def commit(self, staged: PurePath, name: PurePath) -> None:
        """Give a staged file its final name in one step; the staged one is gone afterwards only if all went well.

        Raises `NameTaken` if anything has that name, and `NotWritable` if it cannot be put there.
        """

    def replace(self, staged: PurePath, name: PurePath) -> None:
        """The same as `commit`, but whatever file has that name is replaced: for whoever was told to overwrite it."""

    def is_taken(self, name: PurePath) -> bool:
        """Whether anything has this name, be it no file."""

    def state(self, name: PurePath, sha256: str | None) -> State:
        """What became of a file that was committed with these bytes (SHA-256, hex).

        A name that a killed `commit` has only reserved counts as `intact`.
        """

    def seems_intact(self, name: PurePath, size: int | None) -> bool:
        """Whether a copy of this many bytes seems untouched, without reading it. False if that cannot be told."""

    def digest(self, name: PurePath) -> str | None:
        """SHA-256 of a file, in hex; None for what is not there, is no file, or cannot be read."""

    def retract(self, name: PurePath, sha256: str | None) -> bool:
        """Remove a file that still has these bytes (`digest`); whether nothing has the name now."""

    def discard(self, name: PurePath) -> None:
        """Remove a file, whatever it holds; what is gone already is no error. Raises `NotWritable`."""

    def sweep(self, token: str) -> None:
        """Remove the files that are still staged under a token; others stay."""
