"""From a model to a solution: every design, a sample or a search, and how far the result can be relied on."""
