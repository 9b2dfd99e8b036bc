"""Designs: the columns of the decision matrix, which combinations are allowed, and all of them by number."""
