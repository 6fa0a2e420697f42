"""From the parser's tree to the nodes of `tree`: payments, pools, elections, entered values (`section.lark`)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, cast

import attrs

from vbcdsl.model.kinds import NUMBER, YES_NO
from vbcdsl.model.span import Span
from vbcdsl.syntax import ast
from vbcdsl.syntax import tree as t
from vbcdsl.syntax.build_tables import TableBuilder
from vbcdsl.syntax.build_values import BadLiteral, span_of, unquote
from vbcdsl.syntax.parse_tree import Token, Tree


class PaymentBuilder(TableBuilder):
    """Adds payments and pools to values, conditions and tables."""

    def quoted_name(self, token: Token) -> ast.Name:
        """A quoted text at the place where it is defined, as a Name."""
        return ast.Name(unquote(token), span=span_of(token))

    def quoted(self, tree: Tree) -> list[ast.Name]:
        """The quoted texts among the children, as Names."""
        return [self.quoted_name(token) for token in self.tokens(tree, "QUOTED")]

    def rest(self, tree: Tree) -> list[Any]:
        """The parts that are not quoted texts."""
        built = (
            self.build(child)
            for child in tree.children
            if not (isinstance(child, Token) and child.type == "QUOTED")
        )
        return [part for part in built if part is not None]

    # ------------------------------------------------------------ pools, elections, entered values

    def s_pool(self, tree: Tree, span: Span) -> t.PoolSentence:
        (name,) = self.quoted(tree)
        pool, weight, *options = self.rest(tree)
        return self._pool(name, pool, weight, None, None, options, span)

    def s_pool_divided(self, tree: Tree, span: Span) -> t.PoolSentence:
        return self._pool_divided(self.parts(tree), (), span)

    s_pool_equally = s_pool_divided

    def s_pool_of_each(self, tree: Tree, span: Span) -> t.PoolSentence:
        pool, grain, *parts = self.parts(tree)
        return self._pool_divided([pool, *parts], grain, span)

    def _pool_divided(self, parts: list[Any], grain: tuple[ast.Name, ...], span: Span) -> t.PoolSentence:
        pool, plural = parts[0], parts[1]
        options = [item for item in parts[2:] if isinstance(item, tuple)]
        weights = [item for item in parts[2:] if not isinstance(item, tuple)]
        weight = weights[0] if weights else ast.Literal_(Fraction(1), NUMBER, span=plural.span)
        names = [item[1] for item in options if item[0] == "name"]
        if not names:
            raise BadLiteral(
                span, "the parts of the pool have no name", 'add “; each part is its "Allocation"”'
            )
        among = next((item[1] for item in options if item[0] == "among"), None)
        divided = self._pool(names[0], pool, weight, among, plural, options, span)
        return attrs.evolve(divided, grain=grain)

    def _pool(
        self, name: Any, pool: Any, weight: Any, among: Any, plural: Any, options: list[Any], span: Span
    ) -> t.PoolSentence:
        found: dict[str, Any] = {}
        for key, value in options:
            if key in found and key not in ("ties",):
                raise BadLiteral(span, f"the sentence says twice what it does with “{key}”")
            found[key] = value
        among_plural, among_cond, within = found.get("among_those", (plural, among, found.get("within")))
        return t.PoolSentence(
            name,
            pool,
            weight,
            among_cond,
            among_plural,
            within,
            found.get("cap"),
            found.get("over cap", ""),
            "cents" in found,
            found.get("ties"),
            found.get("leftover"),
            found.get("nobody"),
            span=span,
        )

    def pa_meet(self, tree: Tree, span: Span) -> Any:
        return "among", self.parts(tree)[0]

    pa_whom = pa_meet

    def po_among(self, tree: Tree, span: Span) -> Any:
        plural, *within, cond = self.parts(tree)
        return "among_those", (plural, cond, within[0][1] if within else None)

    po_among_meet = po_among

    def po_among_all(self, tree: Tree, span: Span) -> Any:
        plural, (_, within) = self.parts(tree)
        return "among_those", (plural, None, within)

    def po_within(self, tree: Tree, span: Span) -> Any:
        return "within", self.parts(tree)[0]

    def po_each_cap(self, tree: Tree, span: Span) -> Any:
        return "cap", self.parts(tree)[0]

    def po_cents(self, tree: Tree, span: Span) -> Any:
        return "cents", True

    def po_ties(self, tree: Tree, span: Span) -> Any:
        return "ties", self.parts(tree)[0]

    def po_leftover(self, tree: Tree, span: Span) -> Any:
        return "leftover", self.parts(tree)[0]

    def po_again(self, tree: Tree, span: Span) -> Any:
        return "over cap", "again"

    def po_not_again(self, tree: Tree, span: Span) -> Any:
        return "over cap", "not again"

    def po_name(self, tree: Tree, span: Span) -> Any:
        return "name", self.quoted(tree)[0]

    def po_nobody(self, tree: Tree, span: Span) -> Any:
        return "nobody", self.parts(tree)[-1]

    def s_entered(self, tree: Tree, span: Span) -> t.Entered:
        (name,) = self.quoted(tree)
        by, *rest = self.rest(tree)
        kind = next((item for item in rest if isinstance(item, dict)), None)
        default = next((item for item in rest if isinstance(item, ast.Literal_)), None)
        line = self.column(name, kind, None, span) if kind else None
        return t.Entered(name, by, line, default, span=span)

    def ee_value(self, tree: Tree, span: Span) -> ast.Literal_:
        return cast(ast.Literal_, self.parts(tree)[0])

    def ee_no(self, tree: Tree, span: Span) -> ast.Literal_:
        return ast.Literal_(False, YES_NO, span=span)

    def ee_yes(self, tree: Tree, span: Span) -> ast.Literal_:
        return ast.Literal_(True, YES_NO, span=span)

    def s_elects(self, tree: Tree, span: Span) -> t.Elects:
        name, *options = self.quoted(tree)
        party, *rest = self.rest(tree)
        found: dict[str, Any] = dict(item for item in rest if isinstance(item, tuple))
        return t.Elects(
            party, name, tuple(o.text for o in options), "whole" in found, found.get("default"), span=span
        )

    def eo_whole(self, tree: Tree, span: Span) -> Any:
        return "whole", True

    def eo_default(self, tree: Tree, span: Span) -> Any:
        return "default", unquote(self.tokens(tree, "QUOTED")[0])

    # ------------------------------------------------------------ payments

    def _pay(self, verb: Any, tree: Tree, span: Span, **more: Any) -> t.Pay:
        (name,) = self.quoted(tree)
        payer, payee, *rest = self.rest(tree)
        grain, value, options = self._pay_rest(rest)
        return t.Pay(verb, payer, payee, name, value, options, grain=grain, span=span, **more)

    def pay_grain(self, tree: Tree, span: Span) -> Any:
        return "grain", tuple(self.parts(tree))

    def _pay_rest(self, rest: list[Any]) -> tuple[tuple[ast.Name, ...], Any, t.PayOptions]:
        grain: tuple[ast.Name, ...] = ()
        if isinstance(rest[0], tuple) and rest[0][0] == "grain":
            grain, rest = rest[0][1], rest[1:]
        value = rest[0]
        options = t.PayOptions()
        for item in rest[1:]:
            key, setting = item
            options = attrs.evolve(options, **{key: setting})
        return grain, value, options

    def s_pay(self, tree: Tree, span: Span) -> t.Pay:
        return self._pay("pay", tree, span)

    def s_shadow(self, tree: Tree, span: Span) -> t.Pay:
        return self._pay("shadow", tree, span)

    def s_withhold(self, tree: Tree, span: Span) -> t.Pay:
        return self._pay("withhold", tree, span)

    def s_repay(self, tree: Tree, span: Span) -> t.Pay:
        return self._pay("repay", tree, span)

    def s_pay_if(self, tree: Tree, span: Span) -> t.Pay:
        return self._pay_if("pay", tree, span)

    def s_withhold_if(self, tree: Tree, span: Span) -> t.Pay:
        return self._pay_if("withhold", tree, span)

    def s_repay_if(self, tree: Tree, span: Span) -> t.Pay:
        return self._pay_if("repay", tree, span)

    def s_shadow_if(self, tree: Tree, span: Span) -> t.Pay:
        return self._pay_if("shadow", tree, span)

    def _pay_if(self, verb: Any, tree: Tree, span: Span) -> t.Pay:
        (name,) = self.quoted(tree)
        cond, payer, payee, *rest = self.rest(tree)
        grain, value, options = self._pay_rest(rest)
        return t.Pay(verb, payer, payee, name, value, options, None, cond, grain, span=span)

    def s_return_if(self, tree: Tree, span: Span) -> t.Pay:
        (name,) = self.quoted(tree)
        cond, payer, payee, out_of, *rest = self.rest(tree)
        grain, value, options = self._pay_rest(rest)
        return t.Pay("return", payer, payee, name, value, options, out_of, cond, grain, span=span)

    def s_return(self, tree: Tree, span: Span) -> t.Pay:
        (name,) = self.quoted(tree)
        payer, payee, out_of, *rest = self.rest(tree)
        grain, value, options = self._pay_rest(rest)
        return t.Pay("return", payer, payee, name, value, options, out_of, None, grain, span=span)

    def s_forfeit(self, tree: Tree, span: Span) -> t.Pay:
        (name,) = self.quoted(tree)
        payee, *rest = self.rest(tree)
        grain, value, options = self._pay_rest(rest)
        return t.Pay("forfeit", None, payee, name, value, options, grain=grain, span=span)

    def d_within(self, tree: Tree, span: Span) -> Any:
        count, of = self.parts(tree)
        unit = self.length_of_time(tree, span)
        return "due", ast.Event("after", count=int(count), unit=unit, of=of, span=span)

    def d_on(self, tree: Tree, span: Span) -> Any:
        return "due", self.parts(tree)[0]

    def d_by(self, tree: Tree, span: Span) -> Any:
        month, day = self.month_day(self.tokens(tree, "MONTH_DAY")[0])
        return "due", ast.Event("month day", month=month, day=day, span=span)

    def d_run_out(self, tree: Tree, span: Span) -> Any:
        return self.parts(tree)[0]

    def paid_through(self, tree: Tree, span: Span) -> Any:
        return "paid_through", self.parts(tree)[0]

    def d_two_way(self, tree: Tree, span: Span) -> Any:
        return "turned", tuple(self.parts(tree))

    def d_not_returned(self, tree: Tree, span: Span) -> Any:
        return "not_returned", self.parts(tree)[0]

    def d_category(self, tree: Tree, span: Span) -> Any:
        return "category", str(self.tokens(tree, "CATEGORY")[0])

    def d_information(self, tree: Tree, span: Span) -> None:
        return None
