"""Where copies lie, and how a file gets onto the disk."""

from scrubber.storage.atomic_files import NameTaken
from scrubber.storage.local import LocalFolder, digest_of, refuse_original
from scrubber.storage.protocol import State, Storage

__all__ = ["LocalFolder", "NameTaken", "State", "Storage", "digest_of", "refuse_original"]
