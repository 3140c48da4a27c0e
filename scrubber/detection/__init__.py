"""Where the faces are, and how alike two of them look."""
