"""The one place that says which scrubber this is."""

__version__ = "0.1.0"
