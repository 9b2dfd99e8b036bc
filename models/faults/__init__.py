"""What is broken on purpose: typed faults, what they change and when, and what is expected meanwhile."""
