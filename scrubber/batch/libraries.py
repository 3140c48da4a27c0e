"""Imports the libraries that every worker needs, for the process that workers are forked from.

Neither ONNX Runtime nor MediaPipe are among them: they begin threads while they are loaded, and a forked process would
be without those.
"""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module

for _name in ("numpy", "cv2", "PIL.ImageCms", "PIL.JpegImagePlugin"):
    # A worker that needs what is missing or broken imports it again, and says so with the remedy.
    with suppress(Exception):
        import_module(_name)
