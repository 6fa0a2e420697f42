"""Whole sentences that lawyers write and the language says in another way: the message prints the sentence to
write.

A wording of a word or two is in `wording`; here the whole sentence is turned round, with the words of the
contract in
the rewrite where they can be taken over. Used by `reasons` when a sentence cannot be read, for messages only.
"""

from __future__ import annotations

import re

from vbcdsl.model.kinds import plural
from vbcdsl.syntax.everyday import EVERYDAY
from vbcdsl.syntax.everyday_amounts import AMOUNTS
from vbcdsl.syntax.everyday_numbers import NUMBERS
from vbcdsl.syntax.everyday_programs import LATER, PROGRAMS
from vbcdsl.syntax.rewrite_rule import QUOTED, Rewrite, rule

_Q = QUOTED
_rule = rule

REWRITES: tuple[Rewrite, ...] = (
    # the header
    _rule(
        r"each (?P<noun>\w+)(?: listed in [^.;]*?)? is an? (?P<role>[A-Z]\w+)\b[^.]*",
        "the header names the parties in one form",
        "the {role} is each {noun}.",
    ),
    _rule(
        r"payments are in US dollars, each rounded[^.]*",
        "how payments are rounded is said in one form",
        "amounts are in US dollars and each payment is rounded half up to the cent.",
    ),
    # parties, keys and periods
    _rule(
        r"[\"“]Performance Year[\"”] means each calendar year[^.]*",
        "the performance year is a fact of the header",
        "a performance year is a calendar year.",
    ),
    _rule(
        rf"(?P<name>{_Q}) means an? (?:person|individual|patient)\b[^.]*",
        "a key is declared by the records that list it",
        "… are records, one for each {key} in each Month:",
    ),
    # tables
    _rule(
        rf"(?:The )?(?P<name>{_Q}) (?:is|means|shall be|will be)(?:,? (?:as follows|determined|set))?"
        r"(?: (?:by|from|in|according to|under) the (?:following )?table(?: below)?)?"
        r":\s*\|\s*(?P<subject>(?-i:[A-Z])[^|\n]*?)\s*\|",
        "a table says what chooses its row, and how",
        "{name} is set by {subject}, where exactly one row applies:",
    ),
    _rule(
        rf"(?:The )?(?P<name>{_Q}) (?:is|shall be|will be|depends|varies)(?: (?:determined|set|fixed|based))?"
        r" (?:by|on|upon|with|from|according to|in accordance with) (?:the )?(?P<subject>(?-i:[A-Z])[^:|\n,]*?)"
        r"(?:,? as follows)?:\s*\|",
        "a table says what chooses its row, and how",
        "{name} is set by {subject}, where exactly one row applies:",
    ),
    _rule(
        r"(?:at least|not less than|greater than or equal to) (?P<low>[^|;:,]+?),? (?:but|and) "
        r"(?:less than|below|under) (?P<high>[^|;:,]+?)(?= \|)",
        "a range in a cell says which ends belong to it in one form",
        "from {low} up to but not including {high}",
    ),
    _rule(
        r"(?:more than|greater than|above|over) (?P<low>[^|;:,]+?),? (?:but|and) "
        r"(?:at most|not more than|no more than|less than or equal to) (?P<high>[^|;:,]+?)(?= \|)",
        "a range in a cell says which ends belong to it in one form",
        "above {low} up to and including {high}",
    ),
    _rule(
        rf"(?P<name>{_Q}) is the (?:\w+ )?shown opposite the row that describes (?P<subject>[^:]+):",
        "a table says how its row is chosen in one form",
        "{name} is set by {subject}, where exactly one row applies:",
    ),
    _rule(
        rf"(?P<name>{_Q}) is the total of the following shares of (?P<subject>[^,]+), each applying only to "
        rf"the part of "
        r"[^:]*within its row[^:]*:",
        "a table of shares of parts is introduced in one form",
        "{name} is the sum over the parts of {subject}, where each row applies to the part within it:",
    ),
    _rule(
        r"where the (?:first )?row that applies(?: applies)?:",
        "a table says how its row is chosen in one form",
        "…, where the first row that fits applies:” or “…, where exactly one row applies:",
    ),
    _rule(
        r", the (?:first )?row that applies:",
        "a table says how its row is chosen in one form",
        "…, where the first row that fits applies:” or “…, where exactly one row applies:",
    ),
    _rule(
        r"\| from (?P<a>[^|]+?) to (?P<b>[^|]+?), in a straight line \|",
        "a straight line is written with its own words first",
        "| a straight line from {a} to {b} |",
    ),
    _rule(r"\| an error \|", "a contract does not state errors", "| required |"),
    _rule(
        r"\| no payment \|",
        "what is paid without a value stands in the sentence of the payment",
        "| not scored |” and, in the sentence of the payment, “…, or $0 if it is not scored",
    ),
    # payments and limits
    _rule(
        r"if \(a\) (?P<a>.+?),? and \(b\) (?P<b>.+?), the (?P<rest>\w+ must pay)",
        "a condition before a payment has no letters",
        "If {a} and {b}, the {rest} …",
    ),
    _rule(
        r"must pay (?:the )?(?P<payee>[A-Z][\w ]*?) the (?P<name>"
        + _Q
        + r"),? (?:due )?(?P<due>within [^:]+):(?P<value>[^.]*)",
        "the due date stands behind the amount",
        "… must pay the {payee} the {name}: {value}, due {due}.",
    ),
    _rule(
        r"must (?P<verb>repay|pay) the (?P<name>" + _Q + r")\s*:",
        "the sentence does not say whom money goes to",
        "… must {verb} the Payer the {name}: ….",
    ),
    _rule(
        r"; if it would, (?:the )?(?P<first>[^;,]+?) is reduced first(?:, but not below \$0)?,? and then "
        r"(?:the )?(?P<next>[^;.,]+)",
        "the order of a reduction is said payment by payment, and none goes below $0",
        "…; the {first} is reduced first; the {next} is reduced next.",
    ),
    _rule(
        r"is reduced (?P<order>first|next|last),? but (?:not|never) (?:below|less than) (?:\$0|zero)",
        "no payment is reduced below $0, and the sentence does not say so",
        "… is reduced {order}",
    ),
    _rule(
        r"must not be less than (?P<limit>[^;]+); (?:the )?(?P<name>[A-Z][^;.]*?) is reduced first",
        "a floor raises a payment and reduces none",
        "… must not be less than {limit}; the {name} is increased.” or “…; the Payer must pay the difference.",
    ),
    _rule(
        r", but not (?P<way>less|more) than (?P<limit>[^,.;]+?) if (?P<cond>[^,.;]+)(?=[.,;])",
        "a limit that depends on a condition says what holds otherwise",
        "…, but not {way} than ({limit} if {cond}, otherwise {other})",
    ),
    _rule(
        r"plus simple interest (?:on [^.]+? )?at (?P<rate>\S+(?: \S+)?) (?:from|for) [^.]*",
        "interest is an amount of its own",
        'The … must pay the … the "Interest": simple interest on … at {rate} per year, counting actual days '
        "over 365, from "
        "but not including the due date under section … through the date of payment under section ….",
    ),
    # time
    _rule(
        r"if this agreement (?:ends|terminates)[^:]*: \(a\) no (?P<a>.+?) is due; (?:and )?\(b\) (?:the "
        r")?(?P<b>.+?) is "
        r"prorated by (?P<by>[^.;]+)\.",
        "each consequence of an early end is a sentence about its own payment",
        "Notwithstanding section …, if End Date is given and End Date is before the end of the performance "
        "year, no {a} "
        "is due.” and, in the sentence of the {b}, “…, prorated by {by}",
    ),
    _rule(
        r"if this agreement (?:ends|terminates)[^:]*:.*",
        "each consequence of an early end is a sentence about its own payment",
        "Notwithstanding section …, if End Date is given and End Date is before the end of the performance "
        "year, no … is "
        "due.” and, in the sentence of a prorated payment, “…, prorated by days in force",
    ),
    _rule(
        r"an? (?P<term>[a-z][\w ]*?) not used within (?P<n>\d+) performance years? lapses[^.]*",
        "a lapse names the carried term and from when it counts",
        "An amount of {title} that is not used within {n} performance years after the one in which it arose "
        "lapses; the "
        "oldest amount is used first.",
    ),
    _rule(
        r"(?:is |, )?computed on the whole (?:calendar|performance) year",
        "a value has the period of its own sentence",
        "leave out “for each Quarter” in the sentence that defines it: it then has one value for each "
        "performance year, "
        "which the quarter's payment may use",
    ),
    _rule(
        r"means (?P<value>[^.;:]+?),? (?P<here>for each (?P<grain>[A-Z][^.,;:]*))\.",
        "what a value is for each of stands before it",
        "… means, for each {grain}, {value}.",
    ),
    # measures
    _rule(
        r"the average over (?P<over>[^.,]+? that are scored) of (?P<value>[^.,]+)",
        "what is averaged comes first",
        "the average of {value} over {over}",
    ),
    _rule(
        r", counting an? (?P<key>[A-Z]\w*) that reaches its (?P<target>[^,.]+?) as 100% and any other as 0%",
        "what counts for each is a value in parentheses",
        "…, of (100% if … is at least {target}, otherwise 0%)",
    ),
    _rule(
        r"the share of the (?P<keys>[A-Z][\w ]*?)(?: that are scored)? that are (?P<gate>[A-Z]\w*)",
        "a share of a number is a number divided by a number",
        "(the number of {keys} that are {gate}) divided by (the number of {keys})",
    ),
    _rule(
        rf"(?P<who>an? [A-Z]\w*) is (?P<name>{_Q}) if (?P<value>[A-Z][\w -]*?) is (?P<rest>[^.,]+), "
        r"counting one that is not scored as not met",
        "a condition for each of them says by itself that its value is scored",
        "{who} is {name} if {value} is scored and {value} is {rest}.",
    ),
    _rule(
        r"the number of (?:the )?(?P<keys>[A-Z][\w’' -]*?) "
        r"(?P<here>for whom|for which|who|whose|that have|having)\b",
        "what is counted is chosen behind “where”",
        "the number of {keys} where …",
    ),
    # judgements, readings
    _rule(
        rf"(?P<name>{_Q}) (?:means|is) (?:an amount )?(?:, )?as determined by (?:the )?(?P<party>[A-Z]\w*)[^.]*",
        "what a party determines is said in one form, and its reasons are the note",
        "{name} is determined by the {party} and entered with a note, as money from $0 through ….",
    ),
    _rule(
        rf"the parties construe (?P<what>{_Q}) in section (?P<section>[\d.()a-z]+) as (?P<as>[^.]+)",
        "a recorded reading names its section first",
        "In section {section}, {what} is read as {as}.",
    ),
    # examples
    _rule(
        r"given that (?P<facts>.+?), then (?P<then>.+?)\.",
        "an example says “given …, expect …”",
        "given {facts}, expect {then}.",
    ),
)


def rewrite(sentence: str, at: int) -> tuple[int, int, str, str] | None:
    """The rewrite of words that hold the place `at` of a sentence (or end just before it): their start and
    end, what is wrong,
    and what to write."""
    for each in (*REWRITES, *PROGRAMS, *AMOUNTS, *NUMBERS, *EVERYDAY, *LATER):
        for found in each.pattern.finditer(sentence):
            here = "here" if "here" in each.pattern.groupindex else 0
            if found.start(here) - 2 <= at <= found.end(here) + 1:
                groups = {key: " ".join((value or "").split()) for key, value in found.groupdict().items()}
                name = groups.get("name", "").strip('"“”')
                groups["key"] = groups.get("key") or name
                groups["title"] = groups.get("term", "").title()
                groups["other"] = "$0" if groups.get("way") == "less" else "…"
                groups.update(_other_forms(groups))
                return found.start(), found.end(), each.says, each.write.format_map(_Open(groups))
    return None


def _other_forms(groups: dict[str, str]) -> dict[str, str]:
    """Numbers in digits, nouns in the plural, a list as a sum: what rules take over in another form."""
    number = groups.get("n", "").lower()
    often = groups.get("often", "").lower()
    period = next((clock for word, clock in _OFTEN if word in often), "Performance Year")
    values = [part for part in _AND.split(groups.get("list", "")) if part]
    nth = groups.get("nth", "").lower()
    return {
        "digits": str(_WORDS.index(number) + 1)
        if number in _WORDS
        else {"twice": "2", "double": "2"}.get(number, number),
        "nth_digit": str(_NTH.index(nth) + 1) if nth in _NTH else nth,
        "grain_low": groups.get("grain", "")[:1].lower() + groups.get("grain", "")[1:],
        "equally_": " equally" if groups.get("equally") else "",
        "period": period,
        "more_less": "less" if groups.get("more", "").lower() in ("lower", "less", "smaller") else "more",
        "up_down": "less"
        if groups.get("went", "").lower() in ("decreased", "fallen", "declined")
        else "more",
        "clock_big": groups.get("clock", "").title(),
        "one_less": str(int(number) - 1) if number.isdigit() else number,
        "plus": " plus ".join(values),
        "count": str(len(values)),
        "lesser_greater": "lesser" if groups.get("which", "").lower() in _LESS else "greater",
        "exceeds": "exceeds" if groups.get("how", "").lower() in ("exceeds", "is above") else "is less than",
        "start_end": "end" if groups.get("which", "").lower() == "last" else "start",
        "parts": "2" if groups.get("what", "").lower() == "half" else "4",
        "unlettered": _unlettered(groups.get("letters", "")),
        "n_hundred": _hundredfold(groups.get("n", "")),
        "unit_small": groups.get("unit", "").lower(),
        "unit_many": plural(groups.get("unit", "")),
        "k_many": plural(groups.get("k", "")),
    }


def _unlettered(letters: str) -> str:
    """`(a) X; (b) Y; and (c) Z` as a list of values in parentheses."""
    items = [item for item in re.split(r"[;,]?\s*(?:\b(?:and|or)\s+)?\([a-z]\)\s*", letters) if item]
    *first, last = [f"({item})" for item in items] or [""]
    return f"{', '.join(first)} and {last}" if first else last


def _hundredfold(amount: str) -> str:
    """What $2,000 for each percentage point is for each whole: $200,000."""
    found = re.fullmatch(r"\$([\d,]*\d)(?:\.(\d{2}))?", amount)
    return f"${int(found[1].replace(',', '') + (found[2] or '00')):,}" if found else ""


_LESS = ("lesser", "lower", "smaller")
_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NTH = ("first", "second", "third", "fourth", "fifth")
_OFTEN = (("month", "Month"), ("quarter", "Quarter"), ("semi", "Half Year"), ("half", "Half Year"))
_AND = re.compile(r",?\s+and\s+|,\s+")


class _Open(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"
