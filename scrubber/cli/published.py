"""`scrubber published`: what the ledger of an output folder knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from scrubber.cli import options
from scrubber.cli.output import counted, echo, json_line
from scrubber.cli.passphrase import prompt_passphrase
from scrubber.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubber.batch import Published

_MADE_AGAIN: Final = "made again"
"""Why the ledger says that a copy is no longer out whose place a newer one took."""


@click.command("published")
@click.argument("out", metavar="OUT", type=options.path())
@click.option(
    "--consent",
    "manifest",
    type=options.path(),
    metavar="FILE",
    help="The locked manifest of the runs into OUT. Without it the ledger does not say who is shown.",
)
@click.option("--forget", is_flag=True, help="Wipe what is known about OUT. The copies stay where they are.")
@options.as_json
def command(out: Path, manifest: Path | None, forget: bool, as_json: bool) -> int:
    """List the copies that a folder holds: the original of each, who is shown in it; and what was retracted.

    OUT may also be one copy. With --json every earlier version is listed as well.

    The ledger lies in your own state folder and is readable by you only. What is forgotten can neither be found for
    somebody who withdraws, nor taken away by a later run.

    \b
    Example:
      scrubber published clean
    """
    from scrubber import batch

    if forget:
        if out.is_file():
            raise UsageError(f"{out}: is a file; name the folder whose copies are to be forgotten")
        there = batch.forget(out)
        echo(f"{out}: {'what was known is forgotten' if there else 'nothing was known'}", err=True)
        return 0
    identity = _identity(manifest)
    known = list(batch.published(out, identity)) or list(_copies_at(out, identity))
    if as_json:
        echo(*(json_line(copy.as_json()) for copy in known))
    elif known:
        last = {copy.output: copy for copy in sorted(known, key=lambda copy: copy.status == "published")}
        listed = [copy for copy in known if copy.why != _MADE_AGAIN and copy is last[copy.output]]
        echo(*map(_line, listed))
        out_now = sum(copy.status == "published" for copy in listed)
        earlier = len(known) - len(listed)
        more = f"; --json lists {counted(earlier, 'earlier version')} of them, too" if earlier else ""
        echo(f"{counted(out_now, 'copy', 'copies')} out, {len(listed) - out_now} retracted{more}", err=True)
    if not known:
        what = "no run has made this file" if out.is_file() else "no run has published anything here"
        echo(f"{out}: {what} that is remembered", err=True)
    return 0


def _copies_at(file: Path, identity: str | None) -> Iterator[Published]:
    """What the ledger of the folder that a file lies in tells of copies under its name."""
    from scrubber import batch

    full = file.resolve()
    for folder in () if file.is_dir() else full.parents:
        yield from (copy for copy in batch.published(folder, identity) if Path(copy.output) == full)


def _line(copy: Published) -> str:
    if copy.status == "retracted":
        return f"{copy.output}: of {copy.input}, {copy.at}; no longer out: {copy.why}"
    purpose = f", for {copy.purpose}" if copy.purpose else ""
    if copy.shows is None:
        state = f"shows somebody by consent{purpose}; give --consent with that manifest to learn who"
    else:
        clearly = ", ".join(person for person in copy.shows if person not in copy.perhaps)
        state = f"shows {clearly} by consent{purpose}" if clearly else "everybody who was found in it is hidden"
    if copy.dismissed:
        state += f", but for {counted(copy.dismissed, 'place')} dismissed as no face"
    if copy.perhaps:
        state += f"; {', '.join(copy.perhaps)} may be seen in it, and agreed to that{purpose}"
    return f"{copy.output}: of {copy.input}, {copy.at}; {state}{_there(copy)}"


def _there(copy: Published) -> str:
    """What became of the file, if it is not as it was published."""
    from scrubber import batch

    if not copy.there:
        return ", but no file lies there now"
    return "" if batch.known_copy(Path(copy.output)) else ", but the file that lies there now is another"


def _identity(manifest: Path | None) -> str | None:
    if manifest is None:
        return None
    from scrubber.consent import Consent

    return Consent.load(manifest, prompt_passphrase).ledger_identity
