"""The consent manifest: its values, how it is read and written, and what must hold in it."""
