"""Versions of services and clients, saved whenever they're read."""
