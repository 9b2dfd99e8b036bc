"""Which design to take, and the few to look at beside it."""
