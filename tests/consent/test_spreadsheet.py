"""People as a table, out and in."""

from __future__ import annotations

import pytest
from consent_scenes import matched, person

from scrubber.consent import Person
from scrubber.consent.editing.persons import person_of
from scrubber.consent.exchange.spreadsheet import COLUMNS, people_in, written
from scrubber.errors import UsageError

PEOPLE = (
    person_of(matched("a", minor=True, given_by="both", evidence="sha256:" + "0f" * 32)),
    person_of(person("b", purposes=["=1+1", "annual report"], method="oral")),
    Person(id="c", decision="deny"),
)


def test_what_is_written_is_read_again() -> None:
    assert people_in(written(PEOPLE).encode(), "p.csv") == PEOPLE


def test_no_cell_is_a_formula() -> None:
    assert "'=1+1" in written(PEOPLE)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffid;decision;purposes;expires;minor\r\np-017;allow;social; website ;2026-12-31;no\r\n;;;;\r\n".replace(
            "social; website ", '"social; website "'
        ),
        'decision\tid\texpires\tpurposes\nallow\tp-017\t2026-12-31\t"social;website"\n',
        "id,decision,purposes,expires,minor\n p-017 ,allow,social;website,2026-12-31,FALSE\n\n",
    ],
)
def test_tables_of_all_kinds_are_read(text: str) -> None:
    [one] = people_in(text.encode(), "p.csv")
    assert (one.id, one.purposes, one.minor) == ("p-017", ("social", "website"), False)


HEAD = "id,decision,purposes,expires\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name,id,decision\n", 'p.csv:1: column "name" has no place in a manifest: real names stay out of it'),
        ("id,decision,purpose\n", 'p.csv:1: column "purpose" is not known; did you mean "purposes"?'),
        ("id,expires\n", 'p.csv:1: column "decision" is missing; add it'),
        ("", 'p.csv:1: column "id" is missing'),
        (HEAD + "a,allow,social,31.12.2026\n", "p.csv:2: expires must be a day without a time, written as 2026-12-31"),
        (HEAD + "a,deny,,\nb,allow,social,\n", "p.csv:3: expires is missing; an allow needs its last day"),
        (HEAD + "a,deny,,\na,deny,,\n", "p.csv:3: id a stands in a row above as well"),
        (HEAD + "a,allow,social,website,2026-12-31\n", "has more cells than the heading"),
        (HEAD + "a,maybe,,\n", 'decision must be "allow" or "deny"'),
        (HEAD + 'a,"de"ny,,\n', "is no proper table"),
        (HEAD.encode() + b"\xff,deny,,\n", "p.csv:2: is not UTF-8 text"),
    ],
)
def test_mistakes_are_explained(text: str | bytes, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        people_in(text if isinstance(text, bytes) else text.encode(), "p.csv")
    assert told in str(caught.value)


def test_columns_are_the_keys_of_the_manifest() -> None:
    assert written([]).strip() == ",".join(COLUMNS)
