"""Consent records as ISO/IEC TS 27560:2023 has them, in the words of the W3C Data Privacy Vocabulary, as JSON-LD.

One record per person, after the DPV community's guide (w3id.org/dpv/guides/consent-27560). Boxes, photos and
references are left out: a record of consent is for other systems and for authorities, and they need no faces.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, Final

from scrubber.consent.manifest.model import Event, Person
from scrubber.consent.record import Consent

_CONTEXT: Final = {
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "pd": "https://w3id.org/dpv/pd#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_PROFILE: Final = "https://w3id.org/dpv/schema/iso-27560#record"
_STATUS: Final = {
    "given": "dpv:ConsentGiven",
    "renewed": "dpv:RenewedConsentGiven",
    "withdrawn": "dpv:ConsentWithdrawn",
    "expired": "dpv:ConsentExpired",
    "changed": "dpv:ConsentStatus",  # the vocabulary has no word for a change that neither gives nor ends
}
_INDICATED_BY: Final = {
    "self": ["dpv:DataSubject"],
    "guardian": ["dpv:GuardianOfDataSubject"],
    "both": ["dpv:DataSubject", "dpv:GuardianOfDataSubject"],
}


def records(consent: Consent) -> dict[str, Any]:
    """A JSON-LD document with one `dpv:ConsentRecord` for each of the people, in the manifest's order."""
    return {"@context": _CONTEXT, "@graph": [_record(consent, person) for person in consent.people]}


def _record(consent: Consent, person: Person) -> dict[str, Any]:
    subject = "dpv:Child" if person.minor else "dpv:DataSubject"
    record: dict[str, Any] = {
        "@id": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{consent.organisation}/{person.id}')}",
        "@type": "dpv:ConsentRecord",
        "dct:identifier": person.id,
        "dct:conformsTo": _PROFILE,
        "dpv:hasDataSubject": {"@type": subject, "dct:identifier": person.id},
        "dpv:hasLegalBasis": ["eu-gdpr:A6-1-a", *(["eu-gdpr:A9-2-a"] if person.references else [])],
        "dpv:hasProcess": [_process(person, purpose) for purpose in person.purposes],
        "dpv:hasConsentStatus": list(_statuses(consent, person)),
    }
    if consent.organisation:
        record["dpv:hasDataController"] = {"@type": "dpv:DataController", "dpv:hasName": consent.organisation}
    if person.evidence:
        record["dct:source"] = person.evidence
    return record


def _process(person: Person, purpose: str) -> dict[str, Any]:
    return {
        "@type": "dpv:Process",
        "dpv:hasPurpose": {"@type": "dpv:Purpose", "dct:title": purpose},
        "dpv:hasPersonalData": ["pd:Picture", *(["pd:FacialPrint"] if person.references else [])],
    }


def _statuses(consent: Consent, person: Person) -> Iterator[dict[str, Any]]:
    """The history; and what holds by the person's own entry where the history does not end with it."""
    history = [event for event in consent.events if event.person == person.id]
    for event in history:
        yield _event(person, event)
    if person.decision == "deny" and not (history and history[-1].what == "withdrawn"):
        yield {"@type": "dpv:ConsentRefused"} | _how(person)
    elif person.decision == "allow" and not history:
        since = {"dpv:isIndicatedAtTime": _typed(str(person.valid_from), "date")} if person.valid_from else {}
        yield {"@type": "dpv:ConsentGiven"} | since | _how(person) | _until(person)


def _event(person: Person, event: Event) -> dict[str, Any]:
    told = {"@type": _STATUS[event.what], "dpv:isIndicatedAtTime": _typed(event.at.isoformat(), "dateTime")}
    if event.what in ("given", "renewed"):
        return told | _how(person) | _until(person)
    return told | ({"dct:description": "changed"} if event.what == "changed" else {})


def _how(person: Person) -> dict[str, Any]:
    by = {"dpv:isIndicatedBy": _INDICATED_BY[person.given_by]} if person.given_by else {}
    return by | ({"dpv:hasIndicationMethod": person.method} if person.method else {})


def _until(person: Person) -> dict[str, Any]:
    if person.expires is None:
        return {}
    until = _typed(str(person.expires), "date")
    return {"dpv:hasDuration": {"@type": "dpv:UntilTimeDuration", "rdf:value": until}}


def _typed(value: str, kind: str) -> dict[str, str]:
    return {"@value": value, "@type": f"xsd:{kind}"}
