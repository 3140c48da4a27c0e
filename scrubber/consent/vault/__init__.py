"""What is locked: manifests in one encrypted file, and the key of the ledger."""
