"""The formatter: white space and the alignment of tables, nothing else.

`layout` decides where each line stands, `table` aligns the pipes, `files` reads and writes. No word and no comment
changes: `files` compares before it writes.
"""

from vbcdsl.format.files import Formatted, format_file, format_text

__all__ = ["Formatted", "format_file", "format_text"]
