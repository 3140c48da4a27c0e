"""Keeps modules out that a library imports and that nobody here uses.

MediaPipe imports matplotlib and sounddevice along with its face detector, which uses neither. matplotlib writes a cache
into the home; sounddevice starts a compiler and a linker to find a library for sound.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from threading import RLock
from types import ModuleType
from typing import Any

_LOCK = RLock()


class _Deferred(ModuleType):
    """Stands for a module until somebody asks it for something, and then asks the real one.

    So a program that uses MediaPipe's drawing or recording after us finds them whole.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__path__":  # who looks through all modules wants none of them
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        with _LOCK:
            for module in (self, *self._family()):
                _forget(module)
            return getattr(import_module(self.__name__), name)

    def _family(self) -> list[ModuleType]:
        """Stand-ins for the packages that this module lies in, and for what lies in it."""
        return [
            module
            for name, module in list(sys.modules.items())
            if isinstance(module, _Deferred)
            and (name.startswith(f"{self.__name__}.") or self.__name__.startswith(f"{name}."))
        ]


@contextmanager
def kept_out(*names: str) -> Iterator[None]:
    """In this block the modules of these names are not loaded when they are imported; packages come before their parts.

    Those that the program has loaded already are left alone. Afterwards `sys.modules` holds no stand-in, so that an
    import elsewhere in the program gets the real module.
    """
    with _LOCK:
        placed = {name: _Deferred(name) for name in names if name not in sys.modules}
        for name, module in placed.items():
            sys.modules[name] = module
            parent, _, part = name.rpartition(".")
            if parent in placed:
                placed[parent].__dict__[part] = module
        try:
            yield
        finally:
            for module in placed.values():
                _forget(module)


def _forget(module: ModuleType) -> None:
    if sys.modules.get(module.__name__) is module:
        del sys.modules[module.__name__]
