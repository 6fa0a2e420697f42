"""CSV and TSV files, plain or compressed: every cell is text until its column's reader parses it exactly."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import attrs
import pyarrow as pa
from pyarrow import csv as pa_csv

from vbcdsl.data.options import Options
from vbcdsl.data.readers.part import Field, RawBatch, data_error, reading, sliced

_BLOCK: Final = 8 << 20
_HEADER_LIMIT: Final = 4 << 20
_TEXT: Final = pa.string()
_CODES: Final = pa.dictionary(pa.int32(), pa.string())
COMPRESSIONS: Final = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2"}


@attrs.define(eq=False, slots=False)
class LimitedReader(io.RawIOBase):
    """A decompressed stream that stops at a number of bytes, so that a small file cannot unpack without end."""

    stream: Any
    label: str
    limit: int
    read_so_far: int = 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        block: bytes = self.stream.read(_BLOCK if size is None or size < 0 else size)
        self.read_so_far += len(block)
        if self.read_so_far > self.limit:
            raise data_error(
                "VBC5007",
                f"{self.label} unpacks to more than {self.limit:,} bytes.",
                help="If the file is meant to be so large, raise the limit (max_unpacked_bytes).",
            )
        return block


@attrs.define(eq=False)
class _Header:
    """The first row and what was found on the way to it."""

    names: list[str]
    blank_lines: int
    encoding: str
    has_rows: bool


@attrs.define(eq=False)
class CsvPart:
    """One CSV file. `separator` None: a tab for .tsv, else a comma. `encoding` None: UTF-8, or UTF-16 if the
    file begins with its mark."""

    path: Path
    label: str
    separator: str | None
    encoding: str | None
    limit: int
    typed: bool = False
    _header: _Header | None = None
    _file: Any = None

    @property
    def _compression(self) -> str | None:
        return COMPRESSIONS.get(self.path.suffix.lower())

    @property
    def _separator(self) -> str:
        if self.separator is not None:
            return self.separator
        inner = Path(self.path.stem) if self._compression else self.path
        return "\t" if inner.suffix.lower() in (".tsv", ".tab") else ","

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process (an executor of Spark) opens the file itself."""
        given = (self.path, self.label, self.separator, self.encoding, self.limit, self.typed, self._header)
        return CsvPart, given

    def rows(self) -> int | None:
        """Unknown until read."""
        return None

    def fields(self) -> list[Field]:
        """Its columns by the first row."""
        return [Field(name, _TEXT) for name in self._read_header().names]

    def batches(self, places: list[int], as_codes: set[int], options: Options) -> Iterator[RawBatch]:
        """Batches of at most `options.batch_rows` rows; columns in `as_codes` are encoded while parsing."""
        header = self._read_header()
        if not header.has_rows:
            return
        names = [f"f{i}" for i in range(len(header.names))]
        wanted = [names[place] for place in dict.fromkeys(places)] or names[:1]
        types = {names[place]: _CODES if place in as_codes else _TEXT for place in range(len(names))}
        ragged = _Ragged(self.label)
        with reading(self.label, "CSV"), self._source() as source:
            reader = pa_csv.open_csv(
                source,
                read_options=pa_csv.ReadOptions(
                    column_names=names,
                    skip_rows=header.blank_lines,
                    skip_rows_after_names=1,
                    encoding=header.encoding,
                    block_size=_BLOCK,
                    use_threads=options.threads,
                ),
                parse_options=pa_csv.ParseOptions(
                    delimiter=self._separator, newlines_in_values=True, invalid_row_handler=ragged.skip
                ),
                convert_options=pa_csv.ConvertOptions(
                    column_types=types, include_columns=wanted, strings_can_be_null=False
                ),
            )
            at = {name: i for i, name in enumerate(wanted)}
            for batch in self._batches(reader):
                ragged.stop()
                arrays = [batch.column(at[names[place]]) for place in places]
                if batch.num_rows:
                    yield from sliced(batch.num_rows, arrays, options.batch_rows)
            ragged.stop()

    def _batches(self, reader: Any) -> Iterator[Any]:
        """The reader's batches, with an error of their own for bytes that are no UTF-8."""
        while True:
            try:
                batch = reader.read_next_batch()
            except StopIteration:
                return
            except pa.ArrowInvalid as error:
                if "UTF8" in str(error):
                    raise self._encoding_error() from None
                raise
            yield batch

    def _encoding_error(self) -> Exception:
        return data_error(
            "VBC5009",
            f"{self.label} is not written in UTF-8.",
            help='Say in the bindings how it is written: `encoding = "cp1252"` for files from Windows.',
        )

    @contextmanager
    def _source(self) -> Iterator[Any]:
        """The bytes of the file, unpacked."""
        with pa.OSFile(str(self.path)) as file:
            self._file = file
            if self._compression is None:
                yield file
                return
            with pa.CompressedInputStream(file, self._compression) as stream:
                yield LimitedReader(stream, self.label, self.limit)

    def position(self) -> int:
        """How many bytes of the file the reader has taken so far."""
        try:
            return int(self._file.tell())
        except (AttributeError, ValueError, OSError):  # not opened yet, or read to its end and closed
            return 0 if self._file is None else self.path.stat().st_size

    def _read_header(self) -> _Header:
        if self._header is None:
            with reading(self.label, "CSV"), self._source() as source:
                start = source.read(_HEADER_LIMIT)
                if self._compression and len(start) < _HEADER_LIMIT:
                    start += source.read(_HEADER_LIMIT - len(start))
            self._header = self._parse_header(start)
        return self._header

    def _parse_header(self, start: bytes) -> _Header:
        if not start.strip():
            raise data_error(
                "VBC5006", f"{self.label} is empty.", help="Its first row must name the columns."
            )
        encoding = self.encoding or (
            "utf-16" if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8"
        )
        if b"\0" in start[:512] and not encoding.startswith("utf-16"):
            raise data_error("VBC5005", f"{self.label} is no text file.", help="Is its extension right?")
        try:
            decoder = codecs.getincrementaldecoder(encoding)()
            text = decoder.decode(start).removeprefix("\ufeff")
        except LookupError:
            raise data_error(
                "VBC5024", f'"{encoding}" is no encoding.', help='Write `encoding = "cp1252"`.'
            ) from None
        except UnicodeDecodeError:
            raise self._encoding_error() from None
        return self._first_row(text, encoding)

    def _first_row(self, text: str, encoding: str) -> _Header:
        blank = 0
        lines = io.StringIO(text, newline="")
        rows = csv.reader(lines, delimiter=self._separator)
        try:
            for row in rows:
                if row:
                    rest = lines.read(1 << 16).strip("\r\n")
                    self._refuse_other_separator(row)
                    return _Header([_clean(name) for name in row], blank, encoding, bool(rest))
                blank += 1
        except csv.Error:
            pass
        raise data_error(
            "VBC5006", f"{self.label} has no header.", help="Its first row must name the columns."
        )

    def _refuse_other_separator(self, row: list[str]) -> None:
        """One column whose name holds another separator: say which."""
        other = next(
            (sign for sign in (";", "\t", "|", ",") if sign in row[0] and sign != self._separator), None
        )
        if len(row) > 1 or other is None:
            return
        written = "\\t" if other == "\t" else other
        called = {";": "semicolons", "\t": "tabs", "|": "bars", ",": "commas"}[other]
        raise data_error(
            "VBC5010",
            f"{self.label} has one column, and its name has {called} in it: the cells are not separated by "
            f"{'commas' if self._separator == ',' else 'what the bindings say'}.",
            help=f'Say it in the bindings, below the name of the record: `separator = "{written}"`.',
        )


def _clean(name: str) -> str:
    """A column's name without the invisible characters that spreadsheets leave."""
    return name.replace("\u00a0", " ").replace("\ufeff", "").replace("\u200b", "").strip()


@attrs.define(eq=False)
class _Ragged:
    """Rows with too few or too many cells: the number of them, never their text."""

    label: str
    rows: int = 0
    expected: int = 0
    actual: int = 0

    def skip(self, row: Any) -> str:
        """Called by pyarrow for such a row."""
        if not self.rows:
            self.expected, self.actual = row.expected_columns, row.actual_columns
        self.rows += 1
        return "skip"

    def stop(self) -> None:
        """Raise `VbcError` if there was one."""
        if self.rows:
            raise data_error(
                "VBC5008",
                f"{self.label} has rows whose cells do not match its header ({self.rows:,} so far): the first has "
                f"{self.actual} cells where {self.expected} are named.",
                help="A cell with a comma in it must be in quotes; a last column without a name needs one.",
            )
