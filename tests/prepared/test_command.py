"""`vbc prepare`, and stores as data of every command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from vbcdsl.cli import cli

LAKESIDE = "contract_library/lakeside"


def vbc(*arguments: object) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(cli, [str(a) for a in arguments])


def given(files: dict[str, str]) -> list[str]:
    """The files as options."""
    return [word for name, path in files.items() for word in ("--data", f"{name}={path}")]


@pytest.fixture(scope="session")
def made(files: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store made by the command."""
    out = tmp_path_factory.mktemp("made") / "store"
    done = vbc("prepare", LAKESIDE, *given(files), "--out", out, "--memory", "64MB")
    assert done.exit_code == 0, done.output
    assert "member_months" in done.stdout and "from 1 file" in done.stdout
    return out


@pytest.mark.parametrize(
    "command",
    [
        ("run", LAKESIDE, "--format", "csv"),
        ("run", LAKESIDE, "--format", "csv", "--engine", "reference"),
        ("explain", LAKESIDE, "--for", "aco=PARTY", "--year", "2024"),
        ("portfolio", LAKESIDE),
    ],
)
def test_a_command_says_the_same_on_a_store(
    made: Path, files: dict[str, str], command: tuple[str, ...]
) -> None:
    party = vbc("run", LAKESIDE, "--format", "csv", *given(files)).stdout.splitlines()[1].partition(",")[0]
    words = [word.replace("PARTY", party) for word in command]
    first = vbc(*words, *given(files))
    assert first.exit_code == 0, first.output
    assert vbc(*words, "--data", made).stdout == first.stdout
    assert vbc(*words, *given(dict.fromkeys(files, str(made)))).stdout == first.stdout


def test_a_trace_is_written_from_a_store(made: Path, files: dict[str, str], tmp_path: Path) -> None:
    for name, data in (("files", given(files)), ("store", ["--data", str(made)])):
        done = vbc("trace", LAKESIDE, *data, "--year", "2024", "--out", tmp_path / f"{name}.jsonl")
        assert done.exit_code == 0, done.output
    assert (tmp_path / "store.jsonl").stat().st_size > 1_000


def test_an_audit_package_of_a_store_is_verified_with_it(made: Path, tmp_path: Path) -> None:
    out = tmp_path / "audit"
    done = vbc("audit", LAKESIDE, "--data", made, "--year", "2024", "--out", out)
    assert done.exit_code == 0, done.output
    checked = vbc("audit", "verify", out, "--data", made)
    assert checked.exit_code == 0 and checked.stdout.startswith("same"), checked.output


def test_verify_says_what_is_in_a_store(made: Path) -> None:
    done = vbc("prepare", "--verify", made, "--sources")
    assert done.exit_code == 0 and "as it was written" in done.stdout
    found = json.loads(vbc("prepare", "--verify", made, "--json").stdout)
    assert found["records"]["member_months"]["sorted_by"] == ["ACO", "Member", "Month"]
    assert found["records"]["financial_schedule"]["columns"]["Capitation"]["control_total"]


@pytest.mark.parametrize(
    ("arguments", "saying"),
    [
        ((), "--out STORE"),
        ((LAKESIDE,), "--out STORE"),
        ((LAKESIDE, "--out", "x", "--append", "--replace"), "choose one"),
        ((LAKESIDE, "--out", "x", "--compact"), "--append"),
        ((LAKESIDE, "--out", "x", "--memory", "much"), "amount of memory"),
    ],
)
def test_a_command_that_does_not_say_what_to_do_is_refused(arguments: tuple[str, ...], saying: str) -> None:
    done = vbc("prepare", *arguments)
    assert done.exit_code == 2 and saying in done.stderr


def test_no_data_and_no_store_are_errors_with_a_code(tmp_path: Path) -> None:
    assert "VBC5001" in vbc("prepare", LAKESIDE, "--out", tmp_path / "s").stderr
    assert (
        "VBC5002" in vbc("prepare", LAKESIDE, "--data", "member_month=x.csv", "--out", tmp_path / "s").stderr
    )
    assert (
        "VBC5003" in vbc("prepare", LAKESIDE, "--data", "member_months=x.csv", "--out", tmp_path / "s").stderr
    )
    done = vbc("prepare", "--verify", tmp_path)
    assert (done.exit_code == 1 and "VBC530" in done.stderr) or "VBC5003" in done.stderr
    assert vbc("run", LAKESIDE, "--data", tmp_path).exit_code == 2, "a folder that is no store needs a name"
