"""Executable value-based contracts: the text that the parties sign is the program that pays."""

__version__ = "0.1.0"
