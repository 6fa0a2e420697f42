"""A contract that was compiled before comes back as it was, and is never taken from somebody else."""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import stat
from pathlib import Path

import pytest

from vbcdsl import kept_contracts
from vbcdsl.compiler import Compiled, compile_path
from vbcdsl.diagnostics.render import to_text
from vbcdsl.dump.printer import plain
from vbcdsl.dump.stages import STAGES
from vbcdsl.kept_contracts import compile_kept
from vbcdsl.model.values import NOT_SCORED
from vbcdsl.resources import library_dir

CONTRACTS = [p.parent for p in sorted(library_dir().glob("*/contract.vbc"))]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of kept contracts, empty."""
    monkeypatch.delenv(kept_contracts.SWITCH)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    kept_contracts._make_room.cache_clear()
    return tmp_path / "cache" / "vbcdsl" / "contracts"


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    """A contract of one's own, with an amendment."""
    return Path(shutil.copytree(library_dir() / "lakeside", tmp_path / "lakeside"))


def only(cache: Path) -> Path:
    (found,) = cache.iterdir()
    return found


def never(*_: object) -> Compiled:
    raise AssertionError("it is compiled again")


@pytest.mark.parametrize("folder", CONTRACTS, ids=lambda path: path.name)
def test_a_kept_contract_is_the_compiled_one_in_all_its_parts(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = compile_path(folder)
    first = compile_kept(folder)
    assert not fresh.errors
    monkeypatch.setattr(kept_contracts, "compile_files", never)
    again = compile_kept(folder)
    for found in (first, again):
        assert found == fresh
        assert printed(found) == printed(fresh)
        assert to_text(found.diagnostics, source=found.base) == to_text(fresh.diagnostics, source=fresh.base)
        assert [version.text for version in found.versions] == [version.text for version in fresh.versions]
        assert whole(found) == whole(fresh)


def printed(compiled: Compiled) -> list[object]:
    """What `vbc dump` prints of each stage."""
    return [stage(compiled, version) for stage in STAGES.values() for version in compiled.versions]


def whole(compiled: Compiled) -> object:
    """All that a contract holds, also what comparisons leave out."""
    return plain(compiled, lambda span: f"{span.start} {span.end} {span.said}")


def test_what_is_not_scored_is_the_one_value_that_is_not(cache: Path) -> None:
    folder = library_dir() / "lakeside"
    for _ in range(2):
        rows = [row for v in compile_kept(folder).versions for row in _values(v)]
        assert any(value is NOT_SCORED for value in rows)


def _values(node: object) -> list[object]:
    found, stack, seen = [], [node], set[int]()
    while stack:
        here = stack.pop()
        if id(here) in seen:
            continue
        seen.add(id(here))
        if here == NOT_SCORED and type(here) is type(NOT_SCORED):
            found.append(here)
        elif isinstance(here, (tuple, list)):
            stack += here
        elif isinstance(here, dict):
            stack += here.values()
        elif hasattr(here, "__dict__"):
            stack += vars(here).values()
    return found


def test_another_text_is_compiled(contract: Path, cache: Path) -> None:
    compile_kept(contract)
    path = contract / "contract.vbc"
    path.write_text(path.read_text(encoding="utf-8").replace("$3.50", "$4.50"), encoding="utf-8")
    assert compile_kept(contract) == compile_path(contract)
    shutil.rmtree(contract / "amendments")
    assert compile_kept(contract) == compile_path(contract)
    assert len(list(cache.iterdir())) == 2, "one that has an error without its amendments is not kept"


def test_a_contract_with_an_error_is_not_kept(contract: Path, cache: Path) -> None:
    path = contract / "contract.vbc"
    path.write_text(
        path.read_text(encoding="utf-8").replace("Savings Rate is at least", "Savings Rat is at least")
    )
    assert compile_kept(contract).errors
    assert not cache.exists()


def test_new_bindings_are_seen(contract: Path, cache: Path) -> None:
    (contract / "bindings.toml").unlink(missing_ok=True)
    assert compile_kept(contract).files.bindings is None  # type: ignore[union-attr]
    (contract / "bindings.toml").write_text("", encoding="utf-8")
    assert compile_kept(contract).files.bindings == contract / "bindings.toml"  # type: ignore[union-attr]


def test_another_version_of_the_program_compiles(
    contract: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compile_kept(contract)
    monkeypatch.setattr(kept_contracts, "_made_by", lambda: "another")
    compile_kept(contract)
    assert len(list(cache.iterdir())) == 2


def test_the_switch_turns_it_off(contract: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(kept_contracts.SWITCH, "off")
    assert compile_kept(contract) == compile_path(contract)
    assert not cache.exists()


@pytest.mark.parametrize("damage", ["cut", "one letter", "empty"])
def test_a_damaged_file_is_compiled_again(contract: Path, cache: Path, damage: str) -> None:
    compile_kept(contract)
    whole = only(cache).read_bytes()
    bad = {"cut": whole[:-9], "one letter": whole.replace(b"Savings", b"Savingz", 1), "empty": b""}[damage]
    only(cache).write_bytes(bad)
    assert compile_kept(contract) == compile_path(contract)
    assert only(cache).read_bytes() == whole


def test_a_file_of_something_else_is_compiled_again(contract: Path, cache: Path) -> None:
    """A name of anything but this program's own classes is not even looked up."""
    compile_kept(contract)
    path = only(cache)

    class Command:
        def __reduce__(self) -> object:
            return os.mkdir, (str(cache / "made"),)

    body = pickle.dumps(Command())
    title = f"{kept_contracts.FORMAT} {path.name} {hashlib.sha256(body).hexdigest()}\n"
    path.write_bytes(title.encode() + body)
    assert compile_kept(contract) == compile_path(contract)
    assert not (cache / "made").exists()


def test_the_syntax_of_a_kept_contract_is_read_when_somebody_asks(contract: Path, cache: Path) -> None:
    fresh = compile_kept(contract)
    kept = compile_kept(contract)
    assert kept.bundle == fresh.bundle
    assert not any({"parsed", "symbols"} & vars(version).keys() for version in kept.versions)
    assert kept.versions[0].symbols == fresh.versions[0].symbols
    assert kept.versions == fresh.versions
    with pytest.raises(AttributeError):
        kept.versions[0].parse  # type: ignore[attr-defined]  # noqa: B018


def test_syntax_that_cannot_be_read_is_compiled_again(
    contract: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = compile_kept(contract)
    kept = compile_kept(contract)
    monkeypatch.setattr(kept_contracts, "_Reader", never)
    assert kept == fresh


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="users have no numbers here")
@pytest.mark.parametrize("what", ["folder", "file"])
def test_what_others_may_write_is_not_read(
    contract: Path, cache: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compile_kept(contract)
    assert stat.S_IMODE(only(cache).stat().st_mode) == 0o600
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    (cache if what == "folder" else only(cache)).chmod(0o777)
    monkeypatch.setattr(kept_contracts, "_Reader", never)
    assert compile_kept(contract) == compile_path(contract)


def test_the_oldest_make_room(contract: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = contract / "contract.vbc"
    text = path.read_text(encoding="utf-8")
    names = []
    for cents in range(4):
        path.write_text(text.replace("$3.50", f"$3.5{cents}"), encoding="utf-8")
        compile_kept(contract)
        (new,) = {at.name for at in cache.iterdir()} - set(names)
        names.append(new)
        os.utime(cache / new, (cents, cents))
    monkeypatch.setattr(kept_contracts, "ROOM", sum((cache / name).stat().st_size for name in names[2:]))
    kept_contracts._make_room.cache_clear()
    kept_contracts._make_room(cache)
    assert sorted(at.name for at in cache.iterdir()) == sorted(names[2:])
