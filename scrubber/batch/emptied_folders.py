"""Takes away folders that scrubber made for copies, once no copy is in them any more."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from scrubber.batch.names import is_coded_folder

if TYPE_CHECKING:
    from scrubber.batch.ledger.ledger import Ledger


def remove_emptied_folders(ledger: Ledger) -> None:
    """Remove empty folders with a name of ours in which, as the ledger knows, a copy has been.

    Folders that keep the names of the originals' stay: they could have been there before.
    """
    coded = [folder for folder in _coded_folders(ledger.out) if _holds_folders_only(folder)]
    if not coded:
        return
    copies = (PurePath(copy.output or "") for copy, _ in ledger.history())
    ours = {folder for copy in copies for folder in copy.parents}
    for folder in coded:
        if folder.relative_to(ledger.out) in ours:
            with suppress(OSError):  # it is not empty, or protected; then it stays
                folder.rmdir()


def _holds_folders_only(folder: Path) -> bool:
    """Whether it may be empty, or will be; so that the ledger is asked only then."""
    with os.scandir(folder) as entries:
        return all(entry.is_dir(follow_symlinks=False) for entry in entries)


def _coded_folders(out: Path) -> list[Path]:
    """The innermost first. Links are none."""
    found: list[Path] = []
    for current, folders, _ in os.walk(out):
        here = Path(current)
        folders[:] = [name for name in folders if is_coded_folder(PurePath(name)) and not (here / name).is_symlink()]
        found += [here / name for name in folders]
    return found[::-1]
