"""Does a file that is no copy lie, or is it to lie, among published copies? It could be posted with them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scrubber.batch.ledger.entries import Copy
from scrubber.batch.ledger.ledger import Ledger
from scrubber.guarded import resolved


def folder_of_copies(path: Path) -> Path | None:
    """The nearest output folder around a path."""
    return next((ledger.out for ledger, _ in _around(path)), None)


def copy_named(path: Path) -> Copy | None:
    """The copy that lies, or should lie, at a path, whatever is there now."""
    return next((copy for ledger, name in _around(path) if (copy := ledger.at(name)) is not None), None)


def _around(path: Path) -> Iterator[tuple[Ledger, Path]]:
    """Each output folder around a path, the nearest first, and the name that the path has in it."""
    full = resolved(path.parent) / path.name
    for out in full.parents:
        ledger = Ledger(out)
        if ledger.path.exists():
            ledger.refresh()
            yield ledger, full.relative_to(out)
