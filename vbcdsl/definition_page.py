"""`python -m vbcdsl.definition_page FILE` writes the reference page of the language definition."""

from __future__ import annotations

import sys
from pathlib import Path

from vbcdsl.definition import page

if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8", newline="\n")
