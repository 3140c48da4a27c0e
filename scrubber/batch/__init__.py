"""Folders of photos: planned first, made safe by several processes, published by one, which keeps the ledger."""

from scrubber.batch.idle_restrictions import with_idle_note
from scrubber.batch.in_order import in_order, map_files
from scrubber.batch.ledger.among_copies import copy_named, folder_of_copies
from scrubber.batch.ledger.entries import Copy
from scrubber.batch.ledger.ledger import Ledger
from scrubber.batch.ledger.people_shown import people_shown
from scrubber.batch.ledger.published import (
    Published,
    copy_anywhere,
    folders_at_work,
    forget,
    identified_copy,
    known_copy,
    ledger_around,
    note_withdrawal,
    out_of,
    published,
    seal_ledgers,
    showing,
)
from scrubber.batch.ledger.refusals import refusal_of, refused_since, remembered, under_known_refusals
from scrubber.batch.ledger.standing import objection
from scrubber.batch.plan import Found, Plan, Task, plan, refuse_below_a_file, search
from scrubber.batch.publisher import Publisher
from scrubber.batch.running import failed, run, workers
from scrubber.batch.sandbox.executors import Executor, Sandbox, Serial, Shared
from scrubber.batch.single import make_one, publish_one, rehearse_one, retract_beside, stays_at
from scrubber.batch.work import reference_assessor

__all__ = [
    "Copy",
    "Executor",
    "Found",
    "Ledger",
    "Plan",
    "Published",
    "Publisher",
    "Sandbox",
    "Serial",
    "Shared",
    "Task",
    "copy_anywhere",
    "copy_named",
    "failed",
    "folder_of_copies",
    "folders_at_work",
    "forget",
    "identified_copy",
    "in_order",
    "known_copy",
    "ledger_around",
    "make_one",
    "map_files",
    "note_withdrawal",
    "objection",
    "out_of",
    "people_shown",
    "plan",
    "publish_one",
    "published",
    "reference_assessor",
    "refusal_of",
    "refuse_below_a_file",
    "refused_since",
    "rehearse_one",
    "remembered",
    "retract_beside",
    "run",
    "seal_ledgers",
    "search",
    "showing",
    "stays_at",
    "under_known_refusals",
    "with_idle_note",
    "workers",
]
