"""`scrubber run`: the main job."""

from __future__ import annotations

import datetime
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

import click

from scrubber import forking
from scrubber.cli import options
from scrubber.cli.output import echo, json_line, put_out_bytes, with_progress, written_to
from scrubber.cli.passphrase import asked
from scrubber.cli.summary import Tally, complaint
from scrubber.errors import UsageError
from scrubber.guarded import read_file
from scrubber.policy import Format, Names, Policy, Style

if TYPE_CHECKING:
    from scrubber.consent import Consent
    from scrubber.terms import Terms

_STANDARD: Final = Path("-")
_FILE_NAMES: Final = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".bmp")
"""What `-o` must end in to be taken for a file and not for a folder."""


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
    "--nobody", is_flag=True, help="Show nobody, whatever they agreed to (Chatham House rule); hide boxes still hold."
)
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
@click.option(
    "--max-size",
    type=click.IntRange(min=1),
    metavar="PIXELS",
    help="Make photos smaller whose longer side has more pixels: size tells cameras apart.",
)
@click.option("--jobs", type=click.IntRange(min=1), help="Processors to use, a process each.  [default: all]")
@click.option("--dry-run", is_flag=True, help="Do all the work but write nothing, and say what would happen.")
@click.option(
    "--restart",
    is_flag=True,
    help="Make all copies again. Without it, a run carries on where the last one into OUT stopped.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write one JSON object per photo to this file. Keep it private: it names your files.",
)
@click.option(
    "--contact-sheet",
    "sheet",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a web page with all copies, to look at before posting. Keep it private, too.",
)
@options.as_json
@click.option("--quiet", is_flag=True, help="Say nothing but errors.")
def command(
    inputs: tuple[Path, ...],
    out: Path,
    manifest: Path | None,
    purpose: str | None,
    on: datetime.date | None,
    nobody: bool,
    dry_run: bool,
    restart: bool,
    jobs: int | None,
    report: Path | None,
    sheet: Path | None,
    as_json: bool,
    quiet: bool,
    **policy: Any,
) -> int:
    """Make photos safe to publish: files and folders in, safe copies out. Originals are never written to.

    \b
    Example:
      scrubber run photos -o clean --consent consent.toml --for social
    """
    chosen = Policy(format=policy.pop("format_"), **policy)
    forking.start()  # now, so that it loads its libraries while this process does
    from scrubber import batch, contact_sheet
    from scrubber.pipeline import rehearse_file, scrub_file
    from scrubber.publishing import prepare
    from scrubber.terms import Terms

    terms = Terms.of(chosen, _loaded(manifest) if manifest else None, purpose, on)
    if nobody:
        terms = terms.for_nobody()
    if _STANDARD in inputs or out == _STANDARD:
        return _stream(inputs, out, terms, report)
    one_file = _is_file_name(out) and len(inputs) == 1 and inputs[0].is_file()
    if one_file:
        plan, terms = batch.Plan((batch.Task(inputs[0], out),)), terms.named(out)
    else:
        plan = batch.plan(inputs, out, chosen, terms.labels)
        if not dry_run:
            prepare(out)
    work = rehearse_file if dry_run else scrub_file
    tally = Tally(plan, terms, dry_run, out)
    with ExitStack() as stack:
        write = stack.enter_context(written_to(report))
        draw = stack.enter_context(contact_sheet.written_to(sheet)) if sheet else None
        results = batch.run_apart(plan.tasks, terms, jobs, work)
        for result in results if as_json or quiet else with_progress(results, len(plan.tasks)):
            tally.add(result)
            write(result)
            if draw and not dry_run:
                draw(result)
            if as_json:
                echo(json_line(result.as_json()))
            elif result.status in ("withheld", "failed"):
                echo(complaint(result), err=True)
    if not quiet:
        echo(*tally.summary().split("\n"), err=True)
    return tally.exit_code


def _loaded(manifest: Path) -> Consent:
    from scrubber.consent import Consent

    return Consent.load(manifest, asked)


def _stream(inputs: tuple[Path, ...], out: Path, terms: Terms, report: Path | None) -> int:
    """One photo from standard input, to standard output, or both."""
    if len(inputs) != 1:
        raise UsageError("-: standard input and output carry one photo; name one input")
    from scrubber import batch
    from scrubber.publishing import publish

    [source] = inputs
    name = "standard input" if source == _STANDARD else str(source)
    data = sys.stdin.buffer.read() if source == _STANDARD else read_file(source, terms.policy.limits)
    if out != _STANDARD and not _is_file_name(out):
        raise UsageError(f"{out}: name a file, such as {out / 'photo.jpg'}; standard input has no name to keep")
    copy = batch.make_apart(data, name, terms if out == _STANDARD else terms.named(out))
    result = copy.result(str(source), None if copy.data is None else str(out))
    with written_to(report) as write:
        write(result)
    if copy.data is None:
        echo(complaint(result), err=True)
        return 3
    if out == _STANDARD:
        put_out_bytes(copy.data)
    else:
        publish(copy.data, out)
    return 0


def _is_file_name(out: Path) -> bool:
    return not out.is_dir() and out.suffix.lower() in _FILE_NAMES
