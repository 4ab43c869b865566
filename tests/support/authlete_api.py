"""Helpers for the tests of authlete api."""

LATE = 4_102_444_800_000  # 1 January 2100, in milliseconds
