"""The folder in which partial results are kept, and how much of a run came from it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import attrs

from vbcdsl.data.write import safe_file
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.incremental.entry import Entry, NotKept, from_bytes, to_bytes

MARK: Final = "vbc-cache.txt"
_SAYS: Final = "Partial results of `vbc run --cache`. The folder may be deleted at any time.\n"


@attrs.define
class Use:
    """Of a record: the files (or segments) that were read, those taken from the cache, and damaged entries."""

    read: set[str] = attrs.field(factory=set)
    taken: set[str] = attrs.field(factory=set)
    damaged: int = 0
    whole: bool = False  # it was read as a whole


@attrs.define(eq=False)
class PartialCache:
    """Entries by name below a folder. A damaged one is as if it were not there."""

    folder: Path
    used: dict[str, Use] = attrs.field(factory=dict)
    hashes: dict[tuple[str, int, int], str] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Make the folder. `VbcError` if it cannot be written, or holds something else."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            mark = self.folder / MARK
            if not mark.exists():
                if any(self.folder.iterdir()):
                    raise VbcError([
                        Diagnostic("VBC5308", f"{self.folder} holds other files and cannot be a cache.",
                                   help="Name an empty folder, or one that does not exist.")
                    ])  # fmt: skip
                mark.write_text(_SAYS, encoding="utf-8")
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise VbcError([Diagnostic("VBC8020", f"cannot write {self.folder}: {why}")]) from None

    def use(self, record: str) -> Use:
        """The counts of a record."""
        return self.used.setdefault(record, Use())

    def find(self, record: str, name: str) -> Entry | None:
        """The entry of that name; None if there is none, or it is damaged."""
        path = self._path(name)
        try:
            if not path.is_file() or path.is_symlink():
                return None
            return from_bytes(path.read_bytes())
        except (OSError, NotKept):
            self.use(record).damaged += 1
            return None

    def keep(self, name: str, entry: Entry) -> None:
        """Keep an entry if it can be kept. A disk that is full stops no settlement."""
        path = self._path(name)
        try:
            content = to_bytes(entry)
            path.parent.mkdir(exist_ok=True)
            with safe_file(path) as file:
                file.write(content)
        except (OSError, NotKept):
            return

    def _path(self, name: str) -> Path:
        digest = hashlib.sha256(name.encode()).hexdigest()
        return self.folder / digest[:2] / f"{digest[2:]}.partials"

    def notes(self) -> tuple[str, ...]:
        """What a reader of the settlement should know: how much was read."""
        found = []
        for record, use in self.used.items():
            if use.whole:
                found.append(f"{record}: read as a whole, the cache cannot be used for it")
                continue
            read, taken = len(use.read), len(use.taken - use.read)
            pieces = "file" if read + taken == 1 else "files"
            found.append(
                f"{record}: {read:,} of {read + taken:,} {pieces} read, {taken:,} taken from the cache"
            )
            if use.damaged:
                found.append(f"{record}: {use.damaged:,} damaged entries of the cache were computed again")
        return tuple(found)
