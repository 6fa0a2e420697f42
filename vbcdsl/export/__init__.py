"""Contracts as documents: what the parties read and sign."""
