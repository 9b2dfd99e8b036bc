"""The app: pages that show what the optimizer answers, and work nothing out themselves."""
