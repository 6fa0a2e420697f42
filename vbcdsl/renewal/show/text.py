"""The report for a terminal: the changes with their dollars, who moves most, the redline with `[-…-]` and
`{+…+}`."""

from __future__ import annotations

import click

from vbcdsl.diagnostics.snippet import cell_width, clean
from vbcdsl.renewal.compare import Change
from vbcdsl.renewal.redline import Op, Run, Shown, Table
from vbcdsl.renewal.show.report import Report, in_words, name, needs, sections, signed, summary
from vbcdsl.results.show import columns
from vbcdsl.results.text import cents_words

WIDTH, COLUMN = 100, 64
_STYLE: dict[Op, dict[str, object]] = {
    "ins": {"fg": "green"},
    "del": {"fg": "red", "strikethrough": True},
    "same": {},
}


def to_text(report: Report) -> str:
    """The whole report; colours are there for `click.echo` to keep or to leave out."""
    parts = [_head(report), _changes(report)]
    if report.priced is not None:
        parts.append(_parties(report))
    parts += [_places(report), _redline(report)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(report: Report) -> str:
    comparison = report.comparison
    lines = [
        clean(name(report.title, 200)),
        f"  old: {clean(comparison.old.label)}",
        f"  new: {clean(comparison.new.label)}",
    ]
    if report.priced is not None:
        count = len(report.priced.parties)
        lines.append(
            f"  data: performance year {report.priced.year}, {count:,} "
            f"{'party' if count == 1 else 'parties'} ({clean(name(report.priced.party))})"
        )
        lines += [f"  note: {note}" for note in report.year_notes]
    return "\n".join(lines)


def _changes(report: Report) -> str:
    changes = report.comparison.changes
    if not changes:
        return "The two texts are the same."
    header = ["No", "Section", "Kind", "What changed"]
    if report.priced is not None:
        header += [report.method, "Alone", "Last in"]
    rows = []
    for change in changes:
        row = [str(change.number), sections(change) or "-", change.kind_title, _what(change)]
        if report.priced is not None:
            amounts = report.amounts(change) if not change.wording else None
            row += [signed(a) for a in amounts] if amounts is not None else ["", "", ""]
        rows.append(row)
    if report.priced is not None:
        interaction = report.interaction
        alone = signed(report.priced.total - interaction) if interaction is not None else "—"
        rows.append(["", "", "", "All together", signed(report.priced.total), alone, ""])
    found = columns(header, rows, rule_before_last=report.priced is not None, left=4)
    if report.comparison.same_rules:
        found += "\n\nThe rules are the same: on any data both texts pay the same."
    elif report.priced is not None and report.interaction is not None:
        found += f"\n\nInteraction (all together less the sum of each alone): {signed(report.interaction)}"
    return found


def _what(change: Change) -> str:
    title = name(change.title, 34 if change.words[0].old or change.words[0].new else COLUMN)
    found = f"{title}: {summary(change, 30)}" if change.words and in_words(change.words[0]) else title
    found = name(found, COLUMN)
    return f"{found} ({needs(change)})" if change.needs else found


def _parties(report: Report) -> str:
    priced = report.priced
    assert priced is not None
    gain, lose, same = report.counts
    lines = [f"{gain:,} gain, {lose:,} lose, {same:,} do not change"]
    winners, losers = report.movers
    rows = [
        [name(party, 30), cents_words(priced.old[party]), cents_words(priced.new[party]), signed(change)]
        for party, change in (*winners[:5], *reversed(losers[:5]))
    ]
    if rows:
        lines += ["", columns([name(priced.party), "Old net payment", "New net payment", "Change"], rows)]
    for party, why in list(priced.left_out.items())[:5]:
        lines.append(f"not in these amounts: {clean(name(party))}, {clean(why)}")
    if len(priced.left_out) > 5:
        lines.append(f"not in these amounts: {len(priced.left_out) - 5:,} more")
    return "\n".join(lines)


def _places(report: Report) -> str:
    lines = []
    for change in report.comparison.changes:
        if not change.hunks:
            continue
        lines.append(f"{change.number}. {clean(name(change.title))} ({change.kind_title})")
        if change.joined:
            lines.append(f"   {change.joined}")
        if change.needs:
            lines.append(f"   {needs(change)}")
        for words in change.words[:12]:
            at = " → ".join(place for place in (words.old_at, words.new_at) if place)
            where = f"section {words.section}, " if words.section else ""
            lines.append(f"   {where}{clean(in_words(words))}  [{clean(at)}]")
        if len(change.words) > 12:
            lines.append(f"   … {len(change.words) - 12} more places")
    return "\n".join(["Places", *lines]) if lines else ""


# ---------------------------------------------------------------- the redline


def _redline(report: Report) -> str:
    shown = [piece for piece in report.comparison.redline if piece.state != "same"]
    if not shown:
        return ""
    return "\n\n".join(["Redline", *(_piece(piece) for piece in shown)])


def _piece(piece: Shown) -> str:
    lines = []
    if piece.kind == "example" and piece.state != "changed":
        return _example(piece)
    lead: list[Run] = []
    if piece.old != piece.new:
        lead = [Run("del", piece.old)] * bool(piece.old) + [Run("ins", piece.new)] * bool(piece.new)
    elif piece.new:
        lead = [Run("same", piece.new)]
    for index, block in enumerate(piece.blocks):
        if isinstance(block, Table):
            if index == 0 and lead:
                lines.append(_wrapped(lead))
            lines.append(_table(block))
            continue
        runs = [*lead, Run("same", " "), *block] if index == 0 and lead else list(block)
        lines.append(_wrapped(runs))
    return "\n".join(lines)


def _example(piece: Shown) -> str:
    """An example that came or went computes nothing: its name is enough on a terminal."""
    first = next((run for block in piece.blocks if not isinstance(block, Table) for run in block), None)
    if first is None:
        return ""
    title, _, _ = first.text.partition('":')
    return _wrapped([Run(first.op, f'{title}": …')])


def marked(run: Run) -> str:
    """A run as plain text: `[-gone-]`, `{+new+}`."""
    return {"ins": "{+%s+}", "del": "[-%s-]", "same": "%s"}[run.op] % run.text


def _wrapped(runs: list[Run]) -> str:
    """Runs on lines of at most WIDTH cells, a colour never across a line's end."""
    lines: list[str] = []
    line, width = "", 0
    for run in runs:
        text = clean(marked(attrs_strip(run)))
        for index, piece in enumerate(text.split("\n")):
            if index:
                lines.append(line)
                line, width = "    ", 4
            for word in _words(piece):
                size = cell_width(word)
                if width + size > WIDTH and word.strip() and line.strip():
                    lines.append(line.rstrip())
                    line, width = "    ", 4
                    word = word.lstrip()
                    size = cell_width(word)
                line += click.style(word, **_STYLE[run.op]) if run.op != "same" else word  # type: ignore[arg-type]
                width += size
    return "\n".join([*lines, line.rstrip()])


def attrs_strip(run: Run) -> Run:
    """A struck or new run with its white space outside of the marks kept simple."""
    return run if run.op == "same" else Run(run.op, run.text.strip("\n"), run.hunk)


def _words(text: str) -> list[str]:
    found: list[str] = []
    for word in text.split(" "):
        found.append(f" {word}" if found else word)
    return found


def _table(table: Table) -> str:
    """A table with equal columns; a row that came or went has its mark in front."""
    rows = [
        [clean("".join(marked(run) if row.op == "same" else run.text for run in cell)) for cell in row.cells]
        for row in table.rows
    ]
    count = max((len(row) for row in rows), default=0)
    widths = [max((cell_width(row[i]) for row in rows if i < len(row)), default=0) for i in range(count)]
    lines = []
    for row, cells in zip(table.rows, rows, strict=True):
        padded = [cell + " " * (width - cell_width(cell)) for cell, width in zip(cells, widths, strict=False)]
        mark = {"ins": "+", "del": "-", "same": " "}[row.op]
        text = f"  {mark} | {' | '.join(padded)} |"
        lines.append(click.style(text, **_STYLE[row.op]) if row.op != "same" else text)  # type: ignore[arg-type]
    return "\n".join(lines)
