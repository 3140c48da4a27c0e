"""What tests of consent commands share: the command with a passphrase, words that add a person, a ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import command_line
import pytest
from command_line import Outcome

WORDS = "four quite random words"


def scrubber(*words: object, folder: Path, passphrase: str | None = WORDS) -> Outcome:
    return command_line.scrubber(
        *words, folder=folder, variables={"SCRUBBER_PASSPHRASE": passphrase} if passphrase else {}
    )


ADD = (
    "consent",
    "add",
    "p-017",
    "--for",
    "social",
    "--until",
    "2099-12-31",
    "--method",
    "written",
    "--form",
    "form.pdf",
)


def ledger(monkeypatch: pytest.MonkeyPatch, person: str, identity: str | None = None) -> None:
    """Let the ledgers of this user know of one copy that shows this person."""

    @dataclass
    class Published:
        output: str = "out.jpg"
        there: bool = True
        shows: tuple[str, ...] = ("p-017",)

        def as_json(self) -> dict[str, str]:
            return {"output": self.output}

    def showing(asked: str, key: str | None) -> Iterator[Published]:
        assert (asked, key) == (person, identity)
        yield Published()

    monkeypatch.setattr("scrubber.batch.showing", showing, raising=False)
