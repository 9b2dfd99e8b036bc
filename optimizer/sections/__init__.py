"""The answer to a question as a section of blocks: one wording, whoever renders it."""
