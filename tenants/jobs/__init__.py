"""Work that outlives a request: see `docs/jobs.md`."""
