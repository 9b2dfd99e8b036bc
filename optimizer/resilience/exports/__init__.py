"""An experiment as other tools take it, with the prediction inside: a file a tool, one line in `registry`."""
