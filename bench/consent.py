"""Who is shown: consenting people, others taken for them, and strangers, by size and quality of the picture.

    python bench/consent.py --people ../shared/eval/people --photos ../shared/eval/photos

The pictures are LFW-like: `known/NAME/*.jpg` and `strangers/*.jpg`, one face in the middle of each. Some people
consent, with a few reference photos each as they are; all their other pictures, those of the other people and the
strangers are decided about at each quality, by the code that a run uses. `--half a` and `--half b` split people and
strangers in two, so that what was tuned on one half can be measured on the other. Labels of age, skin or sex are not in
these data, so there are no errors by group; LFW flatters, and that is the reason for floors and doubt. The same command
gives the same figures, but for times.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent)]

import group_photos
from spoiling import CONDITIONS, Picture

from scrubber import opencv
from scrubber.consent import SAME_PERSON, Consent, Measured, Permissions, decide
from scrubber.detection import presets
from scrubber.recognition import embedder
from scrubber.recognition.matching import Gallery
from scrubber.values import Box, Region, SourceId

REFERENCE = "as they are"
ON = date(2026, 6, 1)
TURNED = 0.3  # distances between the eyes that the nose is off their middle: about thirty degrees

_NO_SOURCE = SourceId("0" * 64, "0" * 64)


@dataclass
class Sample:
    """One picture: whose it is (None for a stranger), and its face's embedding at each quality, None if unclear."""

    path: Path
    person: str | None
    turned: bool = False
    embeddings: dict[str, NDArray[np.float32] | None] = field(default_factory=dict)
    widths: dict[str, float] = field(default_factory=dict)


@dataclass
class Row:
    """One line of the table: counts over all draws."""

    condition: str
    consenting: int = 0
    shown: int = 0
    wrong: int = 0
    strangers: int = 0
    strangers_shown: int = 0
    low_quality: int = 0
    right: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "condition": self.condition,
            "consenting": self.consenting,
            "shown": self.shown / max(self.consenting, 1),
            "wrong_person": self.wrong,
            "strangers": self.strangers,
            "strangers_shown": self.strangers_shown,
            "low_quality": self.low_quality / max(self.consenting + self.strangers, 1),
            "highest_stranger": max(self.others, default=None),
            "lowest_percentile_of_right": float(np.quantile(self.right, 0.01)) if self.right else None,
        }


def samples(folder: Path, half: str) -> list[Sample]:
    """All pictures, or every second person and every second stranger."""
    people = sorted((folder / "known").iterdir())
    strangers = sorted((folder / "strangers").glob("*.jpg"))
    step = {"all": slice(None), "a": slice(0, None, 2), "b": slice(1, None, 2)}[half]
    known = [Sample(path, person.name) for person in people[step] for path in sorted(person.glob("*.jpg"))]
    return known + [Sample(path, None) for path in strangers[step]]


def embed_all(pictures: Sequence[Sample], conditions: Sequence[str]) -> float:
    """Fills in the embeddings; returns seconds of one core that recognising took per face."""
    opencv.load().setNumThreads(1)
    spent, count = 0.0, 0
    with presets.model_session():
        for number, sample in enumerate(pictures):
            picture = np.array(Image.open(sample.path).convert("RGB"))
            face = _middle(picture, presets.find(picture, "fast"))
            sample.turned = face.landmarks is not None and _off_middle(face) > TURNED
            for condition in conditions:
                changed, there = CONDITIONS[condition](picture, face)
                started = time.process_time()
                sample.embeddings[condition] = embedder.embed(changed, there)
                spent, count = spent + time.process_time() - started, count + 1
                sample.widths[condition] = there.box.width
            if sys.stderr.isatty():
                print(f"\r{number + 1} of {len(pictures)} pictures", end="", file=sys.stderr)
    return spent / max(count, 1)


def measure(pictures: Sequence[Sample], condition: str, options: argparse.Namespace) -> list[Row]:
    """Decides about every picture in every draw of consenting people; the second row holds the turned faces only."""
    every, turned = Row(condition), Row(f"{condition}, turned")
    for draw in range(options.draws):
        references = _draw(pictures, options, draw)
        people = Gallery({person: [_reference(one) for one in some] for person, some in references.items()})
        permissions = _consent(list(references)).permissions("bench", ON)
        known = {one.path for some in references.values() for one in some}
        for sample in pictures:
            if sample.path not in known:
                rows = [every, turned] if sample.turned else [every]
                _count(sample, sample.person in references, condition, people, permissions, rows)
    return [every, turned]


def _draw(pictures: Sequence[Sample], options: argparse.Namespace, draw: int) -> dict[str, list[Sample]]:
    """Who consents in this draw, and their reference photos; those whose face is unclear are no references."""
    chance = np.random.default_rng(options.seed + draw)
    usable: dict[str, list[Sample]] = {}
    for sample in pictures:
        if sample.person and sample.embeddings[REFERENCE] is not None:
            usable.setdefault(sample.person, []).append(sample)
    chosen = sorted(chance.permutation(sorted(usable))[: options.consenting].tolist())
    return {
        person: [usable[person][at] for at in chance.permutation(len(usable[person]))[: options.references]]
        for person in chosen
    }


def _count(
    sample: Sample, consents: bool, condition: str, people: Gallery, permissions: Permissions, rows: Sequence[Row]
) -> None:
    embedding = sample.embeddings[condition]
    similarities = {} if embedding is None else people.similarities(embedding)
    measured: Measured = similarities or "low-quality"
    width = sample.widths[condition]
    [decision] = decide([Region(Box(0, 0, width, width))], _NO_SOURCE, permissions, lambda _: measured).faces
    shown = decision.action == "show"
    for row in rows:
        row.low_quality += decision.reason == "low-quality"
        if consents:
            row.consenting += 1
            row.shown += shown and decision.person == sample.person
            row.wrong += shown and decision.person != sample.person
            row.right.append(similarities.get(sample.person or "", -1.0))
        else:
            row.strangers += 1
            row.strangers_shown += shown
            row.others.append(max(similarities.values(), default=-1.0))


def _reference(sample: Sample) -> NDArray[np.float32]:
    embedding = sample.embeddings[REFERENCE]
    assert embedding is not None
    return embedding


def _consent(people: Sequence[str]) -> Consent:
    agreed = {"decision": "allow", "purposes": ["bench"], "expires": "2026-12-31", "references": ["x.jpg"]}
    return Consent.loads(json.dumps({"schema": 1, "people": [{"id": person} | agreed for person in people]}))


def _middle(picture: Picture, faces: Sequence[Region]) -> Region:
    """The face nearest to the middle; LFW pictures are centred on whom they show."""
    height, width = picture.shape[:2]
    x, y = width / 2, height / 2
    whole = Region(Box(width / 4, height / 4, width / 2, height / 2))
    return min(faces, key=lambda one: (one.box.center[0] - x) ** 2 + (one.box.center[1] - y) ** 2, default=whole)


def _off_middle(face: Region) -> float:
    """How far the nose is from the middle of the eyes, in distances between the eyes."""
    assert face.landmarks is not None
    right, left, nose = (np.array(point) for point in face.landmarks.points[:3])
    across = left - right
    return abs(float((nose - (right + left) / 2) @ across)) / max(float(across @ across), 1e-6)


def _plot(rows: Sequence[Row], target: Path) -> None:
    """Right people recognised against strangers taken for somebody, over all thresholds."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    thresholds = np.linspace(0.2, 0.8, 301)
    figure, axes = plt.subplots(figsize=(9, 5), layout="constrained")
    for row in rows:
        if row.right and row.others and "turned" not in row.condition:
            right = [(np.array(row.right) >= at).mean() for at in thresholds]
            others = [max((np.array(row.others) >= at).mean(), 1e-5) for at in thresholds]
            axes.plot(others, right, label=row.condition)
    axes.set(xscale="log", xlabel="strangers above the threshold", ylabel="consenting people above it", ylim=(0.5, 1))
    figure.legend(loc="outside right upper")
    figure.savefig(target, dpi=120)


def _table(rows: Sequence[Row]) -> str:
    head = f"{'':<24}{'consenting':>11}{'shown':>8}{'wrong':>7}{'strangers':>11}{'shown':>7}{'low-q.':>8}{'highest':>9}"
    lines = [head]
    for row in rows:
        highest = f"{max(row.others, default=0):.3f}"
        lines.append(
            f"{row.condition:<24}{row.consenting:>11}{row.shown / max(row.consenting, 1):>8.4f}{row.wrong:>7}"
            f"{row.strangers:>11}{row.strangers_shown:>7}{row.low_quality:>8}{highest:>9}"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=Path, help="folder with known/NAME/*.jpg and strangers/*.jpg")
    parser.add_argument("--photos", type=Path, help="folder with the group photos that group_photos.py knows")
    parser.add_argument("--consenting", type=int, default=40, help="people who consent in each draw")
    parser.add_argument("--references", type=int, default=3, help="reference photos of each")
    parser.add_argument("--draws", type=int, default=4, help="draws of consenting people and references")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--half", choices=["all", "a", "b"], default="all", help="every person, or every second")
    parser.add_argument("--conditions", help=f"some of: {', '.join(CONDITIONS)}; split by commas")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--plot", type=Path, metavar="PNG")
    options = parser.parse_args()
    rows: list[Row] = []
    report: dict[str, Any] = {"threshold": SAME_PERSON}
    if options.people:
        conditions = options.conditions.split(",") if options.conditions else list(CONDITIONS)
        pictures = samples(options.people, options.half)
        seconds = embed_all(pictures, list(dict.fromkeys([REFERENCE, *conditions])))
        rows = [row for condition in conditions for row in measure(pictures, condition, options) if row.consenting]
        print(f"{_table(rows)}\n{seconds * 1000:.0f} ms of one core per face")
        report |= {"rows": [row.as_json() for row in rows], "seconds_per_face": seconds}
    if options.photos:
        report["photos"] = group_photos.check(options.photos)
        for line in report["photos"]:
            verdict = f"the right one, similarity {line['similarity']:.2f}" if line["right"] else "WRONG"
            print(f"{line['photo']} by {line['references']}: shown {line['shown']} of {line['faces']}, {verdict}")
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if options.plot:
        _plot(rows, options.plot)


if __name__ == "__main__":
    main()
