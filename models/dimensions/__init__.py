"""What designs are judged by: a dimension a file, and the limits."""
