"""Questions about a front and about one design."""
