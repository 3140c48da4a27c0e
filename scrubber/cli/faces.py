"""`scrubber faces`: the regions found, and what would be decided for each."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scrubber.cli import options, workers
from scrubber.cli.output import counted, echo, echo_error, json_line, nothing_found
from scrubber.cli.passphrase import prompt_passphrase
from scrubber.cli.side_outputs import among_copies, refuse_copies
from scrubber.errors import PhotoError, UsageError
from scrubber.guarded import is_there, size_of
from scrubber.output.numbered_picture import ENCODINGS, is_numbered_picture
from scrubber.policy import Policy, Preset

if TYPE_CHECKING:
    from scrubber.analysis import Analysis
    from scrubber.batch import Executor, Found
    from scrubber.batch.sandbox.executors import Pending
    from scrubber.listing import Listed
    from scrubber.terms import Terms
    from scrubber.values import Decision


@click.command("faces")
@options.inputs
@options.consent
@options.preset
@click.option(
    "--picture",
    type=options.path(),
    metavar="FILE",
    help="Draw the regions with their numbers, and rulers in pixels of the original: a .png or .jpg, or a folder for "
    "several photos. It shows everybody. An earlier one is replaced.",
)
@click.option(
    "--frame",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Which frame or page to draw, counted from 0.",
)
@click.option("--overwrite", is_flag=True, help="Let --picture replace another file that is there.")
@options.as_json
def command(
    inputs: tuple[Path, ...], manifest: Path | None, purpose: str | None, on: datetime.date | None,
    despite_withdrawals: bool, preset: Preset, picture: Path | None, frame: int, overwrite: bool, as_json: bool,
) -> int:  # fmt: skip
    """List the faces in photos with their numbers and, with a manifest, who would be shown and why not.

    \b
    Example:
      scrubber faces march.jpg --consent consent.toml --for social --picture numbered.png
    """
    workers.begin()
    from scrubber import batch
    from scrubber.consent import Consent
    from scrubber.output.private_files import private_file
    from scrubber.terms import Terms

    agreed = Consent.load(manifest, prompt_passphrase) if manifest else None
    photos, _, films = batch.search(inputs)
    targets = _targets(picture, photos)
    code = 0
    counts: Counter[str] = Counter()
    with batch.Sandbox(batch.workers(None, len(photos))) as executor:
        policy = Policy(preset=preset)
        terms = Terms.of(policy, agreed, purpose, on, despite_withdrawals, batch.reference_assessor(executor))
        terms = batch.under_known_refusals(terms, batch.remembered(terms))
        for named in filter(None, targets):
            _refuse_inputs(named, photos)
        refuse_copies(filter(None, targets))
        echo(*(said for named in filter(None, targets) for said in among_copies(named)), err=True)
        for (_, target), call in batch.in_order(
            executor, zip(photos, targets, strict=True), _listing(terms, frame, executor)
        ):
            try:
                with ExitStack() as stack:
                    file = stack.enter_context(private_file(target, overwrite, is_numbered_picture)) if target else None
                    listed = call.result()
                    if file is not None:
                        file.write(listed.picture or b"")
            except PhotoError as error:
                echo_error(error)
                code = error.exit_code
                continue
            counts.update(["photos", *map(_fate, listed.analysis.decisions)])
            if as_json:
                echo(json_line(listed.analysis.as_json()))
            else:
                echo(*_as_text(listed.analysis))
                echo(*(f"note: {warning}" for warning in listed.analysis.warnings), err=True)
            if target is not None:
                echo(*_about_picture(target, listed), err=True)
    if not photos and not films:
        echo(nothing_found(inputs), err=True)
    if len(photos) > 1:
        echo(_summary(counts, len(photos)), err=True)
    for film in films:
        echo(f"not looked at, for films are not handled yet: {film.source}", err=True)
    return code


def _listing(terms: Terms, frame: int, executor: Executor) -> Callable[[tuple[Found, Path | None]], Pending[Listed]]:
    """Hands out one photo after the other, with the drawing that is wanted of it."""
    from scrubber import batch
    from scrubber.batch.work import list_file
    from scrubber.listing import Drawing

    shared = batch.Shared(terms.for_workers())

    def hand_out(wanted: tuple[Found, Path | None]) -> Pending[Listed]:
        source, target = wanted[0].source, wanted[1]
        drawing = Drawing(frame, ENCODINGS[target.suffix.lower()]) if target else None
        return executor.submit(str(source), size_of(source), terms.policy.limits, list_file, source, shared, drawing)

    return hand_out


def _targets(picture: Path | None, photos: Sequence[Found]) -> Sequence[Path | None]:
    """Where the drawing of each photo goes. Raises `UsageError` if `picture` does not fit, `NotWritable`."""
    if picture is None or not photos:
        return [None] * len(photos)
    named = picture.suffix.lower() in ENCODINGS and not picture.is_dir()
    if named and len(photos) == 1:
        return [picture]
    if named:
        raise UsageError(f"{picture}: one file cannot hold the pictures of {len(photos)} photos; name a folder")
    if len(photos) == 1 and not picture.is_dir():
        raise UsageError(f"{picture}: name a file that ends in {' or '.join(ENCODINGS)}, or a folder that is there")
    from scrubber.storage.atomic_files import writable

    with writable(picture, "name another folder"):
        picture.mkdir(parents=True, exist_ok=True, mode=0o700)
    return list(_in_folder(picture, photos))


def _in_folder(folder: Path, photos: Sequence[Found]) -> Iterator[Path]:
    """`march.jpg.png` for `march.jpg`; photos of one name from several folders are counted."""
    taken: set[str] = set()
    for found in photos:
        name, count = found.source.name, 1
        while name.casefold() in taken:
            count += 1
            name = f"{found.source.stem}-{count}{found.source.suffix}"
        taken.add(name.casefold())
        yield folder / f"{name}.png"


def _refuse_inputs(target: Path, photos: Sequence[Found]) -> None:
    """No option makes a command write to an original."""
    from scrubber.storage import refuse_original

    for found in photos if is_there(target) else ():
        if is_there(found.source):
            refuse_original(target, found.source)


def _about_picture(target: Path, listed: Listed) -> Iterator[str]:
    yield f"{target}: shows everybody, with their numbers; keep it private"
    if listed.drawn is not None:
        width, height = listed.drawn
        yield (
            f"  its rulers count pixels of the original, which is {width} wide and {height} high; "
            "`scrubber consent hide --box` takes these"
        )


def _as_text(listed: Analysis) -> Iterator[str]:
    from scrubber.consent import explain

    several = f", {listed.frames} frames" if listed.frames > 1 else ""
    yield f"{listed.input}: {listed.width}×{listed.height}{several}, {counted(len(listed.decisions), 'face')}"
    yield f"  sha256 {listed.source.sha256}"
    yield f"  pixels {listed.source.pixels}"
    for decision in sorted(listed.decisions, key=lambda decision: decision.region.id):
        yield _row(decision, listed.frames > 1)
        if decision.reason != "no-manifest":
            yield f"         {explain(decision)}"


def _fate(decision: Decision) -> str:
    return "dismissed" if decision.reason == "dismissed" else decision.action


def _summary(counts: Counter[str], photos: int) -> str:
    """One line below a long list."""
    found = counts["hide"] + counts["show"] + counts["dismissed"]
    said = f"{counted(counts['photos'], 'photo')}, {counted(found, 'region')}: {counts['hide']} would be hidden, "
    said += f"{counts['show']} shown"
    if counts["dismissed"]:
        said += f", {counts['dismissed']} dismissed as no face"
    if photos > counts["photos"]:
        said += f"; {counted(photos - counts['photos'], 'photo')} could not be looked at"
    return said


def _row(decision: Decision, several: bool) -> str:
    face = decision.region
    x, y, width, height = face.box.rounded()
    frame = f"frame {decision.frame}  " if several else ""
    kind = "" if face.kind == "face" else f"{face.kind}  "
    who = f" {decision.person}" if decision.person else ""
    alike = f" (similarity {decision.similarity:.2f})" if decision.similarity is not None else ""
    seen_by = f"  [{', '.join(face.detectors)}]" if face.detectors else ""
    return (
        f"  {f'#{face.id}':>5}  {frame}{x:>6} {y:>6} {width:>5}×{height:<5} {face.score:.2f}  {kind}"
        f"{decision.action}  {decision.reason}{who}{alike}{seen_by}"
    )
