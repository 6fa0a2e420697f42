"""docs/reference/cli.md, made from the commands themselves: `python -m tests.docs.cli_page` writes it."""

from __future__ import annotations

from pathlib import Path

import click

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "cli.md"
_HEAD = """# Commands

<!-- Written by `python -m tests.docs.cli_page` from the help of the commands; do not edit. -->

Exit codes: 0 fine, 1 the contract or the data is wrong, 2 the command is.
"""


HOW_TO = {
    "compile": ("compile-to-sql", "write a contract as SQL"),
    "run": ("run-on-duckdb", "run on DuckDB", "run-on-spark", "run on Spark"),
}


def page() -> str:
    """The page as it must be."""
    from vbcdsl.cli import main as entry
    from vbcdsl.cli.group import cli

    assert callable(entry)
    lines = [_HEAD]
    root = click.Context(cli, info_name="vbc")
    for name in cli.list_commands(root):
        command = cli.get_command(root, name)
        if command is not None and not command.hidden:
            lines += _command(command, name, root)
    return "\n".join(lines)


def _command(command: click.Command, name: str, parent: click.Context) -> list[str]:
    context = click.Context(command, info_name=name, parent=parent)
    pieces = [piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]"]
    depth = context.command_path.count(" ") + 1
    lines = [
        f"{'#' * depth} {context.command_path}",
        "",
        f"`{context.command_path} {' '.join(pieces)}`".strip(),
        "",
    ]
    for paragraph in (command.help or "").split("\n\n"):
        if "\b" in paragraph:
            examples = [line for line in paragraph.replace("\b", "").strip("\n").split("\n") if line.strip()]
            lines += ["```text", *(line.rstrip() for line in examples), "```", ""]
        else:
            lines += [" ".join(paragraph.split()), ""]
    more = HOW_TO.get(name, ()) if parent.parent is None else ()
    if more:
        pages = zip(more[::2], more[1::2], strict=True)
        lines += ["How to: " + ", ".join(f"[{words}](../how-to/{at}.md)" for at, words in pages) + ".", ""]
    options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    rows = [_option(option, context) for option in options]
    if rows:
        lines += ["| Option | |", "|---|---|", *rows, ""]
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            if found is not None:
                lines += _command(found, inner, context)
    return lines


def _option(option: click.Option, context: click.Context) -> str:
    names = ", ".join(f"`{name}`" for name in sorted(option.opts, key=len, reverse=True))
    if isinstance(option.type, click.Choice):
        names += " " + " · ".join(f"`{choice}`" for choice in option.type.choices)
    elif not option.is_flag:
        names += f" {option.metavar or option.type.name.upper()}"
    text = " ".join((option.help or "").split()).replace("|", "\\|")
    default = option.get_default(context)
    if option.required:
        text += " Required."
    elif option.show_default and default not in (None, False, ()):
        shown = option.show_default if isinstance(option.show_default, str) else default
        text += f" Default: {shown}."
    return f"| {names} | {text.strip()} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
