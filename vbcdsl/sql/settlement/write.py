"""The whole text: what the query is, what it expects, checks of the data, and the query of the settlement."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import attrs

from vbcdsl.compiler import Compiled
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.engines.arrow.times import is_clock
from vbcdsl.results.section_words import words_of_section
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Record, Term
from vbcdsl.sql.expression import NotExact, named, quoted
from vbcdsl.sql.settlement.compiler import Compiler, Table
from vbcdsl.sql.settlement.dialects import in_dialect
from vbcdsl.sql.settlement.inputs import Check, Expected, usual_places
from vbcdsl.sql.settlement.values import Val

WIDTH = 110
_CHECKED = "-- CHECKS: each row of this result is something that must not be in the data."
_NAME = re.compile(r"\b[a-z_][a-z0-9_]*\b")


@attrs.frozen
class Refused:
    """A term that SQL cannot say: the section, the term, and the reason."""

    section: str
    term: str
    reason: str


@attrs.frozen
class Written:
    """SQL of a contract, for DuckDB. `checks`: a query with a row for each thing that is wrong with the data
    (there must be none); `tables` and `body`: the query of the settlement, a
    row for each term and key, as `dialects.py` takes it; `refused`: what is not in it."""

    title: str
    header: str
    expected: tuple[Expected, ...]
    checks: str
    said: str
    tables: tuple[Table, ...]
    body: str
    terms: tuple[str, ...]
    refused: tuple[Refused, ...]

    @property
    def query(self) -> str:
        """The settlement's query for DuckDB."""
        return self._query("duckdb")

    @property
    def text(self) -> str:
        """Everything for DuckDB, as a file."""
        return self.in_dialect("duckdb")

    def in_dialect(self, dialect: str) -> str:
        """Everything in the words of a system, as a file. `VbcError` without sqlglot where it is needed."""
        parts = [self.header if dialect == "duckdb" else f"{self.header}\n-- Written for {dialect}."]
        if self.checks:
            parts.append(f"{_CHECKED}\n{in_dialect(self.checks, dialect)}")
        if self.body:
            parts.append(f"{self.said}\n{self._query(dialect)}")
        return "\n\n".join(parts) + "\n"

    def _query(self, dialect: str) -> str:
        if not self.body:
            return ""
        tables = [_table(table, in_dialect(table.text, dialect).rstrip(";")) for table in self.tables]
        return "WITH\n" + ",\n\n".join(tables) + "\n\n" + in_dialect(self.body, dialect)


@attrs.frozen
class Fact:
    """A value that is the exact core: a term, or rows that a term adds up."""

    section: str
    name: str
    grain: tuple[str, ...]
    node: n.Node
    year: int


Places = Callable[[Record, str], int]


def settlement_sql(
    compiled: Compiled, years: Sequence[int], terms: Sequence[str] = (), places: Places = usual_places
) -> Written:
    """The settlement of performance years as SQL: all terms but those by Member, or the terms named. `VbcError` if
    one of them cannot be said exactly, with its section."""
    compiler = _compiler(compiled, years, places, core=False)
    refused: list[Refused] = []
    wanted: list[tuple[Term, int, Table]] = []
    for year in years:
        program = compiled.bundle.by_year[year]
        for name in terms:
            if name not in program.terms:
                raise _no_term(name, list(program.terms))
        for term in program.terms.values():
            if not _asked(term, terms):
                continue
            try:
                wanted.append((term, year, compiler.term(term.name, year)))
            except NotExact as reason:
                refused.append(Refused(term.section, term.name, str(reason)))
    refused = list(dict.fromkeys(refused))
    if refused:
        raise VbcError([_refusal(found) for found in refused])
    rows = [_selected(compiler, term.section, term.name, year, table) for term, year, table in wanted]
    return _written(compiled, compiler, years, rows, [t.name for t, _, _ in wanted], ())


def facts_sql(compiled: Compiled, years: Sequence[int], places: Places = usual_places) -> Written:
    """The facts of performance years as SQL: each term, and each total, count and extreme of rows inside a term,
    that every engine computes with the same digits by itself. What is not among them is said in the header."""
    compiler = _compiler(compiled, years, places, core=True)
    rows: list[str] = []
    names: list[str] = []
    refused: list[Refused] = []
    done: set[object] = set()
    for year in years:
        program = compiled.bundle.by_year[year]
        for term in program.terms.values():
            if term.hidden or isinstance(term.expr, n.Lit):
                continue
            try:
                table = compiler.term(term.name, year)
            except NotExact as reason:
                refused.append(Refused(term.section, term.name, str(reason)))
                same: Counter[str] = Counter()
                for fact in _inside(term, year):
                    if (fact.node, fact.grain, year) in done:
                        continue
                    done.add((fact.node, fact.grain, year))
                    same[fact.name] += 1
                    if same[fact.name] > 1:
                        fact = attrs.evolve(fact, name=f"{fact.name} ({same[fact.name]})")
                    try:
                        mark = ("fact", fact.node, fact.grain, year)
                        made = compiler.table(mark, fact.name, term.section, term.grain, fact.node, year)
                    except NotExact:
                        continue
                    rows.append(_selected(compiler, fact.section, fact.name, year, made))
                    names.append(fact.name)
                continue
            if "Member" not in term.grain and term.role != "input":
                rows.append(_selected(compiler, term.section, term.name, year, table))
                names.append(term.name)
    return _written(compiled, compiler, years, rows, names, tuple(dict.fromkeys(refused)))


def _inside(term: Term, year: int) -> Iterable[Fact]:
    """The totals and counts of rows inside a term that is more than they are."""
    from vbcdsl.rules.uses import walk

    if "Member" in term.grain:
        return
    for node in walk(term.expr):
        if not isinstance(node, n.Aggregate) or node.rows.source is None:
            continue
        over = f"over {node.rows.source}"
        if node.name == "average" and node.weight is None:
            number = attrs.evolve(node, name="number", value=n.IsScored(node.value) if node.value else None)
            total = attrs.evolve(node, name="total")
            yield Fact(term.section, f"{term.name}: number {over}", term.grain, number, year)
            yield Fact(term.section, f"{term.name}: total {over}", term.grain, total, year)
        elif node.name in ("total", "number", "largest", "smallest"):
            yield Fact(term.section, f"{term.name}: {node.name} {over}", term.grain, node, year)


def _asked(term: Term, terms: Sequence[str]) -> bool:
    if terms:
        return term.name in terms
    return not term.hidden and term.role != "input" and "Member" not in term.grain


def _compiler(compiled: Compiled, years: Sequence[int], places: Places, *, core: bool) -> Compiler:
    sentences: dict[tuple[str, int], str] = {}

    def words(section: str, year: int) -> str:
        if (section, year) not in sentences:
            sentences[section, year] = words_of_section(compiled.version_of(year), section)
        return sentences[section, year]

    return Compiler(compiled.bundle, places, words, plain=years[0] if len(years) == 1 else None, core=core)


# ---------------------------------------------------------------- the result


def _selected(compiler: Compiler, section: str, name: str, year: int, table: Table) -> str:
    """The rows of a term in the result."""
    program = compiler.bundle.by_year[year]
    value = table.value
    assert value is not None
    party = program.party
    dims = [d for d in table.grain if d != party and not is_clock(d)]
    clock = next((d for d in table.grain if is_clock(d)), None)
    period = "NULL" if clock is None else f"CAST(t.{named(clock)} AS INTEGER)"
    keys = " || ', ' || ".join(f"t.{named(d)}" for d in dims) or "NULL"
    cells = [
        quoted(section),
        quoted(name),
        compiler.label(year),
        f"t.{named(party)}" if party in table.grain else "NULL",
        quoted(clock) if clock else "NULL",
        period,
        keys,
        *_cells(value),
    ]
    return f"SELECT {', '.join(cells)} FROM {table.name} AS t"


def _cells(value: Val) -> tuple[str, str, str]:
    at = f"t.{value.text}"
    if value.base == "number":
        den = f"t.{value.den}" if isinstance(value.den, str) else f"CAST({value.den} AS HUGEINT)"
        return at, den, f"CASE WHEN {at} IS NULL THEN 'not scored' END"
    if value.base == "flag":
        text = f"CASE WHEN {at} THEN 'yes' WHEN NOT {at} THEN 'no' ELSE 'not scored' END"
    elif value.base == "day":
        text = f"COALESCE(CAST({at} AS VARCHAR), 'not scored')"
    else:
        text = f"COALESCE({at}, 'not scored')"
    return "NULL", "NULL", text


def _written(
    compiled: Compiled, compiler: Compiler, years: Sequence[int], rows: list[str], names: list[str],
    refused: tuple[Refused, ...],
) -> Written:  # fmt: skip
    program = compiled.bundle.by_year[years[0]]
    party = named(program.party)
    tables: tuple[Table, ...] = ()
    body = ""
    if rows:
        compiler.inputs.finish()
        kind = "VARCHAR"
        casts = (
            f"SELECT CAST(NULL AS {kind}) AS section, CAST(NULL AS {kind}) AS term,\n  CAST(NULL AS INTEGER) AS "
            f"performance_year, CAST(NULL AS {kind}) AS {party}, CAST(NULL AS {kind}) AS clock,\n  "
            f"CAST(NULL AS INTEGER) AS period, CAST(NULL AS {kind}) AS keys,\n  "
            f"CAST(NULL AS HUGEINT) AS numerator, CAST(NULL AS HUGEINT) AS denominator,\n  "
            f"CAST(NULL AS {kind}) AS said\nWHERE FALSE"
        )
        body = "\nUNION ALL ".join([casts, *rows])
        kept = _needed(compiler.tables, body)
        tables = tuple(table for name, table in compiler.tables.items() if name in kept)
        body += "\nORDER BY 1, 2, 3, 4, 6, 7;"
        every = compiler.inputs.expected()
        read = compiler.inputs.with_rosters({e.name for e in every if _reads(kept, compiler, e.name)})
        expected = tuple(e for e in every if e.name in read)
        checks = [c for c in compiler.inputs.checks() if _record_of(c) in read]
    else:
        expected, checks = (), []
    header = _header(compiled, compiler, years, expected, refused)
    said = (
        f"-- {'FACTS' if compiler.core else 'SETTLEMENT'}: a row for each term and key. A number is numerator / "
        "denominator, exactly;\n-- said: yes, no, a text, or “not scored”."
    )
    names = list(dict.fromkeys(names))
    return Written(
        program.title, header, expected, _checks(checks), said, tables, body, tuple(names), refused
    )


def _record_of(check: Check) -> str:
    return named(check.says.partition(":")[0])


def _reads(kept: set[str], compiler: Compiler, record: str) -> bool:
    word = re.compile(rf"\b{re.escape(record)} AS r\b")
    return any(word.search(table.text) for name, table in compiler.tables.items() if name in kept)


def _needed(tables: dict[str, Table], body: str) -> set[str]:
    """The tables that a query stands on."""
    kept: set[str] = set()
    todo = [body]
    while todo:
        for name in set(_NAME.findall(todo.pop())):
            if name in tables and name not in kept:
                kept.add(name)
                todo.append(tables[name].text)
    return kept


def _table(table: Table, text: str) -> str:
    comment = "".join(f"{line}\n" for text in table.comment for line in _comment(text))
    return f"{comment}{table.name} AS (\n{textwrap.indent(text, '  ')}\n)"


def _comment(text: str) -> list[str]:
    lines = textwrap.wrap(text.replace("\n", " "), WIDTH - 3, break_long_words=False) or [""]
    return [f"-- {line}".rstrip() for line in lines]


def _checks(checks: Iterable[Check]) -> str:
    parts = [
        f"SELECT {quoted(check.section)} AS section, {quoted(check.says)} AS what, found\n"
        f"FROM ({check.query}) AS t WHERE found > 0"
        for check in checks
    ]
    return "\nUNION ALL ".join(parts) + ";" if parts else ""


def _header(
    compiled: Compiled, compiler: Compiler, years: Sequence[int], expected: Sequence[Expected],
    refused: Sequence[Refused],
) -> str:  # fmt: skip
    program = compiled.bundle.by_year[years[0]]
    labels = ", ".join(compiler.label(year) for year in years)
    what = "The facts" if compiler.core else "The settlement"
    lines = [
        f"{what} of “{program.title}” for {labels}, as SQL by vbcdsl.",
        f"The contract: sha-256 {compiled.base.sha256}" if hasattr(compiled.base, "sha256") else "",
        "Every number is whole: cents, or a numerator with its denominator. Nothing is a float; what does not fit "
        "into 38 digits is an error and not another number.",
        "A value that the contract does not define (a divisor of zero) ends the query with its section.",
    ]
    found = [line for text in lines if text for line in _comment(text)]
    if expected:
        found += ["--", "-- It reads these tables:"]
        for table in expected:
            columns = ", ".join(
                f"{name} {kind}" + (f" /* {note} */" if note else "") for name, kind, note in table.columns
            )
            found += [f"--   {line}" for line in textwrap.wrap(
                f"CREATE TABLE {table.name} ({columns});", WIDTH - 5, subsequent_indent="  ",
                break_long_words=False)]  # fmt: skip
    if refused:
        found += ["--", "-- Not facts, but computed from them by the engines of vbcdsl:"]
        for each in refused:
            found += _comment(f"  {each.section} {each.term}: {each.reason}")
    return "\n".join(found)


# ---------------------------------------------------------------- messages


def _refusal(found: Refused) -> Diagnostic:
    return Diagnostic(
        "VBC8100",
        f"“{found.term}” cannot be said exactly in SQL: {found.reason}",
        section=found.section,
        help="run it where the data are with `vbc run --engine duckdb` or `--engine spark`; `--facts` writes "
        "what is exact in SQL, `--term` the terms that you name",
    )


def _no_term(name: str, known: list[str]) -> VbcError:
    from vbcdsl.diagnostics.suggest import nearest

    near = nearest(name, known, 1)
    return VbcError([
        Diagnostic("VBC8101", f"the contract has no term “{name}”",
                   help=f"do you mean “{near[0]}”?" if near else "write it as the contract does")
    ])  # fmt: skip


def years_of(compiled: Compiled, years: Sequence[int]) -> tuple[int, ...]:
    """The numbers of performance years given by label or number; all, if none is given."""
    from vbcdsl.results.settle import chosen_years

    calendar = compiled.bundle.calendar
    return tuple(y.number for y in chosen_years(calendar, years) or calendar.years)


__all__ = ["Written", "facts_sql", "settlement_sql", "years_of"]
