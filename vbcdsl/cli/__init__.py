"""The command line `vbc`: one file for each command, each imported only when it is called.

Exit codes: 0 fine; 1 the contract or the data is wrong; 2 the command line is wrong; 70 a mistake of this program.
"""

from vbcdsl.cli.group import cli, main

__all__ = ["cli", "main"]
