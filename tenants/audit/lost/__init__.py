"""Calls whose outcome nobody knows, and how each is settled: by what its intent keeps
and one read, never by guessing."""
