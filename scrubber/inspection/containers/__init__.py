"""Takes files apart for `inventory`: one tolerant walker per format, which hands out what it can make out."""
