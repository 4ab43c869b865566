"""Work that outlives a request: see `docs/reference/jobs.md`."""
