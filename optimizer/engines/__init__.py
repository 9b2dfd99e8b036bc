"""Where pieces of work are done: here, in local processes, or on a Dask cluster; the results are the same."""
