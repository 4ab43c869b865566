"""Change many services or clients at once: select, preview, start a job.

A `BulkKind` declares what differs between services and clients. The selection and its
preview wait in a `Selection` until a job takes over.
"""
