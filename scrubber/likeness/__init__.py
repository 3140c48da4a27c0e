"""Joins reference photos, recogniser and manifest: how alike is this face to people who agreed to be compared?

Embeddings live in memory, for as long as the process does, and nowhere else, unless somebody locks them away.
"""

from scrubber.faces.recogniser import version
from scrubber.likeness.comparing import gallery, likeness
from scrubber.likeness.keeping import stored_embeddings
from scrubber.likeness.looking_over import look_over
from scrubber.likeness.references import Judge, Judged, judge, judge_here

__all__ = ["Judge", "Judged", "gallery", "judge", "judge_here", "likeness", "look_over", "stored_embeddings", "version"]
