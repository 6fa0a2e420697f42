"""The stored tables: whole or made again, and never those of somebody else."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from vbcdsl.syntax import table_cache
from vbcdsl.syntax.table_cache import _name, _stored, fingerprint, folders, store

DATA = {"rows": ["1 2|3 4"], "terminals": ["TERM", "$END"]}


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A folder with stored tables under the key `k`."""
    assert store(tmp_path / "own", "k", DATA)
    return tmp_path / "own"


def test_what_is_stored_comes_back(kept: Path) -> None:
    assert _stored(kept / _name("k"), "k") == DATA
    assert stat.S_IMODE((kept / _name("k")).stat().st_mode) & 0o077 == 0
    assert [p.name for p in kept.iterdir()] == [_name("k")], "nothing half-written is left"


def test_tables_of_another_grammar_are_not_taken(kept: Path) -> None:
    os.rename(kept / _name("k"), kept / _name("other"))
    assert _stored(kept / _name("other"), "other") is None


@pytest.mark.parametrize("damage", ["cut", "one digit", "empty", "not text"])
def test_damaged_tables_are_not_taken(kept: Path, damage: str) -> None:
    path = kept / _name("k")
    whole = path.read_bytes()
    path.write_bytes(
        {
            "cut": whole[: len(whole) // 2],
            "one digit": whole.replace(b"1 2", b"1 3"),
            "empty": b"",
            "not text": os.urandom(64) + b"\n\xff",
        }[damage]
    )
    assert _stored(path, "k") is None


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="users have no numbers here")
@pytest.mark.parametrize("what", ["folder", "file"])
def test_tables_that_others_may_write_are_not_taken(kept: Path, what: str) -> None:
    (kept if what == "folder" else kept / _name("k")).chmod(0o777)
    assert _stored(kept / _name("k"), "k") is None
    if what == "folder":
        assert not store(kept, "new", DATA)


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="users have no numbers here")
def test_a_link_is_not_followed(kept: Path, tmp_path: Path) -> None:
    os.rename(kept / _name("k"), tmp_path / "elsewhere")
    (kept / _name("k")).symlink_to(tmp_path / "elsewhere")
    assert _stored(kept / _name("k"), "k") is None
    (tmp_path / "linked").symlink_to(kept)
    assert not store(tmp_path / "linked", "k", DATA)


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert not store(tmp_path / "file" / "below", "k", DATA)


def test_old_files_are_removed_but_a_few(kept: Path) -> None:
    for number in range(8):
        store(kept, f"k{number}", DATA)
    left = sorted(p.name for p in kept.iterdir())
    assert len(left) == 5 and _name("k7") in left


def test_the_grammar_and_the_code_that_makes_the_tables_are_in_the_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = fingerprint()
    monkeypatch.setattr(table_cache, "_MADE_BY", ("lexer.py",))
    assert fingerprint() != before


def test_a_relative_cache_folder_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    assert all(folder.is_absolute() for folder in folders())


def test_a_check_with_stored_tables_imports_no_lark_and_no_data_library(tmp_path: Path) -> None:
    """What makes a check start at once; the first check in a new cache folder makes the tables."""
    code = (
        "import sys; from vbcdsl.compiler import compile_path; assert not compile_path(sys.argv[1]).errors; "
        "print([m for m in ('lark', 'regex', 'interegular', 'pyarrow', 'numpy', 'rich') if m in sys.modules])"
    )
    contract = Path(__file__).parents[2] / "contract_library" / "lakeside"
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    for expected in (None, "[]"):
        done = subprocess.run(
            [sys.executable, "-c", code, str(contract)], capture_output=True, text=True, env=environment
        )
        assert done.returncode == 0, done.stderr
        assert expected is None or done.stdout.strip() == expected
    assert len(list((tmp_path / "vbcdsl").iterdir())) == 1
