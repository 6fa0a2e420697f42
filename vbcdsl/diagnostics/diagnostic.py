"""What a diagnostic is, and the exceptions that carry diagnostics out of a stage."""

from __future__ import annotations

from typing import Literal, TypeAlias

import attrs

from vbcdsl.model.frozen import frozen
from vbcdsl.model.span import Span

Severity: TypeAlias = Literal["error", "warning", "note"]


@frozen
class Label:
    """A second place that the reader should look at, with a few words."""

    span: Span
    text: str


@frozen
class Diagnostic:
    """One thing that is wrong.

    `message` says what, in the reader's words; `span` where in the text in force (None: not in a text, but in
    data or on the command line); `help` what to write instead; `fix` a replacement of the span when there is
    one sure answer. `section` is the address ("4.2"). `details` are further lines (counts, first rows).
    """

    code: str
    message: str
    span: Span | None = None
    severity: Severity = "error"
    section: str = ""
    labels: tuple[Label, ...] = ()
    help: str = ""
    fix: str | None = None
    details: tuple[str, ...] = ()
    source: object | None = attrs.field(default=None, eq=False, repr=False)  # SourceText of `span`


class VbcError(Exception):
    """The contract or the data is wrong; carries the diagnostics. The command line exits with 1."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...] | list[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("; ".join(f"{d.code}: {d.message}" for d in self.diagnostics))


class Problem(VbcError):
    """One diagnostic, raised where it is found and caught by the stage that collects."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__((diagnostic,))
        self.diagnostic = diagnostic


@frozen
class RunError:
    """Why a value could not be computed (Q14): an error value that stops everything that stands on it.

    `section` and `term` where it arose, `key` the keys as written (the party, the period label; never a
    member unless asked for), `message` and `help` as in a diagnostic.
    """

    code: str
    message: str
    section: str = ""
    term: str = ""
    key: tuple[tuple[str, str], ...] = ()
    help: str = ""
    span: Span | None = attrs.field(default=None, eq=False)
