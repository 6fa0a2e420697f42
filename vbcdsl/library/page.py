"""The reference page of the library, `docs/reference/library.md`: every contract, and every row of the source
papers with its computed status.

`python -m vbcdsl.library.page [FILE]` writes it; a test says when that has been forgotten.
"""

from __future__ import annotations

import sys
from pathlib import Path

from vbcdsl.library.index import Entry, entries
from vbcdsl.library.rows import NO_PAYMENT, Account, Row, account

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "library.md"

_HEAD = """# Contract library

<!-- written by `python -m vbcdsl.library.page` from contract_library/: do not edit -->

Each contract runs: `vbc check`, `vbc test` and `vbc run` with the data beside it. `vbc library show NAME` prints
its README, `vbc library copy NAME FOLDER` gives you a copy to change.

```console
$ vbc library list --family "shared savings" --setting Medicaid
$ vbc library list --lan 3B
$ vbc library list --row S3-05
$ vbc library search sequestration
```
"""


def page() -> str:
    """The text of the page."""
    rows = account()
    found = entries()
    parts = [_HEAD.rstrip(), _contracts(found), _summary(rows), *(_paper(rows, p.id) for p in rows.papers)]
    return "\n\n".join(parts) + "\n"


def _contracts(found: tuple[Entry, ...]) -> str:
    lines = [f"## The {len(found)} contracts", "",
             "| Name | Program | In force | Families | Setting | Category |",
             "|---|---|---|---|---|---|"]  # fmt: skip
    for each in found:
        facts = each.facts
        title = facts.name if facts else each.title
        families = ", ".join(facts.family) if facts else ""
        setting = facts.setting if facts else ""
        cells = [f"[{each.name}](../../contract_library/{each.name}/README.md)", title,
                 each.term.replace(" to ", "<br>"), families, setting, each.category or ""]  # fmt: skip
        lines.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    return "\n".join(lines)


def _summary(rows: Account) -> str:
    lines = [
        "## What the source papers name",
        "",
        f"The five papers name {rows.expected} programs, arrangements and rules. Each row leads to a contract,",
        "to a contract of which it is a variant (other parties or numbers in the same text), or names no payment.",
        "",
        "| Paper | Rows | Contract | Variant | Names no payment | Missing |",
        "|---|---|---|---|---|---|",
    ]
    for paper in rows.papers:
        own = Account((paper,), tuple(row for row in rows.rows if row.paper == paper.id))
        lines.append(_counts(f"{paper.id}: {paper.title}", own))
    lines.append(_counts("All", rows))
    return "\n".join(lines)


def _counts(name: str, rows: Account) -> str:
    statuses = ("contract", "variant", NO_PAYMENT, "missing")
    return f"| {name} | {rows.expected} | " + " | ".join(str(rows.count(s)) for s in statuses) + " |"  # type: ignore[arg-type]


def _paper(rows: Account, id: str) -> str:
    paper = next(paper for paper in rows.papers if paper.id == id)
    lines = [f"### {paper.id}: {paper.title}", "",
             "| Row | What | Status | Contract | Category | Numbers |", "|---|---|---|---|---|---|"]  # fmt: skip
    lines += [_line(row) for row in rows.rows if row.paper == id]
    return "\n".join(lines)


def _line(row: Row) -> str:
    link = f"[{row.program}](../../contract_library/{row.program}/README.md)" if row.program else ""
    status = f"missing: {row.why}" if row.status == "missing" else row.status
    cells = [row.id, row.title, status, link, row.category or "", row.numbers]
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main(arguments: list[str]) -> None:
    """The command line of this module."""
    path = Path(arguments[0]) if arguments else PAGE
    path.write_text(page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
