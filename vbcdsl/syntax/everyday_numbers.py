"""Everyday wordings of quantities, beside `everyday`: numbers in words, amounts for each step, lists.

As there, a rule is used only where a sentence could not be read, and only if reading stopped in its words.
"""

from __future__ import annotations

from typing import Final

from vbcdsl.syntax.rewrite_rule import QUOTED, Rewrite, rule

T: Final = r"(?:the )?(?-i:[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*)"  # a defined term
NUMBER: Final = r"\$?\d(?:[\d,.]*\d)?%?"
A: Final = (
    rf"(?:(?:{NUMBER} of )?{T}|{NUMBER}|\([^()]*\))"  # a term, an amount, a share, a value in parentheses
)
PHRASE: Final = r"the (?:greater|lesser|total|average|number|amount|largest|smallest) [^.;]+"
SHARE: Final = r"one half|one third|two thirds|one quarter|three quarters|[\d.]+%"
WORDS: Final = r"(?:[a-z]+[ -])*[a-z]+"
UNIT: Final = r"(?:full |whole |complete )?"

NUMBERS: Final[tuple[Rewrite, ...]] = (
    rule(
        rf"\b(?-i:{WORDS}) (?:percent|per cent|dollars?) \((?P<v>\$?\d[\d,.]*%?)\)",
        "a number is written once, in digits",
        "{v}",
    ),
    rule(
        r"\b(?-i:[a-z]+(?:-[a-z]+)?) \((?P<v>\d[\d,.]*)\) (?P<noun>[a-z]+)",
        "a number is written once, in digits",
        "{v} {noun}",
    ),
    rule(
        rf"the quotient of (?P<a>{A}) (?:and|divided by|over) (?P<b>{A})",
        "a quotient is one value divided by another",
        "{a} divided by {b}, or … if the divisor is zero",
    ),
    rule(
        rf"the excess of (?P<a>{A}) over (?P<b>{A})",
        "an excess is said in one form",
        "the amount by which {a} exceeds {b}",
    ),
    rule(
        rf"the absolute value of (?P<a>{A})",
        "the size of an amount is the greater of it and its reverse",
        "the greater of {a} and ($0 minus {a})",
    ),
    rule(
        rf"the average of (?P<list>{A}(?:, {A})*,? and {A})(?=[.;:,)]| if\b)",
        "an average is of many rows; of several terms it is their sum, divided",
        "({plus}) divided by {count}",
    ),
    rule(
        r"the (?P<which>lesser|greater|lower|higher|larger|smaller) of:? "
        r"(?P<letters>\(a\)(?:[^.]|\.\d)+?)(?=\. |\.$|$)",
        "what is compared has no letters",
        "the {lesser_greater} of {unlettered}",
    ),
    rule(
        rf"the average of (?P<a>{A}),? weighted by (?P<w>{T}),? (?P<here>over (?P<over>[^.,;]+))",
        "the rows stand before their weights",
        "the average of {a} over {over}, weighted by {w}",
    ),
    rule(
        rf"the average of (?P<a>{A}) (?P<here>weighted by (?P<w>{T}) (?:over|across) (?P<over>[^.,;]+))",
        "the rows stand before their weights, which stand behind a comma",
        "the average of {a} over {over}, weighted by {w}",
    ),
    rule(
        rf"the product of (?P<a>{A}) and (?P<b>{PHRASE})",
        "values are multiplied by “times”, and a phrase stands in parentheses",
        "{a} times ({b})",
    ),
    rule(
        rf"the sum of (?P<a>{A}) and (?P<b>{PHRASE})",
        "values are added by “plus”, and a phrase stands in parentheses",
        "{a} plus ({b})",
    ),
    rule(
        rf", (?P<step>increased|reduced) by (?P<here>(?P<p>{SHARE}) of (?P<b>{T}))",
        "a share inside a step stands in parentheses",
        ", {step} by ({p} of {b})",
    ),
    rule(
        rf"the percentage by which (?P<a>{A}) (?P<how>exceeds|is less than|is below|is above) (?P<b>{A})",
        "a change in percent is divided by what it is a change of",
        "(the amount by which {a} {exceeds} {b}) divided by {b}, or 0% if the divisor is zero",
    ),
    rule(
        r"the number of (?:full|whole|complete|completed) years from (?P<a>[^.,;]+?) to (?P<b>[^.,;]+)",
        "whole years are counted in months",
        "(the number of whole months from {a} to {b}) divided by 12, rounded down to the whole number",
    ),
    rule(
        rf"(?P<n>\$[\d,.]+) (?P<here>(?:for|per) (?:each |every )?{UNIT}percentage point "
        rf"(?:by which|that|of) (?P<a>{A}) (?P<how>exceeds|is less than|is below|is above) (?P<b>{A}))",
        "an amount for each percentage point is a hundred times that amount times the distance",
        "{n_hundred} times (the amount by which {a} {exceeds} {b})” or, for full points, “{n_hundred} times "
        "(the amount by which {a} {exceeds} {b}, rounded down to the percentage point)",
    ),
    rule(
        rf"(?P<n>\$[\d,.]+) (?P<here>(?:for|per) (?:each |every )?{UNIT}(?P<noun>(?-i:[a-z]+)) "
        rf"(?:in excess of|above|over|beyond) (?P<b>{A}))",
        "what an amount is paid for is counted by a defined term",
        "{n} per {noun} times (the amount by which … exceeds {b})",
    ),
    rule(
        r"(?P<here>trended (?:forward )?(?:at|by) (?P<p>[\d.]+%)(?: (?:per|a|each) year|annually)?"
        r"(?: for (?P<n>\w+) years)?)",
        "a trend over years is compounded",
        "…, increased by ({p} compounded for {digits} years)",
    ),
    rule(
        r"increased by (?P<p>[\d.]+%) (?P<here>(?:for|in) each (?:performance |contract )?year after the first)",
        "what grows from year to year is carried",
        '"…" means (… in the prior performance year), increased by {p}, or … in the first performance year',
    ),
    rule(
        r"(?P<here>, net of (?P<b>(?-i:[A-Z])[^.,;]*))",
        "a value is taken away by “minus”",
        "(…) minus {b}",
    ),
    rule(
        rf", less (?P<b>{T})(?P<here>)(?=[,.;])",
        "a value is taken away by “minus”; “, less” takes away what was already paid",
        "(…) minus {b}",
    ),
    rule(
        r", (?:less|with|after) (?:an? )?(?:discount|reduction|deduction) of (?P<p>[\d.]+%)",
        "a discount is a step",
        ", reduced by {p}",
    ),
    rule(
        r",? but in any (?:event|case),? not (?P<way>more|less) than",
        "a limit is said in one form",
        ", but not {way} than",
    ),
    rule(
        r"(?P<a>(?:[^\s,]+)(?: of [^,.;]+?)?) if (?P<c>[^,.;]+?) is met(?P<here>(?:,? (?:and|or),? |, but )"
        r"(?P<b>[^,.;]+?) if (?:[^,.;]+? is not met|it is not|not))",
        "what holds in the other case stands behind “otherwise”",
        "{a} if {c} is met, otherwise {b}",
    ),
    rule(
        rf"(?P<name>{QUOTED}) means (?P<here>yes) if (?P<c>[^,.;]+)",
        "a term that is yes or no says when it is met",
        "The {name} is met if {c}.",
    ),
    rule(
        rf"(?P<name>{QUOTED})(?:(?P<pay>: )| (?:means|equals),? )(?:[^:|]*?)"
        r"(?P<here>the sum,? over the rows,? of)",
        "shares of parts are a term of their own, which a payment may take",
        '"…" is the sum, over the rows, of … times the part of … that falls in the row:',
    ),
    rule(
        rf"(?P<name>{QUOTED}) is the sum, (?P<grain>for each [^,]+), over the rows",
        "what a value is for each of stands behind “is”",
        "{name} is, {grain}, the sum, over the rows",
    ),
    rule(
        r", but in performance year (?P<y>\d+),? (?P<v>(?:[^.;]|\.\d)+)",
        "what changes from year to year is a term of its own",
        '"…" is {v} in performance year {y} and … from performance year …',
    ),
    rule(
        r", and what is not returned (?:goes|is paid|is added|is transferred) (?:in)?to [^.,;]+",
        "what is not returned stays with a party; a pool takes it by its own sentence",
        ', and what is not returned stays with the …” and, for the pool, “"…" means … minus …',
    ),
    rule(
        r", due (?:no|not) later than (?P<n>\d+) (?P<unit>days?|months?) (?:after|following|from) "
        r"(?P<event>[^.,;]+)",
        "when a payment is due is said in one form",
        ", due within {n} {unit} after {event}",
    ),
    rule(
        r", (?:due|payable) (?:on|by) the (?P<which>first|last) day of (?:the|each|that) "
        r"(?P<clock>month|quarter|half year|performance year)",
        "when a payment is due is said in one form",
        ", due within 0 days after the {start_end} of the {clock_big}",
    ),
    rule(
        r"\bif (?P<c>[^,;]+), (?P<here>then) (?P<rest>the|no)\b",
        "a condition before a payment goes on without “then”",
        "If {c}, {rest} …",
    ),
    rule(
        r", rounded (?P<mode>half up|half to even|down|up|toward zero) to the (?:nearest )?"
        r"(?P<what>half|quarter)(?P<of> (?-i:[a-z]+(?: [a-z]+)*))?",
        "a value is rounded to a part by rounding its multiple",
        '"Parts" means {parts} times (…), rounded {mode} to the whole number.” and, for the next term, '
        "“Parts divided by {parts}",
    ),
    rule(
        rf"\bis (?P<v>{NUMBER}[a-z ]*) (?P<here>(?:through|until|to) "
        r"(?P<day>(?-i:[A-Z])[a-z]+ \d+, \d{4}))",
        "a value in force says from when",
        "is {v} from … through {day}",
    ),
    rule(
        r"\|\s*(?P<kind>(?:number|count|money|points|rate)[^|]*?)(?P<here>, (?:more|greater|higher) than "
        rf"(?P<v>{NUMBER})|, (?:above|over) (?P<v2>{NUMBER}))",
        "a bound of a column includes its end",
        "{kind}, at least …",
    ),
    rule(
        r"\| (?P<here>number of (?P<noun>(?-i:[a-z]+)))",
        "a whole number of things is a count",
        "count of {noun}",
    ),
    rule(
        r"(?P<a>(?-i:[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*)) (?P<here>%) of (?P<b>(?-i:[A-Z]))",
        "a rate that is a term is multiplied",
        "{a} times {b}…",
    ),
    rule(
        r"\((?P<a>[^()]* in the prior [^()]*)\) (?P<here>moved toward)",
        "what moves is a defined term",
        '"…" means {a}.” and, here, “… moved toward',
    ),
)
