"""Verifies an audit package: its hashes, and, with the data, everything in it by computing it again."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from vbcdsl.audit.differences import differences
from vbcdsl.audit.package import (
    MANIFEST,
    ORIGINALS,
    RECORDED,
    SCHEMA,
    Audit,
    diagnostic_record,
    fill,
    write_contract,
)
from vbcdsl.compiler import compile_path
from vbcdsl.data import load_bindings
from vbcdsl.data.write import write_json
from vbcdsl.diagnostics import Diagnostic, VbcError

_PROGRAMS = "programs.json"


@attrs.frozen
class Verdict:
    """`differences`: what is not as it should be; `notes`: what may explain it (other versions). `computed`:
    whether the settlement was computed again. `seal`: the sha-256 of the manifest."""

    differences: tuple[str, ...]
    notes: tuple[str, ...]
    computed: bool
    files: int
    seal: str

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def verify(
    folder: Path, inputs: Mapping[str, object] | None = None, contract: Path | None = None, threads: int = 2,
    recorded: tuple[Path, ...] = (),
) -> Verdict:  # fmt: skip
    """Verify a package. `inputs`: the data, by record. `contract`: one's own copy of the contract, to compare the
    originals with. `recorded`: one's own copies of the earlier settlements, to compute with instead of those in
    the package. `VbcError` if the folder is no package."""
    manifest = _manifest(folder)
    found = [*_hashes(folder, manifest)]
    if contract is not None:
        found += _own_contract(folder, contract)
    notes: list[str] = []
    with tempfile.TemporaryDirectory(prefix="vbc-verify-") as room:
        again = Path(room)
        problem, titles = _compute(folder, inputs, again, threads, recorded)
        if problem:
            found.append(problem)
        elif not any(_is_written(folder, manifest, title, again) for title in titles):
            found.append(
                f"{MANIFEST}: it is not as it was written: another title, other fields or other bytes"
            )
        for path in sorted(p for p in again.rglob("*") if p.is_file()):
            name = path.relative_to(again).as_posix()
            target = folder / name
            if name == MANIFEST or not target.is_file():
                if name != MANIFEST and name not in manifest["files"]:
                    found.append(f"{name}: it is missing")
                continue
            said = list(differences(name, target.read_bytes(), path.read_bytes()))
            (notes if name == _PROGRAMS else found).extend(said)
    seal = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    return Verdict(
        tuple(dict.fromkeys(found)), tuple(notes), inputs is not None, len(manifest["files"]), seal
    )


def _recorded(folder: Path) -> tuple[Path, ...]:
    """The earlier settlements in the package, in their order."""
    found = [path for path in (folder / RECORDED).glob("*") if path.name.isdigit()]
    return tuple(sorted(found, key=lambda path: int(path.name)))


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files = content["files"]
        if content["schema"] != SCHEMA or not all(isinstance(v, str) for v in files.values()):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise VbcError([
            Diagnostic("VBC8012", f"{folder.as_posix()} is no audit package: it has no {MANIFEST} ({SCHEMA})")
        ]) from None  # fmt: skip
    return dict(content)


def _hashes(folder: Path, manifest: dict[str, Any]) -> list[str]:
    found = []
    here = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() or p.is_symlink()}
    for name, sha256 in manifest["files"].items():
        if name not in here:
            found.append(f"{name}: it is missing")
        elif hashlib.sha256((folder / name).read_bytes()).hexdigest() != sha256:
            found.append(f"{name}: its hash is not the one in {MANIFEST}")
    found += [
        f"{name}: {MANIFEST} does not name it" for name in sorted(here - set(manifest["files"]) - {MANIFEST})
    ]
    return found


def _is_written(folder: Path, manifest: dict[str, Any], title: str, room: Path) -> bool:
    """Whether the manifest has the bytes of one with these files and this title."""
    with tempfile.TemporaryDirectory(dir=room) as place:
        path = Path(place) / MANIFEST
        write_json(
            path, {"schema": SCHEMA, "contract": title, "files": dict(sorted(manifest["files"].items()))}
        )
        return path.read_bytes() == (folder / MANIFEST).read_bytes()


def _own_contract(folder: Path, contract: Path) -> list[str]:
    """The originals of the package against one's own copy."""
    from vbcdsl.source import find_contract

    files = find_contract(contract)
    own = {f"contract{files.base.suffix}": files.base}
    own.update({f"amendments/{path.name}": path for path in files.amendments})
    originals = folder / ORIGINALS
    theirs = {
        p.relative_to(originals).as_posix() for p in originals.rglob("*") if p.suffix in (".vbc", ".md")
    }
    found = [f"{ORIGINALS}/{name}: your contract does not have it" for name in sorted(theirs - set(own))]
    for name, path in own.items():
        if name not in theirs:
            found.append(f"{ORIGINALS}/{name}: the package does not have it")
            continue
        said = differences(f"{ORIGINALS}/{name}", (originals / name).read_bytes(), path.read_bytes())
        found += [line.replace(", computed ", ", in your contract ") for line in said]
    return found


def _compute(
    folder: Path, inputs: Mapping[str, object] | None, again: Path, threads: int, recorded: tuple[Path, ...]
) -> tuple[str, tuple[str, ...]]:
    """Compute the package again from its originals; what went wrong, and the title that the contract may have."""
    try:
        compiled = compile_path(folder / ORIGINALS)
        if compiled.errors:
            first = diagnostic_record(compiled.errors[0], compiled)
            return f"{ORIGINALS}: the contract has errors: {first['message']} ({first['code']})", ()
        path = folder / ORIGINALS / "bindings.toml"
        bindings_path = path if path.is_file() else None
        if inputs is None:
            write_contract(compiled, bindings_path, again)
            return "", tuple({p.title for p in compiled.bundle.by_year.values()})
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        years = tuple(int(label) for label in run["performance_years"])
        bindings = load_bindings(bindings_path) if bindings_path is not None else None
        as_of = dt.date.fromisoformat(run["as_of"]) if run["as_of"] is not None else None
        audit = Audit(
            compiled, inputs, bindings, bindings_path, years, str(run["engine"]), threads,
            recorded or _recorded(folder), as_of,
        )  # fmt: skip
        titles = (fill(audit, again).program.title,)
    except VbcError as error:
        return f"it cannot be computed again: {error}", ()
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"it cannot be computed again: {type(error).__name__}: {error}", ()
    return "", titles
