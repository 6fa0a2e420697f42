"""How far a pass over the rows of a record is, for whoever watches (`vbcdsl.watch`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import attrs

from vbcdsl.data.readers.part import Part
from vbcdsl.watch import Watcher, watcher


@attrs.define(eq=False)
class Pass:
    """A pass over the parts of a record: in rows where all parts know theirs, else in bytes of the files."""

    looking: Watcher | None
    sizes: dict[int, int] | None  # bytes of each part by its identity; None: counted in rows
    before: int = 0  # bytes of the parts that are read
    part: Part | None = None

    def take(self, part: Part, rows: int) -> None:
        """Rows of a part were read."""
        if self.looking is None:
            return
        if self.sizes is None:
            self.looking.advance(rows, None)
            return
        if self.part is not part:
            self.before += self.sizes.get(id(self.part), 0)
            self.part = part
        position = getattr(part, "position", None)
        here = position() if position is not None else 0
        self.looking.advance(rows, self.before + min(here, self.sizes.get(id(part), 0)))

    def end(self) -> None:
        """The pass is over."""
        if self.looking is not None:
            self.looking.end()


def begin(record: str, parts: Sequence[Part]) -> Pass:
    """A pass over these parts begins."""
    looking = watcher()
    if looking is None:
        return Pass(None, None)
    known = [_rows(part) for part in parts]
    rows = sum(count for count in known if count is not None)
    sizes = None if None not in known else {id(part): _bytes(part) for part in parts}
    total = rows if sizes is None else sum(sizes.values())
    looking.begin(f"reading {record}", total or None, "rows")
    return Pass(looking, sizes)


def _rows(part: Part) -> int | None:
    """The rows of a part if its file or table says them."""
    from vbcdsl.data.readers.memory import TablePart
    from vbcdsl.data.readers.parquet_file import ParquetPart

    return part.rows() if isinstance(part, (ParquetPart, TablePart)) else None


def _bytes(part: Part) -> int:
    """The bytes of a part's file; 0 if it has none."""
    path = getattr(part, "path", None)
    try:
        return path.stat().st_size if isinstance(path, Path) else 0
    except OSError:
        return 0
