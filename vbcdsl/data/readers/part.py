"""What every format gives, and the errors that all share."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final, Protocol, TypeAlias

import attrs
import pyarrow as pa

from vbcdsl.data.options import Options
from vbcdsl.diagnostics import Diagnostic, VbcError

READ_ERRORS: Final = (pa.ArrowException, OSError, EOFError, zlib.error, ValueError, OverflowError)


@attrs.frozen
class Field:
    """A column of a file. `kind`: its Arrow type; of a CSV file, text."""

    name: str
    kind: Any


# A batch: the number of rows and the columns asked for, in that order (one array each).
RawBatch: TypeAlias = tuple[int, list[Any]]


# A part of a file that a thread may read while others read theirs.
RawPiece: TypeAlias = Callable[[], Iterator[RawBatch]]


class Part(Protocol):
    """One file, or one table in memory."""

    label: str
    typed: bool  # whether its columns have types of their own; the cells of a CSV file are all text

    def fields(self) -> list[Field]:
        """Its columns. `VbcError` if it cannot be read."""
        ...

    def rows(self) -> int | None:
        """The number of rows if it is known without reading them."""
        ...

    def batches(self, places: list[int], as_codes: set[int], options: Options) -> Iterator[RawBatch]:
        """Batches of the columns at these places; those in `as_codes` are best given as dictionaries."""
        ...


def data_error(code: str, message: str, help: str = "", details: tuple[str, ...] = ()) -> VbcError:
    """One mistake of a file."""
    return VbcError([Diagnostic(code, message, help=help, details=details)])


@contextmanager
def reading(label: str, what: str) -> Iterator[None]:
    """Turns what pyarrow and the system raise into one message, without the cells that pyarrow quotes."""
    try:
        yield
    except FileNotFoundError:
        raise data_error("VBC5003", f"There is no file {label}.") from None
    except PermissionError:
        raise data_error("VBC5005", f"{label} cannot be read: permission denied.") from None
    except READ_ERRORS as error:
        raise data_error(
            "VBC5005",
            f"{label} cannot be read as {what}: it is damaged, cut short or another format.",
            help="Write the file again, or check that its extension says what it is.",
            details=(_kind_of(error),),
        ) from None


def _kind_of(error: Exception) -> str:
    """The kind of an error and its first words up to a colon: what follows may quote data."""
    words = str(error).split(":")[0].splitlines()
    return f"{type(error).__name__}: {words[0][:80]}" if words else type(error).__name__


def sliced(rows: int, arrays: list[Any], at_most: int) -> Iterator[RawBatch]:
    """A batch in pieces of at most so many rows."""
    if rows <= at_most:
        yield rows, arrays
        return
    for start in range(0, rows, at_most):
        count = min(at_most, rows - start)
        yield count, [array.slice(start, count) for array in arrays]


def ahead(batches: Iterator[RawBatch]) -> Iterator[RawBatch]:
    """The same batches, the next one read by another thread while this one is worked on."""
    with ThreadPoolExecutor(1, thread_name_prefix="vbc-read") as pool:
        coming = pool.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = pool.submit(next, batches, None)
            yield batch
