"""`scrubber verify`: is this file fit to publish?"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from scrubber.cli import options, workers
from scrubber.cli.output import echo, echo_error, json_line, not_opened, nothing_found
from scrubber.cli.passphrase import prompt_passphrase
from scrubber.errors import PhotoError
from scrubber.formats import medium_of
from scrubber.guarded import sha256_of, size_of
from scrubber.output.outcomes import outcome
from scrubber.output.report import published_in
from scrubber.policy import Limits, Policy, Preset
from scrubber.results import Verdict
from scrubber.values import Leak

if TYPE_CHECKING:
    from scrubber.batch.sandbox.executors import Pending
    from scrubber.consent import Consent, Permissions
    from scrubber.results import Result
    from scrubber.values import Decision, Region

_HELD_THEN: Final = "whether those who are shown by consent may be seen today; --consent FILE --for PURPOSE tells"


@dataclass(frozen=True, slots=True)
class _Origin:
    """What the report of a run tells of a copy: its source, how much smaller it is across and down, what was decided.

    Boxes of what was `decided` are in pixels of the copy; None says that nobody knows. `shows` counts the people shown
    by consent, and `objection` says why they may not be now.
    """

    source: str
    factors: tuple[float, float] = (1.0, 1.0)
    decided: tuple[Decision, ...] | None = None
    shows: int = 0
    objection: str | None = None


@click.command("verify")
@options.inputs
@click.option(
    "--report",
    type=options.path(exists=True, dir_okay=False),
    metavar="FILE",
    help="The report of the run that made the files: faces it showed by consent are not counted.",
)
@options.consent
@options.preset
@options.as_json
def command(
    inputs: tuple[Path, ...], report: Path | None, manifest: Path | None, purpose: str | None, on: datetime.date | None,
    despite_withdrawals: bool, preset: Preset, as_json: bool,
) -> int:  # fmt: skip
    """Judge whether files are fit to publish: nothing in them but the picture, and no face to be seen.

    Exit code 3 if one of them is not. A face that somebody agreed to show counts too, unless the ledger of its folder
    or --report tells of it; with --consent it must hold today as well. What no reading can tell is named as not
    judged; clothes, places and words in the picture are never judged.

    \b
    Example:
      scrubber verify clean
    """
    workers.begin()
    from scrubber import batch
    from scrubber.batch.work import verify_file
    from scrubber.consent import Consent

    consent = Consent.load(manifest, prompt_passphrase) if manifest else None
    permissions = consent.permissions(purpose, on or datetime.date.today(), despite_withdrawals) if consent else None
    origins = published_in(report) if report else {}
    code = 0
    photos, _, films = batch.search(inputs)
    files = [found.source for found in (*photos, *films)]
    pictures = {found.source for found in photos if found.format and medium_of(found.format) != "film"}
    with batch.Sandbox(batch.workers(None, len(files))) as executor:

        def judged(file: Path) -> tuple[_Origin, Pending[Verdict]]:
            origin = _from_ledger(file, consent, permissions) or _from_report(file, origins) or _Origin(str(file))
            size, limits = size_of(file), Limits()
            return origin, executor.submit(str(file), size, limits, verify_file, file, preset, origin.decided)

        for file, (origin, call) in batch.in_order(executor, files, judged):
            try:
                verdict = _with_consent(call.result(), origin, consent)
            except PhotoError as error:
                echo_error(error)
                code = error.exit_code
                if as_json:
                    unknown = Verdict(str(file), clean=False, leaks=(not_opened(error),))
                    echo(json_line(unknown.as_json()))
                continue
            code = code if verdict.clean else 3
            echo(*([json_line(verdict.as_json())] if as_json else _lines(verdict, origin, file in pictures)))
    if not files:
        echo(nothing_found(inputs), err=True)
    return code


def _from_ledger(file: Path, consent: Consent | None, permissions: Permissions | None) -> _Origin | None:
    """What the ledgers tell of a copy, wherever it lies now, if it is one and nobody has changed it."""
    from scrubber import batch
    from scrubber.terms import Terms

    copy = batch.identified_copy(file, consent.ledger_identity if consent else None)
    if copy is None:
        return None
    if permissions is not None and consent is not None:
        path = None if consent.path is None else str(consent.path)
        terms = Terms(Policy(), permissions, ledger_identity=consent.ledger_identity, manifest_path=path)
        permissions = batch.remembered(terms, batch.ledger_around(file)).applied(permissions)
    objection = batch.objection(copy, permissions) if permissions else batch.refused_since(copy)
    return _Origin(copy.input, copy.factors, copy.decisions, copy.shows, objection)


def _from_report(file: Path, results: dict[str, Result]) -> _Origin | None:
    """What a report tells of a copy, wherever it lies now, if it is still the file that the run published."""
    result = results.get(sha256_of(file, Limits().bytes) or "") if results else None
    if result is None:
        return None
    across, down = result.output_width / result.width, result.output_height / result.height
    decided = []
    for decision in result.faces:
        face = replace(decision.region, box=decision.region.box.scaled(across, down))
        decided.append(replace(decision, region=face))
    shows = sum(decision.action == "show" and decision.person is not None for decision in decided)
    return _Origin(result.input, (across, down), tuple(decided), shows)


def _with_consent(verdict: Verdict, origin: _Origin, consent: Consent | None) -> Verdict:
    """The verdict, with what is known of the consent of people who are shown."""
    if origin.objection:
        leak = Leak("identity", "consent", f"it {origin.objection}")
        return replace(verdict, clean=False, leaks=(leak, *verdict.leaks))
    if origin.shows and consent is None:
        return replace(verdict, not_judged=(*verdict.not_judged, _HELD_THEN))
    return verdict


def _lines(verdict: Verdict, origin: _Origin, picture: bool) -> Iterator[str]:
    """The verdict for people: each objection with its place, and what to do about it."""
    yield f"{verdict.input}: {'clean' if verdict.clean else 'not fit to publish'}"
    for frame, face in zip(verdict.frames, verdict.faces, strict=True):
        yield f"  {'face':<15} at {_box(face)}{f' in frame {frame}' if frame else ''}"
    for leak in verdict.leaks:
        yield f"  {leak.kind:<15} " + (f"{leak.detail}  [{leak.where}]" if leak.detail else leak.where)
    for sentence in verdict.not_judged:
        yield f"  {'not judged':<15} {sentence}"
    for face in verdict.faces:
        yield f"  to hide that face: {_hide_command(origin, face)}"
    if verdict.faces:
        yield "  then give the run again, with --consent and the manifest that this command names"
    if origin.objection:
        yield "  give the run again: it takes this copy away"
    elif verdict.leaks and not picture:
        yield f"  {outcome('unsupported-format').remedy}"
    elif verdict.leaks:
        yield f"  to publish the picture alone: scrubber run {_quoted(origin.source)} -o OUT"


def _box(face: Region) -> str:
    return ",".join(map(str, face.box.rounded()))


def _hide_command(origin: _Origin, face: Region) -> str:
    across, down = origin.factors
    there = replace(face, box=face.box.scaled(1 / across, 1 / down))
    return f"scrubber consent hide {_quoted(origin.source)} --box {_box(there)}"


def _quoted(path: str) -> str:
    import shlex

    return shlex.quote(path)
