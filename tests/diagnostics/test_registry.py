"""Every code that the source uses is registered with its reason, and every registered code is used."""

from __future__ import annotations

import re
from pathlib import Path

import vbcdsl
from vbcdsl.diagnostics.codes import ALL

SOURCE = Path(vbcdsl.__file__).parent
CODE = re.compile(r"VBC\d{4}")


def used() -> set[str]:
    found: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        if path.parent.name != "codes":
            found |= set(CODE.findall(path.read_text(encoding="utf-8")))
    return found


def test_every_code_in_the_source_is_registered() -> None:
    assert sorted(used() - set(ALL)) == []


def test_every_registered_code_is_used() -> None:
    assert sorted(set(ALL) - used()) == []
