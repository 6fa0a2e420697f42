"""The audit package: the same inputs give the same bytes, and whatever is changed in it is found."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.conformance.worked_cases import all_cases, compiled
from vbcdsl.audit.package import MANIFEST, Audit, write_package
from vbcdsl.audit.verify import verify
from vbcdsl.cli import cli
from vbcdsl.compiler import compile_path
from vbcdsl.data import load_bindings
from vbcdsl.data.write import write_json
from vbcdsl.diagnostics import VbcError

MSSP = Path(__file__).parents[2] / "contract_library" / "mssp"
PY2022 = MSSP / "data" / "mssp_PY2022.csv"
DATA = {"aco_results": PY2022}


def mssp(inputs: dict[str, object] | None = None) -> Audit:
    bindings = MSSP / "bindings.toml"
    return Audit(compile_path(MSSP), inputs or DATA, load_bindings(bindings), bindings, (2022,))


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of the 482 ACOs of 2022."""
    out = tmp_path_factory.mktemp("audit") / "first"
    started = time.process_time()
    write_package(mssp(), out)
    assert time.process_time() - started < 30
    return out


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    """The package of three ACOs, with its data."""
    room = tmp_path_factory.mktemp("small")
    lines = PY2022.read_text(encoding="utf-8").splitlines(keepends=True)
    (room / "mssp.csv").write_text("".join(lines[:4]), encoding="utf-8")
    data: dict[str, object] = {"aco_results": room / "mssp.csv"}
    write_package(mssp(data), room / "package")
    return room / "package", data


def sealed_again(folder: Path) -> None:
    """What a careful forger does: the hashes in the manifest fit the changed files."""
    content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    for name in list(content["files"]):
        path = folder / name
        if path.is_file():
            content["files"][name] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            del content["files"][name]
    write_json(folder / MANIFEST, content)


def words(name: str, before: str, after: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert before in text, (name, before)
        path.write_text(text.replace(before, after, 1), encoding="utf-8")

    return change


def in_workbook(part: str, before: str, after: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "workpaper.xlsx"
        with zipfile.ZipFile(path) as book:
            parts = [(info, book.read(info)) for info in book.infolist()]
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
            for info, content in parts:
                if info.filename == part:
                    assert before.encode() in content, content[:3000]
                    content = content.replace(before.encode(), after.encode(), 1)
                book.writestr(info, content)

    return change


FORGERIES: dict[str, tuple[Callable[[Path], None], str]] = {
    "an amount in the settlement": (
        words("settlement.csv", "45867445.68", "45967445.68"), "settlement.csv, row 2 (A1001, 2022)"),
    "an amount in the payments": (
        words("payments.csv", "45867445.68", "45867445.69"), "payments.csv, row 2 (A1001, 2022), amount"),
    "a clause of the contract": (
        words("contract/original/contract.vbc", '"Sequestration Factor" means 98%',
              '"Sequestration Factor" means 99%'), "section 5.1"),
    "a clause of an amendment": (
        words("contract/original/amendments/3-pathways.vbc", "75%", "76%"),
        "contract/in_force/2021-2022.vbc, section 2.1"),
    "a clause of the text in force": (
        words("contract/in_force/2021-2022.vbc", "rounded half up", "rounded down"),
        "contract/in_force/2021-2022.vbc, heading"),
    "a value in the trace": (
        words("trace.jsonl", '"value":"62404688.00"', '"value":"62404689.00"'), "trace.jsonl, Benchmark Less"),
    "a control total": (words("inputs.json", '"rows": 3', '"rows": 4'), "inputs.json, "),
    "a fact of the workpaper": (
        in_workbook("xl/worksheets/sheet4.xml", "<v>966116777</v>", "<v>966116778</v>"), "workpaper.xlsx, Facts!"),
    "a formula of the workpaper": (
        in_workbook("xl/worksheets/sheet3.xml", "0.98", "0.99"), "workpaper.xlsx, Terms!"),
    "the plan": (words("plan.json", '"what": "compute"', '"what": "scan"'), "plan.json, "),
    "the columns that the bindings name": (
        words("contract/original/bindings.toml", '"abtot_bnchmk"', '"abtot_exp"'), "settlement.csv, row"),
    "a file that is gone": (lambda folder: (folder / "errors.json").unlink(), "errors.json: it is missing"),
    "a file that was put in": (
        lambda folder: (folder / "side-letter.txt").write_text("the Payer owes double"),
        "side-letter.txt: MANIFEST.json does not name it"),
}  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forgery_is_found_even_if_the_manifest_was_made_to_fit(
    forgery: str, small: tuple[Path, dict[str, object]], tmp_path: Path
) -> None:
    change, said = FORGERIES[forgery]
    folder = tmp_path / "package"
    shutil.copytree(small[0], folder)
    change(folder)
    by_hash = verify(folder)
    assert not by_hash.same
    sealed_again(folder)
    verdict = verify(folder, small[1])
    assert not verdict.same
    assert any(said in line for line in verdict.differences), verdict.differences[:5]


def test_a_clause_that_changes_no_number_is_found_with_ones_own_copy_of_the_contract(
    small: tuple[Path, dict[str, object]], tmp_path: Path
) -> None:
    folder = tmp_path / "package"
    shutil.copytree(small[0], folder)
    text = "contract/original/contract.vbc"
    words(text, "due within 90 days after notice", "due within 30 days after notice")(folder)
    verdict = verify(folder, contract=MSSP)
    assert any("section 5.4" in line and "in your contract" in line for line in verdict.differences)


def test_another_title_in_the_manifest_is_found(
    small: tuple[Path, dict[str, object]], tmp_path: Path
) -> None:
    folder = tmp_path / "package"
    shutil.copytree(small[0], folder)
    words(MANIFEST, "Medicare Shared", "Medicare Snared")(folder)
    for data in (None, small[1]):
        assert any(line.startswith("MANIFEST.json: ") for line in verify(folder, data).differences)


def test_other_data_is_found(small: tuple[Path, dict[str, object]], tmp_path: Path) -> None:
    own = Path(str(small[1]["aco_results"])).read_text(encoding="utf-8").replace("966116777", "966116778")
    (tmp_path / "mssp.csv").write_text(own, encoding="utf-8")
    found = "\n".join(verify(small[0], {"aco_results": tmp_path / "mssp.csv"}).differences)
    assert "inputs.json, files / aco_results [1] / sha256" in found
    assert "totals / Benchmark" in found


def test_the_same_inputs_give_the_same_bytes_in_another_folder(package: Path, tmp_path: Path) -> None:
    shutil.copy(PY2022, tmp_path / PY2022.name)
    _, seal = write_package(mssp({"aco_results": tmp_path / PY2022.name}), tmp_path / "second")
    assert hashlib.sha256((package / MANIFEST).read_bytes()).hexdigest() == seal
    for path in package.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "second" / path.relative_to(package)).read_bytes(), path


def test_verify_says_same_on_another_folder(package: Path, tmp_path: Path) -> None:
    folder = tmp_path / "moved"
    shutil.copytree(package, folder)
    done = CliRunner().invoke(cli, ["audit", "verify", str(folder), "--data", f"aco_results={PY2022}"])
    assert done.exit_code == 0, done.output
    assert "same: " in done.output and "everything agrees" in done.output


def test_no_folder_is_ever_replaced_and_none_is_left_half_written(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    with pytest.raises(VbcError, match="exists already"):
        write_package(mssp(), tmp_path / "here")
    with pytest.raises(VbcError):
        write_package(mssp({"aco_results": tmp_path / "none.csv"}), tmp_path / "there")
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


def test_a_folder_that_is_no_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VbcError, match="no audit package"):
        verify(tmp_path)


@pytest.mark.parametrize("case", all_cases()[::6], ids=lambda case: case.id)
def test_the_package_of_a_worked_case_is_the_same_when_it_is_computed_again(
    case: object, tmp_path: Path
) -> None:
    data: dict[str, object] = dict(case.data)  # type: ignore[attr-defined]
    write_package(Audit(compiled(case), data), tmp_path / "package")  # type: ignore[arg-type]
    assert verify(tmp_path / "package", data).differences == ()


def test_neither_the_seed_of_hashes_nor_the_time_zone_nor_the_folder_changes_a_byte(tmp_path: Path) -> None:
    case = next(case for case in all_cases() if case.id == "NY-01")
    data = [word for name, path in case.data.items() for word in ("--data", f"{name}={path}")]
    made = []
    for seed, zone in (("1", "UTC"), ("77", "Asia/Tokyo")):
        out = tmp_path / zone / "package"
        done = subprocess.run(
            [sys.executable, "-m", "vbcdsl", "audit", str(case.contract), *data, "--out", str(out)],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        made.append({p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.is_file()})
    assert made[0] == made[1]


@pytest.mark.parametrize("name", ["Harbor 2027.vbc", "exhibit.md"])
def test_a_contract_of_any_name_is_verified_as_the_same(name: str, tmp_path: Path) -> None:
    home = MSSP.parent / "drug-outcome-guarantee"
    text = (home / "contract.vbc").read_text(encoding="utf-8")
    path = tmp_path / name
    path.write_text(
        text if path.suffix == ".vbc" else f"# Exhibit\n\n```vbc\n{text}\n```\n", encoding="utf-8"
    )
    data: dict[str, object] = {"patient_courses": home / "data" / "patient_courses.csv"}
    write_package(Audit(compile_path(path), data, None, None, ()), tmp_path / "package")
    assert verify(tmp_path / "package", data).differences == ()
    said = json.loads((tmp_path / "package" / "diagnostics.json").read_text(encoding="utf-8"))
    assert {note["place"].split(":")[0] for note in said if note["place"]} == {f"contract{path.suffix}"}
