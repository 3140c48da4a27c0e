"""Whether the files of a package are still those that its installer wrote down."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from importlib import metadata


def changed_files(package: str) -> list[str]:
    """Files of an installed package that are gone or differ from its RECORD, by the names that stand there.

    Raises `metadata.PackageNotFoundError`. What has no hash there, as compiled Python has none, is not looked at.
    """
    files = metadata.distribution(package).files or []
    return [str(file) for file in files if file.hash and not _is_as_recorded(file)]


def _is_as_recorded(file: metadata.PackagePath) -> bool:
    recorded = file.hash
    assert recorded is not None
    try:
        data = file.locate().read_bytes()  # type: ignore[attr-defined]
    except OSError:
        return False
    digest = urlsafe_b64encode(hashlib.new(recorded.mode, data).digest()).decode().rstrip("=")
    return digest == recorded.value
