"""Finds the contracts of a portfolio and settles each on the data that are meant for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path

import attrs

from vbcdsl.compiler import Compiled
from vbcdsl.data import load_bindings
from vbcdsl.data.open import WHOLE_STORE
from vbcdsl.diagnostics import Diagnostic, RunError, VbcError
from vbcdsl.kept_contracts import compile_kept
from vbcdsl.model.names import snake_case
from vbcdsl.portfolio.category import Derived, derive, stated
from vbcdsl.results.settle import RunOptions, settle
from vbcdsl.results.settlement import Settled
from vbcdsl.rules.program import Program
from vbcdsl.watch import numbered


@attrs.frozen
class Flow:
    """A payment of a program to (`amount` > 0) or from a party in a year, with its HCP-LAN category."""

    program: str
    party: str
    year: str
    payment: str
    section: str
    category: str | None
    amount: Fraction


@attrs.frozen
class Settlement:
    """A settled contract of the portfolio. `derived`: what its clauses suggest as a category."""

    name: str
    title: str
    declared: str | None
    derived: Derived
    flows: tuple[Flow, ...]
    errors: tuple[RunError, ...] = ()
    stated: tuple[
        tuple[str, str, Derived], ...
    ] = ()  # payments with a category of their own, and what they suggest


@attrs.frozen
class Portfolio:
    """`settled` contracts, and those that could not be: `failed` by name."""

    settled: tuple[Settlement, ...]
    failed: dict[str, tuple[Diagnostic, ...]] = attrs.field(factory=dict, eq=False)

    @property
    def flows(self) -> tuple[Flow, ...]:
        """All payments."""
        return tuple(flow for each in self.settled for flow in each.flows)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """Where the declared category and the clauses do not agree, or none is declared (VBC8037)."""
        found = []
        for each in self.settled:
            reasons = "; ".join(each.derived.because)
            if each.declared is None:
                said = (
                    f"{each.name} declares no HCP-LAN category; its clauses suggest {each.derived.suggested}"
                )
            elif not each.derived.agrees(each.declared):
                fits = " or ".join(each.derived.fits)
                said = (
                    f"{each.name} declares HCP-LAN category {each.declared}, and its clauses suggest {fits}"
                )
            else:
                continue
            found.append(Diagnostic("VBC8037", said, severity="warning", help=reasons))
        for each in self.settled:
            for payment, category, derived in each.stated:
                if not derived.agrees(category):
                    said = (f"{each.name}: the {payment} is in HCP-LAN category {category}, and its clauses "
                            f"suggest {' or '.join(derived.fits)}")  # fmt: skip
                    found.append(
                        Diagnostic("VBC8037", said, severity="warning", help="; ".join(derived.because))
                    )
        return tuple(found)


def contracts_in(paths: Iterable[Path]) -> dict[str, Path]:
    """The contracts that the paths stand for, by name: a folder with a contract, a folder of such folders, or
    files."""
    found: dict[str, Path] = {}
    for path in paths:
        if path.is_dir() and not _holds_contract(path):
            inside = [each for each in sorted(path.iterdir()) if each.is_dir() and _holds_contract(each)]
            if not inside:
                raise VbcError([Diagnostic("VBC8002", f"the folder {path.as_posix()} holds no contract")])
        else:
            inside = [path]
        for each in inside:
            whole = each.resolve()
            name = whole.parent.name if whole.is_file() and whole.stem == "contract" else whole.stem
            found[name] = each
    return found


def settle_portfolio(
    paths: Iterable[Path], data: Iterable[tuple[str, str]] = (), *, data_folders: bool = False,
    options: RunOptions | None = None,
) -> Portfolio:  # fmt: skip
    """Settle every contract. `data`: (record or contract:record, file). `data_folders`: for a record that `data`
    does not name, `data/<record>.csv` beside the contract. A contract that cannot be settled does not stop the
    others."""
    contracts = contracts_in(paths)
    given = tuple(data)
    _refuse_unknown(given, contracts)
    settled: list[Settlement] = []
    failed: dict[str, tuple[Diagnostic, ...]] = {}
    for name, path in numbered(contracts.items(), "contract", len(contracts)):
        try:
            compiled = compile_kept(path)
            if compiled.errors:
                raise VbcError(compiled.errors)
            files = compiled.files
            bindings = load_bindings(files.bindings) if files and files.bindings else None
            inputs = _inputs(name, path, compiled, given, data_folders)
            settled.append(summed(name, settle(compiled, inputs, bindings, options)))
        except VbcError as error:
            failed[name] = tuple(error.diagnostics)
    return Portfolio(tuple(settled), failed)


def _holds_contract(folder: Path) -> bool:
    return any((folder / f"contract{suffix}").is_file() for suffix in (".vbc", ".md"))


def _refuse_unknown(data: tuple[tuple[str, str], ...], contracts: Mapping[str, Path]) -> None:
    for name, _ in data:
        contract, sign, _rest = name.partition(":")
        if sign and contract not in contracts:
            raise VbcError(
                [Diagnostic("VBC8028", f"--data {name}: the portfolio has no contract {contract}")]
            )


def _inputs(
    name: str, path: Path, compiled: Compiled, data: tuple[tuple[str, str], ...], data_folders: bool
) -> dict[str, object]:
    records = {
        snake_case(r.name) for p in compiled.bundle.by_year.values() for r in p.records.values() if r.is_data
    }
    found: dict[str, object] = {}
    if data_folders:
        folder = (path if path.is_dir() else path.parent) / "data"
        found = {f.stem: f for f in sorted(folder.glob("*.csv")) if f.stem in records}
    found |= {record: file for record, file in data if record in records}
    stores = [file for record, file in data if not record]
    if stores:
        found.setdefault(WHOLE_STORE, stores)
    own = {key.partition(":")[2]: file for key, file in data if key.partition(":")[0] == name and ":" in key}
    return {**found, **own}


def summed(name: str, settled: Settled, alike: Settlement | None = None) -> Settlement:
    """What the portfolio shows of a settlement. `alike`: of a contract whose clauses suggest the same."""
    flows = []
    for row in settled.rows:
        program = settled.bundle.by_year[row.year.number]
        for payment in row.payments:
            if isinstance(payment.amount, Fraction) and payment.sign:
                facts = program.terms[payment.name].payment
                category = (facts.category if facts else None) or declared_of(program)
                flows.append(Flow(name, row.party, row.year.label, payment.name, payment.section, category,
                                  payment.amount if payment.sign > 0 else -payment.amount))  # fmt: skip
    program = settled.program
    derived = alike.derived if alike is not None else derive(program)
    each = (
        alike.stated
        if alike is not None
        else tuple(
            (t.name, t.payment.category, derive(program, t))
            for t in stated(program)
            if t.payment and t.payment.category
        )
    )
    return Settlement(name, program.title, declared_of(program), derived, tuple(flows), settled.errors, each)


def declared_of(program: Program) -> str | None:
    """The category in the header of a contract."""
    return dict(program.title_facts).get("category")
