"""What is registered of a code."""

from __future__ import annotations

from typing import Literal

from vbcdsl.model.frozen import frozen


@frozen
class Code:
    """A kind of mistake. `title` is a short noun phrase; `why` explains to an attorney or analyst what goes
    wrong and why the language refuses it; `wrong` and `right` are a short example of each (may be empty)."""

    id: str
    title: str
    why: str
    wrong: str = ""
    right: str = ""
    severity: Literal["error", "warning", "note"] = "error"
