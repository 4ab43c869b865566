"""Background jobs, see docs/reference/jobs.md."""
