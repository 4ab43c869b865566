"""Tampering by an attacker with full access to the database."""
