"""The parts of the fuzzers: mutants of scenarios, edited side files, relations, and what is told a defect."""
