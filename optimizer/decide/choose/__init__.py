"""Which design: knees, rankings, wishes, the few that stand for all, what survivors have in common."""
