"""Imports the libraries that every worker needs, for the process that workers are forked from.

ONNX Runtime is not among them: it begins a thread while it is loaded, and a forked process would be without it. Nor is
MediaPipe, which is loaded without its plots only where `isolation` has seen to that.
"""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module

for _name in ("numpy", "cv2", "PIL.ImageCms", "PIL.JpegImagePlugin"):
    # A worker that needs what is missing or broken imports it again, and says so with the remedy.
    with suppress(Exception):
        import_module(_name)
