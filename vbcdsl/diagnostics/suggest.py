"""The nearest of the names that exist, for "did you mean …?"."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

_ALIKE = 0.6
_CLOSE_TO_BEST = 0.15


def nearest(name: str, candidates: Iterable[str], n: int = 3) -> list[str]:
    """At most `n` candidates that resemble `name`, the most alike first; none when nothing comes near.

    Capitals do not count; a candidate that differs in nothing else comes first. Candidates much less alike
    than the best are left out: three guesses are worse than one good one.
    """
    wanted = name.casefold()
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted)
    scored: list[tuple[float, str]] = []
    for candidate in dict.fromkeys(candidates):
        matcher.set_seq1(candidate.casefold())
        if matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE:
            scored.append((matcher.ratio(), candidate))
    scored = sorted((s for s in scored if s[0] >= _ALIKE), key=lambda s: (-s[0], s[1]))
    return [c for score, c in scored[:n] if score >= scored[0][0] - _CLOSE_TO_BEST]
