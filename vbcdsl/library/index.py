"""The contract library: an index computed from the headers of the contracts themselves.

Used by `vbc library` and `vbc new --from`. There is no list to keep up to date: a folder with a contract is an
entry.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import attrs

from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.diagnostics.suggest import nearest
from vbcdsl.library.facts import FILE, Facts, facts_of
from vbcdsl.resources import library_dir
from vbcdsl.source import SourceText, find_contract


@attrs.frozen
class Entry:
    """A contract of the library. `term`: from the effective date through the last day. `facts`: what its
    `program.toml` says of it."""

    name: str
    folder: Path
    contract: Path
    readme: Path | None
    title: str
    term: str
    numbers: tuple[str, ...]
    category: str | None
    amendments: int
    facts: Facts | None = None


def entries() -> tuple[Entry, ...]:
    """All contracts of the library, by name."""
    folders = sorted(path for path in library_dir().iterdir() if path.is_dir())
    return tuple(_entry(path) for path in folders if _is_contract(path))


def entry(name: str) -> Entry:
    """A contract by its name. `VbcError` with the nearest names."""
    names = [path.name for path in library_dir().iterdir() if path.is_dir() and _is_contract(path)]
    if name not in names:
        near = nearest(name, names)
        advice = f"did you mean {near[0]}?" if near else "`vbc library list` shows what is there"
        raise VbcError([Diagnostic("VBC8028", f"the library has no contract “{name}”", help=advice)])
    return _entry(library_dir() / name)


def search(words: str) -> tuple[Entry, ...]:
    """The contracts whose texts have all of the words, capitals not counted."""
    wanted = words.lower().split()
    found = []
    for each in entries():
        files = find_contract(each.folder)
        described = each.folder / FILE
        paths = [files.base, *files.amendments, *([each.readme] if each.readme else []),
                 *([described] if described.is_file() else [])]  # fmt: skip
        text = " ".join([each.name, *(path.read_text(encoding="utf-8") for path in paths)]).lower()
        if all(word in text for word in wanted):
            found.append(each)
    return tuple(found)


def record(each: Entry) -> dict[str, Any]:
    """An entry for JSON."""
    fields = attrs.asdict(each)
    return {key: value.as_posix() if isinstance(value, Path) else value for key, value in fields.items()}


def copy_entry(each: Entry, target: Path) -> None:
    """Copy the folder of an entry to `target`, which must not exist."""
    from vbcdsl.results.write import cannot_write

    refuse_existing(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        room = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            shutil.copytree(each.folder, room / "copy", copy_function=shutil.copyfile)
            for path in [room / "copy", *(room / "copy").rglob("*")]:
                path.chmod(0o755 if path.is_dir() else 0o644)
            (room / "copy" / "program.toml").unlink(
                missing_ok=True
            )  # the library's index of it, not the contract's
            readme = room / "copy" / "README.md"
            if readme.is_file():
                text = readme.read_text(encoding="utf-8")
                text = text.replace(f"contract_library/{each.name}", target.as_posix())
                readme.write_text(text, encoding="utf-8", newline="\n")
            (room / "copy").rename(target)
        finally:
            shutil.rmtree(room, ignore_errors=True)
    except OSError as error:
        raise cannot_write(target, error) from None


def refuse_existing(target: Path) -> None:
    """Nothing that exists is overwritten (VBC8021)."""
    if target.exists():
        message = f"{target.as_posix()} exists already, and nothing is overwritten"
        raise VbcError([Diagnostic("VBC8021", message, help="choose another name")])


def _is_contract(folder: Path) -> bool:
    return (folder / "contract.vbc").is_file() or (folder / "contract.md").is_file()


def _entry(folder: Path) -> Entry:
    """An entry from the header of its contract: only the sentences before the first article are read."""
    from vbcdsl.syntax.parser import parse_contract

    files = find_contract(folder)
    whole = SourceText.from_file(files.base)
    head = whole.text.split("\nArticle ", 1)[0]
    header = parse_contract(SourceText.from_text(head, whole.name)).document.header
    term = f"{header.term[0].isoformat()} to {header.term[1].isoformat()}" if header.term else ""
    readme = folder / "README.md"
    return Entry(
        folder.name, folder, files.base, readme if readme.is_file() else None, header.title or "", term,
        header.numbers, header.category, len(files.amendments), facts_of(folder),
    )  # fmt: skip
