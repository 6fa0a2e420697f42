"""Random sentences: definitions, gates, tables, bands, phase-ins, peers, pools, carry-forward, payments."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable

import attrs

from tests.property.rows import RowWriter
from tests.property.values import EDGES, PARTY, YEAR, Leaf, Scope, literal, size

GREEK = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Eta", "Theta", "Iota", "Kappa", "Lambda", "Mu", "Nu",  # noqa: E501
         "Xi", "Omicron", "Pi", "Rho", "Sigma", "Tau", "Upsilon", "Phi", "Chi", "Psi", "Omega")  # fmt: skip
NOUNS = {
    "money": "Amount",
    "rate": "Rate",
    "number": "Index",
    "gate": "Gate",
    "count": "Count",
    "months": "Months",
}
P = frozenset({PARTY, YEAR})
GRAINS = {
    "": P, ", for each Member": P | {"Member"}, ", for each Member in each Performance Year": P | {"Member"},
    ", for each Measure": P | {"Measure"}, ", in each Month": P | {"Month", "Quarter"},
    ", in each Quarter": P | {"Quarter"}, ", for each Domain": P | {"Domain"},
}  # fmt: skip


@attrs.define
class Section:
    """A section of the contract: its number, what it says (without the number)."""

    number: str
    text: str


class SentenceWriter(RowWriter):
    """Writes sections; what they define can be used by the next ones."""

    starts: list[dt.date]
    sections: list[Section]
    payments: list[str]
    titles: int
    plain: set[str]  # payments that are settled for each performance year and may be limited together

    def title(self, kind: str) -> str:
        """A new name."""
        count = self.titles
        self.titles += 1
        word = GREEK[count % len(GREEK)]
        again = count // len(GREEK)
        return f"{word}{again + 1 if again else ''} {NOUNS.get(kind, kind)}"

    def say(self, text: str, article: int = 3) -> str:
        """Add a section; gives its number."""
        count = sum(s.number.startswith(f"{article}.") for s in self.sections) + 1
        number = f"{article}.{count}"
        self.sections.append(Section(number, text))
        return number

    def define(
        self,
        name: str,
        kind: str,
        dims: frozenset[str],
        unscored: bool,
        nonneg: bool = False,
        strict: bool = True,
    ) -> None:
        """Note a new term."""
        self.leaves.append(Leaf(name, kind, dims, None, unscored, nonneg, strict=strict))

    def grain(self) -> tuple[str, frozenset[str]]:
        """The words for a grain, and its keys."""
        words = [""] * 5
        if "Member Months" in self.has:
            words += [", for each Member", ", for each Member in each Performance Year"]
        if "Contract Measures" in self.has:
            words += [", for each Measure"] * 2
        words += [", in each Month", ", in each Quarter"]
        word = self.rng.choice(words)
        return word, GRAINS[word]

    # ------------------------------------------------------------ definitions

    def definition(self) -> None:
        """`"X" means …`."""
        kind = self.pick("money", "money", "money", "rate", "rate", "number")
        words, dims = self.grain()
        value = self.value(kind, Scope(dims), 2)
        name = self.title(kind)
        if words:
            words += ","
        dims = dims - {"Quarter"} if "Month" in dims else dims
        self.say(f'"{name}" means{words} {value.text}.')
        self.define(
            name, kind, GRAINS[words[:-1]] if words else dims, value.unscored, value.nonneg, value.strict
        )

    def count(self) -> None:
        """The number of member months, which prices per member per month need."""
        if "Member Months" not in self.has:
            return
        name = self.title("months")
        inner = Scope(P | {"Member", "Month", "Quarter"}, "Member Months", False)
        where = f" where {self.cond(inner, 1)}" if self.chance(60) else ""
        self.say(f'"{name}" means the number of Member Months{where}.')
        self.define(name, "months", P, False, True)

    def lettered(self) -> None:
        """`"X" means: (a) A, if …; (b) otherwise B.`"""
        kind = self.pick("money", "rate")
        scope = Scope(P, None, False)
        parts = []
        for letter in "abcd"[: self.rng.choice((1, 2, 3))]:
            parts.append(f"({letter}) {self.base(kind, scope, 1).text} if {self.cond(scope, 1)}")
        parts.append(f"({'abcde'[len(parts)]}) otherwise {self.base(kind, scope, 1).text}")
        name = self.title(kind)
        self.say(f'"{name}" means: ' + "; ".join(parts) + ".")
        self.define(name, kind, P, False, strict=False)

    def gate(self) -> None:
        """A gate: one condition, or a list of which all, any or so many must hold."""
        words, dims = ("", P) if self.chance(70) else self.grain()
        name = self.title("gate")
        scope = Scope(dims, None, False)
        if self.chance(40):
            items = [self.cond(scope, 1) for _ in range(self.rng.choice((2, 3, 4)))]
            head = self.pick("all", "any", "none", "at least 1", "at least 2", "exactly 1")
            text = "; ".join(f"({'abcd'[i]}) {item}" for i, item in enumerate(items))
            cond = f"{head} of the following are true: {text}"
        else:
            cond = self.cond(scope, 2)
        comma = "," if words else ""
        self.say(f'The "{name}" is met{words}{comma} if {cond}.')
        self.gates.append(Leaf(name, "gate", GRAINS[words]))

    # ------------------------------------------------------------ tables

    def edges(self, kind: str) -> list[str]:
        """Ascending edges."""
        return sorted(self.rng.sample(EDGES[kind][1:], self.rng.choice((1, 2, 3))), key=size)

    def intervals(self, edges: list[str], base: str = "") -> list[str]:
        """Rows that touch without overlapping."""
        low_in = self.chance(60)
        first, last = ("less than", "{} or more") if low_in else ("at most", "more than {}")
        rows = [f"{first} {edges[0]}{base}"]
        for low, high in itertools.pairwise(edges):
            if low_in:
                rows.append(f"from {low}{base} up to but not including {high}{base}")
            else:
                rows.append(f"above {low}{base} up to and including {high}{base}")
        return [*rows, last.format(edges[-1] + base)]

    def cells(self, kind: str) -> str:
        """The value of a row."""
        if self.chance(20):
            return self.scored(kind, Scope(P, None, False), 0).text
        return self.lit(kind).text

    def subject(self, *kinds: str) -> Leaf | None:
        """A term or column of the party that a table can be set by."""
        found = [leaf for kind in kinds for leaf in self.known(kind, Scope(P))]
        return self.rng.choice(found) if found else None

    def table(self) -> None:
        """A table where exactly one row, or the first that fits, applies."""
        leaf = self.subject("money", "rate", "number", "money")
        kind = self.pick("rate", "rate", "money")
        name = self.title(kind)
        if leaf is None:
            return
        mode = self.pick(
            "exactly one row applies", "exactly one row applies", "the first row that fits applies"
        )
        base = ""
        numbers = self.edges("rate" if leaf.kind == "rate" else leaf.kind)
        bases = [x for x in self.known("money", Scope(P, None, False)) if x.name != leaf.name and x.nonneg]
        if leaf.kind == "money" and bases and self.chance(25):
            base, numbers = f" of {self.rng.choice(bases).name}", self.edges("rate")
        edges = [literal("rate" if base else leaf.kind, x) for x in numbers]
        tests = self.intervals(edges, base)
        if mode.startswith("the first") and self.chance(60):
            tests = [f"at least {edge}{base}" for edge in reversed(edges)] + ["any other value"]
        rows = []
        for test in tests:
            value = self.cells(kind)
            if not base and " up to " in test and self.chance(40):
                value = f"a straight line from {self.lit(kind).text} to {self.lit(kind).text}"
                if self.chance(50):
                    low, high = self.rng.sample(EDGES[leaf.kind], 2)
                    ends = [literal(leaf.kind, x) for x in (low, high)]
                    value = (f"a straight line from {self.lit(kind).text} at {ends[0]} to {self.lit(kind).text} "
                             f"at {ends[1]}")  # fmt: skip
            rows.append((test, value))
        if leaf.unscored:
            rows.insert(0, ("not scored", self.cells(kind)))
        if self.chance(15) and not leaf.unscored and len(rows) > 2 and rows[-1][0] != "any other value":
            rows.pop(self.rng.randrange(len(rows)))
            rows.append(("any other value", self.lit(kind).text))
        body = "\n".join(f"    | {test} | {value} |" for test, value in rows)
        self.say(f'"{name}" is set by {leaf.name}, where {mode}:\n    | {leaf.name} | {name} |\n{body}')
        self.define(name, kind, P, False)

    def conditions(self) -> None:
        """A table whose rows are conditions."""
        kind = self.pick("rate", "money")
        name = self.title(kind)
        scope = Scope(P, None, False)
        rows = [(self.cond(scope, 1), self.cells(kind)) for _ in range(self.rng.choice((1, 2, 3)))]
        rows.append(("otherwise", self.cells(kind)))
        body = "\n".join(f"    | {test} | {value} |" for test, value in rows)
        self.say(f'"{name}" is set by the first row that applies:\n    | Case | {name} |\n{body}')
        self.define(name, kind, P, False)

    def two_way(self) -> None:
        """Rows by one value, columns by another."""
        down, across = self.subject("money", "rate", "number"), self.subject("rate", "money")
        if down is None or across is None or down.name == across.name or down.unscored or across.unscored:
            return
        kind = self.pick("rate", "money")
        name = self.title(kind)
        rows = self.intervals([literal(down.kind, x) for x in self.edges(down.kind)])
        columns = self.intervals([literal(across.kind, x) for x in self.edges(across.kind)])
        body = "\n".join(
            "    | " + " | ".join([r, *(self.lit(kind).text for _ in columns)]) + " |" for r in rows
        )
        self.say(
            f'"{name}" is set by {down.name} down and {across.name} across, where exactly one row and one column '
            f"apply:\n    | {down.name} | {' | '.join(columns)} |\n{body}"
        )
        self.define(name, kind, P, False)

    def keyed(self) -> None:
        """A table by a text, or by a text and a number together."""
        kind = self.pick("rate", "money")
        name = self.title(kind)
        regions = ["North", "South", "West"]
        if self.chance(50):
            leaf = self.subject("rate", "number")
            if leaf is None or leaf.unscored:
                return
            tests = self.intervals([literal(leaf.kind, x) for x in self.edges(leaf.kind)])
            rows = [f'    | "{r}" | {test} | {self.lit(kind).text} |' for r in regions for test in tests]
            self.say(f'"{name}" is set by Region and {leaf.name}, where exactly one row applies:\n'
                     f"    | Region | {leaf.name} | {name} |\n" + "\n".join(rows))  # fmt: skip
        else:
            rest = self.chance(40)
            rows = [f'    | "{r}" | {self.cells(kind)} |' for r in regions[: 2 if rest else 3]]
            if rest:
                rows.append(f"    | any other value | {self.lit(kind).text} |")
            self.say(
                f'"{name}" is set by Region, where exactly one row applies:\n    | Region | {name} |\n'
                + "\n".join(rows)
            )
        self.define(name, kind, P, False)

    def by_year(self) -> None:
        """A table by performance year, one or two values."""
        one, two = self.title("rate"), self.title("money") + " Base"
        rows = [
            f"    | {y} | {self.lit('rate').text} | {self.lit('money').text} |" for y in range(1, self.years)
        ]
        rows.append(f"    | from {self.years} | {self.lit('rate').text} | {self.lit('money').text} |")
        self.say(f'"{one}" and "{two}" are set by the performance year:\n    | Performance year | {one} | {two} |\n'  # noqa: E501
                 + "\n".join(rows))  # fmt: skip
        self.define(one, "rate", frozenset({YEAR}), False, True)
        self.define(two, "money", frozenset({YEAR}), False, True)

    def bands(self) -> None:
        """A marginal table."""
        leaf = self.subject("money", "money", "number")
        if leaf is None:
            return
        name = self.title("money" if leaf.kind == "money" else "number")
        bases = [x for x in self.known("money", Scope(P, None, False)) if x.name != leaf.name]
        base, numbers, kind = "", self.edges(leaf.kind), leaf.kind
        if leaf.kind == "money" and bases and self.chance(35):
            base, numbers, kind = f" of {self.rng.choice(bases).name}", self.edges("rate"), "rate"
        edges = [literal(kind, x) for x in numbers]
        zero = literal(leaf.kind, "0")
        rows = [(f"above {zero} up to and including {edges[0]}{base}", self.cells("rate"))]
        for low, high in itertools.pairwise(edges):
            rows.append((f"above {low}{base} up to and including {high}{base}", self.lit("rate").text))
        if self.chance(80):
            rows.append((f"above {edges[-1]}{base}", self.lit("rate").text))
        if self.chance(25) and len(rows) > 2:
            rows.pop(1)
        policy = self.pick(", and the same rows apply to a negative amount with the sign reversed",
                           ", and a negative amount has no share")  # fmt: skip
        if leaf.nonneg and leaf.record and self.chance(60):
            policy = ""
        body = "\n".join(f"    | {part} | {share} |" for part, share in rows)
        head = self.pick(
            f'"{name}" is the sum, over the rows, of Share times the part of {leaf.name} that falls in the row{policy}',  # noqa: E501
            f'"{name}" is the sum over the parts of {leaf.name}, where each row applies to the part within it{policy}',  # noqa: E501
        )
        self.say(f"{head}:\n    | Part of {leaf.name} | Share |\n{body}")
        self.define(name, leaf.kind, P, leaf.unscored, "sign" not in policy, False)

    def phase(self) -> None:
        """A value by performance year or by date."""
        kind = self.pick("rate", "money")
        name = self.title(kind)
        if self.chance(50):
            parts = [f"{self.lit(kind).text} in performance year {y}" for y in range(1, self.years)]
            parts.append(f"{self.lit(kind).text} from performance year {self.years}")
        else:
            day = self.starts[0] + dt.timedelta(
                days=self.rng.choice((31, 182, 366, 400) if self.years > 1 else (31, 182))
            )
            before = day - dt.timedelta(days=1)
            first = f"{self.starts[0]:%B} {self.starts[0].day}, {self.starts[0].year}"
            parts = [f"{self.lit(kind).text} from {first} through {before:%B} {before.day}, {before.year}",
                     f"{self.lit(kind).text} from {day:%B} {day.day}, {day.year}"]  # fmt: skip
        *most, last = parts
        text = (", ".join(most) + " and " + last) if most else last
        self.say(f'"{name}" is {text}.')
        self.define(name, kind, frozenset({YEAR}), False, True)

    # ------------------------------------------------------------ members, peers, time

    def truncated(self) -> None:
        """Each Member's total with a limit, and the total over all Members."""
        if "Member Months" not in self.has:
            return
        name, total = self.title("money"), self.title("money") + " Sum"
        inner = Scope(P | {"Member", "Month", "Quarter"}, "Member Months", False)
        where = f" where {self.cond(inner, 1)}" if self.chance(50) else ""
        what = (
            self.inside(self.expr("money", inner, 1)).text if self.chance(50) else "(Paid plus Pharmacy Paid)"
        )
        if not self.known("money", inner) or any(x.name == "Paid" and x.unscored for x in self.leaves) or any(
            x.name == "Pharmacy Paid" and x.unscored for x in self.leaves
        ):  # fmt: skip
            what = self.inside(self.expr("money", inner, 1)).text
        limit = self.lit("money").text
        if self.chance(50):
            self.say(f'"{name}" means, for each Member in each Performance Year, the total of {what} over the Member '  # noqa: E501
                     f"Months{where}, but not more than {limit} for each Member in each Performance Year.")  # fmt: skip  # noqa: E501
            self.define(name, "money", P | {"Member"}, False)
            self.say(f'"{total}" means the total of {name} over all Members.')
        else:
            self.say(f'"{total}" means the total of {what} over the Member Months{where}, but not more than {limit} for each '  # noqa: E501
                     "Member.")  # fmt: skip
        self.define(total, "money", P, False)

    def peer(self) -> None:
        """One value for the contract from all parties."""
        kind = self.pick("money", "rate", "number")
        value = self._across(kind, Scope(frozenset({YEAR}), None, False), 1)
        if value is None:
            return
        name = self.title(kind)
        self.say(f'"{name}" means {value.text}.')
        self.define(name, kind, frozenset({YEAR}), False, value.nonneg, False)

    def carried(self) -> None:
        """A balance carried from year to year."""
        name = self.title("money")
        scope = Scope(P, None, False)
        word = self.pick("plus", "minus")
        floor = self.pick(
            ", but not less than $0",
            "",
            f", but not more than {self.lit('money').text}",
            self.rounding("money"),
        )
        self.say(f'"{name}" means ({name} in the prior performance year) {word} {self.operand("money", scope, 1).text}'  # noqa: E501
                 f"{floor}, starting from {self.lit('money').text} before performance year 1.")  # fmt: skip
        self.define(name, "money", P, False, "less than" in floor)

    def pool(self) -> None:
        """A pool among the parties."""
        inner = Scope(P, None, False)
        weights = [
            x
            for k in ("number", "money", "rate")
            for x in self.known(k, inner)
            if x.nonneg and PARTY in x.dims
        ]
        pools = [
            x for x in self.known("money", Scope(frozenset({YEAR}), None, False)) if x.nonneg or not self.safe
        ]
        if not weights:
            return
        if not pools or self.chance(40):
            held = self.title("money")
            amount = self.pick("$1,000", "$100.01", "$0.05", "$3,333.33")
            self.say(f'"{held}" is {amount} from performance year 1.')
            self.define(held, "money", frozenset({YEAR}), False, True)
        else:
            held = self.rng.choice(pools).name
        name, weight = self.title("money"), self.rng.choice(weights).name
        gates = [g for g in self.gates if g.dims == P]
        among = (
            f", among those ACOs for whom the {self.rng.choice(gates).name} is met"
            if gates and self.chance(50)
            else ""
        )
        cap, left = "", self.pick("", ", and what is left over stays with the Payer")
        if self.chance(50):
            limit = self.lit("money").text
            caps = [x for x in self.known("money", inner) if x.nonneg]
            if caps and self.chance(30):
                limit = self.rng.choice(caps).name
            cap = f", but not more than {limit} each"
        if among and not left:
            left = ", and what is left over stays with the Payer"
        if cap:
            left = self.pick(", and what is left over stays with the Payer",
                             ", and what is left over is shared again in the same proportion")  # fmt: skip
        cents = (
            ", rounded down to the cent with the leftover cents by largest remainder"
            if self.chance(80)
            else ""
        )
        ties = ", ties to the first in order of ACO" if cents and self.chance(50) else ""
        self.say(
            f'"{name}" is the share of the {held}, in proportion to {weight}{among}{cap}{cents}{ties}{left}.'
        )
        self.define(name, "money", P, False, True)

    # ------------------------------------------------------------ payments

    def payment(self) -> None:
        """A payment by the Payer or the Provider, with a limit at zero, in both directions, or guarded."""
        name = self.title("money") + " Payment"
        scope = Scope(P, None, False)
        grain = ""
        if self.chance(15):
            grain = self.pick(", for each Month", ", for each Quarter")
            scope = Scope(P | ({"Month", "Quarter"} if "Month" in grain else {"Quarter"}), None, False)
        value = self.value("money", scope, 1)
        who = self.pick("The Payer must pay the Provider", "The Payer must pay the Provider", "The Provider must pay the Payer",  # noqa: E501
                        "The Payer would pay the Provider")  # fmt: skip
        other = "Payer" if "The Provider" in who else "Provider"
        first = "Provider" if other == "Payer" else "Payer"
        text = value.text if value.form != "choice" else self.inside(value).text
        tail = ""
        if value.nonneg and self.chance(60):
            pass
        elif self.chance(30):
            tail = f"; if it is negative, the {other} must pay that amount to the {first}"
        elif self.safe or self.chance(80):
            text = text if value.form != "choice" else text  # noqa: RUF034
            if "not more than" in text or "limited to" in text:
                text = f"({text})"
            text += ", but not less than $0"
        if self.chance(20):
            text += f", {self.pick('only if', 'unless')} {self.cond(scope, 1)}"
        if self.chance(20):
            tail = tail if tail else tail + ", due on September 30, 2025"
        start = f"{who} the"
        if self.chance(15) and grain == "" and "would" not in start:
            start = f"If {self.cond(scope, 1)}, {start[0].lower()}{start[1:]}"
        number = self.say(f'{start} "{name}"{grain}: {text}{tail}.', 4)
        if self.chance(20):
            section = self.pick(f"if {self.cond(scope, 1)}, the {name} is ", f"the {name} is ")
            self.say(f"Notwithstanding section {number}, {section}{self.lit('money').text}.", 4)
        nonneg = "negative" not in tail
        if not grain:
            if nonneg and who.startswith("The Payer must") and self.chance(60):
                self.plain.add(name)  # others do not refer to it, so a common limit makes no circle
            else:
                self.define(name, "money", P, False, nonneg)
        else:
            self.define(name, "money", scope.dims, False, nonneg)
        self.payments.append(name)

    def withheld(self) -> None:
        """A withhold and what is returned of it."""
        held, back = self.title("money") + " Withhold", self.title("money") + " Return"
        base = [x for x in self.known("money", Scope(P, None, False)) if x.nonneg]
        if not base:
            return
        self.say(f'The Payer must withhold from the Provider the "{held}": {self.lit("rate").text} of '
                 f"{self.rng.choice(base).name}.", 4)  # fmt: skip
        rate = self.scored("rate", Scope(P, None, False), 0)
        self.say(f'The Payer must return to the Provider, out of the {held}, the "{back}": {held} times {rate.text}, but not '  # noqa: E501
                 "less than $0, and what is not returned stays with the Payer.", 4)  # fmt: skip
        self.define(held, "money", P, False, True)
        self.define(back, "money", P, False, True)

    def limits(self) -> None:
        """Aggregate limits over payments, after all of them."""
        names = sorted(self.plain)
        if len(names) < 2 or not self.chance(50):
            return
        some = self.rng.sample(names, min(len(names), self.rng.choice((2, 3))))
        listed = ", ".join(f"the {n}" for n in some[:-1]) + f" and the {some[-1]}"
        edge = self.lit("money").text
        if self.chance(25):
            edge = f"105% of {self.pick('Capitation', edge)}" if any(
                x.name == "Capitation" and not x.unscored for x in self.leaves) else edge  # fmt: skip
        if self.chance(20):
            how = self.pick(f"the {some[0]} is increased", "the Payer must pay the difference")
            self.say(f"The total of {listed} must not be less than {edge}; {how}.", 4)
            return
        if self.chance(30):
            order = "; ".join(f"the {n} is reduced in proportion" for n in some)
        else:
            words = ["first", "next", "last"][: len(some)] if len(some) == 3 else ["first", "last"]
            order = "; ".join(f"the {n} is reduced {w}" for n, w in zip(some, words, strict=True))
            if self.chance(20):
                order = f"the {some[0]} is reduced first"
        self.say(f"The total of {listed} must not exceed {edge}; {order}.", 4)

    def domains(self) -> None:
        """A gate for each Domain, and a gate over the Domains."""
        inner = Scope(P | {"Measure"}, None, True)
        found = [leaf for leaf in self.known("rate", inner) if "Measure" in leaf.dims]
        if "Contract Measures" not in self.has or not found:
            return
        leaf, name, whole = self.rng.choice(found), self.title("gate"), self.title("gate")
        scored, after = ("", ", counting one that is not scored as not met") if leaf.unscored else ("", "")
        quant = self.pick("at least 1", "at least 50%", "all")
        self.say(
            f'The "{name}" is met, for each Domain, if {quant} of the Contract Measures in that Domain{scored} have '  # noqa: E501
            f"{leaf.name} at least {self.lit('rate').text}{after}."
        )
        over = self.pick("in every Domain the", "in at least 1 of the Domains the")
        self.say(f'The "{whole}" is met if {over} {name} is met.')
        self.gates.append(Leaf(whole, "gate", P))

    def agreed(self) -> None:
        """A warranty."""
        self.say(f"It is agreed that {self.cond(Scope(P, None, False), 1)}.", 5)

    def makers(self) -> list[Callable[[], None]]:
        """What a contract may contain, often wanted things several times."""
        return (
            [self.definition] * 12 + [self.gate] * 4 + [self.table] * 4 + [self.bands] * 3 + [self.payment] * 4
            + [self.count, self.lettered, self.conditions, self.two_way, self.keyed, self.by_year, self.phase]
            + [self.truncated, self.peer, self.peer, self.carried, self.pool, self.pool, self.withheld, self.agreed, self.domains]  # noqa: E501
        )  # fmt: skip
