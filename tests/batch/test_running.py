"""A run gives one result per photo, in order, whatever happens to single photos or workers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import scrubber
from scrubber import batch
from scrubber.pipeline import scrub_file
from scrubber.terms import Terms
from scrubber.types import Result


@pytest.fixture
def tasks(tmp_path: Path, scenery: np.ndarray) -> list[batch.Task]:
    """Six small photos, the third of which is called `deadly`."""
    names = ["a", "b", "deadly", "d", "e", "f"]
    for index, name in enumerate(names):
        Image.fromarray(np.roll(scenery, index, axis=1)).save(tmp_path / f"{name}.png")
    return [batch.Task(tmp_path / f"{name}.png", tmp_path / "out" / f"{name}.png") for name in names]


def dies_of_the_third(source: Path, target: Path, terms: Terms, extensions: Sequence[str]) -> Result:
    if source.stem == "deadly":
        os._exit(9)
    return scrub_file(source, target, terms, extensions)


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_order(tasks: list[batch.Task], jobs: int) -> None:
    results = list(batch.run(tasks, Terms.of(None, None, None, None), jobs))
    assert [result.input for result in results] == [str(task.source) for task in tasks]
    assert all(result.status == "published" for result in results)


def test_a_dying_worker_costs_one_photo(tasks: list[batch.Task]) -> None:
    results = list(batch.run(tasks, Terms.of(None, None, None, None), 2, dies_of_the_third))
    assert [result.status for result in results] == ["published", "published", "failed", *["published"] * 3]
    assert results[2].reason == "worker-lost"
    assert "deadly.png" in results[2].warnings[0]
    assert not tasks[2].target.exists()


def test_the_number_of_workers_does_not_change_a_byte(tmp_path: Path, samples: Path) -> None:
    photos = [samples / "astronaut.jpg", samples / "astronaut_sideways.jpg"]
    for jobs in (1, 2):
        results = list(scrubber.scrub_folder(photos, tmp_path / str(jobs), jobs=jobs))
        assert [result.status for result in results] == ["published"] * 2
    for photo in photos:
        assert (tmp_path / "1" / photo.name).read_bytes() == (tmp_path / "2" / photo.name).read_bytes()
