"""Cuts a failing case down: fewer sections, rows, tables and words, as long as the fault stays the same."""

from __future__ import annotations

import re
from collections.abc import Callable

import attrs

from tests.property.compare import Refused, compiled, disagreement
from tests.property.generate import Case
from tests.property.records import Table
from tests.property.sentences import Section

Fails = Callable[[Case], bool]


def shrink(case: Case, fails: Fails, tries: int = 1500) -> Case:
    """A smaller case with the same fault."""
    left = [tries]

    def still(smaller: Case) -> bool:
        if left[0] <= 0:
            return False
        left[0] -= 1
        try:
            return fails(smaller)
        except Exception:
            return False

    while True:
        before = (case.text, case.amendments, {n: len(t.rows) for n, t in case.tables.items()})
        for step in (_amendments, _sections, _rows, _words, _lines, _years):
            case = step(case, still)
        after = (case.text, case.amendments, {n: len(t.rows) for n, t in case.tables.items()})
        if before == after or left[0] <= 0:
            return case


def _amendments(case: Case, still: Fails) -> Case:
    if case.amendments:
        smaller = attrs.evolve(case, amendments=[])
        if still(smaller):
            return smaller
    return case


def _years(case: Case, still: Fails) -> Case:
    for year in case.years:
        smaller = attrs.evolve(case, years=(year,))
        if len(case.years) > 1 and still(smaller):
            return smaller
    return case


def _sections(case: Case, still: Fails) -> Case:
    for index in reversed(range(len(case.sections))):
        gone = case.sections[index]
        rest = [s for i, s in enumerate(case.sections) if i != index]
        tables = dict(case.tables)
        if (name := re.match(r'"([^"]+)" are (?:records|entries)', gone.text)) is not None:
            tables.pop(name.group(1).lower().replace(" ", "_"), None)
        smaller = attrs.evolve(case, sections=rest, tables=tables)
        if still(smaller):
            case = smaller
    return case


def _rows(case: Case, still: Fails) -> Case:
    for name in list(case.tables):
        size = max(len(case.tables[name].rows) // 2, 1)
        while size >= 1:
            start = 0
            while start < len(case.tables[name].rows):
                table = case.tables[name]
                rows = table.rows[:start] + table.rows[start + size :]
                smaller = attrs.evolve(case, tables={**case.tables, name: Table(table.columns, rows)})
                if still(smaller):
                    case = smaller
                else:
                    start += size
            size //= 2
    return case


def _lines(case: Case, still: Fails) -> Case:
    """Rows of tables in the text (and with a column of a record, the column of the data)."""
    for index in range(len(case.sections)):
        lines = case.sections[index].text.split("\n")
        for k in reversed(range(2, len(lines))):
            section = case.sections[index]
            rest = section.text.split("\n")
            cell = rest[k].split("|")[1].strip().lower().replace(" ", "_")
            del rest[k]
            tables = dict(case.tables)
            found = re.match(r'"([^"]+)" are (?:records|entries)', section.text)
            if found is not None:
                key = found.group(1).lower().replace(" ", "_")
                table = tables[key]
                tables[key] = Table([c for c in table.columns if c[0] != cell], table.rows)
            sections = list(case.sections)
            sections[index] = Section(section.number, "\n".join(rest))
            smaller = attrs.evolve(case, sections=sections, tables=tables)
            if still(smaller):
                case = smaller
    return case


def _groups(text: str) -> list[tuple[int, int]]:
    """The places of all pairs of parentheses, outer first."""
    found, open_ = [], []
    for index, letter in enumerate(text):
        if letter == "(":
            open_.append(index)
        elif letter == ")" and open_:
            found.append((open_.pop(), index + 1))
    return sorted(found)


def _words(case: Case, still: Fails) -> Case:
    """Parts in parentheses, steps after commas and choices."""
    for index in range(len(case.sections)):
        changed = True
        while changed:
            changed = False
            text = case.sections[index].text
            if "\n" in text:
                break
            rewrites = []
            for start, end in _groups(text):
                for plain in ("$100", "50%", "1", "Capitation"):
                    rewrites.append(text[:start] + plain + text[end:])
                rewrites.append(text[:start] + text[start + 1 : end - 1] + text[end:])
            for step in re.finditer(
                r", (?:but not|rounded|reduced|increased|or |and is limited|only if|unless)[^,;()]*(?=[,.;)])",
                text,
            ):
                rewrites.append(text[: step.start()] + text[step.end() :])
            for tail in re.finditer(r",? if [^()]*? otherwise [^(),;]*(?=[.;)])", text):
                rewrites.append(text[: tail.start()] + text[tail.end() :])
            for where in re.finditer(r" where [^()]*?(?=[.,;)])", text):
                rewrites.append(text[: where.start()] + text[where.end() :])
            for part in re.finditer(r" (?:and|or|plus|minus|times) [^(),;]*?(?=[.;)])", text):
                rewrites.append(text[: part.start()] + text[part.end() :])
            for rewrite in rewrites:
                if len(rewrite) >= len(text):
                    continue
                sections = list(case.sections)
                sections[index] = Section(sections[index].number, rewrite)
                smaller = attrs.evolve(case, sections=sections)
                if still(smaller):
                    case, changed = smaller, True
                    break
    return case


def shown(case: Case) -> str:
    """A case as a person reads it: text, amendments, tables, and what differs (reference first)."""
    parts = [case.text, *case.amendments]
    for name, table in case.tables.items():
        parts.append(f"{name}: " + " | ".join(n for n, _ in table.columns))
        parts += ["  " + " | ".join(str(row[n]) for n, _ in table.columns) for row in table.rows]
    parts.append(f"years {case.years}")
    try:
        compiled(case)
        found = disagreement(case)
        parts.append(f"reference against columnar, {found.pop('way', '')}:")
        parts += [f"  {name} {key}: {a!r} / {b!r}" for name, rows in found.items() for key, a, b in rows[:4]]
    except Refused as refused:
        parts.append(str(refused))
    except Exception as error:
        parts.append(f"{type(error).__name__}: {error}")
    return "\n".join(parts)
