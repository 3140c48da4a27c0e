"""Consent from and to other programs: spreadsheets, records, tags of photo managers."""
