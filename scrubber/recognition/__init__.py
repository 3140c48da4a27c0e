"""Joins reference photos, recogniser and manifest: how alike is this face to people who agreed to be compared?

Embeddings live in memory, for as long as the process does, and nowhere else, unless somebody locks them away.
"""

from scrubber.recognition.comparing import gallery, likeness
from scrubber.recognition.embedder import version
from scrubber.recognition.reference_check import review_references
from scrubber.recognition.references import AssessedReference, ReferenceAssessor, assess_here, assess_reference
from scrubber.recognition.stored import stored_embeddings

__all__ = [
    "AssessedReference",
    "ReferenceAssessor",
    "assess_here",
    "assess_reference",
    "gallery",
    "likeness",
    "review_references",
    "stored_embeddings",
    "version",
]
