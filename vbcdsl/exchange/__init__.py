"""Contracts and other programs: tables as CSV or spreadsheets, and published formats of other communities."""
