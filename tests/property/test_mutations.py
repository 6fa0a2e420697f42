"""A contract file can be as wrong as it likes: the compiler answers with diagnostics, within two seconds.

Real texts are changed at random: bytes, words, sentences and table rows dropped, doubled, exchanged or replaced.
`VBC_MUTATIONS=10000 pytest tests/property/test_mutations.py` tries many; a few hundred run in CI.
"""

from __future__ import annotations

import os
import random
import re
import time
from pathlib import Path

import pytest

from vbcdsl.compiler import compile_sources
from vbcdsl.diagnostics import VbcError
from vbcdsl.diagnostics.exchange import to_json
from vbcdsl.diagnostics.render import to_text
from vbcdsl.source import SourceText

ROOT = Path(__file__).parents[2]
COUNT = int(os.environ.get("VBC_MUTATIONS", "300"))
SEED = int(os.environ.get("VBC_MUTATION_SEED", "0"))
SECONDS = 2.0

AMENDMENT = """amendment 1 to "Lakeside Total Cost of Care Agreement", signed May 12, 2025,
    effective for performance years that begin on or after January 1, 2026.
Section 4.2 is amended by replacing "40%" with "45%".
Section 4.8 is deleted and its number is reserved.
A new section 4.10 is added: The Payer must pay the Provider the
    "Reporting Bonus": $2.00 per member per month times Enrolled Months,
    only if the Quality Gate is met.
"""
STRANGE = (
    '"', "“", "|", "(", ")", ".", ",", ";", ":", "$", "%", "-", "--", ">", "\n", "\t", "\x0b", "\u00a0", "\ufeff",
    "\U0001f600", "$99999999999999999999999999999999999", "0", "-1%", "1/0", "0%", "100%", "January 31, 2025",
    "February 30, 2025", "divided by", "times", "minus", "plus", "if", "otherwise", "and", "or", "not scored",
    "in the prior performance year", "across all Providers", "over all Members", "for each Member", "is at least",
    "(" * 60, "12.12.12", "Notwithstanding section 4.5,", "end of clause.", "9999999999.9999999999999",
)  # fmt: skip


def texts() -> list[str]:
    found = [
        path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "contract_library").rglob("*.vbc"))
        if path.stat().st_size < 40_000
    ]
    found += [
        path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "tests" / "diagnostics" / "contracts").glob("a_[p-t]*.vbc"))
    ]
    return found


def mutated(text: str, chance: random.Random) -> str:
    """One to four changes."""
    for _ in range(chance.randint(1, 4)):
        pieces = re.split(chance.choice([r"(\s+)", r"(\n)", r"(?<=[.|])(\s+)", r"(\b)", r"(\|)"]), text)
        if len(pieces) < 4:
            return text
        at, other = chance.randrange(len(pieces)), chance.randrange(len(pieces))
        match chance.randrange(8):
            case 0:
                del pieces[at : at + chance.randint(1, 3)]
            case 1:
                pieces[at:at] = pieces[at : at + chance.randint(1, 6)]
            case 2:
                pieces[at], pieces[other] = pieces[other], pieces[at]
            case 3:
                pieces[at] = chance.choice(STRANGE)
            case 4:
                pieces.insert(at, f" {chance.choice(STRANGE)} ")
            case 5:
                pieces[at] = pieces[other]
            case 6:
                word = pieces[at]
                if word:
                    place = chance.randrange(len(word))
                    pieces[at] = word[:place] + chr(chance.randrange(32, 0x2100)) + word[place + 1 :]
            case 7:
                return "".join(pieces[:at])
        text = "".join(pieces)
    return text


def answer(text: str, amendment: str | None) -> float:
    """Seconds to compile and to render what was found; only a VbcError may come out."""
    started = time.process_time()  # what else the machine does is not the program's
    try:
        base = SourceText.from_text(text, "contract.vbc")
        amendments = [SourceText.from_text(amendment, "amendment.vbc")] if amendment is not None else []
        compiled = compile_sources(base, amendments)
        to_text(compiled.diagnostics)
        to_json(compiled.diagnostics)
    except VbcError:
        pass
    return time.process_time() - started


@pytest.mark.parametrize("part", range(4))
def test_a_mutated_contract_gets_an_answer(part: int) -> None:
    chance = random.Random(f"{SEED}-{part}")
    originals = texts()
    answer(originals[0], None)  # the grammar is built once
    for number in range(COUNT // 4):
        text = chance.choice(originals)
        amendment = AMENDMENT if chance.random() < 0.3 else None
        if amendment is not None and chance.random() < 0.5:
            amendment = mutated(amendment, chance)
        text = mutated(text, chance)
        try:
            seconds = answer(text, amendment)
        except Exception as error:
            raise AssertionError(
                f"mutation {part}/{number} (seed {SEED}):\n{text}\n---\n{amendment}"
            ) from error
        assert seconds < SECONDS, f"mutation {part}/{number} took {seconds:.1f} s (seed {SEED}):\n{text}"
