"""The Python interface: contracts, settlements and explanations for notebooks, services and tests.

    import vbcdsl
    contract = vbcdsl.load("contract_library/lakeside")
    settlement = contract.run({"member_months": table, "quality_results": "q.csv", "financial_schedule": "f.csv"})
    settlement.settlement.to_pandas()

Data may be a path, a pyarrow table, or any object with `__arrow_c_stream__` (Polars, pandas, DuckDB).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from vbcdsl.compiler import Compiled, Version, compile_path, compile_sources, compile_text
from vbcdsl.diagnostics import Diagnostic, RunError, VbcError

if TYPE_CHECKING:
    import pyarrow as pa

    from vbcdsl.data import Bindings
    from vbcdsl.renewal.interface import Diff
    from vbcdsl.results.settlement import Settled
    from vbcdsl.results.trace import Explanation
    from vbcdsl.scenarios.outcome import Outcome
    from vbcdsl.testing.examples import Report

Year: TypeAlias = int | str
DataLike: TypeAlias = Mapping[str, object] | str | Path | None
BindingsLike: TypeAlias = "Bindings | Mapping[str, Any] | str | Path | None"


@attrs.frozen(eq=False)
class Contract:
    """A contract with its amendments. It can be read although it has errors; running it then raises `VbcError`."""

    compiled: Compiled

    @property
    def title(self) -> str:
        """The title in its header."""
        return self.compiled.versions[0].parsed.document.header.title or ""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong or odd in any text in force."""
        return self.compiled.diagnostics

    @property
    def years(self) -> tuple[str, ...]:
        """The labels of the performance years."""
        return tuple(year.label for year in self.compiled.bundle.calendar.years)

    @property
    def records(self) -> dict[str, tuple[str, ...]]:
        """The records that data must be given for, with their columns, in snake_case."""
        from vbcdsl.results.settle import all_records

        found = all_records(self.compiled.bundle).values()
        return {
            record.id: tuple(column.id for column in record.columns) for record in found if record.is_data
        }

    def text(self, year: Year | None = None) -> str:
        """The text in force in a performance year (default: the first)."""
        number = self._year(year) if year is not None else 1
        return self.compiled.version_of(number).text

    def run(
        self, data: DataLike = None, *, bindings: BindingsLike = None,
        years: Iterable[Year] | Year | None = None, engine: str = "arrow", threads: int = 2,
        recorded: Iterable[str | Path] = (), as_of: dt.date | None = None, cache: str | Path | None = None,
    ) -> Settlement:  # fmt: skip
        """Settle. `data`: by record, or the folder of a prepared store. Default: all performance years for which
        the list of parties has rows. `recorded`: folders of earlier runs that are final; `as_of`: rows with a Paid
        Date after this day are left out; `cache`: a folder that keeps what each file gave, so that the next run
        reads new files only. `VbcError` if the contract or the data is wrong; errors of single values are in
        `Settlement.errors`."""
        from vbcdsl.results.settle import RunOptions, settle

        chosen = _years(years)
        inputs, bound = _inputs(data), self._bindings(bindings)
        options = RunOptions(chosen, engine, threads, all_grains=True, inner=True,
                             recorded=tuple(recorded), as_of=as_of,
                             cache=Path(cache) if cache is not None else None)  # fmt: skip
        settled = settle(self.compiled, inputs, bound, options)
        return Settlement(settled, None if any(map(_is_stream, inputs.values())) else inputs, bound)

    def simulate(
        self, vary: Mapping[str, str] | None = None, data: Mapping[str, object] | None = None, *,
        scenarios: str | Path | None = None, paired: bool = False, draws: int = 1000, seed: int = 1,
        bindings: BindingsLike = None, years: Iterable[Year] | Year | None = None, threads: int = 2,
        recorded: Iterable[str | Path] = (), as_of: dt.date | None = None,
    ) -> Simulation:  # fmt: skip
        """Settle in many scenarios: `vary={"4.2 row 3": "20%..40% by 5%"}`, the words of `vbc simulate`. Each is
        settled to the same cent as the text changed by hand."""
        from vbcdsl.results.settle import RunOptions
        from vbcdsl.scenarios.plan import plan_scenarios
        from vbcdsl.scenarios.simulate import simulate

        planned = plan_scenarios(
            self.compiled, (vary or {}).items(), Path(scenarios) if scenarios is not None else None,
            paired=paired, draws=draws, seed=seed,
        )  # fmt: skip
        options = RunOptions(_years(years), threads=threads, recorded=tuple(recorded), as_of=as_of)
        return Simulation(
            simulate(self.compiled, planned, dict(data or {}), self._bindings(bindings), options)
        )

    def explain(
        self, party: str, year: Year | None = None, data: DataLike = None, *,
        term: str | None = None, bindings: BindingsLike = None, engine: str = "arrow",
    ) -> Explained:  # fmt: skip
        """Why a party gets or pays what it does in a year (default: the last with data)."""
        return self.run(data, bindings=bindings, years=year, engine=engine).explain(party, year, term)

    def prepare(
        self, data: Mapping[str, object] | None, out: str | Path, *, bindings: BindingsLike = None,
        append: bool = False, replace: bool = False, memory: int | None = None,
    ) -> Path:  # fmt: skip
        """Read and check data once and write a store that `run` and the others take instead of it; `append` adds
        to one. `memory`: bytes that rows may take while they are sorted. The folder. `VbcError` if something is
        wrong; then nothing was written."""
        from vbcdsl.prepared import prepare

        bound = self._bindings(bindings)
        job = prepare.job_of(self.compiled, dict(data or {}), bound, memory=memory or prepare.DEFAULT_MEMORY)
        if append:
            return prepare.append(job, Path(out)).folder
        return prepare.prepare(job, Path(out), replace=replace).folder

    def statement(
        self, party: str, year: Year | None = None, data: Mapping[str, object] | None = None, *,
        kind: str = "html", bindings: BindingsLike = None, engine: str = "arrow",
    ) -> bytes:  # fmt: skip
        """The statement of a party as a document: `kind` html, docx or pdf (default year: the last with data).
        Counts of fewer than 11 people are not in it. `VbcError` if there is no such party, or a package for the
        kind is not installed."""
        from vbcdsl.diagnostics import Diagnostic
        from vbcdsl.results.settle import RunOptions, settle
        from vbcdsl.statement.content import make_statement
        from vbcdsl.statement.write import document
        from vbcdsl.trace import find_facts

        inputs, bound = dict(data or {}), self._bindings(bindings)
        settled = settle(self.compiled, inputs, bound, RunOptions(_years(year), engine, inner=True))
        row = next((row for row in reversed(settled.rows) if row.party == party), None)
        if row is None:
            raise VbcError([Diagnostic("VBC8027", f"there is no {settled.party} {party} in these results")])
        return document(make_statement(find_facts(settled, inputs, bound), row, inputs, bound), kind)

    def test(self, engine: str = "both") -> Report:
        """Run the examples in the text by `arrow`, `reference` or `both`."""
        from vbcdsl.results.engines import BOTH
        from vbcdsl.testing.examples import run_examples

        return run_examples(self.compiled, BOTH if engine == "both" else (engine,))

    def sample(
        self,
        members: int,
        *,
        parties: int | None = None,
        years: Iterable[Year] | Year | None = None,
        seed: int = 1,
    ) -> dict[str, pa.Table]:
        """Synthetic data for the records, as Arrow tables; the same seed gives the same data."""
        from vbcdsl.results.settle import chosen_years
        from vbcdsl.sample.make import make_sample
        from vbcdsl.sample.write import sample_tables

        bundle = self.compiled.bundle
        chosen = chosen_years(bundle.calendar, _years(years))
        return sample_tables(make_sample(bundle, members, parties, chosen, seed))

    def _bindings(self, given: BindingsLike) -> Bindings | None:
        from vbcdsl.data import Bindings, load_bindings, make_bindings

        if given is None:
            beside = self.compiled.files.bindings if self.compiled.files else None
            return load_bindings(beside) if beside is not None else None
        if isinstance(given, Bindings):
            return given
        return load_bindings(given) if isinstance(given, (str, Path)) else make_bindings(dict(given))

    def _year(self, year: Year) -> int:
        from vbcdsl.results.settle import chosen_years

        return chosen_years(self.compiled.bundle.calendar, _years(year))[0].number

    def __repr__(self) -> str:
        errors = len(self.compiled.errors)
        state = (
            f"{errors} error{'s' if errors > 1 else ''}"
            if errors
            else f"performance years {', '.join(self.years)}"
        )
        return f"<Contract {self.title!r}: {state}>"

    def _repr_html_(self) -> str:
        from vbcdsl.results.html import contract_html

        return contract_html(self.title, self.compiled)


@attrs.frozen(eq=False, repr=False)
class Settlement:
    """A settlement. Tables are Arrow tables with exact decimals: `.to_pandas()` is theirs."""

    settled: Settled
    _inputs: Mapping[str, object] | None = None  # the data, if an explanation can read them again
    _bindings: Bindings | None = None

    @cached_property
    def settlement(self) -> pa.Table:
        """One row for each party and performance year: keys, terms, `net_payment` (positive: to the Provider)."""
        from vbcdsl.results.tables import settlement_table

        return settlement_table(self.settled)

    @cached_property
    def payments(self) -> pa.Table:
        """One row for each payment: section, payer, payee, amount."""
        from vbcdsl.results.tables import payments_table

        return payments_table(self.settled)

    @cached_property
    def terms(self) -> dict[str, pa.Table]:
        """Terms of other keys, by the name of the keys: `aco_performance_year_member`."""
        from vbcdsl.results.tables import finer_tables

        return finer_tables(self.settled)

    @property
    def errors(self) -> tuple[RunError, ...]:
        """Why values could not be computed; all others stand."""
        return self.settled.errors

    @property
    def notes(self) -> tuple[str, ...]:
        """What the command line says besides the amounts: rows left out, what came from a cache."""
        from vbcdsl.results.show import notes

        return tuple(notes(self.settled))

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What looked odd in the data."""
        return self.settled.warnings

    def explain(self, party: str, year: Year | None = None, term: str | None = None) -> Explained:
        """Why a party gets or pays what it does. Totals, counts and averages inside a sentence are computed
        once more from the data."""
        from vbcdsl.results.explain import explain
        from vbcdsl.results.settle import chosen_years, term_named
        from vbcdsl.trace.facts import find_parts

        settled = self.settled
        if year is not None:
            chosen = chosen_years(settled.bundle.calendar, _years(year))[0]
        else:
            chosen = next((r.year for r in reversed(settled.rows) if r.party == party), settled.years[-1])
        name = term_named(settled.bundle, term) if term is not None else None
        again = self._inputs is not None and settled.row(party, chosen.number) is not None
        parts = find_parts(settled, self._inputs or {}, self._bindings, term=name) if again else None
        return Explained(explain(settled, party, chosen, name, parts))

    def write(self, folder: str | Path, kind: str = "csv") -> list[str]:
        """Write the files of `vbc run --out`; the names written."""
        from vbcdsl.results.write import write_settlement

        return write_settlement(self.settled, Path(folder), kind)

    def __str__(self) -> str:
        from vbcdsl.results.show import table

        return table(self.settled)

    def __repr__(self) -> str:
        return f"<Settlement of {self.settled.program.title!r}: {len(self.settled.rows):,} rows>"

    def _repr_html_(self) -> str:
        from vbcdsl.results.html import settlement_html

        return settlement_html(self.settled)


@attrs.frozen(eq=False, repr=False)
class Simulation:
    """A simulation. Scenario “as written” is the contract as it stands."""

    outcome: Outcome

    @cached_property
    def payments(self) -> pa.Table:
        """One row for each scenario, party and performance year: each payment, `net_payment`; exact decimals."""
        from vbcdsl.scenarios.write import payments_table

        return payments_table(self.outcome)

    @cached_property
    def summary(self) -> pa.Table:
        """One row for each scenario: the varied values, the total, its change, quantiles over parties (texts)."""
        import pyarrow as pa

        from vbcdsl.scenarios.write import summary_cells

        header, rows = summary_cells(self.outcome)
        return pa.table({name: [str(row[i]) for row in rows] for i, name in enumerate(header)})

    @property
    def chart(self) -> str:
        """The chart, as the text of an SVG."""
        from vbcdsl.scenarios.show import chart

        return chart(self.outcome)

    @property
    def errors(self) -> tuple[RunError, ...]:
        """Why values could not be computed; all others stand."""
        return self.outcome.errors

    def write(self, folder: str | Path, kind: str = "csv") -> list[str]:
        """Write the files of `vbc simulate --out`; the names written."""
        from vbcdsl.scenarios.write import write_outcome

        return write_outcome(self.outcome, Path(folder), kind)

    def __str__(self) -> str:
        from vbcdsl.scenarios.show import text

        return text(self.outcome)

    def __repr__(self) -> str:
        return f"<Simulation of {self.outcome.title!r}: {len(self.outcome.scenarios) - 1:,} scenarios>"

    def _repr_html_(self) -> str:
        return self.chart


@attrs.frozen(eq=False, repr=False)
class Explained:
    """An explanation: `.trace` is the data, `str()` the text."""

    trace: Explanation

    def to_json(self) -> dict[str, Any]:
        """The trace as a JSON document (`vbc.trace/1`)."""
        return self.trace.to_json()

    def __str__(self) -> str:
        from vbcdsl.results.explain_text import to_text

        return to_text(self.trace)

    def __repr__(self) -> str:
        return f"<Explanation of {self.trace.party_key} {self.trace.party} in {self.trace.year}: {self.trace.net}>"

    def _repr_html_(self) -> str:
        import html

        return f"<pre>{html.escape(str(self))}</pre>"


ContractLike: TypeAlias = Contract | str | Path


def load(contract: ContractLike) -> Contract:
    """A contract from a file, an amendment or a folder, or from its text (anything with a line break).
    `VbcError` only if it cannot be read; what is wrong in it is in `Contract.diagnostics`."""
    if isinstance(contract, Contract):
        return contract
    if isinstance(contract, str) and "\n" in contract:
        return Contract(compile_text(contract))
    return Contract(compile_path(contract))


def diff(
    old: ContractLike, new: ContractLike, data: Mapping[str, object] | None = None, *,
    bindings: BindingsLike = None, year: Year | None = None, **options: Any,
) -> Diff:  # fmt: skip
    """What changed between two texts (`PATH@YEAR` for the text in force in a year), and with data what each change
    is worth. Options: `old_as_year`, `new_as_year`, `reading`, `attribution` ("order", "shapley"), `engine`,
    `recorded`, `as_of`."""
    from vbcdsl.renewal.interface import diff as compare

    bound = None
    if bindings is not None:
        from vbcdsl.data import Bindings, load_bindings, make_bindings

        if isinstance(bindings, (Bindings, str, Path)):
            bound = bindings if isinstance(bindings, Bindings) else load_bindings(bindings)
        else:
            bound = make_bindings(dict(bindings))
    label = int(year) if year is not None else None
    return compare(_text_of(old), _text_of(new), data, bindings=bound, year=label, **options)


def _text_of(contract: ContractLike) -> Compiled | str:
    if isinstance(contract, Contract):
        return contract.compiled
    if isinstance(contract, str) and "\n" in contract:
        return compile_text(contract)
    return str(contract)


def check(contract: ContractLike) -> tuple[Diagnostic, ...]:
    """What is wrong or odd in a contract."""
    return load(contract).diagnostics


def run(contract: ContractLike, data: DataLike = None, **options: Any) -> Settlement:
    """Settle a contract; see `Contract.run`."""
    return load(contract).run(data, **options)


def explain(
    contract: ContractLike, party: str, year: Year | None = None, data: DataLike = None,
    **options: Any,
) -> Explained:  # fmt: skip
    """Why a party gets or pays what it does; see `Contract.explain`."""
    return load(contract).explain(party, year, data, **options)


def simulate(
    contract: ContractLike, vary: Mapping[str, str] | None = None, data: Mapping[str, object] | None = None,
    **options: Any,
) -> Simulation:  # fmt: skip
    """Settle a contract in many scenarios of its terms; see `Contract.simulate`."""
    return load(contract).simulate(vary, data, **options)


def test(contract: ContractLike, engine: str = "both") -> Report:
    """Run the examples in the text of a contract."""
    return load(contract).test(engine)


test.__test__ = False  # type: ignore[attr-defined]  # pytest must not take it for one of its own


def fmt(text: str) -> str:
    """The text of a contract, laid out; see `vbc fmt`."""
    from vbcdsl.format import format_text

    return format_text(text)


def sample(contract: ContractLike, members: int, **options: Any) -> dict[str, pa.Table]:
    """Synthetic data for a contract; see `Contract.sample`."""
    return load(contract).sample(members, **options)


def consolidate(base: str | Path, as_of: dt.date, amendments: Iterable[str | Path] = ()) -> str:
    """The text of a contract in force on a date."""
    _, version = consolidated(Path(base), tuple(Path(a) for a in amendments), as_of)
    return version.text


def consolidated(base: Path, amendments: tuple[Path, ...], day: dt.date) -> tuple[Compiled, Version]:
    """The compiled contract and the version in force on a day. `VbcError` for a day outside the term."""
    if amendments:
        from vbcdsl.source import SourceText, find_contract

        files = find_contract(base)
        texts = [SourceText.from_file(path) for path in (*files.amendments, *amendments)]
        compiled = compile_sources(SourceText.from_file(files.base), texts)
    else:
        compiled = compile_path(base)
    if compiled.errors:
        return compiled, compiled.versions[0]
    calendar = compiled.bundle.calendar
    year = calendar.year_of(day)
    if year is None:
        raise VbcError([
            Diagnostic("VBC8031", f"the contract is not in force on {day:%B} {day.day}, {day.year}",
                       help=f"it is in force from {calendar.effective} through {calendar.through}")
        ])  # fmt: skip
    return compiled, compiled.version_at(day)


def _inputs(data: DataLike) -> dict[str, object]:
    """Data by record; the folder of a store stands for all records that it has."""
    if isinstance(data, (str, Path)):
        return {"": data}
    return dict(data or {})


def _is_stream(given: object) -> bool:
    """Whether data can be read only once."""
    return hasattr(given, "__arrow_c_stream__") and not hasattr(given, "__len__")


def _years(years: Iterable[Year] | Year | None) -> tuple[int, ...]:
    if years is None:
        return ()
    if isinstance(years, (int, str)):
        return (int(years),)
    return tuple(int(year) for year in years)
