"""Writes result files safely and exactly.

A file appears under its name only when it is complete: it is written beside it under another name first. Amounts
are written as decimal digits from exact fractions; text that a spreadsheet would run as a formula is quoted.
"""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import IO, Any, Final

from vbcdsl.model.values import round_to

MAX_PLACES: Final = 12
# full-width signs too: some spreadsheets read them like the others
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def exact_text(value: Fraction) -> str:
    """The decimal digits of a number: all of them if they end (`0.125`), else rounded half up to 12 places."""
    places = _places(value)
    if places is None:
        value = round_to(value, "half up", Fraction(1, 10**MAX_PLACES))
        places = _places(value) or 0
    return _digits(value, places)


def money_text(value: Fraction) -> str:
    """Dollars with at least two places: `1234.50`; more places if the amount is no whole number of cents."""
    places = _places(value)
    if places is None:
        text = exact_text(value)
        return text if len(text.partition(".")[2]) >= 2 else _digits(Fraction(text), 2)
    return _digits(value, max(places, 2))


def _places(value: Fraction) -> int | None:
    """The number of decimal places, None if they do not end."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None


def _digits(value: Fraction, places: int) -> str:
    whole = abs(value.numerator) * 10**places // value.denominator
    sign = "-" if value < 0 and whole else ""
    head, tail = divmod(whole, 10**places)
    return f"{sign}{head}.{tail:0{places}d}" if places else f"{sign}{head}"


def cell_text(value: object) -> str:
    """A cell of a CSV file. Fractions and whole numbers are digits; a text that a spreadsheet would take for a
    formula gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Fraction):
        return exact_text(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        raise TypeError("a float has no exact text")
    text = str(value)
    return "'" + text if text.startswith(FORMULA_STARTS) else text


class _Lines:
    """A file whose lines end in a line feed alone, for a writer that quotes cells with either character."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, line: str) -> int:
        return self._file.write(line.removesuffix("\r\n") + "\n")


def csv_writer(file: IO[str]) -> Any:
    """A `csv.writer` that quotes a cell with a carriage return in it: unquoted it would begin a row of its own,
    and what stands behind it a cell."""
    return csv.writer(_Lines(file), lineterminator="\r\n")


@contextmanager
def safe_file(path: str | Path, mode: str = "wb", **keywords: Any) -> Iterator[IO[Any]]:
    """A file that takes its name (and replaces an older one) when the block ends without an exception."""
    path = Path(path)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, mode, **keywords) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_csv(path: str | Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A UTF-8 CSV file. Cells: see `cell_text`; money should come as `money_text` in a `Digits`."""
    with safe_file(path, "w", encoding="utf-8", newline="") as file:
        writer = csv_writer(file)
        writer.writerow([cell_text(name) for name in header])
        for row in rows:
            writer.writerow([cell if isinstance(cell, Digits) else cell_text(cell) for cell in row])


class Digits(str):
    """Text that is a number and is written as it is, with its minus sign."""

    __slots__ = ()


def money_cell(value: Fraction) -> Digits:
    """An amount of money as a cell."""
    return Digits(money_text(value))


def write_json(path: str | Path, value: object) -> None:
    """A UTF-8 JSON file; a `Fraction` is written as the text of its digits. Floats are refused."""
    with safe_file(path, "w", encoding="utf-8") as file:
        json.dump(_exact(value), file, indent=2, ensure_ascii=False, allow_nan=False)
        file.write("\n")


def _exact(value: object) -> object:
    if isinstance(value, Fraction):
        return exact_text(value)
    if isinstance(value, float):
        raise TypeError("a float has no exact text")
    if isinstance(value, dict):
        return {str(key): _exact(item) for key, item in value.items()}
    return [_exact(item) for item in value] if isinstance(value, (list, tuple)) else value


def write_parquet(path: str | Path, table: Any, **keywords: Any) -> None:
    """A `pyarrow.Table` as a Parquet file."""
    import pyarrow.parquet as pq

    with safe_file(path, "wb") as file:
        pq.write_table(table, file, **keywords)


def write_batches(path: str | Path, schema: Any, batches: Iterable[Any]) -> None:
    """Batches of one `pyarrow.Schema` as a Parquet file, each as it comes."""
    import pyarrow.parquet as pq

    with safe_file(path, "wb") as file, pq.ParquetWriter(file, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
