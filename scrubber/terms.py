"""What a whole run agrees on, before the first photo is opened."""

from __future__ import annotations

import datetime as calendar
import hashlib
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from scrubber import photos, plugins
from scrubber._version import __version__
from scrubber.errors import Argument, UsageError
from scrubber.policy import Policy
from scrubber.recognition import gallery

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from scrubber.consent import Consent, Permissions
    from scrubber.recognition import ReferenceAssessor
    from scrubber.recognition.matching import Gallery
    from scrubber.values import SourceId


@dataclass(frozen=True, slots=True)
class Terms:
    """The policy, and the manifest resolved for a purpose and a day. Picklable.

    `gallery` holds embeddings of people who agreed to be compared; it is None unless the manifest has references.
    """

    policy: Policy
    permissions: Permissions | None = None
    gallery: Gallery | None = None
    ledger_identity: str | None = field(default=None, repr=False)
    """The secret key to open sealed entries of a ledger with; None if nothing is sealed."""
    recipient: str | None = None
    """The public key to seal them with; None unless the manifest is locked."""
    manifest: str = "consent manifest"
    """What messages call the manifest."""
    manifest_path: str | None = None
    """Where it lies; None if it was not read from a file."""
    manifest_mark: tuple[int, ...] | None = field(default=None, repr=False, compare=False)
    """What changes if somebody writes to it (`guarded.mark_of`), from before it was read."""
    reads: frozenset[Path] = field(default=frozenset(), repr=False)
    """The files of the manifest, links resolved: no run removes them, whatever they hold."""

    @classmethod
    def of(
        cls,
        policy: Policy | None,
        consent: Consent | None,
        purpose: str | None = None,
        on: date | None = None,
        despite_withdrawals: bool = False,
        assess: ReferenceAssessor | None = None,
        nobody: bool = False,
    ) -> Terms:
        """`on` is today unless said otherwise. `assess` looks at reference photos; without one it is done here.

        With `nobody` nobody is shown and nobody compared: the Chatham House rule for a whole run. Then no purpose is
        needed.

        Raises `UsageError` for a manifest that has people without a purpose, and for a day after which people withdrew
        unless `despite_withdrawals` says so; `ManifestError` for reference photos that cannot be used.
        """
        policy = policy or Policy()
        if consent is None:
            if purpose is not None:
                raise UsageError(
                    (
                        "a purpose needs a consent manifest: give ",
                        Argument("consent"),
                        ", or leave out ",
                        Argument("purpose"),
                        "; then everybody is hidden",
                    )
                )
            return cls(policy)
        day = on or calendar.date.today()
        if nobody:
            permissions = consent.permissions_for_nobody(purpose, day, despite_withdrawals)
        else:
            permissions = consent.permissions(purpose, day, despite_withdrawals)
        known = gallery(consent, permissions.gallery, policy.limits, assess) if permissions.gallery else None
        identity, recipient = consent.ledger_identity, None
        if consent.locked:
            from scrubber.consent.vault.sealing import recipient_under

            recipient = recipient_under(True, identity)
        where = (consent.name, None if consent.path is None else str(consent.path), consent.mark, consent.files)
        return cls(policy, permissions, known, identity, recipient, *where)

    def for_workers(self) -> Terms:
        """The same without the secret key and the list of files, which those that open photos do not need."""
        return replace(self, ledger_identity=None, reads=frozenset())

    def pointed_at(self, source: SourceId) -> dict[str, Any]:
        """What the manifest says about this photo alone, as JSON has it; empty if nothing."""
        entry = self.permissions.entry(source) if self.permissions else None
        return entry.model_dump(mode="json") if entry else {}

    def says_no_photo(self, source: SourceId) -> bool:
        """Whether the manifest says of this photo in so many words that it may be seen, or that it may not."""
        found = self.permissions.photos.applied(source) if self.permissions else ()
        return any("no_photo" in entry.model_fields_set for entry in found)

    def fingerprint(self, source: SourceId, concerns: Sequence[str]) -> str:
        """SHA-256, in hex, of all that decides what becomes of the photo from this source.

        `concerns` are the people on whose standing it hung (`Decisions.concerns`). The same photo under the same
        fingerprint gives the same output bytes; what happens to others in the manifest does not change it.
        """
        said = ""
        if self.permissions is not None:
            gallery = self.gallery.fingerprint if self.gallery else ""
            said = self.permissions.fingerprint_for(source, concerns, gallery)
        parts = (__version__, source.sha256, sorted(asdict(self.policy).items()), said, *plugins.installed())
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def with_format_from(self, target: Path) -> Terms:
        """The same terms for one output file: its name may ask for a format.

        Raises `UsageError` if the policy asks for another one.
        """
        wanted, asked = self.policy.format, photos.format_from_name(target)
        if asked is None or asked == wanted:
            return self
        if wanted != "keep":
            raise UsageError(f"{target}: its name says {asked}, the format asked for is {wanted}; make them agree")
        return replace(self, policy=replace(self.policy, format=asked))
