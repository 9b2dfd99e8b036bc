"""How a system behaves in one situation (a design in a phase), compiled: one thing of the field a file."""
