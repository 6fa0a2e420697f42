"""What PATH of the command line stands for."""

from __future__ import annotations

from pathlib import Path

import pytest

from vbcdsl.diagnostics import VbcError
from vbcdsl.source import find_contract


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A contract with ten amendments."""
    (tmp_path / "amendments").mkdir()
    (tmp_path / "contract.vbc").write_text('contract "X".\n', encoding="utf-8")
    (tmp_path / "bindings.toml").write_text("", encoding="utf-8")
    (tmp_path / "amendments" / "README.md").write_text("# Why\n", encoding="utf-8")
    for i in range(1, 11):
        text = f'-- signed\n> A recital.\n\nAmendment {i} to "X".\n'
        (tmp_path / "amendments" / f"amendment-{i}.vbc").write_text(text, encoding="utf-8")
    return tmp_path


def code(path: Path) -> str:
    with pytest.raises(VbcError) as caught:
        find_contract(path)
    return caught.value.diagnostics[0].code


def test_a_folder_is_its_contract_with_all_amendments_in_order(folder: Path) -> None:
    found = find_contract(folder)
    assert found.base == folder / "contract.vbc"
    assert [p.name for p in found.amendments] == [f"amendment-{i}.vbc" for i in range(1, 11)]
    assert found.folder == folder
    assert found.bindings == folder / "bindings.toml"


def test_a_contract_file_is_that_text_alone(folder: Path) -> None:
    found = find_contract(folder / "contract.vbc")
    assert (found.base, found.amendments, found.folder) == (folder / "contract.vbc", (), None)
    assert found.bindings == folder / "bindings.toml"


def test_an_amendment_is_the_contract_with_the_amendments_up_to_it(folder: Path) -> None:
    found = find_contract(folder / "amendments" / "amendment-3.vbc")
    assert found.base == folder / "contract.vbc"
    assert [p.name for p in found.amendments] == [f"amendment-{i}.vbc" for i in (1, 2, 3)]
    assert found.bindings == folder / "bindings.toml"


def test_an_amendment_may_stand_beside_its_contract(tmp_path: Path) -> None:
    (tmp_path / "contract.md").write_text('# X\n```vbc\ncontract "X".\n```\n', encoding="utf-8")
    (tmp_path / "other.vbc").write_text('contract "Other".\n', encoding="utf-8")
    for i in (1, 2):
        (tmp_path / f"second-{i}.vbc").write_text(f'amendment {i} to "X".\n', encoding="utf-8")
    found = find_contract(tmp_path / "second-2.vbc")
    assert found.base == tmp_path / "contract.md"
    assert [p.name for p in found.amendments] == ["second-1.vbc", "second-2.vbc"]


def test_a_relative_path_works_from_the_folder_itself(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert len(find_contract(".").amendments) == 10
    monkeypatch.chdir(folder / "amendments")
    assert find_contract("amendment-2.vbc").base.resolve() == (folder / "contract.vbc").resolve()


def test_an_amendment_needs_its_contract(folder: Path) -> None:
    (folder / "contract.vbc").unlink()
    assert code(folder / "amendments" / "amendment-1.vbc") == "VBC8004"


def test_a_folder_needs_one_contract_and_only_one(folder: Path) -> None:
    (folder / "contract.md").write_text("", encoding="utf-8")
    assert code(folder) == "VBC8009"
    (folder / "contract.md").unlink()
    (folder / "contract.vbc").unlink()
    assert code(folder) == "VBC8002"


def test_data_is_not_a_contract_and_nothing_is_not_one_either(tmp_path: Path) -> None:
    (tmp_path / "members.csv").write_text("a,b\n", encoding="utf-8")
    assert code(tmp_path / "members.csv") == "VBC8003"
    assert code(tmp_path / "no.vbc") == "VBC8001"


def test_an_amendment_beside_the_contract_is_not_left_out_without_a_word(folder: Path) -> None:
    text = 'amendment 9 to "X", signed May 1, 2024, effective January 1, 2025.\nSection 1.1 is deleted.\n'
    (folder / "amendment-9.vbc").write_text(text, encoding="utf-8")
    (folder / "notes.md").write_text("Amendment of the fee: to be discussed.\n", encoding="utf-8")
    assert code(folder) == "VBC8013"
    assert find_contract(folder / "amendment-9.vbc").amendments == (folder / "amendment-9.vbc",)
    (folder / "amendment-9.vbc").unlink()
    find_contract(folder)
