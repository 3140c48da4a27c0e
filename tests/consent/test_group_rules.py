"""Refusals in a group: covered beyond doubt or withheld, and nobody at all where that is the rule."""

from __future__ import annotations

from typing import Any

import pytest
from consent_scenes import SOURCE, TODAY, consent, decided, event, face, matched, person, pointed, reasons
from hypothesis import given
from test_consent_properties import RESTRICTIONS, World, worlds

from scrubber.consent import Consent, Decisions, Permissions, decide
from scrubber.values import Box

HERE = [100, 100, 80, 80]  # the box of face()


class TestRefusals:
    @pytest.mark.parametrize(("x", "withheld"), [(150, "denied"), (165, None), (300, None)])
    def test_a_shown_face_that_overlaps_a_refused_one_withholds_the_photo(self, x: float, withheld: str | None) -> None:
        agreed = consent(person(), matched("no", decision="deny"), photos=[pointed({"p-017": HERE})])
        decisions = decided(agreed, face(), face(x), like=[None, {"no": 0.8}])
        assert reasons(decisions) == ["allowed-by-box", "denied"]
        assert decisions.withhold_reason == withheld

    def test_a_hide_box_over_both_publishes_it(self) -> None:
        photo = pointed({"p-017": HERE}, hide=[[100, 100, 130, 80]])
        agreed = consent(person(), matched("no", decision="deny"), photos=[photo])
        decisions = decided(agreed, face(), face(150), like=[None, {"no": 0.8}])
        assert not decisions.shown
        assert decisions.withhold_reason is None

    def test_somebody_whose_consent_ran_out_is_hidden_and_the_photo_goes_out(self) -> None:
        agreed = consent(
            person(), matched("old", valid_from="2026-01-01", expires="2026-05-31"), photos=[pointed({"p-017": HERE})]
        )
        decisions = decided(agreed, face(), face(150), like=[None, {"old": 0.8}])
        assert decisions.withhold_reason is None

    @pytest.mark.parametrize(
        ("keys", "expected"),
        [
            ({"decision": "deny"}, "denied"),
            ({"expires": "2026-05-31"}, "expired"),
            ({"purposes": ["x"]}, "wrong-purpose"),
        ],
    )
    def test_a_place_pointed_at_is_hidden_even_without_a_face(self, keys: dict[str, Any], expected: str) -> None:
        decisions = decided(consent(person(**keys), photos=[pointed({"p-017": HERE})]), face(500, 500))
        assert reasons(decisions) == ["no-match", expected]
        assert (decisions.faces[1].region.box, decisions.faces[1].person) == (Box(*HERE), "p-017")
        assert decisions.warnings == ()


class TestNobody:
    def nobody(self, agreed: Consent) -> Decisions:
        permissions = agreed.permissions("social", TODAY, despite_withdrawals=True).for_nobody()

        def never(_face: object) -> None:
            raise AssertionError("nobody is compared")

        return decide([face()], SOURCE, permissions, never)

    def test_neither_boxes_nor_likeness_show_anybody(self) -> None:
        agreed = consent(matched(), person("b"), photos=[pointed({"b": HERE}, hide=[[500, 500, 40, 40]])])
        assert reasons(self.nobody(agreed)) == ["denied", "pointed-hide"]

    def test_no_photo_signs_keep_their_force(self) -> None:
        agreed = consent(person(), photos=[pointed(no_photo=True)])
        assert self.nobody(agreed).withhold_reason == "no-photo-sign"

    @given(world=worlds())
    def test_nobody_is_nobody(self, world: World) -> None:
        tables = consent(*world.people, photos=[world.photo], events=world.events)
        decisions = decide(
            world.faces, SOURCE, tables.permissions("social", TODAY, despite_withdrawals=True).for_nobody()
        )
        assert not decisions.shown


def fingerprint(agreed: Consent, decisions: Decisions, gallery: str = "") -> str:
    return permissions(agreed).fingerprint_for(SOURCE, decisions.concerns, gallery)


def permissions(agreed: Consent) -> Permissions:
    return agreed.permissions("social", TODAY, despite_withdrawals=True)


class TestWhatHasToBeMadeAgain:
    """`fingerprint_for` changes if, and only if, the decisions about this photo may change."""

    PEOPLE = (matched("a"), matched("b"), person("c"))

    def test_a_withdrawal_concerns_the_photos_of_that_person_only(self) -> None:
        before = consent(*self.PEOPLE)
        after = consent(*self.PEOPLE, events=[event("withdrawn", name="a")])
        with_a = decided(before, face(), like=[{"a": 0.8, "b": 0.1}])
        with_b = decided(before, face(), like=[{"a": 0.1, "b": 0.8}])
        assert (with_a.concerns, with_b.concerns) == (("a",), ("b",))
        assert fingerprint(before, with_a) != fingerprint(after, with_a)
        assert fingerprint(before, with_b) == fingerprint(after, with_b)

    def test_boxes_and_new_references_count(self) -> None:
        before = consent(*self.PEOPLE, photos=[pointed({"c": HERE})])
        decisions = decided(before, face(), like=[{"a": 0.1, "b": 0.1}])
        assert decisions.concerns == ("c",)
        same = fingerprint(before, decisions)
        moved = consent(*self.PEOPLE, photos=[pointed({"c": [101, 100, 80, 80]})])
        assert fingerprint(moved, decisions) != same
        assert fingerprint(consent(*self.PEOPLE[:2]), decisions) != same
        assert fingerprint(before, decisions, "other references") != same

    @given(world=worlds())
    def test_the_same_fingerprint_means_the_same_decisions(self, world: World) -> None:
        def told() -> tuple[Consent, Decisions]:
            agreed = consent(*world.people, photos=[world.photo], events=world.events)
            listed = set(permissions(agreed).gallery)
            like = [{name: cosine for name, cosine in one.items() if name in listed} for one in world.like]
            return agreed, decided(agreed, *world.faces, like=like)

        agreed, before = told()
        first = fingerprint(agreed, before)
        for restrict in RESTRICTIONS:
            restrict(world)
            agreed, after = told()
            if fingerprint(agreed, before) == first:
                assert after == before
