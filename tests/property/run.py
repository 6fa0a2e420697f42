"""Thousands of random contracts on both engines: `python -m tests.property.run --count 10000 --seed 1`.

Prints each case where the engines differ, a run breaks off, or a text does not compile, cut down to what is needed
to show it: the contract, the tables, the term.
"""

from __future__ import annotations

import argparse
import collections
import sys
import time
import traceback

from tests.property.compare import Refused, compiled, disagreement
from tests.property.families import of_family_seed
from tests.property.generate import Case, of_seed
from tests.property.shrink import shown, shrink


def verdict(case: Case) -> str:
    """ "" if all is well, else what is wrong in one line (the same fault gives the same line)."""
    try:
        found = disagreement(case)
    except Refused as refused:
        return f"refused {' '.join(sorted(set(refused.codes)))}"
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        return f"broke off: {type(error).__name__} in {last.name} ({last.filename.rsplit('/', 1)[-1]})"
    if not found:
        return ""
    pairs = [
        (a, b)
        for name, rows in found.items()
        if name not in ("way", "(errors)", "(agreements)", "(not checked)", "(left out)", "(read)")
        for _, a, b in rows
    ]
    if not pairs:
        return f"differ: {' '.join(k for k in found if k != 'way')} ({found['way']})"
    return f"differ: {_sort(pairs[0][0])} / {_sort(pairs[0][1])} ({found['way']})"


def _sort(value: object) -> str:
    return value if isinstance(value, str) and value.startswith(("error", "no key")) else type(value).__name__


def main() -> int:
    """Run, count, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, default=1, help="how many cases of each fault are printed")
    parser.add_argument("--no-shrink", action="store_true")
    parser.add_argument("--families", action="store_true", help="contracts of the families with own records")
    asked = parser.parse_args()
    made = of_family_seed if asked.families else of_seed
    seen: collections.Counter[str] = collections.Counter()
    started = time.monotonic()
    for seed in range(asked.seed, asked.seed + asked.count):
        case = made(seed)
        fault = verdict(case)
        seen[fault] += 1
        if fault and seen[fault] <= asked.show:
            small = case if asked.no_shrink else shrink(case, lambda c, f=fault: verdict(c) == f)
            print(f"==== seed {seed}: {fault}\n{shown(small)}\n", flush=True)
    spent = time.monotonic() - started
    print(f"{asked.count} contracts in {spent:.0f} s; without a difference: {seen.pop('', 0)}")
    for fault, count in seen.most_common():
        print(f"{count:6} {fault}")
    return 1 if seen else 0


def errors_of(case: Case) -> str:
    """What the compiler says."""
    try:
        compiled(case)
    except Refused as refused:
        return str(refused)
    return ""


if __name__ == "__main__":
    sys.exit(main())
