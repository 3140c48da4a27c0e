"""The consent manifest, schema version 1: which tables, which keys, which kinds of value.

Shape only. What the values mean together (dates in order, ids that exist) is judged in `rules`; who may be
seen on a day is worked out in `permissions`. All models are frozen and hold tuples, so a manifest can be
shared and sent to worker processes. The fields follow what organisations write on their forms and the shape
of ISO/IEC TS 27560 consent records; the real name of a person has no place in them.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from pydantic_core import PydanticCustomError

from scrubber.consent.manifest.hashes import plain_sha256
from scrubber.printing import is_active
from scrubber.values import Box

Item = TypeVar("Item")
What = Literal["given", "renewed", "changed", "withdrawn", "expired"]

_MOST_PIXELS = 1_000_000  # along one side; no picture that can be opened comes near it
_MOST_FRAMES = 100_000  # no animation or scan that can be opened comes near it
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _refuse(text: str) -> PydanticCustomError:
    return PydanticCustomError("manifest", "{text}", {"text": text})


def _whole_number(value: object) -> object:
    # To Python, and so to Literal[1], true and 1.0 are equal to 1.
    if type(value) is not int:
        raise _refuse("must be a whole number; this version of scrubber reads schema = 1")
    return value


def _day(value: object) -> date:
    """A TOML date, or text in the same form, as JSON has to write it."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise _refuse(f"is no day of the calendar ({error}); write it as 2026-12-31") from error
    raise _refuse("must be a day without a time, written as 2026-12-31")


def _moment(value: object) -> datetime:
    """A point in time that means the same everywhere, so that before and after are never in doubt."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        moment = None
    if not isinstance(moment, datetime):
        raise _refuse("must be a day and a time, written as 2026-03-02T10:00:00Z")
    if moment.tzinfo is None:
        raise _refuse("has no time zone; write 2026-03-02T10:00:00Z, or +02:00 in place of Z")
    try:
        moment.astimezone(UTC)
    except OverflowError as error:
        raise _refuse("lies outside of the calendar; write it as 2026-03-02T10:00:00Z") from error
    return moment


def _box(value: object) -> Box:
    if isinstance(value, Box):
        return value
    if not isinstance(value, list | tuple) or len(value) != 4:
        raise _refuse("must be four numbers: [x, y, width, height] in pixels of the upright photo")
    if not all(type(number) in (int, float) and 0 <= number < _MOST_PIXELS for number in value):
        raise _refuse("must hold numbers of pixels, none of them negative: [x, y, width, height]")
    if value[2] < 1 or value[3] < 1:
        raise _refuse("must be at least one pixel wide and high; it is in pixels, not in parts of the photo")
    return Box(*map(float, value))


def _visible(value: str) -> str:
    """Text that shows all it holds: what turns words round or hides them would let one purpose pass for another."""
    if is_active(value):
        raise _refuse("holds control characters or characters that nobody sees; type it anew")
    return value


def _pattern(value: str) -> str:
    """A pattern that `Path.glob` takes on every system and that gives away no folder of the writer."""
    parts = value.split("/")
    nameless = parts[-1].strip() in ("", ".", "..", "**") or len(value) > 200
    if nameless:
        raise _refuse('must name photos, as in "people/p-017/*.jpg"')
    if "\\" in value:
        raise _refuse('must be written with "/" between folders, as in "people/p-017/*.jpg"')
    if not parts[0] or re.match(r"[A-Za-z]:", value):
        raise _refuse('must start from the folder of the manifest, as in "people/p-017/*.jpg"')
    if any("**" in part and part != "**" for part in parts):
        raise _refuse('can use "**" only in place of a whole folder, as in "people/**/*.jpg"')
    return value


# Strict everywhere else; TOML and JSON know lists only, so a list is let in where a tuple is kept.
Listed = Annotated[tuple[Item, ...], Field(strict=False)]
PersonId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Purpose = Annotated[str, Field(pattern=r"^[^\s*]+( [^\s*]+)*$", max_length=64), AfterValidator(_visible)]
Evidence = Annotated[str, Field(pattern=r"^sha256:[0-9a-fA-F]{64}$")]
FrameNumber = Annotated[int, Field(ge=0, lt=_MOST_FRAMES)]
PhotoHash = Annotated[str, Field(pattern=r"^(sha256:)?[0-9a-fA-F]{64}$"), AfterValidator(plain_sha256)]
Pattern = Annotated[str, AfterValidator(_visible), AfterValidator(_pattern)]
Organisation = Annotated[str, AfterValidator(_visible)]
Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime, BeforeValidator(_moment)]


def _numbers(box: Box) -> list[float]:
    return [box.x, box.y, box.width, box.height]


PointedBox = Annotated[
    Box,
    BeforeValidator(_box, json_schema_input_type=tuple[float, float, float, float]),
    PlainSerializer(_numbers, return_type=list[float]),
]


class _Table(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True)


class Person(_Table):
    """One `[[people]]` table: what a person agreed to, or that the person refused.

    `valid_from` and `expires` are the first and the last day that the consent covers. A `deny` covers every
    purpose and never runs out. `references` are patterns of reference photos; without any, the person is
    never recognised by likeness.
    """

    id: PersonId
    """A code such as p-017; the real name stays out of the file."""
    decision: Literal["allow", "deny"]
    """What the person said. A deny covers every purpose and never runs out."""
    purposes: Listed[Purpose] = ()
    """What an allow covers, such as social or website."""
    valid_from: Day | None = None
    """The first day that the consent covers."""
    expires: Day | None = None
    """The last day that the consent covers; an allow must have one."""
    given_by: Literal["self", "guardian", "both"] | None = None
    """Who consented; for a minor who allows, guardian or both."""
    minor: bool = False
    """Whether the person is a minor, who is never shown by likeness alone."""
    method: Literal["written", "recorded", "oral", "mark"] | None = None
    """How consent was given."""
    evidence: Evidence | None = None
    """The hash of the signed form or recording, never the form itself."""
    references: Listed[Pattern] = ()
    """Patterns of reference photos, from the folder of the manifest; only if the person agreed to be recognised."""


class ShowBox(_Table):
    """A person pointed at in a photo. Shows the face there only if the person's consent holds."""

    person: PersonId
    box: PointedBox
    frame: FrameNumber = 0
    """The one frame or page that it is about, counted from 0; what is at the same place on others stays hidden."""


class HideBox(_Table):
    """A place in a photo that is hidden, whether or not a detector sees a face there."""

    box: PointedBox
    frame: FrameNumber | None = None
    """The frame or page that it is about, counted from 0; every one unless it is given."""


class DismissBox(_Table):
    """A place where detectors see a face and a person who looked sees none: it is left as it is."""

    box: PointedBox
    frame: FrameNumber | None = None
    """The frame or page that it is about, counted from 0; every one unless it is given."""


class PhotoEntry(_Table):
    """One `[[photos]]` table: what somebody pointed at in one photo, known by its original's bytes, pixels or both."""

    sha256: PhotoHash | None = None
    """The hash of the original file."""
    pixels: PhotoHash | None = None
    """The hash of its upright decoded pixels, which `scrubber faces --json` prints: a tag or a rating leaves it."""
    show: Listed[ShowBox] = ()
    """Faces pointed at, each with the person whose consent covers it."""
    hide: Listed[HideBox] = ()
    """Places that are hidden whatever else is said."""
    dismiss: Listed[DismissBox] = ()
    """Places that hold no face, whatever a detector says."""
    no_photo: bool = False
    """Whether somebody in it must not be shown at all: the file is then withheld."""


class Event(_Table):
    """A line of the history. `withdrawn` and `expired` end a consent, `permissions` says what revives it."""

    at: Moment
    """Day, time and time zone."""
    person: PersonId
    """The id of one of the people."""
    what: What
    """What happened; the table of people says what holds now."""


class Manifest(_Table):
    """A whole manifest. Boxes are in pixels of the upright photo, top-left origin."""

    version: Annotated[Literal[1], BeforeValidator(_whole_number)] = Field(alias="schema")
    """The version of this format."""
    organisation: Organisation | None = None
    """Who holds the consents."""
    people: Listed[Person] = ()
    photos: Listed[PhotoEntry] = ()
    events: Listed[Event] = ()
