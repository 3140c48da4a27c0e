"""Changes to a manifest, made by commands, with everything else left as it was."""
