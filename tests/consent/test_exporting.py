"""Consent records in the words of the Data Privacy Vocabulary."""

from __future__ import annotations

import json
from typing import Any

from consent_scenes import consent, event, matched, person

from scrubber.consent import Person
from scrubber.consent.exchange.dpv import records


def record(*events: dict[str, str], **keys: Any) -> dict[str, Any]:
    [one] = records(consent(matched(given_by="both", method="written", **keys), events=events))["@graph"]
    return dict(one)


def test_a_record_says_who_what_for_until_when_and_on_what_basis() -> None:
    told = record(evidence="sha256:" + "0f" * 32)
    assert told["@type"] == "dpv:ConsentRecord"
    assert told["dct:identifier"] == "p-017"
    assert [process["dpv:hasPurpose"]["dct:title"] for process in told["dpv:hasProcess"]] == ["social"]
    assert told["dpv:hasLegalBasis"] == ["eu-gdpr:A6-1-a", "eu-gdpr:A9-2-a"]
    [status] = told["dpv:hasConsentStatus"]
    assert status["@type"] == "dpv:ConsentGiven"
    assert status["dpv:isIndicatedBy"] == ["dpv:DataSubject", "dpv:GuardianOfDataSubject"]
    assert status["dpv:hasDuration"]["rdf:value"]["@value"] == "2026-12-31"


def test_the_history_is_told_and_a_refusal_is_never_lost() -> None:
    types = [status["@type"] for status in record(event("given"), event("withdrawn"))["dpv:hasConsentStatus"]]
    assert types == ["dpv:ConsentGiven", "dpv:ConsentWithdrawn"]
    refused = record(event("given"), decision="deny")["dpv:hasConsentStatus"]
    assert refused[-1]["@type"] == "dpv:ConsentRefused"


def test_no_face_recognition_no_biometric_data() -> None:
    [told] = records(consent(person()))["@graph"]
    assert "eu-gdpr:A9-2-a" not in told["dpv:hasLegalBasis"]
    assert "Facial" not in json.dumps(told)


def test_records_are_the_same_each_time_and_plain_json() -> None:
    agreed = consent(person("a"), person("b", decision="deny"))
    assert json.dumps(records(agreed)) == json.dumps(records(agreed))
    identifiers = [one["@id"] for one in records(agreed)["@graph"]]
    assert len(set(identifiers)) == len(agreed.people)
    assert all(isinstance(one, Person) for one in agreed.people)
