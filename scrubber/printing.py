"""Makes text from files and file names harmless to whoever prints it.

A name can hold whatever its maker liked: sequences that paint over what a terminal showed before, that put words on
somebody's clipboard, or that turn `gpj.exe` into `exe.jpg` before the reader's eyes.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from typing import Any, Final

# Unicode 16.0: the control characters (Cc), the surrogates (Cs), the separators of lines and paragraphs (Zl, Zp), and
# those format characters (Cf) and fillers that show as nothing or change the order of what stands around them. The two
# joiners U+200C and U+200D stay: Persian, Hindi and many emoji are written with them.
_ACTIVE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e00ff]"
)
_JSON_ESCAPES: Final = "scrubber.json-escapes"  # what `codecs` is to do with characters that cannot be encoded
_SHORT: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BYTE: Final = 0x100
_PLANE: Final = 0x10000


def is_active(text: str) -> bool:
    """Whether a text holds characters that do something when they are shown, or that nobody sees."""
    return _ACTIVE.search(text) is not None


def escaped(text: str) -> str:
    """The text as one line that shows every character it holds, and that does nothing but be read.

    Control characters, line ends, changes of direction, invisible characters and bytes of names that are no UTF-8 are
    written as Python writes them: `\\x1b`, `\\n`, `\\u202e`.
    """
    return _ACTIVE.sub(_as_in_python, text)


def json_text(value: Mapping[str, Any], indent: int | None = None) -> str:
    """JSON with the same characters written as its own escapes, so that it means what it meant and can be shown.

    One line unless `indent` says otherwise.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return "\n".join(_ACTIVE.sub(_as_in_json, line) for line in text.split("\n"))


def encodable(text: str, encoding: str) -> str:
    """The text without the characters that an encoding does not have; they become escapes that JSON knows, too."""
    return text.encode(encoding, _JSON_ESCAPES).decode(encoding)


def _as_in_python(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    if code >= _PLANE:
        return f"\\U{code:08x}"
    return _SHORT.get(character) or (f"\\x{code:02x}" if code < _BYTE else f"\\u{code:04x}")


def _as_in_json(found: re.Match[str]) -> str:
    """RFC 8259, section 7: characters beyond the basic plane are two escapes."""
    return json.dumps(found[0])[1:-1]


def _escape_for_json(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


codecs.register_error(_JSON_ESCAPES, _escape_for_json)
