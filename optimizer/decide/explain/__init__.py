"""Why this design: what it gives up, what its decisions do, against others, whether it still holds."""
