"""What the partial results of a reading depend on besides the rows themselves, as one text to be hashed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from vbcdsl import __version__
from vbcdsl.engines.arrow import walk
from vbcdsl.prepared.shape import shape, text_of, years_of
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program, Record

if TYPE_CHECKING:
    from vbcdsl.engines.arrow.scan import Listed, Reading

FORM = "1"  # of this text and of what engines keep; another number: nothing kept before is used


def others(node: n.Node, record: str, programs: Iterable[Program]) -> set[str] | None:
    """The other data records that an expression on a row of a record stands on; None: on other rows of the same
    record, so that no file of it can be reduced by itself."""
    found: set[str] = set()
    seen: set[str] = set()
    todo: list[tuple[n.Node, bool]] = [(node, True)]
    every = list(programs)
    while todo:
        top, on_row = todo.pop()
        for item in walk.everything(top):
            names: list[str] = []
            if isinstance(item, n.Col) and not (on_row and item.record == record):
                names.append(item.record)
            if walk.visits(item) and (source := walk.rows_of(item).source) is not None:
                names.append(source)
            for program in every:
                names += [program.attributes[d][0] for d in walk.needed(item, program, record)
                          if d in program.attributes]  # fmt: skip
                for name in names:
                    if name == record:
                        return None
                    if name in program.records and program.records[name].is_data:
                        found.add(name)
                if isinstance(item, n.Ref) and item.term in program.terms and item.term not in seen:
                    todo += [(p.terms[item.term].expr, False) for p in every if item.term in p.terms]
            if isinstance(item, n.Ref):
                seen.add(item.term)
    return found


def reading_text(reading: Reading, listed: list[Listed], content: Callable[[str], str | None]) -> str | None:
    """All that the partial results of a reading depend on but the rows; `content` says what another record holds
    (None: that is not known). None: files cannot be reduced by themselves."""
    engine, record = reading.engine, reading.record
    programs = list({id(p): p for p in engine.bundle.by_year.values()}.values())
    lines = [FORM, __version__, shape(record), record.unlisted, str(record.dims), str(reading.columns()),
             str(years_of(engine.bundle.calendar)), str(sorted(reading.years)), reading.program.party]  # fmt: skip
    beyond: set[str] = set()
    whole = False
    for key in sorted(reading.collectors, key=str):
        collector = reading.collectors[key]
        lines.append(f"{key} {collector.bits is not None}")
        for task in collector.tasks:
            lines.append(f"{task.year} {task.node!r}")
            for item in walk.inner(task.node) if task.node is not None else ():
                if not walk.same_every_year(item, record.name):
                    whole = True
                found = others(item, record.name, programs)
                if found is None:
                    return None
                beyond |= found
    for name in sorted(beyond):
        held = content(name)
        if held is None:
            return None
        lines.append(f"{name} {held}")
    if whole or beyond:
        lines += [_program(program) for program in programs]
        lines.append(repr(engine.request.recorded))
    for each in listed:
        texts = engine.dimension(each.dim).pool.texts
        for year, codes in sorted(each.keys.items()):
            lines.append(f"{each.dim} {year} {sorted({texts[c] for c in codes.tolist() if c >= 0})}")
    return "\n".join(lines)


def _program(program: Program) -> str:
    terms = [f"{name} {term.grain} {term.expr!r}" for name, term in program.terms.items()]
    rows = [f"{r.name} {r.keys} {r.clock} {_rows(r)}" for r in program.records.values()]
    return "\n".join((*terms, *rows, str(program.rosters), str(program.attributes)))


def _rows(record: Record) -> str:
    return str([[(k, text_of(v)) for k, v in sorted(row.items())] for row in record.rows or ()])
