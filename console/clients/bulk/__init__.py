"""Change many clients at once: select, preview, start a job.

The selection and its preview wait in a `Selection` until a job takes over.
"""
