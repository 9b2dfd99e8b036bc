"""How sure the answer is: uncertain numbers, what they do to the choice, what to measure first."""
