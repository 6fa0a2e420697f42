"""Random values and conditions in the words of a contract, of a wanted kind, for a place in a sentence.

The first stage of `generate`: a `Writer` knows what has been declared so far and writes phrases that fit. It
keeps the grammar's rules on parentheses, so that what it writes must compile; what it does not know is what the
phrases are worth, which is for the engines to agree on.
"""

from __future__ import annotations

import random
from decimal import Decimal

import attrs

PARTY = "ACO"
YEAR = "Performance Year"
CLOCKS = {"Month": {"Month", "Quarter", YEAR}, "Quarter": {"Quarter", YEAR}, YEAR: {YEAR}}

MONEY = ["0", "25", "50", "100", "100.01", "125.50", "150", "200", "250", "333.33", "500", "750", "1,000", "1,500",
         "2,500", "5,000"]  # fmt: skip
RATES = ["0", "1", "2", "2.5", "5", "10", "12.5", "20", "25", "33.3", "50", "62.5", "75", "90", "100"]
NUMBERS = ["0", "0.5", "1", "1.25", "2", "3", "0.333", "10"]
COUNTS = ["0", "1", "2", "3", "4", "5", "6", "8", "10", "12", "20"]
EDGES = {"money": MONEY, "rate": RATES, "number": NUMBERS, "count": COUNTS, "months": COUNTS, "pp": ["0", "1", "2.5", "10"],  # noqa: E501
         "pmpm": ["0.50", "2", "18.25", "100"]}  # fmt: skip


@attrs.frozen
class Leaf:
    """A name that stands for a value: `dims` are its keys; `record` is set for a column, which has a value of its
    own in a visited row of that record. `entries`: only there."""

    name: str
    kind: str
    dims: frozenset[str]
    record: str | None = None
    unscored: bool = False
    nonneg: bool = False
    entries: bool = False
    texts: tuple[str, ...] = ()
    strict: bool = True  # of exactly this kind, not a quotient or a difference that may pass for one


@attrs.frozen
class Scope:
    """The keys that have one value at a place in a sentence, and the record whose row is visited."""

    dims: frozenset[str]
    record: str | None = None
    unscored: bool = True  # whether a value here may be not scored


@attrs.frozen
class Val:
    """A piece of text. `form`: "operand", "expr" (plus, times …), "phrase" (the total of …), "stepped"."""

    text: str
    form: str
    unscored: bool = False
    nonneg: bool = False
    strict: bool = True


def literal(kind: str, number: str) -> str:
    """A number as a contract writes it."""
    match kind:
        case "money":
            return f"${number}"
        case "rate":
            return f"{number}%"
        case "pp":
            return f"{number} percentage points"
        case "pmpm":
            return f"${number} per member per month"
    return number


def size(number: str) -> Decimal:
    """The number behind its digits."""
    return Decimal(number.replace(",", ""))


class Writer:
    """Writes values and conditions from the names declared so far."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.leaves: list[Leaf] = []
        self.gates: list[Leaf] = []
        self.has: set[str] = set()  # the records that the contract declares
        self.years = 2
        self.safe = True  # whether divisors that may be zero are always provided for

    def chance(self, percent: int) -> bool:
        """True so many times in a hundred."""
        return self.rng.randrange(100) < percent

    def pick(self, *items: str) -> str:
        """One of them."""
        return self.rng.choice(items)

    def lit(self, kind: str) -> Val:
        """A literal of a kind."""
        number = self.rng.choice(EDGES[kind])
        return Val(literal(kind, number), "operand", nonneg=True)

    # ------------------------------------------------------------ names

    def known(self, kind: str, scope: Scope, unscored: bool | None = None) -> list[Leaf]:
        """The names of a kind that have one value in a scope."""
        allow = scope.unscored if unscored is None else unscored
        return [
            leaf for leaf in self.leaves
            if leaf.kind == kind and (allow or not leaf.unscored)
            and (leaf.record == scope.record if leaf.entries else leaf.dims <= scope.dims)
        ]  # fmt: skip

    def name(self, kind: str, scope: Scope) -> Val | None:
        """A name of a kind, as an operand."""
        found = self.known(kind, scope)
        near = [leaf for leaf in found if leaf.record is not None and leaf.record == scope.record]
        if near and self.chance(60):
            found = near
        if not found:
            return None
        leaf = self.rng.choice(found[-8:] if self.chance(50) else found)
        the = "the " if leaf.record is None and self.chance(10) else ""
        return Val(the + leaf.name, "operand", leaf.unscored, leaf.nonneg, leaf.strict)

    # ------------------------------------------------------------ shapes

    def operand(self, kind: str, scope: Scope, depth: int) -> Val:
        """A value that may stand beside plus and times."""
        if depth <= 0 or self.chance(55):
            found = self.name(kind, scope) if self.chance(80) else None
            return found or self.lit(kind)
        return self.inside(self.value(kind, scope, depth - 1))

    def inside(self, value: Val) -> Val:
        """In parentheses, unless it is an operand."""
        if value.form == "operand":
            return value
        return attrs.evolve(value, text=f"({value.text})", form="operand")

    def expr(self, kind: str, scope: Scope, depth: int) -> Val:
        """A value without steps and phrases outside parentheses."""
        value = self.base(kind, scope, depth)
        return value if value.form in ("operand", "expr") else self.inside(value)

    def scored(self, kind: str, scope: Scope, depth: int) -> Val:
        """An operand that is never not scored."""
        return self.operand(kind, attrs.evolve(scope, unscored=False), depth)

    def value(self, kind: str, scope: Scope, depth: int) -> Val:
        """A base with steps, perhaps with a choice."""
        value = self.base(kind, scope, depth)
        for _ in range(self.rng.choice((0, 0, 1, 1, 2))):
            value = self.step(value, kind, scope, depth)
        if depth > 0 and self.chance(12):
            return self.choice(value, kind, scope, depth - 1)
        return value

    def choice(self, value: Val, kind: str, scope: Scope, depth: int) -> Val:
        """`A if …, otherwise B`, with one or two conditions."""
        plain = attrs.evolve(scope, unscored=False)
        comma = "," if value.form == "stepped" else ""
        text = f"{value.text}{comma} if {self.cond(plain, depth)}, otherwise "
        rest = self.base(kind, scope, depth)
        unscored = value.unscored or rest.unscored
        nonneg = value.nonneg and rest.nonneg
        if self.chance(40):
            last = self.base(kind, scope, 0)
            text += f"{rest.text} if {self.cond(plain, depth)}, otherwise {last.text}"
            unscored, nonneg = unscored or last.unscored, nonneg and last.nonneg
        else:
            text += rest.text
        if ", rounded" in text.rsplit("otherwise", 1)[1]:  # it would not be clear what is rounded
            return value
        return Val(text, "choice", unscored, nonneg, False)

    def step(self, value: Val, kind: str, scope: Scope, depth: int) -> Val:
        """One step after a comma."""
        options = ["round"]
        if kind in ("money", "rate", "number"):
            options += ["cap", "cap", "floor", "floor", "both", "reduced", "increased"]
        if value.unscored:
            options += ["scored"] * 3
        elif scope.unscored and self.chance(30):
            options += ["unscored"]
        word = self.rng.choice(options)
        nonneg, unscored = value.nonneg, value.unscored
        match word:
            case "cap":
                limit = self.scored(kind, scope, depth - 1) if self.chance(40) else self.lit(kind)
                nonneg = nonneg and limit.nonneg
                text = f", but not more than {limit.text}"
                if kind == "money" and self.chance(20):
                    base = self.scored("money", scope, 0)
                    if base.nonneg or not self.safe:
                        text = f", but not more than {self.lit('rate').text} of {base.text}"
                elif self.chance(20):
                    text = f", and is limited to {limit.text}"
            case "floor":
                limit = self.lit(kind) if not self.chance(20) else self.scored(kind, scope, 0)
                if value.text.rfind(", but not more than") >= 0 or "limited to" in value.text:
                    limit = Val(literal(kind, "0"), "operand", nonneg=True)
                nonneg = nonneg or limit.nonneg
                text = f", but not less than {limit.text}"
            case "both":
                text, nonneg = f", but not more than {self.lit(kind).text} in either direction", False
            case "reduced" | "increased":
                text = f", {word} by {self.rng.choice(('2%', '10%', '12.5%'))}"
            case "scored":
                text, unscored = f", or {self.lit(kind).text} if it is not scored", False
            case "unscored":
                cond = self.cond(attrs.evolve(scope, unscored=False), 0)
                text, unscored = f", or not scored if {cond}", True
            case _:
                text = self.rounding(kind)
        return Val(value.text + text, "stepped", unscored, nonneg, value.strict)

    def rounding(self, kind: str) -> str:
        """A rounding step that fits a kind."""
        mode = self.pick("half up", "half to even", "up", "down", "toward zero")
        if kind in ("money", "pmpm"):
            units = ["the cent", "the dollar", "the thousand dollars"] if kind == "money" else ["the cent"]
        elif kind in ("rate", "pp"):
            units = [f"the {x}percentage point" for x in ("tenth of a ", "hundredth of a ", "")]
        else:
            units = ["the whole number", "2 decimal places", "1 decimal place", "the tenth"]
        return f", rounded {mode} to {self.rng.choice(units)}"

    # ------------------------------------------------------------ bases

    def base(self, kind: str, scope: Scope, depth: int) -> Val:
        """A value without steps."""
        if depth <= 0:
            return self.operand(kind, scope, 0)
        makers = [self._plain, self._sum, self._sum, self._extreme, self._prior, self._aggregate]
        if kind == "money":
            makers += [
                self._share,
                self._share,
                self._product,
                self._product,
                self._quotient,
                self._excess,
                self._per,
            ]
        elif kind == "rate":
            makers += [self._ratio, self._ratio, self._complement, self._rate_product]
        elif kind == "number":
            makers += [self._excess, self._number_product, self._number_quotient]
        found = self.rng.choice(makers)(kind, scope, depth - 1)
        return found if found is not None else self.operand(kind, scope, depth - 1)

    def _plain(self, kind: str, scope: Scope, depth: int) -> Val | None:
        return self.name(kind, scope)

    def _sum(self, kind: str, scope: Scope, depth: int) -> Val | None:
        if kind in ("months", "pmpm", "count", "pp"):
            return None
        if kind == "rate":  # a rate and percentage points; two rates make points
            first = self.name("rate", scope)
            if first is None or not first.strict:
                return None
            word = self.pick("plus", "minus")
            return Val(f"{first.text} {word} {self.lit('pp').text}", "expr", first.unscored)
        items = [self.operand(kind, scope, depth) for _ in range(self.rng.choice((2, 2, 3)))]
        words = [self.pick("plus", "minus", "minus") for _ in items[1:]]
        text = items[0].text + "".join(f" {w} {i.text}" for w, i in zip(words, items[1:], strict=True))
        nonneg = all(i.nonneg for i in items) and all(w == "plus" for w in words)
        return Val(text, "expr", any(i.unscored for i in items), nonneg, False)

    def _extreme(self, kind: str, scope: Scope, depth: int) -> Val | None:
        if kind in ("count", "months"):
            return None
        items = [self.operand(kind, scope, depth) for _ in range(self.rng.choice((2, 2, 3)))]
        texts = [i.text for i in items]
        word = self.pick("lesser", "greater")
        text = f"the {word} of {', '.join(texts[:-1])} and {texts[-1]}"
        nonneg = all(i.nonneg for i in items) or (word == "greater" and any(i.nonneg for i in items))
        return Val(text, "phrase", any(i.unscored for i in items), nonneg, all(i.strict for i in items))

    def _excess(self, kind: str, scope: Scope, depth: int) -> Val | None:
        left, right = self.expr(kind, scope, depth), self.expr(kind, scope, depth)
        word = self.pick("exceeds", "is less than")
        text = f"the amount by which {left.text} {word} {right.text}"
        return Val(text, "phrase", left.unscored or right.unscored, True, False)

    def _share(self, kind: str, scope: Scope, depth: int) -> Val | None:
        base = self.operand("money", scope, depth)
        share = self.pick(self.lit("rate").text, "2/3", "1/7", "one third", "two thirds", "one half")
        return Val(f"{share} of {base.text}", "expr", base.unscored, base.nonneg)

    def _product(self, kind: str, scope: Scope, depth: int) -> Val | None:
        parts = [self.operand("money", scope, depth), self.operand(self.pick("rate", "number"), scope, depth)]
        if self.chance(20):
            parts.append(self.operand("rate", scope, 0))
        self.rng.shuffle(parts)
        text = " times ".join(p.text for p in parts)
        return Val(text, "expr", any(p.unscored for p in parts), all(p.nonneg for p in parts))

    def _per(self, kind: str, scope: Scope, depth: int) -> Val | None:
        months = self.name("months", scope)
        if months is None:
            return None
        price = self.name("pmpm", scope) or self.lit("pmpm")
        return Val(
            f"{price.text} times {months.text}", "expr", months.unscored or price.unscored, price.nonneg
        )

    def _divided(self, top: Val, bottom: Val, kind: str, scope: Scope, product: str = "") -> Val:
        text = f"{product}{top.text} divided by {bottom.text}"
        unscored = top.unscored or bottom.unscored
        if (
            bottom.text.strip("$%()").replace(",", "").replace(".", "").isdigit()
            and size(bottom.text.strip("$%()"))
        ) or (self.chance(15) and not self.safe):
            form = "expr"
        elif self.chance(25) and scope.unscored:
            return self._kept_exact(
                f"{text}, or not scored if the divisor is zero", "stepped", True, kind, scope
            )
        else:
            other = self.lit(kind)
            return self._kept_exact(
                f"{text}, or {other.text} if the divisor is zero", "stepped", unscored, kind, scope
            )
        return self._kept_exact(text, form, unscored, kind, scope)

    def _kept_exact(self, text: str, form: str, unscored: bool, kind: str, scope: Scope) -> Val:
        """A division for each Member must be rounded (Q31)."""
        if "Member" in scope.dims:
            return Val(text + self.rounding(kind), "stepped", unscored, False, False)
        return Val(text, form, unscored, False, False)

    def _quotient(self, kind: str, scope: Scope, depth: int) -> Val | None:
        top = self.operand("money", scope, depth)
        bottom = self.operand("number", scope, 0)
        if not bottom.strict:  # a number of claims would make it money per claim (VBC3005)
            bottom = self.lit("number")
        product = f"{self.lit('rate').text} times " if self.chance(30) else ""
        return self._divided(top, bottom, kind, scope, product)

    def _ratio(self, kind: str, scope: Scope, depth: int) -> Val | None:
        of = self.pick("money", "money", "count")
        top, bottom = self.operand(of, scope, 0 if of == "count" else depth), self.name(of, scope)
        if bottom is None:
            return None
        return self._divided(top, bottom, kind, scope)

    def _complement(self, kind: str, scope: Scope, depth: int) -> Val | None:
        rate = self.operand("rate", scope, depth)
        return Val(f"100% minus {rate.text}", "expr", rate.unscored, strict=False)

    def _rate_product(self, kind: str, scope: Scope, depth: int) -> Val | None:
        first, second = self.operand("rate", scope, depth), self.operand("rate", scope, 0)
        return Val(f"{first.text} times {second.text}", "expr", first.unscored or second.unscored,
                   first.nonneg and second.nonneg, False)  # fmt: skip

    def _number_product(self, kind: str, scope: Scope, depth: int) -> Val | None:
        found = self.name("rate", scope)
        if found is not None and self.chance(50):
            return Val(f"{found.text} counted as a number", "operand", found.unscored, found.nonneg)
        first, second = self.operand("number", scope, depth), self.operand("number", scope, 0)
        return Val(
            f"{first.text} times {second.text}", "expr", first.unscored or second.unscored, strict=False
        )

    def _number_quotient(self, kind: str, scope: Scope, depth: int) -> Val | None:
        return self._divided(
            self.operand("number", scope, depth), self.operand("number", scope, 0), kind, scope
        )

    def _prior(self, kind: str, scope: Scope, depth: int) -> Val | None:
        """A term in another year."""
        found = [
            leaf for leaf in self.known(kind, scope)
            if YEAR in leaf.dims and not leaf.dims & {"Month", "Quarter"} and not leaf.entries
            and (leaf.record is None or leaf.record == "Financial Schedule") and "Member" not in leaf.dims
        ]  # fmt: skip
        if not found:
            return None
        leaf = self.rng.choice(found)
        if self.chance(20):
            text = f"{leaf.name} in performance year {self.rng.randrange(self.years) + 1}"
        else:
            text = f"{leaf.name} in the prior performance year"
        if not self.chance(12) or self.safe:
            return Val(f"{text}, or {self.lit(kind).text} in the first performance year", "stepped", leaf.unscored,
                       leaf.nonneg, leaf.strict)  # fmt: skip
        return Val(text, "phrase", leaf.unscored, leaf.nonneg, leaf.strict)

    def _aggregate(self, kind: str, scope: Scope, depth: int) -> Val | None:
        return self.aggregate(kind, scope, depth)

    def aggregate(self, kind: str, scope: Scope, depth: int) -> Val | None:
        """One value from many rows (see `rows`)."""
        raise NotImplementedError

    # ------------------------------------------------------------ conditions

    def cond(self, scope: Scope, depth: int) -> str:
        """A condition; never not scored unless the scope allows it."""
        if depth > 0 and self.chance(35):
            word = self.pick("and", "or")
            items = [self.item(scope, depth - 1) for _ in range(self.rng.choice((2, 2, 3)))]
            return f" {word} ".join(items)
        return self.item(scope, depth)

    def item(self, scope: Scope, depth: int) -> str:
        """A condition that may stand beside `and`."""
        if depth > 0 and self.chance(15):
            word = self.pick("and", "or")
            return f"({self.item(scope, depth - 1)} {word} {self.item(scope, depth - 1)})"
        makers = [self._compare] * 4 + [
            self._truth,
            self._truth,
            self._text,
            self._is_scored,
            self._year,
            self._enough,
        ]
        for _ in range(4):
            found = self.rng.choice(makers)(scope, depth)
            if found is not None:
                return found
        return self._compare(scope, depth)

    def _compare(self, scope: Scope, depth: int) -> str:
        kind = self.pick("money", "money", "rate", "number", "count", "months")
        left = self.name(kind, scope)
        if left is None:
            left = self.expr("money", scope, min(depth, 1))
            kind = "money"
        elif depth > 0 and self.chance(25) and kind in ("money", "rate", "number"):
            left = self.expr(kind, scope, depth)
        return f"{left.text} is {self.range(kind, scope)}"

    def range(self, kind: str, scope: Scope) -> str:
        """A range, with its ends."""
        right = self.scored(kind, scope, 0) if self.chance(25) else self.lit(kind)
        word = self.pick("at least", "more than", "less than", "at most", "exactly", "not exactly", "above", "below",  # noqa: E501
                         "half open", "open closed")  # fmt: skip
        if word.startswith(("half", "open")):
            low, high = sorted(self.rng.sample(EDGES[kind], 2), key=size)
            between = (
                "from {} up to but not including {}"
                if word == "half open"
                else "above {} up to and including {}"
            )
            return between.format(literal(kind, low), literal(kind, high))
        return f"{word} {right.text}"

    def _truth(self, scope: Scope, depth: int) -> str | None:
        if self.chance(50):
            flags = self.known("yes", scope)
            if flags:
                return self.pick("", "not ") + self.rng.choice(flags).name
        gates = [g for g in self.gates if g.dims <= scope.dims and (scope.unscored or not g.unscored)]
        if not gates:
            return None
        return f"the {self.rng.choice(gates).name} is {self.pick('met', 'met', 'not met')}"

    def _text(self, scope: Scope, depth: int) -> str | None:
        found = self.known("text", scope)
        if not found:
            return None
        leaf = self.rng.choice(found)
        match self.pick("is", "is not", "one of"):
            case "one of" if len(leaf.texts) > 1:
                one, two = self.rng.sample(leaf.texts, 2)
                return f'{leaf.name} is one of "{one}" or "{two}"'
            case "is not":
                return f'{leaf.name} is not "{self.rng.choice(leaf.texts)}"'
        return f'{leaf.name} is "{self.rng.choice(leaf.texts)}"'

    def _is_scored(self, scope: Scope, depth: int) -> str | None:
        found = [
            leaf
            for kind in ("money", "rate", "number")
            for leaf in self.known(kind, scope, True)
            if leaf.unscored
        ]
        if not found:
            return None
        return f"{self.rng.choice(found).name} is {self.pick('scored', 'not scored')}"

    def _year(self, scope: Scope, depth: int) -> str | None:
        return f"the performance year is {self.pick('at least', 'at most', 'exactly')} {self.rng.randrange(1, 4)}"

    def _enough(self, scope: Scope, depth: int) -> str | None:
        """`at least 2 of the Contract Measures that are scored have …`."""
        if PARTY not in scope.dims or "Contract Measures" not in self.has or scope.record is not None:
            return None
        if "Measure" in scope.dims or "Domain" in scope.dims or not scope.dims <= {PARTY, YEAR}:
            return None
        inner = Scope(scope.dims | {"Measure"}, None, True)
        found = [leaf for leaf in self.known("rate", inner) if "Measure" in leaf.dims]
        if not found:
            return None
        leaf = self.rng.choice(found)
        quant = self.pick("at least 1", "at least 2", "all", "any", "none", "exactly 1", "at least 50%",
                          "more than 33.3%")  # fmt: skip
        scored, after = "", ""
        if leaf.unscored:
            scored, after = self.rng.choice(
                ((" that are scored", ""), ("", ", counting one that is not scored as not met"))
            )
        if after:
            return f"({quant} of the Contract Measures{scored} have {leaf.name} at least {self.lit('rate').text}{after})"  # noqa: E501
        return f"{quant} of the Contract Measures{scored} have {leaf.name} at least {self.lit('rate').text}"
