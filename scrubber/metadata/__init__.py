"""What a file gives away, and whether it is fit to publish.

Two doors, built apart on purpose. `inventory` reads as much as it can of what a photo carries and says it in
plain words. `audit` accepts nothing but what is on a short list, by parsers of its own that share no code
with the first.
"""

from __future__ import annotations

from scrubber.metadata.audit import audit
from scrubber.metadata.inventory import inventory

__all__ = ["audit", "inventory"]
