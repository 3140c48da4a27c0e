"""The recipe: a photo goes in, a safe copy comes out, and nothing that could not be made safe comes out at all."""

from __future__ import annotations

import datetime as calendar
import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scrubber import checking, hiding, metadata, photos
from scrubber.consent import decide
from scrubber.errors import UsageError
from scrubber.faces import finding
from scrubber.likeness import gallery, likeness
from scrubber.policy import Policy
from scrubber.publishing import publish, refuse_original
from scrubber.types import Decision, Face, Leak, Result

if TYPE_CHECKING:
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

    from scrubber.consent import Consent, Decisions, Permissions
    from scrubber.consent.matching import Gallery

_ROUNDS: Final = 3  # how often faces that show up again are hidden too, before the photo is withheld


@dataclass(frozen=True, slots=True)
class Terms:
    """What a whole run agrees on: the policy, and the manifest resolved for a purpose and a day. Picklable.

    `gallery` holds embeddings of people who agreed to be compared; it is None unless the manifest has references.
    """

    policy: Policy
    permissions: Permissions | None = None
    gallery: Gallery | None = None

    @classmethod
    def of(cls, policy: Policy | None, consent: Consent | None, purpose: str | None, on: date | None) -> Terms:
        """`on` is today unless said otherwise. Raises `UsageError` for a manifest without a purpose, and

        `ManifestError` for reference photos that cannot be used.
        """
        policy = policy or Policy()
        if consent is None:
            if purpose is not None:
                raise UsageError("a purpose needs a consent manifest; give both or neither")
            return cls(policy)
        if purpose is None:
            raise UsageError("a consent manifest needs a purpose, such as social: consent is given for something")
        permissions = consent.permissions(purpose, on or calendar.date.today())
        return cls(
            policy, permissions, gallery(consent, permissions.gallery, policy.limits) if permissions.gallery else None
        )


@dataclass(frozen=True, slots=True)
class SafeCopy:
    """What the recipe made. `data` is None if the photo is withheld, and `withheld` says why."""

    data: bytes | None
    withheld: str | None
    faces: tuple[Decision, ...]
    leaks_removed: tuple[Leak, ...]
    warnings: tuple[str, ...]
    seconds: dict[str, float]

    def result(self, source: str, output: str | None) -> Result:
        """The same without the bytes, for reports. `output` is where they were put, None if nowhere."""
        return Result(
            source,
            output,
            "published" if self.withheld is None else "withheld",
            self.withheld,
            self.faces,
            self.leaks_removed,
            self.seconds,
            self.warnings,
        )


def make_safe(data: bytes, name: str, terms: Terms) -> SafeCopy:
    """Make the photo in `data` safe, without touching any file; `name` is only for messages.

    Raises `PhotoError` if it cannot be opened. What cannot be made safe comes back withheld.
    """
    policy, clock = terms.policy, Stopwatch()
    with clock("open"):
        photo = photos.flattened(photos.open_photo(data, name, policy.limits), policy.format)
        removed = metadata.inventory(data)
        sha256 = hashlib.sha256(data).hexdigest()
    with clock("find"):
        faces = finding.find(photo.pixels, policy.preset)
    for _ in range(_ROUNDS):
        with clock("decide"):
            decisions = decide_faces(photo, faces, sha256, terms)
        warnings = photo.notes + decisions.warnings
        copy = SafeCopy(None, decisions.withhold_reason, decisions.faces, removed, warnings, clock.seconds)
        if copy.withheld:
            return copy
        with clock("hide"):
            hidden = [decision.face for decision in decisions.hidden]
            mask = hiding.mask(photo.pixels.shape, hidden)
            painted = hiding.hide(photo.pixels, hidden, policy.style)
        with clock("write"):
            written = photos.write(photo, painted, policy.format)
        with clock("verify"):
            seen, wrong = checking.read_back(written, painted, mask, policy.limits)
        if seen is None:
            return replace(copy, withheld=wrong)
        with clock("look again"):
            shown = [decision.face for decision in decisions.shown]
            visible = checking.still_visible(finding.find(seen, checking.LOOK_AGAIN), mask, shown)
        if not visible:
            return replace(copy, data=written, warnings=(*warnings, *_partly_covered(decisions, mask)))
        faces = (*faces, *visible)
    return replace(copy, withheld="face-still-visible")


def scrub_file(source: Path, target: Path, terms: Terms) -> Result:
    """Make one file safe and publish it at `target`. Raises `PhotoError`; withholding is a result."""
    refuse_original(target, source)
    copy = make_safe(photos.read_file(source, terms.policy.limits), str(source), terms)
    if copy.data is None:
        return copy.result(str(source), None)
    publish(copy.data, target)
    return copy.result(str(source), str(target))


def rehearse_file(source: Path, target: Path, terms: Terms) -> Result:
    """What `scrub_file` would do, without writing anything."""
    refuse_original(target, source)
    copy = make_safe(photos.read_file(source, terms.policy.limits), str(source), terms)
    return copy.result(str(source), None if copy.data is None else str(target))


def decide_faces(photo: photos.Photo, faces: Sequence[Face], sha256: str, terms: Terms) -> Decisions:
    """One decision for each face of an opened photo whose original file has this hash."""
    if terms.gallery is None:
        return decide(faces, sha256, terms.permissions)
    return decide(faces, sha256, terms.permissions, likeness(photo.pixels, terms.gallery))


def _partly_covered(decisions: Decisions, mask: NDArray[np.bool_]) -> Iterator[str]:
    """Deny beats allow: where heads overlap the hidden one wins, and the report says so."""
    for decision in decisions.shown:
        share = hiding.covered(decision.face, mask)
        if share > 0:
            box = list(decision.face.box.rounded())
            yield f"the shown face at {box} is covered by {share:.0%}, because a hidden face is next to it"


class Stopwatch:
    """Adds up the seconds that each stage took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - started
