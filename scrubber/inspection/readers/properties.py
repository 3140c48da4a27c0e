"""What named properties give away. XMP, the JSON in C2PA and PNG keywords share these names.

XMP specification parts 1 and 2, Exif 2.32 for XMP (CIPA DC-010), IPTC Photo Metadata 2023.1, MWG 2.0 regions,
Google's Photo Sphere, depth and motion photo pages, Microsoft Photo 1.0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A property that tells something: kind of leak, words before its value.

    `show` names the only inner properties worth showing where a structure has many; empty means all of them.
    """

    kind: str
    words: str
    show: frozenset[str] = frozenset()


# Kind of leak, words, names of the properties.
_ROWS = (
    (
        "place",
        "place",
        "photoshop:City photoshop:State photoshop:Country Iptc4xmpCore:Location Iptc4xmpCore:CountryCode",
    ),
    ("place", "place shown", "Iptc4xmpExt:LocationShown"),
    ("place", "place where it was taken", "Iptc4xmpExt:LocationCreated dwc:Location"),
    ("place", "altitude in metres", "exif:GPSAltitude"),
    ("place", "direction", "exif:GPSImgDirection exif:GPSDestBearing exif:GPSTrack"),
    ("place", "place aimed at", "exif:GPSDestLatitude exif:GPSDestLongitude"),
    ("place", "direction of the camera in degrees", "GPano:PoseHeadingDegrees"),
    (
        "place",
        "position of the drone",
        "drone-dji:GpsLatitude drone-dji:GpsLongitude drone-dji:GpsLongtitude",
    ),
    ("place", "altitude of the drone in metres", "drone-dji:AbsoluteAltitude drone-dji:RelativeAltitude"),
    ("place", "direction of the drone", "drone-dji:GimbalYawDegree drone-dji:FlightYawDegree"),
    (
        "identity",
        "author",
        "dc:creator tiff:Artist exif:Artist pdf:Author xmp:Author xmpDM:artist acdsee:author",
    ),
    ("identity", "author", "photoshop:AuthorsPosition photoshop:CaptionWriter cc:attributionName"),
    ("identity", "rights", "dc:rights tiff:Copyright xmpRights:UsageTerms xmpRights:WebStatement"),
    ("identity", "owner", "xmpRights:Owner aux:OwnerName exifEX:CameraOwnerName exifEX:Photographer"),
    ("identity", "credit", "dc:contributor dc:publisher photoshop:Credit photoshop:Source"),
    ("identity", "contact of the author", "Iptc4xmpCore:CreatorContactInfo"),
    ("identity", "persons shown", "Iptc4xmpExt:PersonInImage Iptc4xmpExt:PersonInImageWDetails"),
    ("identity", "persons shown", "mediapro:People expressionmedia:People"),
    (
        "identity",
        "organisation shown",
        "Iptc4xmpExt:OrganisationInImageName Iptc4xmpExt:OrganisationInImageCode",
    ),
    ("identity", "age of the persons shown", "Iptc4xmpExt:ModelAge"),
    ("identity", "rights holder", "plus:ImageCreator plus:CopyrightOwner plus:Licensor plus:ImageSupplier"),
    ("identity", "release", "plus:ModelReleaseID plus:PropertyReleaseID"),
    ("depth", "depth map", "GDepth:Format GDepth:Near GDepth:Far GDepth:Mime GDepth:Confidence"),
    ("depth", "portrait mode", "GFocus:BlurAtInfinity GFocus:FocalDistance GFocus:FocalPointX"),
    ("hidden-picture", "picture before the effects of portrait mode", "GImage:Mime"),
    ("hidden-picture", "sound recorded with the photo", "GAudio:Mime GAudio:Data"),
    ("hidden-picture", "says that a gain map is in the file", "hdrgm:Version HDRGainMap:HDRGainMapVersion"),
    ("hidden-picture", "says that an auxiliary picture is in the file", "apdi:AuxiliaryImageType"),
    ("video", "motion photo", "GCamera:MotionPhoto GCamera:MotionPhotoVersion"),
    ("video", "motion photo", "GCamera:MicroVideo GCamera:MicroVideoOffset GCamera:MicroVideoVersion"),
    ("serial", "camera's serial number", "aux:SerialNumber exifEX:BodySerialNumber exifEX:SerialNumber"),
    ("serial", "camera's serial number", "MicrosoftPhoto:CameraSerialNumber drone-dji:CameraSerialNumber"),
    ("serial", "drone's serial number", "drone-dji:DroneSerialNumber"),
    ("serial", "lens's serial number", "aux:LensSerialNumber exifEX:LensSerialNumber"),
    (
        "time",
        "taken",
        "xmp:CreateDate photoshop:DateCreated exif:DateTimeOriginal exif:DateTimeDigitized dc:date",
    ),
    ("time", "last changed", "xmp:ModifyDate xmp:MetadataDate tiff:DateTime"),
    ("time", "satellite time", "exif:GPSTimeStamp exif:GPSDateStamp"),
    ("time", "copied to the computer", "MicrosoftPhoto:DateAcquired"),
    ("device", "camera", "tiff:Make tiff:Model"),
    ("device", "lens", "exifEX:LensModel exifEX:LensMake aux:Lens aux:LensInfo aux:LensID"),
    ("device", "program", "xmp:CreatorTool tiff:Software exif:Software pdf:Producer aux:Firmware"),
    ("device", "program", "GPano:CaptureSoftware GPano:StitchingSoftware"),
    ("provenance", "address of a provenance record", "dcterms:provenance"),
    ("provenance", "links this copy to others", "xmpMM:OriginalDocumentID xmpMM:DocumentID xmpMM:InstanceID"),
    (
        "provenance",
        "files it was made from",
        "xmpMM:DerivedFrom xmpMM:Ingredients xmpMM:Pantry xmpMM:Manifest",
    ),
    ("provenance", "files it was made from", "photoshop:DocumentAncestors dc:source"),
    ("provenance", "identifier of the picture", "exif:ImageUniqueID Iptc4xmpExt:DigImageGUID dc:identifier"),
    ("provenance", "identifier of the picture", "xmp:Identifier plus:ImageSupplierImageID"),
    ("provenance", "origin", "Iptc4xmpExt:DigitalSourceType photoshop:TransmissionReference"),
    ("history", "edits", "photoshop:History"),
    ("history", "name of the original file", "crs:RawFileName"),
    (
        "comment",
        "description",
        "dc:description tiff:ImageDescription exif:UserComment photoshop:Instructions",
    ),
    ("comment", "description", "Iptc4xmpCore:AltTextAccessibility Iptc4xmpCore:ExtDescrAccessibility"),
    ("comment", "title", "dc:title photoshop:Headline Iptc4xmpExt:Headline"),
    ("text", "keywords", "dc:subject lr:hierarchicalSubject digiKam:TagsList acdsee:categories"),
    ("text", "keywords", "MicrosoftPhoto:LastKeywordXMP MicrosoftPhoto:LastKeywordIPTC"),
    ("text", "keywords", "mediapro:CatalogSets expressionmedia:CatalogSets"),
    ("text", "subject", "Iptc4xmpExt:Event Iptc4xmpCore:Scene Iptc4xmpCore:SubjectCode"),
)
# Structures of many fields: kind, words, inner properties that are shown.
_STRUCTURES = {
    "mwg-rs:Regions": ("identity", "faces marked", "mwg-rs:Name"),
    "MP:RegionInfo": ("identity", "faces marked", "MPReg:PersonDisplayName MPRI:PersonDisplayName"),
    "Iptc4xmpExt:ImageRegion": ("identity", "regions marked", "Iptc4xmpExt:Name Iptc4xmpExt:PersonInImage"),
    "xmp:Thumbnails": ("thumbnail", "small copy", "xmpGImg:width xmpGImg:height"),
    "xmpMM:History": ("history", "edits", "stEvt:softwareAgent stEvt:when"),
    "Container:Directory": (
        "hidden-picture",
        "list of the pictures and videos in the file",
        "Item:Semantic Item:Mime",
    ),
    "Device:Container": ("hidden-picture", "list of the pictures in the file", "Item:Mime"),
    "Device:Cameras": ("depth", "depth map", "Image:ItemSemantic"),
}
RULES = {name: Rule(kind, words) for kind, words, names in _ROWS for name in names.split()} | {
    name: Rule(kind, words, frozenset(show.split())) for name, (kind, words, show) in _STRUCTURES.items()
}

# For namespaces that nobody wrote down: what a property's bare name says about it.
_BY_NAME = (
    (re.compile(r"(?i)gps|latitude|longitude|\bgeo|location"), Rule("place", "place")),
    (re.compile(r"(?i)person|author|artist|owner|creator|photographer|face_?name"), Rule("identity", "name")),
    (re.compile(r"(?i)thumbnail"), Rule("thumbnail", "small copy")),
    (re.compile(r"(?i)serial|imei"), Rule("serial", "serial number")),
    (re.compile(r"(?i)date|time_?stamp"), Rule("time", "time")),
)


def rule_for(name: str) -> Rule | None:
    """The rule for a property, by its full name ("exif:GPSLatitude") or else by what its bare name says."""
    if name in RULES:
        return RULES[name]
    bare = name.rpartition(":")[2]
    return next((rule for pattern, rule in _BY_NAME if pattern.search(bare)), None)
