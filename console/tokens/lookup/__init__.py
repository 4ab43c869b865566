"""Token lookup: parse a pasted token, and introspect it at the service that issued it.

The value is passed from page to page encrypted, and not stored
(`docs/explanation/decisions/token-lookup.md`).
"""
