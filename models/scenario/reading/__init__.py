"""From the bytes of a file to a tree, and from what doesn't fit to findings in words."""
