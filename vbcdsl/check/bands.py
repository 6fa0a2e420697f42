"""Marginal tables: the order of the parts, overlaps, gaps, one base, negative amounts (Q18, Q19)."""

from __future__ import annotations

from fractions import Fraction

from vbcdsl.check.edges import Scale, plain, scale_of, share
from vbcdsl.check.view import View, found, shown
from vbcdsl.diagnostics import Diagnostic, Label
from vbcdsl.model.kinds import Kind
from vbcdsl.rules import nodes as n


def check_bands(view: View) -> list[Diagnostic]:
    """All marginal tables of a text."""
    diagnostics: list[Diagnostic] = []
    for _, node in view.each(n.Bands):
        assert isinstance(node, n.Bands)
        diagnostics.extend(_bands(view, node))
    return diagnostics


def _bands(view: View, node: n.Bands) -> list[Diagnostic]:
    result = _sign(view, node)
    edges = [(band.low, band.high) for band in node.bands]
    bases = list(
        dict.fromkeys(s[1] for pair in edges for e in pair if e is not None and (s := share(e)) is not None)
    )
    if len(bases) > 1:
        names = " and ".join(view.name(base) for base in bases)
        return [
            *result,
            found(
                "VBC4008",
                f"the edges of this table are percentages of {names}",
                node.span,
                node.section,
                "take all edges of one base (Q18)",
            ),
        ]
    scale = scale_of(edges)
    if scale.mode == "order":
        return [*result, *_beside(view, node)]
    return [*result, *_in_line(view, node, scale)]


def _sign(view: View, node: n.Bands) -> list[Diagnostic]:
    if node.negative != "error" or view.ranges.of(node.subject).not_negative:
        return []
    name = view.name(node.subject)
    return [
        found(
            "VBC4009",
            f"{name} can be negative, and the table does not say what a negative amount does",
            node.subject.span,
            node.section,
            "add “, and a negative amount has no share” or “, and the same rows apply to a negative amount with "
            f"the sign reversed” before the table; or take the table of “{name}, but not less than $0”",
        )
    ]


def _in_line(view: View, node: n.Bands, scale: Scale) -> list[Diagnostic]:
    result: list[Diagnostic] = []
    kind = view.kind(node.subject)

    def words(value: Fraction) -> str:
        if scale.base is not None and value:
            return f"{shown(value, Kind('rate'))} of {view.name(scale.base)}"
        return shown(value, kind)

    places: list[tuple[Fraction, Fraction | None]] = []
    for band in node.bands:
        low, high = scale.place(band.low), scale.place(band.high) if band.high is not None else None
        places.append((low, high))
        if high is not None and high <= low:
            result.append(
                found(
                    "VBC4013",
                    "this row takes no part: its upper end is not above its lower end",
                    band.span,
                    node.section,
                    "exchange the two ends",
                )
            )
    if result:
        return result
    for index in range(1, len(places)):
        (before, end), (low, _) = places[index - 1], places[index]
        band, last = node.bands[index], node.bands[index - 1]
        label = (Label(last.span, "and this row"),)
        if low < before:
            result.append(
                found(
                    "VBC4005",
                    "the rows of this table are not in ascending order",
                    band.span,
                    node.section,
                    "write the part nearest to zero first",
                    labels=label,
                )
            )
        elif end is None or low < end:
            example = words((low + end) / 2 if end is not None else low + 1)
            result.append(
                found(
                    "VBC4006",
                    f"two rows share the part at {example}",
                    band.span,
                    node.section,
                    f"begin this row at {words(end)}"
                    if end is not None
                    else "give the row before an upper end",
                    labels=label,
                )
            )
        elif low > end:
            result.append(
                found(
                    "VBC4007",
                    f"the part from {words(end)} to {words(low)} has no share",
                    band.span,
                    node.section,
                    "write a row with a share of 0% for it",
                    "warning",
                    label,
                )
            )
    return result


def _beside(view: View, node: n.Bands) -> list[Diagnostic]:
    """Edges that cannot be compared: each row must begin where the row before ends."""
    result: list[Diagnostic] = []
    for last, band in zip(node.bands, node.bands[1:], strict=False):
        if last.high is None:
            result.append(
                found(
                    "VBC4006",
                    "the row before has no upper end, so both rows share the same part",
                    band.span,
                    node.section,
                    "give the row before an upper end",
                    labels=(Label(last.span, "the row before"),),
                )
            )
        elif plain(last.high) != plain(band.low):
            result.append(
                found(
                    "VBC4007",
                    f"it cannot be shown that {view.name(band.low)} is where the row before ends",
                    band.span,
                    node.section,
                    f"begin the row above {view.name(last.high)}",
                    "warning",
                    (Label(last.span, "the row before"),),
                )
            )
    return result
