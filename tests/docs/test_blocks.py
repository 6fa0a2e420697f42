"""Every example in the documentation runs."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import pytest

from tests.docs.blocks import ROOT, Block, blocks
from vbcdsl.compiler import compile_text
from vbcdsl.source import SourceText
from vbcdsl.syntax.parser import parse_amendment, parse_contract
from vbcdsl.testing.examples import run_examples

CONTRACTS = list(blocks("vbc"))
COMMANDS = list(blocks("console"))
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


@pytest.mark.parametrize("block", COMMANDS, ids=lambda b: b.name)
def test_a_command_in_the_documentation_prints_what_it_says(
    block: Block, tmp_path_factory: pytest.TempPathFactory
) -> None:
    out = tmp_path_factory.mktemp("out")
    for command, expected in _steps(block):
        words = shlex.split(command.replace("/tmp/out", str(out)))
        if words[0] not in ("vbc", "python"):
            continue  # set-up such as `make demo` has tests of its own
        call = (
            [sys.executable, "-m", "vbcdsl", *words[1:]]
            if words[0] == "vbc"
            else [sys.executable, *words[1:]]
        )
        done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, timeout=120)
        printed = (done.stdout + done.stderr).replace(str(out), "/tmp/out")
        if any(line.strip() for line in expected):
            while expected and not expected[-1].strip():
                expected.pop()
            assert _matches(expected, printed), f"$ {command}\n{printed}"
        else:
            assert done.returncode == 0, printed


@pytest.mark.parametrize("block", SCRIPTS, ids=lambda b: b.name)
def test_a_script_in_the_documentation_runs(block: Block) -> None:
    done = subprocess.run(
        [sys.executable, "-c", block.text], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


def test_there_are_examples_to_run() -> None:
    assert CONTRACTS or COMMANDS
