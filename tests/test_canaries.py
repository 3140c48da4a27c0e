"""Every known way to leak, in every format that can be made: whatever is published carries none of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import scrubber
from scrubber import Policy
from scrubber.pipeline import Terms, make_safe

sys.path.insert(0, str(Path(__file__).parent / "metadata"))

import dirty

CANARY = b"CANARY-8123-STAY-IN"


@pytest.mark.parametrize("name", dirty.CHANNELS)
def test_no_canary_comes_through(name: str) -> None:
    data = dirty.CHANNELS[name].build(CANARY)
    assert dirty.traces(CANARY, data)
    try:
        copy = make_safe(data, name, Terms.of(Policy(preset="fast"), None, None, None))
    except scrubber.PhotoError as error:
        pytest.skip(f"no decoder opens this made-up file: {error.reason}")
    assert copy.data is not None, copy.withheld
    assert dirty.traces(CANARY, copy.data) == []
    assert not any(CANARY.decode() in leak.where for leak in copy.leaks_removed)
