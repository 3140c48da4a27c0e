"""`scrubber verify`: is this file fit to publish?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from scrubber import forking
from scrubber.cli import options
from scrubber.cli.output import echo, echo_error, json_line, nothing_found
from scrubber.errors import PhotoError
from scrubber.formats import FILMS
from scrubber.outcomes import outcome
from scrubber.policy import Limits, Preset
from scrubber.report import read_report

if TYPE_CHECKING:
    from scrubber.batch.sandbox import Pending
    from scrubber.types import Decision, Face, Leak, Result, Verdict

_OUT: Final = ("published", "unchanged")


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

    Exit code 3 if one of them is not. A face that somebody agreed to show counts too, unless the ledger of
    its folder or --report tells. What no
    reading can tell is named as not judged; clothes, places and words in the picture are never judged.

    \b
    Example:
      scrubber verify clean --report run.jsonl
    """
    forking.start()
    from scrubber import batch
    from scrubber.batch.work import size_of, verify_file

    origins = _origins(report) if report else {}
    code = 0
    photos, _, films = batch.search(inputs)
    files = [found.source for found in (*photos, *films)]
    pictures = {found.source for found in photos if found.format not in (None, *FILMS)}
    with batch.Sandbox(batch.workers(None, len(files))) as executor:

        def judged(file: Path) -> tuple[_Origin, Pending[Verdict]]:
            origin = origins.get(file.resolve()) or _from_ledger(file)
            size, limits = size_of(file), Limits()
            return origin, executor.submit(str(file), size, limits, verify_file, file, preset, origin.decided)

        for file, (origin, call) in batch.in_order(executor, files, judged):
            try:
                verdict = call.result()
            except PhotoError as error:
                echo_error(error)
                code = error.exit_code
                continue
            code = code if verdict.clean else 3
            echo(*([json_line(verdict.as_json())] if as_json else _lines(verdict, origin, file in pictures)))
    if not files:
        echo(nothing_found(inputs), err=True)
    return code


def _from_ledger(file: Path) -> _Origin:
    """What the ledger of its folder tells of a copy, if it is one and nobody has changed it."""
    from scrubber import batch

    copy = batch.known_copy(file)
    if copy is None:
        return _Origin(str(file))
    return _Origin(copy.input, copy.factors, copy.decisions)


def _lines(verdict: Verdict, origin: _Origin, picture: bool) -> Iterator[str]:
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
    if verdict.leaks and not picture:
        yield f"  {outcome('unsupported-format').remedy}"
    elif verdict.leaks:
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
    return {
        Path(result.output).resolve(): _origin(result)
        for result in read_report(report)
        if result.output and result.status in _OUT
    }


def _origin(result: Result) -> _Origin:
    across, down = result.output_width / result.width, result.output_height / result.height
    decided = []
    for decision in result.faces:
        face = replace(decision.face, box=decision.face.box.scaled(across, down))
        decided.append(replace(decision, face=face))
    return _Origin(result.input, (across, down), tuple(decided))
