"""The likeliest intention behind a sentence that cannot be read, one function for each.

Each looks at the place where reading stopped and gives a diagnostic, or None; `REASONS` has them in the order in
which they are tried.
"""

from __future__ import annotations

import difflib
import re

from vbcdsl.diagnostics import Diagnostic
from vbcdsl.diagnostics.suggest import nearest
from vbcdsl.model.kinds import plural
from vbcdsl.syntax.mixed import mixed
from vbcdsl.syntax.rewrites import rewrite
from vbcdsl.syntax.stop import REFUSED, Stop, advice
from vbcdsl.syntax.wording import date_in_numbers, number_word, sign_at, usual_wording


def _end(stop: Stop) -> Diagnostic | None:
    if stop.position < stop.unit.end:
        return None
    last = max(stop.unit.end - 1, stop.unit.start)
    text = stop.text[stop.unit.start : stop.unit.end]
    if text.count("(") > text.count(")") and "RPAR" in stop.expected and "DOT" not in stop.expected:
        return _parenthesis(stop)
    if "DOT" in stop.expected:
        return stop.say(
            "VBC1002",
            "the sentence has no full stop at its end",
            last,
            stop.unit.end,
            "end it with “.”",
            text[-1:] + ".",
        )
    if ", otherwise" in stop.phrases:
        return stop.say(
            "VBC1005",
            "an “if” without “otherwise” leaves open what is due in the other case",
            last,
            stop.unit.end,
            "add “, otherwise $0” (or what is due then)",
        )
    if {"ROW_END", "VBAR"} & set(stop.expected):
        return stop.say(
            "VBC1010", "this row of the table is not complete", last, stop.unit.end, "end each row with “|”"
        )
    return stop.say("VBC1001", "the sentence ends too early", last, stop.unit.end, advice(stop))


def _rewrite(stop: Stop) -> Diagnostic | None:
    """A sentence that the language turns round: the rewrite with the words of this one."""
    found = rewrite(stop.text[stop.unit.start : stop.unit.end], stop.position - stop.unit.start)
    if found is None:
        return None
    start, end, says, write = found
    return stop.say("VBC1031", says, stop.unit.start + start, stop.unit.start + end, f"write “{write}”")


def _phrase_as_operand(stop: Stop) -> Diagnostic | None:
    """`times the lesser of …`, `at least the average of …`: a phrase inside arithmetic, or on the right of a
    comparison, stands in parentheses."""
    before = re.search(
        r"\b(times|plus|minus|divided\s+by|of|at\s+least|at\s+most|more\s+than|less\s+than|exactly|above|below)"
        r"\s+(?:the\s+)?$",
        stop.before,
    )
    phrase = re.match(
        r"(?:the\s+)?(lesser|greater|total|number|average|largest|smallest|median|amount)\s+(?:of|by\s+which)\b",
        stop.rest,
    )
    if before is None or phrase is None:
        return None
    words = phrase.group(0).removeprefix("the ")
    inside = "arithmetic" if re.match(r"times|plus|minus|divided|of", before.group(1)) else "a comparison"
    return stop.here(
        "VBC1006",
        f"“the {words}” inside {inside} needs parentheses, so that its end can be seen",
        f"write “{' '.join(before.group(1).split())} (the {words} …)”",
    )


def _amendment_prose(stop: Stop) -> Diagnostic | None:
    if stop.unit.kind != "amendment" or not re.search(r"\.\s*$", stop.before):
        return None
    return stop.here(
        "VBC7001",
        "this is not a sentence of an amendment",
        'write “Section 4.2 is amended by replacing "…" with "…".”, “Section 4.2 is replaced: …”, '
        "“A new section 4.9 is added: …” or “Section 4.2 is deleted and its number is reserved.”",
    )


def _next_sentence(stop: Stop) -> Diagnostic | None:
    """A full stop is missing before words that begin the next sentence of the header, or the next section."""
    if "DOT" not in stop.expected:
        return None
    header = (
        r"(?:the\s+[A-Z]|contract\s+[\"“]|language\s+version|effective\b|in\s+force\b|a\s+performance"
        r"|amounts\s+are)"
    )
    begins = (
        re.match(header, stop.rest) if stop.unit.kind == "header" else re.match(r"\d+(?:\.\d+)+\s", stop.rest)
    )
    if not begins:
        return None
    code = re.sub(r"--[^\n]*", lambda m: " " * len(m.group(0)), stop.before).rstrip()
    at = stop.unit.start + max(len(code) - 1, 0)
    return stop.say(
        "VBC1002",
        "the sentence has no full stop at its end",
        at,
        at + 1,
        "end it with “.”",
        stop.text[at : at + 1] + ".",
    )


def _quotation(stop: Stop) -> Diagnostic | None:
    found = re.match(r"[\"“][^\"”\n]*(?=\n|$)", stop.rest)
    if not found:
        return None
    return stop.say(
        "VBC1025",
        "this quotation mark is not closed",
        stop.position,
        stop.position + 1,
        'a text in quotation marks is closed on its own line: “"Savings" means …”',
    )


def _range_in_a_cell(stop: Stop) -> Diagnostic | None:
    found = re.match(r"(?:-|–|—|to\b|through\b|until\b)\s*(\$?\d[\d,.]*%?)", stop.rest)
    first = re.search(r"\|\s*(?:from\s+)?(\$?\d[\d,.]*%?)\s*$", stop.before)
    if not found or not first:
        return None
    low, high = first.group(1), found.group(1)
    if low[-1] != "%" and high[-1] == "%":
        low += "%"
    start = stop.unit.start + first.start(1)
    right = f"from {low} up to but not including {high}"
    words = " ".join(stop.text[start : stop.position + found.end()].split())
    return stop.say(
        "VBC1022",
        f"“{words}” does not say which end is included",
        start,
        stop.position + found.end(),
        f"write “{right}” or “above {low} up to and including {high}”",
    )


def _date(stop: Stop) -> Diagnostic | None:
    found = date_in_numbers(stop.text, stop.position, stop.unit.start)
    if not found:
        return None
    start, end, right = found
    return stop.say(
        "VBC1028",
        f"“{stop.text[start:end]}” is a date that can be read in two ways",
        start,
        end,
        f"write “{right}”, if that is meant",
        right,
    )


def _number(stop: Stop) -> Diagnostic | None:
    found = number_word(stop.before, stop.rest)
    if not found:
        return None
    back, wrong, right = found
    start = stop.position - back
    return stop.say(
        "VBC1029",
        f"“{wrong}” is not how a number is written here",
        start,
        start + len(wrong),
        f"write “{right}”",
        right,
    )


def _instead(stop: Stop) -> Diagnostic | None:
    if not re.match(r"following\s+table\s+applies", stop.rest):
        return None
    return stop.here(
        "VBC2023",
        "the sentence does not say from when its table applies",
        "begin it with “From January 1, 2025 through December 31, 2025, the following table …”",
    )


def _anything(stop: Stop) -> Diagnostic | None:
    found = re.search(r"\b[Nn]otwithstanding\s+", stop.before + stop.rest[:30])
    if not found or not re.match(
        r"(?:notwithstanding\s+)?(?:anything|any\s|the\s+foregoing|the\s+above)", stop.rest, re.I
    ):
        return None
    start = stop.unit.start + found.start()
    return stop.say(
        "VBC1004",
        "the sentence does not say which section it prevails over",
        start,
        start + len("notwithstanding"),
        "name it: “Notwithstanding section 4.5,”; a second section gets a "
        "“Notwithstanding section …,” of its own",
    )


def _nameless(stop: Stop) -> Diagnostic | None:
    """A payment without its name, a condition in a list without its letter."""
    if "PARA_NO" in stop.expected and "QUOTED" not in stop.expected and "TERM" not in stop.expected:
        return stop.here(
            "VBC1001",
            "each condition of a list has a letter",
            "write “(a) …; (b) …; (c) …”",
        )
    verb = re.search(
        r"\bmust\s+(?:pay|repay|withhold\s+from|return\s+to)\s+(?:the\s+)?[A-Z][\w ]*$", stop.before
    )
    if verb and stop.phrases == ("the",):
        return stop.here(
            "VBC1001",
            "the payment has no name",
            'give it one in quotation marks: “must pay the Provider the "Bonus": …”',
        )
    return None


def _unless(stop: Stop) -> Diagnostic | None:
    if not re.match(r"unless\b", stop.rest, re.I) or not re.fullmatch(r"\s*[\d.]*\s*", stop.before):
        return None
    return stop.say(
        "VBC1004",
        "“Unless” does not begin a sentence of this language",
        stop.position,
        stop.position + len("unless"),
        "write “If the … is not met, …”, or put it at the end: “…, unless …”",
    )


def _usual(stop: Stop) -> Diagnostic | None:
    found = usual_wording(stop.text, stop.position, stop.unit.start, stop.unit.end)
    if not found:
        return None
    start, end, right = found
    wrong = " ".join(stop.text[start:end].split())
    if right == f", {wrong}":
        return stop.say(
            "VBC1004", f"a comma is missing before “{wrong}”", start, end, f"write “{right}”", right
        )
    return stop.say(
        "VBC1004", f"“{wrong}” is not a phrase of this language", start, end, f"write “{right}”", right
    )


def _plain_is(stop: Stop) -> Diagnostic | None:
    """`Score is 0%`, `Score is not 5`: a value is compared by a boundary word."""
    value = r"(?:(?:-|minus\s+)?\$?\d[\d,.]*%?(?:\s+percentage\s+points?)?|(?:the\s+)?[A-Z][\w’' -]*?)"
    plain = re.search(rf"\bis\s+({value})\s*$", stop.before) if "or more" in stop.phrases else None
    negated = re.match(value, stop.rest) if re.search(r"\bis\s+not\s+$", stop.before) else None
    if plain is not None:
        start, end, word = stop.unit.start + plain.start(), stop.unit.start + plain.end(1), "is exactly"
        said = plain.group(1)
    elif negated is not None and re.match(r"[-$\d]|minus\b", negated.group(0)):
        back = re.search(r"\bis\s+not\s+$", stop.before)
        assert back is not None
        start, end, word = stop.unit.start + back.start(), stop.position + negated.end(), "is not exactly"
        said = negated.group(0)
    else:
        return None
    right = f"{word} {' '.join(said.split())}"
    wrong = " ".join(stop.text[start:end].split())
    return stop.say(
        "VBC1004",
        f"“{wrong}” is not a phrase of this language: a value is compared with a boundary word",
        start,
        end,
        f"write “{right}” (or “is at least …”, “is more than …”)",
        right,
    )


def _sign(stop: Stop) -> Diagnostic | None:
    defining = bool(re.fullmatch(r"\s*\d[\d.]*\s+(?:The\s+)?[\"“][^\"”]*[\"”]\s*", stop.before))
    found = sign_at(stop.rest, defining)
    if not found or (found[0] == "%" and not re.search(r"\d\s*$", stop.before)):
        return None
    sign, word = found
    end = stop.position + len(sign)
    return stop.say(
        "VBC1023",
        f"“{sign}” is a sign, and a contract is written in words",
        stop.position,
        end,
        f"write “{word}”",
        word,
    )


def _parenthesis(stop: Stop) -> Diagnostic | None:
    if re.match(r"\)", stop.rest) and "RPAR" not in stop.expected:
        return stop.here("VBC1024", "this parenthesis closes nothing", "delete it, or open one before it")
    if not (re.match(r"[.,;|]", stop.rest) or not stop.rest) or "RPAR" not in stop.expected:
        return None
    depth, opened = 0, -1
    for index, char in enumerate(stop.before):
        if char == "(":
            depth, opened = depth + 1, index if depth == 0 else opened
        elif char == ")":
            depth -= 1
    if depth < 1:
        return None
    start = stop.unit.start + opened
    return stop.say(
        "VBC1024",
        "this parenthesis is not closed",
        start,
        start + 1,
        "close it with “)” after the inner value",
    )


def _year_of_example(stop: Stop) -> Diagnostic | None:
    """`given performance year 1`: an example says its year in a phrase of its own."""
    behind = re.search(r"\bgiven\s+(?:the\s+)?((?:in\s+)?(?:Performance\s+Year\s+)?)$", stop.before)
    found = re.match(r"(?:in\s+)?(?:performance\s+year\s+)?(\d+)\b", stop.rest, re.I)
    if behind is None or found is None or "year" not in (behind.group(1) + found.group(0)).lower():
        return None
    return stop.say(
        "VBC1004",
        "an example says its performance year in other words",
        stop.unit.start + behind.start(1),
        stop.position + found.end(),
        f"write “given the performance year is {found.group(1)}, …”",
    )


def _share_of(stop: Stop) -> Diagnostic | None:
    """`the share of Measures where …`: a share is one number divided by another."""
    found = re.match(
        r"(?:the\s+)?(share|percentage|proportion|fraction|percent)\s+of\s+(?:the\s+)?([A-Z][\w’' -]*?)"
        r"(?:\s+(?:where|that|with|whose)\b|[,.])",
        stop.rest,
    )
    if found is None:
        return None
    of = " ".join(found.group(2).split())
    return stop.say(
        "VBC1004",
        f"“the {found.group(1)} of” is not a phrase of this language: a share is one number divided by another",
        stop.position,
        stop.position + found.end(2),
        f"write “(the number of {of} where …) divided by (the number of {of}), or 0% if the divisor is zero”",
    )


def _bare_text(stop: Stop) -> Diagnostic | None:
    """A text in a row of a table without its quotation marks."""
    found = re.match(r"([a-z][^|\n\"“]*?)\s*\|", stop.rest)
    if found is None or "QUOTED" not in stop.expected or not re.search(r"\|\s*$", stop.before):
        return None
    return stop.say(
        "VBC1001",
        f"“{found.group(1)}” is a text, and stands without quotation marks",
        stop.position,
        stop.position + len(found.group(1)),
        f'write “"{found.group(1)}"”; what is computed is a defined term, a number or a condition',
        f'"{found.group(1)}"',
    )


def _small_letters(stop: Stop) -> Diagnostic | None:
    """A declared name without its capitals."""
    if "TERM" not in stop.expected or not re.match(r"[a-z]", stop.rest):
        return None
    low = " ".join(stop.rest[:120].lower().split())
    for name in sorted(stop.names, key=lambda n: (-len(n), n)):
        if re.match(re.escape(name.lower()) + r"(?![\w-])", low):
            there = re.match(r"\s+".join(map(re.escape, name.split())), stop.rest, re.I)
            end = stop.position + (len(there.group(0)) if there else len(name))
            return stop.say(
                "VBC1026",
                f"“{stop.text[stop.position : end]}” has small letters, and the defined term is “{name}”",
                stop.position,
                end,
                f"write “{name}”",
                name,
            )
    return None


def _not_quoted(stop: Stop) -> Diagnostic | None:
    """`2.1 Savings means …`: where a term is defined it stands in quotation marks."""
    found = re.match(
        r"(?:the\s+)?([A-Z][\w’'\- ]*?)\s+(?:means|is\s+met\s+if|is\s+set\s+by|are\s+records|is\s+the\s+sum)\b",
        stop.rest,
    )
    if not found:
        found_before = re.search(r"\d\s+(?:The\s+)?([A-Z][\w’'\- ]*?)\s+$", stop.before)
        if not found_before or not re.match(r"means\b|is\s+set\s+by|is\s+met\s+if", stop.rest):
            return None
        start, name = stop.unit.start + found_before.start(1), found_before.group(1)
    else:
        start, name = stop.position + found.start(1), found.group(1)
    return stop.say(
        "VBC1030",
        f"“{name}” is defined here, and stands without quotation marks",
        start,
        start + len(name),
        f'write “"{name}" …” with quotation marks',
        f'"{name}"',
    )


def _close(stop: Stop) -> Diagnostic | None:
    """A phrase with a letter too many, too few or wrong."""
    best: tuple[float, str, str] | None = None
    matcher = difflib.SequenceMatcher(autojunk=False)
    for phrase in stop.phrases:
        if phrase in REFUSED or len(phrase) < 4:
            continue
        found = "".join(re.findall(r"[,;]?\s*[\w’'-]+", stop.rest[:120])[: len(phrase.split())]).strip()
        matcher.set_seqs(found.lower(), phrase.lower())
        if matcher.real_quick_ratio() < 0.72 or matcher.quick_ratio() < 0.72:
            continue
        ratio = matcher.ratio()
        if 0.72 <= ratio < 1 and (best is None or ratio > best[0]):
            best = (ratio, found, phrase)
    if best is None:
        return None
    _, found, phrase = best
    return stop.say(
        "VBC1003",
        f"“{found}” is not a phrase of this language",
        stop.position,
        stop.position + len(found),
        f"did you mean “{phrase}”?",
        phrase,
    )


def _rate_of(first: str, stop: Stop) -> str:
    """`Sharing Rate of Total Savings`, where both are terms: what to write."""
    found = re.match(r"of\s+(?:the\s+)?([A-Z][\w’'-]*(?:\s+[A-Z][\w’'-]*)*)", stop.rest)
    rate, base = " ".join(first.split()), " ".join(found[1].split()) if found else ""
    return f"write “{rate} times {base}”" if rate in stop.names and base in stop.names else ""


def _undefined(stop: Stop) -> Diagnostic | None:
    """A name that is not declared and contains a small word: it broke off at that word."""
    before = re.search(r"([A-Z][\w’'-]*(?:\s+[A-Z][\w’'-]*)*)\s+$", stop.before)
    after = re.match(r"(?:of|and|or|for|in|to|the|per|with|on|at|by|a)\s+(?:the\s+)?[A-Z][\w’'-]*", stop.rest)
    if not before or not after:
        return None
    whole = " ".join((before.group(1) + " " + after.group(0)).split())
    plurals = {plural(name) for name in stop.names}
    near = nearest(whole, sorted(stop.names - plurals))
    help_ = "did you mean " + " or ".join(f"“{name}”" for name in near) + "?" if near else "define it first"
    start = stop.unit.start + before.start(1)
    if share := _rate_of(before.group(1), stop):
        return stop.say("VBC1004", "a rate that is a term is multiplied", start, stop.position + 2, share)
    return stop.say(
        "VBC1013", f"“{whole}” is not defined in this contract", start, stop.position + after.end(), help_
    )


REASONS = (
    _rewrite,
    _end,
    _amendment_prose,
    _next_sentence,
    _quotation,
    _range_in_a_cell,
    _date,
    _number,
    _instead,
    _anything,
    _phrase_as_operand,
    mixed,
    _nameless,
    _unless,
    _share_of,
    _usual,
    _plain_is,
    _sign,
    _parenthesis,
    _year_of_example,
    _small_letters,
    _not_quoted,
    _close,
    _undefined,
    _bare_text,
)
