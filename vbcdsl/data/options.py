"""How data is read: choices that change speed, memory and what a message may show, never an amount."""

from __future__ import annotations

import attrs

DEFAULT_BATCH_ROWS = 262_144
GIGABYTE = 1 << 30


@attrs.frozen
class Options:
    """`batch_rows`: at most so many rows in a batch. `threads`: whether pyarrow may use several.
    `show_members`: whether messages may name members (else they give row numbers and the shape of a bad
    cell, `9/99/9999`, not its text). `max_unpacked_bytes`: a compressed CSV file that unpacks to more is
    refused. `first_rows`: how many rows a message lists. `ahead`: read the next batch while the engine works
    on this one.
    """

    batch_rows: int = DEFAULT_BATCH_ROWS
    threads: bool = True
    show_members: bool = False
    max_unpacked_bytes: int = 64 * GIGABYTE
    first_rows: int = 5
    ahead: bool = True
