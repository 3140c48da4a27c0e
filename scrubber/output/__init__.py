"""What a run leaves behind: copies, reports, contact sheets, numbered pictures."""
