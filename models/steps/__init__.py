"""Behaviour in time by steps: many designs and seeds at once, with queues, retries and caches that fill."""
