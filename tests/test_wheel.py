"""An installed wheel has all that a checkout has."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from vbcdsl import resources
from vbcdsl.resolve.clauses import library_clauses

ROOT = Path(__file__).parents[1]
SHOW = """
import sys, vbcdsl
from vbcdsl.resources import grammar_dir, library_dir
print(vbcdsl.__file__, grammar_dir(), library_dir(), sep="\\n")
from vbcdsl.resolve.clauses import library_clauses
print(*library_clauses(), sep=", ")
"""


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def names(folder: Path) -> list[str]:
    skipped = {"__pycache__"}
    files = (p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    return sorted(p.as_posix() for p in files if not skipped & set(p.parts) and p.suffix != ".pyc")


def test_a_checkout_reads_its_own_grammar_and_contracts() -> None:
    assert resources.grammar_dir() == ROOT / "grammar"
    assert resources.library_dir() == ROOT / "contract_library"


@pytest.mark.slow
def test_a_wheel_brings_grammar_and_contracts(tmp_path: Path) -> None:
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "dist", cwd=ROOT)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "env", cwd=tmp_path)
    scripts = "Scripts" if sys.platform == "win32" else "bin"
    python = tmp_path / "env" / scripts / "python"
    site = Path(
        run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=tmp_path).strip()
    )
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    run(*pip, "--no-deps", "--no-index", "--no-compile", "--target", site, wheel, cwd=tmp_path)
    # The dependencies are those of this environment: nothing is fetched.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")

    *found, clauses = run(python, "-I", "-c", SHOW, cwd=tmp_path).splitlines()
    package, grammar, library = (Path(p) for p in found)
    assert package.is_relative_to(tmp_path)
    assert grammar == package.parent / "_grammar"
    assert library == package.parent / "_library"
    assert names(grammar) == names(ROOT / "grammar")
    assert names(library) == names(ROOT / "contract_library")
    assert clauses.split(", ") == list(library_clauses())
