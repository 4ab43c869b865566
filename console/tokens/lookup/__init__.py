"""Checking a token that somebody pasted: read here first, then asked where it belongs.

Its value is handed from one page to the next sealed, and kept nowhere
(`docs/explanation/decisions/token-lookup.md`).
"""
