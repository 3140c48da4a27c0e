"""Coverage-guided fuzzing of everything that reads foreign bytes, one target per format family.

    python tests/fuzz/fuzz_files.py jpeg -max_total_time=60 -rss_limit_mb=2048
    python tests/fuzz/fuzz_files.py manifest -max_total_time=60

Needs atheris (pip install atheris). A finding is any exception that the code does not promise. Options after the target
are libFuzzer's; a folder with a corpus may follow them.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

import atheris

from scrubber.verification.audit import audit

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

with atheris.instrument_imports(include=["scrubber"]):
    from scrubber import Consent, Limits, ManifestError, PhotoError, inspection, photos, verification

LIMITS = Limits(bytes=1 << 20, pixels=1 << 20)
FORMATS = ("jpeg", "png", "webp", "gif", "tiff", "bmp")


def seed(kind: str) -> bytes:
    """A small whole file of the family, which every input is laid over."""
    from PIL import Image

    target = BytesIO()
    Image.linear_gradient("L").resize((16, 16)).convert("RGB").save(target, kind.upper())
    return target.getvalue()


def files(kind: str) -> object:
    whole = seed(kind)

    def target(data: bytes) -> None:
        provider = atheris.FuzzedDataProvider(data)
        place = provider.ConsumeIntInRange(0, len(whole))
        rest = provider.ConsumeBytes(provider.remaining_bytes())
        for file in (rest, whole[:place] + rest, whole[:place] + rest + whole[place:]):
            inspection.inventory(file)
            audit(file)
            verification.unseen(file, LIMITS)
            try:
                photos.open_photo(file, "fuzzed", LIMITS)
            except PhotoError:
                continue

    return target


def manifest(data: bytes) -> None:
    try:
        Consent.loads(data)
    except ManifestError:
        return


def main() -> None:
    name = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    if name not in (*FORMATS, "manifest"):
        raise SystemExit(f"name a target: {', '.join((*FORMATS, 'manifest'))}")
    atheris.Setup(sys.argv, manifest if name == "manifest" else files(name))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
