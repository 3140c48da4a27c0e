"""Imports the libraries that every worker needs, for the process that workers are forked from.

ONNX Runtime is not among them: it begins a thread while it is loaded, and a forked process would be without it. Nor is
MediaPipe, which not every preset uses.
"""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module

from scrubber import opencv

# A worker that needs what is missing or broken imports it again, and says so with the remedy.
with suppress(Exception):
    opencv.load()
for _name in ("numpy", "PIL.ImageCms", "PIL.JpegImagePlugin"):
    with suppress(Exception):
        import_module(_name)
