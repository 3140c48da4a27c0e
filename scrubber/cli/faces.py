"""`scrubber faces`: the faces found and what would be decided for each."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scrubber.cli import options
from scrubber.cli.output import counted
from scrubber.cli.passphrase import asked
from scrubber.errors import PhotoError
from scrubber.guarded import read_file
from scrubber.policy import Policy, Preset
from scrubber.report import json_line

if TYPE_CHECKING:
    from scrubber.consent import Decisions
    from scrubber.photos import Photo
    from scrubber.terms import Terms


@click.command("faces")
@options.inputs
@options.consent
@options.preset
@options.as_json
def command(
    inputs: tuple[Path, ...], manifest: Path | None, purpose: str | None, on: datetime.date | None,
    despite_withdrawals: bool, preset: Preset, as_json: bool,
) -> int:  # fmt: skip
    """List the faces in photos and, with a manifest, who would be shown and why not.

    \b
    Example:
      scrubber faces march.jpg --consent consent.toml --for social
    """
    from scrubber import batch
    from scrubber.consent import Consent
    from scrubber.terms import Terms

    agreed = Consent.load(manifest, asked) if manifest else None
    terms = Terms.of(Policy(preset=preset), agreed, purpose, on, despite_withdrawals)
    code = 0
    for found in batch.search(inputs)[0]:
        try:
            photo, decided = _examine(found.source, terms)
        except PhotoError as error:
            click.echo(f"scrubber: {error}", err=True)
            code = error.exit_code
            continue
        value = _as_json(found.source, photo, decided)
        if as_json:
            click.echo(json_line(value))
        else:
            click.echo("\n".join(_as_text(value, decided)))
            for warning in dict.fromkeys(said for decisions in decided for said in decisions.warnings):
                click.echo(f"note: {warning}", err=True)
    return code


def _examine(path: Path, terms: Terms) -> tuple[Photo, list[Decisions]]:
    from scrubber.pipeline import decide_in, find_in, opened

    data = read_file(path, terms.policy.limits)
    photo, source = opened(data, str(path), terms.policy.limits)
    return photo, decide_in(photo, find_in(photo, terms.policy.preset), source, terms)


def _as_json(path: Path, photo: Photo, decided: list[Decisions]) -> dict[str, Any]:
    height, width = photo.pixels.shape[:2]
    faces = [
        replace(decision, frame=number).as_json()
        for number, decisions in enumerate(decided)
        for decision in decisions.faces
    ]
    return {"input": str(path), "width": width, "height": height, "faces": faces}


def _as_text(value: dict[str, Any], decided: list[Decisions]) -> Iterator[str]:
    from scrubber.consent import explain

    sentences = [explain(decision) for decisions in decided for decision in decisions.faces]
    faces = value["faces"]
    yield f"{value['input']}: {value['width']}×{value['height']}, {counted(len(faces), 'face')}"
    for face, sentence in zip(faces, sentences, strict=True):
        x, y, width, height = face["box"]
        who = f" {face['person']}" if face["person"] else ""
        alike = f" (similarity {face['similarity']:.2f})" if face["similarity"] is not None else ""
        yield (
            f"  {x:>6} {y:>6} {width:>5}×{height:<5} {face['score']:.2f}  "
            f"{face['decision']}  {face['reason']}{who}{alike}  [{', '.join(face['detectors'])}]"
        )
        if face["reason"] != "no-manifest":
            yield f"  {sentence}"
