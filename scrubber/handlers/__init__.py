"""One module for each format, which registers it in `scrubber.formats`. All of them are loaded, none is listed."""
