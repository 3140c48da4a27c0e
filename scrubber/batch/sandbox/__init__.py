"""Processes in which files are opened, and what is taken from them."""
