"""Raw files of cameras: most are TIFFs by structure, Canon's CR3 is made of boxes, others have heads of their own."""

from scrubber.formats import Format, Requirement, register
from scrubber.formats.brands import by_brand
from scrubber.formats.tiff_heads import MAGIC, is_raw
from scrubber.inspection.containers import raw as container
from scrubber.photos import raw as codec

register(
    Format(
        name="raw",
        medium="photo",
        extensions=tuple(
            "dng cr2 cr3 crw nef nrw arw srf sr2 srw orf rw2 rwl pef raf raw x3f mrw 3fr fff iiq mef mos erf kdc dcr "
            "gpr".split()
        ),
        magic=(b"FUJIFILMCCD-RAW", b"IIRO", b"IIU\x00"),
        recognises=lambda header: by_brand(header) == "raw" or (header.startswith(MAGIC) and is_raw(header)),
        open=codec.read,
        inspect=container.walk,
        needs=Requirement(
            "rawpy", "rawpy", "opens camera raw", "camera raw (DNG, CR2, NEF, …) is refused", "pip install rawpy"
        ),
    )
)
