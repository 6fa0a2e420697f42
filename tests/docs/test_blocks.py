"""Every example in the documentation runs."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, Block, blocks
from vbcdsl.compiler import compile_text
from vbcdsl.source import SourceText
from vbcdsl.syntax.parser import parse_amendment, parse_contract
from vbcdsl.testing.examples import run_examples

CONTRACTS = list(blocks("vbc"))
STEPS = list(blocks("console", "diff", "vbc", "toml", "csv", "md"))
PAGES = sorted({block.path for block in STEPS if block.info.startswith("console")})
SCRIPTS = [block for block in blocks("python") if "run" in block.info.split()]


@pytest.mark.parametrize("block", CONTRACTS, ids=lambda b: b.name)
def test_a_contract_or_sentence_in_the_documentation_is_right(block: Block) -> None:
    wanted = set(re.findall(r"VBC\d{4}", block.info))
    whole = block.text.lstrip().startswith("contract ")
    if whole:
        compiled = compile_text(block.text, block.name)
        found = {d.code for d in compiled.diagnostics if d.severity == "error"}
        assert found == wanted, [f"{d.code}: {d.message}" for d in compiled.diagnostics]
        if not wanted:
            report = run_examples(compiled, ("reference", "arrow"))
            assert report.met, [o for case in report.cases for o in case.outcomes if not o.met]
        return
    if block.text.lstrip().startswith("amendment "):
        parsed = parse_amendment(SourceText.from_text(block.text, block.name), ())
    else:
        parsed = parse_contract(SourceText.from_text(block.text, block.name))
    found = {d.code for d in parsed.diagnostics}
    assert found == wanted, [f"{d.code}: {d.message} ({d.help})" for d in parsed.diagnostics]


def _steps(block: Block) -> list[tuple[str, list[str]]]:
    steps: list[tuple[str, list[str]]] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            steps.append((line[2:], []))
        elif steps and steps[-1][0].endswith("\\") and not steps[-1][1]:
            steps[-1] = (steps[-1][0][:-1] + line.strip(), [])
        elif steps:
            steps[-1][1].append(line)
    return steps


def _matches(expected: list[str], printed: str) -> bool:
    pattern = ""
    for line in expected:
        if line.strip() == "…":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*?".join(re.escape(part.rstrip()) for part in line.split("…")) + r"[ \t]*\n"
    text = re.sub(r"[ \t]+\n", "\n", printed if printed.endswith("\n") else printed + "\n")
    return re.fullmatch(pattern + r"\s*", text) is not None


def run_command(call: list[str], out: Path) -> tuple[str, int]:
    """What a command prints, in the order in which it is printed, with `/tmp/out` for its folder."""
    done = subprocess.run(
        call, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120
    )
    if (
        "new" in call and "--from" not in call
    ):  # the years of a new contract follow the day; the pages say 2026
        file = Path(call[-1]) / "contract.vbc"
        dates = "effective January 1, 2026 through December 31, 2028"
        old = r"effective January 1, \d{4} through December 31, \d{4}"
        file.write_text(re.sub(old, dates, file.read_text(encoding="utf-8")), encoding="utf-8")
    return done.stdout.replace(str(out), "/tmp/out"), done.returncode


def _run_commands(block: Block, out: Path) -> None:
    for command, expected in _steps(block):
        words = shlex.split(command.replace("/tmp/out", str(out)))
        if words[0] not in ("vbc", "python"):
            continue  # set-up such as `make demo` has tests of its own
        module = ["-m", "vbcdsl"] if words[0] == "vbc" else []
        call = [sys.executable, *module, *words[1:]]
        printed, code = run_command(call, out)
        while expected and not expected[-1].strip():
            expected.pop()
        if expected and not expected[0].startswith(("contract: ", "…")):
            printed = re.sub(
                r"^contract: .*\n", "", printed
            )  # which files were read: not every page shows it
        if expected:
            assert _matches(expected, printed), f"{block.name}\n$ {command}\n{printed}"
        else:
            assert code == 0, f"{block.name}\n$ {command}\n{printed}"


def _change(block: Block, file: Path) -> None:
    lines = block.text.splitlines()
    old = "\n".join(line[1:] for line in lines if line[:1] in ("-", " "))
    new = "\n".join(line[1:] for line in lines if line[:1] in ("+", " "))
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{block.name}: these lines stand {text.count(old)} times in the file"
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_commands_of_a_page_print_what_it_says(page: Path, tmp_path: Path) -> None:
    for block in STEPS:
        words = block.info.split()
        if block.path != page:
            continue
        if words[0] == "console":
            _run_commands(block, tmp_path)
        elif words[0] == "diff":
            _change(block, tmp_path / words[1])
        elif words[1:2] == ["file"]:
            file = tmp_path / words[2]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")


@pytest.mark.parametrize("block", SCRIPTS, ids=lambda b: b.name)
def test_a_script_in_the_documentation_runs(block: Block, tmp_path: Path) -> None:
    text = block.text.replace("/tmp/out", str(tmp_path))
    done = subprocess.run([sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_there_are_examples_to_run() -> None:
    assert CONTRACTS and PAGES and SCRIPTS
