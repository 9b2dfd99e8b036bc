"""Many scenarios: grids and lists of cases, solved on any engine, told together."""
