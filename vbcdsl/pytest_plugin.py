"""The pytest plugin: `pytest --vbc` runs the examples of contracts and test files of settlements and properties.

Collected are contract files (`*.vbc`, but no amendments and no library clauses), each example on each engine, and
`*.vbctest.toml`. `--vbc-update` writes the settlements that test files name. JUnit comes from pytest itself
(`--junitxml`). Without `--vbc` nothing is collected and nothing of this product is imported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from vbcdsl.compiler import Compiled
    from vbcdsl.testing.files import Check, TestFile

_HEAD = re.compile(r"\s*(?:(?:--|>)[^\n]*\n\s*)*contract\s+[\"“]")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--vbc`, `--vbc-update`, `--vbc-engine`."""
    group = parser.getgroup("vbc", "value-based contracts")
    group.addoption(
        "--vbc", action="store_true", help="Run the examples of *.vbc and the tests of *.vbctest.toml."
    )
    group.addoption("--vbc-update", action="store_true",
                    help="Write the settlements that *.vbctest.toml name, instead of comparing them.")  # fmt: skip
    group.addoption("--vbc-engine", default="both", choices=["both", "arrow", "reference"],
                    help="The engine that runs examples. [default: both]")  # fmt: skip


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Contracts and test files."""
    if not parent.config.getoption("--vbc"):
        return None
    if file_path.name.endswith(".vbctest.toml"):
        return SettlementTests.from_parent(parent, path=file_path)
    if file_path.suffix == ".vbc" and _is_contract(file_path):
        return ContractExamples.from_parent(parent, path=file_path)
    return None


def _is_contract(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="replace") as file:
        return bool(_HEAD.match(file.read(4_096).lstrip("\ufeff")))


class Disagreement(Exception):  # what differs, not an error of the program
    """Lines that say what differs."""


class _Item(pytest.Item):
    """A test whose failure is told in the contract's words, without a traceback."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What differs."""
        from vbcdsl.diagnostics import VbcError
        from vbcdsl.diagnostics.render import to_text

        if isinstance(excinfo.value, Disagreement):
            return str(excinfo.value)
        if isinstance(excinfo.value, VbcError):
            return to_text(excinfo.value.diagnostics)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it stands."""
        return self.path, None, self.name


class ContractExamples(pytest.File):
    """The examples of a contract."""

    def collect(self) -> Iterator[pytest.Item]:
        """Each example on each engine; a contract with errors is one failing item."""
        from vbcdsl.compiler import compile_path
        from vbcdsl.diagnostics import VbcError
        from vbcdsl.results.engines import BOTH
        from vbcdsl.testing.examples import cases_of

        asked = self.config.getoption("--vbc-engine")
        engines = BOTH if asked == "both" else (asked,)
        try:
            compiled = compile_path(self.path.parent if self.path.name == "contract.vbc" else self.path)
        except VbcError as error:
            yield WrongContract.from_parent(self, name="contract", problems=error.diagnostics)
            return
        if compiled.errors:
            yield WrongContract.from_parent(self, name="contract", problems=compiled.errors)
            return
        for place, (_, case, _) in enumerate(cases_of(compiled)):
            for engine in engines:
                number = f" ({case.index + 1})" if case.index else ""
                yield Example.from_parent(
                    self,
                    name=f"{case.name}{number} [{engine}]",
                    compiled=compiled,
                    place=place,
                    engine=engine,
                )


class WrongContract(_Item):
    """A contract that has errors."""

    def __init__(self, *, problems: Any, **rest: Any) -> None:
        super().__init__(**rest)
        self.problems = problems

    def runtest(self) -> None:
        """Fails with the errors."""
        from vbcdsl.diagnostics import VbcError

        raise VbcError(self.problems)


class Example(_Item):
    """One example on one engine."""

    def __init__(self, *, compiled: Compiled, place: int, engine: str, **rest: Any) -> None:
        super().__init__(**rest)
        self.compiled, self.place, self.engine = compiled, place, engine

    def runtest(self) -> None:
        """Computes it and compares."""
        from vbcdsl.testing.examples import cases_of, run_case
        from vbcdsl.testing.render import difference

        version, case, year = list(cases_of(self.compiled))[self.place]
        result = run_case(self.compiled, version, case, year, self.engine)
        if not result.met:
            lines = [
                f"at {result.place}, performance year {result.year}",
                *(f"given {f}" for f in result.given),
            ]
            lines += [line.strip() for o in result.outcomes if not o.met for line in difference(o)]
            raise Disagreement("\n".join(lines))


class SettlementTests(pytest.File):
    """A test file: settlements and properties."""

    def collect(self) -> Iterator[pytest.Item]:
        """Each settlement and each property."""
        from vbcdsl.diagnostics import VbcError
        from vbcdsl.testing.files import read_test_file

        try:
            file = read_test_file(self.path)
        except VbcError as error:
            yield WrongContract.from_parent(self, name="test file", problems=error.diagnostics)
            return
        for golden in file.goldens:
            yield SettlementTest.from_parent(self, name=golden.name, file=file, wanted=golden)
        for text in file.properties:
            yield SettlementTest.from_parent(self, name=text, file=file, wanted=text)


class SettlementTest(_Item):
    """One settlement or property of a test file."""

    def __init__(self, *, file: TestFile, wanted: Any, **rest: Any) -> None:
        super().__init__(**rest)
        self.file, self.wanted = file, wanted

    def runtest(self) -> None:
        """Runs it, or writes the settlement with `--vbc-update`."""
        check: Check
        if isinstance(self.wanted, str):
            check = self.file.property(self.wanted)
        else:
            check = self.file.settlement(self.wanted, bool(self.config.getoption("--vbc-update")))
        if not check.met:
            raise Disagreement("\n".join(check.lines))
