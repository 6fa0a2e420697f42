"""Everyday wordings of program descriptions: values for each of something, values by cases, payments, times.

As in `everyday`: messages only. These rules are tried before those there, as they turn more of the sentence round.
"""

from __future__ import annotations

from typing import Final

from vbcdsl.syntax.everyday import NUMBER, A, N, T
from vbcdsl.syntax.rewrite_rule import QUOTED, Rewrite, rule

CLOCK: Final = r"months?|quarters?|half[ -]years?"
IS: Final = r"(?:is|are|means?|equals?|shall (?:be|mean)|will be)"
SHALL: Final = r"(?:must|shall|will|agrees to)"
KEY: Final = r"(?-i:[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*)"
YEAR: Final = r"(?:performance |contract )?year"

PROGRAMS: Final[tuple[Rewrite, ...]] = (
    # what a value is for each of
    rule(
        rf"(?P<name>{QUOTED}),? (?P<here>(?:for|of|in|during) (?:an?|each|every|any|that|the) (?P<often>{CLOCK}) "
        rf"{IS}):(?:\s*--[^\n]*)?\s*\|\s*(?P<subject>(?-i:[A-Z])[^|\n]*?)\s*\|",
        "a table says what chooses its row, and what it is for each of",
        "{name} is set, in each {period}, by {subject}, where exactly one row applies:",
    ),
    rule(
        rf"(?P<name>{QUOTED}),? (?P<here>(?:for|of|in|during) (?:an?|each|every|any|the) (?P<often>{CLOCK}) "
        rf"{IS})\b",
        "what a value is for each of stands behind “means”",
        "{name} means, in each {period}, …",
    ),
    rule(
        rf"(?P<name>{QUOTED}),? (?P<here>(?:for|of|in|during) (?:an?|each|every|any|the) {YEAR} {IS})\b",
        "a term has one value for each performance year, and does not say so",
        "{name} means …",
    ),
    rule(
        rf"(?P<name>{QUOTED}),? (?P<here>(?:for|of) (?:an?|each|every|any) (?P<k>{KEY}) {IS})\b",
        "what a value is for each of stands behind “means”",
        "{name} means, for each {k}, …",
    ),
    rule(
        rf"(?P<here>(?:for|in|during|at the end of) each (?P<often>{CLOCK}),? (?:the )?(?P<who>{KEY}) {SHALL} "
        rf"(?P<verb>pay|repay) (?:to )?(?:the )?(?P<to>{KEY})) (?:an?|the) (?P<name>{QUOTED})",
        "the periods of a payment stand behind its name",
        "The {who} must {verb} the {to} the {name}, in each {period}: …",
    ),
    rule(
        rf"(?P<here>for each (?P<k>{KEY}),? (?:the )?(?P<who>{KEY}) {SHALL} (?P<verb>pay|repay) (?:to )?(?:the )?"
        rf"(?P<to>{KEY})) (?:an?|the) (?P<name>{QUOTED})",
        "what a payment is for each of stands behind its name",
        "The {who} must {verb} the {to} the {name}, for each {k}: …",
    ),
    rule(
        rf"(?P<here>(?P<grain>(?:for|in) each {KEY}),? (?:the )?(?P<pool>{KEY}) is divided)"
        r"(?P<equally> equally)? among",
        "what a pool is for each of stands behind “is divided”",
        "The {pool} is divided, {grain_low},{equally_} among",
    ),
    rule(
        rf"(?P<here>each (?P<pool>{KEY}) is divided)(?: equally)? among",
        "what a pool is for each of stands behind “is divided”",
        "The {pool} is divided, for each …, among",
    ),
    rule(
        rf"(?P<here>(?P<grain>(?:for|in) each {KEY}),? (?:the )?(?P<name>{QUOTED}) {IS})\b",
        "what a value is for each of stands behind “means”",
        "{name} means, {grain_low}, …",
    ),
    # values by cases
    rule(
        rf"(?P<name>{QUOTED}),? {IS}(?:,? as follows)?(?P<here>: ?\((?:i|I|1|A)\))",
        "values by cases have letters, and each says when it applies",
        "{name} means: (a) …, if …; (b) …, if …; or (c) otherwise …",
    ),
    rule(
        rf"(?P<name>{QUOTED}),? {IS}(?P<here>: {NUMBER}(?: points?)? if)\b",
        "values by cases have letters, and each says when it applies",
        "{name} means: (a) …, if …; (b) …, if …; or (c) otherwise …",
    ),
    rule(
        rf"(?P<name>{QUOTED}),? {IS} (?P<v>{NUMBER}(?: points?)?) "
        r"(?P<here>for an? [^.,;]*? (?:whose|with|that|which|in)\b)",
        "values by cases have letters, and each says when it applies",
        "{name} means: (a) {v}, if …; (b) …, if …; or (c) otherwise …",
    ),
    rule(
        rf"(?P<name>{QUOTED}),? {IS} (?P<here>{NUMBER} in (?P<k>{KEY}) \w+, {NUMBER} in (?P=k) [^.;]+)",
        "a value for each of several texts stands in a table",
        "{name} is set by {k}, with one row for each {k}:",
    ),
    rule(
        rf"\ban? negative (?P<a>{T}) (?:is|shall be|constitutes) (?:an? |the )?(?P<name>{QUOTED})",
        "what is below zero is an amount of its own",
        "{name} means $0 minus {a}, but not less than $0.",
    ),
    rule(
        rf"\ban? positive (?P<a>{T}) (?:is|shall be|constitutes) (?:an? |the )?(?P<name>{QUOTED})",
        "what is above zero is an amount of its own",
        "{name} means {a}, but not less than $0.",
    ),
    rule(
        rf"(?P<name>{QUOTED}) (?:is|shall be) (?:determined|set|fixed|established) (?:by|on|from) (?:the )?"
        rf"(?P<subject>{KEY}) (?P<here>(?:according to|in accordance with|under|as shown in|from|using|by)"
        r"[^:|.]*)",
        "a table says what chooses its row, and how",
        "{name} is set by {subject}, where exactly one row applies:",
    ),
    rule(
        r"(?:using |by |with )?(?:straight-line |linear )?(?:interpolation|interpolated)[^.;|]*",
        "a straight line is written in its row of the table",
        "a straight line from … at … to … at …",
    ),
    # limits, arithmetic
    rule(
        r",? (?:limited|capped),? in (?:both|either) directions?,? (?:to|at|by) (?P<v>[^.,;]+)",
        "a limit on both sides is said in one form",
        ", but not more than {v} in either direction",
    ),
    rule(
        r",? (?:limited|capped) (?:to|at) (?P<v>[^.,;]+?) in both directions",
        "a limit on both sides is said in one form",
        ", but not more than {v} in either direction",
    ),
    rule(
        rf",? (?:with )?(?:each|every) (?P<k>(?-i:[A-Z]\w*(?: [A-Z]\w*)*))(?:[’']s)? "
        r"(?:(?:cost|amount|total|spend|claims?) )?"
        rf"(?:being )?(?:limited|capped|truncated) (?:to|at) (?P<v>{NUMBER})"
        r"(?: (?:in|for|per|during) (?:a|an|each|any|the) (?:[a-z]+ )?year)?",
        "a limit on each of several amounts is said in one form",
        ", but not more than {v} for each {k}",
    ),
    rule(
        rf"If (?P<cond>[^.;]+?), the (?P<a>{KEY}) (?P<here>(?:is|are|must be|shall be|will be) "
        rf"(?P<step>reduced|increased) by (?P<p>[\d.]+%)(?: of (?:(?:the|that) )?(?:(?P=a)|amount))?)(?=[.;]|$)",
        "a step stands in the sentence that states the amount, and its condition in parentheses",
        "…, {step} by ({p} if {cond}, otherwise 0%)” in the sentence that states “{a}",
    ),
    rule(
        r"is within (?:plus or minus|\+/-|±) (?P<v>[\d.$]*\d%?(?: percentage points?)?)",
        "a range says which ends belong to it",
        "is from -{v} up to and including {v}",
    ),
    rule(
        rf"\b(?P<n>(?:two|three|four|five|six|seven|eight|nine|ten)(?= times)|twice|double)(?: times)? "
        rf"(?P<a>{T})(?=[ .,;)])",
        "a number is written in digits",
        "{digits} times {a}",
    ),
    rule(rf"the square of (?P<a>{A})", "a power says its number", "the second power of {a}"),
    rule(rf"the cube of (?P<a>{A})", "a power says its number", "the third power of {a}"),
    rule(rf"(?P<a>{T}),? (?P<here>squared)\b", "a power says its number", "the second power of {a}"),
    rule(
        r"(?P<here>per (?P<k>1,000|100|10,000|1000) (?P<u>[a-z]+(?: [a-z]+)?))",
        "a rate per so many is a product, divided",
        "{k} times (…) divided by …",
    ),
    rule(
        rf"the (?:sum|total) (?:over|across|for) (?:all |the )?(?P<k>{KEY}) of (?P<a>[^.;,]+)",
        "what is added stands before the rows over which it is added",
        "the total of ({a}) over all {k}",
    ),
    rule(
        rf", averaged (?:over|across) (?P<over>[^,.;]+), weighted by (?P<w>{T})",
        "what is averaged stands behind “the average of”",
        "the average of (…) over {over}, weighted by {w}",
    ),
    rule(
        r"the (?:percentage |percent |relative )?(?:change|increase|growth|decrease|reduction)s? of "
        rf"(?P<a>{T}) (?:from|over|since|compared (?:with|to)) the (?:prior|previous|preceding|last) {YEAR}",
        "a change takes the year before from this one, and divides by it where it is a percentage",
        '"Prior Value" means {a} in the prior performance year, or not scored in the first performance '
        "year.” and, here, "
        "“{a} minus Prior Value” or “({a} minus Prior Value) divided by Prior Value, or … if the divisor is zero",
    ),
    # conditions
    rule(
        rf"(?P<a>{T}) is (?P<here>(?:not|no) better than (?P<b>[^.,;)|]+))",
        "what is not better is said by “not” and parentheses",
        "not ({a} is better than {b})",
    ),
    rule(
        rf"(?P<a>{T}) is (?P<here>(?:not|no) worse than (?P<b>[^.,;)|]+))",
        "what is not worse is as good or better",
        "{a} is as good as or better than {b}",
    ),
    rule(
        r"no (?P<what>(?-i:payment|amount|fee|bonus|rebate|penalty|money|adjustment|settlement)s?) "
        r"(?:is|are|shall be|will be) (?:due|payable|paid|owed|made)",
        "a sentence about what is not due names the payment, as it is called where it is stated",
        "no … is due",
    ),
    # times
    rule(
        r"the number of (?:full|complete|completed|elapsed) months from (?P<a>[^.,;]+?) to (?P<b>[^.,;)]+)",
        "months that have passed are whole months",
        "the number of whole months from {a} to {b}",
    ),
    rule(
        rf"(?P<here>the (?P<clock>{CLOCK}) is not the last (?P=clock) of the {YEAR})",
        "the last period of a year is found by its days",
        "(the number of days from the end of the {clock_big} to the end of the performance year) is "
        "more than 0 days",
    ),
    rule(
        rf"(?P<here>the (?P<clock>{CLOCK}) is the last (?P=clock) of the {YEAR})",
        "the last period of a year is found by its days",
        "(the number of days from the end of the {clock_big} to the end of the performance year) is "
        "exactly 0 days",
    ),
    rule(
        rf"in the (?:last|final) {YEAR}",
        "the last year can be the one before or the final one",
        "in the prior performance year” for the year before, or for the final one “in performance year …” (at the "
        "beginning of a sentence “If the performance year is …, …",
    ),
    rule(
        rf"(?:for|during|in|within) the first (?P<n>{N}) (?P<unit>months|days) (?:after|following|from|of) "
        rf"(?:its |the |their )?(?P<a>{KEY})",
        "a time after a day is a condition",
        "if (the number of {unit} from {a} to the start of the Month) is less than {digits}",
    ),
    rule(
        rf"(?:beginning|starting|commencing) (?:in|with|from) the (?P<nth>second|third|fourth|fifth) {YEAR} of "
        rf"(?:the |each )?(?P<p>{KEY})",
        "values by the party's own years have one form",
        "from the {p}'s {nth} performance year” in a list of values, or, at the beginning of a sentence, “If the "
        "performance year is not the {p}'s first performance year, …",
    ),
    rule(
        rf"(?:beginning|starting|commencing) (?:in|with|from) the (?P<nth>second|third|fourth|fifth) {YEAR}",
        "values by year have one form",
        "from performance year {nth_digit}” in a list of values, or, at the beginning of a sentence, “If the "
        "performance year is at least {nth_digit}, …",
    ),
    rule(
        r"a performance year is an? (?P<here>[a-z0-9 -]*(?:year|months|period) (?:beginning|starting|commencing|"
        r"that (?:begins|starts)) (?:on |from )?(?P<day>[A-Z][a-z]+ \d+))",
        "a year that is no calendar year begins on a day",
        "a performance year is each 12 months from {day}, …",
    ),
    # payments
    rule(
        rf"{SHALL} (?P<here>(?P<verb>pay|repay) (?:to )?(?:an?|each|every|all) (?P<to>{KEY})) (?:an?|the) "
        rf"(?P<name>{QUOTED})(?: of| equal to) (?P<v>(?:[^.;]|\.\d)+)",
        "a payment goes to “the …”, and its name stands before a colon",
        "must {verb} the … the {name}, for each {to}: {v}",
    ),
    rule(
        rf"{SHALL} (?:withhold|retain|hold back) (?P<v>(?:[^.;()]|\.\d)*?)(?: from (?:[^.;()]|\.\d)*?)? "
        rf"\((?:the |an? |each an? )?(?P<name>{QUOTED})\)",
        "a payment has its name, and a colon before the amount",
        "must withhold from the … the {name}: {v}.",
    ),
    rule(
        rf"{SHALL} (?P<verb>pay|repay) (?:to )?(?:the )?(?P<to>{KEY}) (?P<v>(?:[^.;()]|\.\d)*?) "
        rf"\((?:the |an? |each an? )?(?P<name>{QUOTED})\)",
        "a payment has its name, and a colon before the amount",
        "must {verb} the {to} the {name}: {v}",
    ),
)

# These are tried last: earlier rules know more about the same words.
LATER: Final[tuple[Rewrite, ...]] = (
    rule(
        rf"the (?P<which>first|last) day of (?:the|that|each|its) (?P<clock>{CLOCK})",
        "a day of a period is its start or its end",
        "the {start_end} of the {clock_big}",
    ),
    rule(
        rf"the (?P<which>first|last) day of (?:the|that|each|its) {YEAR}",
        "a day of a period is its start or its end",
        "the {start_end} of the performance year",
    ),
    rule(
        rf"(?P<name>{QUOTED}),? {IS} (?P<v>{NUMBER}(?: points?)?) (?P<here>for (?!performance|calendar)[^.,;]+)",
        "a value for each of several texts stands in a table",
        "{name} is set by …, with one row for each …:",
    ),
    rule(
        rf"(?P<name>{QUOTED}) is (?P<here>(?!met\b|set\b|the (?:sum|share)\b|defined\b|calculated\b|computed\b|"
        r"determined\b|equal\b|required\b)(?-i:[a-z]))",
        "a term is defined by “means”, and what it stands on are defined terms",
        "{name} means …",
    ),
)
