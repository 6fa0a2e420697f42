"""Where an expression stands in SQL: the rows of a FROM clause, their keys, what is joined to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import attrs

from vbcdsl.rules.program import Program
from vbcdsl.sql.expression import NotExact
from vbcdsl.sql.settlement.values import Val

KEY = "k"  # the alias of the rows with the keys of a term
ROW = "r"  # the alias of visited rows


class NoKey(NotExact):
    """The rows do not have that key; rows of the place around may."""


@attrs.define(eq=False)
class Scope:
    """Rows of SQL in a performance year. `origin`: the FROM clause without joins; `dims`: key → column; `clock`,
    `code`: the period of a row if it is shorter than the year, and the column with its number; `grain`: of the
    set of keys that the rows are (None: rows of data); `record` and `columns`: the visited record."""

    program: Program
    year: int
    origin: str
    dims: dict[str, str]
    clock: str | None = None
    code: str = ""
    grain: tuple[str, ...] | None = None
    record: str | None = None
    columns: Mapping[str, Val] = attrs.field(factory=dict)
    title: str = ""
    section: str = ""
    joins: list[str] = attrs.field(factory=list)
    guards: list[str] = attrs.field(factory=list)
    named: dict[object, Val] = attrs.field(factory=dict)
    groups: dict[object, tuple[str, dict[str, Any]]] = attrs.field(factory=dict)
    taken: set[str] = attrs.field(factory=set)

    def key(self, dim: str) -> str:
        """The column of a key. `NoKey` if the rows have none."""
        found = self.dims.get(dim)
        if found is None:
            raise NoKey(f"the {dim}, which its rows do not carry")
        return found

    def alias(self, name: str) -> str:
        """A name for something joined that nothing else has."""
        number, found = 1, name
        while found in self.taken or found in (KEY, ROW):
            number += 1
            found = f"{name}_{number}"
        self.taken.add(found)
        return found

    def clause(self, selected: str) -> str:
        """FROM with the joins that something selected needs, and WHERE with what must hold of each row."""
        needed = "\n".join([selected, *self.guards])
        kept: list[str] = []
        for join in reversed(self.joins):  # each stands after those that it needs
            alias = join.partition(" ON ")[0].split()[-1]
            if re.search(rf"\b{re.escape(alias)}\.", needed):
                kept.insert(0, join)
                needed += "\n" + join.partition(" ON ")[2]
        text = "\n".join([f"FROM {self.origin}", *kept])
        if self.guards:
            text += "\nWHERE " + "\n  AND ".join(self.guards)
        return text

    def key_columns(self) -> list[str]:
        """The columns that tell the rows apart."""
        return [*self.dims.values(), *([self.code] if self.clock else [])]
