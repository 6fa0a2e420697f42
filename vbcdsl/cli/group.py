"""The group of all commands, and what happens when one of them goes wrong.

Nothing heavy is imported here: `vbc --help` must appear at once.
"""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from typing import Any, Final

import rich_click as click
from click.exceptions import Abort, ClickException, Exit

from vbcdsl import __version__

COMMANDS: Final = (
    "new",
    "check",
    "fmt",
    "prepare",
    "run",
    "explain",
    "statement",
    "chart",
    "trace",
    "audit",
    "test",
    "consolidate",
    "export",
    "compile",
    "import",
    "table",
    "exchange",
    "dump",
    "sample",
    "library",
    "portfolio",
    "simulate",
    "diff",
    "bridge",
)
INTERNAL_ERROR: Final = 70
_ISSUES = "please report it with the contract's sentence that it happens on"


class LazyGroup(click.RichGroup):
    """Imports the module of a command when it is called or listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which a person meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name: the attribute `command` of its module."""
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = import_module(f"vbcdsl.cli.{cmd_name}_command").command
        return found

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """As click does, with the nearest command for a name that is none."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from vbcdsl.diagnostics.suggest import nearest

            near = nearest(args[0], COMMANDS, 1)
            ctx.fail(f"There is no command {args[0]!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; whatever goes wrong becomes a message and an exit code."""
        try:
            return super().invoke(ctx)
        except (ClickException, Exit, Abort, KeyboardInterrupt, BrokenPipeError):
            raise
        except Exception as error:
            ctx.exit(_explain(error, bool(ctx.params.get("verbose"))))


def _explain(error: Exception, verbose: bool) -> int:
    """Say what went wrong; the exit code."""
    from vbcdsl.diagnostics import VbcError
    from vbcdsl.diagnostics.render import echo

    if isinstance(error, VbcError):
        echo(error.diagnostics)
        return 1
    if verbose:
        import traceback

        traceback.print_exception(error)
    from vbcdsl.diagnostics.snippet import clean

    name = type(error).__name__
    click.echo(f"vbc: an internal error: {name}: {clean(str(error))[:200]}", err=True)
    click.echo(f"This is a mistake of the program, not yours; {_ISSUES}.", err=True)
    if not verbose:
        click.echo("`vbc -v …` shows where it happened.", err=True)
    return INTERNAL_ERROR


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="A contract is a file (contract.vbc), an amendment, or a folder with contract.vbc and amendments/.",
)
@click.version_option(__version__, "-V", "--version", message="vbc %(version)s")
@click.option("-v", "--verbose", is_flag=True, help="Show where internal errors happen.")
def cli(verbose: bool) -> None:
    """Value-based healthcare contracts: the text that the parties sign is the program that pays.

    \b
      vbc new my_contract              a small contract to begin with
      vbc check my_contract            read it, and say what is wrong
      vbc test my_contract             run the examples in its text
      vbc sample my_contract --members 1000 --out data
      vbc run my_contract --data member_months=data/member_months.csv
    """


def main() -> None:
    """The way in from the shell."""
    gc.set_threshold(200_000, 20, 50)  # a compiled contract is many small objects that live to the end
    try:
        cli(prog_name="vbc")
    except BrokenPipeError:
        # whoever read our output has gone; the interpreter must not complain about it when it flushes
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    finally:
        gc.freeze()  # what is left is given back with the process, and not looked through before
