"""Word files that we write open in LibreOffice Writer, with their words and their numbers."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.tools_here import needs
from vbcdsl.cli import cli

LIBRARY = Path(__file__).parents[2] / "contract_library"
MSSP = LIBRARY / "mssp"
_DATA = ("--data", f"aco_results={MSSP / 'data' / 'mssp_PY2022.csv'}")
DOCUMENTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "exhibit": (("export", str(LIBRARY / "lakeside"), "--to", "docx"), ("Quality Gate", "4.2", "4.5")),
    "statement": (("statement", str(MSSP), *_DATA, "--for", "aco=A1001", "--year", "2022"),
                  ("$45,867,445.68", "Minimum Savings Rate", "within 90 days after notice")),
    "redline": (("diff", f"{MSSP}@2019", f"{MSSP}@2021", *_DATA, "--format", "docx"),
                ("In order", "Shared Loss Payment")),
}  # fmt: skip

pytestmark = needs("soffice", "libreoffice-writer")


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What LibreOffice reads in each document, and the pages that it makes of them."""
    room = tmp_path_factory.mktemp("word")
    for name, (command, _) in DOCUMENTS.items():
        done = CliRunner().invoke(cli, [*command, "--out", str(room / f"{name}.docx")])
        assert done.exit_code == 0, done.output
    for kind in ("txt:Text (encoded):UTF8", "pdf"):
        done = subprocess.run(
            ["soffice", f"-env:UserInstallation={(room / 'profile').as_uri()}", "--headless", "--norestore",
             "--convert-to", kind, "--outdir", str(room), *(str(room / f"{n}.docx") for n in DOCUMENTS)],
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert all((room / f"{name}.pdf").read_bytes().startswith(b"%PDF-") for name in DOCUMENTS)
    return {name: (room / f"{name}.txt").read_text(encoding="utf-8-sig") for name in DOCUMENTS}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_word_file_opens_in_another_program(name: str, texts: dict[str, str]) -> None:
    said = " ".join(texts[name].split())
    for words in DOCUMENTS[name][1]:
        assert words in said, (words, said[:2000])
