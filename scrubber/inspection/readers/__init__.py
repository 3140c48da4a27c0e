"""Each reader understands one kind of content, wherever it lies, and says what it gives away.

A reader is a function from a `Part` to findings: leaks, or further parts. It raises only `BrokenError`.
"""
