"""Turns what stands in a file into short text that is safe to print on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

LONGEST = 160  # characters of one value; two lines of a terminal
_MOST_LISTED = 8  # different durations


def plain(text: str, longest: int = LONGEST) -> str:
    """`text` on one line, without control characters, cut to `longest` characters."""
    head = text[: longest * 8]  # a value may be megabytes long
    line = " ".join("".join(c if c.isprintable() else " " for c in head).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def decode(raw: bytes, longest: int = LONGEST) -> str:
    """Bytes of unknown encoding as one plain line: UTF-8 if it is that, else Latin-1; NULs end or pad it."""
    head = raw[: longest * 8].strip(b"\0 \t\r\n")
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError:
        text = head.decode("latin-1")
    return plain(text, longest)


def listing(values: Iterable[str]) -> str:
    """Different, non-empty values in their first order, as one plain line."""
    return plain("; ".join(dict.fromkeys(value for value in values if value)))


def size(raw: bytes) -> str:
    """How long `raw` is: "8,123 bytes"."""
    return f"{len(raw):,} bytes"


def animation(frames: int, delays: Sequence[float], plays: int) -> str:
    """What an animation tells: its frames, how long they are shown, in milliseconds, and how often; 0 is for ever."""
    often = {0: "for ever", 1: "once"}.get(plays, f"{plays:,} times")
    different = sorted(set(delays))
    listed = ", ".join(f"{delay:.4g}" for delay in different[:_MOST_LISTED])
    more = " and others" if len(different) > _MOST_LISTED else ""
    lasting = f", each for {listed}{more} ms" if different else ""
    return f"animation of {frames} frames{lasting}, shown {often}"
