"""Tables of a DuckDB file, or of Postgres through DuckDB's extension, read as Arrow batches.

It stands beside the readers of files: the rows go through the same checks. The database is opened for reading
only, without extensions that load themselves, and sees no file but its own: a view in it that reads other files is
refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import attrs

from vbcdsl.data.addresses import Address
from vbcdsl.data.options import Options
from vbcdsl.data.readers.part import Field, RawBatch, data_error

EXTRA: Final = 'Install it with `pip install "vbcdsl[duckdb]"`.'
_PLAIN: Final = re.compile(
    r"^(BOOLEAN|(U?(TINY|SMALL|BIG)?INT(EGER)?)|DECIMAL\(.*|VARCHAR|DATE|TIMESTAMP.*|FLOAT|DOUBLE)$"
)


def duckdb_module() -> Any:
    """The library. `VbcError` if it is not installed."""
    try:
        import duckdb
    except ImportError:
        raise data_error(
            "VBC5013", "Reading this needs DuckDB, which is not installed.", help=EXTRA
        ) from None
    return duckdb


def connected(threads: int = 2, paths: list[Path] | None = None) -> Any:
    """A database in memory that may read these files and nothing else, and never the network."""
    settings: dict[str, Any] = {
        "threads": threads,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    connection = duckdb_module().connect(":memory:", config=settings)
    if paths is not None:
        listed = ", ".join(text(str(path.absolute())) for path in paths)
        connection.execute(f"SET allowed_paths = [{listed}]")
        connection.execute("SET enable_external_access = false")
    return connection


def quoted(name: str) -> str:
    """An identifier in quotation marks."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text of SQL."""
    return "'" + value.replace("'", "''") + "'"


def reader_of(relation: Any, rows: int) -> Any:
    """The rows of a result as Arrow batches, by the name that the installed version has for it."""
    if hasattr(relation, "to_arrow_reader"):
        return relation.to_arrow_reader(rows)
    return relation.fetch_record_batch(rows)


@attrs.define(eq=False)
class DatabasePart:
    """A table or view."""

    address: Address
    label: str
    typed: bool = True
    _fields: list[Field] | None = None
    _selects: list[str] = attrs.field(factory=list)

    @property
    def table(self) -> str:
        """The table's name in SQL, in the attached database."""
        names = self.address.table.split(".")
        if self.address.scheme == "postgres" and len(names) == 1:
            names = ["public", *names]
        return ".".join(quoted(name) for name in ("source", *names))

    @contextmanager
    def open(self, threads: int = 2) -> Iterator[Any]:
        """A connection in which the database is attached as `source`. `VbcError` if it cannot be."""
        duckdb = duckdb_module()
        with self._errors(duckdb):
            if self.address.scheme == "duckdb":
                path = Path(self.address.place).expanduser()
                if not path.is_file():
                    raise data_error("VBC5003", f"There is no file {path}.")
                wal = path.with_name(path.name + ".wal")
                connection = connected(threads, [path, wal])
                connection.execute(f"ATTACH {text(str(path.absolute()))} AS source (READ_ONLY)")
            else:
                connection = connected(threads)
                try:
                    connection.execute("LOAD postgres")
                except duckdb.Error:
                    raise data_error(
                        "VBC5013",
                        "Reading Postgres needs DuckDB's extension postgres, which is not installed here.",
                        help='Install it once, with a network: `python -c "import duckdb; '
                        "duckdb.execute('INSTALL postgres')\"`; or write the table to Parquet.",
                    ) from None
                connection.execute(f"ATTACH {text(self.address.place)} AS source (TYPE postgres, READ_ONLY)")
        try:
            with self._errors(duckdb):
                yield connection
        finally:
            connection.close()

    @contextmanager
    def _errors(self, duckdb: Any) -> Iterator[None]:
        try:
            yield
        except duckdb.CatalogException:
            raise data_error(
                "VBC5012",
                f"{self.label}: there is no such table.",
                help="Name a table or view of the database, with its schema if it is in one: `#schema.table`.",
            ) from None
        except duckdb.Error as error:
            raise data_error(
                "VBC5005",
                f"{self.label} cannot be read as a database: it is damaged, locked by another program, or another "
                "format.",
                details=(type(error).__name__,),
            ) from None

    def fields(self) -> list[Field]:
        """Its columns."""
        if self._fields is None:
            with self.open() as connection:
                rows = connection.execute(f"DESCRIBE SELECT * FROM {self.table}").fetchall()
                self._selects = [_select(name, kind) for name, kind, *_ in rows]
                empty = f"SELECT {', '.join(self._selects)} FROM {self.table} LIMIT 0"
                schema = reader_of(connection.sql(empty), 1024).schema
                self._fields = [Field(field.name, field.type) for field in schema]
        return self._fields

    def rows(self) -> int | None:
        """The number of rows: counted, as a table may grow between two runs but not in one."""
        with self.open() as connection:
            return int(connection.execute(f"SELECT COUNT(*) FROM {self.table}").fetchall()[0][0])

    def batches(self, places: list[int], as_codes: set[int], options: Options) -> Iterator[RawBatch]:
        """Batches of the columns in the table's order."""
        self.fields()
        wanted = ", ".join(self._selects[place] for place in places) or "1"
        with self.open(2 if options.threads else 1) as connection:
            for batch in reader_of(connection.sql(f"SELECT {wanted} FROM {self.table}"), options.batch_rows):
                if batch.num_rows:
                    yield batch.num_rows, list(batch.columns)[: len(places)]


def _select(name: str, kind: str) -> str:
    """A column with a type that Arrow has exactly: an enumeration is text, a very large whole number a decimal."""
    column = quoted(name)
    if kind in ("HUGEINT", "UHUGEINT", "BIGNUM"):
        return f"CAST({column} AS DECIMAL(38, 0)) AS {column}"
    return column if _PLAIN.match(kind) else f"CAST({column} AS VARCHAR) AS {column}"
