"""The scans of progressive JPEGs that refine coefficients: only whether something stands behind them shows.

Nothing that `run` writes is progressive.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scrubber.values import Leak
from scrubber.verification import idle
from scrubber.verification.jpeg_parts import Parts
from scrubber.verification.jpeg_scans import is_followed

NOT_JUDGED: Final = "how its progressive scans are coded: the same picture can be coded in several ways"
_FORM: Final = "JPEG"


def objections(data: bytes, found: Parts) -> Iterator[Leak]:
    """Scans that refine, with bytes at their end that no decoder needs."""
    shown = idle.decoded(data, _FORM)
    if shown is None:
        yield Leak("structure", "JPEG", "the picture cannot be decoded")
        return
    for number, scan in enumerate(found.scans, start=1):
        if not is_followed(scan) and scan.end - scan.start > idle.BYTES and idle.is_idle(data, scan.end, shown, _FORM):
            yield Leak("trailing-data", f"JPEG scan {number}", "bytes behind the end of its part of the picture")
