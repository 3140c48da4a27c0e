"""Whether a file is fit to publish, by a closer look than a run takes at what it has just written."""

from __future__ import annotations

from scrubber.verification.verdict import unseen, verify

__all__ = ["unseen", "verify"]
