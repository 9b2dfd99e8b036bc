"""How a number comes about: what a person reads beside it."""
