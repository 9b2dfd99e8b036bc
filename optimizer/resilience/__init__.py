"""Where a design breaks and the way out: load, losses, switches, health."""
