"""Here workers are the point: each test begins its own."""

from __future__ import annotations

import pytest


@pytest.fixture
def warm_worker() -> None:
    """Takes the place of the one for all tests, which would lend them a worker."""
