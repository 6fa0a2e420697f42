"""The fenced blocks of the documentation, and what each promises.

* ```` ```vbc ```` that begins with `contract "`: a whole contract. It compiles without errors, its examples hold.
* ```` ```vbc ```` else: sentences. Each can be read.
* ```` ```vbc wrong VBC1101 ```` : sentences or a contract that give exactly these codes.
* ```` ```console ````: lines that begin with `$ ` are run in the repository; then comes what they print. There a
  line `…` stands for any lines and `…` inside a line for any characters.
* ```` ```python run ````: is run as it stands, in the repository.
* ```` ```vbc file a/contract.vbc ```` (or toml, csv, md): is written below `/tmp/out`, for what follows.
* ```` ```diff a/contract.vbc ````: the lines with `-` stand once in that file and become the lines with `+`.

`/tmp/out` is another folder in each test; all blocks of a page share it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import attrs

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(
    r"^(?P<indent>[ \t]*)```(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=indent)```[ \t]*$", re.M | re.S
)


@attrs.frozen
class Block:
    """A fenced block: where it stands, what is written behind the fence, and its text."""

    path: Path
    line: int
    info: str
    text: str

    @property
    def name(self) -> str:
        """For the test's id."""
        return f"{self.path.relative_to(ROOT).as_posix()}:{self.line}"


def pages() -> list[Path]:
    """Every page that may hold blocks."""
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("contract_library/**/README.md")]
    return sorted(path for path in found if "reference/errors" not in path.as_posix())


def blocks(*kinds: str) -> Iterator[Block]:
    """The blocks whose fence begins with one of these words."""
    for path in pages():
        text = path.read_text(encoding="utf-8")
        for found in _FENCE.finditer(text):
            info = found.group("info").strip()
            if info.split(" ")[0] in kinds:
                body = found.group("body")
                indent = found.group("indent")
                if indent:
                    body = re.sub(rf"^{indent}", "", body, flags=re.M)
                yield Block(path, text.count("\n", 0, found.start()) + 1, info, body)
