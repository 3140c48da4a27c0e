"""Every known way to leak, in every format that can be made: whatever is published carries none of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import scrubber
from scrubber import Policy
from scrubber.formats import missing
from scrubber.pipeline import make_safe
from scrubber.terms import Terms

sys.path.insert(0, str(Path(__file__).parent / "inspection"))

import dirty

CANARY = b"CANARY-8123-STAY-IN"
NO_PICTURE = frozenset({"jxl:the jpeg it was", "raw:cr3 place", "raw:cr3 owner", "raw:cr3 thumbnail"})
"""Files of which only the boxes are real: what they would show cannot be made by a test."""


@pytest.mark.parametrize("name", dirty.CHANNELS)
def test_no_canary_comes_through(name: str) -> None:
    channel = dirty.CHANNELS[name]
    data = channel.build(CANARY)
    assert dirty.traces(CANARY, data)
    module = missing(channel.format)
    if module is not None:
        pytest.skip(f"{module} is not installed")
    terms = Terms.of(Policy(preset="fast"), None, None, None)
    if name in NO_PICTURE:
        with pytest.raises(scrubber.DamagedPhoto):
            make_safe(data, name, terms)
        return
    copy = make_safe(data, name, terms)
    assert copy.data is not None, copy.withheld
    assert dirty.traces(CANARY, copy.data) == []
    assert copy.leaks_removed
    assert not any(CANARY.decode() in leak.where for leak in copy.leaks_removed)
