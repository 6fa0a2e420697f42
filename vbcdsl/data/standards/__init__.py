"""Names of published data models, which stand for a contract's columns where a file does not use its names.

`tuva.toml`, `synpuf.toml` beside this module are bindings files with a list `[[names]]`. They are asked for by
name: `--bindings tuva`, or `standard = "tuva"` below a record. Read by `vbcdsl.data.binding_file`, applied by
`vbcdsl.data.open` once the columns of the files are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from vbcdsl.model.names import snake_case

if TYPE_CHECKING:
    from vbcdsl.data.bindings import ColumnBinding, RecordBinding
    from vbcdsl.data.readers.part import Part
    from vbcdsl.rules.program import Record

_FOLDER = Path(__file__).parent


@attrs.frozen
class StandardName:
    """What a data model calls some columns of contracts. `contract`: their names in snake_case. `choices`: where
    the value may come from, in order. `needed`: columns that a file must have for it to be of the data model.
    `first`: taken although the file has a column of the contract's own name, which means something else."""

    contract: frozenset[str]
    choices: tuple[ColumnBinding, ...]
    needed: tuple[str, ...] = ()
    first: bool = False


@attrs.frozen
class Standard:
    """The names of a data model."""

    title: str
    names: tuple[StandardName, ...]


@cache
def standard_names() -> tuple[str, ...]:
    """The data models whose names ship with the product."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def standard_path(name: str) -> Path | None:
    """The bindings file of a data model."""
    return _FOLDER / f"{name}.toml" if name in standard_names() else None


def with_standard(
    record: Record, binding: RecordBinding, standard: Standard, parts: Sequence[Part]
) -> RecordBinding:
    """The binding with the data model's names for columns that are neither bound nor in the files by name.

    A name is taken only if all files have it. What the data model does not know stays unbound, so that the
    message about a missing column is the usual one.
    """
    files = [frozenset(_spellings(part)) for part in parts]
    added: dict[str, ColumnBinding] = {}
    for column in record.columns:
        own = {column.name, column.id, *column.aliases, *map(snake_case, column.aliases)}
        if column.name in binding.columns:
            continue
        named = any(own & file for file in files)
        for name in standard.names:
            if column.id not in name.contract or (named and not name.first) or not _has(files, name.needed):
                continue
            found = next((choice for choice in name.choices if _has(files, choice.columns)), None)
            if found is not None:
                added[column.name] = _in_record(found, binding)
                break
    return attrs.evolve(binding, columns={**added, **binding.columns})


def _in_record(found: ColumnBinding, binding: RecordBinding) -> ColumnBinding:
    """What the bindings say of the whole record holds for the column too, save what the data model says."""
    rules = attrs.evolve(
        binding.rules,
        format=found.rules.format or binding.rules.format,
        written=found.rules.written or binding.rules.written,
    )
    return attrs.evolve(found, rules=rules)


def _spellings(part: Part) -> list[str]:
    return [text for field in part.fields() for text in (field.name, snake_case(field.name))]


def _has(files: list[frozenset[str]], columns: Sequence[str]) -> bool:
    return all(column in file or snake_case(column) in file for file in files for column in columns)
