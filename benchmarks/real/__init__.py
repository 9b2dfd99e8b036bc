"""Real servers on the loopback address: nginx, HAProxy, pgbouncer, PostgreSQL, Redis, under open load."""
