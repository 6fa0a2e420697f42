"""The rows of the source papers: each payment arrangement that a paper names, and the contract that answers for
it.

`contract_library/rows/*.toml` says which contract covers a row; whether that contract is there and says the same
is computed. `vbc library list` and `docs/reference/library.md` show the result.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import attrs

from vbcdsl.diagnostics import Diagnostic
from vbcdsl.library.facts import Facts, facts_of, read_toml, wrong
from vbcdsl.resources import library_dir

Status: TypeAlias = Literal["contract", "variant", "names no payment", "missing"]
NO_PAYMENT: Final = "names no payment"


@attrs.frozen
class Paper:
    """A source paper and the number of its rows."""

    id: str
    title: str
    rows: int


@attrs.frozen
class Row:
    """A row with its computed status. `program`: the folder of the contract that covers it (None: it names no
    payment). `category` and `numbers` are those of the contract. `why`: what is missing."""

    id: str
    title: str
    paper: str
    status: Status
    program: str | None = None
    category: str | None = None
    numbers: str = ""
    why: str = ""

    @property
    def shown(self) -> str:
        """The status in words."""
        return f"variant of {self.program}" if self.status == "variant" else self.status


@attrs.frozen
class Account:
    """All rows of all papers. Rows that a paper has and that are not written down are counted as missing."""

    papers: tuple[Paper, ...]
    rows: tuple[Row, ...]

    @property
    def expected(self) -> int:
        """The number of rows that the papers have."""
        return sum(paper.rows for paper in self.papers)

    @property
    def missing(self) -> tuple[Row, ...]:
        """The rows for which nothing answers."""
        return tuple(row for row in self.rows if row.status == "missing")

    def count(self, status: Status) -> int:
        """The number of rows of a status."""
        return sum(row.status == status for row in self.rows)

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """An error (VBC8036) for each row without an answer."""
        return tuple(
            Diagnostic("VBC8036", f"row {row.id} ({row.title}): {row.why}", help="see contract_library/rows/")
            for row in self.missing
        )


def account(folder: Path | None = None) -> Account:
    """The rows of the library in `folder`, each with its status."""
    folder = folder or library_dir()
    papers = tuple(_paper(folder, table) for table in read_toml(folder / "sources.toml").get("source", []))
    programs: dict[str, Facts | None] = {}
    rows: list[Row] = []
    for paper in papers:
        path = folder / "rows" / f"{paper.id}.toml"
        written = {str(t.get("id")): t for t in read_toml(path).get("row", [])} if path.is_file() else {}
        wanted = [f"{paper.id}-{number:02}" for number in range(1, paper.rows + 1)]
        unknown = [id for id in written if id not in wanted]
        if unknown:
            raise wrong(path, f"the paper has no row {unknown[0]}")
        rows += [_row(folder, paper, id, written.get(id), programs) for id in wanted]
    return Account(papers, tuple(rows))


def _paper(folder: Path, table: dict[str, Any]) -> Paper:
    try:
        return Paper(str(table["id"]), str(table["title"]), int(table["rows"]))
    except (KeyError, ValueError) as error:
        raise wrong(
            folder / "sources.toml", f"a source has an id, a title and a number of rows: {error}"
        ) from None


def _row(
    folder: Path, paper: Paper, id: str, table: dict[str, Any] | None, programs: dict[str, Facts | None]
) -> Row:
    if table is None:
        return Row(id, "", paper.id, "missing", why=f"rows/{paper.id}.toml does not name it")
    title, stated = str(table.get("title", "")), str(table.get("status", ""))
    program = str(table["program"]) if table.get("program") else None
    if program is None:
        if stated == NO_PAYMENT:
            return Row(id, title, paper.id, NO_PAYMENT)
        return Row(id, title, paper.id, "missing", why="it names neither a contract nor “names no payment”")
    if not (folder / program / "contract.vbc").is_file():
        return Row(id, title, paper.id, "missing", program, why=f"there is no contract {program}")
    if program not in programs:
        programs[program] = facts_of(folder / program)
    facts = programs[program]
    if facts is None or id not in facts.rows:
        return Row(
            id, title, paper.id, "missing", program, why=f"{program}/program.toml does not name the row"
        )
    status: Status = "variant" if stated.startswith("variant of ") else "contract"
    return Row(id, title, paper.id, status, program, facts.lan, facts.numbers)
