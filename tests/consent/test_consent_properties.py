"""What holds for every manifest: restrictions only ever hide, and no bytes make the reader stumble."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from consent_scenes import PHOTO, TODAY, decided, event, face, matched, person, pointed
from hypothesis import given, settings
from hypothesis import strategies as st

from scrubber.consent import FIRST_LINE, LAST_LINE, Consent, Measured
from scrubber.errors import ManifestError
from scrubber.values import Region

PEOPLE = ("a", "b", "c")
MINOR = {"minor": True, "given_by": "both"}


@dataclass
class World:
    """A manifest and a photo, open to changes."""

    people: list[dict[str, Any]]
    photo: dict[str, Any]
    events: list[dict[str, str]]
    faces: list[Region]
    like: list[dict[str, float]] = field(default_factory=list)

    def visible(self) -> set[Region]:
        tables = {"schema": 1, "people": self.people, "photos": [self.photo], "events": self.events}
        listed = {one["id"] for one in self.people if one.get("references")}
        like: list[Measured] = [{name: cosine for name, cosine in one.items() if name in listed} for one in self.like]
        decisions = decided(Consent.loads(json.dumps(tables)), *self.faces, like=like)
        assert len(decisions.faces) >= len(self.faces)
        return {decision.region for decision in decisions.shown}


boxes = st.builds(
    lambda x, y, side, stretch: [x, y, side, side * stretch],
    st.sampled_from([95, 100, 120, 150, 190]),
    st.sampled_from([95, 100, 130]),
    st.sampled_from([30, 60, 80, 100]),
    st.sampled_from([0.6, 1, 1.4]),
)
cosines = st.sampled_from([-0.1, 0.3, 0.42, 0.5, 0.55, 0.6, 0.7, 0.9])
moments = st.sampled_from(["2026-02-01T10:00:00Z", "2026-05-31T23:00:00-02:00", "2026-07-01T00:00:00Z"])
histories = st.builds(event, st.sampled_from(["given", "renewed", "withdrawn", "expired"]), moments)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    def somebody(name: str) -> dict[str, Any]:
        keys: dict[str, Any] = draw(
            st.sampled_from([{}, {}, MINOR, {"valid_from": "2026-06-01"}, {"decision": "deny"}])
        )
        return draw(st.sampled_from([person, matched]))(name, **keys)

    faces = draw(st.lists(st.builds(face, st.integers(90, 200), st.integers(90, 140)), max_size=4, unique=True))
    return World(
        people=[somebody(name) for name in PEOPLE],
        photo=pointed(
            draw(st.lists(st.tuples(st.sampled_from(PEOPLE), boxes), max_size=3)),
            draw(st.lists(boxes, max_size=1)),
            draw(st.lists(boxes, max_size=2)),
        ),
        events=[entry | {"person": draw(st.sampled_from(PEOPLE))} for entry in draw(st.lists(histories, max_size=3))],
        faces=faces,
        like=[{name: draw(cosines) for name in (*PEOPLE, "new")} for _ in faces],
    )


def deny(world: World) -> None:
    world.people[0]["decision"] = "deny"


def deny_somebody_new(world: World) -> None:
    world.people.append(matched("new", decision="deny"))


def expire(world: World) -> None:
    world.people[0] |= {"valid_from": "2026-01-01", "expires": "2026-05-31"}


def end_by_event(world: World) -> None:
    world.events.append(event("expired", "2026-05-01T00:00:00Z", "a"))


def withdraw(world: World) -> None:
    world.events.append(event("withdrawn", "2026-05-01T00:00:00Z", "a"))


def narrow_the_purposes(world: World) -> None:
    world.people[0]["purposes"] = ["website"]


def be_a_minor(world: World) -> None:
    world.people[0] |= MINOR


def point_at_a_place_to_hide(world: World) -> None:
    world.photo["hide"].append({"box": [110, 105, 60, 70]})


def hold_up_a_no_photo_sign(world: World) -> None:
    world.photo["no_photo"] = True


RESTRICTIONS = [
    deny,
    deny_somebody_new,
    expire,
    end_by_event,
    withdraw,
    narrow_the_purposes,
    be_a_minor,
    point_at_a_place_to_hide,
    hold_up_a_no_photo_sign,
]


@pytest.mark.parametrize("restrict", RESTRICTIONS, ids=lambda restriction: restriction.__name__)
@given(world=worlds())
def test_a_restriction_never_makes_a_face_visible(restrict: Callable[[World], None], world: World) -> None:
    before = world.visible()
    restricted = copy.deepcopy(world)
    restrict(restricted)
    assert restricted.visible() <= before


@given(world=worlds())
def test_a_show_box_shows_one_face_at_most(world: World) -> None:
    world.like = [{} for _ in world.faces]
    assert len(world.visible()) <= len(world.photo["show"]) + len(world.photo["dismiss"])


@given(world=worlds())
def test_likeness_shows_each_person_at_most_once(world: World) -> None:
    world.photo = pointed()
    assert len(world.visible()) <= len(PEOPLE)


# A manifest as scrubber writes it: within each table, and among tables, what restricts stands first.
CAREFUL = f"""\
schema = 1
[[people]]
id = "no"
decision = "deny"
references = ["people/no/*.jpg"]
[[people]]
id = "withdrawn"
decision = "deny"
purposes = ["social"]
expires = 2026-12-31
references = ["people/withdrawn/*.jpg"]
[[people]]
id = "yes"
decision = "allow"
valid_from = 2026-01-01
minor = false
given_by = "self"
purposes = ["social"]
expires = 2026-12-31
references = ["people/yes/*.jpg"]
[[photos]]
sha256 = "{PHOTO}"
hide = [ {{ box = [500, 500, 80, 80] }} ]
show = [ {{ person = "yes", box = [100, 100, 80, 80] }}, {{ person = "no", box = [300, 100, 80, 80] }} ]
[[events]]
at = 2026-03-02T10:00:00Z
person = "withdrawn"
what = "withdrawn"
"""
FACES = (face(), face(300), face(500, 500), face(700, 500))
LAST_FACE = {"no": 0.1, "withdrawn": 0.7, "yes": 0.56}


def visible(text: str) -> set[Region]:
    agreed = Consent.loads(text)
    gallery = agreed.permissions("social", TODAY).gallery
    like: list[Measured] = [None, None, None, {name: LAST_FACE.get(name, 0.1) for name in gallery}]
    return {decision.region for decision in decided(agreed, *FACES, like=like).shown}


def test_a_careful_manifest_that_breaks_off_shows_nobody_new() -> None:
    whole = visible(CAREFUL)
    assert whole == {FACES[0]}
    read = 0
    for length in range(len(CAREFUL)):
        try:
            shown = visible(CAREFUL[:length])
        except ManifestError:
            continue
        read += 1
        assert shown <= whole
    assert read > 5


@given(st.integers(1, len(CAREFUL) - 1))
def test_json_that_breaks_off_is_refused(length: int) -> None:
    text = json.dumps(json.loads(Consent.loads(CAREFUL).manifest.model_dump_json(by_alias=True)))
    with pytest.raises(ManifestError):
        Consent.loads(text[: min(length, len(text) - 1)])


MARKED = f"{FIRST_LINE}\n{CAREFUL}{LAST_LINE}"


@given(st.integers(0, len(MARKED) - 1))
def test_toml_with_an_end_mark_that_breaks_off_is_refused(length: int) -> None:
    with pytest.raises(ManifestError):
        Consent.loads(MARKED[:length])


def read_or_refused(content: str | bytes) -> None:
    try:
        agreed = Consent.loads(content, "any")
    except ManifestError as error:
        assert str(error).startswith("any:")
        str(error).encode()
    else:
        agreed.permissions("social", TODAY, despite_withdrawals=True)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    read_or_refused(content)


def mutated(data: st.DataObject, whole: str) -> str:
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(start + 40, len(whole))))
    put = data.draw(st.text(max_size=4) | st.sampled_from([*'"[]{}=#,.\\\n', "[[", "'''", '"""', "null"]))
    return whole[:start] + put + whole[end:]


@given(st.data())
def test_a_mutated_manifest_is_read_or_refused(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([CAREFUL, Consent.loads(CAREFUL).manifest.model_dump_json(by_alias=True)]))
    read_or_refused(mutated(data, whole))


@settings(max_examples=400)
@given(st.data())
def test_a_mutated_manifest_shows_nobody_new(data: st.DataObject) -> None:
    try:
        shown = visible(mutated(data, MARKED))
    except ManifestError:
        return
    assert shown <= {FACES[0]}


keys = st.sampled_from(
    ["schema", "people", "photos", "events", "id", "sha256", "box", "show", "hide", "at", "expires"]
) | st.text(max_size=5)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("2026-01-01")
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=15,
)


@given(st.dictionaries(keys, trees, max_size=5))
def test_any_tree_of_values_is_read_or_refused(tree: dict[str, Any]) -> None:
    read_or_refused(json.dumps(tree))
