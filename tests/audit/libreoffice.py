"""Recalculates workbooks in LibreOffice, which has never seen the values that we computed.

The cached value of each formula is taken out of a copy, and LibreOffice is told to recalculate whatever it loads;
so a value that is there afterwards was computed by LibreOffice from the formula.
"""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections.abc import Iterable
from pathlib import Path

_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>
"""
_FORMULA = re.compile(rb'<c ([^>]*?)(?: t="(?:str|b|e|n)")?>(<f>[^<]*</f>)<v>[^<]*</v></c>')


def without_values(source: Path, copy: Path) -> int:
    """Write a copy in which no formula has a value; the number of formulas."""
    count = 0
    with zipfile.ZipFile(source) as book, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as wiped:
        for info in book.infolist():
            content = book.read(info)
            if info.filename.startswith("xl/worksheets/sheet"):
                content, changed = _FORMULA.subn(rb"<c \1>\2</c>", content)
                assert changed == content.count(b"<f>"), info.filename
                count += changed
            wiped.writestr(info, content)
    return count


def recalculated(books: Iterable[Path], room: Path) -> dict[Path, Path]:
    """Each workbook as LibreOffice computes it, from copies without values, in one call."""
    profile, wiped, made = room / "profile", room / "wiped", room / "made"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
    wiped.mkdir()
    copies = {book: wiped / f"{number}.xlsx" for number, book in enumerate(books)}
    for book, copy in copies.items():
        assert without_values(book, copy) > 0 or book.is_file()
    done = subprocess.run(
        ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--convert-to",
         "xlsx:Calc MS Excel 2007 XML", "--outdir", str(made), *map(str, copies.values())],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {book: made / copy.name for book, copy in copies.items()}
