"""`scrubber run`: the main job."""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

import click

from scrubber.cli import options, workers
from scrubber.cli.output import echo, json_line, put_out_bytes, with_progress
from scrubber.cli.passphrase import prompt_passphrase
from scrubber.cli.side_outputs import (
    STANDARD,
    make_folders,
    private_notes,
    refuse_as_output,
    refuse_copies,
    refuse_inputs,
    refuse_twice,
)
from scrubber.cli.summary import Tally, complaint
from scrubber.errors import PhotoError, UsageError
from scrubber.guarded import is_folder, read_file, read_stream
from scrubber.output.outcomes import MUST_NOT_BE_SEEN
from scrubber.output.report import appended_to
from scrubber.policy import Format, Names, Policy, styles

if TYPE_CHECKING:
    from scrubber.batch import Executor, Plan
    from scrubber.consent import Consent
    from scrubber.results import Result
    from scrubber.terms import Terms

_NOT_REMEMBERED: Final = (
    "note: this copy shows people by consent, and standard output is not remembered: `consent revoke` cannot find it"
)
_FILE_NAMES: Final = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".bmp")
"""What `-o` must end in to be taken for a file and not for a folder."""


@click.command("run")
@options.inputs
@click.option(
    "-o",
    "--output",
    "out",
    required=True,
    type=options.path(),
    metavar="OUT",
    help="A folder, or a file name when one file goes in; - is standard output.",
)
@options.consent
@click.option(
    "--nobody", is_flag=True, help="Show nobody, whatever they agreed to (Chatham House rule); hide boxes still hold."
)
@click.option(
    "--style",
    type=click.Choice(styles()),
    default="blur",
    show_default=True,
    help="What hidden heads look like. None of them holds anything of the face.",
)
@options.preset
@click.option(
    "--names",
    type=click.Choice(get_args(Names)),
    default="neutral",
    show_default=True,
    help="What copies are called. neutral: a code that tells nothing and stays the same for a photo; "
    "sequence: numbers; keep: the names of the originals.",
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
    type=options.path(dir_okay=False),
    metavar="FILE",
    help="Add one JSON object per photo to this file. Keep it private: it names your files.",
)
@click.option(
    "--contact-sheet",
    "sheet",
    type=options.path(dir_okay=False),
    metavar="FILE",
    help="Write a web page with all copies, to look at before posting. Keep it private, too.",
)
@click.option("--overwrite", is_flag=True, help="Let -o FILE, --report and --contact-sheet take the place of a file.")
@options.as_json
@click.option("--quiet", is_flag=True, help="Say nothing but errors, and what had no effect.")
def command(
    inputs: tuple[Path, ...],
    out: Path,
    manifest: Path | None,
    purpose: str | None,
    on: datetime.date | None,
    despite_withdrawals: bool,
    nobody: bool,
    dry_run: bool,
    restart: bool,
    jobs: int | None,
    report: Path | None,
    sheet: Path | None,
    overwrite: bool,
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
    workers.begin()  # now, so that it loads its libraries while this process does
    from scrubber import batch
    from scrubber.batch.sandbox.isolation import network_warning
    from scrubber.output import contact_sheet
    from scrubber.terms import Terms

    consent = _loaded(manifest) if manifest else None
    echo(*_newer_in_clear(manifest), err=True)
    streamed = STANDARD in inputs or out == STANDARD
    one_file = streamed or (_is_file_name(out) and len(inputs) == 1 and not inputs[0].is_dir())
    if not one_file and _is_file_name(out) and not os.path.lexists(out):
        raise UsageError(f"{out}: several photos cannot go into one file; name a folder")
    if one_file:
        refuse_as_output(out, inputs)
    plan = _plan_for_one(inputs) if one_file else batch.plan(inputs, out)
    with ExitStack() as stack:
        executor = stack.enter_context(batch.Sandbox(batch.workers(jobs, len(plan.tasks)), jobs))
        open_network = network_warning() if sys.platform == "linux" else None
        if open_network and not quiet:
            echo(f"note: {open_network}", err=True)
        terms = Terms.of(chosen, consent, purpose, on, despite_withdrawals, batch.reference_assessor(executor), nobody)
        echo(*private_notes(report, sheet, out, terms), err=True)
        refuse_inputs([target for target in (report, sheet) if target], plan, terms)
        refuse_copies(filter(None, (report, sheet)))
        refuse_twice(report, sheet, out if one_file else None)
        if not (one_file or dry_run):
            make_folders([target for target in (report, sheet) if target], out)
        write = stack.enter_context(appended_to(None if dry_run else report, overwrite=overwrite))
        if out == STANDARD:
            return _to_standard_output(inputs, terms, executor, write, dry_run)
        publisher = None
        if one_file:
            results = _one(inputs[0], out, terms, executor, overwrite, dry_run)
        elif not plan.tasks and not out.exists():
            results = _nothing()  # and no folder is made for it
        else:
            publisher = batch.Publisher(out, terms, rehearse=dry_run, restart=restart)
            results = batch.run(plan.tasks, publisher, executor)
        stack.enter_context(closing(results))
        draw = stack.enter_context(contact_sheet.written_to(sheet, overwrite)) if sheet and not dry_run else None
        tally = Tally(plan, terms, dry_run, out)
        for result in results if as_json or quiet else with_progress(results, len(plan.tasks)):
            tally.add(result)
            write(result)
            if draw:
                draw(result)
            if as_json:
                echo(json_line(result.as_json()))
            elif result.status in ("withheld", "failed") or result.reason == MUST_NOT_BE_SEEN:
                echo(complaint(result), err=True)
        if publisher is not None:
            tally.add_orphans(publisher.orphans())
            for page in contact_sheet.outdated(out, publisher.ledger.withdrew) if publisher.ledger.withdrew else ():
                if sheet is None or page.resolve() != sheet.resolve():
                    echo(
                        f"note: {page}: is a contact sheet that still shows copies taken away since; delete it",
                        err=True,
                    )
    echo(*(tally.notes() if quiet else tally.summary().split("\n")), err=True)
    return tally.exit_code


def _nothing() -> Generator[Result, None, None]:
    yield from ()


def _loaded(manifest: Path) -> Consent:
    from scrubber.consent import Consent

    return Consent.load(manifest, prompt_passphrase)


def _newer_in_clear(manifest: Path | None) -> Iterator[str]:
    """A note where a locked manifest was unlocked and changed since, and the locked one is used."""
    if manifest is None:
        return
    from scrubber.consent.vault.locking import LOCKED

    clear = manifest.with_suffix("") if manifest.suffix == LOCKED else None
    if clear is not None and clear.is_file() and clear.stat().st_mtime > manifest.stat().st_mtime:
        yield f"note: {clear}: is newer than the locked manifest beside it; if it is the one that counts, use that"


def _plan_for_one(inputs: tuple[Path, ...]) -> Plan:
    """A plan of one photo, from a file or standard input."""
    from scrubber import batch

    if len(inputs) != 1:
        raise UsageError("-: standard input and output carry one photo; name one input")
    [source] = inputs
    return batch.Plan((batch.Task(source, source),))


def _one(
    source: Path, out: Path, terms: Terms, executor: Executor, overwrite: bool, dry_run: bool
) -> Generator[Result, None, None]:
    """The result for one photo that goes to a file with a name of its own, behind what was taken away beside it."""
    from scrubber import batch

    if not _is_file_name(out):
        raise UsageError(f"{out}: name a file, such as {out / 'photo.jpg'}; standard input has no name to keep")
    named = terms.with_format_from(out)
    given_file = None if source == STANDARD else source
    yield from batch.retract_beside(out, named, given_file, overwrite=overwrite, rehearse=dry_run)
    if source != STANDARD and not source.exists():
        raise UsageError(f"{source}: there is no such file or folder; check the path")
    try:
        given = _standard_input(terms) if source == STANDARD else source
        make = batch.rehearse_one if dry_run else batch.publish_one
        result = make(given, out, named, executor, overwrite=overwrite)
    except PhotoError as error:
        result = batch.failed(source, error)
        yield from batch.stays_at(out, named) if overwrite else ()
    yield result


def _to_standard_output(
    inputs: tuple[Path, ...], terms: Terms, executor: Executor, write: Callable[[Result], None], dry_run: bool
) -> int:
    """One photo to standard output: nothing else goes there."""
    from scrubber import batch

    [source] = inputs
    limits = terms.policy.limits
    try:
        data = _standard_input(terms) if source == STANDARD else read_file(source, limits)
        made, result = batch.make_one(data, str(source), terms, executor)
    except PhotoError as error:
        result = batch.failed(source, error)
    else:
        result = replace(result, output=None if made.data is None else str(STANDARD))
        if made.data is not None and not dry_run:
            put_out_bytes(made.data)
        if batch.people_shown(result, made.unplaced, terms.permissions):
            echo(_NOT_REMEMBERED, err=True)
    write(result)
    echo(*(f"note: {warning}" for warning in result.warnings if result.status != "failed"), err=True)
    if result.output is None:
        echo(complaint(result), err=True)
        return 3
    return 0


def _standard_input(terms: Terms) -> bytes:
    if sys.stdin is None:
        raise UsageError("-: standard input is closed; name a file")
    return read_stream(sys.stdin.buffer, "standard input", terms.policy.limits.bytes)


def _is_file_name(out: Path) -> bool:
    return not is_folder(out) and out.suffix.lower() in _FILE_NAMES
