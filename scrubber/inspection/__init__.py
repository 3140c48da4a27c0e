"""What a file gives away: read as far as can be, and said in plain words."""

from __future__ import annotations

from scrubber.inspection.inventory import inventory

__all__ = ["inventory"]
