"""What file and folder names tell: cameras and messengers put dates, times, places and numbers into them.

Patterns say what kind of thing a name tells. No list of them can be complete, so a name that none of them knows tells
something all the same, unless it is made of words that everybody uses and one short number.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Final

from scrubber.values import Leak

# What a name gives away, by the kind of leak it is; each pattern names a habit of a camera, a messenger or a person.
_TELLING: Final = {
    "time": r"""
        (?<!\d)(?:19|20)\d{2}[-_.: ]?(?:0[1-9]|1[0-2])[-_.: ]?(?:0[1-9]|[12]\d|3[01])          # dates, year first
      | (?<!\d)(?:0?[1-9]|[12]\d|3[01])[-_. ](?:0?[1-9]|1[0-2])[-_. ](?:19|20)?\d{2}(?!\d)     # dates, day first
      | (?<!\d)(?:0?[1-9]|1[0-2])[-_. ](?:0?[1-9]|[12]\d|3[01])[-_. ](?:19|20)\d{2}(?!\d)      # dates, month first
      | (?<!\d)(?:[01]?\d|2[0-3])[.:h_-][0-5]\d[.:m_-][0-5]\d(?!\d)                            # times
      | (?<!\d)1[0-9]{12}(?!\d)                                                                # milliseconds since 1970
      | (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-_. ]+\d{1,2},?[-_. ]+(?:19|20)\d{2}
      | \d{1,2}[-_. ]+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-_. ]+(?:19|20)\d{2}
    """,
    "place": r"[-+]?\d{1,3}\.\d{4,} | \d{1,3}°",
    "identity": r"""
        [\w.+-]+@[\w-]+\.\w+                                                                   # mail addresses
      | \+\d[\d ()-]{6,}                                                                       # phone numbers
      | (?<!\d)0\d{8,12}(?!\d)
    """,
    "device": r"""
        ^_?(?:IMG|DSC[NF]?|PXL|MVIMG|VID|VIDEO|DJI|GOPR|GH|GX|GP|SAM|CIMG|_?MG|PICT|HPIM|KIMG|BURST|PANO|P|R|CRW|DCP|STA|STB
          |IMAG|EOS|SANY|KIF|FUJI|DSCPDC|WP|HNI|C360|SL|LG|MOTO|SNAP|CAM)[-_ ]?E?\d{2,}
      | ^\d{3,4}[-_]\d{4}$                                                                     # Canon's folder-file
      | ^\d{4}_\d{4,}$
      | ^(?:1\d{2}|[1-9]\d{2})(?:APPLE|CANON|_PANA|MSDCF|NIKON|OLYMP|ANDRO|MEDIA|GOPRO|_FUJI|D\d{4})$   # folders of DCF
      | \d{6,}                                                                                 # serials, counters
      | [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}                           # unique ids
      | [0-9a-f]{16,}
    """,
    "history": r"""
        whatsapp|signal[-_]|telegram|snapchat|instagram|facebook|fb_img|received_|viber|wechat|mmexport|threema|-WA\d{4}
      | screen[-_ ]?shot|bildschirmfoto|captura|capture[ _]d.[eé]cran|scrnshot
    """,
}
_PATTERNS: Final = {kind: re.compile(text, re.IGNORECASE | re.VERBOSE) for kind, text in _TELLING.items()}
_EMPTY: Final = frozenset(
    "photo photos picture pictures pic image images img foto fotos bild bilder imagen imagem immagine scan page file "
    "folder copy edited final new untitled cropped small large original export фото صورة عکس".split()
)  # words that tell nothing about anybody
_BETWEEN: Final = re.compile(r"[\s_().,-]+")
_COUNT: Final = re.compile(r"\d{1,4}")
_CODED: Final = re.compile(r"(?:photo|folder)-[a-z2-7]{8}(?:-\d{1,4})?")  # neutral names, which scrubber gives

_WORDS: Final = {
    "time": "when the photo was taken or sent",
    "place": "a place",
    "identity": "a person, a telephone number or a mail address",
    "device": "the camera's own count or a serial number",
    "history": "the messenger or program that it came through",
    "words": "something in words or numbers of its own: a person, a place or an event may be among them",
}


def leak(path: PurePath) -> Leak | None:
    """The leak that a file's name is, or None if it tells nothing."""
    kind = tells(path.stem)
    return Leak("file-name", "file name", f"tells {_WORDS[kind]}") if kind else None


def tells(name: str) -> str | None:
    """What a file or folder name without its extension gives away, or None.

    That is time, place, identity, device, history, or words, which nobody but a person can understand.
    """
    known = next((kind for kind, pattern in _PATTERNS.items() if pattern.search(name)), None)
    return known or (None if _is_empty(name.casefold()) else "words")


def _is_empty(name: str) -> bool:
    """Whether a name is a neutral one, or words that everybody uses and at most one short number."""
    if _CODED.fullmatch(name):
        return True
    numbers = [word for word in filter(None, _BETWEEN.split(name)) if word not in _EMPTY]
    return len(numbers) <= 1 and all(map(_COUNT.fullmatch, numbers))
