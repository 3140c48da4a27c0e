"""Strict parsers, one per format, which name everything in a file that is not on a short list.

They are written apart from the writers and from the readers in this room, from the standards alone, and import neither.
Each takes a whole file and returns its objections; none if every byte is accounted for. None of them raises.
"""
