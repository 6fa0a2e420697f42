"""What a person at a terminal meets: help, exit codes, messages; never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from vbcdsl.cli.group import COMMANDS

Vbc = Callable[..., Result]


def test_the_help_lists_every_command(vbc: Vbc) -> None:
    done = vbc("--help")
    assert done.exit_code == 0
    assert all(name in done.output for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_a_help_with_an_example(vbc: Vbc, command: str) -> None:
    done = vbc(command, "--help")
    assert done.exit_code == 0
    assert f"vbc {command}" in done.output


def test_the_help_imports_nothing_heavy() -> None:
    code = "import sys; sys.argv = ['vbc', '--help']\ntry:\n from vbcdsl.cli import main; main()\n"
    code += "except SystemExit: pass\n"
    code += "print([m for m in ('pyarrow', 'numpy', 'lark', 'vbcdsl.compiler') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


def test_a_misspelt_command_names_the_nearest(vbc: Vbc) -> None:
    done = vbc("chek", "x")
    assert done.exit_code == 2
    assert "check" in done.output


def test_a_good_contract_checks_with_zero(vbc: Vbc, lakeside: Path) -> None:
    done = vbc("check", lakeside)
    assert done.exit_code == 0
    assert "26 sections" in done.output
    assert "2026 with amendment 1" in done.output


def test_a_wrong_contract_checks_with_one_and_names_the_line(
    vbc: Vbc, lakeside: Path, tmp_path: Path
) -> None:
    text = (
        (lakeside / "contract.vbc")
        .read_text(encoding="utf-8")
        .replace("minus Total Cost of Care", "minus Total Coat")
    )
    wrong = tmp_path / "wrong.vbc"
    wrong.write_text(text, encoding="utf-8")
    done = vbc("check", wrong)
    assert done.exit_code == 1
    assert "error[VBC" in done.output
    assert "wrong.vbc:" in done.output


@pytest.mark.parametrize("kind", ["json", "sarif"])
def test_findings_come_as_json_and_sarif(vbc: Vbc, tmp_path: Path, kind: str) -> None:
    wrong = tmp_path / "wrong.vbc"
    wrong.write_text('contract "X".\n', encoding="utf-8")
    done = vbc("check", wrong, "--format", kind)
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert found if kind == "json" else found["runs"][0]["results"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00",
        "contract",
        "1.1 (((((",
        '"' * 500,
        "(" * 5000,
        "| a |\n" * 100,
        "\ufeff\n\n",
        "amendment 1",
    ],
)
def test_no_text_gives_a_traceback(vbc: Vbc, tmp_path: Path, text: str) -> None:
    file = tmp_path / "bad.vbc"
    file.write_text(text, encoding="utf-8")
    for command in (["check", file], ["test", file], ["fmt", "--check", file], ["dump", "rules", file]):
        done = vbc(*command)
        assert done.exit_code in (0, 1), (command, done.output)
        assert done.exception is None or isinstance(done.exception, SystemExit)


def test_a_missing_file_is_a_message(vbc: Vbc) -> None:
    done = vbc("run", "nowhere.vbc")
    assert done.exit_code == 1
    assert "VBC8001" in done.output


def test_an_internal_error_is_seventy_and_shows_no_traceback(
    vbc: Vbc, lakeside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: object) -> None:
        raise ZeroDivisionError("of our own making")

    monkeypatch.setattr("vbcdsl.compiler.compile_path", broken)
    done = vbc("check", lakeside)
    assert done.exit_code == 70
    assert "mistake of the program" in done.output
    assert "Traceback" not in done.output


def test_each_stage_can_be_printed(vbc: Vbc, lakeside: Path) -> None:
    for stage in ("source", "units", "tokens", "ast", "names", "rules", "types", "check", "plan"):
        text = vbc("dump", stage, lakeside)
        assert text.exit_code == 0, text.output
        data = vbc("dump", stage, lakeside, "--format", "json")
        assert len(json.loads(data.stdout)) == 2, "one entry for each text in force"


def test_the_text_in_force_follows_the_date(vbc: Vbc, lakeside: Path, tmp_path: Path) -> None:
    before = vbc("consolidate", lakeside, "--as-of", "2025-06-30")
    after = vbc("consolidate", lakeside, "--as-of", "2026-01-01")
    assert "Reporting Bonus" not in before.stdout
    assert '4.10 The Payer must pay the Provider the "Reporting Bonus"' in after.stdout
    assert "amendment 1: section 4.8 deleted" in after.stderr
    assert vbc("consolidate", lakeside, "--as-of", "2031-01-01").exit_code == 1
    assert vbc("consolidate", lakeside, "--as-of", "soon").exit_code == 2
    out = tmp_path / "in_force.vbc"
    assert vbc("consolidate", lakeside, "--as-of", "2026-01-01", "--out", out).exit_code == 0
    assert vbc("check", out).exit_code == 0
    assert vbc("consolidate", lakeside, "--as-of", "2026-01-01", "--out", out).exit_code == 1


def test_a_new_contract_is_good_as_it_is(vbc: Vbc, tmp_path: Path) -> None:
    folder = tmp_path / "my_contract"
    assert vbc("new", folder).exit_code == 0
    checked = vbc("check", folder, "--strict")
    assert (checked.exit_code, "warning" in checked.output) == (0, False)
    tested = vbc("test", folder)
    assert (tested.exit_code, "no example reaches" in tested.output) == (0, False), tested.output
    (measured,) = json.loads(vbc("test", folder, "--coverage", "--format", "json").stdout)
    assert [goal["label"] for goal in measured["goals"] if not goal["met"]] == []
    assert vbc("fmt", "--check", folder).exit_code == 0
    assert vbc("sample", folder, "--members", 40, "--out", folder / "data").exit_code == 0
    assert vbc("run", folder, "--bindings", folder / "data" / "bindings.toml").exit_code == 0
    again = vbc("new", folder)
    assert again.exit_code == 1
    assert "VBC8021" in again.output


def test_a_copy_of_the_library_is_a_contract_of_its_own(vbc: Vbc, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    made = vbc("new", folder, "--from", "kansas-kancare")
    assert made.exit_code == 0, made.output
    assert not (folder / "program.toml").exists()
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert f"vbc run {folder.as_posix()}" in readme
    assert "contract_library/kansas-kancare" not in readme
    for (
        line
    ) in made.stdout.splitlines():  # what it says to do next works, and leaves the data of the copy alone
        assert vbc(*line.removeprefix("vbc ").split()).exit_code == 0, line
    assert "P2" in (folder / "data" / "plan_years.csv").read_text(encoding="utf-8")


def test_a_sample_replaces_a_sample_and_nothing_else(vbc: Vbc, lakeside: Path, tmp_path: Path) -> None:
    out = tmp_path / "data"
    assert vbc("sample", lakeside, "--members", 20, "--out", out).exit_code == 0
    assert vbc("sample", lakeside, "--members", 30, "--out", out).exit_code == 0
    (out / "bindings.toml").unlink()
    before = (out / "member_months.csv").read_bytes()
    refused = vbc("sample", lakeside, "--members", 40, "--out", out)
    assert (refused.exit_code, "VBC8021" in refused.output) == (1, True)
    assert (out / "member_months.csv").read_bytes() == before


def test_sections_that_stand_on_rows_get_the_heads_of_their_tables(vbc: Vbc, tmp_path: Path) -> None:
    folder = tmp_path / "draft"
    assert vbc("new", folder).exit_code == 0
    text = (folder / "contract.vbc").read_text(encoding="utf-8")
    start, end = text.index('example "who is counted'), text.index('example "each row')
    (folder / "contract.vbc").write_text(text[:start] + text[end:], encoding="utf-8")
    drafted = vbc("test", folder, "--suggest")
    assert drafted.exit_code == 0
    assert "-- reaches sections 2.1, 2.2: fill in the rows" in drafted.stdout
    lines = drafted.stdout.splitlines()
    head = lines[lines.index("  with these Member Months:") + 1]
    assert {cell.strip() for cell in head.strip(" |").split("|")} == {"Practice", "Member", "Month", "Paid"}


def test_the_library_is_listed_searched_and_copied(vbc: Vbc, tmp_path: Path) -> None:
    assert "lakeside" in vbc("library", "list").output
    names = [
        entry["name"] for entry in json.loads(vbc("library", "list", "--format", "json").stdout)["contracts"]
    ]
    assert {"lakeside", "mssp"} <= set(names)
    assert "mssp" in vbc("library", "search", "sequestration").output
    assert 'contract "Lakeside' in vbc("library", "show", "lakeside", "--text").output
    assert vbc("library", "copy", "lakeside", tmp_path / "mine").exit_code == 0
    assert vbc("check", tmp_path / "mine").exit_code == 0
    wrong = vbc("library", "show", "lakesied")
    assert wrong.exit_code == 1
    assert "lakeside" in wrong.output
