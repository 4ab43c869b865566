"""Doing one thing with many clients: choose them, see what would come of it, start it.

What was chosen and previewed waits in a `Selection`; the work itself is a job.
"""
