"""`scrubber doctor`: what is installed, what is missing, and the command that mends it."""

from __future__ import annotations

import click

from scrubber.cli import options
from scrubber.cli.output import echo, json_line


@click.command("doctor")
@click.option("--verify", is_flag=True, help="Also check every installed file against what its installer wrote down.")
@options.as_json
def command(verify: bool, as_json: bool) -> int:
    """Check that everything scrubber needs is installed and works. Exit code 5 if something is missing.

    \b
    Example:
      scrubber doctor
    """
    from scrubber.doctor import examine

    code = 0
    for check in examine(verify):
        if check.state == "missing":
            code = 5
        if as_json:
            echo(json_line(check.as_json()))
            continue
        echo(f"{check.state:<8} {check.name:<34} {check.detail}")
        if check.state != "ok" and check.remedy:
            echo(f"{'':<8} {'':<34} → {check.remedy}")
    return code
