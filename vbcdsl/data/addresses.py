"""Inputs that are no files of their own: a table in a DuckDB file, in Postgres, or on a Spark cluster.

    duckdb:warehouse.db#member_months        a table or view of a DuckDB file (`schema.table` too)
    postgres:dbname=claims#member_months     a table of Postgres, read through DuckDB's extension
    spark:s3a://lake/member_months           a folder that the Spark cluster reads (engine spark only)
    spark:#lake.member_months                a table of the cluster's catalog

It stands before `inputs`: what is written like a path is looked at here first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal, TypeAlias

import attrs

from vbcdsl.data.readers.part import data_error

Scheme: TypeAlias = Literal["duckdb", "postgres", "spark"]
SCHEMES: Final[tuple[Scheme, ...]] = ("duckdb", "postgres", "spark")


@attrs.frozen
class Address:
    """`place`: the DuckDB file, the connection of Postgres, the folder of Spark. `table`: "" for a folder."""

    scheme: Scheme
    place: str
    table: str

    @property
    def label(self) -> str:
        """What messages and run.json say: a connection may hold a password, and is left out."""
        if self.scheme == "postgres":
            return f"postgres:#{self.table}"
        return f"{self.scheme}:{self.place}" + (f"#{self.table}" if self.table else "")

    def below(self, base: Path) -> str:
        """The address with a DuckDB file's path relative to `base`, as text."""
        place = str(base / self.place) if self.scheme == "duckdb" else self.place
        return f"{self.scheme}:{place}" + (f"#{self.table}" if self.table else "")


def address_of(given: object) -> Address | None:
    """The address that a text is, None for a path. `VbcError` for one that names no table."""
    text = str(given) if isinstance(given, (str, Path)) else ""
    scheme, colon, rest = text.partition(":")
    for known in SCHEMES:
        if colon and scheme == known:
            place, _, table = rest.partition("#")
            if (known != "spark" and not (place and table)) or not (place or table):
                raise data_error(
                    "VBC5012",
                    f"{known}: names no table.",
                    help=f"Write `{known}:{'FILE' if known == 'duckdb' else 'CONNECTION'}#TABLE`, for example "
                    "`--data member_months=duckdb:warehouse.db#member_months`.",
                )
            return Address(known, place, table)
    return None
