"""`scrubber verify`: is this file fit to publish?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scrubber.cli import options
from scrubber.cli.output import counted, echo, echo_error, json_line
from scrubber.errors import PhotoError, UsageError
from scrubber.guarded import read_file
from scrubber.policy import Limits, Preset

if TYPE_CHECKING:
    from scrubber.types import Face


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

    Exit code 3 if one of them is not. A face that somebody agreed to show counts too, unless --report tells.

    \b
    Example:
      scrubber verify clean --report run.jsonl
    """
    from scrubber import batch, checking

    allowed = _shown(report) if report else {}
    code = 0
    photos, _, films = batch.search(inputs)
    for found in (*photos, *films):
        try:
            data = read_file(found.source, Limits())
        except PhotoError as error:
            echo_error(error)
            code = error.exit_code
            continue
        verdict = checking.verify(data, str(found.source), Limits(), preset, allowed.get(found.source.resolve(), ()))
        code = code if verdict.clean else 3
        if as_json:
            echo(json_line(verdict.as_json()))
            continue
        echo(f"{verdict.input}: {'clean' if verdict.clean else 'not fit to publish'}")
        if verdict.faces_visible:
            echo(f"  {counted(verdict.faces_visible, 'face')} to be seen")
        for leak in verdict.leaks:
            echo(f"  {leak.kind:<15} {leak.detail or leak.where}" + (f"  [{leak.where}]" if leak.detail else ""))
    return code


def _shown(report: Path) -> dict[Path, tuple[Face, ...]]:
    """Faces shown by consent, by output file, from the report of a run."""
    from scrubber.types import Box, Face

    shown: dict[Path, tuple[Face, ...]] = {}
    try:
        for line in report.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            if entry["output"]:
                boxes = [Box(*face["box"]) for face in entry["faces"] if face["decision"] == "show"]
                shown[Path(entry["output"]).resolve()] = tuple(map(Face, boxes))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{report}: this is not the report of a run ({error}); give the file of run --report"
        ) from error
    return shown
