"""The page of each code, written from the registry: `make docs-errors`.

`python -m vbcdsl.diagnostics.pages [FOLDER]` writes `docs/reference/errors/<CODE>.md`, `index.md` and beside the
folder `lints.md`, and removes pages of codes that are gone. A test says when that has been forgotten.
"""

from __future__ import annotations

import sys
from pathlib import Path

from vbcdsl.diagnostics.codes import ALL, Code
from vbcdsl.diagnostics.lints import OF_DRAFTING, OF_REAL_CLAUSES, Lint

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reference" / "errors"

_STAGES = {
    "1": "The sentence",
    "2": "Names and sections",
    "3": "Kinds, units and grains",
    "4": "Tables, dates, overrides and advice",
    "5": "Data and bindings",
    "6": "While computing",
    "7": "Amendments",
    "8": "Command line and files",
}
_CONTRACT_TEXT = frozenset("12347")


def pages() -> dict[str, str]:
    """The text of each page by the name of its file."""
    written = {f"{code.id}.md": page(code) for code in ALL.values()}
    return {"index.md": index(), **written}


def page(code: Code) -> str:
    """One code: what it is, why it is refused, an example of wrong and right."""
    stage = _STAGES[code.id[3]]
    parts = [f"# {code.id}: {code.title}", f"*{code.severity.capitalize()}* · {stage.lower()}", code.why]
    if code.wrong:
        parts += ["## Not accepted" if code.severity == "error" else "## Example", _block(code.wrong, code)]
    if code.right:
        parts += ["## Write instead", _block(code.right, code)]
    return "\n\n".join(parts) + "\n"


def index() -> str:
    """All codes by stage."""
    parts = [
        "# Messages",
        "Every message has a code; the first digit says at which stage it arises. A code keeps its meaning.",
    ]
    for digit, stage in _STAGES.items():
        codes = sorted((c for c in ALL.values() if c.id[3] == digit), key=lambda c: c.id)
        if codes:
            rows = [f"| [{c.id}]({c.id}.md) | {c.severity} | {_cell(c.title)} |" for c in codes]
            parts += [f"## {stage}", "\n".join(["| Code | | What |", "|---|---|---|", *rows])]
    return "\n\n".join(parts) + "\n"


def lints() -> str:
    """The page of what `vbc check` looks for beyond what is wrong."""
    advice = sorted((c for c in ALL.values() if c.severity != "error"), key=lambda c: c.id)
    rows = [
        f"| {_link(c)} | {c.severity} | {_cell(c.title)} | {_cell(c.why)} | {_cell(_instead(c))} |"
        for c in advice
    ]
    parts = [
        "# Lints",
        "What `vbc check` finds in a contract that can be read: clauses that pay something, and perhaps not what "
        "the parties mean. Each has a page with an example; `vbc check --explain CODE` prints it.",
        "No comment silences a message: whoever reads the contract later must see the same. A message goes away "
        "when the text says what is meant (the last column). Errors refuse the contract; warnings fail only with "
        "`vbc check --strict`; notes never fail.",
        "## What real clauses would have tripped over",
        _found(OF_REAL_CLAUSES),
        "## What a drafter asks for",
        _found(OF_DRAFTING),
        "## All warnings and notes",
        "\n".join(["| Code | | What | Why | Say it by |", "|---|---|---|---|---|", *rows]),
    ]
    return "\n\n".join(parts) + "\n"


def _found(found: tuple[Lint, ...]) -> str:
    rows = [
        f"| {lint.finds} | {', '.join(_link(ALL[code]) for code in lint.codes) or lint.said_by} |"
        for lint in found
    ]
    return "\n".join(["| Found | By |", "|---|---|", *rows])


def _link(code: Code) -> str:
    return f"[{code.id}](errors/{code.id}.md)"


def _instead(code: Code) -> str:
    """What to write, on one line."""
    lines = [line.strip() for line in code.right.splitlines() if line.strip()]
    return f"`{' … '.join(lines[:2])}`" if lines and "`" not in code.right else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _block(text: str, code: Code) -> str:
    """A fenced block, with a fence longer than any inside. Only contract text is marked as such."""
    marks = "```"
    while marks in text:
        marks += "`"
    language = "vbc" if code.id[3] in _CONTRACT_TEXT else "text"
    return f"{marks}{language}\n{text.rstrip()}\n{marks}"


def write(folder: Path = FOLDER) -> list[Path]:
    """Write all pages; the ones that changed, appeared or went away."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    changed = [path for path in folder.glob("*.md") if path.name not in wanted]
    for path in changed:
        path.unlink()
    for name, text in wanted.items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            changed.append(path)
    return changed


def main(arguments: list[str]) -> None:
    """The command line of this module."""
    folder = Path(arguments[0]) if arguments else FOLDER
    changed = write(folder)
    beside = folder.parent / "lints.md"
    if not beside.exists() or beside.read_text(encoding="utf-8") != lints():
        beside.write_text(lints(), encoding="utf-8")
        changed.append(beside)
    print(f"{len(ALL)} codes, {len(changed)} pages changed in {folder.name}/")


if __name__ == "__main__":
    main(sys.argv[1:])
