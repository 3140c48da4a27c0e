"""What attacks on runs over a folder share: a run, and a manifest for the portrait in `samples`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import scrubber
from scrubber import Consent, Policy

FAST = Policy(preset="fast")
FACE = "[180, 66, 90, 111]"  # of astronaut.jpg
PERSON = '[[people]]\nid = "p-1"\ndecision = "allow"\npurposes = ["social"]\nexpires = 2045-01-01\n'
REVOKED = '[[events]]\nat = 2026-01-01T10:00:00Z\nperson = "p-1"\nwhat = "withdrawn"\n'


def folder_run(photos: Path, out: Path, text: str | None = None, **more: Any) -> list[scrubber.Result]:
    consent = Consent.loads(text) if text else None
    purpose = "social" if consent else None
    given: dict[str, Any] = {"policy": FAST, "isolate": False} | more
    return list(scrubber.scrub_folder(photos, out, consent=consent, purpose=purpose, **given))


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }
