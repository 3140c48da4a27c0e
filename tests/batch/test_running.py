"""A run gives one result per photo, in order, whatever happens to single photos or workers."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import scrubber
from scrubber import Policy, batch
from scrubber.batch.sandbox.executors import Shared
from scrubber.batch.work import Made, make_file
from scrubber.storage import Storage
from scrubber.terms import Terms

pytestmark = pytest.mark.usefixtures("own_workers")


@pytest.fixture
def tasks(tmp_path: Path, scenery: np.ndarray) -> list[batch.Task]:
    """Six small photos, the third of which is called `deadly`."""
    names = ["a", "b", "deadly", "d", "e", "f"]
    for index, name in enumerate(names):
        Image.fromarray(np.roll(scenery, index, axis=1)).save(tmp_path / f"{name}.png")
    return [batch.Task(tmp_path / f"{name}.png", Path(f"{name}.png")) for name in names]


TERMS = Terms.of(Policy(preset="fast", names="keep"), None, None, None)


def dies_of_the_third(source: Path, terms: Shared[Terms], folder: Storage | None) -> Made:
    if source.stem == "deadly":
        os._exit(9)
    return make_file(source, terms, folder)


def test_a_dying_worker_costs_one_photo(tasks: list[batch.Task], tmp_path: Path) -> None:
    with batch.Sandbox(2) as executor:
        publisher = batch.Publisher(tmp_path / "out", TERMS)
        results = list(batch.run(tasks, publisher, executor, dies_of_the_third))
    assert [result.status for result in results] == ["published", "published", "failed", *["published"] * 3]
    assert results[2].reason == "worker-lost"
    assert "deadly.png" in results[2].warnings[0]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.png", "b.png", "d.png", "e.png", "f.png"]


def test_the_number_of_workers_does_not_change_a_byte(tmp_path: Path, samples: Path) -> None:
    photos = [samples / "astronaut.jpg", samples / "astronaut_sideways.jpg"]
    for jobs in (1, 2):
        results = list(scrubber.scrub_folder(photos, tmp_path / str(jobs), jobs=jobs))
        assert [result.status for result in results] == ["published"] * 2
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / jobs).iterdir()} for jobs in "12")
    assert one == two
    assert len(one) == len(photos)
