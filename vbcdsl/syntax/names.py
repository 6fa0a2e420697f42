"""The defined terms of a document, collected before it is parsed.

A term is a name because a sentence defines it (`"Savings Rate" means …`), because a table names it (the columns
of records, the head of a schedule), because it is a key (`one for each Measure`), or because it is built in.
The lexer then reads the longest declared name as one token; so a term may contain small words.
"""

from __future__ import annotations

import re
from functools import lru_cache

from vbcdsl.model.kinds import plural
from vbcdsl.syntax.units import Unit, blank_comments, split

BUILT_IN = (
    "Payer",
    "Provider",
    "Member",
    "Month",
    "Quarter",
    "Half Year",
    "Performance Year",
    "Contract Year",
    "Calendar Year",
    "Fiscal Year",
)

_QUOTED = r"(?:\"[^\"\n]+\"|“[^”\n]+”)"
_LIST = rf"{_QUOTED}(?:\s*(?:,|and|,\s*and)\s+(?:the\s+)?{_QUOTED})*"
_PREFIX = (
    r"(?:(?:[Nn]otwithstanding\s+section|[Ss]ubject\s+to\s+section)\s+[\d.()a-z]+,\s+"
    r"|[Ff]rom\s+[A-Z][a-z]+\s+\d+,\s+\d{4}(?:\s+through\s+[A-Z][a-z]+\s+\d+,\s+\d{4})?,\s+)*"
)
_HEAD = re.compile(
    rf"\s*{_PREFIX}(?:[Tt]he\s+)?(?P<names>{_LIST})\s+(?:means|is|are)\b(?!\s+read\b|,\s+in\s+section)"
)
_PAYS = re.compile(rf"\bthe\s+(?P<names>{_QUOTED})(?=\s*(?:,\s*(?:for|in)\s+each\b[^:\"]*)?:)")
_EACH_IS = re.compile(rf"\s*{_PREFIX}An?\s+[A-Z][^\"“]*?\s+is\s+(?P<names>{_QUOTED})\s+if\b")
_GIVING = re.compile(rf"[,;]\s*giving\s+the\s+(?P<names>{_LIST})")
_ITS = re.compile(rf"\bis\s+its\s+(?P<names>{_QUOTED})")
_ELECTS = re.compile(rf"\belects\s+the\s+(?P<names>{_QUOTED})")
_FILES = re.compile(rf"\bmust\s+file\s+the\s+(?P<names>{_QUOTED})")
_WITHIN = (("giving", _GIVING), ("its", _ITS), ("elects", _ELECTS), ("file", _FILES))  # a word that each has
_OWES = re.compile(r"\b(?:must|would)\s+(?:pay|withhold|return|repay)\b")
_CORRECTIVE = re.compile(r"\bmust\s+file\s+a\s+corrective\s+action\s+plan\b")
_FORFEIT = re.compile(rf"\s*{_PREFIX}[Tt]he\s+(?P<names>{_QUOTED})\s+is\s+forfeited")
_PARAMETERS = re.compile(rf"\s*clause\s+{_QUOTED}\s+with\s+(?P<names>{_LIST})\s*:")
_ARGUMENTS = re.compile(r"(?:\bwith|\band|,)\s+(?P<name>[A-Z][^,.:()\"“”|]*?)\s+as\s")
_KEYS = re.compile(
    r"\b(?:one\s+for\s+each|any\s+number\s+for\s+each|one\s+in\s+each|for\s+each|in\s+each|placed\s+by|and)\s+"
    r"(?P<name>[A-Z][A-Za-z0-9]*(?:[-’/][A-Za-z0-9]+)*(?:\s+[A-Z][A-Za-z0-9]*(?:[-’/][A-Za-z0-9]+)*)*)"
)
_PARTY = re.compile(
    r"\b[Tt]he\s+(?P<role>[A-Z][A-Za-z ]*?)\s+is\s+(?:each\s+(?P<noun>[A-Z][^.,\n]*?)"
    rf"(?:,\s+identified\s+by\s+(?P<key>[A-Z][^.\n]*?))?|{_QUOTED})\s*\."
)
_TABLE = re.compile(r"(?:^[ \t]*\|[^\n]*\n?)+", re.M)
_IS_RECORDS = re.compile(r"\b(?:are\s+records|are\s+entries|means\s+the\s+records)\b")
_IS_SCHEDULE = re.compile(rf"{_QUOTED}\s+are(?:,\s+in\s+this\s+order)?\s*:")
_NAME = re.compile(r"[A-Z][^\"“”|\n.:;]*")


def _unquote(quoted: str) -> str:
    return " ".join(quoted[1:-1].split())


def _table_rows(unit: str) -> list[list[str]]:
    found = _TABLE.search(unit)
    if not found:
        return []
    return [
        [" ".join(cell.split()) for cell in line.strip().strip("|").split("|")]
        for line in found.group(0).splitlines()
        if line.strip()
    ]


def _unit_names(unit: Unit, text: str) -> frozenset[str]:
    """The names that a sentence declares; `text` is its own."""
    return _names_in(unit.kind, text)


@lru_cache(maxsize=2048)
def _names_in(kind: str, text: str) -> frozenset[str]:
    body = re.sub(r"^\d+(?:\.\d+)+\s*", lambda m: " " * len(m.group(0)), text)
    body = re.sub(
        r"^(\s*)((?:A\s+new\s+section|Section)\s+[\d.]+(?:\([a-z0-9]+\))*\s+is\s+(?:added|replaced)\s*:)",
        lambda m: " " * len(m.group(0)),
        body,
    )
    heading = re.match(r"\s*[A-Z][A-Za-z0-9 ,&'’/()-]{0,80}\.(?=\s+[\"“A-Z])", body)
    if heading and not re.search(r"\b(?:is|are|means|must|if|each)\b", heading.group(0)):
        body = " " * heading.end() + body[heading.end() :]
    names: set[str] = set()
    if kind in ("section", "change"):
        for pattern in (_HEAD, _EACH_IS, _FORFEIT):
            if found := pattern.match(body):
                names |= {_unquote(q) for q in re.findall(_QUOTED, found.group("names"))}
        if ("must" in body or "would" in body) and _OWES.search(body):
            names |= {_unquote(found.group("names")) for found in _PAYS.finditer(body)}
        if "corrective" in body and _CORRECTIVE.search(body):
            names.add("Corrective Action Plan")
        for word, pattern in _WITHIN:
            for found in pattern.finditer(body) if word in body else ():
                names |= {_unquote(q) for q in re.findall(_QUOTED, found.group("names"))}
        if re.match(r"\s*Apply\s+clause\b", body):
            names |= {" ".join(found.group("name").split()) for found in _ARGUMENTS.finditer(body)}
    rows = _table_rows(body)
    if rows and _IS_RECORDS.search(body):
        names |= {row[0] for row in rows[1:] if row and set(row[0]) - set(":- ")}
    elif rows and _IS_SCHEDULE.search(body):
        names |= set(rows[0])
    if kind in ("section", "change") and ("each" in body or "placed" in body):
        for found in _KEYS.finditer(re.sub(_QUOTED, lambda m: " " * len(m.group(0)), _before_table(body))):
            if not re.match(r"and\b", found.group(0)):
                names.add(" ".join(found.group("name").split()))
    return frozenset(names)


def _before_table(body: str) -> str:
    table = _TABLE.search(body)
    return body[: table.start()] if table else body


def declared_names(text: str, units: tuple[Unit, ...] | None = None) -> frozenset[str]:
    """All names that a document declares, with the plural of each key and of each party.

    A clause's parameters are names inside that clause only; they are added here too, since two readings of a
    name in one document would surprise a reader more than a name too many.
    """
    plain = blank_comments(text)
    names: set[str] = set(BUILT_IN)
    for unit in split(text) if units is None else units:
        body = plain[unit.start : unit.end]
        if unit.kind == "header":
            for found in _PARTY.finditer(body):
                names.add(" ".join(found.group("role").split()))
                names |= {" ".join(found.group(g).split()) for g in ("noun", "key") if found.group(g)}
        elif unit.kind == "clause":
            names |= set(parameters_of(body))
            stated = _PARAMETERS.match(body)
            inside = body[stated.end() :] if stated else body
            for part in split(inside):
                if part.kind == "section":
                    names |= _unit_names(part, inside[part.start : part.end])
        else:
            names |= _unit_names(unit, body)
    names |= {plural(name) for name in names}
    own = {name.lower() for name in _own_periods(plain)} - {"period", "periods"}
    return frozenset({name for name in names if _NAME.fullmatch(name)} | own)


def parameters_of(clause: str) -> tuple[str, ...]:
    """The parameters that the text of a clause states, in order."""
    stated = _PARAMETERS.match(clause)
    return tuple(_unquote(q) for q in re.findall(_QUOTED, stated.group("names"))) if stated else ()


_OWN = re.compile(
    rf"(?P<plural>{_QUOTED})\s+are(?:,\s+in\s+this\s+order)?\s*:\s*\|\s*(?P<one>[A-Z][^|\n]*?)\s*\|"
    r"\s*[Ff]irst\s+[Dd]ay\s*\|"
)


def _own_periods(text: str) -> set[str]:
    """What a contract calls its own periods, in the singular and the plural: sentences may write them in lower
    case, as they write `performance year` (C42)."""
    return {
        " ".join(name.split())
        for found in _OWN.finditer(text)
        for name in (_unquote(found.group("plural")), found.group("one"))
    }


def _keys(body: str) -> set[str]:
    """The keys of records: `one for each Plan and Product in each Quarter`."""
    found = re.search(r"\b(?:one|any\s+number)\s+for\s+each\s+([A-Z][^:|,]*?)(?=\s+in\s+each\b|[:,|])", body)
    return {" ".join(key.split()) for key in re.split(r"\s+and\s+", found[1])} if found else set()


def unit_names(text: str, unit: Unit) -> set[str]:
    """The names that a unit that cannot be read may declare, with their plurals: all that it quotes, too."""
    body = blank_comments(text)[unit.start : unit.end]
    quoted = {_unquote(found) for found in re.findall(_QUOTED, _before_table(body))}
    names = _unit_names(unit, body) | _keys(body) | quoted
    return {*names, *(plural(name) for name in names)}
