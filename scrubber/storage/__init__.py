"""Where copies lie, and how a file gets onto the disk."""
