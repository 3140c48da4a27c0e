"""From a manifest and found regions to decisions: who may be seen, and why not."""
