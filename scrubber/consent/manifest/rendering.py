"""Tables of a manifest as text, the way a person would write them; what restricts comes first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

import tomlkit
from tomlkit.items import Array, InlineTable, Table

from scrubber.consent.manifest.model import DismissBox, Event, HideBox, Manifest, Person, PhotoEntry, ShowBox
from scrubber.values import Box

Made = TypeVar("Made", Table, InlineTable)


def values_of(item: Person | PhotoEntry | Event | HideBox | DismissBox | ShowBox) -> dict[str, Any]:
    """The keys of a table that say something, as TOML has them."""
    match item:
        case PhotoEntry():
            hashes = {"sha256": item.sha256, "pixels": item.pixels}
            values: dict[str, Any] = {key: value for key, value in hashes.items() if value}
            if "no_photo" in item.model_fields_set:  # false says something, too
                values["no_photo"] = item.no_photo
            return values | {
                key: list(map(values_of, boxes))
                for key, boxes in (("hide", item.hide), ("dismiss", item.dismiss), ("show", item.show))
                if boxes
            }
        case Person():
            given = {name: getattr(item, name) for name in type(item).model_fields}
            return {name: list(value) if isinstance(value, tuple) else value for name, value in given.items() if value}
        case Event():
            return {"at": item.at, "person": item.person, "what": item.what}
        case ShowBox():
            frame = {"frame": item.frame} if item.frame else {}
            return {"person": item.person, "box": _numbers(item.box)} | frame
        case HideBox() | DismissBox():
            return {"box": _numbers(item.box)} | ({} if item.frame is None else {"frame": item.frame})


def as_json(manifest: Manifest) -> str:
    """The whole manifest as JSON, which has no dates: days and moments are text there."""
    tables = {key: list(map(values_of, getattr(manifest, key))) for key in ("people", "photos", "events")}
    values = {"schema": manifest.version, "organisation": manifest.organisation, **tables}
    written = {key: value for key, value in values.items() if value not in (None, [])}
    return json.dumps(written, indent=2, ensure_ascii=False, default=_iso) + "\n"


def table(values: dict[str, Any]) -> Table:
    """A table under a header of its own."""
    return _filled(tomlkit.table(), values)


def listed(values: Sequence[Any]) -> Array:
    """A list in square brackets, over several lines if it holds more than two tables."""
    array = tomlkit.array()
    for value in values:
        array.append(inline(value) if isinstance(value, dict) else value)
    return array.multiline(len(values) > 2 and isinstance(values[0], dict))


def inline(values: dict[str, Any]) -> InlineTable:
    """A table in braces."""
    return _filled(tomlkit.inline_table(), values)


def _filled(made: Made, values: dict[str, Any]) -> Made:
    for key, value in values.items():
        made.append(key, listed(value) if isinstance(value, list) else tomlkit.item(value))
    return made


def _iso(value: date) -> str:
    """A day, or a moment, which is a kind of day to Python."""
    return value.isoformat()


def _numbers(box: Box) -> list[float]:
    return [int(number) if number == int(number) else number for number in (box.x, box.y, box.width, box.height)]
