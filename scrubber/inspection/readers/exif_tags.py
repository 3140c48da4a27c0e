"""What single EXIF tags give away: CIPA DC-008-2023 (Exif 3.0), TIFF/EP, DNG 1.7 and Microsoft's XP tags."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Encoding: TypeAlias = Literal["text", "utf-16", "coded", "other"]


class Tag(NamedTuple):
    """A tag that tells something.

    Its name in the standard, the kind of leak, words before the value, its encoding.
    """

    name: str
    kind: str
    words: str
    encoding: Encoding = "text"


TAGS: dict[int, Tag] = {
    # TIFF and IFD0
    0x000B: Tag("ProcessingSoftware", "device", "program"),
    0x010D: Tag("DocumentName", "comment", "name of the document"),
    0x010E: Tag("ImageDescription", "comment", "description"),
    0x010F: Tag("Make", "device", "maker"),
    0x0110: Tag("Model", "device", "model"),
    0x011D: Tag("PageName", "comment", "name of the page"),
    0x0131: Tag("Software", "device", "program or firmware"),
    0x0132: Tag("DateTime", "time", "last changed"),
    0x013B: Tag("Artist", "identity", "photographer"),
    0x013C: Tag("HostComputer", "identity", "computer or phone it was made on"),
    0x800D: Tag("ImageID", "provenance", "identifier of the picture"),
    0x8298: Tag("Copyright", "identity", "copyright"),
    0x9C9B: Tag("XPTitle", "comment", "title", "utf-16"),
    0x9C9C: Tag("XPComment", "comment", "comment", "utf-16"),
    0x9C9D: Tag("XPAuthor", "identity", "author", "utf-16"),
    0x9C9E: Tag("XPKeywords", "text", "keywords", "utf-16"),
    0x9C9F: Tag("XPSubject", "comment", "subject", "utf-16"),
    # DNG
    0xC614: Tag("UniqueCameraModel", "device", "model"),
    0xC62F: Tag("CameraSerialNumber", "serial", "camera's serial number"),
    0xC65D: Tag("RawDataUniqueID", "provenance", "identifier of the raw picture", "other"),
    0xC68B: Tag("OriginalRawFileName", "history", "name of the original file"),
    0xC68C: Tag("OriginalRawFileData", "hidden-picture", "the original raw file", "other"),
    0xC615: Tag("LocalizedCameraModel", "device", "model"),
    0xC634: Tag("DNGPrivateData", "device", "private block of the camera's maker", "other"),
    0xC716: Tag("PreviewApplicationName", "device", "program"),
    0xC717: Tag("PreviewApplicationVersion", "device", "version of the program"),
    0xC71B: Tag("PreviewDateTime", "time", "preview made"),
    0xC6FE: Tag("ProfileCopyright", "identity", "copyright of the colour profile"),
    0xC789: Tag("ReelName", "comment", "name of the reel"),
    0xC7A1: Tag("CameraLabel", "comment", "label of the camera"),
    # Panasonic
    0xC6D2: Tag("PanasonicTitle", "comment", "title"),
    0xC6D3: Tag("PanasonicTitle2", "comment", "title"),
    # Adobe Camera Raw, in files that it developed
    0xFDE8: Tag("OwnerName", "identity", "owner of the camera"),
    0xFDE9: Tag("SerialNumber", "serial", "camera's serial number"),
    0xFDEA: Tag("Lens", "device", "lens"),
    0xFE4C: Tag("RawFile", "history", "name of the original file"),
    # GeoTIFF 1.1 and Photoshop
    0x8482: Tag("ModelTiepoint", "place", "place on a map, point by point", "other"),
    0x85D8: Tag("ModelTransformation", "place", "place on a map, as a matrix", "other"),
    0x87B1: Tag("GeoAsciiParams", "place", "map"),
    0x935C: Tag("ImageSourceData", "hidden-picture", "layers of a Photoshop document", "other"),
    # Exif
    0x9003: Tag("DateTimeOriginal", "time", "taken"),
    0x9004: Tag("DateTimeDigitized", "time", "digitised"),
    0x9286: Tag("UserComment", "comment", "comment", "coded"),
    0x9211: Tag("ImageNumber", "provenance", "number of the picture"),
    0x9212: Tag("SecurityClassification", "comment", "security classification"),
    0x9213: Tag("ImageHistory", "history", "edits"),
    0x9400: Tag("AmbientTemperature", "place", "air temperature, °C", "other"),
    0x9401: Tag("Humidity", "place", "humidity, %", "other"),
    0x9402: Tag("Pressure", "place", "air pressure, hPa (tells the altitude)", "other"),
    0x9403: Tag("WaterDepth", "place", "depth under water, m", "other"),
    0xA004: Tag("RelatedSoundFile", "provenance", "sound file that belongs to it"),
    0xA420: Tag("ImageUniqueID", "provenance", "identifier of the picture"),
    0xA430: Tag("CameraOwnerName", "identity", "owner of the camera"),
    0xA431: Tag("BodySerialNumber", "serial", "camera's serial number"),
    0xA433: Tag("LensMake", "device", "maker of the lens"),
    0xA434: Tag("LensModel", "device", "lens"),
    0xA435: Tag("LensSerialNumber", "serial", "lens's serial number"),
    0xA436: Tag("ImageTitle", "comment", "title"),
    0xA437: Tag("Photographer", "identity", "photographer"),
    0xA438: Tag("ImageEditor", "identity", "who edited it"),
    0xA439: Tag("CameraFirmware", "device", "firmware"),
    0xA43A: Tag("RAWDevelopingSoftware", "device", "program"),
    0xA43B: Tag("ImageEditingSoftware", "device", "program"),
    0xA43C: Tag("MetadataEditingSoftware", "device", "program"),
    0xA40B: Tag("DeviceSettingDescription", "device", "camera settings", "other"),
    # Kodak's APP3 "Meta"
    0xC353: Tag("CameraOwner", "identity", "owner of the camera", "coded"),
    0xC354: Tag("SerialNumber", "serial", "camera's serial number", "coded"),
}

# The time zone and fraction of a second that belong to a time.
TIME_PARTS = {0x0132: (0x9010, 0x9290), 0x9003: (0x9011, 0x9291), 0x9004: (0x9012, 0x9292)}

# Tags that hold content of another reader.
INNER = {
    0x02BC: ("xmp", "XMP"),
    0x83BB: ("iptc", "IPTC"),
    0x8649: ("photoshop", "Photoshop"),
    0x8773: ("icc", "ICC profile"),
}

# Tags that only say how a picture is stored or point elsewhere; not counted as settings of the camera.
STRUCTURE = frozenset({
    0x00FE, 0x00FF, 0x0100, 0x0101, 0x0102, 0x0103, 0x0106, 0x0107, 0x010A, 0x0111, 0x0112, 0x0115, 0x0116, 0x0117,
    0x0118, 0x0119, 0x011A, 0x011B, 0x011C, 0x0124, 0x0125, 0x0128, 0x0129, 0x013D, 0x0140, 0x0142, 0x0143, 0x0144,
    0x0145, 0x014A, 0x0152, 0x0153, 0x015B, 0x0201, 0x0202, 0x0211, 0x0212, 0x0213, 0x0214, 0x8769, 0x8825, 0xA005,
    0x9000, 0x9101, 0xA000, 0xA001, 0xA002, 0xA003, 0x927C,
})  # fmt: skip
