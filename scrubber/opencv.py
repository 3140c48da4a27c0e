"""OpenCV, loaded only when a stage needs it."""

from __future__ import annotations

import os
from functools import cache
from types import ModuleType
from typing import Final

from scrubber import environment
from scrubber.errors import MissingPart

_THREADS: Final = "OPENCV_FOR_THREADS_NUM"


@cache
def load() -> ModuleType:
    """The `cv2` module. Raises `MissingPart` with the remedy when it, or a system library it wants, is absent.

    It leaves `QT_QPA_PLATFORM_PLUGIN_PATH` and `QT_QPA_FONTDIR` in the environment, which its windows need and which
    name folders of its own; the change that it makes to `LD_LIBRARY_PATH` is taken back.
    """
    threads = os.environ.get(_THREADS)
    if threads is not None and not (threads.isdecimal() and int(threads)):
        del os.environ[_THREADS]  # OpenCV would fail at each picture
    try:
        with environment.search_paths_kept():
            import cv2
    except (ImportError, OSError) as error:
        raise MissingPart(
            f"OpenCV cannot be loaded ({error}); install opencv-contrib-python, "
            "and on Debian or Ubuntu: apt install libgl1 libglib2.0-0"
        ) from error
    except AttributeError as error:  # what its files say of each other when two packages have put theirs in one folder
        raise MissingPart(
            f"OpenCV is broken ({error}); uninstall all packages that begin with opencv, then install "
            "opencv-contrib-python"
        ) from error
    # OpenCV 5.0 warns at each load of a net that its new engine has no targets to choose from.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
    return cv2
