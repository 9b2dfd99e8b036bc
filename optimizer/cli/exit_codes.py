"""What the command line's exit codes mean; docs, help and commands take them from here."""

from __future__ import annotations

OK = 0
NO = 1
"""An answer, and it is no: no design is feasible, a case of a batch failed, a gate is shut."""
BAD_INPUT = 2
"""What the user gave is wrong: a file, an option, a design; said in a sentence."""
DEFECT = 70
"""A defect of Tradespace (EX_SOFTWARE of BSD's sysexits)."""
INTERRUPTED = 130
"""Ctrl-C (128 + SIGINT), with what was found until then."""

TOLD = (
    f"Exit codes: {OK} all is well; {NO} no design is feasible, a case of a batch failed, or a gate is "
    f"shut; {BAD_INPUT} the input is wrong; {DEFECT} a defect of Tradespace; {INTERRUPTED} interrupted, with "
    "what was found until then."
)
