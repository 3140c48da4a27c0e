"""Face names in XMP: numbers and names, and nothing from packets that cannot be trusted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.consent.exchange.tagged_faces import TaggedFace, face_regions

NAMESPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" '
    'xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#" '
    'xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#" '
    'xmlns:MP="http://ns.microsoft.com/photo/1.2/" '
    'xmlns:MPRI="http://ns.microsoft.com/photo/1.2/t/RegionInfo#" '
    'xmlns:MPReg="http://ns.microsoft.com/photo/1.2/t/Region#"'
)
DIMENSIONS = '<mwg-rs:AppliedToDimensions stDim:w="800" stDim:h="600" stDim:unit="pixel"/>'


def packet(inner: str) -> bytes:
    return (
        f'junk<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {NAMESPACES}><rdf:Description>{inner}</rdf:Description>'
        f"</rdf:RDF></x:xmpmeta>junk"
    ).encode()


def regions(*entries: str) -> bytes:
    bag = "".join(f"<rdf:li>{entry}</rdf:li>" for entry in entries)
    return packet(
        f"<mwg-rs:Regions><rdf:Description>{DIMENSIONS}<mwg-rs:RegionList><rdf:Bag>{bag}</rdf:Bag>"
        "</mwg-rs:RegionList></rdf:Description></mwg-rs:Regions>"
    )


AS_ATTRIBUTES = (
    '<rdf:Description mwg-rs:Name="Ada" mwg-rs:Type="Face">'
    '<mwg-rs:Area stArea:x="0.5" stArea:y="0.25" stArea:w="0.2" stArea:h="0.1" stArea:unit="normalized"/>'
    "</rdf:Description>"
)
AS_ELEMENTS = (
    "<rdf:Description><mwg-rs:Name>Ada</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type>"
    '<mwg-rs:Area rdf:parseType="Resource"><stArea:x>0.5</stArea:x><stArea:y>0.25</stArea:y><stArea:w>0.2</stArea:w>'
    "<stArea:h>0.1</stArea:h></mwg-rs:Area></rdf:Description>"
)
MICROSOFT = packet(
    '<MP:RegionInfo rdf:parseType="Resource"><MPRI:Regions><rdf:Bag><rdf:li MPReg:PersonDisplayName="Ada" '
    'MPReg:Rectangle="0.4, 0.2, 0.2, 0.1"/></rdf:Bag></MPRI:Regions></MP:RegionInfo>'
)


@pytest.mark.parametrize("entry", [AS_ATTRIBUTES, AS_ELEMENTS], ids=["attributes", "elements"])
def test_areas_are_centred(entry: str) -> None:
    [found] = face_regions(regions(entry))
    assert (found.name, found.applied_to) == ("Ada", (800, 600))
    assert (found.left, found.top, found.width, found.height) == pytest.approx((0.4, 0.2, 0.2, 0.1))


def test_microsofts_rectangles_start_at_the_corner() -> None:
    assert face_regions(MICROSOFT) == (TaggedFace("Ada", 0.4, 0.2, 0.2, 0.1),)


def test_microsofts_count_only_where_there_are_no_others() -> None:
    assert len(face_regions(regions(AS_ATTRIBUTES) + MICROSOFT)) == 1


@pytest.mark.parametrize(
    "entry",
    [
        AS_ATTRIBUTES.replace('"Face"', '"Pet"'),
        AS_ATTRIBUTES.replace('"0.5"', '"nan"'),
        AS_ATTRIBUTES.replace('"0.5"', '"50"'),
        AS_ATTRIBUTES.replace('"0.2"', '"-0.2"'),
        AS_ATTRIBUTES.replace("normalized", "pixel"),
        AS_ATTRIBUTES.replace('stArea:x="0.5"', ""),
    ],
)
def test_what_makes_no_sense_is_passed_over(entry: str) -> None:
    assert face_regions(regions(entry)) == ()


def test_a_mark_without_a_name_is_a_face_all_the_same() -> None:
    [found] = face_regions(regions(AS_ATTRIBUTES.replace('mwg-rs:Name="Ada" ', "")))
    assert found.name == ""


def test_entities_are_never_resolved() -> None:
    bomb = regions(AS_ATTRIBUTES).replace(b"<rdf:RDF", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><rdf:RDF', 1)
    assert face_regions(bomb) == ()


@given(st.binary(max_size=60), st.integers(0, 900), st.integers(0, 40))
def test_nothing_in_a_file_makes_it_stumble(junk: bytes, at: int, cut: int) -> None:
    whole = regions(AS_ATTRIBUTES, AS_ELEMENTS)
    for found in face_regions(whole[:at] + junk + whole[at + cut :]):
        assert 0 < found.width <= 1
