"""One photo, some faces, and the reason that each gets."""

from __future__ import annotations

import math
from typing import Any

import pytest
from consent_scenes import PIXELS, SOURCE, TODAY, consent, decided, event, face, matched, person, pointed, reasons

from scrubber.consent import decide
from scrubber.values import Box, Region

HERE = [100, 100, 80, 80]  # the box of face()
FAR = face(500, 500)


def test_without_a_manifest_every_face_is_hidden() -> None:
    assert reasons(decide([face(), FAR], SOURCE, None)) == ["no-manifest", "no-manifest"]


def test_with_a_manifest_strangers_are_hidden() -> None:
    decisions = decided(consent(person(), matched("p-018")), face(), FAR, like=[{"p-018": 0.2}, None])
    assert reasons(decisions) == ["no-match", "no-match"]
    assert not decisions.shown


# What is said of a person, what happened since, and why nobody may see that person today.
NO_CONSENT: list[tuple[dict[str, Any], list[Any], str]] = [
    ({"decision": "deny"}, [], "denied"),
    ({"expires": "2026-05-31"}, [], "expired"),
    ({"valid_from": "2026-06-02"}, [], "not-yet-valid"),
    ({"purposes": ["website"]}, [], "wrong-purpose"),
    ({}, [event("withdrawn")], "withdrawn"),
]


class TestShowBoxes:
    @pytest.mark.parametrize(
        ("box", "expected"),
        [
            (HERE, "allowed-by-box"),
            ([90, 80, 100, 120], "allowed-by-box"),  # the whole head
            ([120, 120, 42, 42], "allowed-by-box"),  # eyes, nose and mouth
            ([60, 60, 170, 170], "no-match"),  # more than twice the side
            ([139, 100, 80, 80], "allowed-by-box"),
            ([141, 100, 80, 80], "no-match"),  # overlaps by a third, centred on somebody else
        ],
    )
    def test_how_well_a_box_must_fit(self, box: list[int], expected: str) -> None:
        assert reasons(decided(consent(person(), photos=[pointed({"p-017": box})]), face(), FAR)) == [
            expected,
            "no-match",
        ]

    def test_the_person_is_named(self) -> None:
        (shown,) = decided(consent(person(), photos=[pointed({"p-017": HERE})]), face()).shown
        assert (shown.person, shown.reason, shown.similarity) == ("p-017", "allowed-by-box", None)

    def test_the_better_of_two_faces_is_shown(self) -> None:
        photo = pointed({"p-017": HERE})
        assert reasons(decided(consent(person(), photos=[photo]), face(130), face(102))) == [
            "no-match",
            "allowed-by-box",
        ]

    def test_neither_of_two_equally_good_faces_is_shown(self) -> None:
        photo = pointed({"p-017": HERE})
        assert reasons(decided(consent(person(), photos=[photo]), face(90), face(110))) == [
            "ambiguous",
            "ambiguous",
        ]

    def test_two_people_pointed_at_one_face_hide_it(self) -> None:
        agreed = consent(person("a"), person("b"), photos=[pointed({"a": HERE, "b": HERE})])
        assert reasons(decided(agreed, face())) == ["ambiguous"]

    def test_another_photo_is_not_concerned(self) -> None:
        photo = pointed({"p-017": HERE}, sha256="cd" * 32)
        assert reasons(decided(consent(person(), photos=[photo]), face())) == ["no-match"]

    def test_where_no_face_was_found_nothing_is_invented(self) -> None:
        decisions = decided(consent(person(), photos=[pointed({"p-017": HERE})]), FAR)
        assert reasons(decisions) == ["no-match"]
        assert decisions.warnings == (
            "no face was found where p-017 is pointed at, [100, 100, 80, 80]; nothing is shown there",
        )

    @pytest.mark.parametrize(
        ("keys", "history", "expected"),
        [
            *NO_CONSENT,
            ({"minor": True, "given_by": "both"}, [], "allowed-by-box"),
        ],
    )
    def test_consent_must_hold(self, keys: dict[str, Any], history: list[Any], expected: str) -> None:
        agreed = consent(person(**keys), photos=[pointed({"p-017": HERE})], events=history)
        (decision,) = decided(agreed, face()).faces
        assert (decision.reason, decision.person) == (expected, "p-017")

    @pytest.mark.parametrize(
        ("keys", "likeness", "expected"),
        [
            ({"decision": "deny"}, 0.50, "denied"),
            ({"decision": "deny"}, 0.49, "allowed-by-box"),
            ({"expires": "2026-05-31"}, 0.60, "expired"),
            ({}, 0.60, "allowed-by-box"),  # both agreed, so nothing is at stake
        ],
    )
    def test_likeness_to_somebody_who_did_not_agree_objects(
        self, keys: dict[str, Any], likeness: float, expected: str
    ) -> None:
        agreed = consent(person(), matched("other", **keys), photos=[pointed({"p-017": HERE})])
        assert reasons(decided(agreed, face(), like=[{"other": likeness}])) == [expected]


class TestHideBoxes:
    def test_a_found_face_is_hidden_and_no_second_one_invented(self) -> None:
        assert reasons(decided(consent(photos=[pointed(hide=[HERE])]), face())) == ["pointed-hide"]

    def test_nor_where_its_box_was_written_down_rounded(self) -> None:
        found = Region(Box(HERE[0] + 0.4, HERE[1] + 0.4, HERE[2] - 0.9, HERE[3] - 0.9))
        assert reasons(decided(consent(photos=[pointed(hide=[HERE])]), found)) == ["pointed-hide"]

    def test_a_place_without_a_face_is_hidden(self) -> None:
        decisions = decided(consent(photos=[pointed(hide=[[10, 20, 50, 60]])]), face())
        assert reasons(decisions) == ["no-match", "pointed-hide"]
        assert decisions.faces[1].region == Region(Box(10, 20, 50, 60), detectors=("manifest",), kind="drawn")

    def test_what_reaches_beyond_a_face_is_hidden_as_well(self) -> None:
        banner = [90, 90, 100, 300]
        decisions = decided(consent(photos=[pointed(hide=[banner])]), face())
        assert reasons(decisions) == ["pointed-hide", "pointed-hide"]
        assert decisions.faces[1].region.box == Box(*banner)

    @pytest.mark.parametrize(
        ("hide", "expected"),
        [
            (HERE, "pointed-hide"),
            ([0, 0, 1000, 1000], "pointed-hide"),
            ([120, 120, 20, 10], "pointed-hide"),  # eyes only
            ([150, 100, 80, 80], "pointed-hide"),
            ([175, 100, 80, 80], "allowed-by-box"),  # a neighbour
            ([90, 135, 100, 10], "pointed-hide"),
        ],
    )
    def test_hide_beats_show_where_they_overlap(self, hide: list[int], expected: str) -> None:
        agreed = consent(person(), photos=[pointed({"p-017": HERE}, hide=[hide])])
        assert reasons(decided(agreed, face()))[0] == expected

    def test_hide_beats_likeness(self) -> None:
        agreed = consent(matched(), photos=[pointed(hide=[HERE])])
        assert reasons(decided(agreed, face(), like=[{"p-017": 0.9}])) == ["pointed-hide"]


def test_a_no_photo_sign_withholds_the_file() -> None:
    agreed = consent(person(), photos=[pointed({"p-017": HERE}, no_photo=True)])
    decisions = decided(agreed, face(), FAR)
    assert decisions.withhold_reason == "no-photo-sign"
    assert reasons(decisions) == ["no-photo-sign", "no-photo-sign"]


class TestLikeness:
    @pytest.mark.parametrize(
        ("measured", "expected"),
        [
            ({"p-017": 0.50, "p-018": 0.40}, "allowed-by-match"),
            ({"p-017": 0.65, "p-018": 0.55}, "allowed-by-match"),
            ({"p-017": 0.60, "p-018": 0.51}, "ambiguous"),
            ({"p-017": 0.50, "p-018": 0.42}, "ambiguous"),
            ({"p-017": 0.49, "p-018": 0.10}, "no-match"),
            ({"p-017": math.nan, "p-018": 0.10}, "low-quality"),
            ("low-quality", "low-quality"),
            (None, "no-match"),
            ({}, "no-match"),
        ],
    )
    def test_a_match_must_be_beyond_doubt(self, measured: Any, expected: str) -> None:
        agreed = consent(matched(), matched("p-018"))
        assert reasons(decided(agreed, face(), like=[measured])) == [expected]

    def test_the_person_and_similarity_are_told(self) -> None:
        (shown,) = decided(consent(matched()), face(), like=[{"p-017": 0.71}]).shown
        assert (shown.person, shown.similarity) == ("p-017", 0.71)

    @pytest.mark.parametrize(("side", "expected"), [(31.9, "low-quality"), (32, "allowed-by-match")])
    def test_small_faces_are_not_compared(self, side: float, expected: str) -> None:
        assert reasons(decided(consent(matched()), face(side=side), like=[{"p-017": 0.9}])) == [expected]

    def test_nobody_is_compared_if_nobody_has_references(self) -> None:
        def never(found: Region) -> None:
            raise AssertionError(found)

        permissions = consent(person()).permissions("social", TODAY, despite_withdrawals=True)
        assert reasons(decide([face()], SOURCE, permissions, never)) == ["no-match"]

    @pytest.mark.parametrize(
        ("keys", "history", "expected"),
        [
            *NO_CONSENT,
            ({"minor": True, "given_by": "both"}, [], "minor"),
        ],
    )
    def test_consent_must_hold(self, keys: dict[str, Any], history: list[Any], expected: str) -> None:
        (decision,) = decided(consent(matched(**keys), events=history), face(), like=[{"p-017": 0.8}]).faces
        assert (decision.action, decision.reason, decision.person) == ("hide", expected, "p-017")

    def test_deny_beats_a_better_allow(self) -> None:
        agreed = consent(matched(), matched("no", decision="deny"))
        assert reasons(decided(agreed, face(), like=[{"p-017": 0.9, "no": 0.5}])) == ["denied"]

    @pytest.mark.parametrize(
        ("second", "expected"),
        [
            (0.60, ["allowed-by-match", "ambiguous"]),
            (0.75, ["ambiguous", "ambiguous"]),
            (0.10, ["allowed-by-match", "no-match"]),
        ],
    )
    def test_a_person_is_in_a_photo_once(self, second: float, expected: list[str]) -> None:
        found = decided(consent(matched()), face(), FAR, like=[{"p-017": 0.8}, {"p-017": second}])
        assert reasons(found) == expected

    def test_who_is_pointed_at_is_not_shown_elsewhere(self) -> None:
        agreed = consent(matched(), photos=[pointed({"p-017": HERE})])
        found = decided(agreed, face(), FAR, like=[None, {"p-017": 0.9}])
        assert reasons(found) == ["allowed-by-box", "ambiguous"]


class TestDismissed:
    """A person looked and saw no face."""

    def test_what_is_no_face_is_left_as_it_is(self) -> None:
        decisions = decided(consent(photos=[pointed(dismiss=[HERE])]), face(), FAR)
        assert reasons(decisions) == ["dismissed", "no-match"]
        [left] = decisions.shown
        assert (left.action, left.person, left.similarity) == ("show", None, None)

    def test_a_box_that_may_mean_two_dismisses_neither(self) -> None:
        decisions = decided(consent(photos=[pointed(dismiss=[HERE])]), face(90), face(110))
        assert reasons(decisions) == ["no-match", "no-match"]
        assert "the dismiss box [100, 100, 80, 80] fits no face" in decisions.warnings[0]

    @pytest.mark.parametrize("hide", [HERE, [120, 120, 20, 10], [150, 100, 80, 80]])
    def test_hide_beats_it(self, hide: list[int]) -> None:
        decisions = decided(consent(photos=[pointed(dismiss=[HERE], hide=[hide])]), face())
        assert reasons(decisions)[0] == "pointed-hide"

    def test_it_beats_show(self) -> None:
        agreed = consent(person(), photos=[pointed({"p-017": HERE}, dismiss=[HERE])])
        assert reasons(decided(agreed, face())) == ["dismissed"]

    @pytest.mark.parametrize(("similarity", "expected"), [(0.5, "denied"), (0.49, "dismissed")])
    def test_who_refused_and_is_recognised_there_is_hidden(self, similarity: float, expected: str) -> None:
        agreed = consent(matched("no", decision="deny"), photos=[pointed(dismiss=[HERE])])
        assert reasons(decided(agreed, face(), like=[{"no": similarity}])) == [expected]

    def test_who_refused_and_is_pointed_at_there_is_hidden(self) -> None:
        agreed = consent(person(decision="deny"), photos=[pointed({"p-017": HERE}, dismiss=[HERE])])
        assert reasons(decided(agreed, face())) == ["denied"]

    def test_nobody_is_named_there_and_nobody_doubted_for_it(self) -> None:
        agreed = consent(matched(), photos=[pointed(dismiss=[HERE])])
        decisions = decided(agreed, face(), FAR, like=[{"p-017": 0.8}, {"p-017": 0.8}])
        assert [(one.reason, one.person) for one in decisions.faces] == [
            ("dismissed", None),
            ("allowed-by-match", "p-017"),
        ]
        assert decisions.concerns == ("p-017",)

    def test_it_withholds_nothing_beside_somebody_who_refused(self) -> None:
        agreed = consent(person(decision="deny"), photos=[pointed({"p-017": [150, 100, 80, 80]}, dismiss=[HERE])])
        decisions = decided(agreed, face(), face(150))
        assert reasons(decisions) == ["dismissed", "denied"]
        assert decisions.withhold_reason is None


class TestFrames:
    @pytest.mark.parametrize(("frame", "expected"), [(0, "allowed-by-box"), (1, "no-match")])
    def test_a_show_box_is_about_the_first_frame_unless_another_is_named(self, frame: int, expected: str) -> None:
        agreed = consent(person(), photos=[pointed({"p-017": HERE})])
        assert reasons(decided(agreed, face(), frame=frame)) == [expected]

    @pytest.mark.parametrize(("frame", "expected"), [(0, "no-match"), (2, "allowed-by-box")])
    def test_another_frame_can_be_named(self, frame: int, expected: str) -> None:
        show = [{"person": "p-017", "box": HERE, "frame": 2}]
        agreed = consent(person(), photos=[pointed() | {"show": show}])
        assert reasons(decided(agreed, face(), frame=frame)) == [expected]

    @pytest.mark.parametrize("kind", ["hide", "dismiss"])
    def test_hide_and_dismiss_are_about_every_frame_unless_one_is_named(self, kind: str) -> None:
        reason = {"hide": "pointed-hide", "dismiss": "dismissed"}[kind]
        everywhere = consent(photos=[pointed(**{kind: [HERE]})])  # type: ignore[arg-type]
        assert [reasons(decided(everywhere, face(), frame=frame)) for frame in (0, 7)] == [[reason], [reason]]
        once = consent(photos=[pointed() | {kind: [{"box": HERE, "frame": 7}]}])
        assert [reasons(decided(once, face(), frame=frame)) for frame in (0, 7)] == [["no-match"], [reason]]

    def test_who_is_pointed_at_on_one_page_may_be_recognised_on_another(self) -> None:
        agreed = consent(matched(), photos=[pointed({"p-017": HERE})])
        assert reasons(decided(agreed, face(), like=[{"p-017": 0.8}], frame=1)) == ["allowed-by-match"]


def test_what_the_manifest_says_by_bytes_and_by_pixels_counts_together() -> None:
    by_pixels = {"pixels": PIXELS, "hide": [{"box": [500, 500, 80, 80]}]}
    agreed = consent(person(), photos=[pointed({"p-017": HERE}), by_pixels])
    assert reasons(decided(agreed, face(), FAR)) == ["allowed-by-box", "pointed-hide"]
