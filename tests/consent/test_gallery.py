"""Templates of reference photos and the cosine of a face to each."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scrubber.recognition.matching import Gallery


def test_the_scale_of_embeddings_does_not_matter() -> None:
    gallery = Gallery({"a": [[2.0, 0, 0], [0, 9.0, 0]], "b": [[0, 0, 1]]})
    assert gallery.similarities([5, 5, 0]) == pytest.approx({"a": 1.0, "b": 0.0})
    assert gallery.similarities([7, 0, 0]) == pytest.approx({"a": math.sqrt(0.5), "b": 0.0})


def test_shapes_of_recognisers_are_taken() -> None:
    row = np.ones((1, 128), dtype=np.float32)
    assert Gallery({"a": [row]}).similarities(-row) == pytest.approx({"a": -1.0})


def test_an_empty_gallery_is_like_nobody() -> None:
    assert Gallery({}).similarities([1, 0]) == {}


def test_a_face_without_direction_is_not_a_number() -> None:
    assert math.isnan(Gallery({"a": [[1, 0]]}).similarities([0, 0])["a"])


@pytest.mark.parametrize("references", [[], [[0, 0]], [[math.nan, 1]]])
def test_a_person_needs_a_sound_reference(references: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="embedding"):
        Gallery({"a": references})


def test_no_embedding_is_ever_printed() -> None:
    assert repr(Gallery({"a": [[0.123, 1]]})) == "Gallery(1 people)"
