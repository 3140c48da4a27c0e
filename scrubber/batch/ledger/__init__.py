"""The one record of what was published into a folder, and all that relies on it."""
