"""The tables of a contract as DMN 1.3 decision tables, for rules engines and people who know that notation.

A table where exactly one row applies has hit policy UNIQUE, one where the first row applies FIRST, a marginal
table COLLECT with the sum. What DMN cannot say is left out and named, never approximated. The contract stays the
source: the file says so and carries the fingerprint of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as Xml

import attrs

from vbcdsl.compiler import Version
from vbcdsl.exchange.feel import NoForm, feel, unary_test
from vbcdsl.model.kinds import Kind
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program, Term
from vbcdsl.rules.uses import terms_used, walk

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


@attrs.frozen
class Decisions:
    """The file, and the tables that DMN cannot say (section and term)."""

    xml: str
    tables: int
    left_out: tuple[str, ...]


@attrs.frozen
class _Table:
    term: Term
    subjects: tuple[str, ...]
    policy: str
    rules: tuple[tuple[tuple[str, ...], str, str], ...]  # conditions, output, the row as written


def decisions_of(version: Version) -> Decisions:
    """The decision tables of a text in force."""
    program = version.program
    assert program is not None
    tables: list[_Table] = []
    left_out: list[str] = []
    for term in program.terms.values():
        if term.hidden or term.role == "input":
            continue
        for node in walk(term.expr):
            if not isinstance(node, (n.Lookup, n.Bands)):
                continue
            try:
                tables.append(_table(term, node))
            except NoForm:
                left_out.append(f"section {node.section or term.section}, {term.name}")
    return Decisions(
        _xml(program, version.consolidated.source.sha256, tables, left_out), len(tables), tuple(left_out)
    )


def _table(term: Term, node: n.Lookup | n.Bands) -> _Table:
    if isinstance(node, n.Bands):
        return _bands(term, node)
    subjects = tuple(map(feel, node.subjects))
    rules = tuple((tuple(map(unary_test, row.tests)), feel(row.value), row.label) for row in node.rows)
    rest = any(isinstance(test, n.AnyOther) for row in node.rows for test in row.tests)
    first = node.mode == "first" or rest
    return _Table(term, subjects, "FIRST" if first else "UNIQUE", rules)


def _bands(term: Term, node: n.Bands) -> _Table:
    if node.negative == "mirror":
        raise NoForm("a marginal table whose rows also apply to a negative amount")
    subject = feel(node.subject)
    rules = []
    for band in node.bands:
        low, share = feel(band.low), feel(band.share)
        top = subject if band.high is None else f"min({subject}, {feel(band.high)})"
        rules.append(((f"> {low}",), f"({share}) * ({top} - ({low}))", band.label))
    return _Table(term, (subject,), "COLLECT", tuple(rules))


def _xml(program: Program, sha256: str, tables: list[_Table], left_out: list[str]) -> str:
    Xml.register_namespace("", NAMESPACE)
    root = Xml.Element(
        _q("definitions"), id="contract", name=_clean(program.title), namespace=f"urn:sha256:{sha256}"
    )
    about = f"Written from the contract, text in force sha-256 {sha256}. The contract governs."
    if left_out:
        about += " Not written, because DMN has no form for it: " + "; ".join(left_out) + "."
    Xml.SubElement(root, _q("description")).text = _clean(about)
    names = {table.term.name for table in tables}
    inputs = dict.fromkeys(name for table in tables for name in _inputs(program, table) if name not in names)
    for number, name in enumerate(inputs, 1):
        data = Xml.SubElement(root, _q("inputData"), id=f"input_{number}", name=_clean(name))
        Xml.SubElement(data, _q("variable"), name=_clean(name), typeRef=_type(_kind(program, name)))
    ids = {name: f"input_{number}" for number, name in enumerate(inputs, 1)}
    decided = {
        name: f"decision_{number}"
        for number, name in enumerate(dict.fromkeys(t.term.name for t in tables), 1)
    }
    for number, table in enumerate(tables, 1):
        _decision(root, program, table, number, ids, decided)
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _decision(
    root: Xml.Element,
    program: Program,
    table: _Table,
    number: int,
    ids: dict[str, str],
    decided: dict[str, str],
) -> None:
    term = table.term
    own = (
        f"decision_{number}"
        if decided.get(term.name) == f"decision_{number}"
        else f"{decided[term.name]}_{number}"
    )
    decision = Xml.SubElement(
        root, _q("decision"), id=own, name=_clean(f"{term.name} (section {term.section})")
    )
    Xml.SubElement(decision, _q("variable"), name=_clean(term.name), typeRef=_type(term.kind))
    for name in _inputs(program, table):
        needed = Xml.SubElement(decision, _q("informationRequirement"), id=f"{own}_needs_{_id(name)}")
        if name in ids:
            Xml.SubElement(needed, _q("requiredInput"), href=f"#{ids[name]}")
        else:
            Xml.SubElement(needed, _q("requiredDecision"), href=f"#{decided[name]}")
    grid = Xml.SubElement(decision, _q("decisionTable"), id=f"{own}_table", hitPolicy=table.policy)
    if table.policy == "COLLECT":
        grid.set("aggregation", "SUM")
    for place, subject in enumerate(table.subjects, 1):
        column = Xml.SubElement(grid, _q("input"), id=f"{own}_in_{place}", label=_clean(subject))
        expression = Xml.SubElement(column, _q("inputExpression"), id=f"{own}_expr_{place}")
        Xml.SubElement(expression, _q("text")).text = _clean(subject)
    Xml.SubElement(grid, _q("output"), id=f"{own}_out", name=_clean(term.name), typeRef=_type(term.kind))
    Xml.SubElement(grid, _q("annotation"), name="as written")
    for place, (conditions, output, label) in enumerate(table.rules, 1):
        rule = Xml.SubElement(grid, _q("rule"), id=f"{own}_rule_{place}")
        for at, condition in enumerate(conditions, 1):
            entry = Xml.SubElement(rule, _q("inputEntry"), id=f"{own}_rule_{place}_{at}")
            Xml.SubElement(entry, _q("text")).text = _clean(condition)
        entry = Xml.SubElement(rule, _q("outputEntry"), id=f"{own}_rule_{place}_out")
        Xml.SubElement(entry, _q("text")).text = _clean(output)
        note = Xml.SubElement(rule, _q("annotationEntry"))
        Xml.SubElement(note, _q("text")).text = _clean(label.strip().strip("|").strip())


def _inputs(program: Program, table: _Table) -> tuple[str, ...]:
    """The terms that a table stands on, directly."""
    found: dict[str, None] = {}
    for node in walk(table.term.expr):
        if isinstance(node, (n.Lookup, n.Bands)):
            found |= dict.fromkeys(name for name in _names(node) if name != table.term.name)
    return tuple(name for name in found if name in program.terms)


def _names(node: n.Node) -> Iterator[str]:
    yield from terms_used(node)


def _kind(program: Program, name: str) -> Kind:
    return program.terms[name].kind


def _type(kind: Kind) -> str:
    return {"yes or no": "boolean", "text": "string", "date": "date", "month": "date"}.get(
        kind.base, "number"
    )


def _id(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "_", name)


def _clean(text: str) -> str:
    """Without characters that XML cannot hold."""
    return "".join(c if c.isprintable() else " " for c in text)


def _q(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
