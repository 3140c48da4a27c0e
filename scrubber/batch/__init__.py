"""Folders of photos: planned first, then made safe by several processes, one result per file."""

from scrubber.batch.plan import Found, Plan, Task, plan, search
from scrubber.batch.running import make_apart, run, run_apart, workers

__all__ = ["Found", "Plan", "Task", "make_apart", "plan", "run", "run_apart", "search", "workers"]
