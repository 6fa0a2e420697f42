"""Diagnostics for other programs: JSON records (`vbc.diagnostics/1`) and SARIF 2.1.0.

A field of a record may be added within a schema's version; none changes its meaning or goes away.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from vbcdsl.diagnostics.codes import ALL
from vbcdsl.diagnostics.diagnostic import Diagnostic
from vbcdsl.diagnostics.places import Range, labels_of, place_of
from vbcdsl.source.text import SourceText

SCHEMA = "vbc.diagnostics/1"
_SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def page_of(code: str) -> str:
    """The documentation page of a code, relative to the project's top folder."""
    return f"docs/reference/errors/{code}.md"


def to_json(diagnostics: Iterable[Diagnostic], *, source: SourceText | None = None) -> list[dict[str, Any]]:
    """One record for each diagnostic, ready for `json.dumps`.

    `file`, `line`, `column` and `end` are None when it is not about a text. Lines and columns count from 1,
    columns in characters; `end` is not included. `fix` replaces that range, None when there is no sure answer.
    """
    return [_record(diagnostic, source) for diagnostic in diagnostics]


def _record(diagnostic: Diagnostic, source: SourceText | None) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "section": diagnostic.section or None,
        **_place(place_of(diagnostic, source)),
        "labels": [{**_place(where), "text": text} for where, text in labels_of(diagnostic, source)],
        "details": list(diagnostic.details),
        "help": diagnostic.help or None,
        "fix": diagnostic.fix,
        "url": page_of(diagnostic.code),
    }


def _place(place: Range | None) -> dict[str, Any]:
    if place is None:
        return {"file": None, "line": None, "column": None, "end": None}
    end = {"line": place.end_line, "column": place.end_column}
    return {"file": place.file, "line": place.start_line, "column": place.start_column, "end": end}


def to_sarif(diagnostics: Iterable[Diagnostic], *, source: SourceText | None = None) -> dict[str, Any]:
    """A SARIF 2.1.0 log with one run. Files under the working folder are named relative to it."""
    from vbcdsl import __version__

    found = list(diagnostics)
    codes = sorted({diagnostic.code for diagnostic in found})
    driver = {"name": "vbc", "semanticVersion": __version__, "rules": [_rule(code) for code in codes]}
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(diagnostic, codes.index(diagnostic.code), source) for diagnostic in found],
    }
    return {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str) -> dict[str, Any]:
    known = ALL.get(code)
    if known is None:
        return {"id": code}
    return {
        "id": code,
        "shortDescription": {"text": known.title},
        "fullDescription": {"text": known.why},
        "help": {"text": known.why},
        "defaultConfiguration": {"level": known.severity},
    }


def _result(diagnostic: Diagnostic, index: int, source: SourceText | None) -> dict[str, Any]:
    text = "\n".join(
        part
        for part in (
            diagnostic.message,
            *diagnostic.details,
            f"help: {diagnostic.help}" if diagnostic.help else "",
        )
        if part
    )
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": index,
        "level": diagnostic.severity,
        "message": {"text": text},
    }
    place = place_of(diagnostic, source)
    location: dict[str, Any] = {"physicalLocation": _physical(place)} if place else {}
    if diagnostic.section:
        location["logicalLocations"] = [{"fullyQualifiedName": f"section {diagnostic.section}"}]
    if location:
        result["locations"] = [location]
    related = [
        {"id": i, "physicalLocation": _physical(where), "message": {"text": label}}
        for i, (where, label) in enumerate(labels_of(diagnostic, source))
    ]
    if related:
        result["relatedLocations"] = related
    if place and diagnostic.fix is not None:
        replacement = {"deletedRegion": _region(place), "insertedContent": {"text": diagnostic.fix}}
        change = {"artifactLocation": _artifact(place.file), "replacements": [replacement]}
        result["fixes"] = [
            {
                "description": {"text": diagnostic.help or "the suggested wording"},
                "artifactChanges": [change],
            }
        ]
    return result


def _physical(place: Range) -> dict[str, Any]:
    return {"artifactLocation": _artifact(place.file), "region": _region(place)}


def _artifact(file: str) -> dict[str, Any]:
    path = Path(file)
    if path.is_absolute():
        if not path.is_relative_to(Path.cwd()):
            return {"uri": path.as_uri()}
        path = path.relative_to(Path.cwd())
    return {"uri": quote(path.as_posix()), "uriBaseId": "%SRCROOT%"}


def _region(place: Range) -> dict[str, Any]:
    return {
        "startLine": place.start_line,
        "startColumn": place.start_column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }
