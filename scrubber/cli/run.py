"""`scrubber run`: the main job."""

from __future__ import annotations

import datetime
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

import click

from scrubber.cli import options
from scrubber.cli.output import Tally, complaint, json_line, with_progress, written_to
from scrubber.errors import UsageError
from scrubber.policy import Format, Names, Policy, Style

if TYPE_CHECKING:
    from scrubber.pipeline import Terms

_STANDARD: Final = Path("-")
_FORMATS: Final[dict[str, Format]] = {".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png", ".webp": "keep"}


@click.command("run")
@options.inputs
@click.option(
    "-o",
    "--output",
    "out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="A folder, or a file name when one file goes in; - is standard output.",
)
@options.consent
@click.option(
    "--style",
    type=click.Choice(get_args(Style)),
    default="blur",
    show_default=True,
    help="What hidden heads look like. None of them holds anything of the face.",
)
@options.preset
@click.option(
    "--names",
    type=click.Choice(get_args(Names)),
    default="safe",
    show_default=True,
    help="safe: keep names that do not tell when, where or with what; keep; sequence: number all.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(get_args(Format)),
    default="keep",
    show_default=True,
    help="Format of the copies.",
)
@click.option("--jobs", type=click.IntRange(min=1), help="Processes to use.  [default: one per core]")
@click.option("--dry-run", is_flag=True, help="Do all the work but write nothing, and say what would happen.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write one JSON object per photo to this file. Keep it private: it names your files.",
)
@options.as_json
@click.option("--quiet", is_flag=True, help="Say nothing but errors.")
def command(
    inputs: tuple[Path, ...], out: Path, manifest: Path | None, purpose: str | None, on: datetime.date | None,
    dry_run: bool, jobs: int | None, report: Path | None, as_json: bool, quiet: bool, **policy: Any,
) -> int:  # fmt: skip
    """Make photos safe to publish: files and folders in, safe copies out. Originals are never written to.

    \b
    Example:
      scrubber run photos -o clean --consent consent.toml --for social
    """
    chosen = Policy(format=policy.pop("format_"), **policy)
    from scrubber import batch
    from scrubber.consent import Consent
    from scrubber.pipeline import Terms, rehearse_file, scrub_file

    consent = Consent.load(manifest) if manifest else None
    if _STANDARD in inputs or out == _STANDARD:
        return _stream(inputs, out, Terms.of(chosen, consent, purpose, on), report)
    if _is_file_name(out) and len(inputs) == 1 and inputs[0].is_file():
        chosen = replace(chosen, format=_format_of(out, chosen.format))
        plan = batch.Plan((batch.Task(inputs[0], out),), ())
    else:
        plan = batch.plan(inputs, out, chosen)
    work = rehearse_file if dry_run else scrub_file
    terms = Terms.of(chosen, consent, purpose, on)
    results = batch.run(plan.tasks, terms, jobs, work)
    tally = Tally(plan, terms, dry_run)
    with written_to(report) as write:
        for result in results if as_json or quiet else with_progress(results, len(plan.tasks)):
            tally.add(result)
            write(result)
            if as_json:
                click.echo(json_line(result.as_json()))
            elif result.status in ("withheld", "failed"):
                click.echo(complaint(result), err=True)
    if not quiet:
        click.echo(tally.summary(), err=True)
    return tally.exit_code


def _stream(inputs: tuple[Path, ...], out: Path, terms: Terms, report: Path | None) -> int:
    """One photo from standard input, to standard output, or both."""
    if len(inputs) != 1:
        raise UsageError("-: standard input and output carry one photo; name one input")
    from scrubber import photos
    from scrubber.pipeline import make_safe
    from scrubber.publishing import publish

    [source] = inputs
    name = "standard input" if source == _STANDARD else str(source)
    data = sys.stdin.buffer.read() if source == _STANDARD else photos.read_file(source, terms.policy.limits)
    if out != _STANDARD and not _is_file_name(out):
        raise UsageError(f"{out}: name a file, such as {out / 'photo.jpg'}; standard input has no name to keep")
    if out != _STANDARD:
        terms = replace(terms, policy=replace(terms.policy, format=_format_of(out, terms.policy.format)))
    copy = make_safe(data, name, terms)
    result = copy.result(str(source), None if copy.data is None else str(out))
    with written_to(report) as write:
        write(result)
    if copy.data is None:
        click.echo(complaint(result), err=True)
        return 3
    if out == _STANDARD:
        sys.stdout.buffer.write(copy.data)
    else:
        publish(copy.data, out)
    return 0


def _is_file_name(out: Path) -> bool:
    return not out.is_dir() and out.suffix.lower() in _FORMATS


def _format_of(out: Path, wanted: Format) -> Format:
    """The format that the name of the output asks for, if it asks for one that `--format` does not contradict."""
    named = _FORMATS[out.suffix.lower()]
    if wanted not in ("keep", named):
        raise UsageError(f"{out}: the name says {named}, --format says {wanted}; make them agree")
    return named
