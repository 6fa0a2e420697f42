"""Many contracts compiled one after another, with a second process that compiles from the other end.

The helper puts what it compiles where `kept_contracts` keeps what was compiled before, and nothing else passes
between the two: this process compiles from the front, and from where they meet it finds the rest there. Without a
helper (one processor, `VBCDSL_CACHE=off`, few contracts, or it cannot be started) all is compiled here.
"""

from __future__ import annotations

import contextlib
import gc
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from vbcdsl.compiler import Compiled
from vbcdsl.diagnostics import VbcError
from vbcdsl.kept_contracts import compile_kept, is_kept, keeps
from vbcdsl.syntax.shared import shared_sentences

FEWEST: Final = 24  # contracts for which starting Python once more pays off
_HELPER: Final = (
    "import sys; sys.path.append(sys.argv[1]); from vbcdsl.compile_many import help_out; help_out()"
)


def compile_all(paths: Sequence[Path], processes: int = 2) -> Iterator[Compiled | VbcError]:
    """Each contract as `compile_path` gives it, or why it cannot be compiled, in order; sentences that several
    share are read once."""
    helper: subprocess.Popen[bytes] | None = None
    asked = not keeps() or processes < 2 or _processors() < 2

    def ask(place: int) -> None:
        nonlocal helper, asked
        if not asked and len(paths) - place >= FEWEST:
            helper, asked = _helper(paths[place + 1 :]), True

    try:
        with shared_sentences():
            for place, path in enumerate(paths):
                try:
                    compiled = compile_kept(path, partial(ask, place))
                    if compiled.errors:
                        raise VbcError(compiled.errors)
                except VbcError as error:
                    yield error
                    continue
                yield compiled
    finally:
        if helper is not None:
            helper.kill()
            helper.wait()


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        return os.cpu_count() or 1


def _helper(paths: Sequence[Path]) -> subprocess.Popen[bytes] | None:
    """A process of this program that compiles these, the last first."""
    if not sys.executable or getattr(sys, "frozen", False):
        return None
    here = str(Path(__file__).parents[1])
    with contextlib.suppress(OSError):
        helper = subprocess.Popen(
            [sys.executable, "-P", "-c", _HELPER, here],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert helper.stdin is not None
        with contextlib.suppress(OSError), helper.stdin as asked:
            asked.write(b"\0".join(os.fsencode(path) for path in reversed(paths)))
        return helper
    return None


def help_out() -> None:
    """The helper: compiles what is asked for, until it meets what is kept already."""
    gc.disable()
    with shared_sentences():
        for name in sys.stdin.buffer.read().split(b"\0"):
            path = Path(os.fsdecode(name))
            with contextlib.suppress(VbcError):
                if is_kept(path):
                    return
                compile_kept(path)
