"""The run store: what was computed, by whom, with what, and how far it is."""
