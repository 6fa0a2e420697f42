"""Everyday wordings inside a sentence: the message prints the words that the language has for them.

Whole sentences are in `rewrites`, single words in `wording`. A rule is used only where a sentence could not be
read, and only if reading stopped in its words, so that it never changes what a contract means.
"""

from __future__ import annotations

from typing import Final

from vbcdsl.syntax.rewrite_rule import QUOTED, Rewrite, rule

T: Final = r"(?:the )?(?-i:[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*)"  # a defined term
NUMBER: Final = r"\$?\d(?:[\d,.]*\d)?%?"
A: Final = rf"(?:{T}|{NUMBER}|\([^()]*\))"  # a defined term, an amount, a value in parentheses
LIST: Final = rf"{A}(?:, {A})*,? and {A}"
N: Final = r"\d+|one|two|three|four|five|six|seven|eight|nine|ten"
DAY: Final = r"(?:(?-i:[A-Z])[a-z]+ \d+, \d{4}|[^.,;)]+)"
PERIOD: Final = r"(?-i:Month|Quarter|Half Year|Performance Year|Contract Year|Calendar Quarter)"

VALUES: Final[tuple[Rewrite, ...]] = (
    rule(
        rf"the (?:sum|total|aggregate) of (?P<list>{LIST})(?=[.;:,)]| if\b)",
        "values are added by “plus”; “the total of” adds the rows of one",
        "{plus}",
    ),
    rule(
        rf"the difference between (?P<a>{A}) and (?P<b>{A})",
        "a difference says what is taken from what",
        "{a} minus {b}",
    ),
    rule(
        rf"the ratio of (?P<a>{A}) to (?P<b>{A})",
        "a ratio is one value divided by another",
        "{a} divided by {b}, or … if the divisor is zero",
    ),
    rule(
        rf"(?P<a>{T}),? (?:expressed )?as an? (?:percentage|share|proportion|percent|ratio) of (?P<b>{T})",
        "a share is one value divided by another",
        "{a} divided by {b}, or 0% if the divisor is zero",
    ),
    rule(
        rf"the weighted average of (?P<a>{A}) over (?P<over>[^.,]+?),? (?:using|weighted by|with|by) "
        rf"(?P<w>{T})(?: as (?:the )?weights?)?",
        "the weights stand behind “weighted by”",
        "the average of {a} over {over}, weighted by {w}",
    ),
    rule(
        rf"the weighted average of (?P<a>{A})",
        "the weights stand behind “weighted by”",
        "the average of {a}, weighted by …",
    ),
    rule(
        r"the (?P<word>total|average|median|largest|smallest) "
        r"(?P<a>(?-i:[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*)) (?P<rest>over|across|where)\b",
        "what is added or averaged stands behind “of”",
        "the {word} of {a} {rest} …",
    ),
    rule(
        rf"(?P<all>the (?:number|total|average) of [^.;:,()]*? where (?:not )?{T}) "
        rf"(?P<op>divided by|times|plus|minus) (?P<b>{A})(?=[.,;]|$)",
        "what stands behind “where” is read as its condition, to the end",
        "({all}) {op} {b}",
    ),
    rule(
        rf"the (?:highest|largest|greatest|maximum|max|most) of (?P<list>{LIST})",
        "values are compared by “the greater of”",
        "the greater of {list}",
    ),
    rule(
        rf"the (?:lowest|smallest|least|minimum|min) of (?P<list>{LIST})",
        "values are compared by “the lesser of”",
        "the lesser of {list}",
    ),
    rule(
        r",? but (?:in no (?:event|case)|never|at no time|under no circumstances) (?:be )?"
        r"(?:more|greater|higher) than",
        "a limit is said in one form",
        ", but not more than",
    ),
    rule(
        r",? but (?:in no (?:event|case)|never|at no time|under no circumstances) (?:be )?"
        r"(?:less|lower|fewer) than",
        "a limit is said in one form",
        ", but not less than",
    ),
    rule(
        r"not (?P<way>less|more) than (?P<here>zero)\b",
        "a number is written in digits, with its unit",
        "not {way} than $0” or “not {way} than 0%",
    ),
    rule(
        r", rounded to (?P<n>two|three|four|five|six|\d+) (?:decimals|decimal places|places)",
        "a rounding says how a half is rounded",
        ", rounded half up to {digits} decimal places",
    ),
    rule(
        r"(?<=[\w)%]) (?P<here>rounded (?P<mode>half up|half to even|down|up|toward zero))\b",
        "a step begins with a comma",
        "…, rounded {mode} …",
    ),
    rule(
        rf", or (?P<v>{A}) if (?:it is |they are )?"
        r"(?:not scored|missing|unscored|not available|unavailable|not given)",
        "what stands for a value that is not scored is said in one form",
        ", or {v} if it is not scored",
    ),
    rule(
        rf"(?P<a>{T}) if (?:it is )?scored, otherwise (?P<v>{A})",
        "what stands for a value that is not scored is said in one form",
        "{a}, or {v} if it is not scored",
    ),
    rule(r"(?P<n>\$[\d,.]+) PMPM\b", "the unit of an amount is written out", "{n} per member per month"),
    rule(
        r", but not (?:more|less) than \$[\d,.]+ (?P<here>(?:per|a|in each|in any|in a|for each|for the) "
        r"(?P<often>month|quarter|half[ -]year|(?:performance |contract |calendar )?year|annum))\b",
        "the period of a limit stands behind “for each”",
        "for each {period}",
    ),
    rule(
        rf"(?P<name>{QUOTED}) is (?P<v>-?\$[\d.,]*\d) per (?:(?-i:[A-Z])\w+ )*?"
        r"(?P<unit>\w+(?: months?| years?)?(?: per \w+)?)(?=\.(?:\s|$))",
        "a value that never changes is defined",
        "{name} means {v} per {unit_small}.",
    ),
    rule(
        r"(?P<n>\$[\d,.]+) per (?:(?-i:[A-Z])\w+ )*?"
        r"(?P<unit>(?-i:[A-Z])\w+\b(?: (?-i:Month|Year)\b)?(?: per \w+\b)?)(?! (?-i:[A-Z]))",
        "the unit of an amount is written in small letters",
        "{n} per {unit_small}",
    ),
    rule(
        rf"(?P<a>{T}) per (?P<unit>(?-i:[A-Z])[\w-]*)",
        "an amount per unit is an amount divided by a number",
        "{a} divided by (the number of {unit_many})",
    ),
    rule(
        rf"(?P<p>[\d.]+%) of (?P<a>{T}) (?:above|over|in excess of|exceeding|greater than) (?P<edge>[^.,;]+)",
        "the part above an edge is “the amount by which”",
        "{p} of (the amount by which {a} exceeds ({edge}))",
    ),
    rule(
        rf"of the first (?P<x>\$[\d,.]+|[\d.]+%) of (?P<a>{T})[^.;]*",
        "shares of parts stand in a table",
        '"…" is the sum, over the rows, of Share times the part of {a} that falls in the row: '
        "| Part of {a} | Share |",
    ),
    rule(
        rf"the total of (?P<a>{T}) for (?:the )?(?P<c>{T}) (?P<v>{QUOTED})",
        "rows are chosen behind “where”",
        "the total of {a} where {c} is {v}",
    ),
    rule(
        r"(?P<word>where|of|over) (?P<a>[^.,;]+?),? "
        r"(?P<here>excluding|except(?: for)?|other than|without)\b[^.,;]*",
        "rows are left out by a condition behind “where”",
        '{word} {a} where … is not "…"',
    ),
    rule(
        rf"the product of (?P<a>{A}) and (?P<b>{A})",
        "values are multiplied by “times”",
        "{a} times {b}",
    ),
    rule(
        rf"the (?P<word>total|number|average|largest|smallest|median) of (?P<a>{T}) (?P<here>in the prior) "
        r"(?P<p>performance year|month|quarter|half year)",
        "what is taken from another period is a defined term",
        '"…" means the {word} of {a}.” and, here, “… in the prior {p}',
    ),
    rule(
        rf"means (?P<v>{NUMBER}) (?P<here>for) (?:the )?"
        rf"(?P<c>(?-i:[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*)) {QUOTED}",
        "a value for each of several texts stands in a table",
        "… is set by {c}, with one row for each {c}:",
    ),
    rule(
        rf"among the (?P<k>{T}) (?P<here>with|having|whose) ",
        "who shares in a pool is said behind “for whom”",
        "among the {k} for whom … is …",
    ),
    rule(
        rf"the number of (?:the )?(?P<keys>{T}) (?P<here>with) ",
        "what is counted is chosen behind “where”",
        "the number of {keys} where …",
    ),
)

PRIOR = r"in the (?:prior|previous|preceding) (?:performance |contract )?year"
ABOVE = r"(?:above|over|more than|higher than|greater than|better than)"
CONDITIONS: Final[tuple[Rewrite, ...]] = (
    rule(
        rf"one of (?P<texts>{QUOTED}(?:, {QUOTED})*), (?P<last>{QUOTED})\s*(?=\|)",
        "the last of several texts stands behind “or”",
        "one of {texts} or {last}",
    ),
    rule(
        rf"(?P<a>{T}) is (?P<more>higher|more|greater|larger|lower|less|smaller) than "
        rf"(?:it was )?(?:{PRIOR}|last year)",
        "what is compared stands on both sides",
        "{a} is {more_less} than {a} in the prior performance year",
    ),
    rule(
        rf"(?P<a>{T}) (?:has |have )?(?P<went>improved|increased|risen|grown|decreased|fallen|declined) "
        r"(?:since|over|from|compared (?:with|to)) (?:the )?(?:prior|previous|preceding|last) "
        r"(?:performance |contract )?year",
        "a change is said by a comparison",
        "{a} is {up_down} than {a} in the prior performance year",
    ),
    rule(
        rf"is (?P<word>at least|more than) (?P<by>[\d.]+ percentage points?) {ABOVE} (?P<b>{T}) {PRIOR}",
        "a distance is added to what is compared",
        "is {word} (({b} in the prior performance year) plus {by})",
    ),
    rule(
        rf"is (?P<word>at least|more than) (?P<by>[\d.]+ percentage points?) {ABOVE} (?P<b>{T})",
        "a distance is added to what is compared",
        "is {word} ({b} plus {by})",
    ),
    rule(
        rf"(?P<word>at least|more than|less than|at most|above|below) "
        rf"(?P<here>\(?(?P<a>{T}) in the prior performance year\)?, or "
        rf"(?P<v>{A}|not scored) in the first performance year)",
        "in a condition the value of the first year stands in the parentheses",
        "({a} in the prior performance year, or {v} in the first performance year)",
    ),
    rule(
        r"is (?:at or above|at or over|equal to or (?:above|more than|greater than))",
        "a comparison is said in one form",
        "is at least",
    ),
    rule(
        r"is (?:at or below|at or under|equal to or (?:below|less than))",
        "a comparison is said in one form",
        "is at most",
    ),
    rule(
        rf"is (?:either )?(?P<texts>{QUOTED}(?:, {QUOTED})*,? or {QUOTED})",
        "one of several texts is said in one form",
        "is one of {texts}",
    ),
    rule(
        rf"(?:equals|is equal to|is exactly|=) (?P<text>{QUOTED})", "a text is compared by “is”", "is {text}"
    ),
    rule(rf"(?P<a>{T}) is true\b", "a yes or no stands by itself", "{a}"),
    rule(rf"(?P<a>{T}) is false\b", "a yes or no stands by itself", "not {a}"),
    rule(
        r"is (?:no|not) later than (?P<day>" + DAY + r")",
        "a day is compared by “on or before”",
        "is on or before {day}",
    ),
    rule(
        r"is (?:no|not) (?:earlier|sooner) than (?P<day>" + DAY + r")",
        "a day is compared by “on or after”",
        "is on or after {day}",
    ),
    rule(
        r"is within (?P<n>\d+) (?P<unit>days?|months?|years?) (?P<rest>after|of) (?P<event>[^.,;)]+)",
        "a day is compared by “on or before”",
        "is on or before {n} {unit} after {event}",
    ),
    rule(r"if (?P<here>both) (?P<a>[^.;]+?) and\b", "“and” says it alone", "if {a} and …"),
    rule(r"if (?P<here>either) (?P<a>[^.;]+?) or\b", "“or” says it alone", "if {a} or …"),
    rule(
        rf"(?P<word>at least|at most|exactly|more than|fewer than) (?P<n>{N}) (?=of|(?-i:[A-Z]))",
        "a number is written in digits",
        "{word} {digits}",
    ),
    rule(
        rf"(?:if|where) (?P<here>(?P<n>{N}) (?P<rest>of the|or more of the|or more))\b",
        "a count says which side it means",
        "at least {digits} of the …” or “exactly {digits} of the …",
    ),
    rule(
        rf"(?:a majority|most|more than half) of the (?P<k>{T})",
        "a majority is a percentage",
        "more than 50% of the {k}",
    ),
    rule(
        r"(?:every|each) (?P<k>(?-i:[A-Z])[\w-]*) (?:has|meets) (?P<rest>[^.,;]+)",
        "a condition on all of them is said in one form",
        "all of the {k_many} have {rest}",
    ),
    rule(
        r"no (?P<k>(?-i:[A-Z])[\w-]*) (?:has|meets) (?P<rest>[^.,;]+)",
        "a condition on none of them is said in one form",
        "none of the {k_many} have {rest}",
    ),
    rule(r"is met unless (?P<c>[^.]+)", "a gate says when it is met", "is met if not …"),
    rule(
        r"(?P<a>\S+) is between (?P<low>\S+) and (?P<high>[^\s,]+),? inclusive",
        "both ends are said by their words",
        "{a} is at least {low} and {a} is at most {high}",
    ),
    rule(
        r"\bis (?!met\b|not\b|scored\b|given\b|yes\b|no\b|satisfied\b|achieved\b|passed\b|reached\b|fulfilled\b)"
        r"(?P<here>(?P<text>(?-i:[a-z])[a-z-]*))(?=[.,;)|]| and\b| or\b)",
        "a text stands in quotation marks",
        'is "{text}"',
    ),
)

PAYMENTS: Final[tuple[Rewrite, ...]] = (
    rule(
        rf"must (?P<verb>pay|repay) to (?P<who>{T})", "the party stands behind the verb", "must {verb} {who}"
    ),
    rule(
        rf"must (?P<verb>pay|repay) (?P<who>{T}) an? (?P<name>{QUOTED})"
        r"(?:,? (?:equal to|of|in the amount of|amounting to))?",
        "a payment has its name, and a colon before the amount",
        "must {verb} {who} the {name}: …",
    ),
    rule(
        rf"the (?P<name>{QUOTED}),? (?P<here>of|equal to|in the amount of|amounting to|which is)\b",
        "a colon stands before the amount",
        "the {name}: …",
    ),
    rule(
        rf"must (?P<verb>pay|repay) (?P<here>each) (?P<k>{T}) the (?P<name>{QUOTED})",
        "a payment goes to a party of the header, and says for each of whom it is",
        "must {verb} the … the {name}, for each {k}: …",
    ),
    rule(
        r", due (?:by|on) the (?P<n>\d+)(?:st|nd|rd|th) (?:day )?of "
        r"(?:the (?:following|next)|each following|next) (?P<clock>month|quarter)",
        "when a payment is due is said in one form",
        ", due within {n} days after the end of the {clock_big}",
    ),
    rule(
        r", due (?:by|on) the (?P<n>\d+)(?:st|nd|rd|th) (?:day )?of (?:the|each|that) (?P<clock>month|quarter)",
        "when a payment is due is said in one form",
        ", due within {one_less} days after the start of the {clock_big}",
    ),
    rule(r", payable (?P<rest>within|by|on)\b", "when a payment is due is said in one form", ", due {rest}"),
    rule(
        r", (?:no|not) later than (?P<day>(?-i:[A-Z])\w+ \d+) (?:after|following) (?P<event>[^.,;]+)",
        "when a payment is due is said in one form",
        ", due by {day} after {event}",
    ),
    rule(
        r", (?:no|not) later than (?P<n>\d+) (?P<unit>days?|months?) (?:after|following) (?P<event>[^.,;]+)",
        "when a payment is due is said in one form",
        ", due within {n} {unit} after {event}",
    ),
    rule(
        rf"(?P<name>{QUOTED})(?!, (?:for|in) each),? (?:in |for |during |at the end of )?"
        rf"each (?P<clock>{PERIOD})\s*:",
        "the periods of a payment are said in one form",
        "{name}, for each {clock}:",
    ),
    rule(
        rf"(?P<name>{QUOTED}),? (?P<often>monthly|quarterly|semi-?annually|half-?yearly|annually|yearly)\s*:",
        "the periods of a payment are said in one form",
        "{name}, for each {period}:",
    ),
    rule(
        r"may (?:retain|keep) (?P<what>[^.]+)",
        "what a party keeps moves no money",
        'leave it out, or define it: “"Kept Amount" means {what}',
    ),
)

TIME: Final[tuple[Rewrite, ...]] = (
    rule(
        rf"(?P<n>{N}) (?:performance |contract )?years? (?:earlier|before|ago|previously|prior)\b",
        "a value of some years before is said in one form",
        "{digits} performance years earlier",
    ),
    rule(
        r"in the (?:second|2nd) (?:prior|preceding|previous) (?:performance |contract )?year",
        "a value of some years before is said in one form",
        "2 performance years earlier",
    ),
    rule(
        r"in the (?:third|3rd) (?:prior|preceding|previous) (?:performance |contract )?year",
        "a value of some years before is said in one form",
        "3 performance years earlier",
    ),
    rule(
        rf", or (?P<v>{A}) (?P<here>in performance years 1 (?:and|through)) (?P<n>\d+)",
        "the years that have no earlier value are said in one form",
        ", or {v} in the first {n} performance years",
    ),
    rule(
        rf"(?:the )?(?:(?:prior|previous|preceding) (?:performance |contract )?year|last year)[’'`]?s? (?P<a>{T})",
        "the year before is said in one form",
        "{a} in the prior performance year",
    ),
    rule(
        rf"its (?P<a>{T}) in the prior performance year",
        "a name stands for the party's own value",
        "{a} in the prior performance year",
    ),
    rule(
        rf"(?P<a>{T}) for (?:the )?(?-i:[A-Z]\w+(?: [A-Z]\w+)*) (?P<key>{QUOTED})",
        "the value of one key is said in one form",
        "{a} for {key}",
    ),
    rule(rf"(?P<a>{T}) of (?P<key>{QUOTED})", "the value of one key is said in one form", "{a} for {key}"),
    rule(
        rf"the (?P<key>{QUOTED}) (?P<a>(?-i:[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*))(?=[.,;)]| (?-i:[a-z]))",
        "the value of one key is said in one form",
        "{a} for {key}",
    ),
    rule(
        r"(?P<v>\$?[\d.,]+%?) (?P<here>thereafter|afterwards|subsequently)",
        "a later value says from when it holds",
        "{v} from performance year …” or “{v} from January 1, …",
    ),
    rule(
        r"\bin (?P<here>(?P<year>20\d\d))(?!\d)", "a year is a performance year", "in performance year {year}"
    ),
    rule(
        rf"(?P<name>{QUOTED}) is (?P<v>-?\$?[\d.,]*\d%?)(?=\.(?:\s|$))",
        "a value that never changes is defined",
        "{name} means {v}.",
    ),
    rule(
        r"(?:for|of|during) (?:the )?(?:prior|previous|preceding|last) (?:contract |performance )?year\b",
        "the year before is said in one form",
        "in the prior performance year",
    ),
    rule(
        rf"the (?:cumulative|running) (?:total|sum) of (?P<a>{T})",
        "a running total says from when it runs",
        "the total of {a} from the start of the Performance Year through that Quarter",
    ),
    rule(
        rf"the (?P<n>{N})[- ]year (?:rolling |moving )?(?P<word>average|total) of (?P<a>{T})",
        "a window of years stands behind “over”",
        "the {word} of {a} over the {digits} performance years ending with it",
    ),
    rule(
        rf"over the (?:last|past|prior|previous|most recent) (?P<n>{N}) (?:performance |contract )?years",
        "a window of years is said in one form",
        "over the {digits} performance years ending with it",
    ),
    rule(
        r"over all (?:performance |contract )?years",
        "a window of years says how many",
        "over the 3 performance years ending with it",
    ),
    rule(rf"in the same (?P<c>{T})", "the others of a group are said in one form", "in that {c}"),
    rule(
        rf"the percentile rank of (?P<a>{T})(?: (?:across|among)[^.;]*)?",
        "a percentile rank is made of the rank and the number of those that are scored",
        "the rank of {a} across all …, lowest first, ties sharing the better rank” for one term, and for the next "
        "“(that minus 1) divided by (the number of … where {a} is scored)",
    ),
    rule(
        rf"the (?:ranking|place|position) of (?P<a>{T}) (?P<word>across|among) all (?P<k>{T})",
        "a rank says which end is first and how equal values share it",
        "the rank of {a} {word} all {k}, highest first, ties sharing the better rank",
    ),
    rule(
        rf"(?:the percentile|the percentile in which|the percentile at which) (?:of )?(?P<a>{T})"
        r"(?: (?:falls|is|lies|ranks))? (?:across|among|within) [^.;]*",
        "a percentile of the parties' own values is an edge, and a place among them is a rank",
        "the rank of {a} across all …, lowest first, ties sharing the better rank",
    ),
    rule(
        rf"(?P<k>{T}) is (?P<here>(?:in|among) the top (?:quartile|quarter|25%) (?:of|by|in|for) (?P<a>{T}))",
        "a quartile is a percentile of its own",
        "{a} is at least (the 75th percentile, by nearest rank, of {a} across all …)",
    ),
    rule(
        rf"(?P<k>{T}) is "
        rf"(?P<here>(?:among|one of) the (?P<n>{N}) (?:highest|best|largest|top) (?:in|by|for|of) (?P<a>{T}))",
        "a place is a rank",
        "(the rank of {a} across all …, highest first, ties sharing the better rank) is at most {digits}",
    ),
    rule(
        rf"the (?P<p>\d+(?:st|nd|rd|th)) percentile (?:across|among|of) all (?P<k>{T})(?=[.,;)]| and\b| or\b)",
        "a percentile says of what and how",
        "(the {p} percentile, by nearest rank, of … across all {k})",
    ),
    rule(
        rf"the rank of (?P<a>{T}) (?P<word>across|among) all (?P<k>{T})(?=[.,;])",
        "a rank says which end is first and how equal values share it",
        "the rank of {a} {word} all {k}, highest first, ties sharing the better rank",
    ),
    rule(
        rf"the top (?:quartile|25%) of (?P<a>{T})",
        "a quartile is a percentile of its own",
        "the 75th percentile, by nearest rank, of {a} across all …",
    ),
)

EVERYDAY: Final = (*VALUES, *CONDITIONS, *PAYMENTS, *TIME)
