"""What is better than what: dominance, fronts, hypervolume, and the scaling of losses."""
