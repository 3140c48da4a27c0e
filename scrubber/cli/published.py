"""`scrubber published`: what the ledger of an output folder knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scrubber.cli import options
from scrubber.cli.output import counted, echo, json_line
from scrubber.cli.passphrase import asked

if TYPE_CHECKING:
    from scrubber.batch import Published


@click.command("published")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "--consent",
    "manifest",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The locked manifest of the runs into OUT: without it the ledger does not say who is shown.",
)
@click.option("--forget", is_flag=True, help="Wipe what is known about OUT. The copies stay where they are.")
@options.as_json
def command(out: Path, manifest: Path | None, forget: bool, as_json: bool) -> int:
    """List every copy that was published into a folder: its original, who is shown in it, what was retracted.

    The ledger lies in your own state folder and is readable by you only. What is forgotten can neither be found for
    somebody who withdraws, nor taken away by a later run.

    \b
    Example:
      scrubber published clean
    """
    from scrubber import batch

    if forget:
        there = batch.forget(out)
        echo(f"{out}: {'what was known is forgotten' if there else 'nothing was known'}", err=True)
        return 0
    copies = list(batch.published(out, _identity(manifest)))
    for copy in copies:
        echo(json_line(copy.as_json()) if as_json else _line(copy))
    if not copies:
        echo(f"{out}: no run has published anything here that is remembered", err=True)
    elif not as_json:
        out_now = sum(copy.status == "published" for copy in copies)
        echo(f"{counted(out_now, 'copy', 'copies')} out, {len(copies) - out_now} no longer", err=True)
    return 0


def _line(copy: Published) -> str:
    if copy.status == "retracted":
        state = f"no longer out: {copy.why}"
    elif copy.shows is None:
        state = "shows somebody; give --consent with the locked manifest to learn who"
    else:
        state = f"shows {', '.join(copy.shows)}" if copy.shows else "shows nobody by consent"
    gone = "" if copy.there or copy.status == "retracted" else ", but no file lies there now"
    purpose = f" for {copy.purpose}" if copy.purpose else ""
    return f"{copy.output}: of {copy.input}, {copy.at}{purpose}; {state}{gone}"


def _identity(manifest: Path | None) -> str | None:
    if manifest is None:
        return None
    from scrubber.consent import Consent

    return Consent.load(manifest, asked).ledger_identity
