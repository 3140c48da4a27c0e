"""How long an animation may show a frame, and how often itself: numbers that nobody checks have room for a message.

A list of delays can be read as text, and odd ones tell which program made them. So only a few values are fit.
"""

from __future__ import annotations

# Milliseconds, from a fiftieth of a second on, which is the shortest that browsers honour (WebKit bug 36082).
FIT = frozenset({20, 30, 40, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000})
FOR_EVER, ONCE = 0, 1  # how often, as APNG and WebP count it

ODD_DELAY = "frames last other than one of a few times: a list of such can be a message"
ODD_LOOPS = "shown neither once nor for ever: a number that can be anything"
