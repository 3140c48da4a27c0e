"""The part of an entry that tells of people: in clear, or sealed where the manifest is locked."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scrubber.batch.ledger.entries import private_from_json

if TYPE_CHECKING:
    from scrubber.batch.ledger.entries import Private


@dataclass(frozen=True, slots=True)
class Sealing:
    """`recipient` is the public key to seal new entries with, `identity` the secret one to open sealed entries."""

    recipient: str | None
    identity: str | None = field(repr=False)

    def sealed(self, said: dict[str, Any]) -> dict[str, str]:
        """What an entry says about people, sealed where the manifest is."""
        text = json.dumps(said)
        if self.recipient is None:
            return {"private": text}
        from scrubber.consent.vault.sealing import seal

        return {"sealed": base64.b64encode(seal(self.recipient, text.encode())).decode()}

    def text_of(self, entry: dict[str, Any]) -> str | None:
        """The same opened again; None if the key is not at hand."""
        text: str | None = entry.get("private")
        if text is not None or self.identity is None or "sealed" not in entry:
            return text
        from scrubber.consent.vault.sealing import unseal

        opened = unseal(self.identity, base64.b64decode(entry["sealed"]))
        return None if opened is None else opened.decode()

    def private_of(self, entry: dict[str, Any]) -> Private | None:
        """The private part of an outcome; None if nobody can read it here."""
        text = self.text_of(entry)
        try:
            return None if text is None else private_from_json(json.loads(text))
        except (KeyError, TypeError, ValueError):
            return None  # not of this version: as with a sealed one, nobody can say who is in the copy
