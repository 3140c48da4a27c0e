"""What a whole run agrees on, before the first photo is opened."""

from __future__ import annotations

import datetime as calendar
import hashlib
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from scrubber import photos
from scrubber._version import __version__
from scrubber.errors import UsageError
from scrubber.likeness import gallery
from scrubber.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from scrubber.consent import Consent, Permissions
    from scrubber.consent.matching import Gallery
    from scrubber.types import SourceId


@dataclass(frozen=True, slots=True)
class Terms:
    """The policy, and the manifest resolved for a purpose and a day. Picklable.

    `gallery` holds embeddings of people who agreed to be compared; it is None unless the manifest has references.
    """

    policy: Policy
    permissions: Permissions | None = None
    gallery: Gallery | None = None

    @classmethod
    def of(
        cls,
        policy: Policy | None,
        consent: Consent | None,
        purpose: str | None = None,
        on: date | None = None,
        despite_withdrawals: bool = False,
    ) -> Terms:
        """`on` is today unless said otherwise.

        Raises `UsageError` for a manifest that has people without a purpose, and for a day after which people withdrew
        unless `despite_withdrawals` says so; `ManifestError` for reference photos that cannot be used.
        """
        policy = policy or Policy()
        if consent is None:
            if purpose is not None:
                raise UsageError("a purpose needs a consent manifest; give both or neither")
            return cls(policy)
        permissions = consent.permissions(purpose, on or calendar.date.today(), despite_withdrawals)
        return cls(
            policy, permissions, gallery(consent, permissions.gallery, policy.limits) if permissions.gallery else None
        )

    def for_nobody(self) -> Terms:
        """The same, but nobody is shown and nobody compared: the Chatham House rule for a whole run."""
        return replace(self, permissions=self.permissions and self.permissions.for_nobody(), gallery=None)

    @property
    def labels(self) -> tuple[str, ...]:
        """Ids of the people in the manifest, which must not stand in names of outputs."""
        return tuple(self.permissions.people) if self.permissions else ()

    def fingerprint(self, source: SourceId, concerns: Sequence[str]) -> str:
        """SHA-256, in hex, of all that decides what becomes of the photo that came from this source.

        `concerns` are the people on whose standing it hung (`Decisions.concerns`). The same photo under the same
        fingerprint gives the same output bytes; what happens to others in the manifest does not change it.
        """
        said = ""
        if self.permissions is not None:
            gallery = self.gallery.fingerprint if self.gallery else ""
            said = self.permissions.fingerprint_for(source, concerns, gallery)
        parts = (__version__, source.sha256, sorted(asdict(self.policy).items()), said)
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def named(self, target: Path) -> Terms:
        """The same terms for one output file: its name may ask for a format.

        Raises `UsageError` if the policy asks for another one.
        """
        wanted, asked = self.policy.format, photos.format_named(target)
        if asked is None or asked == wanted:
            return self
        if wanted != "keep":
            raise UsageError(f"{target}: its name says {asked}, the format asked for is {wanted}; make them agree")
        return replace(self, policy=replace(self.policy, format=asked))
