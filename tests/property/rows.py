"""Random aggregates: totals, counts, averages and percentiles over rows, keys, parties and periods."""

from __future__ import annotations

from tests.property.values import PARTY, YEAR, Leaf, Scope, Val, Writer

MEMBER_ROW = frozenset({PARTY, "Member", "Month", "Quarter", YEAR})


class RowWriter(Writer):
    """Adds aggregates to the values."""

    def aggregate(self, kind: str, scope: Scope, depth: int) -> Val | None:
        """One value from many rows, or None if the place has none."""
        if scope.record is not None:
            return None
        makers = []
        if "Member Months" in self.has and PARTY in scope.dims and not {"Measure", "Domain"} & scope.dims:
            makers += [self._member_months] * 3
        if (
            "Claims" in self.has
            and PARTY in scope.dims
            and not {"Measure", "Domain", "Month", "Quarter"} & scope.dims
        ):
            makers += [self._claims] * 2
        if "Contract Measures" in self.has and scope.dims == {PARTY, YEAR}:
            makers += [self._measures] * 2
        if scope.dims == {PARTY, YEAR}:
            makers += [self._members, self._months, self._years]
        if scope.dims <= {PARTY, YEAR}:
            makers += [self._across] * (1 if PARTY in scope.dims else 6)
        if {"Month", PARTY} <= scope.dims and "Member" not in scope.dims:
            makers += [self._to_date]
        self.rng.shuffle(makers)
        for maker in makers[:2]:
            found = maker(kind, scope, depth)
            if found is not None:
                return found
        return None

    def _where(self, inner: Scope, percent: int = 55) -> str:
        return (
            f" where {self.cond(Scope(inner.dims, inner.record, False), 1)}" if self.chance(percent) else ""
        )

    def _summary(
        self, kind: str, inner: Scope, over: str, scored: str, depth: int, operand: Val | None = None, weight: bool = True  # noqa: E501
    ) -> Val:  # fmt: skip
        """`the total of … over …`; `scored`: the words that leave out what is not scored, or nothing if nothing
        can be not scored there."""
        place = Scope(inner.dims, inner.record, bool(scored) and self.chance(70))
        value = operand if operand is not None else self.operand(kind, place, depth)
        over += scored if value.unscored or (scored and self.chance(20)) else ""
        word = self.pick(
            "total", "total", "average", "average", "largest", "smallest", "median", "percentile", "weighted"
        )
        where = self._where(inner)
        if kind in ("count", "months") and word not in ("total", "largest", "smallest"):
            word = "total"
        if kind == "rate" and word == "total":
            word = "average"
        number = self.name("number", Scope(inner.dims, inner.record, False)) if weight else None
        if word == "weighted" and (number is None or not (number.nonneg or not self.safe)):
            word = "average"
        match word:
            case "weighted":
                assert number is not None
                if over.startswith(" over the ") and self.chance(50):
                    text = f"the average, weighted by {number.text},{over}{where}, of {value.text}"
                elif where:
                    text = f"the average of {value.text}{over}{where}, weighted by {number.text}"
                else:
                    text = f"the average of {value.text}{over}, weighted by {number.text}"
            case "percentile":
                method = self.pick("linear interpolation", "nearest rank")
                text = f"the {self.pick('1st', '25th', '50th', '75th', '90th', '99th')} percentile, by {method}, of {value.text}{over}{where}"  # noqa: E501
            case _:
                text = f"the {word} of {value.text}{over}{where}"
        unscored = word != "total"
        return Val(text, "phrase", unscored, value.nonneg, value.strict)

    def _finish(self, value: Val, kind: str, scope: Scope) -> Val | None:
        """A value that can be not scored, where none may be: with a step that says what then applies."""
        if not value.unscored or scope.unscored:
            return value
        return Val(
            f"{value.text}, or {self.lit(kind).text} if it is not scored",
            "stepped",
            False,
            value.nonneg,
            value.strict,
        )

    def _member_months(self, kind: str, scope: Scope, depth: int) -> Val | None:
        inner = Scope(scope.dims | MEMBER_ROW, "Member Months", True)
        if kind == "months":
            return Val(f"the number of Member Months{self._where(inner, 80)}", "phrase", nonneg=True)
        if kind == "count":
            if "Member" in scope.dims or self.chance(40):
                return self._finish(
                    self._summary("count", inner, " over the Member Months", "", 0, weight=False), kind, scope
                )
            return None
        own = [
            leaf for leaf in self.known(kind, inner) if leaf.record == "Member Months" and not leaf.unscored
        ]
        if own and self.chance(50):
            leaf = self.rng.choice(own)
            operand = Val(leaf.name, "operand", False, leaf.nonneg)
            return self._finish(
                self._summary(kind, inner, " over the Member Months", "", 0, operand), kind, scope
            )
        return self._finish(
            self._summary(kind, inner, " over the Member Months", " that are scored", min(depth, 1)),
            kind,
            scope,
        )

    def _claims(self, kind: str, scope: Scope, depth: int) -> Val | None:
        inner = Scope(scope.dims | {"Member"}, "Claims", True)
        if kind == "months":
            return None
        if kind == "number" and self.chance(40):
            return Val(f"the number of Claims{self._where(inner, 70)}", "phrase", nonneg=True, strict=False)
        if kind == "count" or (kind == "number" and self.chance(30)):
            return None
        return self._finish(
            self._summary(kind, inner, " over the Claims", " that are scored", min(depth, 1), weight=False),
            kind,
            scope,
        )

    def _measures(self, kind: str, scope: Scope, depth: int) -> Val | None:
        if kind not in ("rate", "number", "money"):
            return None
        inner = Scope(scope.dims | {"Measure"}, None, True)
        found = [leaf for leaf in self.known(kind, inner) if "Measure" in leaf.dims]
        if not found:
            return None
        leaf = self.rng.choice(found)
        operand = Val(leaf.name, "operand", leaf.unscored, leaf.nonneg)
        if self.chance(30):
            operand = self.inside(self.choice(operand, kind, inner, 0))
        over = self.pick(" over all Measures", " over the Contract Measures")
        scored = self.pick(
            " that are scored",
            " that are scored",
            " that are scored, sharing the weight of the others equally",
        )
        if operand.unscored and scored.endswith("equally"):
            weight = self.pick("", ", weighted by Weight")
            text = f"the average of {operand.text}{over}{scored}{weight}"
            return self._finish(Val(text, "phrase", True, leaf.nonneg), kind, scope)
        return self._finish(self._summary(kind, inner, over, " that are scored", 0, operand), kind, scope)

    def _finer(self, kind: str, dims: frozenset[str], extra: str) -> Leaf | None:
        found = [
            leaf
            for leaf in self.known(kind, Scope(dims, None, True))
            if extra in leaf.dims and leaf.record is None
        ]
        return self.rng.choice(found) if found else None

    def _members(self, kind: str, scope: Scope, depth: int) -> Val | None:
        if kind in ("months", "count"):
            return None
        if kind == "number" and "Member Months" in self.has and self.chance(40):
            inner = Scope(scope.dims | MEMBER_ROW, "Member Months", False)
            flags = [leaf for leaf in self.known("yes", inner) if leaf.record == "Member Months"]
            where = f" where {self.rng.choice(flags).name}" if flags and self.chance(70) else ""
            return Val(f"the number of Members{where}", "phrase", nonneg=True, strict=False)
        leaf = self._finer(kind, scope.dims | {"Member"}, "Member")
        if leaf is None:
            return None
        operand = Val(leaf.name, "operand", leaf.unscored, leaf.nonneg)
        inner = Scope(scope.dims | {"Member"}, None, True)
        return self._finish(
            self._summary(
                kind, inner, " over all Members", " that are scored", 0, operand, weight=self.chance(30)
            ),
            kind,
            scope,
        )

    def _months(self, kind: str, scope: Scope, depth: int) -> Val | None:
        clock = self.pick("Month", "Quarter")
        if kind in ("months", "count"):
            return None
        leaf = self._finer(kind, scope.dims | {clock}, clock)
        if leaf is None or "Member" in leaf.dims:
            return None
        operand = Val(leaf.name, "operand", leaf.unscored, leaf.nonneg)
        inner = Scope(scope.dims | {clock, "Quarter"}, None, True)
        return self._finish(
            self._summary(kind, inner, f" over all {clock}s", " that are scored", 0, operand, weight=False),
            kind,
            scope,
        )

    def _years(self, kind: str, scope: Scope, depth: int) -> Val | None:
        found = [
            leaf
            for leaf in self.known(kind, Scope(scope.dims, None, False))
            if leaf.dims == {PARTY, YEAR} and not leaf.record
        ]
        if not found or kind in ("months", "count"):
            return None
        leaf = self.rng.choice(found)
        word = (
            self.pick("total", "average", "largest", "smallest")
            if kind != "rate"
            else self.pick("average", "largest")
        )
        text = f"the {word} of {leaf.name} over the {self.pick('2', '3')} performance years ending with it"
        return self._finish(Val(text, "phrase", word != "total", leaf.nonneg), kind, scope)

    def _to_date(self, kind: str, scope: Scope, depth: int) -> Val | None:
        found = [
            leaf for leaf in self.known(kind, Scope(scope.dims, None, False))
            if "Month" in leaf.dims and leaf.record is None and "Member" not in leaf.dims
        ]  # fmt: skip
        if not found or kind in ("months", "count"):
            return None
        leaf = self.rng.choice(found)
        word = self.pick("total", "average", "largest") if kind != "rate" else "average"
        text = f"the {word} of {leaf.name} from the start of the Performance Year through that Month"
        return self._finish(Val(text, "phrase", word != "total", leaf.nonneg), kind, scope)

    def _across(self, kind: str, scope: Scope, depth: int) -> Val | None:
        if kind == "months":
            return None
        inner = Scope(scope.dims | {PARTY}, None, True)
        found = [leaf for leaf in self.known(kind, inner) if PARTY in leaf.dims and leaf.record is None]
        if not found:
            return None
        leaf = self.rng.choice(found)
        if (
            kind == "number"
            and leaf.dims == {PARTY, YEAR}
            and PARTY in scope.dims
            and self.chance(30)
            and not leaf.unscored
        ):
            order = self.pick("highest", "lowest")
            ties = self.pick("better", "worse", "average")
            text = f"the rank of {leaf.name} across all ACOs, {order} first, ties sharing the {ties} rank"
            return Val(text, "phrase", leaf.unscored, True, False)
        others = "other " if PARTY in scope.dims and self.chance(20) else ""
        within = " in that Region" if PARTY in scope.dims and not others and self.chance(25) else ""
        if leaf.unscored:
            operand = Val(f"({leaf.name}, or {self.lit(kind).text} if it is not scored)", "operand", False)
        else:
            operand = Val(leaf.name, "operand", False, leaf.nonneg)
        return self._finish(
            self._summary(
                kind,
                inner,
                f" across all {others}ACOs{within}",
                "",
                0,
                operand,
                weight=kind not in ("count",),
            ),
            kind,
            scope,
        )
