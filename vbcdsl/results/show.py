"""What a terminal prints of a settlement: one line for each party and year, then totals and what to know.

Nothing of member level is printed. Text that comes from contracts and data cannot steer the terminal.
"""

from __future__ import annotations

from fractions import Fraction

from vbcdsl.diagnostics import RunError
from vbcdsl.diagnostics.snippet import cell_width, clean
from vbcdsl.results.settlement import Settled, SettlementRow
from vbcdsl.results.text import cents_words, words
from vbcdsl.rules.program import Term

_ERRORS_SHOWN = 10
_DIFFERENCES_SHOWN = 10


def table(
    settled: Settled, extra: tuple[Term, ...] = (), rows: tuple[SettlementRow, ...] | None = None
) -> str:
    """The settlement as lines of text: party, year, `extra` terms, each payment, net."""
    rows = settled.rows if rows is None else rows
    names = list(dict.fromkeys(p.name for row in rows for p in row.payments))
    header = [settled.party, "Year", *(t.name for t in extra), *names, "Net payment"]
    lines = [_line(row, extra, names) for row in rows]
    if len(rows) > 1:
        nets = [row.net for row in rows if isinstance(row.net, Fraction)]
        sums = [_total(rows, name) for name in names]
        lines.append(["Total", "", *("" for _ in extra), *sums, cents_words(sum(nets, Fraction(0)))])
    return columns(header, lines, rule_before_last=len(rows) > 1, left=2)


def _line(row: SettlementRow, extra: tuple[Term, ...], names: list[str]) -> list[str]:
    amounts = {p.name: p for p in row.payments}
    cells = [row.party, row.year.label, *(words(row.values.get(t.name), t.kind) for t in extra)]
    for name in names:
        payment = amounts.get(name)
        if payment is None:
            cells.append("")
        elif isinstance(payment.amount, RunError):
            cells.append("error")
        else:
            cells.append(cents_words((payment.sign or 1) * payment.amount))
    cells.append("error" if isinstance(row.net, RunError) else cents_words(row.net))
    return cells


def _total(rows: tuple[SettlementRow, ...], name: str) -> str:
    found = [(p.sign or 1) * p.amount for row in rows for p in row.payments
             if p.name == name and isinstance(p.amount, Fraction)]  # fmt: skip
    return cents_words(sum(found, Fraction(0)))


def columns(
    header: list[str], rows: list[list[str]], *, rule_before_last: bool = False, left: int = 1
) -> str:
    """Text in columns; all but the first `left` are set to the right."""
    cleaned = [[clean(cell).replace("\n", " ") for cell in row] for row in [header, *rows]]
    widths = [max(cell_width(row[i]) for row in cleaned) for i in range(len(header))]

    def line(row: list[str]) -> str:
        cells = []
        for i, (cell, width) in enumerate(zip(row, widths, strict=True)):
            pad = " " * (width - cell_width(cell))
            cells.append(cell + pad if i < left else pad + cell)
        return "  ".join(cells).rstrip()

    rule = "  ".join("-" * width for width in widths)
    body = [line(row) for row in cleaned[1:]]
    if rule_before_last and body:
        body.insert(len(body) - 1, rule)
    return "\n".join([line(cleaned[0]), rule, *body])


def notes(settled: Settled) -> list[str]:
    """What a reader must know besides the amounts: years, rows left out, agreements that do not hold."""
    found = []
    for left in settled.results.left_out:
        rows = "1 row" if left.rows == 1 else f"{left.rows:,} rows"
        found.append(f"{rows} of {left.record} left out: {left.reason}")
    if settled.undated:
        found.append("no record has a Paid Date, so no row is cut off as of that day")
    found += settled.reading_notes
    if settled.memory is not None:  # asked last of all: files of members take memory too
        from vbcdsl.engines.arrow.room import over_limit

        over = over_limit(settled.memory)
        found += [] if over is None else [over]
    found += _recorded_notes(settled)
    for agreements, words_ in (
        (settled.results.broken_agreements, "what is agreed there does not hold for"),
        (settled.results.unchecked_agreements, "an error leaves open whether what is agreed there holds for"),
    ):
        places: dict[str, list[str]] = {}
        for section, key in agreements:
            places.setdefault(section, []).append(
                " ".join(str(getattr(part, "label", part)) for part in key[:2])
            )
        for section, keys in places.items():
            some = ", ".join(dict.fromkeys(keys[:5])) + (" …" if len(keys) > 5 else "")
            found.append(f"section {section}: {words_} {some}")
    return [clean(note) for note in found]


def _recorded_notes(settled: Settled) -> list[str]:
    """Where an earlier settlement and the data of this run do not agree (Q40)."""
    earlier = settled.recorded
    if earlier is None:
        return []
    found = []
    for each in earlier.differences[:_DIFFERENCES_SHOWN]:
        place = " in ".join(part for part in (each.party, each.year.label) if part)
        was, now = words(each.recorded, each.kind), words(each.computed, each.kind)
        found.append(f"{each.term} of {place}: recorded {was}, computed {now}; the recorded value counts")
    if len(earlier.differences) > _DIFFERENCES_SHOWN:
        found.append(f"{len(earlier.differences) - _DIFFERENCES_SHOWN:,} more recorded values differ")
    if earlier.unknown:
        found.append(f"recorded and no term of this contract: {', '.join(earlier.unknown[:5])}"
                     + (" …" if len(earlier.unknown) > 5 else ""))  # fmt: skip
    return found


def error_lines(errors: tuple[RunError, ...]) -> str:
    """Why values could not be computed."""
    parts = []
    for error in errors[:_ERRORS_SHOWN]:
        where = ", ".join(f"{dim} {key}" for dim, key in error.key)
        place = " ".join(
            part for part in (f"section {error.section}" if error.section else "", error.term) if part
        )
        lines = [f"error[{error.code}]: {error.message}", f"  --> {place}{' for ' if where else ''}{where}"]
        if error.help:
            lines.append(f"  = help: {error.help}")
        parts.append(clean("\n".join(lines)))
    if len(errors) > _ERRORS_SHOWN:
        parts.append(f"… and {len(errors) - _ERRORS_SHOWN:,} more")
    return "\n\n".join(parts)
