"""`scrubber consent`: look after the consent manifest."""

from __future__ import annotations

import click

from scrubber.cli.consent.exchange import export_people, import_from
from scrubber.cli.consent.lock import lock_manifest, unlock_manifest
from scrubber.cli.consent.look import check_manifest, list_people, print_schema
from scrubber.cli.consent.photo import dismiss_face, hide_place, point_at, withhold_photo
from scrubber.cli.consent.write import add_person, init_manifest, revoke_consent


@click.group("consent")
def command() -> None:
    """Keep the consent manifest: who may be shown, for what, until when.

    \b
    Example:
      scrubber consent check consent.toml
    """


for _subcommand in (
    init_manifest,
    add_person,
    revoke_consent,
    point_at,
    hide_place,
    dismiss_face,
    withhold_photo,
    list_people,
    check_manifest,
    import_from,
    export_people,
    lock_manifest,
    unlock_manifest,
    print_schema,
):
    command.add_command(_subcommand)
