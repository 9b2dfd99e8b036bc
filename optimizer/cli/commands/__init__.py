"""The commands of `tradespace`, a subject a file."""
