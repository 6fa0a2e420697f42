"""What a reader is told when a value cannot be computed: one wording for all engines."""

from __future__ import annotations

from fractions import Fraction

from vbcdsl.diagnostics import RunError
from vbcdsl.model.kinds import Kind, plural
from vbcdsl.model.values import NotScored, Value
from vbcdsl.rules.nodes import Node
from vbcdsl.rules.program import ENTERED_VALUES, Record


def shown(value: Value, kind: Kind | None = None) -> str:
    """A value as a contract writes it: $1,234.50, 2.5%, 60,000."""
    if isinstance(value, NotScored):
        return "not scored"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Fraction):
        base = kind.base if kind is not None else "number"
        if base == "money":
            text = decimal_text(abs(value), 2)
            return ("-$" if value < 0 else "$") + text
        if base in ("rate", "percentage points", "ratio"):
            unit = " percentage points" if base == "percentage points" else "%"
            return decimal_text(value * 100, 0) + unit
        return decimal_text(value, 0)
    return str(value)


def decimal_text(value: Fraction, places: int, most: int = 6) -> str:
    """A decimal with thousands separators: at least `places` digits after the point, at most `most` (then "…")."""
    sign = "-" if value < 0 else ""
    value = abs(value)
    denominator, digits = value.denominator, 0
    while denominator % 2 == 0 or denominator % 5 == 0:
        denominator //= 10 if denominator % 10 == 0 else (2 if denominator % 2 == 0 else 5)
        digits += 1
    exact = denominator == 1 and digits <= most
    keep = max(places, digits if exact else most)
    scaled = int(value * 10**keep)
    whole, rest = divmod(scaled, 10**keep)
    text = f"{whole:,}"
    if keep:
        tail = str(rest).rjust(keep, "0")
        tail = tail if len(tail.rstrip("0")) <= places and False else tail.rstrip("0").ljust(places, "0")
        text += f".{tail}" if tail else ""
    return sign + text + ("" if exact else "…")


def error(
    code: str, message: str, node: Node, term: str, key: tuple[tuple[str, str], ...], help: str = ""
) -> RunError:
    """A run error at a node."""
    return RunError(code, message, node.section, term, key, help, node.span)


DIVISION = ("VBC6001", "the divisor is zero", "add “, or … if the divisor is zero” to the sentence")
NO_ROW = ("VBC6002", "no row of the table takes {0}", "add a row for it, or “any other value”")
TWO_ROWS = ("VBC6003", "more than one row of the table takes {0}", "let the rows exclude each other")
NOT_IN_FORCE = ("VBC6004", "no value is in force on {0}", "state a value for that date, or “, otherwise …”")
FLOOR_ABOVE_CAP = ("VBC6005", "the floor {0} is above the cap {1}", "the sentence cannot meet both")
BEFORE_FIRST = (
    "VBC6008", "there is no period before this one",
    "add “, or $0 in the first performance year” to the sentence",
)  # fmt: skip
WEIGHTS = ("VBC6009", "the weights are negative or add to zero", "check the weights")
EMPTY_GATE = ("VBC6010", "there is nothing to count here", "a gate over nothing is neither met nor not met")
NEGATIVE_BANDS = (
    "VBC6011", "the amount is negative, and the table says nothing about negative amounts",
    "add “, and a negative amount has no share” or “, and the same rows apply to a negative amount with the sign "
    "reversed”",
)  # fmt: skip
NEGATIVE_POOL = ("VBC6012", "a pool or a weight is negative", "a pool and its weights are zero or more")
TIE = (
    "VBC6013",
    "two have the same largest value, and no rule says who it is",
    "end the sentence with a tie rule",
)
NO_BRANCH = ("VBC6014", "none of the cases applies", "add “, otherwise …”")
ROOT = ("VBC6015", "the root of a negative value", "")
NO_DATA = (
    "VBC6101", "{0} are needed, and the example does not state them",
    "give the terms that stand on them, or add the rows: “with these {0}: | … |”",
)  # fmt: skip
WHERE_UNSCORED = ("VBC6103", "a condition that selects rows is not scored", "write “where X is scored and …”")


def no_record_row(record: Record, column: str) -> tuple[str, str, str]:
    """A key without a row, or a row without a value, where a column must have one (Q8)."""
    message = f"{record.name} have no row here, and {column} is required"
    if record.rows is not None:
        return "VBC6007", message, f"add a row for it to the table in section {record.section}"
    if record.name == ENTERED_VALUES:
        return "VBC6007", message, "enter it there, or end the sentence with “, or … if none is entered”"
    instead = _INSTEAD.get(record.column(column).kind.base, "what then holds")
    return (
        "VBC6007",
        message,
        f"supply the row, or write {instead} for “required” in section {record.section}",
    )


_INSTEAD = {
    "money": "“$0” or “not scored”", "rate": "“0%” or “not scored”", "count": "“0” or “not scored”",
    "number": "“0” or “not scored”", "points": "“0” or “not scored”", "yes or no": "“no”", "date": "“none”",
}  # fmt: skip


def unscored(code: str, what: str) -> tuple[str, str, str]:
    """A value that must be scored and is not."""
    why = "an average (or the like) that it stands on is of nothing"
    message = {
        "VBC6027": f"the {what} is not scored: {why}",
        "VBC6028": f"the {what} is neither met nor not met: {why}",
    }.get(code, f"{what} is missing")
    return code, message, advice(code)


def not_on_roster(count: int, record: Record, dim: str, owner: Record) -> tuple[str, str, str]:
    """Rows whose key the list of a dimension does not name (Q8)."""
    rows = "1 row" if count == 1 else f"{count:,} rows"
    names = "names" if count == 1 else "name"
    article = "an" if dim[:1] in "AEIOU" else "a"
    yearly = owner.clock in ("Performance Year", "Contract Year")  # it may be listed in another year
    when = f" in the {owner.clock} of the row" if yearly else ""
    return (
        "VBC6102", f"{rows} of {record.name} {names} {article} {dim} that {owner.name} do not list{when}",
        f"add it to {owner.name}, or say “, and a row that is not on the roster is left out and listed”, or say "
        f"which records list them: “The list of {plural(dim)} is ….”",
    )  # fmt: skip


def advice(code: str) -> str:
    """What to write where a required value fails its test."""
    return {
        "VBC6018": "end the sentence with “, but not less than $0” or “; if it is negative, the Provider must pay "
        "that amount to the Payer”",
        "VBC6005": "a limit of a negative base has no meaning: state what then applies",
        "VBC6021": 'enter it in Entered Values, or end the sentence with “; without an election it is "…"”',
        "VBC6027": "say what is then due: “, or $0 if it is not scored”",
        "VBC6028": "say what then holds: “X is scored and …”, or “(X, or 0% if it is not scored) is …”",
        "VBC6025": "end the definition with “, but not less than $0”",
        "VBC6011": "an edge in % of a base needs a base above zero: state what then applies",
    }.get(code, "")
