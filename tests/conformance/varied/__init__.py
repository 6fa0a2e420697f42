"""Contracts with other numbers and combinations than any page of the documentation, and their amounts by hand."""
