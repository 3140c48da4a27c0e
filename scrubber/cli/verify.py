"""`scrubber verify`: is this file fit to publish?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scrubber.cli import options
from scrubber.cli.output import json_line
from scrubber.errors import PhotoError, UsageError
from scrubber.guarded import read_file
from scrubber.policy import Limits, Preset

if TYPE_CHECKING:
    from scrubber.types import Decision, Face, Leak, Verdict


@dataclass(frozen=True, slots=True)
class _Origin:
    """What the report of a run tells of a copy: its source, how much smaller it is across and down, what was decided.

    Boxes of what was `decided` are in pixels of the copy.
    """

    source: str
    factors: tuple[float, float] = (1.0, 1.0)
    decided: tuple[Decision, ...] = ()


@click.command("verify")
@options.inputs
@click.option(
    "--report",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="The report of the run that made the files: faces it showed by consent are not counted.",
)
@options.preset
@options.as_json
def command(inputs: tuple[Path, ...], report: Path | None, preset: Preset, as_json: bool) -> int:  # fmt: skip
    """Judge whether files are fit to publish: nothing in them but the picture, and no face to be seen.

    Exit code 3 if one of them is not. A face that somebody agreed to show counts too, unless --report tells. What no
    reading can tell is named as not judged; clothes, places and words in the picture are never judged.

    \b
    Example:
      scrubber verify clean --report run.jsonl
    """
    from scrubber import batch, verification

    origins = _origins(report) if report else {}
    code = 0
    for found in batch.search(inputs)[0]:
        try:
            data = read_file(found.source, Limits())
        except PhotoError as error:
            click.echo(f"scrubber: {error}", err=True)
            code = error.exit_code
            continue
        origin = origins.get(found.source.resolve(), _Origin(str(found.source)))
        verdict = verification.verify(data, str(found.source), Limits(), preset, origin.decided)
        code = code if verdict.clean else 3
        if as_json:
            click.echo(json_line(verdict.as_json()))
        else:
            click.echo("\n".join(_lines(verdict, origin)))
    return code


def _lines(verdict: Verdict, origin: _Origin) -> Iterator[str]:
    """The verdict for people: each objection with its place, and what to do about it."""
    yield f"{verdict.input}: {'clean' if verdict.clean else 'not fit to publish'}"
    for frame, face in zip(verdict.frames, verdict.faces, strict=True):
        yield f"  {'face':<15} at {_box(face)}{f' in frame {frame}' if frame else ''}"
    for leak in verdict.leaks:
        yield f"  {leak.kind:<15} {_words(leak)}"
    for sentence in verdict.not_judged:
        yield f"  {'not judged':<15} {sentence}"
    for face in verdict.faces:
        yield f"  to hide that face: {_hide_command(origin, face)}"
    if verdict.faces:
        yield "  then run it again; --report FILE of that run tells who agreed to be shown"
    if verdict.leaks:
        yield f"  to publish the picture alone: scrubber run {_quoted(origin.source)} -o OUT"


def _words(leak: Leak) -> str:
    return f"{leak.detail}  [{leak.where}]" if leak.detail else leak.where


def _box(face: Face) -> str:
    return ",".join(map(str, face.box.rounded()))


def _hide_command(origin: _Origin, face: Face) -> str:
    across, down = origin.factors
    there = replace(face, box=face.box.scaled(1 / across, 1 / down))
    return f"scrubber consent hide {_quoted(origin.source)} --box {_box(there)}"


def _quoted(path: str) -> str:
    import shlex

    return shlex.quote(path)


def _origins(report: Path) -> dict[Path, _Origin]:
    """What the report of a run tells of the copies that it made, by their paths; the last word on each counts."""
    found: dict[Path, _Origin] = {}
    try:
        for line in report.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            if entry["output"]:
                found[Path(entry["output"]).resolve()] = _origin(entry)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{report}: this is not the report of a run ({error}); give the file of run --report"
        ) from error
    return found


def _origin(entry: dict[str, Any]) -> _Origin:
    from scrubber.types import Decision

    across = entry["output_width"] / entry["width"] if entry["width"] else 1.0
    down = entry["output_height"] / entry["height"] if entry["height"] else 1.0
    decided = []
    for decision in map(Decision.from_json, entry["faces"]):
        face = replace(decision.face, box=decision.face.box.scaled(across, down))
        decided.append(replace(decision, face=face))
    return _Origin(entry["input"], (across or 1.0, down or 1.0), tuple(decided))
