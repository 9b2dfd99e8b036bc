"""How a system behaves in one situation (a design in a phase), compiled: one file for each thing of the field."""
