"""Everyday wordings of amounts: definitions with “is”, shares above an edge, signs, growth, bounds of columns.

As in `everyday`: messages only. These rules are tried first, as they are about more words than those there.
"""

from __future__ import annotations

from typing import Final

from vbcdsl.syntax.everyday import A, N, T
from vbcdsl.syntax.rewrite_rule import QUOTED, Rewrite, rule

YEAR: Final = r"(?:prior|previous|preceding|last) (?:performance |contract )?year"
SHARE: Final = rf"[\d.]+% of {T}"
ABOVE: Final = r"(?:that (?:is )?)?(?:above|over|in excess of|exceeding|exceeds|greater than|more than)"

AMOUNTS: Final[tuple[Rewrite, ...]] = (
    rule(
        rf"(?P<name>{QUOTED}) is (?P<v>{A}) (?P<w>if|unless|only if|of|times|plus|minus|divided by)\b",
        "a term is defined by “means”; “is” states values by year or date",
        "{name} means {v} {w} …",
    ),
    rule(
        rf"(?P<name>{QUOTED}) is (?P<v>the "
        rf"(?:lesser|greater|total|average|number|amount|largest|smallest)\b|\(|{T})",
        "a term is defined by “means”; “is” states values by year or date",
        "{name} means {v} …",
    ),
    rule(
        rf"(?P<name>{QUOTED}) is not met if (?P<c>[^.;]+)",
        "a gate says when it is met",
        "{name} is met if not ({c})",
    ),
    rule(
        rf"(?P<name>{QUOTED}) is not met unless (?P<c>[^.;]+)",
        "a gate says when it is met",
        "{name} is met if {c}",
    ),
    rule(
        r"the number of (?:whole |full |complete |calendar )?months in force",
        "the months in force are those of the year, prorated",
        '"…" means (the number of months in the Performance Year), prorated by whole months in force.” and, here, '
        "the name of that term, as in “… is at least 6 months",
    ),
    rule(
        r"the number of (?:calendar )?days in force",
        "the days in force are those of the year, prorated",
        '"…" means (the number of days in the Performance Year), prorated by days in force.” and, here, the '
        "name of "
        "that term, as in “… is at least 90 days",
    ),
    rule(
        r"(?P<k>money[^|,]*), (?:not negative|non-?negative|(?:and )?not less than "
        r"(?:\$0|zero)|positive)(?=\s*\|)",
        "a bound of a column says the smallest or the largest value that it can have",
        "{k}, at least $0",
    ),
    rule(
        r"(?P<k>(?:number|count|points|rate)[^|,]*), (?:not negative|non-?negative|not less than "
        r"(?:0|zero))(?=\s*\|)",
        "a bound of a column says the smallest or the largest value that it can have",
        "{k}, at least 0",
    ),
    rule(
        r"(?P<k>(?:money|number|count|points|rate)[^|,]*), "
        r"(?:(?:more|greater|larger|higher) than [^|]+?|above [^|]+?|positive)(?=\s*\|)",
        "a bound of a column says the smallest or the largest value that it can have",
        "{k}, at least …” (with the smallest value that is right, as 0.01), or “{k}, at most …",
    ),
    rule(
        rf"(?:the )?(?:portion|part|amount|share) of (?P<a>{T}) {ABOVE} (?P<edge>[^.,;|]+)",
        "the part above an edge is “the amount by which”",
        "(the amount by which {a} exceeds ({edge}))",
    ),
    rule(
        r",? or (?:zero|\$0|0) (?:if|when|where) (?:it is |the result is |that is )?"
        r"(?:negative|less than (?:\$0|zero|0)|below (?:\$0|zero|0))",
        "an amount that is not to be negative has a limit",
        ", but not less than $0",
    ),
    rule(
        r",? (?:but )?(?:only )?(?:if|when|where) (?:it is |the result is )?positive",
        "an amount that is not to be negative has a limit",
        ", but not less than $0",
    ),
    rule(
        rf"the (?P<w>lesser|greater) of (?P<a>{SHARE}|{A}) and (?P<b>{SHARE})",
        "a share in a list stands in parentheses, so that its end can be seen",
        "the {w} of ({a}) and ({b})",
    ),
    rule(
        rf"the (?P<w>lesser|greater) of (?P<a>{SHARE}) and (?P<b>{A})",
        "a share in a list stands in parentheses, so that its end can be seen",
        "the {w} of ({a}) and {b}",
    ),
    rule(
        rf"the (?P<w>average|total) of (?P<a>{T}) (?:for|over|in|of) the (?:current|present|same) and (?:the "
        rf")?{YEAR}s?",
        "a window of years stands behind “over”",
        "the {w} of {a} over the 2 performance years ending with it",
    ),
    rule(
        rf"the percentage by which (?P<a>{T}) (?P<w>exceeds|is less than) (?P<b>{T})",
        "a percentage is an amount divided by an amount",
        "(the amount by which {a} {w} {b}) divided by {b}, or 0% if the divisor is zero",
    ),
    rule(
        r"the (?:percentage |percent |relative |annual |yearly "
        r")?(?:change|increase|growth|decrease|reduction)s? in "
        rf"(?P<a>{T}) (?:from|over|since|compared (?:with|to)) the {YEAR}",
        "a change takes the year before from this one, and divides by it where it is a percentage",
        '"Prior Value" means {a} in the prior performance year, or not scored in the first performance '
        "year.” and, here, "
        "“{a} minus Prior Value” or “({a} minus Prior Value) divided by Prior Value, or … if the divisor is zero",
    ),
    rule(
        rf"(?P<a>{T}),? (?:trended|increased|inflated|projected|grown)(?: forward)? (?:at|by) (?P<p>[\d.]+%) "
        rf"(?:per year|annually|each year|a year|per annum) (?:for|over) (?P<n>{N}) years?",
        "growth over several years is compounded",
        "{a}, increased by ({p} compounded for {digits} years)",
    ),
    rule(
        rf"(?P<a>{T}) is (?P<here>positive)\b",
        "a sign is a comparison with zero",
        "{a} is more than $0” or “{a} is more than 0%",
    ),
    rule(
        rf"(?P<a>{T}) is (?P<here>negative)\b",
        "a sign is a comparison with zero",
        "{a} is less than $0” or “{a} is less than 0%",
    ),
    rule(
        rf"(?P<a>{T}) is (?P<here>(?:equal to )?zero|not zero)\b",
        "zero is a number with its unit",
        "{a} is exactly $0” or “{a} is not exactly $0",
    ),
    rule(
        rf"(?P<rate>\$[\d,.]+ per [a-z]+(?: per [a-z]+)?),? for each (?P<k>{T})",
        "an amount per unit is multiplied by a number",
        "{rate} times (the number of {k_many})",
    ),
    rule(
        rf"(?P<a>{T}) carried (?:forward|over) from the {YEAR}",
        "a value of the year before is said in one form",
        "({a} in the prior performance year, or $0 in the first performance year)",
    ),
    rule(
        r"(?P<v>\$[\d,.]+|[\d.]+%) (?:per [a-z]+(?: per [a-z]+)? )?(?:for|on) the first (?P<x>[\d,]+) "
        r"(?P<u>[a-z]+(?: months| years)?)",
        "values for parts of a number stand in a table",
        '"…" is the sum, over the rows, of Fee times the part of … that falls in the row: '
        "| Part of … | Fee | … | up to and including {x} {u} | {v} per … |",
    ),
)
